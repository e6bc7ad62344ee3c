"""Who somebody is to the mechanism: roles, and the offices that give them for a period."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from nmrf.core.i18n import Lazy, _l


class Role(StrEnum):
    ADMINISTRATOR = "administrator"
    SECRETARIAT = "secretariat"
    DRAFTER = "drafter"
    FOCAL_POINT = "focal_point"
    ALTERNATE = "alternate"
    VALIDATING_AUTHORITY = "validating_authority"
    COMMITTEE_MEMBER = "committee_member"
    MINISTER = "minister"
    NHRI = "nhri"
    PARLIAMENT = "parliament"
    STAKEHOLDER = "stakeholder"


ROLE_LABELS: dict[Role, Lazy] = {
    Role.ADMINISTRATOR: _l("Administrator"),
    Role.SECRETARIAT: _l("Secretariat"),
    Role.DRAFTER: _l("Drafter"),
    Role.FOCAL_POINT: _l("Focal point"),
    Role.ALTERNATE: _l("Alternate focal point"),
    Role.VALIDATING_AUTHORITY: _l("Validating authority"),
    Role.COMMITTEE_MEMBER: _l("Committee member"),
    Role.MINISTER: _l("Minister"),
    Role.NHRI: _l("National human rights institution"),
    Role.PARLIAMENT: _l("Parliament"),
    Role.STAKEHOLDER: _l("Stakeholder"),
}

# Those who draft or approve the Government's own text.
GOVERNMENT = frozenset(
    {
        Role.ADMINISTRATOR,
        Role.SECRETARIAT,
        Role.DRAFTER,
        Role.FOCAL_POINT,
        Role.ALTERNATE,
        Role.VALIDATING_AUTHORITY,
        Role.COMMITTEE_MEMBER,
        Role.MINISTER,
    }
)


class Visibility(StrEnum):
    """How far a thing can be seen; each level includes those above it."""

    PUBLIC = "public"
    PARTNERS = "partners"  # signed-in stakeholders, NHRI, Parliament
    GOVERNMENT = "government"
    SECRETARIAT = "secretariat"


VISIBILITY_LABELS: dict[Visibility, Lazy] = {
    Visibility.PUBLIC: _l("Everyone"),
    Visibility.PARTNERS: _l("Signed-in stakeholders and Government"),
    Visibility.GOVERNMENT: _l("Government only"),
    Visibility.SECRETARIAT: _l("Secretariat only"),
}


@dataclass(frozen=True)
class Held:
    """A role held today, in an institution or (administrator) in none."""

    role: Role
    institution_id: int | None = None


@dataclass(frozen=True)
class Actor:
    """Whoever acts: a person with the offices held today, the public, or the service itself."""

    id: int | None
    name: str
    held: tuple[Held, ...] = ()
    language: str = "en"
    is_system: bool = False

    @property
    def is_authenticated(self) -> bool:
        return self.id is not None

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(held.role for held in self.held)

    @property
    def role_label(self) -> str:
        return ", ".join(dict.fromkeys(str(ROLE_LABELS[held.role]) for held in self.held))

    @property
    def institution_ids(self) -> frozenset[int]:
        return frozenset(held.institution_id for held in self.held if held.institution_id)

    def has(self, *roles: Role) -> bool:
        """Whether one of the roles is held, anywhere."""
        return self.is_system or not self.roles.isdisjoint(roles)

    def has_in(self, institution_id: int | None, *roles: Role) -> bool:
        """Whether one of the roles is held in this institution."""
        return self.is_system or any(
            held.role in roles and held.institution_id == institution_id for held in self.held
        )

    def institutions_as(self, *roles: Role) -> frozenset[int]:
        """The institutions in which one of the roles is held."""
        return frozenset(
            held.institution_id for held in self.held if held.role in roles and held.institution_id
        )


PUBLIC = Actor(id=None, name="")
SYSTEM = Actor(id=None, name="nmrf", is_system=True)
