"""Two doors to metrics by group: one for arrays, as scikit-learn and fairlearn have them, and one for tables with named columns."""

from collections.abc import Mapping, Sequence
from typing import Any

from audit.by_group.counting import count
from audit.by_group.given import Columns, from_arrays, from_table
from audit.by_group.group_metrics import GroupMetrics
from audit.by_group.metrics import chosen
from audit.core.errors import UsageError
from audit.engines.source import Source


def by_group(
    y_true: Any,
    y_pred: Any,
    *,
    sensitive_features: Any,
    y_score: Any = None,
    sample_weight: Any = None,
    metrics: Any = None,
    positive: Any = None,
    bins: Mapping[str, Sequence[float]] | None = None,
    min_n: int = 1,
    level: float = 0.95,
) -> GroupMetrics:
    """Measure what predictions do to groups, with how sure each number is.

    Parameters
    ----------
    y_true : array_like of shape (rows,), or None
        True outcomes, of any classes; missing ones are counted and shown. ``None`` where they are unknown: selection rates need none.
    y_pred : array_like of shape (rows,), or None
        Predicted classes, written as the outcomes are; ``None`` where only scores are compared.
    sensitive_features : array_like, mapping or frame
        One attribute, or several as the columns of a frame, the values of a mapping, or the columns of an array.
    y_score : array_like of shape (rows,), optional
        Predicted probabilities of the positive outcome.
    sample_weight : array_like of shape (rows,), optional
        How much each row counts.
    metrics : str, callable, sequence or mapping, optional
        Names, functions of fairlearn or scikit-learn that are known by their names, or either of them by the name of its column; the usual ones
        where silent.
    positive : object, optional
        The class that counts as the positive outcome; the larger of two where silent.
    bins : mapping of str to sequence of float, optional
        Edges that sort a continuous attribute into groups: ``{"age": [25, 45, 65]}``.
    min_n : int
        Groups of fewer rows are shown, and take no part in comparisons.
    level : float
        Confidence level.

    Returns
    -------
    GroupMetrics
        ``.overall``, ``.by_group``, ``.difference()``, ``.ratio()``, ``.group_min()`` and ``.group_max()`` as in fairlearn's ``MetricFrame``, with
        intervals; and ``.test()``, ``.verdict()``, ``.equalized_odds()``, ``.against()``, ``.subsets()``.

    Raises
    ------
    UsageError
        An argument is wrong: lengths differ, a class or a metric is unknown, scores are no probabilities.
    DataError
        A column cannot be read, or has too many values to compare.
    """
    given = from_arrays(y_true, y_pred, sensitive_features, y_score, sample_weight, bins=bins or {}, positive=positive)
    return _measured(*given, metrics, min_n, level)


def of(
    table: Any,
    *,
    prediction: str | None = None,
    sensitive: str | Sequence[str],
    target: str | None = None,
    score: str | None = None,
    weight: str | None = None,
    metrics: Any = None,
    positive: Any = None,
    bins: Mapping[str, Sequence[float]] | None = None,
    min_n: int = 1,
    level: float = 0.95,
) -> GroupMetrics:
    """Measure what predictions do to groups in a table, which is counted where it is.

    Parameters
    ----------
    table : frame, ibis table, str or path
        A pandas or polars frame, an Arrow table, an ibis table on any engine, or a path, a pattern or a URL of files.
    prediction, target, score, weight : str, optional
        Columns of predicted classes, true outcomes, predicted probabilities of the positive outcome, and weights.
    sensitive : str or sequence of str
        Columns of the attributes whose groups are compared.
    metrics, positive, bins, min_n, level : optional
        As for :func:`by_group`.

    Raises
    ------
    UsageError
        An argument is wrong, or names a column that is not there.
    DataError
        The table cannot be read, or a column has too many values to compare.
    """
    sensitive = (sensitive,) if isinstance(sensitive, str) else tuple(sensitive)
    columns = Columns(sensitive, target, prediction, score, weight, bins or {}, positive)
    return _measured(from_table(table, columns), columns, metrics, min_n, level)


def _measured(source: Source, columns: Columns, metrics: Any, min_n: int, level: float) -> GroupMetrics:
    if not 0 < level < 1:
        raise UsageError(f"a confidence level lies between 0 and 1, such as 0.95; got {level}")
    if isinstance(min_n, bool) or not isinstance(min_n, int) or min_n < 1:
        raise UsageError(f"min_n is a number of rows, at least 1; got {min_n!r}")
    has = {"labelled": columns.label is not None, "predicted": columns.prediction is not None, "scored": columns.score is not None}
    picked = chosen(metrics, **has)
    counted = count(source, columns)
    return GroupMetrics(counted.cells, columns.sensitive, picked, counted.positive, level, min_n, counted.notices)
