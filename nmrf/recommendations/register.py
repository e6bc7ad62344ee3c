"""The register: filters with counts, full text, pages. The same filter drives every export.

Recommendations are public UN documents, so everybody sees all of them, noted ones too. How an
institution answered its assignment is shown to the Government only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    case,
    cast,
    distinct,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import aliased, contains_eager, selectinload

from nmrf import access
from nmrf.accounts.models import Institution
from nmrf.core.ctx import Ctx
from nmrf.core.paging import PAGE_SIZE, Page, paginate
from nmrf.core.search import matches
from nmrf.cycles.models import Cycle
from nmrf.recommendations.gates import has_lead
from nmrf.recommendations.models import (
    Assignment,
    AssignmentState,
    Cluster,
    Label,
    LabelScheme,
    Position,
    Recommendation,
    RecommendingState,
    recommendation_cluster,
    recommendation_label,
)
from nmrf.recommendations.numbers import split_numbers
from nmrf.recommendations.queries_plan import has_action

NONE = "none"  # the value of a facet for what is missing
SOME = "some"
_MOST_VALUES = 50
_SCHEMES = {"theme": LabelScheme.THEME, "persons": LabelScheme.PERSONS, "sdg": LabelScheme.SDG}


@dataclass(frozen=True)
class Filter:
    """What the register shows. Several values of one facet mean either; facets mean both.

    Themes and groups of persons are named by their words, goals by their code, States by ISO
    code, cycles and institutions by id; so an address goes on working after a new import.
    """

    q: str = ""
    cycle: tuple[str, ...] = ()
    position: tuple[str, ...] = ()
    lead: tuple[str, ...] = ()
    theme: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()
    sdg: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    assignment: tuple[str, ...] = ()  # Government only
    parliament: tuple[str, ...] = ()
    assistance: tuple[str, ...] = ()
    cluster: tuple[str, ...] = ()
    action: tuple[str, ...] = ()  # "some" or "none", of those that the reader sees
    ours: str = ""  # id of an institution that leads or supports

    @classmethod
    def of(cls, values: Callable[[str], list[str]]) -> Filter:
        """The filter of an address; `values` gives the values of a parameter, as `getlist` does.

        What cannot be is left out.
        """
        read: dict[str, Any] = {}
        for one in fields(cls):
            given = [v.replace("\x00", "").strip() for v in values(one.name)]
            given = list(dict.fromkeys(v for v in given if v))[:_MOST_VALUES]
            if one.name in {"q", "ours"}:
                read[one.name] = given[0][:400] if given else ""
            else:
                read[one.name] = tuple(v for v in given if _can_be(one.name, v))
        if not _is_id(read["ours"]):
            read["ours"] = ""
        return cls(**read)

    @property
    def args(self) -> dict[str, Any]:
        """The parameters of the address, without the empty ones."""
        found = {one.name: getattr(self, one.name) for one in fields(self)}
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in found.items()
            if value
        }

    @property
    def is_empty(self) -> bool:
        return not self.args

    def without(self, name: str, value: str = "") -> Filter:
        """The same filter with one of its values taken away."""
        now = getattr(self, name)
        left: Any = tuple(v for v in now if v != value) if isinstance(now, tuple) else ""
        return replace(self, **{name: left})


def _is_id(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) < 10


def _can_be(name: str, value: str) -> bool:
    allowed: Mapping[str, Callable[[str], bool]] = {
        "cycle": _is_id,
        "lead": lambda v: v == NONE or _is_id(v),
        "position": lambda v: v in set(Position),
        "assignment": lambda v: v in set(AssignmentState),
        "parliament": lambda v: v == "1",
        "assistance": lambda v: v == "1",
        "cluster": lambda v: v == NONE or _is_id(v),
        "action": lambda v: v in {NONE, SOME},
    }
    return name not in allowed or allowed[name](value)


def conditions(ctx: Ctx, chosen: Filter) -> dict[str, ColumnElement[bool]]:
    """A condition for each facet that is in force, by its name."""
    sees_answers = bool(access.can(ctx.actor, "assignment.see"))
    possible: dict[str, ColumnElement[bool] | None] = {
        "q": _says(chosen.q) if chosen.q else None,
        "cycle": _one_of(Recommendation.cycle_id, map(int, chosen.cycle)),
        "position": _one_of(Recommendation.position, map(Position, chosen.position)),
        "status": _one_of(Recommendation.status, ("" if v == NONE else v for v in chosen.status)),
        "parliament": Recommendation.needs_parliament.is_(True) if chosen.parliament else None,
        "assistance": Recommendation.needs_assistance.is_(True) if chosen.assistance else None,
        "cluster": _in_cluster(chosen.cluster) if chosen.cluster else None,
        "action": _with_action(ctx, chosen.action) if chosen.action else None,
        "lead": _led_by(chosen.lead) if chosen.lead else None,
        "ours": _assigned(to=int(chosen.ours)) if chosen.ours else None,
        "assignment": _answered(chosen) if chosen.assignment and sees_answers else None,
        "state": _made_by(chosen.state) if chosen.state else None,
    }
    for name, scheme in _SCHEMES.items():
        values = getattr(chosen, name)
        possible[name] = _labelled(scheme, values) if values else None
    return {name: condition for name, condition in possible.items() if condition is not None}


# What a condition asks of other tables is asked of aliases, so that it can also stand in the
# counts of those tables.


def _one_of(column: Any, values: Iterable[Any]) -> ColumnElement[bool] | None:
    found = list(values)
    condition: ColumnElement[bool] = column.in_(found)
    return condition if found else None


def _says(words: str) -> ColumnElement[bool]:
    numbers, rest = split_numbers(words)
    by_words = matches(Recommendation.search_text, rest)
    return and_(Recommendation.number.in_(numbers), by_words) if numbers else by_words


def _led_by(values: tuple[str, ...]) -> ColumnElement[bool]:
    leading = aliased(Assignment)
    led = Recommendation.id.in_(
        select(leading.recommendation_id).where(
            leading.lead,
            leading.ended_at.is_(None),
            leading.institution_id.in_([int(v) for v in values if v != NONE]),
        )
    )
    return or_(led, ~has_lead()) if NONE in values else led


def _in_cluster(values: tuple[str, ...]) -> ColumnElement[bool]:
    link = recommendation_cluster.alias()
    inside = Recommendation.id.in_(
        select(link.c.recommendation_id).where(
            link.c.cluster_id.in_([int(v) for v in values if v != NONE])
        )
    )
    if NONE not in values:
        return inside
    return or_(inside, Recommendation.id.not_in(select(link.c.recommendation_id)))


def _with_action(ctx: Ctx, values: tuple[str, ...]) -> ColumnElement[bool]:
    some = has_action(ctx.actor)
    return or_(*(some if value == SOME else ~some for value in values))


def _assigned(to: int | None, states: Iterable[str] = ()) -> ColumnElement[bool]:
    given = aliased(Assignment)
    query = select(given.recommendation_id).where(given.ended_at.is_(None))
    if to is not None:
        query = query.where(given.institution_id == to)
    wanted = [AssignmentState(v) for v in states]
    if wanted:
        query = query.where(given.state.in_(wanted))
    return Recommendation.id.in_(query)


def _answered(chosen: Filter) -> ColumnElement[bool]:
    return _assigned(int(chosen.ours) if chosen.ours else None, chosen.assignment)


def _made_by(values: tuple[str, ...]) -> ColumnElement[bool]:
    state = aliased(RecommendingState)
    key = func.coalesce(state.code, state.name)
    return Recommendation.id.in_(select(state.recommendation_id).where(key.in_(values)))


def _labelled(scheme: LabelScheme, values: tuple[str, ...]) -> ColumnElement[bool]:
    label, link = aliased(Label), recommendation_label.alias()
    return Recommendation.id.in_(
        select(link.c.recommendation_id)
        .join(label, label.id == link.c.label_id)
        .where(label.scheme == scheme, _label_key(label, scheme).in_(values))
    )


def _label_key(label: Any, scheme: LabelScheme) -> Any:
    # A goal has one code and several spellings; a theme has one name, with or without a code.
    return label.code if scheme == LabelScheme.SDG else label.name


def filtered(ctx: Ctx, chosen: Filter) -> Select[Recommendation]:
    """The recommendations of a filter, latest cycle first, by number, each with its cycle."""
    return (
        select(Recommendation)
        .join(Recommendation.cycle)
        .where(*conditions(ctx, chosen).values())
        .options(contains_eager(Recommendation.cycle))
        .order_by(Cycle.session.desc(), Cycle.id, Recommendation.sort_key, Recommendation.id)
    )


def page(ctx: Ctx, chosen: Filter, number: int, size: int = PAGE_SIZE) -> Page[Recommendation]:
    """A page of the register, each row with its States, owners and cluster, in five statements."""
    return paginate(
        ctx.session,
        filtered(ctx, chosen).options(
            selectinload(Recommendation.states),
            selectinload(Recommendation.cluster),
            selectinload(Recommendation.assignments).joinedload(Assignment.institution),
        ),
        number,
        size,
    )


@dataclass(frozen=True)
class Count:
    """How many recommendations have a value of a facet; `name` is the value's own name, if any."""

    value: str
    name: str
    count: int


