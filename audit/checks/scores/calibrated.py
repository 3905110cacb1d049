"""Calibration of counted scores as measurements."""

from collections.abc import Mapping

from audit.checks.rate import LEVEL
from audit.checks.scores.counts import Scores
from audit.core.measurement import Measurement
from audit.core.wording import counted
from audit.stats.calibration import CalibrationError, mean_gap


def gap_measured(scores: Scores, where: Mapping[str, str] | None = None, level: float = LEVEL) -> Measurement:
    """Return calibration in the large: mean score less share of positive rows."""
    found = mean_gap(scores.means, scores.negatives, scores.positives, level)
    if found is None:
        return Measurement("calibration_in_the_large", None, "", where or {}, 0, method="not estimable: no row has both a label and a score")
    value, interval = found
    return Measurement("calibration_in_the_large", value, "", where or {}, scores.n, interval, level, "mean score less rate; gaffke")


def error_measured(error: CalibrationError, n: int, where: Mapping[str, str] | None = None) -> list[Measurement]:
    """Return the expected calibration error, and what is left of it without the part that noise adds."""
    bins = counted(len(error.n), "bin")
    method = f"{bins} of equally many rows, biased upward; upper end: gaffke's errors of the bins, squared and added, lower end: less noise and bias"
    debiased = f"{bins}; less what noise alone adds to gaps of the size seen"
    name = "expected_calibration_error"
    return [
        Measurement(name, error.value, "share", where or {}, n, error.interval, LEVEL, method),
        Measurement(f"{name}_debiased", error.debiased, "share", where or {}, n, method=debiased),
    ]
