"""Routes and practices in sentences, for `nmrf workflows show` and whoever signs them off."""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Mapping

from nmrf.definitions.practices import Practice
from nmrf.definitions.routes import DRAFTING, OPENING, SUBMISSION, VOICES, Route, Step

_DOES = {
    "approve": "Approves the text, or returns it with a reason",
    "advise": "Advises; approves and returns nothing",
    "consult": "Is consulted; approves and returns nothing",
    "edit": "Brings the text up to date and says when it is ready",
    "publish": "Publishes the text; afterwards it never changes",
    "record": "Decides elsewhere; the secretariat records the decision",
}
_BODIES = {
    "lead_ministries": "the ministries that lead a recommendation which the document answers",
    "contributing_ministries": (
        "the ministries that lead or support a recommendation which the document answers, or own "
        "a part of its text"
    ),
    "all_ministries": "all ministries",
    "foreign_ministry": "the ministry that runs the mechanism",
    "secretariat": "the secretariat",
    "committee": "the committee",
    "nhri": "the national human rights institution",
    "parliament": "Parliament",
    "minister": "the minister",
    "cabinet": "the Government",
    "stakeholders": "organisations and the public",
}
_ANCHORS = {OPENING: "the step opens", SUBMISSION: "the document is due"}


def tell_route(route: Route) -> Iterator[str]:
    """A route line by line: who does what, by when, what silence and a return mean."""
    yield f"{route.title} ({route.ref})"
    yield route.description
    yield f"For: {_listed(kind.replace('_', ' ') for kind in route.documents)}"
    yield f"Written in: {route.source}"
    for stage in route.stages:
        yield ""
        if len(stage) > 1:
            yield f"{stage[0].stage}. Side by side:"
        for step in stage:
            number, margin = ("", "   ") if len(stage) > 1 else (f"{step.stage}. ", "")
            yield f"{margin}{number}{step.title}"
            yield from (f"{margin}   {line}" for line in _tell_step(step, route))
    yield ""
    yield "Then the route is at its end. Sending the document to the UN is an act of its own."


def _tell_step(step: Step, route: Route) -> Iterator[str]:
    if step.help:
        yield step.help
    yield f"Who: {_who(step)}."
    yield f"What: {_DOES[step.kind]}."
    if step.each and step.decides:
        yield f"How many: {_how_many(step)}."
    if step.due:
        anchor = _ANCHORS.get(step.due.anchor, step.due.anchor.replace("_", " "))
        span = f"{step.due.span} {step.due.direction} {anchor}" if step.due.span else f"on {anchor}"
        yield f"Until: {span}{', to aim for' if step.advisory else ''}."
    if step.kind in VOICES:
        yield "Without an answer by then the route goes on."
    elif step.silence:
        yield (
            "No objection by then counts as agreement, if the mail that asked was delivered two "
            "working days before."
        )
    if step.decides:
        yield f"Returned: {_returned(step, route)}."
    if step.after_return == "stands_if_unchanged":
        yield "In the next round: whoever's part is unchanged is not asked again."
    if step.own_text_allowed:
        yield "Whoever wrote in the text may approve it here."
    if step.reason == "always":
        yield "Always with a reason."


def _who(step: Step) -> str:
    role, body = step.decider.role.replace("_", " "), _BODIES[step.decider.of]
    if step.kind == "record":
        return f"{body}; entered by the {role}"
    if step.decider.of in {"minister", "secretariat", "nhri", "stakeholders"}:
        return (
            body
            if role in {"minister", "secretariat", "nhri", "stakeholder"}
            else (f"a {role} of {body}")
        )
    if step.each and step.decider.of == "committee":
        body = "the institutions in the committee"
    article = "an" if role[0] in "aeio" else "a"
    return f"{article} {role} of {'each of ' if step.each else ''}{body}"


def _how_many(step: Step) -> str:
    if step.quorum is None or str(step.quorum) == "all":
        return "all of them have to agree"
    return f"{step.quorum} of them have to agree"


def _returned(step: Step, route: Route) -> str:
    target = route.step(step.on_return) if step.on_return and step.on_return != DRAFTING else None
    if target is None:
        return "the drafters make a new version, and the route begins anew"
    goes = "the next round begins at once with" if target.kind == "edit" else "it goes on with"
    return f"{goes} step {target.stage}, “{target.title}”"


def tell_practice(practice: Practice, routes: Mapping[str, Route]) -> Iterator[str]:
    """A practice line by line; what its source is silent on is marked."""
    unsure = set(practice.unsourced)

    def mark(field: str) -> str:
        silent = field in unsure or field.partition(".")[0] in unsure
        return "  (not in the source: to be confirmed)" if silent else ""

    yield f"Practice: {practice.title}"
    if practice.description:
        yield practice.description
    yield f"Written in: {practice.source}"
    yield f"Committee: {practice.committee}{mark('committee')}"
    if practice.consultations:
        months = _listed(calendar.month_name[month] for month in practice.consultations.months)
        times = practice.consultations.times_a_year
        yield f"Consults: {times} times a year, in {months}{mark('consultations')}"
    if practice.round:
        yield (
            f"Yearly round: from {practice.round.opens} to {practice.round.closes}; summary for "
            f"the Government by {practice.round.consolidated}{mark('round')}"
        )
    yield f"Drafts are open for comment: {practice.comment_window}{mark('comment_window')}"
    yield (f"Invitations: at least {practice.invitation_days} days before{mark('invitation_days')}")
    if practice.required_participants:
        groups = _listed(one.replace("_", " ") for one in practice.required_participants)
        yield f"Has to reach: {groups}{mark('required_participants')}"
    for kind, route in practice.routes.items():
        title = routes[route].title if route in routes else route
        yield f"Route of {kind.replace('_', ' ')}: {title} ({route}){mark(f'routes.{kind}')}"


def _listed(words: Iterator[str]) -> str:
    *most, last = list(words)
    return f"{', '.join(most)} and {last}" if most else last
