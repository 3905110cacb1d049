"""How much each raw column moved a model's output for each row: SHAP values, checked to add up. The only place that imports shap."""

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from audit.core.errors import DataError, NotApplicable
from audit.core.subject import Model
from audit.engines.classifier import Classifier, TorchMargin, Values, raw_features, sigmoid

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
    """

    columns: tuple[str, ...]
    values: Values
    base: float
    margin: Values
    unit: str
    method: str
    additivity_error: float

    @property
    def probability(self) -> Values | None:
        """The model's own probability of the positive class, shape (rows,); ``None`` where its margin does not tell."""
        return sigmoid(self.margin) if self.unit == "log-odds" else self.margin if self.unit == "probability" else None


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
    within 1e-3, the whole predictor is asked about permutations of the raw columns, on the first 100 rows.

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
    Štrumbelj, E. and Kononenko, I. (2014). Explaining prediction models and individual predictions with feature contributions. KAIS 41.
    Lundberg, S. and Lee, S.-I. (2017). A unified approach to interpreting model predictions. NeurIPS 30.
    Lundberg, S. et al. (2020). From local explanations to global understanding with explainable AI for trees. Nature Machine Intelligence 2.
    """
    if model.estimator is None:
        raise NotApplicable(f"model '{model.name}' came as predictions only; 'assay run' hands over the fitted estimators that it trains")
    if not len(rows) or not len(background):
        raise NotApplicable(f"needs rows to explain and rows to compare with; got {len(rows)} and {len(background)}")
    columns = tuple(model.features)
    classifier = Classifier(model, positive)
    explained, reference = raw_features(rows, columns), raw_features(background, columns)
    try:
        encoded = classifier.encode(explained)
        classifier.settle(encoded)
        margin = classifier.margin(encoded)
        unit = classifier.unit(encoded)
        for found in _by_capability(classifier, encoded, classifier.encode(reference)):
            if found.error(margin) <= TOLERANCE:
                values = fold(found.values, classifier.encoded_names(columns), columns)
                return Attributions(columns, values, found.base, margin, unit, found.method, found.error(margin))
        found = _permutation(classifier, explained[:PERMUTATION_ROWS], reference[:PERMUTATION_BACKGROUND], seed)
    except (ValueError, TypeError) as error:
        raise DataError(f"model '{model.name}' could not be explained on {len(rows)} rows: {type(error).__name__}: {error}") from error
    margin = margin[:PERMUTATION_ROWS]
    return Attributions(columns, found.values, found.base, margin, unit, found.method, found.error(margin))


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


def _by_capability(classifier: Classifier, encoded: Any, background: Any) -> Iterator[_Explained]:
    """Yield explanations by the methods that fit the last step."""
    if isinstance(encoded, pd.DataFrame):
        if not all(pd.api.types.is_numeric_dtype(t) for t in encoded.dtypes):
            return
        encoded, background = encoded.to_numpy(dtype=float), background.to_numpy(dtype=float)
    final = classifier.final
    if np.size(getattr(final, "coef_", ())) == encoded.shape[1] and hasattr(final, "decision_function"):
        yield _linear(classifier, encoded, background)
    if any(hasattr(final, trees) for trees in ("tree_", "estimators_", "_predictors")):
        yield from _trees(classifier, encoded)
    if classifier.torch_margin is not None:
        yield _deep(classifier.torch_margin, classifier.sign, encoded, background)


def _linear(classifier: Classifier, encoded: Values, background: Values) -> _Explained:
    coefficients = np.asarray(classifier.final.coef_, dtype=float).ravel()
    centre = background.mean(axis=0)
    base = float(np.ravel(classifier.final.intercept_)[0] + coefficients @ centre)
    return _Explained("closed form of a linear margin", classifier.sign * coefficients * (encoded - centre), classifier.sign * base)


def _trees(classifier: Classifier, encoded: Values) -> Iterator[_Explained]:
    shap = _shap()
    try:
        # the training rows, as the trees remember them, are the background: against a sample of rows shap follows missing values wrongly
        explainer = shap.TreeExplainer(classifier.final, feature_perturbation="tree_path_dependent")
    except shap.utils._exceptions.InvalidModelError:
        return
    values = np.asarray(explainer.shap_values(encoded, check_additivity=False), dtype=float)
    base = np.ravel(explainer.expected_value).astype(float)
    method = "shap TreeExplainer, path dependent"
    if values.ndim == 3:
        yield _Explained(method, values[:, :, classifier.positive], float(base[classifier.positive]))
    else:
        yield _Explained(method, classifier.sign * values, classifier.sign * float(base[0]))


def _deep(margin: TorchMargin, sign: int, encoded: Values, background: Values) -> _Explained:
    shap = _shap()
    with warnings.catch_warnings():
        # a layer that DeepExplainer does not know is told by one warning for each row; the additivity error tells it better
        warnings.filterwarnings("ignore", message="unrecognized nn.Module", category=UserWarning)
        explainer = shap.DeepExplainer(margin.module, margin.tensor(background))
        values = np.asarray(explainer.shap_values(margin.tensor(encoded), check_additivity=False), dtype=float)
    base = float(margin.values(background).mean())
    return _Explained("shap DeepExplainer", sign * values.reshape(encoded.shape), sign * base)


def _permutation(classifier: Classifier, rows: pd.DataFrame, background: pd.DataFrame, seed: int) -> _Explained:
    """Explain any predictor: walk from each background row to each explained row, one raw column after the other, forwards and backwards.

    The same estimator as shap's PermutationExplainer, which calls the predictor some six times for each row; here all rows are asked at once,
    and a combination of values that comes up again is not asked again.
    """
    both = pd.concat([rows, background], ignore_index=True)
    codes = np.column_stack([pd.factorize(both[c], use_na_sentinel=False)[0] for c in both.columns])
    first = {c: both[c].iloc[np.unique(codes[:, i], return_index=True)[1]] for i, c in enumerate(both.columns)}
    own, other = codes[: len(rows), np.newaxis], codes[np.newaxis, len(rows) :]
    size = codes.shape[1]
    rng = np.random.default_rng(seed)
    walks = [walk for _ in range(PERMUTATIONS) for order in [rng.permutation(size)] for walk in (order, order[::-1])]
    # known[w, s, c]: whether column c is the explained row's own after step s of walk w
    known = np.array([[np.isin(np.arange(size), walk[:s]) for s in range(size + 1)] for walk in walks])
    asked, back = np.unique(known.reshape(-1, size), axis=0, return_inverse=True)
    margins = np.empty((len(asked), len(rows)))
    for i, mask in enumerate(asked):
        mixed = np.where(mask, own, other).reshape(-1, size)
        distinct, where = np.unique(mixed, axis=0, return_inverse=True)
        frame = pd.DataFrame({c: values.take(distinct[:, j]).array for j, (c, values) in enumerate(first.items())})
        margins[i] = classifier.margin(classifier.encode(frame))[where].reshape(len(rows), -1).mean(axis=1)
    steps = np.diff(margins[back.reshape(known.shape[:2])], axis=1)
    values = np.zeros((len(rows), size))
    for walk, gains in zip(walks, steps, strict=True):
        values[:, walk] += gains.T / len(walks)
    method = f"permutations of the whole predictor, {len(walks)} walks, {len(background)} background rows"
    return _Explained(method, values, float(margins[np.flatnonzero(~asked.any(axis=1))[0]].mean()))


def _shap() -> Any:
    try:
        import shap
    except ImportError as error:
        raise NotApplicable("needs the package shap; install it with: pip install 'assay-audit[explain]'") from error
    return shap
