"""The same model trained again: a clone of the fitted estimator, on training rows drawn anew, with other random numbers."""

import inspect
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from audit.core.errors import NotApplicable
from audit.core.subject import Model
from audit.engines.classifier import class_index, raw_features
from audit.engines.explanation.threads import threads_for
from audit.engines.refusals import REFUSALS, told

#: Parameters by which scikit-learn and our own estimators take their seed.
SEEDS = ("random_state", "seed")


class Refitting:
    """What is needed to train a model again.

    Parameters
    ----------
    model : Model
        With its fitted estimator.
    train : pandas.DataFrame
        Training rows with the raw features.
    labels : pandas.Series
        Their labels; rows without one are left out.
    validation : pandas.DataFrame or None
        Rows to stop on, for an estimator whose ``fit`` takes ``X_val`` and ``y_val``.
    validation_labels : pandas.Series or None
        Their labels.

    Raises
    ------
    NotApplicable
        The model cannot be trained again, or there are no labelled rows.
    """

    def __init__(
        self,
        model: Model,
        train: pd.DataFrame,
        labels: pd.Series,
        validation: pd.DataFrame | None = None,
        validation_labels: pd.Series | None = None,
    ) -> None:
        from sklearn.base import clone

        self.model = model
        try:
            self._blank = clone(model.estimator)
        except TypeError as error:
            raise NotApplicable(
                f"model '{model.name}' cannot be trained again: it is no scikit-learn estimator but a {type(model.estimator).__name__}"
            ) from error
        self._classes = list(getattr(model.estimator, "classes_", ()))
        self._x, self._y = self._labelled(train, labels)
        if len(self._y) < 2:
            raise NotApplicable(f"needs labelled training rows to train again on; got {len(self._y)}")
        held = None if validation is None or validation_labels is None else self._labelled(validation, validation_labels)
        self._held = held if held is not None and len(held[1]) else None

    @property
    def rows(self) -> int:
        """Training rows at hand."""
        return len(self._y)

    def fitted(self, seed: int) -> Any:
        """Return a freshly trained estimator: training rows drawn with replacement, and random numbers of its own.

        Raises
        ------
        NotApplicable
            It cannot be trained on rows drawn like that.
        """
        from sklearn.base import clone

        drawn = np.random.default_rng(seed).integers(len(self._y), size=len(self._y))
        estimator: Any = clone(self._blank)
        seeds = {name: int(seed) for name in estimator.get_params() if name.rsplit("__", 1)[-1] in SEEDS}
        estimator.set_params(**seeds)
        x, y = self._x.iloc[drawn].reset_index(drop=True), self._y[drawn]
        piped = hasattr(estimator, "steps") and len(estimator) > 1
        try:
            with threads_for(len(y)):
                if not (piped and self._held and _takes_validation(estimator[-1])):
                    return estimator.fit(x, y)
                # a pipeline's own fit would hand on the validation rows without the preprocessing
                encoded = estimator[:-1].fit_transform(x, y)
                estimator[-1].fit(encoded, y, X_val=estimator[:-1].transform(self._held[0]), y_val=self._held[1])
        except REFUSALS as error:
            raise NotApplicable(f"model '{self.model.name}' could not be trained again: {told(error)}") from error
        return estimator

    def _labelled(self, frame: pd.DataFrame, labels: pd.Series) -> tuple[pd.DataFrame, NDArray[Any]]:
        known = labels.notna().to_numpy()
        frame = raw_features(frame[known], tuple(self.model.features))
        kept = labels[known]
        if not self._classes:
            return frame, kept.to_numpy(dtype=float)
        named = {value: self._classes[class_index(self._classes, str(value), self.model.name)] for value in kept.unique()}
        return frame, np.array([named[value] for value in kept], dtype=np.asarray(self._classes).dtype)


def refits(refitting: Refitting, most: int, seed: int) -> Iterator[Any]:
    """Yield estimators, each trained on rows drawn anew."""
    for number in range(most):
        yield refitting.fitted(seed + 1_000 * (number + 1))


def _takes_validation(final: Any) -> bool:
    return {"X_val", "y_val"} <= set(inspect.signature(final.fit).parameters) and getattr(final, "early_stopping", True) is not False
