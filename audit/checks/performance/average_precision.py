"""Average precision of counted scores: the area under the precision-recall curve."""

from audit.checks.rate import LEVEL
from audit.checks.scores.counts import Scores
from audit.core.measurement import Measurement
from audit.stats.average_precision import average_precision, average_precision_interval


def pr_area(scores: Scores) -> Measurement:
    """Return the average precision with its interval."""
    if scores.one_outcome:
        return Measurement("average_precision", None, n=scores.n, method="not estimable: rows of only one class have a score")
    value = average_precision(scores.negatives, scores.positives)
    interval = average_precision_interval(scores.negatives, scores.positives, LEVEL)
    method = f"{scores.method}; rows weighted at random, one more of each outcome at the adverse end"
    return Measurement("average_precision", value, n=scores.n, interval=interval, level=LEVEL, method=method)
