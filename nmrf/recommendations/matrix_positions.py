"""Positions as lists write them, in six languages.

Human Rights Council resolution 5/1, annex, ¶32: recommendations are supported or noted. Lists have
written other words for both, and some for what stands between.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

SUPPORTED, NOTED, SUPPORTED_NOTED, PENDING = "supported", "noted", "supported_noted", "pending"

# Spaces, accents and case are left out in the comparison, since cells wrap in the middle of words.
_POSITIONS = {
    SUPPORTED: """
        supported / support / accepted / enjoys the support / enjoy support / enjoys support
        / enjoy the support / enjoyed the support / fully supported / fully accepted / agreed
        / appuyée / appuyées / appuyé / acceptée / acceptées / accepté / soutenue / soutenues
        / recueille l’adhésion / bénéficie du soutien / bénéficie de l’appui
        / apoyada / apoyadas / aceptada / aceptadas / cuenta con el apoyo / cuentan con el apoyo
        / поддержана / поддержано / принята / принято / поддерживается / пользуется поддержкой
        / مؤيدة / مقبولة / تحظى بالتأييد / قُبلت / مدعومة / حظيت بالتأييد
        / 支持 / 接受 / 获得支持 / 得到支持 / 已接受
        """,
    NOTED: """
        noted / note / not supported / not accepted / did not enjoy the support / rejected
        / does not enjoy the support / do not enjoy the support / does not enjoy support
        / notée / notées / noté / prise en note / prises en note / pris note / il est pris note
        / anotada / anotadas / tomado nota / se toma nota / se ha tomado nota / se tomó nota
        / принята к сведению / принято к сведению / отмечена / отмечено
        / محاط بها علماً / محاطة علماً / أحيط بها علماً / أحيط علماً / مُحاط بها علما
        / 注意到 / 已注意到 / 表示注意
        """,
    SUPPORTED_NOTED: """
        supported and noted / noted and supported / supported noted in part / supported in part
        / partially supported / partly supported / partially accepted / accepted in part
        / partly accepted / partially noted / partial / supported noted / noted supported
        / accepted noted / supported in part noted in part / partially supported partially noted
        / appuyée notée / partiellement appuyée / partiellement acceptée / appuyée en partie
        / apoyada anotada / apoyada parcialmente / parcialmente apoyada / parcialmente aceptada
        / aceptada parcialmente / поддержана принята к сведению / частично поддержана
        / частично принята / مؤيدة جزئياً / مقبولة جزئياً / 支持 注意到 / 部分支持 / 部分接受
        """,
    PENDING: """
        pending / under consideration / to be examined / will be examined / no position
        / no position yet / under examination / deferred / in examination / to be considered
        / no response / no reply / no clear position / position pending / left pending / n a
        / will be considered / under review / not available
        / en cours d’examen / en attente / à examiner / sans position / sera examinée
        / pendiente / en examen / en estudio / será examinada / sin posición
        / на рассмотрении / рассматривается / قيد النظر / معلقة / 待定 / 审议中 / 待审议
        """,
}
_MARK = re.compile(r"[\W_]+")
# What follows a position and takes a part of it back.
_TAKES_BACK = re.compile(
    r"\b(?:part|partly|partial|partially|except|but|not|noted|however|only|unless|subject to"
    r"|en partie|sauf|mais|parcialmente|salvo|pero|excepto|кроме|частично)\b|但|部分|جزئي|باستثناء",
    re.IGNORECASE,
)
_LEAD_INS = (
    (NOTED, re.compile(r"\b(?:did|do|does) not enjoy|\bcannot (?:support|accept)|not supported")),
    (SUPPORTED, re.compile(r"\benjoy(?:s|ed)? (?:the|its|their)? ?support|\bsupported by\b")),
    (PENDING, re.compile(r"\b(?:will|to) be examined\b|\bunder consideration\b|\bpending\b")),
    (NOTED, re.compile(r"\b(?:have been|has been|are|were|be|is) (?:also )?noted\b|^noted by\b")),
)


class Stated(NamedTuple):
    """A position read from a cell; `rest` is what stood after it and was not understood."""

    position: str
    rest: str


def _plain(text: str) -> str:
    bare = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    return _MARK.sub("", "".join(c for c in bare if not unicodedata.combining(c)))


_BY_WORD = {
    _plain(phrase): position
    for position, phrases in _POSITIONS.items()
    for phrase in phrases.split("/")
}


@lru_cache(maxsize=1_024)
def position_of(text: str) -> Stated | None:
    """The official position that a cell gives; "pending" if it is empty, None if unknown.

    Words after a position are given back, unless they may take it back: then it is unknown.
    """
    plain = _plain(text)
    if not plain:
        return Stated(PENDING, "")
    known = _BY_WORD.get(plain)
    if known:
        return Stated(known, "")
    ends = [found.start() for found in re.finditer(r"(?<=\w)\b", text)]
    for end in reversed(ends):
        position = _BY_WORD.get(_plain(text[:end]))
        rest = text[end:].strip()
        if position and not _TAKES_BACK.search(rest):
            return Stated(position, rest.strip(" .;,:-–—*"))
    return None


def position_of_heading(text: str) -> str | None:
    """The position that a row above recommendations gives to all of them, if it gives one.

    "Supported", "B. Recommendations noted", "The recommendations that enjoy the support of …".
    """
    plain = " ".join(text.casefold().split())
    bare = re.sub(
        r"^(?:[a-z]|[ivx]+)[.)]\s*|\brecomm[ae]ndations?\b|\bthat\b|\bwhich\b|\bare\b|\bwere\b|\bthe\b",
        "",
        plain,
    ).strip(" :.-")
    if not _plain(bare):
        return None
    if known := _BY_WORD.get(_plain(bare)):
        return known
    if "recommendation" not in plain:
        return None
    return next((position for position, words in _LEAD_INS if words.search(plain)), None)
