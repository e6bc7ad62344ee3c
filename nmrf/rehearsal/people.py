"""The cast: institutions that any State has in some form, and plainly fictional people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from nmrf.accounts import service as accounts
from nmrf.accounts.models import Institution, InstitutionKind
from nmrf.core.ctx import Ctx
from nmrf.core.roles import ROLE_LABELS, Role
from nmrf.cycles.models import Cycle
from nmrf.recommendations import service as recommendations
from nmrf.recommendations.models import Recommendation
from nmrf.rehearsal.play import Play

K = InstitutionKind


@dataclass(frozen=True)
class Body:
    """An institution of the cast. `themes` are beginnings of words of headings that it leads."""

    key: str
    name: str
    short: str
    kind: InstitutionKind
    themes: tuple[str, ...] = ()


# The first whose word stands in a heading leads; Justice takes what is left.
BODIES: tuple[Body, ...] = (
    Body("foreign", "Ministry of Foreign Affairs", "MFA", K.MINISTRY,
         ("ratification", "acceptance of international", "inter-state", "cooperation",
          "follow-up to", "follow up", "national mechanisms", "unilateral", "humanitarian law",
          "self-determination")),
    Body("interior", "Ministry of the Interior", "MOI", K.MINISTRY,
         ("trafficking", "slavery", "migrants", "refugees", "racial", "counter-terrorism",
          "nationality", "assembly", "association")),
    Body("labour", "Ministry of Labour, Family and Social Affairs", "MOLFSA", K.MINISTRY,
         ("women", "gender", "violence", "disabilities", "children", "social security",
          "poverty", "marriage", "right to work", "conditions of work", "older")),
    Body("education", "Ministry of Education", "MOE", K.MINISTRY,
         ("education", "training", "awareness")),
    Body("health", "Ministry of Health", "MOH", K.MINISTRY,
         ("health", "reproductive", "drinking water", "food")),
    Body("culture", "Ministry of Culture", "MOC", K.MINISTRY,
         ("expression", "opinion", "cultural", "religion", "minorities")),
    Body("environment", "Ministry of the Environment and Housing", "MOEH", K.MINISTRY,
         ("environment", "climate", "housing", "standard of living")),
    Body("economy", "Ministry of the Economy", "ME", K.MINISTRY,
         ("business", "development")),
    Body("administration", "Ministry of Public Administration", "MPA", K.MINISTRY,
         ("governance", "corruption", "institutional", "policies", "participation in public")),
    Body("justice", "Ministry of Justice", "MOJ", K.MINISTRY),
    Body("finance", "Ministry of Finance", "MF", K.MINISTRY),
    Body("defence", "Ministry of Defence", "MOD", K.MINISTRY),
    Body("statistics", "National Statistical Office", "NSO", K.AGENCY),
    Body("commission", "Inter-Ministerial Commission on Human Rights", "IMC", K.COMMITTEE),
    Body("ombudsman", "Demonstration Ombudsman (fictional)", "DOF", K.NHRI),
    Body("parliament", "Human Rights Committee of Parliament", "PARL", K.PARLIAMENT),
    Body("network", "Fictional Rights Network", "FRN", K.CIVIL_SOCIETY),
    Body("inclusion", "Imaginary Alliance for Inclusion", "IAI", K.CIVIL_SOCIETY),
    Body("youth", "Invented Youth Forum", "IYF", K.CIVIL_SOCIETY),
)  # fmt: skip
MINISTRIES = tuple(b.key for b in BODIES if b.kind in {K.MINISTRY, K.AGENCY})
LEADERS = tuple(b for b in BODIES if b.themes)
SUPPORT = {"interior": "justice"}


@dataclass(frozen=True)
class Part:
    """A person of the cast: plainly fictional, with one office."""

    key: str
    name: str
    role: Role
    body: str

    @property
    def email(self) -> str:
        return f"{self.key.replace(':', '.').replace('_', '-')}@example.org"


def _parts() -> Iterable[Part]:
    names = {b.key: b for b in BODIES}
    yield Part("administrator", "Demo Administrator", Role.ADMINISTRATOR, "foreign")
    yield Part("secretariat", "Demo Secretary", Role.SECRETARIAT, "foreign")
    yield Part("secretariat.second", "Demo Deputy Secretary", Role.SECRETARIAT, "foreign")
    yield Part("drafter", "Demo Drafter", Role.DRAFTER, "foreign")
    yield Part("minister", "Demo Minister", Role.MINISTER, "foreign")
    for key in MINISTRIES:
        short = names[key].short
        yield Part(f"focal:{key}", f"Demo Focal Point, {short}", Role.FOCAL_POINT, key)
        yield Part(
            f"authority:{key}",
            f"Demo Validating Authority, {short}",
            Role.VALIDATING_AUTHORITY,
            key,
        )
    yield Part("alternate:justice", "Demo Alternate, MOJ", Role.ALTERNATE, "justice")
    for n in ("first", "second", "third"):
        yield Part(
            f"commission:{n}",
            f"Demo Commission Member, {n}",
            Role.COMMITTEE_MEMBER,
            "commission",
        )
    yield Part("ombudsman", "Demo Ombudsperson", Role.NHRI, "ombudsman")
    yield Part("parliament", "Demo Parliament Officer", Role.PARLIAMENT, "parliament")
    for key in ("network", "inclusion", "youth"):
        yield Part(f"stakeholder:{key}", f"Demo Speaker, {names[key].name}", Role.STAKEHOLDER, key)


PARTS: tuple[Part, ...] = tuple(_parts())


def bring_in(play: Play, since: date) -> None:
    """Create all institutions and people, with their offices held since a day."""
    with play.acting() as ctx:
        for body in BODIES:
            made = accounts.create_institution(ctx, body.name, body.kind, short_name=body.short)
            ctx.session.flush()
            play.institutions[body.key] = made.id
        for part in PARTS:
            person = accounts.create_person(ctx, part.name, part.email, invite=False)
            ctx.session.flush()
            play.people[part.key] = person.id
            accounts.give_office(ctx, person, play.institution(part.body), part.role, since)


def role_of(part: Part) -> str:
    """The role in words."""
    return str(ROLE_LABELS[part.role])


def leader_of(recommendation: Recommendation) -> str:
    """The body of the cast that leads a recommendation, by the words of its heading."""
    heading = recommendation.theme_heading.casefold()
    return next(
        (body.key for body in LEADERS if any(word in heading for word in body.themes)), "justice"
    )


def assign_all(play: Play, ctx: Ctx, cycle: Cycle) -> dict[str, int]:
    """Give every recommendation of a cycle a lead by its theme; gives how many each body got."""
    rows = ctx.session.scalars(
        select(Recommendation)
        .where(Recommendation.cycle_id == cycle.id)
        .order_by(Recommendation.sort_key)
    ).all()
    shares: dict[str, list[Recommendation]] = {}
    for row in rows:
        shares.setdefault(leader_of(row), []).append(row)
    for key, mine in shares.items():
        other = SUPPORT.get(key)
        helpers: list[Institution] = [play.institution(other)] if other else []
        recommendations.assign(ctx, mine, play.institution(key), helpers)
    return {key: len(mine) for key, mine in shares.items()}
