"""How much worse a model answers on rows with which something has gone wrong, row by row beside its answers on the rows as they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from audit.checks.rate import LEVEL
from audit.core.measurement import Measurement
from audit.stats.paired import PairedPlaces, auc_difference, paired_mean, places
from audit.stats.range_of_rates import range_of_rates
from audit.stats.rates import weighted_bounds

if TYPE_CHECKING:
    from audit.engines.answers import Answers

#: Permutations of the test of "all groups alike" behind the interval of a gap.
DRAWS = 999


@dataclass(frozen=True)
class Beside:
    """Answers on rows as they are, and on several draws of the same rows with errors in them.

    Parameters
    ----------
    clean : Answers
        Shape (rows,).
    wrong : Answers
        Shape (draws × rows,), draw after draw.
    labels : ndarray of int, shape (rows,)
        Position of the true class.
    positive : int or None
        Position of the positive class.
    """

    clean: "Answers"
    wrong: "Answers"
    labels: NDArray[np.int64]
    positive: int | None

    @property
    def _codes(self) -> NDArray[np.int64]:
        return self.wrong.codes.reshape(-1, len(self.labels))

    @property
    def refused(self) -> float:
        """Share of the rows with errors that the model gave no answer for."""
        return float(self.wrong.refused.mean()) if len(self.wrong.codes) else 0.0

    def accuracy_change(self, name: str, where: Mapping[str, str], level: float = LEVEL) -> Measurement:
        """Return the accuracy with errors minus that without, each row with itself; a row without an answer is not right."""
        draws, n = self._codes.shape
        # counted in draws, so that sums are whole
        change = (self._codes == self.labels).sum(axis=0) - draws * (self.clean.codes == self.labels)
        total = float(change.sum()) / draws
        ends = paired_mean(total, float(np.sum(change**2)) / draws**2, n, level)
        method = f"mean of {draws} draws; bonett-price, paired on the same rows"
        return Measurement(name, total / n, "share", where, n, ends, level, method)

    def flipped(self, where: Mapping[str, str]) -> Measurement:
        """Return the share of rows whose answer changes."""
        share = float((self._codes != self.clean.codes).mean())
        n = len(self.labels)
        low, high = weighted_bounds(share, n, LEVEL)
        method = f"mean of {len(self._codes)} draws; clopper-pearson as if each row were drawn once"
        return Measurement("flipped_share", share, "share", where, n, (float(low), float(high)), LEVEL, method)

    def area_change(self, where: Mapping[str, str]) -> Measurement | None:
        """Return the ROC AUC with errors minus that without; ``None`` where there are no scores, or rows without an answer."""
        if self.positive is None or self.clean.scores is None or self.wrong.scores is None:
            return None
        if self.clean.refused.any() or self.wrong.refused.any():
            return None
        positive = self.labels == self.positive
        before = places(self.clean.scores, positive)
        after = np.mean([places(s, positive) for s in self.wrong.scores.reshape(-1, len(self.labels))], axis=0)
        positives, negatives = (PairedPlaces.of(after[side], before[side]) for side in (positive, ~positive))
        found = auc_difference(positives, negatives, LEVEL)
        if found is None:
            return None
        method = f"mean of {len(self._codes)} draws; delong's paired difference"
        return Measurement("roc_auc_change", found[0], "", where, len(self.labels), found[1], LEVEL, method)

    def gap(self, groups: NDArray[np.int64], where: Mapping[str, str]) -> Measurement | None:
        """Return the gap between the highest and the lowest selection rate of groups, on the rows with errors."""
        if self.positive is None:
            return None
        return selection_gap((self._codes == self.positive).mean(axis=0), groups, where, f"mean of {len(self._codes)} draws; ")


def selection_gap(selected: NDArray[np.float64], groups: NDArray[np.int64], where: Mapping[str, str], how: str = "") -> Measurement | None:
    """Return the gap between the highest and the lowest selection rate; rows of no group (-1) are left out."""
    known = groups >= 0
    n = np.bincount(groups[known])
    counts = np.round(np.bincount(groups[known], weights=selected[known])).astype(np.int64)
    found = range_of_rates(counts, n, LEVEL, draws=DRAWS) if len(n) else None
    if found is None:
        return None
    method = f"{how}highest minus lowest rate, biased upward; simultaneous over pairs"
    return Measurement("selection_rate_gap", found.value, "share", where, int(n.sum()), found.interval, found.level, method)
