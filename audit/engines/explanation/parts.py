"""A fitted model taken apart: what encodes raw columns, what scores the encoded ones, and which of its outputs is looked at."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from audit.core.errors import DataError, NotApplicable
from audit.core.subject import Model
from audit.engines.classifier import class_index
from audit.engines.refusals import REFUSALS

Values = NDArray[np.float64]

#: How far sigmoid(margin) may be from the probability for the margin to be called log-odds; single precision loses that much.
SAME_PROBABILITY = 1e-4
#: Questions after which refusing rows are no longer told apart one by one.
MOST_QUESTIONS = 500


@dataclass(frozen=True)
class TorchMargin:
    """A copy of a fitted torch module in double precision, with one output.

    Parameters
    ----------
    module : torch.nn.Module
        In evaluation mode; gives an array of shape (rows, 1).
    inner : torch.nn.Module
        The module itself, with all its outputs.
    weights : tuple of float
        What the one output is made of: of each output of the module, how much.
    """

    module: Any
    inner: Any
    weights: tuple[float, ...]

    def tensor(self, encoded: Any) -> Any:
        """Return rows as the module takes them."""
        import torch

        return torch.tensor(np.asarray(encoded, dtype=float), dtype=torch.float64)

    def values(self, encoded: Any) -> Values:
        """Return the margins, shape (rows,)."""
        import torch

        with torch.no_grad():
            return np.asarray(self.module(self.tensor(encoded)).numpy(), dtype=float).ravel()


class ModelParts:
    """A fitted model by its parts, with one output that is looked at.

    Parameters
    ----------
    model : Model
        With its estimator: a scikit-learn pipeline, anything that predicts from a frame, a torch module, or a function of a frame.
    wanted : str or None
        The class that is explained, as text; the second of two where not given.

    Attributes
    ----------
    final : object
        The last step.
    classes : tuple
        Of a classifier, in its own order; empty otherwise.
    output : int
        Position of the class that is explained, or of the column of a function's answer.
    torch_margin : TorchMargin or None
        Where the last step holds a torch module, or is one.

    Raises
    ------
    NotApplicable
        No estimator, or more than two classes and none is named.
    DataError
        The class is none of the estimator's, or this is no model.
    """

    def __init__(self, model: Model, wanted: str | None = None) -> None:
        if model.estimator is None:
            raise NotApplicable(f"model '{model.name}' came as predictions only; 'assay run' hands over the fitted estimators that it trains")
        # a search over settings predicts by the best it found
        estimator: Any = getattr(model.estimator, "best_estimator_", model.estimator)
        self.name = model.name
        self.classes = tuple(getattr(estimator, "classes_", ()))
        if wanted is None and len(self.classes) > 2:
            raise NotApplicable(f"model '{model.name}' has {len(self.classes)} classes; name the one to explain, or explain each")
        known = self.classes or ((0, 1) if hasattr(estimator, "predict_proba") else ())
        self.output = class_index(known, wanted, model.name) if wanted is not None and known else 1
        piped = hasattr(estimator, "steps")
        self.preprocess = estimator[:-1] if piped and len(estimator) > 1 else None
        self.final = estimator[-1] if piped else estimator
        if not any(hasattr(self.final, m) for m in ("predict_proba", "decision_function", "predict")) and not callable(self.final):
            raise DataError(
                f"model '{model.name}' is a {type(self.final).__name__}; expected predict_proba, decision_function, predict, or a function of a frame"
            )
        self.torch_margin = _torch_margin(self.final, self.output, self.sign)

    @property
    def sign(self) -> int:
        """-1 where the class looked at is the first of two, whose margin points the other way; else 1."""
        classifies = hasattr(self.final, "predict_proba") or hasattr(self.final, "decision_function")
        return -1 if classifies and self.output == 0 and len(self.classes) <= 2 else 1

    def encode(self, frame: pd.DataFrame) -> Any:
        """Return what the last step sees: a frame where it sees one, else a dense matrix."""
        if self.preprocess is not None:
            encoded = self.preprocess.transform(as_fitted(self.preprocess[0], frame))
            if isinstance(encoded, pd.DataFrame):
                return encoded
            return np.asarray(encoded.toarray() if hasattr(encoded, "toarray") else encoded, dtype=float)
        return np.asarray(frame, dtype=float) if hasattr(self.final, "forward") else as_fitted(self.final, frame)

    def encoded_names(self, columns: Sequence[str]) -> tuple[str, ...]:
        """Return the names of the encoded columns; none where the preprocessing does not tell them."""
        if self.preprocess is None:
            return tuple(columns)
        try:
            return tuple(str(n) for n in self.preprocess.get_feature_names_out())
        except (AttributeError, ValueError):
            return ()

    def margin(self, encoded: Any) -> Values:
        """Return the output that is looked at, shape (rows,): the margin where the model has one, else the probability, else what it predicts."""
        final = self.final
        if self.torch_margin is not None:
            return self.torch_margin.values(encoded)
        if hasattr(final, "decision_function"):
            return self._one(final.decision_function(encoded), encoded)
        if hasattr(final, "booster_"):
            return self._one(final.predict(encoded, raw_score=True), encoded)
        if hasattr(final, "get_booster"):
            return self._one(final.predict(encoded, output_margin=True), encoded)
        if hasattr(final, "predict_proba"):
            return self.probability(encoded)
        answer = np.asarray((final.predict if hasattr(final, "predict") else final)(encoded))
        if not hasattr(final, "predict") and answer.ndim == 2 and answer.shape[1] > 1:
            return self._one(answer[:, self.output] if self.output < answer.shape[1] else answer, encoded)
        return self._one(answer, encoded)

    def probability(self, encoded: Any) -> Values:
        """Return the probability of the class that is looked at, shape (rows,)."""
        return np.ascontiguousarray(self._probabilities(encoded)[:, self.output])

    def unit(self, encoded: Any, margin: Values) -> str:
        """Return what the margin is, found by comparing it with the probability.

        Returns
        -------
        str
            ``log-odds`` of two classes, ``logit`` of several, ``probability``, ``decision function``, ``prediction``, or ``output`` of a function.
        """
        if not hasattr(self.final, "predict_proba"):
            return "decision function" if hasattr(self.final, "decision_function") else "prediction" if hasattr(self.final, "predict") else "output"
        probability = self.probability(encoded)
        if len(self.classes) <= 2 and np.allclose(sigmoid(margin), probability, rtol=0, atol=SAME_PROBABILITY):
            return "log-odds"
        if np.allclose(margin, probability, rtol=0, atol=SAME_PROBABILITY):
            return "probability"
        if len(self.classes) > 2:
            # in a softmax the margins of two rows differ as the logarithms do, but for a constant of each row
            margins = [self._margin_of(k, encoded) for k in range(len(self.classes))]
            shares = np.exp(np.column_stack(margins) - np.max(margins, axis=0)[:, None])
            if np.allclose(shares / shares.sum(axis=1, keepdims=True), self._probabilities(encoded), rtol=0, atol=SAME_PROBABILITY):
                return "logit"
        return "decision function"

    def settle(self, encoded: Any) -> None:
        """Look into a torch module only if it is the whole of the last step: if its output gives the estimator's own answers."""
        if self.torch_margin is None or hasattr(self.final, "forward"):
            return
        try:
            margin = self.torch_margin.values(encoded)
            whole = self.unit(encoded, margin) != "decision function"
            if whole and not hasattr(self.final, "predict_proba"):
                whole = np.allclose(margin, np.ravel(self.final.predict(np.asarray(encoded, dtype=np.float32))), rtol=1e-4, atol=SAME_PROBABILITY)
        except REFUSALS:
            whole = False
        if not whole:
            self.torch_margin = None

    def answered(self, frame: pd.DataFrame) -> tuple[NDArray[np.bool_], str]:
        """Return which rows the model answers with a number, and what it raises about the others.

        Rows are asked about all at once, and in halves only where that fails.
        """
        sound = np.zeros(len(frame), dtype=bool)
        refusal, asked = "", 0
        stack = [(0, len(frame))]
        while stack:
            start, stop = stack.pop()
            asked += 1
            try:
                encoded = self.encode(frame.iloc[start:stop])
                sound[start:stop] = np.isfinite(self.margin(encoded))
            except REFUSALS as error:
                # the text of the error may hold data
                refusal = refusal or type(error).__name__
                if stop - start > 1 and asked < MOST_QUESTIONS:
                    middle = (start + stop) // 2
                    stack += [(start, middle), (middle, stop)]
        return sound, refusal or ("" if sound.all() else "no number")

    def _probabilities(self, encoded: Any) -> Values:
        given = np.asarray(encoded, dtype=np.float32) if self.torch_margin is not None else encoded
        found = np.asarray(self.final.predict_proba(given), dtype=float)
        if found.ndim != 2 or found.shape[0] != len(encoded) or self.output >= found.shape[1]:
            raise DataError(
                f"model '{self.name}' answers {len(encoded)} rows with probabilities of shape {found.shape}; expected ({len(encoded)}, classes)"
            )
        return found

    def _margin_of(self, output: int, encoded: Any) -> Values:
        other = copy.copy(self)
        other.output = output
        other.torch_margin = None if self.torch_margin is None else _torch_margin(self.final, output, other.sign)
        return other.margin(encoded)

    def _one(self, answer: Any, encoded: Any) -> Values:
        """Return one number a row from whatever a model gives: the margin of two classes as one column, of several as one each."""
        try:
            found = np.asarray(answer, dtype=float)
        except (TypeError, ValueError) as error:
            raise DataError(f"model '{self.name}' answers with {_kind(answer)}, which holds no numbers; expected one number a row") from error
        rows = len(encoded)
        if found.ndim == 2 and found.shape[0] == rows and len(self.classes) > 2 and found.shape[1] == len(self.classes):
            return np.ascontiguousarray(found[:, self.output])
        if found.shape not in ((rows,), (rows, 1)):
            raise DataError(
                f"model '{self.name}' answers {rows} rows with an array of shape {found.shape}; expected ({rows},), or ({rows}, classes) "
                "with a column for each class"
            )
        given_as_margin = hasattr(self.final, "decision_function") or hasattr(self.final, "booster_") or hasattr(self.final, "get_booster")
        return (self.sign if given_as_margin else 1) * found.reshape(rows)


