"""Which values of a text column are another spelling of a more frequent one: in case, blanks, marks and accents, or by a typing error."""

import math
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np

from audit.checks.quality.misspelling import LONG_WORD, SHORT_WORD, digits, edit_distance, mangled, misspelt, words

#: A typing error is at least so much rarer than what was meant, which occurs at least so often.
RARER = 10
FREQUENT = 10

#: As many near values as there are would occur by nature with more than this chance, and the column is left alone. So many values are looked at.
BY_NATURE = 0.05
SAMPLED = 300

#: Values that are compared letter by letter with one, and with a mangled one: those that share most pairs of letters.
CLOSE = 30
CLOSEST = 8

#: Where at least this share of the rare values, and so many of them, lie near a frequent one, the column is full of errors: in each of them
#: more letters may be wrong.
SPOILT = 0.25
SPOILT_VALUES = 5
WRONG_LETTERS = 0.25
MOST_EDITS = 8

#: Blanks and punctuation that people put and leave out.
MARKS = r"[\s._,;:'’`´\"()/&-]"

#: Numbers of 64 bits for the pairs of letters in a signature.
PAIR_WORDS = 8


@dataclass(frozen=True)
class Variant:
    """A value that is another spelling of a more frequent one.

    Parameters
    ----------
    value, of : str
        As written, and as most rows have it.
    rows, rows_of : int
        How often each of them occurs.
    by : {"case, blanks or marks", "letters"}
        In what they differ.
    """

    value: str
    of: str
    rows: int
    rows_of: int
    by: str


def plain_form(value: str) -> str:
    """Return a value without what spellings of one thing differ in: case, accents, blanks, and marks that are not between digits.

    Signs that change a meaning stay: ``<=50K`` is not ``>50K``, ``BBB-`` not ``BBB``, ``1.5`` not ``15``.

    >>> plain_form(" Saint-Étienne. "), plain_form("1.5 l"), plain_form("<25"), plain_form("BBB-")
    ('saintetienne', '1.5l', '<25', 'bbb-')
    """
    text = "".join(c for c in unicodedata.normalize("NFKD", value.strip().casefold()) if not unicodedata.combining(c))
    # a mark between digits, or before one, belongs to the number, and a minus at the end to a grade
    bare = re.sub(rf"(?<![0-9]){MARKS}+(?![0-9])|(?<=[0-9])(?:(?!\.){MARKS})+(?![0-9])|(?<=[^\W\d])[\s_.]+(?=[0-9])", "", text)
    return f"{bare}-" if text.endswith("-") else bare


def variants(values: Mapping[str, int]) -> list[Variant]:
    """Return the values that are other spellings of more frequent ones.

    Parameters
    ----------
    values : mapping of str to int
        Rows of each value, without those that stand for missing.
    """
    same: defaultdict[str, list[str]] = defaultdict(list)
    for value in values:
        same[plain_form(value)].append(value)
    found: list[Variant] = []
    merged: dict[str, int] = {}
    for form, spellings in same.items():
        letters = sum(c.isalpha() for c in form)
        if letters < 3:
            merged |= {s: values[s] for s in spellings}
            continue
        usual = max(spellings, key=lambda s: (values[s], s == s.strip(), s))
        merged[usual] = sum(values[s] for s in spellings)
        found += [Variant(s, usual, values[s], values[usual], "case, blanks or marks") for s in spellings if s != usual]
    by_letters = list(_by_letters(merged))
    # spellings of a misspelt value are misspelt
    meant = {v.value: v.of for v in by_letters}
    found = [Variant(v.value, meant.get(v.of, v.of), v.rows, v.rows_of, v.by) for v in found]
    found += [Variant(v.value, v.of, values[v.value], values[v.of], v.by) for v in by_letters]
    return sorted(found, key=lambda v: (-v.rows, v.value))


def _by_letters(values: Mapping[str, int]) -> Iterator[Variant]:
    """Yield the rare values that are misspellings of frequent ones, unless values of the column lie as near to each other by nature."""
    frequent = [v for v, n in values.items() if n >= FREQUENT]
    lettered = [v for v in values if sum(c.isalpha() for c in v) >= 3]
    if not frequent or len(values) < 2:
        return
    anchors = Anchors(frequent)
    # several values could be meant by one: the most frequent is likeliest
    meant = {v: max((a for a in _rarer(v, values, anchors.near(v)) if misspelt(v, a)), key=lambda a: values[a], default="") for v in lettered}
    mangled_from = _mangled_from(values, [v for v in lettered if values[v] < FREQUENT], anchors)
    if mangled_from:
        meant |= mangled_from
    elif _near_by_nature(lettered, frequent, {v for v, of in meant.items() if of}):
        return
    yield from (Variant(v, of, values[v], values[of], "letters") for v, of in meant.items() if of)


def _rarer(value: str, values: Mapping[str, int], near: Iterable[str]) -> list[str]:
    return [a for a in near if values[a] >= RARER * values[value]]


def _heard(values: Iterable[str]) -> Counter[str]:
    """Return how many values hold each word."""
    return Counter(word for value in values for word in set(words(value)))


