"""Statistics of the errors of a model that predicts numbers."""

import math
from collections.abc import Sequence

import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

from audit.checks.errors.conditions import Coded
from audit.checks.errors.held_out import Halves
from audit.checks.rate import LEVEL
from audit.core.ask import Answers, rows
from audit.core.exhibit import Exhibit, Kind
from audit.core.measurement import Measurement
from audit.stats.moments import Moments, mean_interval, normal_tail

#: Deviations beyond which an error is far out, and the share of a normal distribution that lies there.
FAR = 3.0
NORMALLY_FAR = 2 * normal_tail(FAR)
#: Bars of the picture of all errors.
BINS = 30
#: Rows with a time from which it is said whether errors have a memory.
LEAST = 100


def whole_errors(halves: Halves, answers: Answers) -> tuple[Moments, float, float]:
    """Return the errors of all held-out rows, the share far out, and the excess kurtosis."""
    table: ir.Table = halves.held_out.table
    table = table.filter(table.error.notnull() & ~table.error.isnan() & ~table.error.isinf())
    sums = table.aggregate(n=table.count(), total=table.error.sum(), squares=(table.error * table.error).sum())
    [row] = list(answers.more({"sums": rows(sums)}).rows("sums"))
    whole = Moments(int(row["n"]), float(row["total"] or 0), float(row["squares"] or 0))
    deviation = math.sqrt(whole.variance) if whole.n > 1 else 0.0
    if not deviation:
        return whole, 0.0, 0.0
    away = (table.error - whole.mean) / deviation
    tails = table.aggregate(far=(away.abs() > FAR).cast("int64").sum(), fourth=(away * away * away * away).mean())
    [row] = list(answers.more({"tails": rows(tails)}).rows("tails"))
    return whole, int(row["far"]) / whole.n, float(row["fourth"]) - 3.0


def amount(errors: Moments) -> str:
    """Return a mean error with its interval in words."""
    low, high = mean_interval(errors, LEVEL) or (errors.mean, errors.mean)
    side = "" if low <= 0 <= high else ", too low a prediction" if errors.mean > 0 else ", too high a prediction"
    return f"{errors.mean:.4g} ({low:.4g} to {high:.4g}{side})"


def mean_residual(errors: Moments) -> Measurement:
    """Return a mean error with its interval."""
    interval = mean_interval(errors, LEVEL)
    return Measurement("mean_residual", errors.mean, "", {}, errors.n, interval, LEVEL if interval else None, "mean of label - prediction, t")


def memory(halves: Halves, level: float) -> tuple[str, list[Measurement]]:
    """Measure how errors of rows that follow one another in time are alike."""
    moment, error = (halves.sampled[c].to_numpy(dtype=float, na_value=np.nan) for c in ("moment", "error"))
    usable = np.isfinite(moment) & np.isfinite(error)
    if usable.sum() < LEAST or len(np.unique(moment[usable])) < 3:
        return "", []
    order = np.argsort(moment[usable], kind="stable")
    ordered = error[usable][order]
    first, then = ordered[:-1] - ordered.mean(), ordered[1:] - ordered.mean()
    spread = float((ordered - ordered.mean()) @ (ordered - ordered.mean()))
    if not spread:
        return "", []
    n, r = len(ordered), float(first @ then) / spread
    p_value = 2 * normal_tail(abs(r) * math.sqrt(n))
    half = 1.96 / math.sqrt(n)
    numbers = [
        Measurement("autocorrelation", r, "", {}, n, (max(-1.0, r - half), min(1.0, r + half)), LEVEL, f"neighbours in time, {halves.of}; normal"),
        Measurement("autocorrelation_p_value", p_value, "probability", {}, n, method="normal"),
    ]
    said = f"errors of rows that follow one another in time are alike (correlation {r:.2f})" if p_value <= level and r > 0 else ""
    return said, numbers


def explained(column: Coded, error: NDArray[np.float64]) -> float:
    """Return the variance that a column's cells explain beyond what as many cells of chance would."""
    n = np.bincount(column.codes, minlength=column.cells).astype(float)
    total = np.bincount(column.codes, error, minlength=column.cells)
    filled = n > 0
    between = float((total[filled] ** 2 / n[filled]).sum()) - float(error.sum()) ** 2 / len(error)
    left = float((error**2).sum()) - float(error.sum()) ** 2 / len(error) - between
    groups = int(filled.sum())
    return between - (groups - 1) * left / max(len(error) - groups, 1)


def omega_squared(cells: Sequence[Moments], whole: Moments) -> float:
    """Return the share of the variance between cells, less what chance brings (Hays)."""
    every = whole.squares - whole.total**2 / whole.n
    between = sum(m.total**2 / m.n for m in cells) - whole.total**2 / whole.n
    within = (every - between) / max(whole.n - len(cells), 1)
    return (between - (len(cells) - 1) * within) / (every + within) if every > 0 else 0.0


def histogram(halves: Halves, whole: Moments) -> Exhibit:
    """Return how errors are distributed in the sampled rows."""
    error = halves.sampled["error"].to_numpy(dtype=float)
    reach = 4 * math.sqrt(whole.variance) if whole.n > 1 else 1.0
    edges = np.linspace(whole.mean - reach, whole.mean + reach, BINS + 1) if reach else np.array([whole.mean - 0.5, whole.mean + 0.5])
    counts, _ = np.histogram(np.clip(error, edges[0], edges[-1]), edges)
    lines = [(float(a), float(b), int(k)) for a, b, k in zip(edges, edges[1:], counts, strict=False)]
    note = f"Of {halves.of}; what lies further out is in the last bins."
    return Exhibit(Kind.HISTOGRAM, "Errors", ("low", "high", "count"), lines, "label less prediction", "rows", 0.0, "no error", note=note)
