"""Single quantities under the names that the literature, the law and other libraries give them."""

from typing import TYPE_CHECKING, Any

import numpy as np

from audit.by_group.cells import group_text
from audit.by_group.estimates import estimates
from audit.by_group.group_metrics import GroupMetrics
from audit.by_group.measured import by_group
from audit.core.errors import UsageError
from audit.core.limit import Limit
from audit.core.measurement import Measurement

if TYPE_CHECKING:
    import pandas as pd

#: The four-fifths rule: 29 CFR 1607.4(D).
FOUR_FIFTHS = 0.8
#: What Aequitas divides by the same of the reference group.
AEQUITAS = (
    "selection_rate", "true_positive_rate", "true_negative_rate", "false_positive_rate", "false_negative_rate", "positive_predictive_value",
    "negative_predictive_value", "false_discovery_rate", "false_omission_rate",
)  # fmt: skip


def disparate_impact(y_pred: Any, *, sensitive_features: Any, reference: Any = None, **options: Any) -> "pd.DataFrame":
    """Return the selection rate of every group over that of a reference group, held against four fifths.

    Parameters
    ----------
    y_pred : array_like of shape (rows,)
        Decisions, predicted or taken.
    sensitive_features : array_like, mapping or frame
        As for :func:`by_group`.
    reference : object or tuple, optional
        The group to compare with; the one with the highest selection rate where silent, as 29 CFR 1607.4(D) has it.
    **options
        As for :func:`by_group`, such as ``positive``, ``sample_weight``, ``bins`` and ``level``.

    Returns
    -------
    DataFrame
        ``value, low, high, p_value, four_fifths, n, method`` by group. ``four_fifths`` says whether the ratio is at least 0.8: ``holds`` and
        ``broken`` where the whole interval is on one side, ``undecided`` otherwise.

    Examples
    --------
    >>> hired = [1] * 48 + [0] * 32 + [1] * 12 + [0] * 28
    >>> table = disparate_impact(hired, sensitive_features=["men"] * 80 + ["women"] * 40)
    >>> table.round(2).loc["women", ["value", "low", "high", "four_fifths"]].to_dict()
    {'value': 0.5, 'low': 0.27, 'high': 0.81, 'four_fifths': 'undecided'}
    """
    result = by_group(None, y_pred, sensitive_features=sensitive_features, metrics="selection_rate", **options)
    frame = result.against(_highest(result) if reference is None else reference).droplevel("metric")
    renamed = frame.rename(columns={"ratio": "value", "ratio_low": "low", "ratio_high": "high"})
    limit = Limit(low=FOUR_FIFTHS)
    numbers = renamed[["value", "low", "high"]].to_numpy(dtype=float)
    measured = [
        Measurement("disparate_impact", None if np.isnan(v) else float(v), interval=None if np.isnan(low) else (float(low), float(high)))
        for v, low, high in numbers
    ]
    return renamed.assign(four_fifths=[limit.verdict(m).value for m in measured])[["value", "low", "high", "p_value", "four_fifths", "n", "method"]]


def disparities(
    y_true: Any, y_pred: Any, *, sensitive_features: Any, reference: Any = None, metrics: Any = AEQUITAS, **options: Any
) -> "pd.DataFrame":
    """Return every group's rates over those of a reference group, as Aequitas does, with intervals and tests.

    Parameters
    ----------
    y_true, y_pred : array_like of shape (rows,)
        Outcomes and predictions.
    sensitive_features : array_like, mapping or frame
        As for :func:`by_group`.
    reference : object or tuple, optional
        The group to compare with; the largest where silent, Aequitas' "major group".
    metrics : optional
        As for :func:`by_group`; those of Aequitas where silent.
    **options
        As for :func:`by_group`.

    Returns
    -------
    DataFrame
        As of ``GroupMetrics.against``; ``ratio`` is Aequitas' disparity.
    """
    result = by_group(y_true, y_pred, sensitive_features=sensitive_features, metrics=metrics, **options)
    if reference is None:
        reference = result.cells.groups[int(np.argmax(np.where(result.cells.complete, result.cells.rows, -1)))]
    return result.against(reference)


def demographic_parity_difference(y_true: Any, y_pred: Any, *, sensitive_features: Any, **options: Any) -> "pd.Series":
    """Return the highest minus the lowest selection rate, with its interval; ``y_true`` may be ``None``."""
    return _only(by_group(y_true, y_pred, sensitive_features=sensitive_features, metrics="selection_rate", **options).difference())


def demographic_parity_ratio(y_true: Any, y_pred: Any, *, sensitive_features: Any, **options: Any) -> "pd.Series":
    """Return the lowest over the highest selection rate, with its interval; ``y_true`` may be ``None``."""
    return _only(by_group(y_true, y_pred, sensitive_features=sensitive_features, metrics="selection_rate", **options).ratio())


def equal_opportunity_difference(y_true: Any, y_pred: Any, *, sensitive_features: Any, **options: Any) -> "pd.Series":
    """Return the highest minus the lowest true positive rate, with its interval."""
    return _only(by_group(y_true, y_pred, sensitive_features=sensitive_features, metrics="true_positive_rate", **options).difference())


def equalized_odds_difference(y_true: Any, y_pred: Any, *, sensitive_features: Any, **options: Any) -> "pd.Series":
    """Return the larger of the gaps in true and in false positive rates, with one interval for both."""
    return _only(by_group(y_true, y_pred, sensitive_features=sensitive_features, **options).equalized_odds(), 0)


def equalized_odds_ratio(y_true: Any, y_pred: Any, *, sensitive_features: Any, **options: Any) -> "pd.Series":
    """Return the smaller of the ratios of true and of false positive rates, with one interval for both."""
    return _only(by_group(y_true, y_pred, sensitive_features=sensitive_features, **options).equalized_odds(), 1)


def _only(frame: "pd.DataFrame", row: int = 0) -> "pd.Series":
    series: pd.Series = frame.iloc[row]
    return series


def _highest(result: GroupMetrics) -> Any:
    made = estimates(result.metrics[0], result.cells, result.level)
    known = result.eligible & ~np.isnan(made.value)
    if not known.any():
        raise UsageError(f"no group of {group_text(result.attributes)} has a selection rate to compare with")
    return result.cells.groups[int(np.argmax(np.where(known, made.value, -1)))]
