"""The implementation matrix of the demonstration: clusters, actions, commitments, all made up.

Every action says that it is fictional: real ministries are given no plans.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from nmrf.core.roles import Visibility
from nmrf.cycles.models import Cycle
from nmrf.recommendations import queries
from nmrf.recommendations import service as recommendations
from nmrf.recommendations.commitments import Promise
from nmrf.recommendations.models import LabelScheme, Position, Recommendation
from nmrf.recommendations.models_plan import Action, ActionState, CommitmentSource
from nmrf.rehearsal import people
from nmrf.rehearsal.play import Play

# The four clusters of Kenya's matrix; words of a heading that put a recommendation into one.
CLUSTERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "Legal and institutional reforms",
        ("ratification", "institution", "cooperation", "follow", "governance", "national mech"),
    ),
    (
        "Economic, social and cultural rights",
        ("health", "education", " work", "housing", "social", "poverty", "environment", "cultur"),
    ),
    (
        "Group rights",
        ("women", "gender", "children", "disab", "minorit", "roma", "migrant", "older", "refugee"),
    ),
    ("Civil and political rights", ()),
)


@dataclass(frozen=True)
class Made:
    """An action of the story; days count from the day of planning."""

    title: str
    result: str
    kind: str
    starts: int
    ends: int
    numbers: int = 1  # of the recommendations that it serves
    moves: tuple[tuple[ActionState, str], ...] = ()
    public: bool = True
    indicator: tuple[str, str, str, str] | None = None  # what, unit, from, to
    values: tuple[str, ...] = ()  # at first, and half a year later


U, D, X = ActionState.UNDER_WAY, ActionState.DONE, ActionState.DROPPED
PLANS: dict[str, tuple[Made, ...]] = {
    "justice": (
        Made(
            "Fictional action: draft an amendment of an imaginary act",
            "The imaginary act is in line with what was recommended.",
            "legislative",
            0,
            420,
            2,
            ((U, ""),),
            indicator=("Readings passed by the imaginary act", "readings", "0", "3"),
            values=("1",),
        ),
        Made(
            "Fictional action: train invented judges and prosecutors",
            "Every invented court has one trained person at least.",
            "training",
            30,
            500,
            3,
            ((U, ""),),
            indicator=("Invented courts with a trained person", "courts", "12", "44"),
            values=("18", "25"),
        ),
        Made(
            "Fictional action: study an imaginary register",
            "It is known whether the imaginary register is needed.",
            "data",
            0,
            200,
            1,
            ((X, "Fictional reason: another invented study has answered the question."),),
            public=False,
        ),
    ),
    "education": (
        Made(
            "Fictional action: a pretend handbook for schools",
            "Teachers have a pretend handbook on human rights education.",
            "training",
            0,
            250,
            2,
            ((U, ""), (D, "Fictional result: the pretend handbook is in use.")),
            indicator=("Schools with the pretend handbook", "schools", "0", "450"),
            values=("200", "460"),
        ),
    ),
    "health": (
        Made(
            "Fictional action: open two imaginary counselling points",
            "People in two imaginary regions find help near their home.",
            "resources",
            60,
            640,
            1,
            indicator=("Imaginary counselling points open", "points", "0", "2"),
        ),
    ),
    "labour": (
        Made(
            "Fictional action: an invented campaign on equal pay",
            "Employers of an invented sample publish their pay gap.",
            "political",
            0,
            470,
            2,
            ((U, ""),),
            public=False,
            indicator=("Employers of the sample that publish", "%", "5", "40"),
        ),
    ),
}
COMMITMENTS: tuple[tuple[str, CommitmentSource, str], ...] = (
    (
        "Fictional commitment: the State will present an imaginary mid-term report.",
        CommitmentSource.NATIONAL_REPORT,
        "foreign",
    ),
    (
        "Fictional commitment: an invented hotline will answer at night too.",
        CommitmentSource.WORKING_GROUP_REPORT,
        "labour",
    ),
    (
        "Fictional commitment: a pretend survey will ask people about discrimination.",
        CommitmentSource.PLENARY,
        "",
    ),
)
SOURCE = "Fictional count"
RESOURCES = "Fictional budget line 0000."
PARTNERS = "Fictional Rights Network, Invented Youth Forum"


Begun = tuple[Made, str, Action]


def begin(play: Play, cycle: Cycle) -> list[Begun]:
    """Some weeks after the adoption: clusters, the first actions, commitments."""
    play.move_to(date(2025, 9, 15))
    with play.acting("secretariat") as ctx:
        rows = queries.of_cycle(ctx.session, cycle)
        left = list(rows)
        for name, themes in CLUSTERS:
            cluster = recommendations.create_cluster(ctx, name)
            mine = [row for row in left if not themes or _about(row, themes)]
            left = [row for row in left if row not in mine]
            recommendations.put_into(ctx, mine, cluster)
        for text, source, owner in COMMITMENTS:
            recommendations.add_commitment(
                ctx,
                cycle,
                Promise(text, source, institution=play.institution(owner) if owner else None),
            )
        recommendations.set_needs(
            ctx, [row for row in rows if _has_theme(row, "health")][:3], needs_assistance=True
        )
    begun = play.today
    made = [
        (plan, key, _plan(play, cycle, key, plan, place, begun))
        for key, plans in PLANS.items()
        for place, plan in enumerate(plans)
    ]
    play.move_to(date(2025, 10, 1))
    with play.acting("secretariat") as ctx:
        for plan, _key, action in made:
            if plan.public:
                recommendations.show_action(ctx, action, Visibility.PUBLIC)
    play.move_to(date(2025, 11, 3))
    for plan, key, action in made:
        if plan.values:
            _measure(play, key, action, plan.values[0])
    return made


def go_on(play: Play, made: list[Begun]) -> None:
    """Half a year later: second values; one action is done, one dropped."""
    for plan, key, action in made:
        for value in plan.values[1:]:
            _measure(play, key, action, value)
        for to, reason in plan.moves:
            if to is not U:
                with play.acting(f"focal:{key}") as ctx:
                    recommendations.move_action(ctx, action, to, reason)


def _measure(play: Play, key: str, action: Action, value: str) -> None:
    with play.acting(f"focal:{key}") as ctx:
        recommendations.record_value(ctx, action.indicators[0], value, on=play.today, source=SOURCE)


def _plan(play: Play, cycle: Cycle, key: str, plan: Made, place: int, begun: date) -> Action:
    with play.acting(f"focal:{key}") as ctx:
        mine = [
            row
            for row in queries.of_cycle(ctx.session, cycle)
            if people.leader_of(row) == key and row.position is Position.SUPPORTED
        ]
        first = place * 3
        action = recommendations.create_action(
            ctx,
            cycle,
            recommendations.Plan(
                title=plan.title,
                institution=play.institution(key),
                recommendations=mine[first : first + plan.numbers],
                kind=plan.kind,
                partners=PARTNERS,
                starts_on=begun + timedelta(days=plan.starts),
                ends_on=begun + timedelta(days=plan.ends),
                resources=RESOURCES,
                result=plan.result,
            ),
        )
        if plan.indicator is not None:
            what, unit, baseline, target = plan.indicator
            recommendations.add_indicator(
                ctx,
                action,
                what=what,
                unit=unit,
                baseline=baseline,
                target=target,
                due_on=begun + timedelta(days=plan.ends),
                source=SOURCE,
            )
        if U in {to for to, _reason in plan.moves}:
            recommendations.move_action(ctx, action, U)
    return action


def _about(row: Recommendation, words: tuple[str, ...]) -> bool:
    return any(word in row.theme_heading.casefold() for word in words)


def _has_theme(row: Recommendation, word: str) -> bool:
    return any(
        word in label.name.casefold() for label in row.labels if label.scheme is LabelScheme.THEME
    )
