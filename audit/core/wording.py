"""How numbers and lists are written in messages."""

import math
import re
from collections.abc import Iterable


def percent(share: float) -> str:
    """Return a share in per cent, with one decimal, or with two significant digits where it would read as 0 or 100.

    >>> percent(0.742), percent(1.0), percent(0.00023)
    ('74.2 %', '100 %', '0.023 %')
    """
    if share in (0, 1):
        return f"{share:.0%}".replace("%", " %")
    small = min(abs(share), abs(1 - share))
    if small < 1e-7:
        return "almost 0 %" if share < 0.5 else "almost 100 %"
    decimals = 1 if small >= 0.001 else 1 - math.floor(math.log10(100 * small))
    number = f"{100 * share:.{decimals}f}"
    return f"{number.rstrip('0') if decimals > 1 else number} %"


def points(difference: float) -> str:
    """Return a difference of shares in percentage points, without the unit.

    >>> points(0.1162)
    '11.6'
    """
    return f"{round(100 * difference, 1) + 0.0:.1f}"  # + 0.0 turns -0.0 into 0.0


def counted(n: int, noun: str, plural: str = "") -> str:
    """Return a count with its noun.

    >>> counted(1, "row"), counted(1200, "row"), counted(2, "class", "classes")
    ('1 row', '1,200 rows', '2 classes')
    """
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"


def listed(words: Iterable[str], most: int = 6) -> str:
    """Return words as an English list; those beyond ``most`` are only counted.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    shown = list(words)
    rest = len(shown) - most
    if rest > 0:
        shown = [*shown[:most], f"{rest:,} more"]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}" if shown else "none"


def anchor(code: str, title: str) -> str:
    """Return the anchor that GitHub gives the heading ``code title``.

    >>> anchor("D003", "Value range")
    'd003-value-range'
    """
    return re.sub(r"[^\w\- ]", "", f"{code} {title}".lower()).replace(" ", "-")
