"""What leaving columns out would cost: the model fitted again with and without them, on the same rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from audit.checks.rate import LEVEL
from audit.core.errors import NotApplicable
from audit.core.measurement import Measurement
from audit.core.subject import Model
from audit.stats.intervals import Interval, paired_difference
from audit.stats.paired import PairedPlaces, auc_difference, places
from audit.stats.rates import difference_interval
from audit.stats.welch import welch_interval

if TYPE_CHECKING:
    import pandas as pd

Pair = tuple[NDArray[np.bool_], NDArray[np.bool_]]


@dataclass(frozen=True)
class Cost:
    """A model fitted again without some columns, beside one fitted again with all.

    Parameters
    ----------
    without : tuple of str
        Columns left out; none for the one with all.
    n : int
        Labelled held-out rows.
    accuracy, accuracy_interval
        Change of the share of right answers.
    auc, auc_interval
        Change of the area under the ROC curve; ``None`` where there is one class only.
    gap, gap_interval
        Difference of the shares of yes in the two groups.
    gap_change, gap_change_interval
        Its change, from the same rows.
    """

    without: tuple[str, ...]
    n: int
    accuracy: float
    accuracy_interval: Interval | None
    auc: float | None
    auc_interval: Interval | None
    gap: float
    gap_interval: Interval | None
    gap_change: float
    gap_change_interval: Interval | None

    def measurements(self, where: Mapping[str, str], high: str, low: str) -> Iterator[Measurement]:
        """Yield the numbers."""
        how = "fitted again on the same training rows"
        if self.without:
            paired = f"{how}; bonett-price, paired on the same held-out rows"
            yield Measurement(
                "accuracy_change", self.accuracy, "share", where, self.n, self.accuracy_interval, _level(self.accuracy_interval), paired
            )
            if self.auc is not None:
                paired = f"{how}; DeLong's variance on the same held-out rows, widened by two of each outcome"
                yield Measurement("roc_auc_change", self.auc, "", where, self.n, self.auc_interval, _level(self.auc_interval), paired)
        named = {**where, "groups": f"{high} less {low}", "fitted": "again"}
        if self.without:
            change = f"{how}; Welch's interval of the changes of the same rows"
            yield Measurement(
                "selection_rate_gap_change",
                self.gap_change,
                "share",
                named,
                self.n,
                self.gap_change_interval,
                _level(self.gap_change_interval),
                change,
            )
        yield Measurement("selection_rate_gap_difference", self.gap, "share", named, self.n, self.gap_interval, _level(self.gap_interval), how)


def _level(interval: Interval | None) -> float | None:
    return None if interval is None else LEVEL


def costs(
    model: Model,
    positive: str,
    train: "pd.DataFrame",
    labels: "pd.Series",
    rows: "pd.DataFrame",
    truth: Pair,
    pair: Pair,
    without: Sequence[tuple[str, ...]],
) -> list[Cost]:
    """Fit the model again with all columns, and without each set; none where it cannot be fitted again.

    Parameters
    ----------
    model : Model
        With a scikit-learn estimator.
    positive : str
        The positive class.
    train, labels : pandas.DataFrame, pandas.Series
        Rows to learn from, and their classes.
    rows : pandas.DataFrame
        Held-out rows.
    truth : pair of ndarrays of bool
        Which held-out rows are positive, and which are labelled.
    pair : pair of ndarrays of bool
        Held-out rows of the two groups.
    without : sequence of tuple of str
        Sets of columns.
    """
    from audit.engines.asked_model import AskedModel
    from audit.engines.classifier import raw_features
    from audit.engines.left_out import blanked, refitted

    labelled = labels.notna().to_numpy(dtype=bool)
    train, labels = train[labelled].reset_index(drop=True), labels[labelled].reset_index(drop=True)
    if labels.nunique() != 2:
        return []
    observed = raw_features(train, model.features)
    label, known = truth
    found: list[Cost] = []
    base: tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.float64]] | None = None
    for columns in [(), *without]:
        try:
            asked = AskedModel(refitted(model, train, labels.to_numpy(), columns), positive)
        except NotApplicable:
            return []
        given = blanked(rows, columns, observed)
        yes, chances = asked.says_yes(given), asked.chances(given)
        right = yes == label
        base = base or (right, yes, chances)
        moved = yes.astype(float) - base[1]
        won, lost = int((right & ~base[0] & known).sum()), int((~right & base[0] & known).sum())
        n = int(known.sum())
        auc, auc_interval = _auc_change(base[2][known], chances[known], label[known])
        found.append(
            Cost(
                columns, n, (won - lost) / n if n else 0.0, paired_difference(won, lost, n, LEVEL) if n else None, auc, auc_interval,
                float(yes[pair[0]].mean() - yes[pair[1]].mean()), of_answers(yes, pair),
                float(moved[pair[0]].mean() - moved[pair[1]].mean()), welch_interval(moved[pair[0]], moved[pair[1]], LEVEL),
            )
        )  # fmt: skip
    return found


def of_answers(yes: NDArray[np.bool_], pair: Pair) -> Interval | None:
    """Return the interval of the difference of the shares of yes in two groups."""
    first, second = pair
    return difference_interval(int(yes[first].sum()), int(first.sum()), int(yes[second].sum()), int(second.sum()), LEVEL)


def _auc_change(before: NDArray[np.float64], after: NDArray[np.float64], label: NDArray[np.bool_]) -> tuple[float | None, Interval | None]:
    """Return the change of the area with its interval, from the same rows."""
    if np.isnan(before).any() or np.isnan(after).any():
        return None, None
    first, second = places(after, label), places(before, label)
    change = auc_difference(PairedPlaces.of(first[label], second[label]), PairedPlaces.of(first[~label], second[~label]), LEVEL)
    return (None, None) if change is None else change
