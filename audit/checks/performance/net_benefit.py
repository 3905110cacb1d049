"""Net benefit of deciding by a score: the decision curve."""

import numpy as np

from audit.checks.performance.threshold_costs import Cuts
from audit.checks.rate import LEVEL
from audit.checks.scores.counts import Scores
from audit.core.measurement import Scalar
from audit.stats.bounded_mean import bounded_means

#: Thresholds at which it is reckoned: 1 % to 99 %.
THRESHOLDS = np.arange(1, 100) / 100
#: Below this nothing is drawn: answering all positively costs without bound as the threshold nears 1.
LEAST = -0.1


def net_benefit(scores: Scores) -> list[tuple[Scalar, ...]]:
    """Return rows ``x, y, low, high, series`` of the decision curve, beside those of answering all positively and none.

    References
    ----------
    Vickers, A. J. and Elkin, E. B. (2006). Decision curve analysis: a novel method for evaluating prediction models.
    Medical Decision Making 26, 565-574.
    """
    cuts = Cuts.of(scores.negatives, scores.positives)
    odds = THRESHOLDS / (1 - THRESHOLDS)
    n, positives = scores.n, int(scores.positives.sum())
    at = np.searchsorted(scores.lowest, THRESHOLDS)
    rows: list[tuple[Scalar, ...]] = []
    for name, tp, fp in (
        ("score", cuts.tp[at], cuts.fp[at]), ("all positive", np.full(len(at), positives), np.full(len(at), n - positives)),
    ):  # fmt: skip
        benefit = (tp - odds * fp) / n
        values = np.column_stack([np.zeros(len(at)), np.ones(len(at)), -odds])
        low, high = bounded_means(values, np.column_stack([n - tp - fp, tp, fp]), -odds, 1.0, LEVEL)
        drawn = zip(THRESHOLDS, benefit, np.maximum(low, LEAST), high, strict=True)
        rows += [(float(x), float(y), float(a), float(b), name) for x, y, a, b in drawn if y >= LEAST]
    return [*rows, (float(THRESHOLDS[0]), 0.0, 0.0, 0.0, "none positive"), (float(THRESHOLDS[-1]), 0.0, 0.0, 0.0, "none positive")]
