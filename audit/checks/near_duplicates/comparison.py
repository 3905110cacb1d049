"""How alike two rows are, in bits of evidence against chance, and how each column differs."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np

from audit.checks.near_duplicates.columns import identity, position
from audit.checks.near_duplicates.profile import Codes, Floats, Profile
from audit.checks.near_duplicates.texts import MOST_LETTERS, Texts, words, written

#: What stands in place of a difference where there is none to tell: texts spelt alike, or of the same words, and the states without a degree.
ALIKE, SAME_WORDS, EQUAL, DIFFERS, ONE_MISSING, BOTH_MISSING = 1.0, 0.5, 0.0, -1.0, -2.0, -3.0
#: Distance of close values that their scale cannot tell apart.
TINY = 1e-300
#: Evidence of a column that differs altogether (a copy has one in 16), of one that is missing on one side only, and of one that is missing on
#: both: nothing, because what is missing is often missing together.
DIFFERS_BITS, ONE_MISSING_BITS, BOTH_MISSING_BITS = -4.0, -1.0, 0.0
#: What closeness costs against equality: among copies, a column that is not equal is close in one of 4 (numbers) or of 2 (texts).
CLOSE_NUMBER_BITS, CLOSE_TEXT_BITS = -2.0, -1.0


@dataclass(frozen=True)
class Bounds:
    """What a contract calls near.

    Parameters
    ----------
    tolerance : float
        Largest difference of two numbers, relative to the larger.
    similarity : float
        Smallest share of a text's letters that stay.
    differing : int
        How many columns may differ, or be missing on one side.
    """

    tolerance: float = 0.0
    similarity: float = 1.0
    differing: int = 0


def compared(table: ir.Table, pairs: ir.Table, profiles: Sequence[Profile], floor: float, bounds: Bounds | None, split: str | None) -> ir.Table:
    """Return the pairs that have enough evidence, or that a contract calls near.

    Texts that are not equal are first taken to be alike; how they are spelt is looked at in pairs that pass even so, which are few.

    Returns
    -------
    ibis table
        Columns ``left``, ``right`` (positions), with ``_identity`` and ``_split`` of each, ``evidence`` (bits), one ``g`` per profile (above 0 where
        values are close, else one of the constants above), and one ``d`` per number, time or text: by how much they differ.
    """
    columns = [p.column for p in profiles]
    wide = table.select(
        position(table).name("place"),
        identity(table).name("identity"),
        (table[split].cast("string") if split else ibis.null("string")).name("split"),
        *(table[c.name].name(f"x{i}") for i, c in enumerate(columns)),
    )
    involved = ibis.union(*(pairs.select(named=pairs[end], first=pairs[f"{end}_first"]) for end in ("one", "other")), distinct=True)
    # the first of exact copies stands for all
    here = involved["first"].isnull() | (wide.place == involved["first"])
    rows = wide.join(involved, [wide.identity == involved.named, here]).select(*wide.columns)
    rows = rows.mutate(*(c.formed(rows[f"x{i}"]).name(f"x{i}") for i, c in enumerate(columns)))
    left = rows.rename({f"l_{c}": c for c in rows.columns})
    right = rows.rename({f"r_{c}": c for c in rows.columns})
    both = pairs.join(left, pairs.one == left.l_identity).join(right, pairs.other == right.r_identity)
    both = both.mutate(*(_gap(both, i, profile, bounds).name(f"g{i}") for i, profile in enumerate(profiles)))
    hoped = [SAME_WORDS if p.column.form == "text" else DIFFERS for p in profiles]
    if bounds is None:
        both = both.mutate(hoped=reduce(add, (_bits(both[f"g{i}"], p, h) for i, (p, h) in enumerate(zip(profiles, hoped, strict=True)))))
        hopeful = both.filter(both.hoped >= floor)
    else:
        apart: Any = reduce(add, (_apart(both[f"g{i}"]) for i, h in enumerate(hoped) if h == DIFFERS)) if DIFFERS in hoped else ibis.literal(0)
        hopeful = both.mutate(hoped=ibis.literal(0.0)).filter(apart <= bounds.differing)
    looked_at = [i for i, p in enumerate(profiles) if _looked_at(p, bounds)]
    forms = [(side, name, form) for side in ("l", "r") for name, form in (("t", written), ("w", words))]
    hopeful = hopeful.mutate(*(form(hopeful[f"{side}_x{i}"]).name(f"{side}_{name}{i}") for i in looked_at for side, name, form in forms))
    in_order, ends = hopeful.l_place < hopeful.r_place, (("place", ""), ("identity", "_identity"), ("split", "_split"))
    told = hopeful.select(
        "hoped",
        *(ibis.ifelse(in_order, hopeful[f"l_{of}"], hopeful[f"r_{of}"]).name(f"left{name}") for of, name in ends),
        *(ibis.ifelse(in_order, hopeful[f"r_{of}"], hopeful[f"l_{of}"]).name(f"right{name}") for of, name in ends),
        *(_spelt(hopeful, i, profile, bounds).name(f"g{i}") for i, profile in enumerate(profiles)),
        *(_difference(hopeful, i, profile).name(f"d{i}") for i, profile in enumerate(profiles) if profile.column.form != "category"),
    )
    if bounds is not None:
        every: Any = reduce(add, (_apart(told[f"g{i}"]) for i in range(len(profiles))))
        return told.filter(every <= bounds.differing).rename(evidence="hoped")
    lost = [_lost(told[f"g{i}"], p) for i, p in enumerate(profiles) if p.column.form == "text"]
    told = told.mutate(evidence=reduce(add, lost, told.hoped)).drop("hoped")
    return told.filter(told.evidence >= floor)


def _looked_at(profile: Profile, bounds: Bounds | None) -> bool:
    """Return whether the spelling of a column's texts is looked at; in codes that count up, only upper and lower case is set aside."""
    return profile.column.form == "text" and (bounds is not None or profile.edits > 0 or profile.abbreviates)


