"""Values that people and systems write where there is none: words, numbers and days, and the evidence that one of them stands for nothing."""

import math
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from itertools import pairwise
from typing import Any

#: What stands for "missing" wherever it occurs, in small letters.
WORDS = frozenset(
    [
        *("?", "??", "???", "-", "--", "---", "–", "—", "_", "__", ".", "..", "...", "*", "**"),
        *("n/a", "n.a.", "n.a", "n\\a", "#n/a", "#na", "#n/d", "n/d", "<na>", "nan", "<nan>", "null", "<null>", "(null)", "[null]", "#null!", "\\n"),
        *("#value!", "#ref!", "#div/0!", "#name?", "#num!", "undef", "undefined", "undetermined", "missing", "<missing>", "(missing)"),
        *("unknown", "<unknown>", "(unknown)", "unk", "unspecified", "unavailable", "not available", "not known", "not provided", "not specified"),
        *("not stated", "not reported", "not recorded", "not given", "not applicable", "not answered", "no data", "no value", "no answer"),
        *("no response", "no information", "no info", "none given", "none provided", "tbd", "to be determined", "blank", "<blank>", "(blank)"),
        *("[blank]", "<empty>", "(empty)", "[empty]", "<none>", "(none)", "[none]"),
        *("unbekannt", "keine angabe", "k.a.", "k. a.", "inconnu", "non renseigné", "desconocido", "sconosciuto", "onbekend"),
        *("00/00/0000", "00.00.0000", "00-00-0000", "0000-00-00", "0000/00/00", "99/99/9999", "99.99.9999", "99-99-9999", "9999-99-99"),
    ]
)

#: What is a category in a short list of categories (a customer without a guarantor, a lorry without a load, Namibia), and missing elsewhere.
AMBIGUOUS = frozenset(["none", "na", "nil", "empty"])

#: A column with no more distinct values is a short list of categories.
SHORT_LIST = 20

#: Written with one capital these are names of people.
NAMES = frozenset(["Na", "Nan", "Nil"])

#: Whole numbers that are written for a missing one: 9, 99, 999 … 998, 997 …, 77, 88, -1 to -9, 0, and the largest and smallest of a storage type.
NUMBERS = frozenset(
    [
        *(int(digit * k) * sign for digit in "789" for k in range(1, 11) for sign in (1, -1) if k > 1 or digit != "7" or sign < 0),
        *(int("9" * k + digit) for digit in "678" for k in range(1, 10)),
        *range(-9, 1),
        *(32767, -32767, -32768, 65535, 2147483647, -2147483647, -2147483648, 4294967295, 9223372036854775807, -9223372036854775808),
    ]
)

#: Days on which calendars and storage types begin or end.
DAYS = frozenset(
    [
        *(date(1, 1, 1), date(1582, 10, 15), date(1700, 1, 1), date(1753, 1, 1), date(1800, 1, 1), date(1899, 12, 30), date(1899, 12, 31)),
        *(date(1900, 1, 1), date(1901, 1, 1), date(1904, 1, 1), date(1960, 1, 1), date(1970, 1, 1), date(1980, 1, 1), date(2049, 12, 31)),
        *(date(2050, 12, 31), date(2079, 6, 6), date(2099, 1, 1), date(2099, 12, 31), date(2100, 1, 1), date(2100, 12, 31), date(2199, 12, 31)),
        *(date(2222, 2, 22), date(2262, 4, 11), date(2299, 12, 31), date(2999, 12, 31), date(3000, 1, 1), date(3000, 12, 31), date(8888, 8, 8)),
        *(date(9000, 1, 1), date(9999, 1, 1), date(9999, 9, 9), date(9999, 12, 31)),
    ]
)

#: How many distinct values are looked at on each side of a distribution.
EDGE = 25

#: At most so many values of one side stand for missing.
CODES = 4

#: A code next to the other values is so much more frequent than they lead one to expect.
SPIKE = 3

#: Rows that repeat a value before it can be a sentinel, and the chance of a mistake that is taken for one column.
REPEATED = 3
MISTAKE = 1e-3


