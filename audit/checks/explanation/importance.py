"""How important columns are to a model: mean absolute attributions, their shares and ranks, with bands over rows and backgrounds."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from audit.checks.rate import LEVEL
from audit.core.measurement import Measurement
from audit.core.wording import counted, listed, percent
from audit.stats.cells import percentile_interval, resample
from audit.stats.intervals import Interval

if TYPE_CHECKING:
    import pandas as pd

    from audit.core.subject import Model
    from audit.engines.attributions import Attributions

Values = NDArray[np.float64]

DRAWS = 1_000
#: Drawn backgrounds; with each of them rows are drawn this many times less.
BACKGROUNDS = 200
#: Rows above which bundles of rows are drawn instead.
BUNDLES = 2_000
#: Classes that are explained of a model with more.
MOST_CLASSES = 10


@dataclass(frozen=True)
class Importance:
    """Importance of each column to one model.

    Parameters
    ----------
    name : str
        Of the model.
    found : mapping of str to Attributions
        By class, for a model with more than two; under the empty name otherwise.
    mean : array, shape (columns,)
        Mean absolute attribution, over rows and classes.
    drawn : array, shape (draws, columns)
        The same with rows, and backgrounds where the method has one, drawn anew.
    """

    name: str
    found: dict[str, "Attributions"]
    mean: Values
    drawn: Values

    @property
    def first(self) -> "Attributions":
        """The attributions of the only class, or of the first."""
        return next(iter(self.found.values()))

    @property
    def columns(self) -> tuple[str, ...]:
        """The raw columns."""
        return self.first.columns

    @property
    def n(self) -> int:
        """Rows that were explained."""
        return len(self.first.values)

    @property
    def order(self) -> list[int]:
        """Positions of the columns, the most important first."""
        return [int(i) for i in np.argsort(-self.mean, kind="stable")]

    @property
    def additivity_error(self) -> float:
        """The largest of all classes."""
        return max(f.additivity_error for f in self.found.values())

    @property
    def how(self) -> str:
        """Method, rows and what the bands are over."""
        over = "rows" if self.first.by_background is None else "rows and backgrounds"
        return f"{self.first.method}; {self.n} sampled rows, bootstrap of {over}"

    def band(self, column: int) -> Interval | None:
        """Return the 95 % band of a column's importance; it holds the estimate."""
        return holding(percentile_interval(self.drawn[:, column], LEVEL), float(self.mean[column]))

    def share(self, column: int) -> tuple[float | None, Interval | None]:
        """Return what part of all attribution a column carries, with its band; nothing where no column moves the output."""
        total = float(self.mean.sum())
        if total == 0:
            return None, None
        with np.errstate(invalid="ignore"):
            drawn = self.drawn[:, column] / self.drawn.sum(axis=1)
        value = float(self.mean[column]) / total
        return value, holding(percentile_interval(drawn, LEVEL), value)

    def measurements(self) -> list[Measurement]:
        """Return mean absolute attribution and share of each column, largest first; then each class's own, where there are several."""
        result = []
        for i in self.order:
            where = {"model": self.name, "feature": self.columns[i]}
            band = self.band(i)
            result.append(Measurement("mean_absolute_attribution", float(self.mean[i]), self.first.unit, where, self.n, band, LEVEL, self.how))
            share, interval = self.share(i)
            result.append(Measurement("attribution_share", share, "share", where, self.n, interval, LEVEL if interval else None, self.how))
        for name, found in self.found.items() if len(self.found) > 1 else ():
            for i in self.order:
                where = {"model": self.name, "class": name, "feature": self.columns[i]}
                value = float(np.abs(found.values[:, i]).mean())
                result.append(Measurement("mean_absolute_attribution", value, found.unit, where, self.n, method=found.method))
        return result

    def told(self, of: str) -> str:
        """Return what moves the output most, in sentences.

        Parameters
        ----------
        of : str
            Which rows were explained, in words.
        """
        shares = [(self.columns[i], share) for i in self.order if (share := self.share(i)[0]) is not None]
        if not shares:
            return f"No column moves the output of {self.name} on {of}: it is the same for all."
        leading = listed(f"'{column}' ({percent(share)})" for column, share in shares[:3] if share)
        text = f"What moves the output of {self.name} most is {leading} of all attribution, on {of}."
        if len(self.found) > 1:
            which = "all" if len(self.found) < MOST_CLASSES else "the first"
            text += f" That is the mean over {which} {len(self.found)} classes, each explained by itself."
        return text

    def doubts(self) -> str:
        """Return what a reader must know before he relies on this, as sentences; empty where there is nothing."""
        text, found = "", self.first
        if found.refused:
            text += f" {counted(found.refused, 'row')} could not be explained: {self.name} raises {found.refusal} on them."
            text = text.replace("raises no number on", "gives no number for")
        if not found.exact:
            text += f" The values of {self.name} are approximate ({found.method}"
            text += (
                f"; the draw leaves a standard error of {100 * found.sampling_error:.1f} % of the largest move)." if found.sampling_error else ")."
            )
        return text


