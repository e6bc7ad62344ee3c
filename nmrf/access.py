"""Every permission and visibility rule of the service. Nothing else decides who may do what.

`can(actor, action, thing)` answers yes or no with a sentence. Services call `require`, pages
use `can` to show or leave out a control, so that nobody is shown a control that refuses them.
Things are given as they are (a row with its attributes); no rule reads the database or the time.

What a rule cannot know (is the window open now, is the state right) is in the slice's service.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nmrf.core.errors import Refused
from nmrf.core.i18n import Lazy, _, _l
from nmrf.core.roles import GOVERNMENT, ROLE_LABELS, Actor, Role, Visibility


@dataclass(frozen=True)
class Answer:
    """Yes, or no with the reason as a sentence for the person."""

    yes: bool
    reason: str = ""

    def __bool__(self) -> bool:
        return self.yes


YES = Answer(yes=True)
Rule = Callable[[Actor, Any], Answer]
RULES: dict[str, Rule] = {}


def can(actor: Actor, action: str, thing: Any = None) -> Answer:
    """Whether the actor may do this, to this thing. The service itself may do everything."""
    return YES if actor.is_system else RULES[action](actor, thing)


def require(actor: Actor, action: str, thing: Any = None) -> None:
    """Raise `Refused` with the reason unless the actor may."""
    answer = can(actor, action, thing)
    if not answer:
        raise Refused(answer.reason)


def _no(reason: object) -> Answer:
    return Answer(yes=False, reason=str(reason))


def _either(allowed: bool, reason: object) -> Answer:
    return YES if allowed else _no(reason)


def _rule(*actions: str) -> Callable[[Rule], Rule]:
    def register(rule: Rule) -> Rule:
        for action in actions:
            RULES[action] = rule
        return rule

    return register


def _only(roles: frozenset[Role], reason: Lazy, *actions: str) -> None:
    for action in actions:
        RULES[action] = lambda actor, _thing: _either(actor.has(*roles), reason)


SECRETARIAT = frozenset({Role.SECRETARIAT})
DRAFTING = frozenset({Role.SECRETARIAT, Role.DRAFTER})
OPERATING = frozenset({Role.SECRETARIAT, Role.ADMINISTRATOR})
ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})
FOCAL = (Role.FOCAL_POINT, Role.ALTERNATE)
MINISTRY = (Role.FOCAL_POINT, Role.ALTERNATE, Role.VALIDATING_AUTHORITY)


# --- Who sees how far ---------------------------------------------------------------------------


def visible_levels(actor: Actor) -> frozenset[Visibility]:
    """The levels that this actor sees. Every list, page, export, feed, search and mail uses it."""
    levels = {Visibility.PUBLIC}
    if actor.is_authenticated or actor.is_system:
        levels.add(Visibility.PARTNERS)
    if actor.has(*GOVERNMENT):
        levels.add(Visibility.GOVERNMENT)
    if actor.has(*OPERATING):
        levels.add(Visibility.SECRETARIAT)
    return frozenset(levels)


@_rule("thing.see")
def _see_by_level(actor: Actor, thing: Any) -> Answer:
    return _either(
        thing.visibility in visible_levels(actor), _("This is not open to you, or not yet.")
    )


# --- Accounts -----------------------------------------------------------------------------------

_only(
    OPERATING,
    _l("Only the secretariat and administrators look after people and institutions."),
    "accounts.manage",
)
_only(
    OPERATING,
    _l("Only the secretariat and administrators see sent mail, jobs and the record of events."),
    "mail.see",
    "mail.retry",
    "jobs.see",
    "jobs.run",
    "events.see",
)
_only(ADMINISTRATOR, _l("Only administrators see this page."), "service.administer")

# Kinds of mail that go to the address somebody left with a comment.
MAIL_TO_COMMENTERS = frozenset({"comments.answered", "comments.withheld"})


@_rule("mail.read")
def _read_mail(actor: Actor, message: Any) -> Answer:
    """Whom a mail goes to, and what it says: of a commenter only who may know the author."""
    if message.kind in MAIL_TO_COMMENTERS:
        return can(actor, "comment.see_author")
    return can(actor, "mail.see")


# An NHRI or stakeholder never drafts or approves the Government's text: the NHRI must not
# prepare the State report (OHCHR, Tips for engagement, lines 180-184; Paris Principles).
ROLES_BY_KIND: dict[str, frozenset[Role]] = {
    "ministry": GOVERNMENT,
    "agency": GOVERNMENT - {Role.MINISTER},
    "judiciary": frozenset(MINISTRY),
    "committee": frozenset({Role.COMMITTEE_MEMBER}),
    "nhri": frozenset({Role.NHRI}),
    "parliament": frozenset({Role.PARLIAMENT}),
    "civil_society": frozenset({Role.STAKEHOLDER}),
    "united_nations": frozenset({Role.STAKEHOLDER}),
    "academia": frozenset({Role.STAKEHOLDER}),
    "embassy": frozenset({Role.STAKEHOLDER}),
    "media": frozenset({Role.STAKEHOLDER}),
}


@dataclass(frozen=True)
class Grant:
    """A role asked for in an institution of this kind."""

    role: Role
    institution_kind: str
    institution_name: str
    holds_other_side: bool = False  # the person holds an office on the other side
    to_self: bool = False  # the actor asks for their own office


def _no_such_role(grant: Grant) -> Answer:
    values = {"institution": grant.institution_name, "role": ROLE_LABELS[grant.role]}
    government = ROLES_BY_KIND[grant.institution_kind] <= GOVERNMENT
    if grant.role in GOVERNMENT and not government:
        return _no(
            _(
                "%(institution)s is not part of the Government, so nobody there can be "
                "“%(role)s”: those who advise and comment never draft or approve the "
                "Government's own text. Choose a role of its own kind.",
                **values,
            )
        )
    if grant.role not in GOVERNMENT and government:
        return _no(
            _(
                "%(institution)s is part of the Government, so nobody there can be “%(role)s”: "
                "that role speaks for those outside it. Choose a role of the Government.",
                **values,
            )
        )
    return _no(_("The role “%(role)s” does not exist in %(institution)s.", **values))


@_rule("office.grant")
def _grant_office(actor: Actor, grant: Grant) -> Answer:
    manage = can(actor, "accounts.manage")
    if not manage:
        return manage
    if grant.role == Role.ADMINISTRATOR and not actor.has(Role.ADMINISTRATOR):
        return _no(_("Only an administrator can make another administrator."))
    if grant.to_self and not actor.has(Role.ADMINISTRATOR):
        return _no(
            _("Nobody gives an office to themselves. Ask a colleague of the secretariat to do it.")
        )
    if grant.role not in ROLES_BY_KIND[grant.institution_kind]:
        return _no_such_role(grant)
    if grant.holds_other_side:
        return _no(
            _(
                "This person already speaks for the other side: one person cannot both approve "
                "the Government's text and comment on it for a stakeholder. End the other office "
                "first."
            )
        )
    return YES


@dataclass(frozen=True)
class Account:
    """An account that somebody looks at or changes."""

    person_id: int
    administers: bool  # holds the office of administrator, now or later
    institution_ids: frozenset[int] = frozenset()  # where offices are or were held
    successor_ids: frozenset[int] = frozenset()  # who holds, or will hold, one of these offices


@_rule("person.change")
def _change_person(actor: Actor, account: Account) -> Answer:
    manage = can(actor, "accounts.manage")
    if not manage:
        return manage
    # Whoever can change an administrator's address can take over the account.
    return _either(
        not account.administers or actor.has(Role.ADMINISTRATOR),
        _("Only an administrator changes the account of an administrator."),
    )


@_rule("absence.set")
def _set_absence(actor: Actor, account: Account) -> Answer:
    if actor.id == account.person_id:
        return YES
    return can(actor, "person.change", account)


@_rule("hand_over.see")
def _see_hand_over(actor: Actor, account: Account) -> Answer:
    return _either(
        actor.id == account.person_id
        or bool(can(actor, "accounts.manage"))
        or actor.id in account.successor_ids
        or not account.institution_ids.isdisjoint(actor.institution_ids),
        _("A hand-over sheet is seen by the institution that it belongs to and the secretariat."),
    )


# --- Cycle and calendar -------------------------------------------------------------------------

_only(
    SECRETARIAT,
    _l("Only the secretariat changes the cycle and its dates."),
    "cycle.manage",
    "milestone.edit",
)


@_rule("milestone.deliver")
def _deliver_milestone(actor: Actor, milestone: Any) -> Answer:
    return _either(
        actor.has(Role.SECRETARIAT) or actor.has_in(milestone.institution_id, *MINISTRY),
        _("Only the responsible institution, or the secretariat, can say that it is delivered."),
    )


_only(
    GOVERNMENT,
    _l("The deadline board is for the Government's own offices."),
    "board.see",
)

# --- Recommendations ----------------------------------------------------------------------------

_only(
    SECRETARIAT,
    _l("Only the secretariat imports, assigns and positions recommendations."),
    "recommendation.import",
    "recommendation.assign",
    "recommendation.position",
)
_only(
    GOVERNMENT,
    _l("How institutions answered their assignments is for the Government's own offices."),
    "assignment.see",
)


@_rule("assignment.answer")
def _answer_assignment(actor: Actor, assignment: Any) -> Answer:
    return _either(
        actor.has_in(assignment.institution_id, *MINISTRY),
        _("Only the focal points of the institution can accept or dispute its assignment."),
    )


_only(
    SECRETARIAT,
    _l("Only the secretariat groups recommendations, publishes actions and keeps commitments."),
    "cluster.manage",
    "action.publish",
    "commitment.manage",
)


@_rule("action.add")
def _add_action(actor: Actor, recommendation: Any) -> Answer:
    assigned = {one.institution_id for one in recommendation.current_assignments}
    return _either(
        actor.has(Role.SECRETARIAT) or not assigned.isdisjoint(actor.institutions_as(*FOCAL)),
        _("Only the institutions that carry a recommendation out plan actions for it."),
    )


@_rule("action.write")
def _write_action(actor: Actor, action: Any) -> Answer:
    return _either(
        actor.has(Role.SECRETARIAT) or actor.has_in(action.institution_id, *FOCAL),
        _("Only the focal points of the responsible institution and the secretariat change this."),
    )


@_rule("commitment.report")
def _report_commitment(actor: Actor, commitment: Any) -> Answer:
    owner = commitment.institution_id
    return _either(
        actor.has(Role.SECRETARIAT) or (owner is not None and actor.has_in(owner, *FOCAL)),
        _("Only the institution that owns the commitment and the secretariat report on it."),
    )


# --- Ministry updates ---------------------------------------------------------------------------

_only(SECRETARIAT, _l("Only the secretariat opens and closes rounds."), "round.manage")
_only(DRAFTING, _l("Only the secretariat follows all answers of a round."), "round.monitor")


@_rule("update.see")
def _see_update(actor: Actor, update: Any) -> Answer:
    return _either(
        actor.has_in(update.institution_id, *MINISTRY) or actor.has(*DRAFTING),
        _("An update is seen by the institution that writes it and by the secretariat."),
    )


@_rule("update.write")
def _write_update(actor: Actor, update: Any) -> Answer:
    return _either(
        actor.has_in(update.institution_id, *FOCAL),
        _("Only the focal points of the institution write its updates."),
    )


@_rule("updates.fill_in")
def _fill_in_updates(actor: Actor, institution: Any) -> Answer:
    return _either(
        actor.has_in(institution.id, *FOCAL),
        _("Only the focal points of the institution write its updates."),
    )


@_rule("update.sign")
def _sign_update(actor: Actor, update: Any) -> Answer:
    if not actor.has_in(update.institution_id, Role.VALIDATING_AUTHORITY):
        return _no(_("Only the validating authority of the institution signs its updates off."))
    if actor.id is not None and update.written_by_id == actor.id:
        return _no(_("Whoever wrote an update cannot sign it off as well."))
    return YES


@_rule("update.return")
def _return_update(actor: Actor, update: Any) -> Answer:
    return _either(
        actor.has_in(update.institution_id, Role.VALIDATING_AUTHORITY)
        or actor.has(Role.SECRETARIAT),
        _("Only the validating authority or the secretariat sends an update back."),
    )


# --- Consultations ------------------------------------------------------------------------------

_only(SECRETARIAT, _l("Only the secretariat arranges consultations."), "consultation.manage")


@_rule("consultation.see")
def _see_consultation(actor: Actor, consultation: Any) -> Answer:
    if can(actor, "consultation.manage"):
        return YES
    if consultation.announced_at is None and consultation.state != "held":
        return _no(_("This consultation has not been announced yet."))
    invited = {i.institution_id for i in consultation.invitations}
    return _either(
        consultation.visibility in visible_levels(actor)
        or not invited.isdisjoint(actor.institution_ids),
        _("This consultation is open only to those invited."),
    )


@_rule("consultation.answer")
def _answer_invitation(actor: Actor, invitation: Any) -> Answer:
    return _either(
        invitation.institution_id in actor.institution_ids or actor.has(Role.SECRETARIAT),
        _("Only people of the invited institution can answer its invitation."),
    )


@_rule("outcome.complete")
def _complete_outcome(actor: Actor, outcome: Any) -> Answer:
    return _either(
        actor.has(Role.SECRETARIAT) or outcome.institution_id in actor.institution_ids,
        _("Only the institution that took this on, or the secretariat, can say it is done."),
    )


# --- Reports ------------------------------------------------------------------------------------

_only(
    SECRETARIAT,
    _l("Only the secretariat creates, publishes and submits reports."),
    "report.manage",
    "version.publish",
    "report.submit",
)
_only(DRAFTING, _l("Only the secretariat and drafters write the report."), "report.write")


@_rule("version.see")
def _see_version(actor: Actor, version: Any) -> Answer:
    if version.state in {"public", "submitted"} or actor.has(*DRAFTING):
        return YES
    if version.state == "frozen":
        return _either(
            actor.has(*GOVERNMENT, Role.NHRI, Role.PARLIAMENT),
            _("This version is with those who validate it and has not been published."),
        )
    return _either(
        actor.has(*MINISTRY), _("This draft is still being written and has not been published.")
    )


@_rule("block.edit")
def _edit_block(actor: Actor, block: Any) -> Answer:
    if block.version.state != "draft":
        return _no(_("This version has been shown and never changes. Edit the next version."))
    if actor.has(*DRAFTING):
        return YES
    return _either(
        block.owner_id is not None and actor.has_in(block.owner_id, *FOCAL),
        _("Only drafters and the institution that owns the section can edit it."),
    )


@_rule("addendum.see")
def _see_addendum(actor: Actor, cycle: Any) -> Answer:
    if cycle.stage in {"follow_up", "mid_term"}:
        return YES
    return _either(
        actor.has(*GOVERNMENT),
        _("The positions are collected here until the adoption; then everyone can read them."),
    )


# --- Validation ---------------------------------------------------------------------------------

_only(SECRETARIAT, _l("Only the secretariat sends a version along a route."), "run.manage")
_only(
    GOVERNMENT | {Role.NHRI, Role.PARLIAMENT},
    _l("Validation is followed by those who take part in it."),
    "run.see",
)


@_rule("task.decide")
def _decide_task(actor: Actor, task: Any) -> Answer:
    secretariat = actor.has(Role.SECRETARIAT)
    if task.kind == "record":
        return _either(secretariat, _("The secretariat records what this body decided."))
    # Neither decides anything: the text is ready, or the hearing has been held.
    if task.kind in {"edit", "consult"} and secretariat:
        return YES
    role = Role(task.role)
    if role is Role.STAKEHOLDER and task.institution_id is None:
        return _no(_("Comments are made on the draft; the secretariat records what they said."))
    held = (
        actor.has(role) if task.institution_id is None else actor.has_in(task.institution_id, role)
    )
    return _either(held, _("This step is decided by: %(role)s.", role=ROLE_LABELS[role]))


@_rule("decision.read")
def _read_decision(actor: Actor, task: Any) -> Answer:
    """Reasons given inside the Government stay there; advice is read by all who take part."""
    return _either(
        actor.has(*GOVERNMENT) or task.kind in {"advise", "consult"},
        _("Reasons given inside the Government are read by its own offices."),
    )


# --- Comments -----------------------------------------------------------------------------------


@_rule("comment.post")
def _post_comment(actor: Actor, window: Any) -> Answer:
    if window.audience == "everyone":
        return YES
    if window.audience == "partners":
        return _either(actor.is_authenticated, _("Comments on this draft need an account."))
    return _either(actor.has(*GOVERNMENT), _("This draft takes comments from the Government."))


@_rule("comment.upload")
def _upload_comments(actor: Actor, window: Any) -> Answer:
    if actor.has(Role.SECRETARIAT):
        return YES
    if not actor.is_authenticated:
        return _no(_("Sending many comments in one file needs an account; one by one does not."))
    return can(actor, "comment.post", window)


_only(
    SECRETARIAT,
    _l("Only the secretariat moderates and answers comments."),
    "window.manage",
    "comment.moderate",
    "comment.redact",
    "comment.read_original",
    "comment.dispose",
    "comment.enter",
    "dispositions.release",
    "comment.see_author",
)


@_rule("comment.see")
def _see_comment(actor: Actor, comment: Any) -> Answer:
    return _either(
        actor.has(Role.SECRETARIAT) or comment.state == "shown",
        _("This comment is not shown."),
    )


def author_shown(actor: Actor, comment: Any) -> bool:
    """Whether the name of a comment's author may be shown to this actor.

    An anonymous comment has no author row at all; see `feedback/models.py`.
    """
    if comment.author is None:
        return False
    return comment.mode == "public" or bool(can(actor, "comment.see_author"))


# --- Files --------------------------------------------------------------------------------------


@_rule("file.see")
def _see_file(actor: Actor, file: Any) -> Answer:
    own = file.institution_id is not None and file.institution_id in actor.institution_ids
    return _either(
        own or file.visibility in visible_levels(actor), _("This file is not open to you.")
    )
