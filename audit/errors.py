"""Where and how a model errs, for frames, arrays, tables and files: ``from audit import errors``.

What is searched for is searched in one half of the rows and counted on the other, so that what is told holds on rows in which it was not looked for.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from audit.checks.errors.e001_weakest_segments import WeakestSegments
from audit.checks.errors.e002_error_tree import ErrorTree
from audit.checks.errors.e003_error_heat_map import ErrorHeatMap
from audit.checks.errors.e004_confused_classes import ConfusedClasses
from audit.checks.errors.e006_error_trend import ErrorTrend
from audit.checks.errors.e007_residuals import Residuals
from audit.error_analysis import ErrorAnalysis, examined, named

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ErrorAnalysis", "confusions", "heat_map", "residuals", "row_keys", "segments", "tree", "trend"]


def segments(
    X: Any,
    y_true: Any,
    y_pred: Any,
    *,
    depth: int = 3,
    min_rows: int = 30,
    min_gap: float = 0.05,
    min_ratio: float = 0.25,
    candidates: int = 20,
    level: float = 0.05,
    rows: int = 50_000,
    key: str | Sequence[str] | None = None,
    entity: str | None = None,
    task: str | None = None,
    positive: Any = None,
) -> ErrorAnalysis:
    """Search for segments in which the model errs clearly more often than elsewhere, and confirm them on the other half (E001).

    Parameters
    ----------
    X : frame, array, ibis table, str or path
        What may describe rows, such as the features; one row for each prediction, none of them learnt from.
    y_true, y_pred : array_like or str
        Labels and predictions, or the names of their columns in ``X``.
    depth : int
        Conditions of a segment, at most; from 1 to 3.
    min_rows : int
        Rows that a segment needs in the half it is found in.
    min_gap, min_ratio : float
        How much higher its error rate must be than that of all other rows; in a regression, by what share of the mean absolute error.
    candidates : int
        Segments that are put to the test on the other half.
    level : float
        Share of false findings among the findings that is accepted.
    rows : int
        Rows that are searched, at most.
    key, entity : str or sequence of str, optional
        Columns that identify a row, and whom it is about; all rows of one entity stay in one half.
    task : {"classification", "regression"}, optional
        Told by the values where silent.
    positive : optional
        The positive class of two; the larger one where silent.

    Returns
    -------
    ErrorAnalysis
        ``frame`` has the segments that stood out, ``rows`` the misjudged rows of those that were confirmed.

    Raises
    ------
    UsageError
        Lengths differ, or a name is no column.
    DataError
        The data cannot be read.
    """
    check = WeakestSegments(
        rows=rows, depth=depth, min_rows=min_rows, min_gap=min_gap, min_ratio=min_ratio, candidates=candidates, level=level
    )  # fmt: skip
    return examined(check, X, y_true, y_pred, key=key, entity=entity, task=task, positive=_text(positive))


def tree(
    X: Any,
    y_true: Any,
    y_pred: Any,
    *,
    depth: int = 4,
    min_rows: int = 30,
    rows: int = 50_000,
    key: str | Sequence[str] | None = None,
    entity: str | None = None,
    task: str | None = None,
    positive: Any = None,
) -> ErrorAnalysis:
    """Divide rows by how often the model errs, on one half, and count the parts on the other (E002); parameters as of :func:`segments`."""
    check = ErrorTree(rows=rows, depth=depth, min_rows=min_rows)
    return examined(check, X, y_true, y_pred, key=key, entity=entity, task=task, positive=_text(positive))


def heat_map(
    X: Any,
    y_true: Any,
    y_pred: Any,
    *,
    columns: Sequence[str] = (),
    min_rows: int = 30,
    rows: int = 50_000,
    key: str | Sequence[str] | None = None,
    entity: str | None = None,
    task: str | None = None,
    positive: Any = None,
) -> ErrorAnalysis:
    """Count errors over the two columns that say most about them, or over two of your choice (E003); parameters as of :func:`segments`."""
    check = ErrorHeatMap(columns=tuple(columns), min_rows=min_rows, rows=rows)
    return examined(check, X, y_true, y_pred, key=key, entity=entity, task=task, positive=_text(positive))


def confusions(
    y_true: Any,
    y_pred: Any,
    X: Any = None,
    *,
    min_rows: int = 30,
    min_gap: float = 0.10,
    level: float = 0.05,
    key: str | Sequence[str] | None = None,
    entity: str | None = None,
    positive: Any = None,
) -> ErrorAnalysis:
    """Count which classes are taken for which, and with ``X``, of two classes, where one kind of error prevails (E004)."""
    check = ConfusedClasses(min_rows=min_rows, min_gap=min_gap, level=level)
    return examined(check, X, y_true, y_pred, key=key, entity=entity, task="classification", positive=_text(positive))


def trend(
    time: Any,
    y_true: Any,
    y_pred: Any,
    X: Any = None,
    *,
    min_gap: float = 0.05,
    min_ratio: float = 0.25,
    level: float = 0.05,
    task: str | None = None,
    positive: Any = None,
) -> ErrorAnalysis:
    """Count errors by period and test whether they stay the same (E006). ``time`` is an array of dates or numbers, or a column of ``X``."""
    check = ErrorTrend(min_gap=min_gap, min_ratio=min_ratio, level=level)
    return examined(check, X, y_true, y_pred, time=time, task=task, positive=_text(positive))


def residuals(
    X: Any,
    y_true: Any,
    y_pred: Any,
    *,
    time: Any = None,
    min_rows: int = 30,
    min_share: float = 0.01,
    level: float = 0.05,
    rows: int = 50_000,
    key: str | Sequence[str] | None = None,
    entity: str | None = None,
) -> ErrorAnalysis:
    """Look at label less prediction of a regression: bias, spread, tails, memory, and columns that explain what is left (E007)."""
    check = Residuals(rows=rows, min_rows=min_rows, min_share=min_share, level=level)
    return examined(check, X, y_true, y_pred, time=time, key=key, entity=entity, task="regression")


def row_keys(data: Any, key: str | Sequence[str] | None = None) -> "pd.Series[str]":
    """Return the names under which rows are listed in reports, one for each row in order.

    Parameters
    ----------
    data : frame, ibis table, str or path
        The table that was audited.
    key : str or sequence of str, optional
        The columns of the role ``key``; all columns where there is none.

    Returns
    -------
    pandas.Series of str
        Hashes of the keys, or an HMAC of them where ``ASSAY_MASK_KEY`` is set, as it was for the report.
    """
    names: pd.Series[str] = named(data, key)
    return names


def _text(positive: Any) -> str | None:
    return None if positive is None else str(positive).lower() if isinstance(positive, bool) else str(positive)