def means_missing(value: str, short_list: bool) -> bool:
    """Return whether a text stands for "missing".

    Parameters
    ----------
    value : str
        As it is written; blanks around it do not count, and one that has nothing but blanks is missing.
    short_list : bool
        Whether the column is a short list of categories, in which ``none`` is one of them.

    Examples
    --------
    >>> means_missing(" N/A ", True), means_missing("none", True), means_missing("none", False), means_missing("Boston", False)
    (True, False, True, False)
    """
    bare = value.strip()
    word = bare.casefold()
    if bare in NAMES:
        return False
    return not word or word in WORDS or word.replace("_", " ") in WORDS or (word in AMBIGUOUS and not short_list)


@cache
def spellings() -> list[str]:
    """Return the usual spellings of all words, for columns with too many values to look at each: small, capital, and with one capital."""
    words = sorted(WORDS | AMBIGUOUS)
    forms = {form for word in words for form in (word, word.upper(), word.capitalize(), word.title())} - NAMES
    return ["", " ", *sorted(forms)]


def coded(
    low: Sequence[tuple[float, int]], high: Sequence[tuple[float, int]], codes: frozenset[float], *, present: int, whole: bool
) -> list[tuple[float, int]]:
    """Return the values at the ends of a distribution that stand for "missing", with their rows.

    Such a value has the form of a code, is repeated, and stands apart: the gap between it and the other values is at least three times the
    widest of the nearest gaps among these, and wide beside their range. If rows fell evenly into the gap and what lies behind it, the chance
    that all of them lie behind it, on one value, is ``(step / gap) ** rows``.

    Parameters
    ----------
    low, high : sequence of (value, rows)
        The smallest distinct values in rising order, and the largest in falling order, at most 25 each.
    codes : frozenset
        The values that may be codes.
    present : int
        Rows with a value.
    whole : bool
        Whether the values are whole numbers, so that -1 just below 0 can be told from a tail that ends there.
    """
    if not low or not high:
        return []
    far_low, far_high = _apart(low, high, codes, present, sign=1), _apart(high, low, codes, present, sign=-1)
    found = dict(far_low)
    found.update((v, n) for v, n in far_high if v not in found)
    if not far_low and whole:
        found.update(_minus_one(low))
    return sorted(found.items())


def _apart(
    near: Sequence[tuple[float, int]], other: Sequence[tuple[float, int]], codes: frozenset[float], present: int, *, sign: int
) -> list[tuple[float, int]]:
    """Return the codes at one end, the end to look at first; ``sign`` is 1 for the lower end."""
    best: list[tuple[float, int]] = []
    for k in range(1, min(CODES, len(near) - 2) + 1):
        ends, rest = near[:k], near[k:]
        if ends[-1][0] not in codes:
            break
        values = [v for v, _ in rest]
        gap = sign * (values[0] - ends[-1][0])
        step = max(abs(b - a) for a, b in pairwise(values[:6]))
        # the far end of the others, without what may be a code there
        far = next((v for v, _ in other if v not in codes), other[0][0])
        span = abs(far - values[0]) or step
        n = sum(rows for _, rows in ends)
        if n < REPEATED or gap < 3 * step or n * math.log(step / gap) > math.log(MISTAKE):
            continue
        zero = ends[-1][0] == 0
        if gap < (0.2 if zero else 0.1) * span:
            continue
        # an amount is often nothing at all, a blood pressure never: a frequent zero, or one below few values, is an amount
        if zero and (sign * values[0] < 0 or len(rest) < 10 or n > 0.1 * present):
            continue
        best = list(ends)
    return best


def _minus_one(low: Sequence[tuple[float, int]]) -> list[tuple[float, int]]:
    """Return -1 where it is the only negative of many whole numbers, and far more frequent than the next two lead one to expect.

    These are taken to go on as they are, or to rise by the same factor again, which is how a distribution that begins with -1 looks.
    """
    if len(low) < 12 or low[0][0] != -1 or low[1][0] not in (0, 1):
        return []
    n, first, second = (rows for _, rows in low[:3])
    expected = max(first, second, first * first / second)
    return [low[0]] if n >= REPEATED and n >= SPIKE * expected else []


def edges(counts: Mapping[float, int]) -> tuple[list[tuple[float, int]], list[tuple[float, int]]]:
    """Return the smallest and the largest distinct values with their rows.

    >>> edges({1.0: 5, 3.0: 1})
    ([(1.0, 5), (3.0, 1)], [(3.0, 1), (1.0, 5)])
    """
    ordered: list[Any] = sorted(counts.items())
    return ordered[:EDGE], ordered[::-1][:EDGE]
