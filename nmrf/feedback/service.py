"""Everything that is done with comments, by its one name.

Windows are in `windows.py`, arriving comments in `posting.py`, answers in `answering.py`, the
daily count in `digest.py`.
"""

from nmrf.feedback.answering import dispose, moderate, release
from nmrf.feedback.digest import digest_received
from nmrf.feedback.posting import Receipt, enter, post
from nmrf.feedback.windows import announce_windows, extend_window, open_window

__all__ = [
    "Receipt",
    "announce_windows",
    "digest_received",
    "dispose",
    "enter",
    "extend_window",
    "moderate",
    "open_window",
    "post",
    "release",
]
