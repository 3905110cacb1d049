"""How much each raw column moved a model's output for each row: SHAP values, checked to add up. The only place that imports shap."""

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from audit.core.errors import DataError, NotApplicable
from audit.core.subject import Model
from audit.engines.predictor import Predictor, Values, raw_features

#: Largest relative additivity error with which an explanation is accepted; above it the next, slower method is tried.
TOLERANCE = 1e-3
#: Bounds of the method that works for any predictor, which must ask it about every coalition of columns that it draws.
PERMUTATION_ROWS, PERMUTATION_BACKGROUND, PERMUTATIONS = 100, 25, 5


@dataclass(frozen=True)
class Attributions:
    """SHAP values of the positive class, on the raw columns.

    Parameters
    ----------
    columns : tuple of str
        Raw columns.
    values : array, shape (rows, columns)
        What each column added to the margin of each row.
    base : float
        The margin that the values start from.
    margin : array, shape (rows,)
        The model's own output for the positive class.
    unit : str
        Of values, base and margin: ``log-odds``, ``probability`` or ``decision function``.
    method : str
        How the values were computed.
    additivity_error : float
        Largest ``|base + sum of values - margin|`` over the rows, relative to the largest ``|margin - base|``.
    encoded : tuple of str
        Columns the values were computed on, in order: those the last step saw, or the raw ones.
    encoded_values : array, shape (rows, encoded columns)
        Values before they were folded back onto the raw columns.
    """

    columns: tuple[str, ...]
    values: Values
    base: float
    margin: Values
    unit: str
    method: str
    additivity_error: float
    encoded: tuple[str, ...]
    encoded_values: Values


@dataclass(frozen=True)
class _Explained:
    method: str
    values: Values
    base: float

    def error(self, margin: Values) -> float:
        away = np.abs(self.base + self.values.sum(axis=1) - margin).max()
        reach = np.abs(margin - self.base).max()
        return float(away / reach) if reach > 0 else float(away)


def attribute(model: Model, rows: pd.DataFrame, background: pd.DataFrame, seed: int = 0, positive: str | None = None) -> Attributions:
    """Explain a fitted binary classifier on some rows.

    The method follows from what the fitted estimator can do: a linear margin is split in closed form, trees are explained by the
    TreeExplainer, a torch module by the DeepExplainer. Where none of them applies, or what it gives does not add up to the model's own margin
    within 1e-3, the PermutationExplainer asks the whole predictor, on the first 100 rows.

    Parameters
    ----------
    model : Model
        With its ``estimator`` (a scikit-learn pipeline, or any predictor on frames) and its raw ``features``.
    rows : pandas.DataFrame
        Rows to explain; further columns are ignored.
    background : pandas.DataFrame
        Rows that stand for "the column is not known".
    seed : int
        Of the permutation method; the others draw nothing.
    positive : str or None
        The positive class as text; the second class of the estimator where not given.

    Returns
    -------
    Attributions

    Raises
    ------
    NotApplicable
        No estimator, no rows, more than two classes, or shap is not installed.
    DataError
        The positive class is none of the estimator's, or the estimator refuses the rows.

    References
    ----------
    Lundberg, S. and Lee, S.-I. (2017). A unified approach to interpreting model predictions. NeurIPS 30.
    Lundberg, S. et al. (2020). From local explanations to global understanding with explainable AI for trees. Nature Machine Intelligence 2.
    """
    if model.estimator is None:
        raise NotApplicable(f"model '{model.name}' came as predictions only; 'assay run' hands over the fitted estimators that it trains")
    if not len(rows) or not len(background):
        raise NotApplicable(f"needs rows to explain and rows to compare with; got {len(rows)} and {len(background)}")
    columns = tuple(model.features)
    predictor = Predictor(model, positive)
    explained, reference = raw_features(rows, columns), raw_features(background, columns)
    try:
        encoded = predictor.encode(explained)
        predictor.settle(encoded)
        margin = predictor.margin(encoded)
        unit = predictor.unit(encoded)
        for found in _by_capability(predictor, encoded, predictor.encode(reference)):
            if found.error(margin) <= TOLERANCE:
                names = predictor.encoded_names(columns)
                values = fold(found.values, names, columns)
                return Attributions(columns, values, found.base, margin, unit, found.method, found.error(margin), names, found.values)
        found = _permutation(predictor, explained[:PERMUTATION_ROWS], reference[:PERMUTATION_BACKGROUND], seed)
    except (ValueError, TypeError) as error:
        raise DataError(f"model '{model.name}' could not be explained on {len(rows)} rows: {type(error).__name__}: {error}") from error
    margin = margin[:PERMUTATION_ROWS]
    return Attributions(columns, found.values, found.base, margin, unit, found.method, found.error(margin), columns, found.values)


