from __future__ import annotations

import itertools
from datetime import datetime

from sqlalchemy.orm import Session

from nmrf.outbox.models import Message
from tests.factories import THEN

_numbers = itertools.count(1)


def message(session: Session, to: str = "", **values: object) -> Message:
    """A mail that waits since `THEN`."""
    n = next(_numbers)
    at: datetime = values.pop("at", THEN)
    row = Message(
        **{
            "dedupe_key": f"test:{n}",
            "kind": "test.told",
            "to_name": f"Person {n}",
            "to_address": to or f"mail{n}@example.org",
            "language": "en",
            "subject": f"Notice {n}",
            "body": f"Dear Person {n},\n",
            "why": "you hold an office.",
            "subject_type": "cycle",
            "subject_id": "1",
            "created_at": at,
            "not_before": at,
        }
        | values
    )
    session.add(row)
    session.flush()
    return row