def importance(model: "Model", rows: "pd.DataFrame", background: "pd.DataFrame", seed: int = 0, positive: str | None = None) -> Importance:
    """Explain a model on some rows and say how important each column is.

    Parameters
    ----------
    model : Model
        With its estimator.
    rows, background : pandas.DataFrame
        To explain, and to compare with.
    seed : int
        Of the bands, and of the explanation where its method draws.
    positive : str or None
        The class to explain; of a model with more than two classes each is explained (at most ten), and importance is the mean over them.
    """
    return summarised(model.name, attributions(model, rows, background, seed, positive), seed)


def attributions(
    model: "Model", rows: "pd.DataFrame", background: "pd.DataFrame", seed: int = 0, positive: str | None = None
) -> dict[str, "Attributions"]:
    """Return attributions by class for a model with more than two, and under the empty name otherwise."""
    from audit.engines.attributions import attribute, classes_of

    classes = classes_of(model)[:MOST_CLASSES]
    return {c: attribute(model, rows, background, seed, c) for c in classes} or {"": attribute(model, rows, background, seed, positive)}


def mean_absolute(found: dict[str, "Attributions"]) -> Values:
    """Return the mean absolute attribution of each column, over rows and classes."""
    return np.asarray(np.mean([np.abs(f.values).mean(axis=0) for f in found.values()], axis=0))


def summarised(name: str, found: dict[str, "Attributions"], seed: int = 0) -> Importance:
    """Return the importance of columns from attributions that are at hand."""
    drawn = np.mean([_drawn(f, seed) for f in found.values()], axis=0)
    return Importance(name, found, mean_absolute(found), drawn)


def _drawn(found: "Attributions", seed: int) -> Values:
    """Return mean absolute attributions with rows and backgrounds drawn anew; the same draws for each class of a model."""
    n = len(found.values)
    if found.by_background is None:
        size = bundled(np.abs(found.values))
        return _rows_drawn(len(size), seed) @ size / len(size)
    parts = found.by_background
    weights = resample(np.ones(len(parts), dtype=np.int64), BACKGROUNDS, seed + 1) / len(parts)
    times = _rows_drawn(min(n, BUNDLES), seed).reshape(BACKGROUNDS, -1, min(n, BUNDLES))
    flat = parts.reshape(len(parts), -1)
    drawn = [rows @ bundled(np.abs(w @ flat).reshape(n, -1)) / rows.shape[1] for w, rows in zip(weights, times, strict=True)]
    return np.concatenate(drawn)


@lru_cache(maxsize=4)
def _rows_drawn(rows: int, seed: int) -> Values:
    """Return how often each row is drawn, shape (draws, rows): the same for all models and classes of a run."""
    return resample(np.ones(rows, dtype=np.int64), DRAWS, seed).astype(float)


def bundled(size: Values) -> Values:
    """Return means of bundles of rows where there are many: drawing bundles has the same spread as drawing rows."""
    if len(size) <= BUNDLES:
        return size
    bundle = np.arange(len(size)) % BUNDLES
    sums = np.column_stack([np.bincount(bundle, weights=size[:, j]) for j in range(size.shape[1])])
    return sums / np.bincount(bundle)[:, None]


def holding(interval: Interval | None, value: float) -> Interval | None:
    """Stretch a percentile band to hold its own estimate: resampled backgrounds add noise, and absolute values only grow by it."""
    return None if interval is None else (min(interval[0], value), max(interval[1], value))


def ranks(means: Sequence[float] | Values) -> NDArray[np.int64]:
    """Return the rank of each value, 1 for the largest; ties in their order."""
    order = np.argsort(-np.asarray(means, dtype=float), kind="stable")
    result = np.empty(len(order), dtype=np.int64)
    result[order] = np.arange(1, len(order) + 1)
    return result