def fold(values: Values, names: Sequence[str], columns: Sequence[str]) -> Values:
    """Sum the values of encoded columns over the raw columns they were made from.

    Parameters
    ----------
    values : array, shape (rows, encoded columns)
        Values by encoded column.
    names : sequence of str
        Encoded names: a raw column, or ``column=level``.
    columns : sequence of str
        Raw columns.

    Returns
    -------
    array, shape (rows, raw columns)

    Raises
    ------
    DataError
        A name belongs to no raw column.
    """
    index = {column: i for i, column in enumerate(columns)}
    folded = np.zeros((len(values), len(columns)))
    for j, name in enumerate(names):
        raw = name if name in index else name.rsplit("=", 1)[0]
        if raw not in index:
            raise DataError(f"encoded column '{name}' belongs to none of the raw columns {list(columns)}; expected 'column' or 'column=level'")
        folded[:, index[raw]] += values[:, j]
    return folded


def _by_capability(predictor: Predictor, encoded: Any, background: Any) -> Iterator[_Explained]:
    """Yield explanations by the methods that fit the last step."""
    if isinstance(encoded, pd.DataFrame):
        if not all(pd.api.types.is_numeric_dtype(t) for t in encoded.dtypes):
            return
        encoded, background = encoded.to_numpy(dtype=float), background.to_numpy(dtype=float)
    final = predictor.final
    if np.size(getattr(final, "coef_", ())) == encoded.shape[1] and hasattr(final, "decision_function"):
        yield _linear(predictor, encoded, background)
    if any(hasattr(final, trees) for trees in ("tree_", "estimators_", "_predictors")):
        yield from _trees(predictor, encoded)
    if predictor.torch_margin is not None:
        yield _deep(predictor, encoded, background)


def _linear(predictor: Predictor, encoded: Values, background: Values) -> _Explained:
    coefficients = np.asarray(predictor.final.coef_, dtype=float).ravel()
    centre = background.mean(axis=0)
    base = float(np.ravel(predictor.final.intercept_)[0] + coefficients @ centre)
    return _Explained("closed form of a linear margin", predictor.sign * coefficients * (encoded - centre), predictor.sign * base)


def _trees(predictor: Predictor, encoded: Values) -> Iterator[_Explained]:
    shap = _shap()
    try:
        # the training rows, as the trees remember them, are the background: against a sample of rows shap follows missing values wrongly
        explainer = shap.TreeExplainer(predictor.final, feature_perturbation="tree_path_dependent")
    except shap.utils._exceptions.InvalidModelError:
        return
    values = np.asarray(explainer.shap_values(encoded, check_additivity=False), dtype=float)
    base = np.ravel(explainer.expected_value).astype(float)
    method = "shap TreeExplainer, path dependent"
    if values.ndim == 3:
        yield _Explained(method, values[:, :, predictor.positive], float(base[predictor.positive]))
    else:
        yield _Explained(method, predictor.sign * values, predictor.sign * float(base[0]))


def _deep(predictor: Predictor, encoded: Values, background: Values) -> _Explained:
    shap, margin = _shap(), predictor.torch_margin
    assert margin is not None
    with warnings.catch_warnings():
        # a layer that DeepExplainer does not know is told by one warning for each row; the additivity error tells it better
        warnings.filterwarnings("ignore", message="unrecognized nn.Module", category=UserWarning)
        explainer = shap.DeepExplainer(margin.module, margin.tensor(background))
        values = np.asarray(explainer.shap_values(margin.tensor(encoded), check_additivity=False), dtype=float)
    base = float(margin.values(background).mean())
    return _Explained("shap DeepExplainer", predictor.sign * values.reshape(encoded.shape), predictor.sign * base)


def _permutation(predictor: Predictor, rows: pd.DataFrame, background: pd.DataFrame, seed: int) -> _Explained:
    """Explain any predictor. Raw values travel through shap as positions in the list of distinct values, so that text needs no encoding."""
    shap = _shap()
    both = pd.concat([rows, background], ignore_index=True)
    codes = np.column_stack([pd.factorize(both[c], use_na_sentinel=False)[0] for c in both.columns])
    first = {c: both[c].iloc[np.unique(codes[:, i], return_index=True)[1]] for i, c in enumerate(both.columns)}

    def margin_of(coded: Values) -> Values:
        # every distinct coalition is asked about once
        distinct, back = np.unique(coded.astype(int), axis=0, return_inverse=True)
        frame = pd.DataFrame({c: values.take(distinct[:, i]).array for i, (c, values) in enumerate(first.items())})
        return predictor.margin(predictor.encode(frame))[back]

    masker = shap.maskers.Independent(codes[len(rows) :].astype(float), max_samples=PERMUTATION_BACKGROUND)
    evaluations = PERMUTATIONS * (2 * len(both.columns) + 1)
    explainer = shap.PermutationExplainer(margin_of, masker, seed=seed)
    explanation = explainer(codes[: len(rows)].astype(float), max_evals=evaluations, batch_size=evaluations, silent=True)
    method = f"shap PermutationExplainer, {PERMUTATIONS} permutations, {len(background)} background rows"
    return _Explained(method, np.asarray(explanation.values, dtype=float), float(np.ravel(explanation.base_values)[0]))


def _shap() -> Any:
    try:
        import shap
    except ImportError as error:
        raise NotApplicable("needs the package shap; install it with: pip install 'assay-audit[explain]'") from error
    return shap
