"""How much a text looks like the name of a person."""

import re
from enum import IntEnum

from audit.checks.privacy.letters import words
from audit.checks.privacy.name_lists import FAMILY_ENDINGS, OTHERS, PARTICLES, TITLES, NameLists

#: Neither digits nor signs that no name has.
_FORM = re.compile(r"(?!.{61})[^\W\d_](?:[^\W\d_]|[\u0300-\u036f\u0900-\u0dff\u0e00-\u0e7f\u200c]|[ .,'’‘`·・\-](?![,'’\-]{2}))*")
_HAN = re.compile(r"[\u3005\u3040-\u30ff\u3400-\u9fff]+")
_HANGUL = re.compile(r"[\uac00-\ud7a3]+")
#: What ends the names of Chinese, Japanese and Korean places, firms and offices.
_HAN_PLACE = re.compile(r".*[市区區县縣省州郡町村镇鎮乡鄉路街道府都県島岛山江河湖海港店厂廠院校司社部局会會馆館]|.*(?:公司|银行|大学|学校)")
MOST_WORDS = 5


class Likeness(IntEnum):
    """What a value is."""

    OTHER = 0
    WORD = 1
    SEVERAL_WORDS = 2
    ENDING = 3
    NAME = 4
    FULL_NAME = 5
    PLACE = 6


def likeness(value: str, lists: NameLists) -> Likeness:
    """Return whether a value is no name by its form, one or several words that might be, one that ends like a name, a known name or a known place.

    A full name is a known given name in front or at the end, or two known family names. A single word is a name where it is a known one.
    """
    if _FORM.fullmatch(value) is None:
        return Likeness.OTHER
    compact = value.replace(" ", "").replace("\u3000", "").replace("·", "").replace("・", "")
    if _HAN.fullmatch(compact) or _HANGUL.fullmatch(compact):
        return _eastern(value, compact, lists)
    parts = words(value)
    if not parts or any(w in OTHERS for w in parts):
        return Likeness.OTHER
    core = [w for w in parts if w not in PARTICLES and w not in TITLES] or parts
    known = [w for w in core if len(w) > 1]
    if not known or len(core) > MOST_WORDS:
        return Likeness.OTHER
    if " ".join(parts) in lists.places:
        return Likeness.PLACE
    given = [w in lists.given for w in known]
    ending = [w.endswith(FAMILY_ENDINGS) for w in known]
    family = [w in lists.family for w in known]
    if len(core) == 1:
        return Likeness.NAME if given[0] or family[0] else Likeness.ENDING if ending[0] else Likeness.WORD
    initials = len(known) < len(core)
    families = [f or e for f, e in zip(family, ending, strict=True)]
    full = given[0] or given[-1] or sum(families) > 1 or (initials and families[-1])
    return Likeness.FULL_NAME if full else Likeness.SEVERAL_WORDS


def _eastern(value: str, compact: str, lists: NameLists) -> Likeness:
    """Return what a Chinese, Japanese or Korean text is: the family name comes first, mostly without a space."""
    if len(compact) == 1:
        return Likeness.NAME if compact in lists.family or compact in lists.given else Likeness.WORD
    if len(compact) > 8:
        return Likeness.OTHER
    if compact in lists.places or _HAN_PLACE.fullmatch(compact):
        return Likeness.PLACE
    if compact in lists.given or compact in lists.family:
        return Likeness.NAME
    for cut in (1, 2, 3):
        before, after = compact[:cut], compact[cut:]
        if 1 <= len(after) <= 3 and before in lists.family and (after in lists.given or _short(before, after)):
            return Likeness.FULL_NAME
    if len(compact) == 4 and (compact[:2] in lists.family or compact[2:] in lists.given):
        return Likeness.FULL_NAME
    spaced = re.fullmatch(r"(\S{1,4})[ \u3000](\S{1,4})", value)
    if spaced and any(part in lists.family or part in lists.given for part in spaced.groups()):
        return Likeness.FULL_NAME
    return Likeness.SEVERAL_WORDS if len(compact) > 3 or spaced else Likeness.WORD


def _short(before: str, after: str) -> bool:
    """Return whether one family sign is followed by one or two others, as in most Chinese and Korean names."""
    return len(before) == 1 and 1 <= len(after) <= 2
