"""Everything that is done with consultations, by its one name.

Arranging them is in `arranging.py`, invitations and answers in `invitations.py`, who came, minutes
and outcomes in `record.py`, series in `series.py`, reminders in `reminders.py`.
"""

from nmrf.consultations.arranging import (
    add_document,
    announce,
    cancel,
    copy,
    edit,
    record_held,
    remove_document,
    schedule,
)
from nmrf.consultations.invitations import answer, invite, remove_invitation, short_notice
from nmrf.consultations.record import (
    Attendance,
    add_minutes,
    add_outcome,
    add_participant,
    complete_outcome,
    edit_outcome,
    record_attendance,
    reopen_outcome,
    set_minutes_visibility,
)
from nmrf.consultations.reminders import remind_due
from nmrf.consultations.series import create_series, edit_series, plan_series

__all__ = [
    "Attendance",
    "add_document",
    "add_minutes",
    "add_outcome",
    "add_participant",
    "announce",
    "answer",
    "cancel",
    "complete_outcome",
    "copy",
    "create_series",
    "edit",
    "edit_outcome",
    "edit_series",
    "invite",
    "plan_series",
    "record_attendance",
    "record_held",
    "remind_due",
    "remove_document",
    "remove_invitation",
    "reopen_outcome",
    "schedule",
    "set_minutes_visibility",
    "short_notice",
]
