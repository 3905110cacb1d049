"""How much each raw column moved a model's output for each row: SHAP values, by the method that fits the model, checked to add up."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from audit.core.errors import DataError, NotApplicable
from audit.core.subject import Model
from audit.core.wording import counted
from audit.engines.classifier import raw_features
from audit.engines.explanation import linear, network, permutation, trees
from audit.engines.explanation.explained import PARTS, Explained, Values
from audit.engines.explanation.folding import fold, owners, summed
from audit.engines.explanation.parts import ModelParts, sigmoid
from audit.engines.explanation.threads import threads_for
from audit.engines.refusals import REFUSALS, told

__all__ = ["Attributions", "attribute", "classes_of", "fold"]

#: Largest relative additivity error with which an explanation that should be exact is accepted: what single precision leaves.
EXACT = 1e-5
#: The same for methods that approximate; above it the next, slower method is tried.
TOLERANCE = 1e-3
#: Rows on which it is seen what the output is.
LOOKED_AT = 50
#: Numbers above which the values against each part of the background are not kept.
MOST_KEPT = 2_000_000


@dataclass(frozen=True)
class Attributions:
    """SHAP values of one output of a model, on the raw columns.

    Parameters
    ----------
    columns : tuple of str
        Raw columns.
    values : array, shape (rows, columns)
        What each column added to the margin of each row.
    base : float
        The margin that the values start from.
    margin : array, shape (rows,)
        The model's own output.
    unit : str
        Of values, base and margin: ``log-odds``, ``logit``, ``probability``, ``decision function``, ``prediction`` or ``output``.
    method : str
        How the values were computed, with the sizes of what was drawn.
    additivity_error : float
        Largest ``|base + sum of values - margin|`` over the rows, relative to the largest ``|margin - base|``.
    exact : bool
        Whether the method is exact but for rounding.
    sampling_error : float
        Root mean square standard error of a value that random draws of the method leave, relative like the additivity error; 0 where it draws none.
    rows : array of int, shape (rows,)
        Which of the given rows were explained, by position: a bounded method takes the first ones, and rows the model refuses are left out.
    refused : int
        Rows to explain that the model refused.
    refusal : str
        What it raised about them; empty where it refused none.
    by_background : array, shape (parts, rows, columns), or None
        Values against each part of the background alone; ``None`` where the method divides none, or they would be too many.
    """

    columns: tuple[str, ...]
    values: Values
    base: float
    margin: Values
    unit: str
    method: str
    additivity_error: float
    exact: bool = True
    sampling_error: float = 0.0
    rows: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    refused: int = 0
    refusal: str = ""
    by_background: Values | None = None

    @property
    def probability(self) -> Values | None:
        """The model's own probability of the class that is explained, shape (rows,); ``None`` where its margin does not tell."""
        return sigmoid(self.margin) if self.unit == "log-odds" else self.margin if self.unit == "probability" else None


def classes_of(model: Model) -> tuple[str, ...]:
    """Return the classes that :func:`attribute` must be asked about one by one: those of a model with more than two; none otherwise."""
    classes = tuple(getattr(getattr(model.estimator, "best_estimator_", model.estimator), "classes_", ()))
    return tuple(str(c) for c in classes) if len(classes) > 2 else ()


def attribute(model: Model, rows: pd.DataFrame, background: pd.DataFrame, seed: int = 0, positive: str | None = None) -> Attributions:
    """Explain one output of a fitted model on some rows.

    The method follows from what the fitted estimator can do: a weighted sum is split in closed form; trees are explained by the TreeExplainer,
    by a booster's own contributions, or, from 600 rows on, by working out each leaf once; a torch module by the rescale rule, by the DeepExplainer or
    by expected gradients. Where none of them applies, where what it gives does not add up to the model's own output (within 1e-5 where the method is
    exact, else 1e-3), or where encoded columns mix raw ones, the whole predictor is asked about mixtures of the rows and the background.

    Parameters
    ----------
    model : Model
        With its ``estimator`` (a scikit-learn pipeline, any predictor on frames, or a function of a frame) and its raw ``features``.
    rows : pandas.DataFrame
        Rows to explain; further columns are ignored. Rows that the model refuses are counted and left out.
    background : pandas.DataFrame
        Rows that stand for "the column is not known".
    seed : int
        Of the last method's random orders; the others draw nothing.
    positive : str or None
        The class to explain as text; the second of two where not given. Of a model with more classes one must be named (:func:`classes_of`).

    Returns
    -------
    Attributions

    Raises
    ------
    NotApplicable
        No estimator, no rows, more than two classes and none named, or shap is needed and not installed.
    DataError
        The class is none of the estimator's, its answers have the wrong shape, or it refuses all rows.

    References
    ----------
    Lundberg, S. and Lee, S.-I. (2017). A unified approach to interpreting model predictions. NeurIPS 30.
    Lundberg, S. et al. (2020). From local explanations to global understanding with explainable AI for trees. Nature Machine Intelligence 2.
    """
    if not len(rows) or not len(background):
        raise NotApplicable(f"needs rows to explain and rows to compare with; got {len(rows)} and {len(background)}")
    with threads_for(len(rows)):
        return _attributed(model, rows, background, seed, positive)


