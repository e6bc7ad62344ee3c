"""Queue a mail in the transaction of what it tells about; `sending.py` sends it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy import select

from nmrf import access
from nmrf.core import events, i18n, words
from nmrf.core.ctx import Ctx
from nmrf.core.due import due
from nmrf.core.errors import Conflict
from nmrf.core.i18n import _
from nmrf.outbox.models import Message, MessageState
from nmrf.paths import TEMPLATES


@dataclass(frozen=True)
class Recipient:
    """Somebody to write to. `person_id` is None for those without an account."""

    name: str
    address: str
    language: str = "en"
    person_id: int | None = None

    @classmethod
    def of(cls, person: Any) -> Recipient:
        """The recipient of a person with an account."""
        return cls(person.name, person.email, person.language, person.id)


@dataclass(frozen=True)
class CalendarPart:
    """A calendar entry that goes along: the iCalendar text and its method."""

    text: str
    method: str  # REQUEST or CANCEL


def notify(
    ctx: Ctx,
    kind: str,
    to: Recipient,
    subject: Any,
    *,
    key: str,
    why: str | i18n.Lazy,
    calendar: CalendarPart | None = None,
    sensitive: bool = False,
    not_before: datetime | None = None,
    **values: Any,
) -> Message | None:
    """Queue the mail `templates/email/<kind>.txt`, rendered in the recipient's language.

    `subject` is the row that it is about; `key` with the recipient's address makes the mail
    unique: a second call with the same key queues nothing and gives None. `why` completes the
    sentence "You receive this because …". `sensitive` bodies are shown to nobody.
    """
    dedupe_key = f"{kind}:{key}:{to.person_id or to.address}"[:200]
    if ctx.session.scalar(select(Message.id).where(Message.dedupe_key == dedupe_key)):
        return None
    with i18n.speaking(to.language):
        why = str(why)  # in the recipient's words, also where it is shown later
        zone = ctx.house.settings.zone
        template = _environment().get_template(f"{kind}.txt")
        context = template.new_context(
            {
                **values,
                "to": to,
                "thing": subject,
                "link": ctx.house.link,
                "site_name": ctx.house.settings.site_name,
                "why": why,
                "moment": lambda value: words.moment(value, zone),
                "deadline": lambda day: due(day, ctx.now, zone.key),
            }
        )
        line = "".join(template.blocks["subject"](context)).strip()
        body = template.render(context)
    message = Message(
        dedupe_key=dedupe_key,
        kind=kind,
        person_id=to.person_id,
        to_name=to.name,
        to_address=to.address,
        language=to.language,
        subject=" ".join(line.split())[:400],
        body=body.strip() + "\n",
        why=why,
        calendar=calendar.text if calendar else "",
        calendar_method=calendar.method if calendar else "",
        sensitive=sensitive,
        subject_type=type(subject).__tablename__,
        subject_id=str(subject.id),
        created_at=ctx.now,
        not_before=not_before or ctx.now,
    )
    ctx.session.add(message)
    return message


def retry(ctx: Ctx, message: Message) -> None:
    """Queue a message again that was not delivered, as if it had never been tried.

    Raises:
        Refused: unless the actor looks after mail.
        Conflict: when it is not among the undelivered, or its text has been wiped.
    """
    access.require(ctx.actor, "mail.retry", message)
    if message.state is not MessageState.FAILED:
        raise Conflict(_("Only a mail that was not delivered can be sent again."))
    if not message.body:
        raise Conflict(
            _(
                "This mail held a personal link, which has run out and was wiped. "
                "Send a new link instead."
            )
        )
    message.state = MessageState.QUEUED
    message.attempts = 0
    events.record(ctx, "message.retried", message)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES / "email"),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - plain text
        trim_blocks=True,
        lstrip_blocks=True,
    )
    i18n.install(environment)
    environment.filters.update(day=words.day, short_day=words.short_day, number=words.number)
    return environment
