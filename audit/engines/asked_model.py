"""A model as something to be asked: rows in, the chance of the positive outcome out. What it refuses is told, not raised."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from audit.core.errors import DataError, NotApplicable
from audit.core.subject import Model
from audit.engines.classifier import class_index, raw_features
from audit.engines.refusals import REFUSALS
from audit.engines.replaced import replaced

Values = NDArray[np.float64]

#: Failed questions after which rows are no longer looked for one by one: a part that fails is then left out as a whole.
MOST_REFUSALS = 500
#: Cells of a frame that is put to the model at once.
MOST_CELLS = 4_000_000


class AskedModel:
    """A fitted binary classifier or any callable, asked about frames of raw columns.

    Parameters
    ----------
    model : Model
        Its ``estimator`` has ``predict_proba``, or ``decision_function``, or ``predict``, or is a function from a frame to one number a row.
    positive : str or None
        The positive class as text; the second one of the estimator where not given.

    Attributes
    ----------
    unit : str
        What the answers are: ``probability``, ``decision function`` or ``prediction`` (1 for the positive class).
    cut : float
        From which answer on the model says yes.
    refused : str
        The kind of error that the model raised, empty where it raised none. The text of the error may hold data and is left out.
    asked : int
        How many rows it was asked about.

    Raises
    ------
    NotApplicable
        No estimator, or not two classes.
    DataError
        The positive class is none of the estimator's.
    """

    def __init__(self, model: Model, positive: str | None = None) -> None:
        if model.estimator is None:
            raise NotApplicable(f"model '{model.name}' came as predictions only; 'assay run' hands over the fitted estimators that it trains")
        self.name = model.name
        self.columns = tuple(model.features)
        self._estimator: Any = model.estimator
        self._call, self.unit = _callable(self._estimator, model.name)
        self._place, self._class = _class_of(self._estimator, positive, model.name)
        self.cut = 0.0 if self.unit == "decision function" else 0.5
        self.refused = ""
        self.asked = 0
        self._failures = 0

    def settle(self, rows: pd.DataFrame) -> tuple[pd.DataFrame, NDArray[np.bool_]]:
        """Return the rows that the model answers, numbered from 0, and which those are; learn from what answer on it says yes.

        Raises
        ------
        DataError
            It answers none of the rows, or in a shape that is no answer.
        """
        frame = raw_features(rows, self.columns)
        chances = self.chances(frame)
        answered: NDArray[np.bool_] = ~np.isnan(chances)
        if not answered.any():
            what = f"raises {self.refused}" if self.refused else "gives no number"
            raise DataError(f"model '{self.name}' {what} for all {len(rows):,} rows it was asked about; expected one number a row. Ask it yourself")
        frame, chances = frame[answered].reset_index(drop=True), chances[answered]
        own = self._own(frame)
        if own is not None and own.any() and not own.all() and not np.array_equal(own, chances >= self.cut):
            above, below = float(chances[own].min()), float(chances[~own].max())
            if below < above:
                self.cut = (below + above) / 2
        return frame, answered

    def chances(self, frame: pd.DataFrame) -> Values:
        """Return the answer for each row, shape (rows,); NaN where the model refuses."""
        step = max(1, MOST_CELLS // max(frame.shape[1], 1))
        if not len(frame):
            return np.zeros(0)
        return np.concatenate([self._ask(frame.iloc[i : i + step]) for i in range(0, len(frame), step)])

    def says_yes(self, frame: pd.DataFrame) -> NDArray[np.bool_]:
        """Return whether the model answers each row with the positive class: by its own ``predict`` where it has one."""
        if not len(frame):
            return np.zeros(0, dtype=bool)
        own = self._own(frame)
        return self.chances(frame) >= self.cut if own is None else own

    def _own(self, frame: pd.DataFrame) -> NDArray[np.bool_] | None:
        if not hasattr(self._estimator, "predict") or self._class is None:
            return None
        try:
            answers = np.ravel(np.asarray(self._estimator.predict(frame)))
        except REFUSALS:
            return None
        return np.asarray(answers == self._class, dtype=bool) if answers.shape == (len(frame),) else None

    def _ask(self, frame: pd.DataFrame) -> Values:
        self.asked += len(frame)
        try:
            answers = self._call(frame)
        except REFUSALS as error:
            self.refused = self.refused or type(error).__name__
            self._failures += 1
            if len(frame) == 1 or self._failures > MOST_REFUSALS:
                return np.full(len(frame), np.nan)
            half = len(frame) // 2
            return np.concatenate([self._ask(frame.iloc[:half]), self._ask(frame.iloc[half:])])
        return self._read(answers, len(frame))

    def _read(self, answers: Any, rows: int) -> Values:
        if self.unit == "prediction" and self._class is not None:
            answers = np.asarray(answers) == self._class
        try:
            found = np.asarray(answers, dtype=float)
        except (TypeError, ValueError) as error:
            kind = type(answers).__name__
            raise DataError(f"model '{self.name}' answers with {kind}, which holds no numbers; expected one number a row") from error
        if found.ndim == 2 and found.shape[0] == rows and found.shape[1] in (1, 2):
            found = found[:, self._place if found.shape[1] == 2 else 0]
        if found.shape != (rows,):
            raise DataError(
                f"model '{self.name}' answers {rows} rows with an array of shape {found.shape}; expected ({rows},), or ({rows}, 2) with a column for "
                "each class"
            )
        if self.unit == "decision function" and self._place == 0:
            found = -found
        return np.where(np.isfinite(found), found, np.nan)


def changed(frame: pd.DataFrame, column: str, values: Any) -> pd.DataFrame:
    """Return a frame with other values in one column, in the column's own type where it can hold them."""
    return replaced(frame, {column: held(frame[column], values, slice(None))})