def _apart(gap: Any) -> Any:
    return (gap <= DIFFERS).cast("int64") - (gap == BOTH_MISSING).cast("int64")


def _lost(gap: Any, profile: Profile) -> Any:
    """Return the evidence that a text was hoped to bring beyond what it brings."""
    hoped = profile.bits + CLOSE_TEXT_BITS
    alike = min(profile.bits, -math.log2(profile.alike)) + CLOSE_TEXT_BITS
    return ibis.cases((gap == DIFFERS, DIFFERS_BITS - hoped), (gap == ALIKE, alike - hoped), else_=0.0)


def _gap(both: ir.Table, index: int, profile: Profile, bounds: Bounds | None) -> ir.FloatingValue:
    """Return how a column differs: the distance of close numbers on the column's scale, else a constant."""
    left: Any = both[f"l_x{index}"]
    right: Any = both[f"r_x{index}"]
    none, one = left.isnull() & right.isnull(), left.isnull() | right.isnull()
    cases: list[tuple[Any, Any]] = [(none, BOTH_MISSING), (one, ONE_MISSING), (left == right, EQUAL)]
    if profile.numeric:
        distance = (profile.scaled_column(left) - profile.scaled_column(right)).abs()
        if bounds is not None:
            if profile.column.form == "number":
                cases.append((_difference(both, index, profile) <= bounds.tolerance, ibis.greatest(distance, TINY)))
        elif profile.reach > 0:
            cases.append((distance <= profile.reach, ibis.greatest(distance, TINY)))
    gap: Any = ibis.cases(*cases, else_=DIFFERS)
    return gap.cast("float64")


def _spelt(both: ir.Table, index: int, profile: Profile, bounds: Bounds | None) -> ir.Column:
    """Return how a column differs, with the spelling of texts looked at."""
    gap: Any = both[f"g{index}"]
    if profile.column.form != "text":
        return gap
    spelt: Any
    if not _looked_at(profile, bounds):
        left, right = both[f"l_x{index}"].lower(), both[f"r_x{index}"].lower()
        spelt = ibis.cases((gap != DIFFERS, gap), (left == right, SAME_WORDS), else_=gap)
        return spelt
    pair = Texts(both[f"l_t{index}"], both[f"l_w{index}"], both[f"r_t{index}"], both[f"r_w{index}"])
    same = pair.similar(bounds.similarity) if bounds is not None else pair.alike(profile.edits, abbreviated=profile.abbreviates)
    spelt = ibis.cases((gap != DIFFERS, gap), (pair.same_words, SAME_WORDS), (same, ALIKE), else_=gap)
    return spelt


def _difference(both: ir.Table, index: int, profile: Profile) -> ir.FloatingValue:
    """Return the difference in words that a reader knows: relative for numbers, seconds for times, wrong letters for texts."""
    left: Any = both[f"l_x{index}"]
    right: Any = both[f"r_x{index}"]
    if profile.column.form == "text":
        return left.left(MOST_LETTERS).levenshtein(right.left(MOST_LETTERS)).cast("float64")
    a, b = left.cast("float64"), right.cast("float64")
    return (a - b).abs() / (ibis.greatest(a.abs(), b.abs()) if profile.column.form == "number" else 1.0)


def _bits(gap: Any, profile: Profile, hoped: float) -> Any:
    """Return the evidence of one column; ``hoped`` is what a difference is first taken for."""
    differs = profile.bits + CLOSE_TEXT_BITS if hoped == SAME_WORDS else DIFFERS_BITS
    bits = ibis.literal([BOTH_MISSING_BITS, ONE_MISSING_BITS, differs, profile.bits])[(gap - BOTH_MISSING).cast("int64")]
    if not profile.numeric or profile.reach <= 0:
        return bits
    close = ibis.least(-(profile.agree + gap * profile.density).log2(), profile.bits) + CLOSE_NUMBER_BITS
    return ibis.ifelse(gap > EQUAL, close, bits)


def evidence(profiles: Sequence[Profile], left: Codes, right: Codes) -> Floats:
    """Return the evidence of pairs of sampled rows; texts count as equal or different.

    Parameters
    ----------
    profiles : sequence of Profile
        With the sampled values.
    left, right : array of shape (pairs,)
        Positions in the sample.
    """
    total = np.zeros(len(left))
    for profile in profiles:
        a, b = profile.values[left], profile.values[right]
        gone_a, gone_b = np.isnan(a), np.isnan(b)
        bits = np.where(a == b, profile.bits, DIFFERS_BITS)
        if profile.numeric and profile.reach > 0:
            distance = np.abs(profile.scaled(a) - profile.scaled(b))
            close = (distance <= profile.reach) & (a != b)
            bits[close] = np.minimum(-np.log2(profile.agree + distance[close] * profile.density), profile.bits) + CLOSE_NUMBER_BITS
        bits[gone_a | gone_b] = ONE_MISSING_BITS
        bits[gone_a & gone_b] = BOTH_MISSING_BITS
        total += bits
    return total
