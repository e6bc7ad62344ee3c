"""Comments that say nearly the same: of a campaign, or sent twice.

They are found anew each time and never joined: each stays a comment, is counted as one, and has
its own receipt. One answer can be given to all of a group.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from rapidfuzz import fuzz, process

# Texts of a campaign differ by a name or a greeting.
ALIKE = 88
_RUN = 3
_FEW_WORDS = 9


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def alike(texts: Mapping[str, str], wanted: str) -> list[str]:
    """The ids of other comments that say nearly the same as this one, the most alike first."""
    if wanted not in texts:
        return []
    others = {key: _plain(text) for key, text in texts.items() if key != wanted}
    found = process.extract(
        _plain(texts[wanted]), others, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=None
    )
    return [key for _text, _score, key in found]


def groups(texts: Mapping[str, str]) -> list[list[str]]:
    """The groups of two and more, the largest first; the first of each is the one that most are
    like, and all others are like it.
    """
    same: defaultdict[str, list[str]] = defaultdict(list)
    for key, text in texts.items():
        same[_plain(text)].append(key)
    # The texts of a campaign are mostly the very same, so that few are left to compare.
    near = {
        text: [one for one in others if fuzz.ratio(text, one, score_cutoff=ALIKE)]
        for text, others in _candidates(list(same)).items()
    }
    sizes = {text: sum(len(same[other]) for other in others) for text, others in near.items()}
    taken: set[str] = set()
    found = []
    for text in sorted(near, key=lambda one: (-sizes[one], one)):
        if text in taken:
            continue
        members = [text, *(one for one in near[text] if one != text and one not in taken)]
        taken.update(members)
        keys = [key for one in members for key in same[one]]
        if len(keys) > 1:
            found.append(keys)
    return sorted(found, key=len, reverse=True)


def _candidates(texts: list[str]) -> dict[str, set[str]]:
    """For each text those that share three words in a row, itself among them.

    To compare all with all takes a minute for thousands. Texts of few words, or of a script
    without spaces, are candidates for each other.
    """
    holding: defaultdict[str, list[str]] = defaultdict(list)
    runs = {text: _runs(text) for text in texts}
    for text, found in runs.items():
        for run in found:
            holding[run].append(text)
    return {text: {one for run in found for one in holding[run]} for text, found in runs.items()}


def _runs(text: str) -> set[str]:
    words = text.split()
    if len(words) < _FEW_WORDS:
        return {""}
    return {" ".join(words[at : at + _RUN]) for at in range(len(words) - _RUN + 1)}
