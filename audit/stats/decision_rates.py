"""Rates of yes-or-no decisions as a table: which cells of label × prediction each one counts, and what is made of them over groups.

Everything is a sum of counts, so it works elementwise on whatever axes come before the cells: groups, draws, draws × groups.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

#: Positions on both of the last two axes of the cells, label first: positive, not positive, missing.
POSITIVE, NEGATIVE, ABSENT = 0, 1, 2

Cell = tuple[int, int]
Floats = NDArray[np.float64]

TP: Cell = (POSITIVE, POSITIVE)
FN: Cell = (POSITIVE, NEGATIVE)
FP: Cell = (NEGATIVE, POSITIVE)
TN: Cell = (NEGATIVE, NEGATIVE)
#: Rows without a label count where only the prediction matters.
UNLABELLED_POSITIVE: Cell = (ABSENT, POSITIVE)
UNLABELLED_NEGATIVE: Cell = (ABSENT, NEGATIVE)


@dataclass(frozen=True)
class DecisionRate:
    """A rate: rows in some cells, among rows in some more.

    Parameters
    ----------
    name : str
        The field's own term in snake_case.
    counted : tuple of cells
        The numerator.
    others : tuple of cells
        What the denominator holds beside the numerator.
    """

    name: str
    counted: tuple[Cell, ...]
    others: tuple[Cell, ...]

    def counts(self, cells: ArrayLike) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return numerators and denominators.

        Parameters
        ----------
        cells : array_like, shape (…, 3, 3)
            Counts, or sums of weights, of label × prediction, each positive, not positive or missing.

        Returns
        -------
        tuple of two ndarrays, shape (…)
        """
        table = np.asarray(cells)
        if table.shape[-2:] != (3, 3):
            raise ValueError(f"cells are counts of label × prediction of shape (…, 3, 3); got {table.shape}")
        hits = _sum(table, self.counted)
        return hits, hits + _sum(table, self.others)

    def value(self, cells: ArrayLike) -> Floats:
        """Return the rate, NaN where there are no rows to count among."""
        hits, total = self.counts(cells)
        return quotient(hits, total)


_RATES = (
    DecisionRate("selection_rate", (TP, FP, UNLABELLED_POSITIVE), (FN, TN, UNLABELLED_NEGATIVE)),
    DecisionRate("true_positive_rate", (TP,), (FN,)),
    DecisionRate("false_positive_rate", (FP,), (TN,)),
    DecisionRate("true_negative_rate", (TN,), (FP,)),
    DecisionRate("false_negative_rate", (FN,), (TP,)),
    DecisionRate("positive_predictive_value", (TP,), (FP,)),
    DecisionRate("negative_predictive_value", (TN,), (FN,)),
    DecisionRate("false_discovery_rate", (FP,), (TP,)),
    DecisionRate("false_omission_rate", (FN,), (TN,)),
    DecisionRate("accuracy", (TP, TN), (FP, FN)),
    DecisionRate("base_rate", (TP, FN), (FP, TN)),
    DecisionRate("false_negative_share", (FN,), (FP,)),
)
#: Base rates by name; ``false_negative_share`` is the share of the errors that are false negatives.
RATES: Mapping[str, DecisionRate] = {rate.name: rate for rate in _RATES}


@dataclass(frozen=True)
class Derived:
    """One number over all groups, made of base rates.

    Parameters
    ----------
    name : str
        The field's own term.
    rates : tuple of str
        Base rates it looks at.
    across : callable
        Makes one number of the rates of the groups, which are on the last axis.
    together : callable
        Makes one number of those of several rates, which are on the first axis.
    """

    name: str
    rates: tuple[str, ...]
    across: Callable[[Floats], Floats]
    together: Callable[[Floats], Floats]

    def value(self, cells: ArrayLike) -> Floats:
        """Return the number, NaN where fewer than two groups have a rate, or one of the rates has no number.

        Parameters
        ----------
        cells : array_like, shape (…, groups, 3, 3)
            Counts.

        Returns
        -------
        ndarray, shape (…)
        """
        return self.together(np.stack([self.across(RATES[name].value(cells)) for name in self.rates]))


def difference(rates: Floats) -> Floats:
    """Return highest minus lowest over the last axis, groups without a rate left out; NaN where fewer than two have one."""
    low, high = _extremes(rates)
    return high - low


def ratio(rates: Floats) -> Floats:
    """Return lowest over highest over the last axis, groups without a rate left out; NaN where fewer than two have one, or all are 0."""
    low, high = _extremes(rates)
    return quotient(low, high)


def odds_ratio(shares: Floats) -> Floats:
    """Return the lowest over the highest odds of shares on the last axis; shares of 0 and 1 are left out, whose odds are 0 or infinite."""
    inside = np.where((shares > 0) & (shares < 1), shares, np.nan)
    return ratio(quotient(inside, 1 - inside))


def quotient(above: ArrayLike, below: ArrayLike) -> Floats:
    """Return a quotient elementwise, NaN where the divisor is 0."""
    over, under = np.asarray(above, dtype=float), np.asarray(below, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(under != 0, over / under, np.nan)


def _sum(table: NDArray[Any], places: tuple[Cell, ...]) -> NDArray[Any]:
    return np.sum([table[(..., *place)] for place in places], axis=0)


def _extremes(rates: Floats) -> tuple[Floats, Floats]:
    few = (~np.isnan(rates)).sum(axis=-1) < 2
    low = np.where(np.isnan(rates), np.inf, rates).min(axis=-1, initial=np.inf)
    high = np.where(np.isnan(rates), -np.inf, rates).max(axis=-1, initial=-np.inf)
    return np.where(few, np.nan, low), np.where(few, np.nan, high)


def _most(values: Floats) -> Floats:
    return values.max(axis=0)


def _least(values: Floats) -> Floats:
    return values.min(axis=0)


_ODDS = ("true_positive_rate", "false_positive_rate")
_PREDICTIVE = ("positive_predictive_value",)
_DERIVED = (
    Derived("demographic_parity_difference", ("selection_rate",), difference, _most),
    Derived("demographic_parity_ratio", ("selection_rate",), ratio, _least),
    Derived("equal_opportunity_difference", ("true_positive_rate",), difference, _most),
    Derived("equal_opportunity_ratio", ("true_positive_rate",), ratio, _least),
    Derived("equalized_odds_difference", _ODDS, difference, _most),
    Derived("equalized_odds_ratio", _ODDS, ratio, _least),
    Derived("predictive_parity_difference", _PREDICTIVE, difference, _most),
    Derived("predictive_parity_ratio", _PREDICTIVE, ratio, _least),
    Derived("accuracy_difference", ("accuracy",), difference, _most),
    Derived("treatment_equality_ratio", ("false_negative_share",), odds_ratio, _least),
)
#: What is made of base rates over groups, by name.
DERIVED: Mapping[str, Derived] = {derived.name: derived for derived in _DERIVED}
