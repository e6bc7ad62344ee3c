"""The verbs of the ministries' updates, in one place for other slices.

The one door of a round's state is `rounds.py`; of an update's `answers.py` until it is sent and
`signing.py` from there on. Reminders are in `reminders.py`.
"""

from __future__ import annotations

from nmrf.updates.answers import (
    add_evidence,
    doubts,
    is_ready,
    is_writable,
    missing,
    remove_evidence,
    save_update,
    send_for_sign_off,
    send_ready,
    statuses,
    why_not_writable,
)
from nmrf.updates.reminders import remind, remind_due
from nmrf.updates.rounds import (
    close_round,
    create_round,
    edit_round,
    extend_round,
    has_ended,
    next_year,
    open_and_close_due,
    open_round,
    suggested,
)
from nmrf.updates.sheet_reading import read_sheet, take_sheet
from nmrf.updates.sheets import offline_sheet
from nmrf.updates.signing import fingerprint, return_update, sign_all, sign_off

__all__ = [
    "add_evidence",
    "close_round",
    "create_round",
    "doubts",
    "edit_round",
    "extend_round",
    "fingerprint",
    "has_ended",
    "is_ready",
    "is_writable",
    "missing",
    "next_year",
    "offline_sheet",
    "open_and_close_due",
    "open_round",
    "read_sheet",
    "remind",
    "remind_due",
    "remove_evidence",
    "return_update",
    "save_update",
    "send_for_sign_off",
    "send_ready",
    "sign_all",
    "sign_off",
    "statuses",
    "suggested",
    "take_sheet",
    "why_not_writable",
]
