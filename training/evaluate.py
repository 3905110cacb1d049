"""The metric by which one candidate is chosen on the validation rows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from audit.core.errors import UsageError, did_you_mean
from audit.stats.auc import roc_auc_interval
from audit.stats.rates import METHOD, rate_interval

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Outcome:
    """Labels and what a model made of the same rows.

    Parameters
    ----------
    truth : array of int, shape (rows,)
        Position of each row's class.
    probability : array, shape (rows, classes)
        Class probabilities.
    positive : int or None
        Position of the positive class; ``None`` for more than two classes.
    """

    truth: Array
    probability: Array
    positive: int | None

    @property
    def prediction(self) -> Array:
        """Position of the most probable class of each row."""
        return self.probability.argmax(axis=1)

    @property
    def hot(self) -> Array:
        """The truth as one 0/1 column for each class."""
        return np.eye(self.probability.shape[1])[self.truth]

    def over_classes(self, score: Callable[[Array, Array], float], outputs: Array) -> float:
        """Return a two-class score: of the positive class, or the mean over all classes, each against the rest."""
        classes = range(self.probability.shape[1]) if self.positive is None else [self.positive]
        return float(np.mean([score(self.hot[:, k], outputs[:, k]) for k in classes]))


@dataclass(frozen=True)
class Metric:
    """A number that says how well a model did.

    Parameters
    ----------
    name : str
        As in the config.
    measure : callable
        Outcome in, number out.
    higher_is_better : bool
        Which way is up.
    interval : callable
        Outcome in, ends of the 95 % interval out; ``None`` where there is no method for it here.
    method : str
        How the interval is computed.
    """

    name: str
    measure: Callable[[Outcome], float]
    higher_is_better: bool = True
    interval: Callable[[Outcome], tuple[float, float] | None] = lambda _: None
    method: str = ""

    def best(self, values: Mapping[str, float]) -> str:
        """Return the name with the best value, the first of equals.

        Parameters
        ----------
        values : mapping of str to float
            Measured values by candidate, in the order of the config.
        """
        return (max if self.higher_is_better else min)(values, key=lambda name: values[name])


def metric(name: str) -> Metric:
    """Return a metric by name.

    Raises
    ------
    UsageError
        There is none of that name.
    """
    if name not in METRICS:
        raise UsageError(f"'training: metric' is '{name}', which is no metric. {did_you_mean(name, METRICS)}")
    return METRICS[name]


def _roc_auc(o: Outcome) -> float:
    from sklearn.metrics import roc_auc_score

    return o.over_classes(roc_auc_score, o.probability)


def _roc_auc_interval(o: Outcome) -> tuple[float, float] | None:
    if o.positive is None:
        return None
    _, position = np.unique(o.probability[:, o.positive], return_inverse=True)
    positive = o.truth == o.positive
    size = int(position.max()) + 1
    return roc_auc_interval(np.bincount(position[~positive], minlength=size), np.bincount(position[positive], minlength=size))


def _accuracy_interval(o: Outcome) -> tuple[float, float] | None:
    return rate_interval(int((o.prediction == o.truth).sum()), len(o.truth))


def _average_precision(o: Outcome) -> float:
    from sklearn.metrics import average_precision_score

    return o.over_classes(average_precision_score, o.probability)


def _decided(o: Outcome) -> Array:
    return np.eye(o.probability.shape[1])[o.prediction]


def _f1(o: Outcome) -> float:
    return o.over_classes(lambda t, p: float(2 * (t * p).sum() / max(t.sum() + p.sum(), 1)), _decided(o))


def _precision(o: Outcome) -> float:
    return o.over_classes(lambda t, p: float((t * p).sum() / max(p.sum(), 1)), _decided(o))


def _recall(o: Outcome) -> float:
    return o.over_classes(lambda t, p: float((t * p).sum() / max(t.sum(), 1)), _decided(o))


def _balanced_accuracy(o: Outcome) -> float:
    hits = o.prediction == o.truth
    return float(np.mean([hits[o.truth == k].mean() for k in np.unique(o.truth)]))


def _log_loss(o: Outcome) -> float:
    chance = o.probability[np.arange(len(o.truth)), o.truth]
    return float(-np.log(np.clip(chance, np.finfo(float).eps, 1)).mean())


def _brier_score(o: Outcome) -> float:
    squares = (o.probability - o.hot) ** 2
    return float((squares.sum(axis=1) if o.positive is None else squares[:, o.positive]).mean())


#: Metrics that a config may choose by. With more than two classes, those of one class are averaged over all, each against the rest, and the Brier
#: score is the sum over classes (G. W. Brier, 1950).
METRICS: dict[str, Metric] = {
    m.name: m
    for m in (
        Metric("roc_auc", _roc_auc, interval=_roc_auc_interval, method="Newcombe method 5 with DeLong spread"),
        Metric("average_precision", _average_precision),
        Metric("accuracy", lambda o: float((o.prediction == o.truth).mean()), interval=_accuracy_interval, method=METHOD),
        Metric("balanced_accuracy", _balanced_accuracy),
        Metric("f1", _f1),
        Metric("precision", _precision),
        Metric("recall", _recall),
        Metric("log_loss", _log_loss, higher_is_better=False),
        Metric("brier_score", _brier_score, higher_is_better=False),
    )
}
