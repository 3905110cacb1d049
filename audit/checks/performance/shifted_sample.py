"""A sample of held-out rows weighed so that its columns are distributed as in another table, or as in the later rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from audit.checks.performance.cuts import Cut
from audit.checks.rate import LEVEL, rate
from audit.checks.wording import known, span
from audit.core.exhibit import Exhibit, Kind
from audit.core.measurement import Measurement, Scalar
from audit.core.wording import percent, points
from audit.stats.auc import roc_auc
from audit.stats.rates import square_and_add
from audit.stats.reweighed import Reweighed, weighed

if TYPE_CHECKING:
    import pandas as pd

#: Fewer effective rows than this say nothing.
LEAST_EFFECTIVE = 20
#: How far along the way to the other distribution: 0 stays, 1 is there, 2 goes as far again.
STEPS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0)
EVERY = "all columns"
REFERENCE, LATER = "the reference table", "later rows"


@dataclass(frozen=True)
class Shift:
    """What a shift of the columns does to the accuracy.

    Parameters
    ----------
    target : str
        What the rows are weighed towards, in words.
    measured : list of Measurement
        One for all columns where scikit-learn is at hand, one for each column, and how far apart the two are.
    steps : list of rows
        For a line: how far, accuracy, low, high, series.
    joint : bool
        Whether all columns were weighed together.
    """

    target: str
    measured: list[Measurement]
    steps: list[tuple[Scalar, ...]]
    joint: bool

    def exhibit(self) -> Exhibit | None:
        """Draw the accuracy against how far the columns shift."""
        if not self.steps:
            return None
        return Exhibit(
            Kind.LINES, f"Accuracy as the columns shift towards {self.target}", ("x", "y", "low", "high", "series"), self.steps,
            "0: as held out, 1: as the target, 2: as far again", "share of rows predicted right, weighed",
            note="Only the mix of the rows changes here; what the columns say about the outcome stays as it is.",
        )  # fmt: skip


def shifted(cuts: Sequence[Cut], own: "pd.DataFrame", right: NDArray[np.bool_], other: "pd.DataFrame", target: str) -> Shift:
    """Weigh rows towards another table, by all columns together and by each alone.

    Parameters
    ----------
    cuts : sequence of Cut
        Columns in cells.
    own, other : pandas.DataFrame
        The rows, and those of the other table, in the form of :func:`audit.checks.performance.cuts.plain`.
    right : ndarray of bool, shape (rows,)
        Which rows are predicted right.
    target : str
        The other table in words.
    """
    from audit.engines.density_ratio import density_ratio, installed

    cells = [(cut, cut.of_frame(own[cut.column]), cut.of_frame(other[cut.column])) for cut in cuts]
    measured: list[Measurement] = []
    steps: list[tuple[Scalar, ...]] = []
    joint = installed() and len(cuts) > 0 and len(own) >= LEAST_EFFECTIVE and len(other) >= LEAST_EFFECTIVE
    if joint:
        ratio = density_ratio(np.column_stack([mine for _, mine, _ in cells]), np.column_stack([theirs for _, _, theirs in cells]))
        where = {"target": target, "columns": EVERY}
        measured += [
            _accuracy(weighed(right, ratio.ratios), len(own), where, "odds of a domain classifier"),
            _apart(ratio.probabilities, len(own), where),
        ]
        steps = [_step(weighed(right, ratio.ratios**far), far, EVERY) for far in STEPS]
    by_column: list[tuple[Measurement, list[tuple[Scalar, ...]]]] = []
    for cut, mine, theirs in cells:
        counts = [np.bincount(side, minlength=cut.size) for side in (mine, theirs)]
        share = [side / side.sum() for side in counts]
        ratios = np.divide(share[1], share[0], out=np.zeros(cut.size), where=share[0] > 0)[mine]
        where = {"target": target, "columns": cut.column}
        uncovered = float(share[1][counts[0] == 0].sum())
        how = "ratios of cells" + (f"; {uncovered:.1%} of the target is in cells without rows here" if uncovered > 0 else "")
        one = _accuracy(weighed(right, ratios), len(own), where, how)
        by_column.append((one, [_step(weighed(right, ratios**far), far, cut.column) for far in STEPS]))
    measured += [one for one, _ in by_column]
    overall = float(right.mean()) if len(right) else 0.0
    known = [pair for pair in by_column if pair[0].value is not None]
    for _, lines in sorted(known, key=lambda pair: -abs(float(pair[0].value or 0) - overall))[: 3 if joint else 5]:
        steps += lines
    return Shift(target, measured, steps, joint)


def _accuracy(found: Reweighed | None, n: int, where: dict[str, str], how: str) -> Measurement:
    if found is None or found.effective_n < LEAST_EFFECTIVE:
        rows = 0.0 if found is None else found.effective_n
        return Measurement(
            "reweighed_accuracy", None, "share", where, n,
            method=f"not estimable: the two hardly overlap, {rows:.1f} effective rows of {n:,} are left ({how})",
        )  # fmt: skip
    method = f"{how}; sample of {n:,} rows, {found.effective_n:,.0f} effective; korn-graubard"
    return Measurement("reweighed_accuracy", found.value, "share", where, n, found.interval, LEVEL, method)


def _apart(probabilities: NDArray[np.float64], own: int, where: dict[str, str]) -> Measurement:
    """Return how well the two tables can be told apart: 0.5 is not at all."""
    levels, place = np.unique(probabilities, return_inverse=True)
    counts = [np.bincount(side, minlength=len(levels)) for side in (place[:own], place[own:])]
    method = "logistic regression on the cells of all columns, out of fold"
    return Measurement("domain_auc", roc_auc(*counts), "", where, len(probabilities), method=method)


def _step(found: Reweighed | None, far: float, series: str) -> tuple[Scalar, ...]:
    if found is None or found.effective_n < LEAST_EFFECTIVE:
        return (far, None, None, None, series)
    return (far, found.value, *found.interval, series)


def in_words(shift: Shift, before: float | None) -> str:
    """Return what the shift does, compared with the accuracy before where that is to be said."""
    whole = next((m for m in shift.measured if m.where.get("columns") == EVERY and m.name == "reweighed_accuracy"), None)
    by_column = [m for m in shift.measured if m.name == "reweighed_accuracy" and m.where["columns"] != EVERY and m.value is not None]
    if whole is not None:
        if whole.value is None:
            return f" What a shift to {shift.target} would do cannot be told: {whole.method.removeprefix('not estimable: ')}."
        change = f", {points(float(whole.value) - before)} points from here" if before is not None else ""
        return f" With the columns distributed as in {shift.target} it would be right on {percent(float(whole.value))} ({span(whole)}){change}."
    if not by_column:
        return f" What a shift to {shift.target} would do cannot be told: no column overlaps enough."
    lowest = min(by_column, key=lambda m: float(m.value or 0))
    return (
        f" With '{lowest.where['columns']}' alone distributed as in {shift.target} it would be right on {percent(float(lowest.value or 0))} "
        f"({span(lowest)}); to weigh all columns together, install scikit-learn: pip install 'assay-audit[training]'."
    )


def observed(shift: Shift, right: NDArray[np.bool_], late: NDArray[np.bool_]) -> tuple[list[Measurement], str]:
    """Set what the later rows really are beside what the shift of the columns leads to expect."""
    early, later = (
        rate("accuracy", int(right[side].sum()), int(side.sum()), {"period": name}) for side, name in ((~late, "earlier"), (late, "later"))
    )
    expected = next((m for m in shift.measured if m.name == "reweighed_accuracy" and m.where["columns"] == EVERY), None)
    if expected is None or expected.value is None or expected.interval is None or later.value is None or later.interval is None:
        return [early, later], f" On the later rows it is right on {known(later.value)}, on the earlier ones on {known(early.value)}."
    ends = [np.array([end]) for end in (*later.interval, *expected.interval)]
    low, high = square_and_add(np.array([later.value]), (ends[0], ends[1]), np.array([expected.value]), (ends[2], ends[3]))
    change, interval = float(later.value) - float(expected.value), (float(low[0]), float(high[0]))
    method = "observed less expected from the columns; distances to the ends squared and added"
    rest = Measurement("unexplained_change", change, "share", {"period": "later"}, later.n, interval, LEVEL, method)
    text = f" On the later rows it is right on {known(later.value)}, on the earlier ones on {known(early.value)}: "
    text += f"{points(change)} points ({span(rest)}) beyond what the shift of the columns explains."
    return [early, later, rest], text