def _attributed(model: Model, rows: pd.DataFrame, background: pd.DataFrame, seed: int, positive: str | None) -> Attributions:
    parts = ModelParts(model, positive)
    columns = tuple(model.features)
    frame, reference = raw_features(rows, columns), raw_features(background, columns)
    kept = np.arange(len(frame))
    refusal = ""
    try:
        encoded, compared = parts.encode(frame), parts.encode(reference)
        parts.settle(encoded)
        margin = parts.margin(encoded)
        sound = bool(np.isfinite(margin).all())
    except REFUSALS:
        sound = False
    if not sound:
        answered, refusal = parts.answered(frame)
        usable, _ = parts.answered(reference)
        if not answered.any() or not usable.any():
            which = f"all {counted(len(frame), 'row')} to explain" if not answered.any() else f"all {counted(len(reference), 'background row')}"
            raise DataError(
                f"model '{model.name}' could not be explained: it gives {refusal or 'no number'} for {which}. Ask it for predictions yourself"
            )
        kept, frame, reference = np.flatnonzero(answered), frame[answered].reset_index(drop=True), reference[usable].reset_index(drop=True)
        encoded, compared = parts.encode(frame), parts.encode(reference)
        parts.settle(encoded)
        margin = parts.margin(encoded)
    try:
        found, owned = _first_that_adds_up(parts, frame, reference, encoded, compared, margin)
        if found is None:
            found = permutation.explain(parts, frame, reference, seed)
    except REFUSALS as error:
        raise DataError(f"model '{model.name}' could not be explained on {counted(len(frame), 'row')}: {told(error)}") from error
    n = len(found.values)
    margin = margin[:n]
    reach = float(np.abs(margin - found.base).max())
    return Attributions(
        columns,
        found.values if found.raw else summed(found.values, owned, len(columns)),
        found.base,
        margin,
        parts.unit(encoded[:LOOKED_AT], margin[:LOOKED_AT]),
        found.method,
        found.error(margin),
        found.exact,
        found.sampling_error / reach if reach else 0.0,
        kept[:n],
        len(rows) - len(frame),
        refusal,
        _against_parts(found, owned, len(columns)),
    )


def _first_that_adds_up(
    parts: ModelParts, frame: pd.DataFrame, reference: pd.DataFrame, encoded: Any, compared: Any, margin: Values
) -> tuple[Explained | None, list[int]]:
    """Return the first explanation of encoded columns that adds up and can be folded, with the raw column of each encoded one."""
    owned: list[int] | None = None
    for found in _by_capability(parts, encoded, compared):
        if found.error(margin) > (EXACT if found.exact else TOLERANCE):
            continue
        owned = owned or owners(parts, pd.concat([frame, reference], ignore_index=True), found.values.shape[1])
        return (found, owned) if owned is not None else (None, [])
    return None, []


def _by_capability(parts: ModelParts, encoded: Any, compared: Any) -> Iterator[Explained]:
    """Yield explanations by the methods that fit the last step."""
    if isinstance(encoded, pd.DataFrame):
        if not all(pd.api.types.is_numeric_dtype(t) for t in encoded.dtypes):
            if hasattr(parts.final, "booster_") or hasattr(parts.final, "get_booster"):
                # these know categories themselves
                yield from trees.explain(parts, np.empty((0, encoded.shape[1])), encoded)
            return
        rows, background = encoded.to_numpy(dtype=float, na_value=np.nan), compared.to_numpy(dtype=float, na_value=np.nan)
    else:
        if getattr(encoded, "dtype", None) is None or encoded.dtype.kind not in "biuf":
            return
        rows, background = np.asarray(encoded, dtype=float), np.asarray(compared, dtype=float)
    yield from linear.explain(parts, rows, background)
    yield from trees.explain(parts, rows, encoded)
    if parts.torch_margin is not None:
        yield from network.explain(parts.torch_margin, rows, background, TOLERANCE)


def _against_parts(found: Explained, owned: list[int], columns: int) -> Values | None:
    if PARTS * len(found.values) * columns > MOST_KEPT:
        return None
    by_part = [values if found.raw else summed(values, owned, columns) for values in found.parts]
    return np.stack(by_part) if by_part else None
