"""Area under the ROC curve of counted scores."""

from collections.abc import Mapping

from audit.checks.rate import LEVEL
from audit.checks.scores.counts import Scores
from audit.core.measurement import Measurement
from audit.stats.auc import roc_auc, roc_auc_interval


def area(scores: Scores, where: Mapping[str, str] | None = None) -> Measurement:
    """Return the ROC AUC with its interval."""
    value = roc_auc(scores.negatives, scores.positives)
    if value is None:
        return Measurement("roc_auc", None, "", where or {}, scores.n, method="not estimable: rows of only one class have a score")
    interval = roc_auc_interval(scores.negatives, scores.positives, LEVEL)
    method = f"{scores.method}; newcombe's score interval with delong's spread"
    return Measurement("roc_auc", value, "", where or {}, scores.n, interval, LEVEL, method)