def held(column: pd.Series, values: Any, where: slice) -> pd.Series:
    """Return a column with other values in some places, in its own type where that can hold them.

    Parameters
    ----------
    column : pandas.Series
        Numbered from 0.
    values : array or scalar
        One for each place, or one for all.
    where : slice
        The places.
    """
    given, kind = pd.Series(values, index=column.index[where]), column.dtype
    fractions = pd.api.types.is_float_dtype(given) and bool((given % 1 != 0).any())  # NaN counts: no integer holds it
    if fractions and (pd.api.types.is_integer_dtype(kind) or pd.api.types.is_bool_dtype(kind)):
        kind = given.dtype
    if len(given) == len(column):
        return given.astype(kind)
    whole = column.astype(kind).copy()
    whole.iloc[where] = given.astype(kind).array
    return whole


def repeated(frame: pd.DataFrame, times: int) -> pd.DataFrame:
    """Return the rows of a frame several times over, one whole copy after the other."""
    return frame.iloc[np.tile(np.arange(len(frame)), times)].reset_index(drop=True)


def _callable(estimator: Any, name: str) -> tuple[Callable[[pd.DataFrame], Any], str]:
    for method, unit in (("predict_proba", "probability"), ("decision_function", "decision function"), ("predict", "prediction")):
        if hasattr(estimator, method):
            return getattr(estimator, method), unit
    if callable(estimator):
        return estimator, "probability"
    raise DataError(f"model '{name}' is a {type(estimator).__name__}; expected predict_proba, decision_function, predict, or a function of a frame")


def _class_of(estimator: Any, positive: str | None, name: str) -> tuple[int, Any]:
    """Return the position of the positive class and the class itself; ``None`` where the model does not say which classes it has."""
    classes: Sequence[Any] = list(getattr(estimator, "classes_", ()))
    if not classes:
        return 1, None
    if len(classes) != 2:
        raise NotApplicable(f"asks binary classifiers; model '{name}' has {len(classes)} classes")
    place = 1 if positive is None else class_index(classes, positive, name)
    return place, classes[place]
