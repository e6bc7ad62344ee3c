"""Everything that is done with comments, by its one name.

Windows are in `windows.py`, arriving comments in `posting.py`, answers in `answering.py`, words
taken out in `redacting.py`, second looks in `second_looks.py`, the daily count in `digest.py`.
"""

from nmrf.feedback.answering import dispose, moderate, release
from nmrf.feedback.digest import digest_received
from nmrf.feedback.posting import Receipt, enter, post
from nmrf.feedback.redacting import read_original, redact
from nmrf.feedback.second_looks import ask, settle
from nmrf.feedback.windows import announce_windows, extend_window, open_window

__all__ = [
    "Receipt",
    "announce_windows",
    "ask",
    "digest_received",
    "dispose",
    "enter",
    "extend_window",
    "moderate",
    "open_window",
    "post",
    "read_original",
    "redact",
    "release",
    "settle",
]
