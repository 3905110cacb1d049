"""Metrics by name: rates of decisions, what is made of several of them, and metrics of scores; with the names that other libraries give them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from audit.core.errors import UsageError, did_you_mean
from audit.stats.decision_rates import NEGATIVE, POSITIVE, RATES, quotient

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Metric:
    """Something that is measured in each group.

    Parameters
    ----------
    name : str
        What its column is called.
    kind : {"rate", "composite", "score"}
        A share of rows, which has an exact interval; a function of several rates, which is resampled; or something about scores.
    source : str
        Its name here, where the user gave it another.
    needs_label : bool
        Whether it can be measured without true outcomes.
    """

    name: str
    kind: Literal["rate", "composite", "score"]
    source: str
    needs_label: bool = True


def _f1_score(cells: NDArray[Any]) -> Floats:
    tp, fn, fp, _ = _table(cells)
    return quotient(2 * tp, 2 * tp + fp + fn)


def _balanced_accuracy(cells: NDArray[Any]) -> Floats:
    return (RATES["true_positive_rate"].value(cells) + RATES["true_negative_rate"].value(cells)) / 2


def _matthews_correlation(cells: NDArray[Any]) -> Floats:
    tp, fn, fp, tn = _table(cells)
    return quotient(tp * tn - fp * fn, np.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)))


def _table(cells: NDArray[Any]) -> tuple[Floats, Floats, Floats, Floats]:
    both = np.asarray(cells, dtype=float)
    return both[..., POSITIVE, POSITIVE], both[..., POSITIVE, NEGATIVE], both[..., NEGATIVE, POSITIVE], both[..., NEGATIVE, NEGATIVE]


#: Functions of counts of shape (…, 3, 3) that are no share of rows.
COMPOSITES: Mapping[str, Callable[[NDArray[Any]], Floats]] = {
    "balanced_accuracy": _balanced_accuracy,
    "f1_score": _f1_score,
    "matthews_correlation": _matthews_correlation,
}

#: What is made of scores, and whether that takes true outcomes.
SCORES: Mapping[str, bool] = {"mean_score": False, "roc_auc": True, "calibration_gap": True}

#: What fairlearn, scikit-learn, Aequitas and papers call the same.
ALIASES: Mapping[str, str] = {
    "tpr": "true_positive_rate", "recall": "true_positive_rate", "recall_score": "true_positive_rate", "sensitivity": "true_positive_rate",
    "equal_opportunity": "true_positive_rate",
    "fpr": "false_positive_rate", "predictive_equality": "false_positive_rate",
    "tnr": "true_negative_rate", "specificity": "true_negative_rate",
    "fnr": "false_negative_rate", "ppv": "positive_predictive_value", "precision": "positive_predictive_value",
    "precision_score": "positive_predictive_value", "predictive_parity": "positive_predictive_value",
    "npv": "negative_predictive_value", "fdr": "false_discovery_rate", "for": "false_omission_rate",
    "accuracy_score": "accuracy", "balanced_accuracy_score": "balanced_accuracy", "f1": "f1_score",
    "matthews_corrcoef": "matthews_correlation", "mcc": "matthews_correlation",
    "demographic_parity": "selection_rate", "statistical_parity": "selection_rate", "pprev": "selection_rate",
    "predicted_positive_rate": "selection_rate", "prevalence": "base_rate",
    "roc_auc_score": "roc_auc", "auc": "roc_auc", "mean_prediction": "mean_score",
}  # fmt: skip

#: What is measured where nobody says what.
DEFAULT = ("selection_rate", "true_positive_rate", "false_positive_rate", "positive_predictive_value", "accuracy", "base_rate")
DEFAULT_OF_SCORES = ("mean_score", "roc_auc")
WITHOUT_LABELS = ("selection_rate", "mean_score")


def chosen(asked: Any, *, labelled: bool, predicted: bool, scored: bool) -> tuple[Metric, ...]:
    """Return the metrics that a user asked for, or the usual ones.

    Parameters
    ----------
    asked : str, callable, sequence or mapping, optional
        Names; functions of fairlearn or scikit-learn, which are taken by their names; or either of them by the name of its column.
    labelled, predicted, scored : bool
        What there is to measure from.

    Raises
    ------
    UsageError
        A metric is unknown, is named twice, or needs what there is not.
    """
    if asked is None:
        usual = [n for n in DEFAULT if predicted] + [n for n in DEFAULT_OF_SCORES if scored]
        asked = [n for n in usual if labelled or n in WITHOUT_LABELS]
    named = {str(k): _name(v) for k, v in asked.items()} if isinstance(asked, Mapping) else {_name(a): _name(a) for a in _several(asked)}
    if not named:
        raise UsageError(f"'metrics' names none. {did_you_mean('', _known())}")
    metrics = tuple(_metric(column, source) for column, source in named.items())
    for metric in metrics:
        if metric.kind == "score" and not scored:
            raise UsageError(f"'{metric.name}' is about scores: give the predicted probabilities of the positive outcome too")
        if metric.kind != "score" and not predicted:
            raise UsageError(f"'{metric.name}' is about predicted classes: give the predictions too")
        if metric.needs_label and not labelled:
            raise UsageError(f"'{metric.name}' needs the true outcomes: give the labels too. Without them, selection rates and scores are known")
    return metrics


def _several(asked: Any) -> Sequence[Any]:
    return [asked] if isinstance(asked, str) or callable(asked) else list(asked) if isinstance(asked, Iterable) else [asked]


def _name(asked: Any) -> str:
    name = asked if isinstance(asked, str) else getattr(asked, "__name__", "")
    if not name:
        raise UsageError(f"a metric is named by a text; got a {type(asked).__name__}. {did_you_mean('', _known())}")
    return ALIASES.get(name.casefold(), name)


def _metric(column: str, source: str) -> Metric:
    if source in RATES:
        return Metric(column, "rate", source, source != "selection_rate")
    if source in COMPOSITES:
        return Metric(column, "composite", source)
    if source in SCORES:
        return Metric(column, "score", source, SCORES[source])
    raise UsageError(f"no metric '{source}' is made of counts by group. {did_you_mean(source, _known())}")


def _known() -> list[str]:
    return [*RATES, *COMPOSITES, *SCORES]