def _kind(answer: Any) -> str:
    return "text" if getattr(answer, "dtype", None) is not None and np.asarray(answer).dtype.kind in "UO" else type(answer).__name__


def sigmoid(margin: Values) -> Values:
    """Return the probabilities that log-odds stand for."""
    return np.asarray(1 / (1 + np.exp(-np.clip(margin, -500, 500))))


def as_fitted(step: Any, frame: pd.DataFrame) -> Any:
    """Return a frame as it is, or as an array where the step was fitted on one: it would warn about names that it never saw."""
    names = getattr(step, "feature_names_in_", None)
    known = names is not None and list(names) == list(frame.columns)
    by_array = hasattr(step, "n_features_in_") and not known
    return frame.to_numpy() if by_array and all(pd.api.types.is_numeric_dtype(t) for t in frame.dtypes) else frame


def _torch_margin(final: Any, output: int, sign: int) -> TorchMargin | None:
    """Find a fitted torch module in an estimator: skorch nets carry it as ``module_``, and estimators may carry such a net."""
    holders = (final, *getattr(final, "__dict__", {}).values())
    fitted = final if hasattr(final, "forward") and hasattr(final, "parameters") else None
    fitted = fitted or next((m for h in holders if hasattr(m := getattr(h, "module_", None), "parameters")), None)
    if fitted is None:
        return None
    import torch

    # a copy, because explaining hangs hooks into the module; in double precision, because values shall add up
    inner = copy.deepcopy(fitted).cpu().double().eval()
    size = next((m.in_features for m in inner.modules() if hasattr(m, "in_features")), None)
    if size is None:
        return None
    try:
        with torch.no_grad():
            outputs = inner(torch.zeros((2, size), dtype=torch.float64)).reshape(2, -1).shape[1]
    except REFUSALS:
        return None
    if outputs == 1:
        weights: tuple[float, ...] = (float(sign),)
    elif outputs == 2:
        weights = (-1.0 * sign, 1.0 * sign) if not hasattr(final, "forward") else tuple(float(k == output) for k in range(2))
    else:
        weights = tuple(float(k == output) for k in range(outputs))

    class Margin(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = inner
            self.register_buffer("mix", torch.tensor(weights, dtype=torch.float64).reshape(-1, 1))

        def forward(self, encoded: Any) -> Any:
            return self.inner(encoded).reshape(len(encoded), -1) @ self.mix

    return TorchMargin(Margin().eval(), inner, weights)
