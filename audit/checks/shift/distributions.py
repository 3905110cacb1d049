"""The distribution of a column in both periods, as bars that name no rare value."""

from collections.abc import Sequence

import numpy as np

from audit.checks.rate import rate
from audit.checks.shift.column_counts import ColumnCounts
from audit.core.exhibit import Exhibit, Kind
from audit.core.measurement import Scalar

#: Bars of a column; further values are put together.
SHOWN = 12
#: Parts that a column of many ordered values is cut into, of equally many rows of both periods together.
PARTS = 10
#: Values of fewer rows are not named: they could single somebody out.
MIN_ROWS = 10
#: Text columns with more values than this may hold names; none of their values is shown.
MAX_VALUES = 50

_Group = tuple[str, int, int]


def distribution(counts: ColumnCounts, names: tuple[str, str]) -> Exhibit | None:
    """Return bars of the shares of each value or part in either period; ``None`` where no value may be shown.

    Parameters
    ----------
    counts : ColumnCounts
        Of one column.
    names : tuple of two str
        What the periods are called.
    """
    if not counts.ordered and int(counts.distinct.sum()) > MAX_VALUES:
        return None
    tenths = counts.ordered and len(counts.early) > SHOWN
    groups = _parts(counts) if tenths else _values(counts)
    if counts.missing_early or counts.missing_late:
        groups.append(("(missing)", counts.missing_early, counts.missing_late))
    totals = (sum(g[1] for g in groups), sum(g[2] for g in groups))
    rows: list[Sequence[Scalar]] = []
    for label, *sides in groups:
        for n, total, name in zip(sides, totals, names, strict=True):
            share = rate("share", n, total)
            rows.append((label, share.value, *(share.interval or (None, None)), n, name))
    note = "Shares with 95 % Wilson intervals; n is the number of rows."
    if tenths:
        note = f"Each part holds about a tenth of the rows of both periods together. {note}"
    return Exhibit(
        Kind.BARS, f"'{counts.name}' in either period", ("label", "value", "low", "high", "n", "series"), rows, "share of rows", counts.name,
        note=note,
    )  # fmt: skip


def _values(counts: ColumnCounts) -> list[_Group]:
    both = counts.early + counts.late
    # the last cell of a column of many categories holds several of them, and has no name
    named = (both >= MIN_ROWS) & (counts.distinct == 1)
    largest = np.argsort(-np.where(named, both, -1), kind="stable")[:SHOWN]
    kept = sorted(i for i in largest if named[i])
    groups = [(counts.low[i], int(counts.early[i]), int(counts.late[i])) for i in kept]
    rest = np.ones(len(both), dtype=bool)
    rest[kept] = False
    if both[rest].sum():
        groups.append(("(other values)", int(counts.early[rest].sum()), int(counts.late[rest].sum())))
    return groups


def _parts(counts: ColumnCounts) -> list[_Group]:
    both = counts.early + counts.late
    part = np.minimum((np.cumsum(both) - both / 2) * PARTS // both.sum(), PARTS - 1)
    groups = []
    held = np.unique(part)
    for p in held:
        cells = np.flatnonzero(part == p)
        first, last = counts.low[cells[0]], counts.high[cells[-1]]
        # the smallest and the largest value of all belong to single rows
        label = f"up to {_short(last)}" if p == held[0] else f"from {_short(first)}" if p == held[-1] else f"{_short(first)} to {_short(last)}"
        groups.append((label, int(counts.early[cells].sum()), int(counts.late[cells].sum())))
    return groups


def _short(text: str) -> str:
    """Write a number with at most four significant digits; leave dates as they are."""
    try:
        number = float(text)
    except ValueError:
        return text.removesuffix(" 00:00:00")
    return text if number.is_integer() and abs(number) < 1e6 and "." not in text else f"{number:.4g}"
