"""What may be shown of a pair: which columns agree and how the others differ, never a value."""

import numpy as np

from audit.checks.near_duplicates.comparison import BOTH_MISSING, DIFFERS, EQUAL, ONE_MISSING
from audit.checks.near_duplicates.profile import Profile
from audit.checks.near_duplicates.search import Search
from audit.checks.near_duplicates.verdict import Mask
from audit.core.exhibit import Exhibit, Kind
from audit.core.measurement import Scalar
from audit.core.wording import counted, listed, percent

#: Pairs that are shown.
MOST_SHOWN = 50


def pairs_shown(found: Search, near: Mask, title: str) -> Exhibit:
    """Return a table of pairs, those with most evidence first."""
    shown = np.flatnonzero(near)[:MOST_SHOWN]
    lines: list[tuple[Scalar, ...]] = []
    for pair in shown:
        gaps, differences = found.gaps[pair], found.differences[pair]
        unequal = [i for i in range(len(gaps)) if gaps[i] not in (EQUAL, BOTH_MISSING)]
        told = listed((difference(found.profiles[i], gaps[i], differences[i]) for i in unequal), 8) if unequal else "nothing that was compared"
        left, right = (int(row) for row in found.rows[pair])
        lines.append((right, left, len(gaps) - len(unequal), told, round(float(found.evidence[pair]))))
    note = "Rows are counted from 0. Evidence is the binary logarithm of how much likelier such agreement is in a copy than by chance."
    if near.sum() > MOST_SHOWN:
        note = f"The {MOST_SHOWN} pairs with most evidence of {int(near.sum()):,}. {note}"
    return Exhibit(Kind.TABLE, title, ("row", "is nearly", "equal columns", "what differs", "evidence in bits"), lines, note=note)


def columns_shown(found: Search, near: Mask) -> Exhibit:
    """Return a table of how often each column agrees in the pairs."""
    gaps = found.gaps[near]
    kinds = (gaps == EQUAL, gaps > EQUAL, gaps == DIFFERS, gaps == ONE_MISSING, gaps == BOTH_MISSING)
    lines: list[tuple[Scalar, ...]] = [(p.column.name, *(int(kind[:, i].sum()) for kind in kinds)) for i, p in enumerate(found.profiles)]
    columns = ("column", "equal", "close", "different", "missing on one side", "missing on both")
    return Exhibit(Kind.TABLE, "Columns in these pairs", columns, lines)


def difference(profile: Profile, gap: float, amount: float) -> str:
    """Return how a column differs, such as ``price by 0.1 %`` or ``name by 1 letter``."""
    name = profile.column.name
    if gap == ONE_MISSING:
        return f"{name} (missing on one side)"
    if gap == DIFFERS or not np.isfinite(amount):
        return f"{name} (different)"
    match profile.column.form:
        case "number":
            return f"{name} by {percent(float(amount))}"
        case "time":
            return f"{name} by {counted(round(amount), 'second')}"
        case _:
            return f"{name} by {counted(round(amount), 'letter')}"


def remarks(found: Search) -> str:
    """Return what was left out of the comparison, in sentences that follow the message."""
    said = []
    if found.too_little:
        said.append("The columns say too little to tell copies from rows that are alike by chance.")
    if found.without.identifying:
        said.append(f"Not compared, because every row has its own code: {listed(found.without.identifying)}.")
    if found.without.no_room:
        said.append(f"Not compared, because there are too many columns: {listed(found.without.no_room)}.")
    if found.verdict.telling:
        names = listed(found.profiles[i].column.name for i in found.verdict.telling)
        said.append(f"{counted(found.verdict.told_apart, 'pair')} of rows alike otherwise differ in {names}, which tells them apart.")
    if found.verdict.crowded:
        said.append(f"{counted(found.verdict.crowded, 'pair')} lie in crowds of rows that are all alike, and are not counted.")
    if found.verdict.natural:
        said.append(f"{counted(found.verdict.natural, 'row')} have a twin: so many that likeness is the nature of this table, and none is counted.")
    if found.too_many:
        said.append(f"{counted(found.too_many, 'pair')} of rows that share common values were not compared.")
    if found.passed > len(found.rows):
        said.append(f"Of {found.passed:,} pairs that may be near, the {len(found.rows):,} with most evidence were judged.")
    return "".join(f" {sentence}" for sentence in said)
