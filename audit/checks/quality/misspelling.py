"""Whether one word, or several, is another with typing errors."""

import re
from collections.abc import Mapping
from functools import lru_cache

#: Shorter words are not compared: too many of them are one letter apart.
SHORT_WORD = 5
LONG_WORD = 10

#: A short word in more values than this is no mistake.
SEVERAL = 2

#: Words that differ in nothing but these beginnings mean different things.
OPPOSITES = (
    *(("hypo", "hyper"), ("inter", "intra"), ("micro", "macro"), ("ante", "anti"), ("pre", "pro"), ("pre", "per")),
    *(("im", "in"), ("sub", "sup"), ("ab", "ad")),
)


def edit_distance(a: str, b: str, most: int) -> int:
    """Return how many letters must be changed, added, dropped or exchanged with their neighbour; more than ``most`` is ``most + 1``.

    The restricted distance of Damerau: no letter is edited twice.

    >>> edit_distance("Bostn", "Boston", 2), edit_distance("Bsoton", "Boston", 2), edit_distance("Paris", "Boston", 2)
    (1, 1, 3)
    """
    if abs(len(a) - len(b)) > most:
        return most + 1
    before: list[int] = []
    last = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row = [i] + [most + 1] * len(b)
        for j in range(max(1, i - most), min(len(b), i + most) + 1):
            y = b[j - 1]
            row[j] = min(last[j - 1] + (x != y), last[j] + 1, row[j - 1] + 1)
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                row[j] = min(row[j], before[j - 2] + 1)
        if min(row) > most:
            return most + 1
        before, last = last, row
    return min(last[-1], most + 1)


def misspelt(value: str, of: str) -> bool:
    """Return whether a value is another one with a typing error: the same words, each of them right or a long word with one letter wrong.

    In words of ten letters and more two letters may be wrong. The first letter is right, as it nearly always is in typing errors, and words
    that differ in a beginning with a meaning are different words.

    >>> misspelt("Bostn", "Boston"), misspelt("Grade A", "Grade B"), misspelt("Gambia", "Zambia"), misspelt("hypotension", "hypertension")
    (True, False, False, False)
    """
    parts, parts_of = words(value), words(of)
    if len(parts) != len(parts_of) or parts == parts_of:
        return False
    return all(a == b or _misspelt_word(a, b) for a, b in zip(parts, parts_of, strict=True))


def _misspelt_word(a: str, b: str) -> bool:
    short = min(len(a), len(b))
    if short < SHORT_WORD or a[0] != b[0] or digits(a) != digits(b):
        return False
    most = 2 if short >= LONG_WORD else 1
    return edit_distance(a, b, most) <= most and not _opposites(a, b)


def _opposites(a: str, b: str) -> bool:
    pairs = (*OPPOSITES, *((y, x) for x, y in OPPOSITES))
    return any(a.startswith(x) and b.startswith(y) and a.removeprefix(x) == b.removeprefix(y) for x, y in pairs)


def mangled(a: str, b: str, heard: Mapping[str, int]) -> bool:
    """Return whether a word was made from another by mistakes; a short one that several values hold is a word of its own.

    Parameters
    ----------
    a, b : str
        The words.
    heard : mapping of str to int
        How many values of the column hold each word.
    """
    if len(b) < SHORT_WORD - 1:
        return len(b) > 1 and heard[a] <= SEVERAL and edit_distance(a, b, 1) <= 1
    return edit_distance(a, b, len(b) // 3) <= len(b) // 3 and not _opposites(a, b)


@lru_cache(maxsize=20_000)
def words(text: str) -> tuple[str, ...]:
    """Return the words of a text in small letters; an underscore parts words.

    >>> words("AL_scip-inf-2")
    ('al', 'scip', 'inf', '2')
    """
    return tuple(re.findall(r"[^\W_]+", text.casefold()))


def digits(text: str) -> str:
    """Return the digits of a text.

    >>> digits("12 Main St 3")
    '123'
    """
    return re.sub("[^0-9]", "", text)
