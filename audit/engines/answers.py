"""What a model answers on rows of a frame: a class and, where it gives one, a score of the positive class; for estimators and callables alike."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from audit.core.errors import DataError
from audit.core.subject import Model
from audit.engines.classifier import raw_features
from audit.engines.refusals import REFUSALS

#: A model is asked about the halves of a batch that it refuses, and about their halves, down to this share of it.
SMALLEST_PART = 32
#: At and above this probability a callable that gives only one is taken to mean the positive class.
THRESHOLD = 0.5

#: Turns a class of any type into the key that labels are compared by.
KeyOf = Callable[[Any], str]


@dataclass(frozen=True)
class Classes:
    """How the classes of a target are told apart.

    Parameters
    ----------
    key : callable
        Turns a class of any type into the key by which it is compared.
    names : tuple of str
        Keys of all classes.
    positive : str or None
        Key of the positive one.
    """

    key: KeyOf
    names: tuple[str, ...]
    positive: str | None = None

    def code(self, value: Any) -> int:
        """Return the position of a class; -2 for one that the target does not have."""
        name = self.key(value)
        return self.names.index(name) if name in self.names else -2


@dataclass(frozen=True)
class Answers:
    """Answers of a model.

    Parameters
    ----------
    codes : ndarray of int, shape (rows,)
        Position of the predicted class; -1 where the model refused the row, -2 where its answer is no class of the target.
    scores : ndarray of float, shape (rows,), or None
        Probability of the positive class, NaN where the model refused the row; ``None`` where the model gives none.
    refusal : str
        What the model raised when it refused rows; empty where it refused none.
    """

    codes: NDArray[np.int64]
    scores: NDArray[np.float64] | None
    refusal: str = ""

    @property
    def refused(self) -> NDArray[np.bool_]:
        """Which rows have no answer."""
        return np.asarray(self.codes == -1)


def ask(model: Model, rows: pd.DataFrame, classes: Classes) -> Answers:
    """Ask a model about rows. Where it refuses them, it is asked about parts of them, so that the rows at fault are those without an answer.

    Parameters
    ----------
    model : Model
        With its estimator: anything with ``predict_proba`` or ``predict``, or a callable that takes a frame.
    rows : pandas.DataFrame
        Raw columns.
    classes : Classes
        Of the target.

    Raises
    ------
    DataError
        What the model returns has the wrong shape.
    """
    features = raw_features(rows, tuple(model.features) or tuple(rows.columns))
    found = _asked(model, features, classes, max(len(features) // SMALLEST_PART, 1))
    codes = np.concatenate([part.codes for part in found]) if found else np.zeros(0, dtype=np.int64)
    scored = [part.scores for part in found if part.scores is not None]
    scores = None
    if scored:
        scores = np.concatenate([np.full(len(part.codes), np.nan) if part.scores is None else part.scores for part in found])
    return Answers(codes, scores, next((part.refusal for part in found if part.refusal), ""))


def _asked(model: Model, features: pd.DataFrame, classes: Classes, smallest: int) -> list[Answers]:
    if not len(features):
        return []
    try:
        given = _given(model.estimator, features)
    except REFUSALS as error:
        if len(features) > smallest:
            middle = len(features) // 2
            halves = (features.iloc[:middle], features.iloc[middle:])
            return [part for half in halves for part in _asked(model, half.reset_index(drop=True), classes, smallest)]
        # its own text may show a value of the data
        return [Answers(np.full(len(features), -1, dtype=np.int64), None, type(error).__name__)]
    return [_read(model, given, len(features), classes)]


def _given(estimator: Any, features: pd.DataFrame) -> tuple[Any, Any]:
    """Return probabilities and labels as the estimator gives them, one of them ``None``."""
    if hasattr(estimator, "predict_proba"):
        return np.asarray(estimator.predict_proba(_as_it_takes(estimator, features)), dtype=float), None
    answer = np.asarray(estimator.predict(features) if hasattr(estimator, "predict") else estimator(features))
    if answer.ndim == 2 and answer.shape[1] == 1:
        answer = answer[:, 0]
    fractional = answer.dtype.kind == "f" and not np.all(np.isin(answer[~np.isnan(answer)], np.round(answer[~np.isnan(answer)])))
    return (answer.astype(float), None) if answer.ndim == 2 or fractional else (None, answer)


def _as_it_takes(estimator: Any, features: pd.DataFrame) -> Any:
    """Return the frame, or its values where the estimator was fitted on values without names."""
    nameless = hasattr(estimator, "n_features_in_") and not hasattr(estimator, "feature_names_in_") and not hasattr(estimator, "steps")
    return features.to_numpy() if nameless else features


def _read(model: Model, given: tuple[Any, Any], n: int, classes: Classes) -> Answers:
    probability, labels = given
    if labels is not None:
        if labels.shape != (n,):
            raise DataError(f"model '{model.name}' gave an answer of shape {labels.shape} for {n} rows; expected one class for each row")
        known = {value: classes.code(value) for value in pd.unique(pd.Series(labels)) if not pd.isna(value)}
        return Answers(np.array([known.get(value, -1) for value in labels], dtype=np.int64), None, "" if len(known) else "no answer")
    if probability.ndim == 1:
        probability = np.column_stack([1 - probability, probability])
    own = list(getattr(model.estimator, "classes_", ()))
    if not own:
        # a callable has no classes of its own: the positive one is the last, as in the order of scikit-learn
        rest = [name for name in sorted(classes.names) if name != classes.positive]
        own = [*rest, *([classes.positive] if classes.positive is not None else [])]
    if probability.shape != (n, len(own)):
        raise DataError(
            f"model '{model.name}' gave probabilities of shape {probability.shape} for {n} rows; expected ({n}, {len(own)}), one for each class"
        )
    codes = np.array([classes.code(value) for value in own], dtype=np.int64)
    unknown = np.isnan(probability).any(axis=1)
    best = codes[np.where(unknown[:, None], 0.0, probability).argmax(axis=1)]
    if len(own) == 2 and classes.positive is not None and classes.names.index(classes.positive) in codes:
        place = int(np.flatnonzero(codes == classes.names.index(classes.positive))[0])
        # a tie goes to the class that comes first, as argmax has it, but a callable's plain probability of one half is a yes
        score = probability[:, place]
        if not hasattr(model.estimator, "classes_"):
            best = np.where(score >= THRESHOLD, codes[place], codes[1 - place])
        return Answers(np.where(unknown, -1, best), score, "not a number" if unknown.any() else "")
    return Answers(np.where(unknown, -1, best), None, "not a number" if unknown.any() else "")
