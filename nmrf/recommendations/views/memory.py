"""A recommendation's page: what is known of it, and everything that was built on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import flask

from nmrf import access
from nmrf.core.ctx import Ctx
from nmrf.core.i18n import _, language
from nmrf.recommendations import joints, plan, queries, queries_plan
from nmrf.recommendations.exports import stable_id
from nmrf.recommendations.forms import ReasonForm
from nmrf.recommendations.history import history
from nmrf.recommendations.models import (
    DISPUTE_LABELS,
    LABEL_SCHEME_LABELS,
    Assignment,
    Label,
    LabelScheme,
    Recommendation,
)
from nmrf.recommendations.similar import similar
from nmrf.recommendations.states_names import state_name
from nmrf.recommendations.views.common import bp, cycle_label, source_of
from nmrf.web.edge import ctx

_FACETS = {LabelScheme.THEME: "theme", LabelScheme.PERSONS: "persons", LabelScheme.SDG: "sdg"}


@bp.get("/<int:recommendation_id>")
def recommendation(recommendation_id: int) -> str:
    """Text, States, position, owners, labels, joints with other slices, similar ones, history."""
    context = ctx()
    one = queries.get(context, recommendation_id)
    sees_answers = bool(access.can(context.actor, "assignment.see"))
    return flask.render_template(
        "recommendations/recommendation.html",
        one=one,
        stable_id=stable_id(one),
        cycle=cycle_label(one.cycle),
        states=[_state(one, s.name, s.code) for s in one.states],
        parts=_parts(one),
        labels=_labels(one),
        source=source_of(one.position_symbol, one.position_paragraph),
        positions=[
            (change, source_of(change.symbol, change.paragraph))
            for change in reversed(one.positions)
        ],
        owners=[_owner(context, a) for a in one.current_assignments],
        former=[a for a in one.assignments if a.ended_at is not None] if sees_answers else [],
        sees_answers=sees_answers,
        reason=ReasonForm(formdata=None),
        actions=queries_plan.of_recommendations(context, [one.id])[one.id],
        split=one.split,
        former_parts=[part for part in one.all_parts if part.ended_at is not None],
        timeframe=plan.timeframe,
        indicators_of=plan.indicators_of,
        indicator_words=plan.indicator_words,
        sections=[_section(s) for s in joints.sections(context, one)],
        similar=similar(context, one),
        events=history(context, one) if access.can(context.actor, "events.see") else None,
    )


def _state(one: Recommendation, name: str, code: str | None) -> dict[str, str]:
    key = code or name
    return {
        "name": state_name(code, language()) if code else name,
        "url": flask.url_for("recommendations.index", state=key, cycle=str(one.cycle_id)),
    }


def _parts(one: Recommendation) -> list[dict[str, Any]]:
    names = {s.code or s.name: s.name for s in one.states}
    return [
        {
            "text": part["text"],
            "states": [_state(one, names.get(key, key), _code(one, key)) for key in part["states"]],
        }
        for part in one.parts
    ]


def _code(one: Recommendation, key: str) -> str | None:
    return key if any(s.code == key for s in one.states) else None


def _labels(one: Recommendation) -> list[tuple[str, list[dict[str, str]]]]:
    found = []
    for scheme, facet in _FACETS.items():
        links = [
            {"name": f"{label.code} {label.name}".strip(), "url": _facet_url(facet, label)}
            for label in one.labels
            if label.scheme == scheme
        ]
        if links:
            found.append((str(LABEL_SCHEME_LABELS[scheme]), links))
    return found


def _facet_url(facet: str, label: Label) -> str:
    values: dict[str, Any] = {facet: label.code if facet == "sdg" else label.name}
    return flask.url_for("recommendations.index", **values)


def _owner(context: Ctx, one: Assignment) -> dict[str, Any]:
    return {
        "row": one,
        "dispute": str(DISPUTE_LABELS[one.dispute]) if one.dispute else "",
        "answers": bool(access.can(context.actor, "assignment.answer", one)),
        "by_silence": one.state == "accepted"
        and one.answered_at is not None
        and one.answered_by_id is None,
    }


def _section(section: joints.Section) -> dict[str, Any]:
    return {
        "title": section.title,
        "gap": section.gap,
        "key": section.key,
        "rows": [
            {
                "ends": [_end(end) for end in row.ends],
                "text": row.text,
                "when": row.when,
                "note": row.note,
            }
            for row in section.rows
        ],
    }


def _end(end: joints.End) -> Mapping[str, str]:
    known = end.endpoint in flask.current_app.view_functions
    return {
        "kind": end.kind,
        "label": end.label,
        "note": end.note,
        "gap": end.gap or _("nothing yet"),
        "url": flask.url_for(end.endpoint, **end.values) if known else "",
    }
