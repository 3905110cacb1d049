"""All that is measured of a regression, in four rounds: means, moments about them, values of ranks, and the errors of a constant answer."""

from collections.abc import Sequence
from dataclasses import dataclass

import ibis.expr.types as ir

from audit.checks.performance.fine_bins import FineBins, ask_bins
from audit.checks.performance.regression_metrics import (
    ask_constant,
    ask_r_squared,
    constant_compared,
    means,
    median_error,
    median_ranks,
    of_moments,
    r_squared,
    root,
    sought_ranks,
)
from audit.checks.performance.regression_pictures import ask_pictures, pictures
from audit.checks.rate import rate
from audit.core.ask import Answers, Ask, scalar
from audit.core.exhibit import Exhibit
from audit.core.measurement import Measurement


@dataclass(frozen=True)
class Measured:
    """What was measured.

    Parameters
    ----------
    r_squared, absolute, squared, median, bias : Measurement
        R², mean absolute error, root of the mean squared error, median absolute error, mean error.
    others : sequence of Measurement
        Further metrics.
    constants : sequence of Measurement
        Gain over the median, mean absolute error of always answering the median, root mean squared error of always answering the mean.
    only_prediction : float or None
        What the model predicts for every row, if always the same.
    exhibits : sequence of Exhibit
        Pictures.
    """

    r_squared: Measurement
    absolute: Measurement
    squared: Measurement
    median: Measurement
    bias: Measurement
    others: Sequence[Measurement]
    constants: Sequence[Measurement]
    only_prediction: float | None
    exhibits: Sequence[Exhibit]


def ask_first(table: ir.Table, quantiles: Sequence[float]) -> dict[str, Ask]:
    """Ask for the means of the rows of :func:`~audit.checks.quantities.predicted`."""
    asks: dict[str, Ask] = {}
    for name in ("y", "p"):
        column = table[name]
        asks |= {f"{name} mean": scalar(column.mean()), f"{name} variance": scalar(column.var(how="pop"))}
        asks |= {f"{name} low": scalar(column.min()), f"{name} high": scalar(column.max())}
    asks["largest"] = scalar(table["error"].abs().max())
    asks["at most"] = scalar(table.count(where=table["error"] >= 0))
    for mean in means(table, quantiles):
        asks |= mean.ask_mean()
    return asks


def measure(table: ir.Table, first: Answers, n: int, quantiles: Sequence[float]) -> Measured:
    """Ask for the rest and compute every metric.

    Parameters
    ----------
    table : ibis table
        From :func:`~audit.checks.quantities.predicted`.
    first : Answers
        To :func:`ask_first`.
    n : int
        Rows that have both numbers, at least one.
    quantiles : sequence of float
        Of the pinball losses.
    """
    y, size = table["y"], table["error"].abs()
    at = {name: float(first.scalar(name)) for name in ("y mean", "y variance", "y low", "y high", "p mean", "p low", "p high", "largest")}
    squared, bias = float(first.scalar("mean mean_squared_error")), float(first.scalar("mean mean_error"))
    every = means(table, quantiles)
    for_r_squared = ask_r_squared(table, n, at["y mean"], at["y variance"], squared)
    away = (y - at["y mean"]) * (y - at["y mean"]) - at["y variance"]
    asks: dict[str, Ask] = {
        **for_r_squared,
        "second": scalar((away * away).mean()),
        "third": scalar((away * away * away).mean()),
        "sizes": ask_bins(size, [0.0]),
        "errors": ask_bins(table["error"], [0.0]),
        **{f"bins {name}": ask_bins(table[name], [at[f"{name} {which}"] for which in ("low", "mean", "high")]) for name in ("y", "p")},
    }
    for mean in every:
        asks |= mean.ask_spread(first)
    then = first.more(asks)
    sizes, errors, labels, predictions = (FineBins.read(then.rows(name)) for name in ("sizes", "errors", "bins y", "bins p"))
    pictured = ask_pictures(table, labels, predictions, errors, bias)
    ranks = {"size": sizes.ask_ranked(size, sought_ranks(n)), "label": labels.ask_ranked(y, median_ranks(n))}
    last = then.more({**pictured.asks, **{f"{of} {rank}": ask for of, asked in ranks.items() for rank, ask in asked.items()}})
    metrics = {mean.key: mean.measured(first, then) for mean in every}
    spread = (at["y variance"], float(then.scalar("second")), float(then.scalar("third")))
    always_mean = of_moments("mean_squared_error", spread, n, positive=True, where={"baseline": "always the mean"}, note="; the mean of these rows")
    constants = _beside_the_median(table, last, labels, n, metrics["mean_absolute_error"], at["y variance"])
    return Measured(
        r_squared=r_squared(then, bool(for_r_squared), n, at["y variance"], squared),
        absolute=metrics.pop("mean_absolute_error"),
        squared=root(metrics.pop("mean_squared_error")),
        median=median_error(sizes, last, n),
        bias=metrics.pop("mean_error"),
        others=[*metrics.values(), rate("share_at_most_prediction", int(first.scalar("at most")), n)],
        constants=[*constants, root(always_mean)],
        only_prediction=at["p low"] if at["p low"] == at["p high"] else None,
        exhibits=pictures(pictured, last),
    )


def _beside_the_median(table: ir.Table, last: Answers, labels: FineBins, n: int, absolute: Measurement, variance: float) -> list[Measurement]:
    low, high = labels.ranked(last, "label", median_ranks(n))
    if not variance > 0:
        return [Measurement("gain_over_median", None, "ratio", n=n, method="not estimable: all labels are equal")]
    scale_label, scale_error = variance**0.5, float(absolute.value or 0) or 1.0
    return constant_compared(last.more(ask_constant(table, (low + high) / 2, scale_error, scale_label)), n, scale_error, scale_label)
