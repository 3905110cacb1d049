"""Keys under which near duplicates meet, so that not all pairs of rows have to be compared."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np

from audit.checks.near_duplicates.columns import Compared, identity, position
from audit.checks.near_duplicates.profile import Codes, Floats, Learnt, Profile

#: Rows up to which every pair is compared.
ALL_PAIRS = 300
#: Keys beyond these cost more than they find, in a large table and in one of up to so many rows.
MOST_KEYS, MOST_KEYS_OF_FEW_ROWS, FEW_ROWS = 8, 16, 20_000
#: Bits of a key beyond the logarithm of the number of rows, and pairs of strangers that a key may bring in any table.
SPARE_BITS, FEW_PAIRS = 6, 5_000
#: Pairs that one key may bring; its largest blocks are left out where there are more.
MOST_PAIRS = 300_000
#: Bits that one number on a grid brings.
GRID_BITS = 5
#: Ways of cutting the columns: two of them with the grids' other shift, two with parts of texts.
ROUNDS = 4
#: Bits from which a text is cut, and signs that may be left out of it before.
TELLING_BITS, PUNCTUATION = 6, " -./()',_"
#: Lengths of the beginnings and endings of texts.
LENGTHS = (2, 3, 4, 6, 8, 12, 16, 24)


@dataclass(frozen=True)
class Token:
    """What a key takes from one column.

    Parameters
    ----------
    column : int
        Which compared column.
    kind : {"equal", "grid", "letters", "beginning", "ending"}
        The value itself, the cell of a grid it falls into, the text without capitals and some signs, or a part of that.
    codes : array of shape (m,)
        Its value in each sampled row, as a code.
    agree : float
        Probability that two random rows have it in common.
    width, shift : float
        Of the grid, in units of the column's scale; or the number of letters.
    without : str
        Signs that are left out of the text.
    """

    column: int
    kind: str
    codes: Codes
    agree: float
    width: float = 0.0
    shift: float = 0.0
    without: str = ""

    @property
    def bits(self) -> float:
        """How much it tells rows apart."""
        return -math.log2(self.agree)

    def of(self, value: ir.Column, profile: Profile) -> ir.Column:
        """Return its expression."""
        if self.kind == "equal":
            return value
        if self.kind == "grid":
            return (profile.scaled_column(value) / self.width + self.shift).floor()
        text: Any = value
        text = text.lower()
        for sign in self.without:
            text = text.replace(sign, "")
        return text if self.kind == "letters" else text.left(int(self.width)) if self.kind == "beginning" else text.right(int(self.width))


Key = tuple[Token, ...]


def keys_for(learnt: Learnt, total: int) -> list[Key]:
    """Return sets of tokens, each telling rows apart well enough that few strangers share it.

    Keys of one round have no column in common, so that a change in one column spoils one of them. Further rounds cut the columns in another
    way: shifted grids, beginnings and endings of texts.

    Parameters
    ----------
    learnt : Learnt
        What the sample says about the compared columns.
    total : int
        Rows of the table.
    """
    # so that strangers who meet are one for every 128 rows, or a few thousand in a small table, where looking costs nothing
    wanted = min(math.log2(total) + SPARE_BITS, math.log2(total * total / 2 / FEW_PAIRS))
    keys: dict[tuple[tuple[int, str, float], ...], Key] = {}
    for number in range(ROUNDS):
        for key in _dealt(_tokens(learnt, number), wanted, rotate=number):
            keys.setdefault(tuple(sorted((t.column, t.kind, t.shift) for t in key)), key)
    return list(keys.values())[: MOST_KEYS_OF_FEW_ROWS if total <= FEW_ROWS else MOST_KEYS]


def _tokens(learnt: Learnt, number: int) -> list[Token]:
    """Return one token for each column, another way of cutting in each round."""
    tokens = []
    for i, (profile, text) in enumerate(zip(learnt.profiles, learnt.texts, strict=True)):
        values = profile.values[learnt.drawn]
        if profile.continuous and (number % 2 or not profile.column.whole):
            tokens.append(_grid(i, profile, values, (number % 2) / 2 + (number // 2) / 4))
        elif text is not None and profile.bits >= TELLING_BITS:
            tokens.append(_part(i, text.iloc[learnt.drawn], ("letters", "beginning", "ending", "beginning")[number], profile))
        else:
            tokens.append(Token(i, "equal", _codes(values), min(1.0, profile.agree + profile.both_missing)))
    return tokens


def _grid(index: int, profile: Profile, values: Floats, shift: float) -> Token:
    # two random values share a cell of width w with probability density × w / 2
    width = 2 * 2.0**-GRID_BITS / profile.density if 0 < profile.density < math.inf else 1.0
    cells = np.floor(profile.scaled(values) / width + shift)
    return Token(index, "grid", _codes(cells), _agreement(_codes(cells)), width, shift)


def _part(index: int, text: Any, kind: str, profile: Profile) -> Token:
    """Return the shortest beginning or ending that brings half the bits of the whole, so that a typing error spoils one of the two."""
    # a sign that some values have and others lack may be in one of two copies only
    without = "".join(sign for sign in PUNCTUATION if 0 < text.str.contains(sign, regex=False).mean() < 1)
    for sign in without:
        text = text.str.replace(sign, "", regex=False)
    if kind == "letters":
        return Token(index, kind, codes := text.factorize()[0].astype(np.int64), _agreement(codes), without=without)
    for length in LENGTHS:
        part = text.str[:length] if kind == "beginning" else text.str[-length:]
        codes = part.factorize()[0].astype(np.int64)
        token = Token(index, kind, codes, _agreement(codes), length, without=without)
        if token.bits >= profile.bits / 2:
            break
    return token


def _codes(values: Floats) -> Codes:
    """Return values as codes; missing ones share a code."""
    return np.unique(values, return_inverse=True, equal_nan=True)[1].astype(np.int64)


def _agreement(codes: Codes) -> float:
    counts = np.unique(codes, return_counts=True)[1]
    pairs = len(codes) * (len(codes) - 1) / 2
    return (float((counts * (counts - 1.0)).sum() / 2) + 1) / (pairs + 1)


def _dealt(tokens: Sequence[Token], wanted: float, rotate: int) -> Iterator[Key]:
    """Yield disjoint keys: the most telling token left, with the least telling ones that complete it."""
    left = sorted(tokens, key=lambda t: t.bits, reverse=True)
    left = [t for t in left if t.bits > 0.5]
    if rotate and left:
        turn = rotate * len(left) // 4
        left = left[turn:] + left[:turn]
    while left:
        key, left = _filled(left, wanted)
        if key is None:
            return
        yield key


def _filled(left: list[Token], wanted: float) -> tuple[Key | None, list[Token]]:
    key, bits, rest = [left[0]], left[0].bits, left[1:]
    codes = left[0].codes
    while rest and bits < wanted:
        complete = [t for t in rest if bits + t.bits >= wanted]
        token = min(complete, key=lambda t: t.bits) if complete else rest[0]
        rest = [t for t in rest if t is not token]
        codes = _codes((codes * (token.codes.max() + 1.0)) + token.codes)
        before, bits = bits, bits + token.bits
        key.append(token)
        # columns that depend on each other bring less than their sum, which the sample shows as far as it reaches
        together = -math.log2(_agreement(codes))
        reach = math.log2(len(codes) * (len(codes) - 1) / 2 + 1) if len(codes) > 1 else 0.0
        if together < min(bits, reach) - 2:
            bits = max(before, together)
    return (tuple(key), rest) if bits >= wanted else (None, [])


def hashes(table: ir.Table, profiles: Sequence[Profile], keys: Sequence[Key]) -> ir.Table:
    """Return each row's ``place``, its ``identity``, and its hash under each key: ``k0`` …; without keys all rows share one."""
    named = {f"k{j}": _hash(key, table, profiles) for j, key in enumerate(keys)} or {"k0": ibis.literal(0, "int64")}
    return table.select(place=position(table), identity=identity(table), **named)


