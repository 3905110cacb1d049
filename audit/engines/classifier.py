"""A fitted binary classifier taken apart: what encodes raw columns, what scores the encoded ones, which way its margin points."""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from audit.core.errors import DataError, NotApplicable
from audit.core.subject import TRUTH, Model

Values = NDArray[np.float64]

#: How far sigmoid(margin) may be from the probability for the margin to be called log-odds; single precision loses that much.
SAME_PROBABILITY = 1e-4


@dataclass(frozen=True)
class TorchMargin:
    """A copy of a fitted torch module, with one output: its only one, or the second less the first.

    Parameters
    ----------
    module : torch.nn.Module
        In evaluation mode.
    tensor : callable
        From an array to a tensor of the module's type, on its device.
    """

    module: Any
    tensor: Callable[[Values], Any]

    def values(self, encoded: Values) -> Values:
        """Return the margins, shape (rows,)."""
        import torch

        with torch.no_grad():
            return np.asarray(self.module(self.tensor(encoded)).cpu().numpy(), dtype=float).ravel()


class Classifier:
    """A fitted binary classifier, by its parts.

    Parameters
    ----------
    model : Model
        With its estimator: a scikit-learn pipeline, or anything that predicts from a frame.
    positive : str or None
        The positive class as text; the second one of the estimator where not given.

    Attributes
    ----------
    final : object
        The last step.
    torch_margin : TorchMargin or None
        Where the last step holds a torch module.
    """

    def __init__(self, model: Model, positive: str | None = None) -> None:
        estimator: Any = model.estimator
        piped = hasattr(estimator, "steps")
        self.positive = _class_index(model, positive)
        self.preprocess = estimator[:-1] if piped and len(estimator) > 1 else None
        self.final = estimator[-1] if piped else estimator
        self.torch_margin = _torch_margin(self.final)

    @property
    def sign(self) -> int:
        """1 where a larger margin favours the positive class; -1 where the positive class comes first in the estimator's order."""
        return 1 if self.positive == 1 else -1

    def encode(self, frame: pd.DataFrame) -> Any:
        """Return what the last step sees: a frame where it sees one, else a dense matrix."""
        encoded = frame if self.preprocess is None else self.preprocess.transform(frame)
        if isinstance(encoded, pd.DataFrame):
            return encoded
        return np.asarray(encoded.toarray() if hasattr(encoded, "toarray") else encoded, dtype=float)

    def encoded_names(self, columns: Sequence[str]) -> tuple[str, ...]:
        """Return the names of the encoded columns."""
        return tuple(columns) if self.preprocess is None else tuple(str(n) for n in self.preprocess.get_feature_names_out())

    def margin(self, encoded: Any) -> Values:
        """Return the output for the positive class, shape (rows,): the margin where the model has one, else the probability."""
        if self.torch_margin is not None:
            return self.sign * self.torch_margin.values(np.asarray(encoded, dtype=float))
        if hasattr(self.final, "decision_function"):
            return self.sign * np.asarray(self.final.decision_function(encoded), dtype=float).reshape(len(encoded))
        return self.probability(encoded)

    def probability(self, encoded: Any) -> Values:
        """Return the probability of the positive class, shape (rows,)."""
        given = encoded.astype(np.float32) if self.torch_margin is not None else encoded
        return np.asarray(self.final.predict_proba(given), dtype=float)[:, self.positive]

    def unit(self, encoded: Any) -> str:
        """Return what the margin is: ``log-odds``, ``probability`` or ``decision function``, found by comparing it with the probability."""
        if not hasattr(self.final, "predict_proba"):
            return "decision function"
        margin, probability = self.margin(encoded), self.probability(encoded)
        if np.allclose(sigmoid(margin), probability, rtol=0, atol=SAME_PROBABILITY):
            return "log-odds"
        return "probability" if np.allclose(margin, probability, rtol=0, atol=SAME_PROBABILITY) else "decision function"

    def settle(self, encoded: Any) -> None:
        """Look into a torch module only if it is the whole of the last step: if its margin gives the estimator's own probabilities."""
        if self.torch_margin is not None and self.unit(encoded) != "log-odds":
            self.torch_margin = None


def sigmoid(margin: Values) -> Values:
    """Return the probabilities that log-odds stand for."""
    return np.asarray(1 / (1 + np.exp(-np.clip(margin, -500, 500))))


def raw_features(frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Return the raw columns a model needs, with NaN for every kind of missing value, as scikit-learn expects it.

    Raises
    ------
    DataError
        A column is not there.
    """
    absent = [c for c in columns if c not in frame.columns]
    if absent:
        raise DataError(f"the model needs the columns {absent}, which the rows to explain do not have")
    picked = frame.loc[:, list(columns)].reset_index(drop=True)
    for column in picked.columns:
        values = picked[column]
        if pd.api.types.is_extension_array_dtype(values.dtype) and pd.api.types.is_numeric_dtype(values) and values.isna().any():
            picked[column] = values.to_numpy(dtype=float, na_value=np.nan)
        elif values.dtype == object:
            picked[column] = values.where(values.notna(), np.nan)
    return picked


def _torch_margin(final: Any) -> TorchMargin | None:
    """Find a fitted torch module in an estimator: skorch nets carry it as ``module_``, and estimators may carry such a net."""
    holders = (final, *getattr(final, "__dict__", {}).values())
    fitted = next((m for h in holders if hasattr(m := getattr(h, "module_", None), "parameters")), None)
    if fitted is None:
        return None
    import torch

    class Margin(torch.nn.Module):
        def __init__(self, inner: Any) -> None:
            super().__init__()
            self.inner = inner

        def forward(self, encoded: Any) -> Any:
            out = self.inner(encoded)
            out = out.reshape(len(encoded), -1)
            return out if out.shape[1] == 1 else (out[:, 1] - out[:, 0]).reshape(-1, 1)

    # a copy, because explaining hangs hooks into the module
    module = Margin(copy.deepcopy(fitted)).eval()
    weight = next(module.parameters())
    return TorchMargin(module, lambda encoded: torch.as_tensor(np.asarray(encoded), dtype=weight.dtype, device=weight.device))


def _class_index(model: Model, positive: str | None) -> int:
    classes = list(getattr(model.estimator, "classes_", (0, 1)))
    if len(classes) != 2:
        raise NotApplicable(f"explains binary classifiers; model '{model.name}' has {len(classes)} classes")
    if positive is None:
        return 1
    for index, label in enumerate(classes):
        if _is(label, positive):
            return index
    raise DataError(f"model '{model.name}' knows the classes {[str(c) for c in classes]}; the positive class '{positive}' is none of them")


def _is(label: Any, positive: str) -> bool:
    """Match a class of any type with its text, as the run resolved it: a boolean by what people write for it, a number by its value."""
    if isinstance(label, (bool, np.bool_)):
        return TRUTH.get(positive.casefold()) is bool(label)
    if isinstance(label, (int, float, np.number)):
        try:
            return float(label) == float(positive)
        except ValueError:
            return False
    return str(label) == positive
