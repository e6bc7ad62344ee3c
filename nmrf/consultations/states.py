"""Which moves a consultation can make. Held and cancelled are the end of it."""

from nmrf.consultations.models import ConsultationState as S

TRANSITIONS: dict[S, frozenset[S]] = {
    S.PLANNED: frozenset({S.ANNOUNCED, S.HELD, S.CANCELLED}),
    S.ANNOUNCED: frozenset({S.HELD, S.CANCELLED}),
    S.HELD: frozenset(),
    S.CANCELLED: frozenset(),
}