def meetings(hashed: ir.Table) -> ir.Table:
    """Return which rows meet under each key. Exact copies are one row. Blocks are taken from the smallest on, until a key brings :data:`MOST_PAIRS`.

    Parameters
    ----------
    hashed : ibis table
        What :func:`hashes` returns.

    Returns
    -------
    ibis table
        Columns ``one`` and ``other``, the identities of two rows, and ``one_first`` and ``other_first``: where the first of a row's exact copies
        is, missing where it has none. One more line for each key has ``left_out`` alone: how many pairs are in its larger blocks.
    """
    return ibis.union(*(part for key in hashed.columns if key not in ("place", "identity") for part in _meetings(hashed, key)))


def _meetings(hashed: ir.Table, key: str) -> tuple[ir.Table, ir.Table]:
    common = hashed.group_by(key).aggregate(rows=hashed.count()).filter(lambda t: t.rows > 1)
    shared = hashed.semi_join(common, key)
    shared = shared.group_by(key=shared[key], identity=shared.identity).aggregate(copies=shared.count(), place=shared.place.min())
    sizes = shared.group_by("key").aggregate(size=shared.count()).filter(lambda t: t.size > 1)
    sizes = sizes.mutate(pairs=sizes.size * (sizes.size - 1) // 2)
    sizes = sizes.mutate(so_far=sizes.pairs.sum().over(ibis.window(order_by=[sizes.size, sizes.key], preceding=None, following=0)))
    few = sizes.so_far <= MOST_PAIRS
    first = ibis.ifelse(shared.copies > 1, shared.place, ibis.null("int64"))
    rows = shared.select("key", "identity", first=first).semi_join(sizes.filter(few), "key")
    one, other = rows.rename(one="identity", one_first="first"), rows.rename(key_too="key", other="identity", other_first="first")
    met = one.join(other, [one.key == other.key_too, one.one < other.other])
    none = ibis.null("int64")
    left_out = sizes.aggregate(left_out=sizes.pairs.sum(where=~few).cast("int64").fill_null(0))
    return (
        met.select("one", "other", "one_first", "other_first", left_out=none),
        left_out.select(one=none, other=none, one_first=none, other_first=none, left_out="left_out"),
    )


def pairs_of(met: ir.Table) -> ir.Table:
    """Return each pair of rows that meet, once."""
    return met.filter(met.one.notnull()).select("one", "other", "one_first", "other_first").distinct()


def tally_of(met: ir.Table) -> ir.Table:
    """Return one line: how many pairs the keys have ``brought``, and how many were ``left_out``."""
    return met.aggregate(brought=met.one.count(), left_out=met.left_out.sum())


def _column(table: ir.Table, column: Compared) -> ir.Column:
    return column.formed(table[column.name])


def _hash(key: Key, table: ir.Table, profiles: Sequence[Profile]) -> ir.IntegerValue:
    parts = {f"t{n}": token.of(_column(table, profiles[token.column].column), profiles[token.column]) for n, token in enumerate(key)}
    return ibis.struct(parts).hash()
