"""The verbs of this slice under one name, split by noun in the modules below."""

from nmrf.accounts.service_absence import end_absence, set_absence
from nmrf.accounts.service_institutions import (
    change_institution,
    create_institution,
    deactivate_institution,
    reactivate_institution,
)
from nmrf.accounts.service_offices import end_office, give_office, hand_over
from nmrf.accounts.service_people import (
    bootstrap_administrator,
    change_details,
    change_own_details,
    change_password,
    create_person,
    deactivate,
    end_sessions,
    invite,
    open_account,
    reactivate,
    set_password,
    unlock,
)

__all__ = [
    "bootstrap_administrator",
    "change_details",
    "change_institution",
    "change_own_details",
    "change_password",
    "create_institution",
    "create_person",
    "deactivate",
    "deactivate_institution",
    "end_absence",
    "end_office",
    "end_sessions",
    "give_office",
    "hand_over",
    "invite",
    "open_account",
    "reactivate",
    "reactivate_institution",
    "set_absence",
    "set_password",
    "unlock",
]
