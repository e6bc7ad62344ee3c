"""A comment arrives: posted on the page, or entered by the secretariat for somebody.

Of an anonymous comment nothing is written but its own row: no event, no mail, no time.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from nmrf import access
from nmrf.accounts.clean import clean_email
from nmrf.core import events, words
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Conflict, Invalid
from nmrf.core.i18n import _
from nmrf.core.roles import PUBLIC
from nmrf.cycles import inputs
from nmrf.feedback import receipts
from nmrf.feedback.models import Channel, Comment, CommentAuthor, CommentState, CommentWindow, Mode
from nmrf.feedback.states import Phase, phase
from nmrf.reports.inline import plain
from nmrf.reports.models import Block

LONGEST = 10_000


@dataclass(frozen=True)
class Receipt:
    """The code, which is shown once and never kept, and the comment that it leads to."""

    code: str
    comment: Comment


@dataclass(frozen=True)
class Named:
    """Who says it, cleaned. Never made for an anonymous comment."""

    name: str
    organisation: str
    email: str


@dataclass(frozen=True)
class Words:
    """What is said, cleaned."""

    text: str
    proposed: str


def post(
    ctx: Ctx,
    window: CommentWindow,
    *,
    text: str,
    mode: Mode,
    block: Block | None = None,
    proposed_text: str = "",
    name: str = "",
    organisation: str = "",
    email: str = "",
    consent: bool = False,
    language: str = "en",
    token: str = "",
    own: bool = True,
) -> Receipt:
    """Take a comment on a block of the version, or on the whole document.

    Name, organisation and address are left aside where the mode is anonymous. `token` names one
    sending of a form: the same one again gives the same receipt, and no second comment. Without
    `own` the actor sends it for the person named, and is not kept as its author.

    Raises:
        Conflict: when the window is not open now.
        Invalid: for an empty or too long text, or a name without consent.
    """
    check_open(ctx, window)
    access.require(ctx.actor, "comment.post", window)
    said = check_words(text, proposed_text, block)
    named = check_author(mode, name, organisation, email, consent=consent)
    return _take(ctx, window, said, mode, block, named, language=language, token=token, own=own)


def enter(
    ctx: Ctx,
    window: CommentWindow,
    *,
    channel: Channel,
    text: str,
    mode: Mode,
    block: Block | None = None,
    proposed_text: str = "",
    name: str = "",
    organisation: str = "",
    email: str = "",
    consent: bool = False,
    language: str = "en",
    token: str = "",
) -> Receipt:
    """Enter what somebody said at a meeting or wrote, marked as such; also after the window closed.

    Raises `Invalid` as `post` does, and for the channel of the page itself.
    """
    access.require(ctx.actor, "comment.enter", window)
    if channel is Channel.WEB:
        raise Invalid(
            _("Say how it reached you: at a meeting, by letter or by e-mail."), place="channel"
        )
    if phase(window, ctx.now, ctx.house.settings.time_zone) is Phase.UPCOMING:
        raise Conflict(_("This window is not open yet."))
    said = check_words(text, proposed_text, block)
    named = check_author(mode, name, organisation, email, consent=consent)
    return _take(
        ctx, window, said, mode, block, named, language=language, token=token, channel=channel
    )


def check_open(ctx: Ctx, window: CommentWindow) -> None:
    """Raise `Conflict` with the date unless the window is open now."""
    settings = ctx.house.settings
    where = phase(window, ctx.now, settings.time_zone)
    if where is Phase.UPCOMING:
        raise Conflict(
            _(
                "This text takes comments from %(moment)s.",
                moment=words.moment(window.opens_at, settings.zone),
            )
        )
    if where is Phase.CLOSED:
        raise Conflict(
            _(
                "The window for comments closed on %(day)s at 24:00. Nothing was sent. You can "
                "still write to the secretariat.",
                day=words.day(window.closes_on),
            )
        )


def check_words(text: str, proposed_text: str, block: Block | None) -> Words:
    """What somebody wrote, as it is kept. Raises `Invalid` at the field."""
    text, proposed = inputs.prose(text, "text"), inputs.prose(proposed_text, "proposed_text")
    for value, place in ((text, "text"), (proposed, "proposed_text")):
        if len(value) > LONGEST:
            raise Invalid(
                _(
                    "This is too long: %(n)s characters of at most %(most)s. Send it in parts.",
                    n=words.number(len(value)),
                    most=words.number(LONGEST),
                ),
                place=place,
            )
    if proposed and block is None:
        raise Invalid(
            _("Wording is proposed for one paragraph. Choose the paragraph first."),
            place="proposed_text",
        )
    if block is not None and proposed in (block.text, plain(block.text)):
        proposed = ""  # left as it was filled in
    if not text and not proposed:
        raise Invalid(_("Write what you want to say."), place="text")
    return Words(text, proposed)


def check_author(
    mode: Mode, name: str, organisation: str, email: str, *, consent: bool
) -> Named | None:
    """Who says it; nobody where it is anonymous, whatever was filled in."""
    if mode is Mode.ANONYMOUS:
        return None
    cleaned = inputs.line(name, "name")
    if not cleaned:
        raise Invalid(
            _("Write your name, or choose to send the comment anonymously."), place="name"
        )
    named = Named(
        cleaned,
        inputs.line(organisation, "organisation"),
        clean_email(email) if email.strip() else "",
    )
    if not consent:
        raise Invalid(
            _("Tick this so that we may keep your name as you chose, or send it anonymously."),
            place="consent",
        )
    return named


def _take(
    ctx: Ctx,
    window: CommentWindow,
    said: Words,
    mode: Mode,
    block: Block | None,
    named: Named | None,
    *,
    language: str,
    token: str,
    channel: Channel = Channel.WEB,
    own: bool = False,
) -> Receipt:
    if block is not None and block.version_id != window.version_id:
        raise Invalid(_("This paragraph belongs to another version. Go back to the text."))
    key = ctx.house.settings.secret_key.get_secret_value()
    token = token or receipts.new_token()
    code = receipts.code_for(token, key)
    known = ctx.session.scalar(select(Comment).where(Comment.id == receipts.comment_id(token, key)))
    if known is not None:
        return Receipt(code, known)
    comment = Comment(
        id=receipts.comment_id(token, key),
        mode=mode,
        version_id=window.version_id,
        block_id=block.id if block else None,
        paragraph_id=block.paragraph_id if block else None,
        text=said.text,
        proposed_text=said.proposed,
        language=language,
        channel=channel,
        received_on=ctx.today,
        receipt_hash=receipts.hash_of(code),
        state=CommentState.RECEIVED,
    )
    ctx.session.add(comment)
    ctx.session.flush()
    if named is not None:
        _name(ctx, comment, named, own=own)
        # The record of events is read by more people than may know who wrote.
        # Nor does it say who sent a comment for somebody else.
        unsaid = channel is Channel.WEB and (mode is Mode.SECRETARIAT or not own)
        told = ctx.acting_as(PUBLIC) if unsaid else ctx
        events.record(
            told, "comment.received", comment, version=window.version_id, channel=channel.value
        )
    return Receipt(code, comment)


def _name(ctx: Ctx, comment: Comment, named: Named, *, own: bool) -> None:
    institutions = ctx.actor.institution_ids
    ctx.session.add(
        CommentAuthor(
            comment_id=comment.id,
            mode=comment.mode,
            name=named.name,
            organisation=named.organisation,
            email=named.email,
            person_id=ctx.actor.id if own else None,
            institution_id=min(institutions) if own and len(institutions) == 1 else None,
            consented_on=ctx.today,
        )
    )
    ctx.session.flush()