def facets(ctx: Ctx, chosen: Filter) -> dict[str, list[Count]]:
    """The counts of every facet under the filters of all others, in one statement."""
    in_force = conditions(ctx, chosen)
    rows = ctx.session.execute(union_all(*_facet_queries(ctx, chosen, in_force))).all()
    found: dict[str, list[Count]] = {}
    for facet, value, name, count in rows:
        found.setdefault(facet, []).append(Count(value, name, count))
    for counts in found.values():
        counts.sort(key=lambda c: (-c.count, c.name.casefold(), c.value))
    return found


def _facet_queries(
    ctx: Ctx, chosen: Filter, in_force: Mapping[str, ColumnElement[bool]]
) -> list[Any]:
    def others(facet: str) -> list[ColumnElement[bool]]:
        return [condition for name, condition in in_force.items() if name != facet]

    nothing: ColumnElement[str] = literal_column("''")
    how_many = func.count(distinct(Recommendation.id))

    def plain(facet: str, value: Any) -> Any:
        key = cast(value, String)
        return (
            select(literal(facet), key, nothing, func.count(Recommendation.id))
            .where(*others(facet))
            .group_by(key)
        )

    planned = case((has_action(ctx.actor), SOME), else_=NONE)
    in_cluster = func.coalesce(cast(Cluster.id, String), literal_column(f"'{NONE}'"))
    cluster_name = func.coalesce(Cluster.name, nothing)
    leads = and_(
        Assignment.recommendation_id == Recommendation.id,
        Assignment.lead,
        Assignment.ended_at.is_(None),
    )
    owner = func.coalesce(cast(Assignment.institution_id, String), literal_column(f"'{NONE}'"))
    owner_name = func.coalesce(Institution.name, nothing)
    state = func.coalesce(RecommendingState.code, RecommendingState.name)
    queries = [
        plain("cycle", Recommendation.cycle_id),
        plain("position", Recommendation.position),
        plain("status", Recommendation.status),
        select(literal("parliament"), literal_column("'1'"), nothing, how_many).where(
            Recommendation.needs_parliament, *others("parliament")
        ),
        select(literal("assistance"), literal_column("'1'"), nothing, how_many).where(
            Recommendation.needs_assistance, *others("assistance")
        ),
        select(literal("action"), planned, nothing, how_many)
        .where(*others("action"))
        .group_by(planned),
        select(literal("cluster"), in_cluster, cluster_name, how_many)
        .select_from(Recommendation)
        .outerjoin(
            recommendation_cluster,
            recommendation_cluster.c.recommendation_id == Recommendation.id,
        )
        .outerjoin(Cluster, Cluster.id == recommendation_cluster.c.cluster_id)
        .where(*others("cluster"))
        .group_by(in_cluster, cluster_name),
        select(literal("lead"), owner, owner_name, how_many)
        .select_from(Recommendation)
        .outerjoin(Assignment, leads)
        .outerjoin(Institution, Institution.id == Assignment.institution_id)
        .where(*others("lead"))
        .group_by(owner, owner_name),
        select(literal("state"), state, nothing, how_many)
        .select_from(Recommendation)
        .join(RecommendingState, RecommendingState.recommendation_id == Recommendation.id)
        .where(*others("state"))
        .group_by(state),
    ]
    for name, scheme in _SCHEMES.items():
        key = _label_key(Label, scheme)
        queries.append(
            select(literal(name), key, func.min(Label.name), how_many)
            .select_from(Recommendation)
            .join(
                recommendation_label,
                recommendation_label.c.recommendation_id == Recommendation.id,
            )
            .join(Label, Label.id == recommendation_label.c.label_id)
            .where(Label.scheme == scheme, *others(name))
            .group_by(key)
        )
    if access.can(ctx.actor, "assignment.see"):
        answer = cast(Assignment.state, String)
        whose = Assignment.institution_id == int(chosen.ours) if chosen.ours else true()
        queries.append(
            select(literal("assignment"), answer, nothing, how_many)
            .select_from(Recommendation)
            .join(Assignment, Assignment.recommendation_id == Recommendation.id)
            .where(Assignment.ended_at.is_(None), whose, *others("assignment"))
            .group_by(answer)
        )
    return queries