def _mangled_from(values: Mapping[str, int], seldom: Sequence[str], anchors: "Anchors") -> dict[str, str]:
    """Return from which frequent value each rare one was made, in a column that is full of errors; nothing in any other."""
    heard = _heard(values)
    sampled = seldom[:: -(-len(seldom) // SAMPLED)] if seldom else []
    first = {v: of for v in sampled if (of := _origin(v, values, anchors, heard))}
    if len(first) < max(SPOILT_VALUES, SPOILT * len(sampled)):
        return {}
    return first | {v: of for v in seldom if v not in first and (of := _origin(v, values, anchors, heard))}


def _near_by_nature(lettered: Sequence[str], frequent: Sequence[str], doubtful: set[str]) -> bool:
    """Return whether so many rare values lie near a frequent one because values of this column do lie near each other.

    Values that are no misspellings show how often two of them are near; as often, rare ones would lie near frequent ones by nature.
    """
    if not doubtful:
        return False
    others = [v for v in lettered if v not in doubtful]
    sampled = others[:: -(-len(others) // SAMPLED)] if others else []
    space = Anchors(others)
    near = sum(misspelt(v, b) for v in sampled for b in space.near(v))
    pairs = len(sampled) * (len(others) - 1)
    expected = near / pairs * len(lettered) * len(frequent) if pairs > 0 else 0.0
    if len(doubtful) > 100:
        return expected > len(doubtful) / 2
    fewer = sum(math.exp(-expected) * expected**k / math.factorial(k) for k in range(len(doubtful)))
    return near > 0 and 1 - fewer > BY_NATURE


def _origin(value: str, values: Mapping[str, int], anchors: "Anchors", heard: Mapping[str, int]) -> str | None:
    """Return the one value from which a mangled one was made: at most a quarter of its letters is wrong, and no other comes near."""
    text = value.casefold()
    near = _rarer(value, values, anchors.nearest(value))
    distances = sorted((edit_distance(text, a.casefold(), MOST_EDITS), a) for a in near)
    if not distances:
        return None
    nearest, of = distances[0]
    parts, parts_of = words(value), words(of)
    if len(parts) == len(parts_of):
        right = all(a == b or mangled(a, b, heard) for a, b in zip(parts, parts_of, strict=True))
    else:
        right = len(text) >= 2 * SHORT_WORD
    allowed = min(MOST_EDITS, max(1, int(WRONG_LETTERS * len(text))))
    alone = len(distances) == 1 or distances[1][0] >= 2 * nearest
    return of if right and nearest <= allowed and alone else None


class Anchors:
    """Frequent values, found again by what a misspelling keeps: the digits, nearly the length, and most pairs of neighbouring letters.

    Parameters
    ----------
    values : iterable of str
        The frequent values.
    """

    def __init__(self, values: Iterable[str]) -> None:
        groups: defaultdict[str, list[str]] = defaultdict(list)
        for value in values:
            groups[digits(value)].append(value)
        self.groups = {key: sorted(group, key=len) for key, group in groups.items()}
        self.lengths = {key: [len(v) for v in group] for key, group in self.groups.items()}
        self.signatures = {key: np.array([_signature(v) for v in group]) for key, group in self.groups.items()}

    def near(self, value: str) -> list[str]:
        """Return the frequent values other than this one that may be one edit away, or two from a text of ten letters and more."""
        return self._within(value, _few(value), CLOSE)

    def nearest(self, value: str) -> list[str]:
        """Return the few frequent values that share most with this one, among those from which at most a quarter of its letters differ."""
        return self._within(value, max(_few(value), min(MOST_EDITS, int(WRONG_LETTERS * len(value)))), CLOSEST)

    def _within(self, value: str, edits: int, most: int) -> list[str]:
        """Return the values that may be so many edits away: those that share most pairs of letters, at most so many."""
        key = digits(value)
        group = self.groups.get(key, [])
        if not group:
            return []
        lengths, own = self.lengths[key], _signature(value)
        low, high = bisect_left(lengths, len(value) - edits), bisect_right(lengths, len(value) + edits)
        signatures = self.signatures[key][low:high]
        # one edit changes at most one letter for another, and three pairs on each side
        letters = np.flatnonzero(np.bitwise_count(signatures[:, 0] ^ own[0]) <= 2 * edits)
        pairs = np.bitwise_count(signatures[letters, 1:] ^ own[1:]).sum(axis=1)
        order = np.argsort(pairs, kind="stable")
        close = letters[order[: min(most + 1, int((pairs <= 6 * edits).sum()))]]
        return [group[low + int(i)] for i in close if group[low + int(i)] != value][:most]


def _few(value: str) -> int:
    return 2 if len(value) >= LONG_WORD else 1


@lru_cache(maxsize=20_000)
def _signature(value: str) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    """Return two sets as bits: 64 for the letters, and 512 for the pairs of neighbouring letters."""
    text = f" {value.casefold()} "
    letters, pairs = 0, 0
    for letter in set(text):
        letters |= 1 << (ord(letter) % 64)
    for first, second in set(pairwise(text)):
        pairs |= 1 << ((ord(first) * 31 + ord(second)) % (64 * PAIR_WORDS))
    return np.array([letters, *(pairs >> (64 * i) & (2**64 - 1) for i in range(PAIR_WORDS))], dtype=np.uint64)
