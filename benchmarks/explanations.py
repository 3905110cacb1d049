"""Rows explained per CPU second by family of model, ours beside the bare calls of shap and beside woodelf, and how nearly each adds up.

Run: python -m benchmarks.explanations [ROWS [FAMILY …]]      (20,000 rows take about five minutes; 0: only the step of X001)

The peer ``woodelf-explainer`` is used where it is installed. CPU seconds of the process, one thread.
"""

import sys
import time
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from audit.checks.explanation.importance import importance
from audit.core.subject import Model
from audit.engines.attributions import attribute

COLUMNS = 30
TRAINED_ON = 20_000
#: Rows on which slow peers are timed; their cost is the same for each row.
SOME = 300
BACKGROUND = 100


def table(rows: int, seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(seed)
    # in single precision already, so that all compare the same numbers
    x = rng.normal(size=(rows, COLUMNS)).astype(np.float32).astype(float)
    y = (rng.random(rows) < 1 / (1 + np.exp(-(x[:, 0] + x[:, 1] * x[:, 2] + np.sin(x[:, 3]))))).astype(int)
    return pd.DataFrame(x, columns=[f"c{i}" for i in range(COLUMNS)]), y


def families() -> dict[str, Callable[[], Any]]:
    from lightgbm import LGBMClassifier
    from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from xgboost import XGBClassifier

    from training.models.torch_mlp import TorchMLPClassifier

    return {
        "logistic regression": lambda: LogisticRegression(max_iter=500),
        "histogram boosting, 200 trees of 31 leaves": lambda: HistGradientBoostingClassifier(max_iter=200, early_stopping=False),
        "LightGBM, 200 trees, depth 6": lambda: LGBMClassifier(n_estimators=200, max_depth=6, verbose=-1, n_jobs=1),
        "LightGBM, 200 trees, 31 leaves": lambda: LGBMClassifier(n_estimators=200, verbose=-1, n_jobs=1),
        "XGBoost, 200 trees, depth 6": lambda: XGBClassifier(n_estimators=200, max_depth=6, n_jobs=1),
        "random forest, 100 trees, depth 8": lambda: RandomForestClassifier(100, max_depth=8, random_state=0),
        "random forest, 20 trees, depth 14": lambda: RandomForestClassifier(20, max_depth=14, random_state=0),
        "torch, 64 and 32 units": lambda: make_pipeline(StandardScaler(), TorchMLPClassifier(max_epochs=3)),
    }


def timed(what: Callable[[], Any]) -> tuple[float, Any]:
    began = time.process_time()
    found = what()
    return time.process_time() - began, found


def bare_shap(model: Any, rows: pd.DataFrame, background: pd.DataFrame) -> tuple[np.ndarray, float, np.ndarray]:
    """Return values, base and margin, as somebody writes it who knows shap."""
    import shap
    import torch

    final = model[-1] if hasattr(model, "steps") else model
    if hasattr(final, "coef_"):
        found = shap.LinearExplainer(final, shap.maskers.Independent(background, max_samples=len(background)))
        return found.shap_values(rows), float(found.expected_value), final.decision_function(rows)
    if hasattr(final, "module_"):
        encoded = [torch.tensor(np.asarray(model[:-1].transform(part)), dtype=torch.float32) for part in (rows, background)]
        found = shap.DeepExplainer(final.module_.eval(), encoded[1])
        values = found.shap_values(encoded[0], check_additivity=False)
        with torch.no_grad():
            out = final.module_(encoded[0]).numpy()
        expected = np.ravel(found.expected_value)
        return values[:, :, 1] - values[:, :, 0], float(expected[1] - expected[0]), out[:, 1] - out[:, 0]
    found = shap.TreeExplainer(final, feature_perturbation="tree_path_dependent")
    values = np.asarray(found.shap_values(rows, check_additivity=False))
    base = np.ravel(found.expected_value)
    return (values[:, :, 1], float(base[1]), margin(final, rows)) if values.ndim == 3 else (values, float(base[0]), margin(final, rows))


def margin(final: Any, rows: pd.DataFrame) -> np.ndarray:
    name = type(final).__name__
    if name == "LGBMClassifier":
        return np.asarray(final.predict(rows, raw_score=True))
    if name == "XGBClassifier":
        return np.asarray(final.predict(rows, output_margin=True))
    return np.asarray(final.decision_function(rows) if hasattr(final, "decision_function") else final.predict_proba(rows)[:, 1])


def error(values: np.ndarray, base: float, out: np.ndarray) -> float:
    return float(np.abs(base + values.astype(float).sum(axis=1) - out).max() / np.abs(out - base).max())


def woodelf(model: Any, rows: pd.DataFrame) -> np.ndarray:
    from woodelf import WoodelfExplainer
    from woodelf.core.trees.parse_models import load_decision_tree_ensemble_model

    plain = rows.set_axis(range(COLUMNS), axis=1)
    read = load_decision_tree_ensemble_model(model, list(plain.columns), class_index=1)
    return np.asarray(WoodelfExplainer(read).shap_values(plain, verbose=False))


def compared(name: str, make: Callable[[], Any], rows: int) -> None:
    x, y = table(TRAINED_ON, 0)
    model = make().fit(x, y)
    many, background = table(rows, 1)[0], x[:BACKGROUND]
    final = model[-1] if hasattr(model, "steps") else model
    given = Model("m", "", estimator=model, features=tuple(x.columns))
    few = many[:SOME] if not hasattr(final, "coef_") else many
    bare_shap(model, few[:5], background)  # imports are not counted
    attribute(given, few[:5], background)
    peer, (values, base, out) = timed(lambda: bare_shap(model, few, background))
    cells = [f"{len(few) / peer:,.0f}", f"{error(values, base, out):.0e}"]
    if "tree" in name:
        try:
            woodelf(model, many[:5])
            seconds, found = timed(lambda: woodelf(model, many))
            cells += [f"{rows / seconds:,.0f}", f"{error(found, base, margin(final, many)):.0e}"]
        except ImportError:
            cells += ["not installed", ""]
    else:
        cells += ["", ""]
    small, _ = timed(lambda: attribute(given, few[:SOME], background))
    large, got = timed(lambda: attribute(given, many, background))
    apart = np.abs(got.values[: len(few)] - values).max() / np.abs(out - base).max()
    cells += [
        f"{min(SOME, len(few)) / small:,.0f}",
        f"**{rows / large:,.0f}**",
        f"{got.additivity_error:.0e}",
        f"{rows / large / (len(few) / peer):.1f}",
    ]
    print(f"| {name} | " + " | ".join(cells) + f" | {apart:.0e} |", flush=True)


def whole_step(families_: dict[str, Callable[[], Any]]) -> None:
    """Time X001's work on a model (500 rows, 100 background rows, bands) beside the bare calls of shap for the same rows."""
    print("\n| 500 rows | bare shap, CPU s | encoding, margins, values, folding | and importance with bands | ratio of the last to the bare calls |")
    print("|---|---|---|---|---|")
    x, y = table(TRAINED_ON, 0)
    rows, background = table(500, 1)[0], x[:BACKGROUND]
    for name, make in families_.items():
        model = make().fit(x, y)
        given = Model("m", "", estimator=model, features=tuple(x.columns))
        bare_shap(model, rows[:5], background)
        importance(given, rows[:5], background)
        bare, values, whole = (
            min(timed(partial(what, who, rows, background))[0] for _ in range(3))
            for what, who in ((bare_shap, model), (attribute, given), (importance, given))
        )
        print(f"| {name} | {bare:.3f} | {values:.3f} | {whole:.3f} | {whole / bare:.2f} |", flush=True)


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    wanted = sys.argv[2:]
    chosen = {name: make for name, make in families().items() if not wanted or any(w in name for w in wanted)}
    warnings.simplefilter("ignore")
    with threadpool_limits(1):
        print(f"rows per CPU second; ours at {SOME} and at {rows:,} rows, shap at {SOME}, woodelf at {rows:,}; errors relative to the largest move")
        print("| | shap | adds up to | woodelf | adds up to | ours, few | ours, many | adds up to | ours, many : shap | ours from shap |")
        print("|---|---|---|---|---|---|---|---|---|---|")
        for name, make in chosen.items() if rows else ():
            compared(name, make, rows)
        whole_step(chosen)


if __name__ == "__main__":
    main()
