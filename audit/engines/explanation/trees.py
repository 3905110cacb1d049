"""Trees and sums of trees. What is not known follows the weights that the training rows gave each branch, so no background is needed."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from audit.core.errors import NotApplicable
from audit.engines.explanation.explained import Explained, Values
from audit.engines.explanation.parts import ModelParts
from audit.engines.explanation.tree_batches import Tree, expected, tree_values
from audit.engines.refusals import REFUSALS

#: Rows from which on working out each leaf once pays for itself (``benchmarks/explanations.py`` shows where).
MANY_ROWS = 600


def explain(parts: ModelParts, rows: Values, seen: Any) -> Iterator[Explained]:
    """Yield exact values, the fastest way first.

    Parameters
    ----------
    parts : ModelParts
        The model.
    rows : array, shape (rows, encoded columns)
        What to explain.
    seen : array or pandas.DataFrame
        The same as the model itself takes it.
    """
    if not any(hasattr(parts.final, mark) for mark in ("tree_", "estimators_", "_predictors", "booster_", "get_booster")):
        return
    if len(rows) >= MANY_ROWS and (found := _in_batch(parts, rows)) is not None:
        yield found
    if hasattr(parts.final, "booster_"):
        yield _native(parts, np.asarray(parts.final.predict(seen, pred_contrib=True), dtype=float), rows.shape[1], "LightGBM's own contributions")
    elif hasattr(parts.final, "get_booster"):
        yield _native(parts, _xgboost(parts.final, seen), rows.shape[1], "XGBoost's own contributions")
    elif (explainer := _explainer(parts.final)) is not None:
        values = np.asarray(explainer.shap_values(rows, check_additivity=False), dtype=float)
        method = "shap TreeExplainer, path dependent"
        base = np.ravel(explainer.expected_value).astype(float)
        if values.ndim == 3:
            yield Explained(method, values[:, :, parts.output], float(base[parts.output]))
        else:
            yield Explained(method, parts.sign * values, parts.sign * float(base[0]))


def _in_batch(parts: ModelParts, rows: Values) -> Explained | None:
    explainer = _explainer(parts.final)
    if explainer is None or not hasattr(explainer.model, "children_left"):
        return None
    model = explainer.model
    columns = model.values.shape[2]
    # a forest keeps all classes in one leaf; boosting grows one tree for each class in turn
    step = len(parts.classes) if columns == 1 and len(parts.classes) > 2 else 1
    start = parts.output if step > 1 else 0
    read = [_tree(model, i, min(parts.output, columns - 1)) for i in range(start, len(model.children_left), step)]
    # the trees compare in the precision they were grown in
    values = tree_values(read, rows.astype(model.input_dtype).astype(float))
    offset = np.ravel(model.base_offset).astype(float)
    base = expected(read) + float(offset[min(parts.output, len(offset) - 1)])
    sign = 1 if step > 1 or columns > 1 else parts.sign
    return Explained("trees worked out once for each pattern of answers, path dependent", sign * values, sign * base)


def _tree(model: Any, i: int, column: int) -> Tree:
    """Read one tree as shap parsed it."""
    return Tree(
        left=model.children_left[i].astype(np.int64),
        right=model.children_right[i].astype(np.int64),
        default=model.children_default[i].astype(np.int64),
        feature=model.features[i].astype(np.int64),
        threshold=model.thresholds[i].astype(float),
        value=model.values[i][:, column].astype(float),
        weight=model.node_sample_weight[i].astype(float),
    )


def _native(parts: ModelParts, contributions: Values, columns: int, method: str) -> Explained:
    """Take a booster's own answer apart: values and base by output."""
    by_output = contributions.reshape(len(contributions), -1, columns + 1)
    several = by_output.shape[1] > 1
    own = by_output[:, parts.output] if several else parts.sign * by_output[:, 0]
    return Explained(f"{method}, path dependent", own[:, :-1], float(own[0, -1]))


def _xgboost(model: Any, seen: Any) -> Values:
    from xgboost import DMatrix

    best = getattr(model, "best_iteration", None)
    data = DMatrix(seen, enable_categorical=isinstance(seen, pd.DataFrame))
    # names are the frame's own, or none: the columns are the model's already
    found = model.get_booster().predict(
        data, pred_contribs=True, validate_features=False, iteration_range=(0, 0) if best is None else (0, int(best) + 1)
    )
    return np.asarray(found, dtype=float)


def _explainer(model: Any) -> Any:
    """Return shap's TreeExplainer, or ``None`` where it cannot read the model."""
    try:
        import shap
    except ImportError as error:
        raise NotApplicable("needs the package shap; install it with: pip install 'assay-audit[explain]'") from error
    try:
        # the training rows, as the trees remember them, are the background: against a sample of rows shap follows missing values wrongly
        return shap.TreeExplainer(model, feature_perturbation="tree_path_dependent")
    except REFUSALS:  # shap's own word for a model that it does not know is a ValueError
        return None
