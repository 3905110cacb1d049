"""Cohorts of rows, and how the attributions of a cohort differ from those beside it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from audit.checks.explanation.at_hand import flags, groups_of
from audit.checks.rate import LEVEL
from audit.stats.multiplicity import benjamini_hochberg
from audit.stats.welch import welch_p_values

if TYPE_CHECKING:
    import pandas as pd

    from audit.engines.attributions import Attributions

#: Rows that a cohort, and those it is compared with, must have.
ENOUGH = 20
#: A difference counts from this share of all attribution on, if it is beyond chance as well.
FLOOR = 0.05
LABEL, ANSWER = "assay_label", "assay_answer"


@dataclass(frozen=True)
class Comparison:
    """A cohort and the rows that it is compared with.

    Parameters
    ----------
    by : str
        The attribute, or ``error``.
    name, against : str
        What the cohort and the others are called.
    inside, outside : ndarray of bool, shape (rows,)
        Which rows they are.
    """

    by: str
    name: str
    against: str
    inside: NDArray[np.bool_]
    outside: NDArray[np.bool_]


@dataclass(frozen=True)
class Difference:
    """How the attribution of one column differs between a cohort and the others.

    Parameters
    ----------
    comparison : Comparison
        Which.
    column : str
        Whose attribution.
    size : bool
        Whether the size of the attribution is compared, and not the attribution with its sign.
    own, others : ndarray of float
        The attributions.
    p_value : float
        Two-sided, adjusted over all columns and comparisons.
    whole : float
        All attribution: the sum over the columns of the mean size.
    """

    comparison: Comparison
    column: str
    size: bool
    own: NDArray[np.float64]
    others: NDArray[np.float64]
    p_value: float
    whole: float

    @property
    def value(self) -> float:
        """Mean of the cohort less that of the others."""
        return float(self.own.mean() - self.others.mean())

    @property
    def clear(self) -> bool:
        """Whether it is large, and beyond chance."""
        return self.p_value <= 1 - LEVEL and abs(self.value) >= FLOOR * self.whole


def by_group(rows: "pd.DataFrame", attributes: Mapping[str, str]) -> Iterator[Comparison]:
    """Yield each group beside all others; of two groups, the smaller one."""
    for attribute, name in attributes.items():
        members = groups_of(rows[name], ENOUGH)
        known = rows[name].notna().to_numpy(dtype=bool)
        order = sorted(members, key=lambda g: int(members[g].sum()))
        for group in order[:1] if len(order) == 2 else order:
            outside = known & ~members[group]
            if outside.sum() >= ENOUGH:
                yield Comparison(attribute, f"{attribute} = {group}", "others", members[group], outside)


def by_error(rows: "pd.DataFrame", positive: str) -> Iterator[Comparison]:
    """Yield wrong answers beside right ones, of all rows and of those with the same answer: false positives differ from most rows anyhow."""
    if LABEL not in rows.columns:
        return
    (label, labelled), (answer, predicted) = flags(rows[LABEL]), flags(rows[ANSWER])
    known = labelled & predicted
    for name, against, among in (
        ("wrongly answered", "rightly answered", known),
        (f"wrongly {positive}", f"rightly {positive}", known & answer),
        (f"wrongly not {positive}", f"rightly not {positive}", known & ~answer),
    ):
        inside, outside = among & (label != answer), among & (label == answer)
        if min(int(inside.sum()), int(outside.sum())) >= ENOUGH:
            yield Comparison("error", name, against, inside, outside)


def differences_of(found: "Attributions", comparisons: Sequence[Comparison]) -> list[Difference]:
    """Compare the attributions of every column in every comparison, with their sign and by size; p-values adjusted over all."""
    whole = float(np.abs(found.values).mean(axis=0).sum())
    tests = [(c, size) for c in comparisons for size in (False, True)]
    p_values = []
    for comparison, size in tests:
        own, others = _sized(found.values[comparison.inside], size), _sized(found.values[comparison.outside], size)
        p_values.append(
            welch_p_values(own.mean(axis=0), own.var(axis=0, ddof=1), len(own), others.mean(axis=0), others.var(axis=0, ddof=1), len(others))
        )
    adjusted = benjamini_hochberg(np.concatenate(p_values)).reshape(len(tests), -1)
    return [
        Difference(c, column, size, _sized(found.values[c.inside, i], size), _sized(found.values[c.outside, i], size), float(adjusted[t, i]), whole)
        for t, (c, size) in enumerate(tests)
        for i, column in enumerate(found.columns)
    ]


def _sized(values: NDArray[np.float64], size: bool) -> NDArray[np.float64]:
    return np.abs(values) if size else values
