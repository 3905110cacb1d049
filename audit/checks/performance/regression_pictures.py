"""What predictions of a quantity look like beside the labels: binned counts and bands, never rows."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ibis.expr.types as ir

from audit.checks.performance.fine_bins import FineBins, place
from audit.checks.rate import LEVEL
from audit.checks.wording import amount
from audit.core.ask import Answers, Ask, Rows, rows
from audit.core.exhibit import Exhibit, Kind
from audit.core.measurement import Scalar
from audit.stats.means import mean_interval

CELLS, BARS, BANDS = 12, 40, 10
#: Share of the rows on each side that lies beyond the outermost edge of a picture.
BEYOND = 0.005


@dataclass(frozen=True)
class Pictured:
    """What the pictures ask, and the edges of their bins.

    Parameters
    ----------
    cells, bars : sequence of float
        Inner edges of the heat map and of the histogram; empty where all values are alike.
    bands : sequence of float
        Between the bands of predictions.
    bias : float
        Mean error.
    asks : mapping of str to Ask
        By picture.
    """

    cells: Sequence[float]
    bars: Sequence[float]
    bands: Sequence[float]
    bias: float
    asks: Mapping[str, Ask]


def ask_pictures(table: ir.Table, labels: FineBins, predictions: FineBins, errors: FineBins, bias: float) -> Pictured:
    """Ask for all pictures of the rows of :func:`~audit.checks.quantities.predicted`."""
    in_cells, in_bars, in_bands = edges([labels, predictions], CELLS), edges([errors], BARS), predictions.cuts(BANDS)
    asks = {"bands": ask_bands(table, in_bands, bias)}
    asks |= {"cells": ask_cells(table, in_cells)} if in_cells else {}
    asks |= {"bars": ask_bars(table, in_bars)} if in_bars else {}
    return Pictured(in_cells, in_bars, in_bands, bias, asks)


def pictures(asked: Pictured, answers: Answers) -> list[Exhibit]:
    """Return the pictures, with the answers to their asks."""
    found = [cells(answers.rows("cells"), asked.cells)] if asked.cells else []
    found += [bars(answers.rows("bars"), asked.bars)] if asked.bars else []
    return [*found, *bands(answers.rows("bands"), asked.bias)]


def edges(parts: Sequence[FineBins], count: int) -> list[float]:
    """Return the inner edges of so many equally wide bins over the bulk of some columns; none where it has no width."""
    low = min(p.quantile(BEYOND) for p in parts)
    high = max(p.quantile(1 - BEYOND) for p in parts)
    width = (high - low) / (count - 2)
    return [low + i * width for i in range(count - 1)] if width > 0 else []


def ask_cells(table: ir.Table, cuts: Sequence[float]) -> Ask:
    """Ask for the rows by bin of label and bin of prediction."""
    placed = table.filter(table["error"].notnull()).select(label=place(table["y"], cuts), prediction=place(table["p"], cuts))
    return rows(placed.group_by(["label", "prediction"]).aggregate(n=placed.count()))


def cells(answer: Rows, cuts: Sequence[float]) -> Exhibit:
    """Return the heat map of label and prediction."""
    counts = {(int(row["label"]), int(row["prediction"])): int(row["n"]) for row in answer}
    names = [f"to {amount(cuts[0], 3)}", *(f"{amount(a, 3)} to {amount(b, 3)}" for a, b in itertools.pairwise(cuts))]
    names.append(f"over {amount(cuts[-1], 3)}")
    # labels are texts, and texts that are alike would share a column
    names = [name if names.count(name) == 1 else f"{name} ({i + 1})" for i, name in enumerate(names)]
    shown = [(names[p], names[y], counts.get((y, p))) for y in reversed(range(len(names))) for p in range(len(names))]
    return Exhibit(
        Kind.HEATMAP, "Prediction and label", ("x", "y", "value"), shown, "prediction", "label",
        note="Number of rows in each cell. Right predictions lie on the diagonal from the lower left to the upper right.",
    )  # fmt: skip


def ask_bars(table: ir.Table, cuts: Sequence[float]) -> Ask:
    """Ask for the rows by bin of error."""
    placed = table.filter(table["error"].notnull()).select(bar=place(table["error"], cuts))
    return rows(placed.group_by("bar").aggregate(n=placed.count()))


def bars(answer: Rows, cuts: Sequence[float]) -> Exhibit:
    """Return the histogram of errors."""
    counts = {int(row["bar"]): int(row["n"]) for row in answer}
    ends: list[Scalar] = [None, *cuts, None]
    shown = [(ends[i], ends[i + 1], counts.get(i, 0)) for i in range(len(cuts) + 1)]
    return Exhibit(
        Kind.HISTOGRAM, "Errors", ("low", "high", "count"), shown, "prediction minus label", "rows", 0.0, "no error",
        note="The first and the last bar hold all rows that lie further out.",
    )  # fmt: skip


def ask_bands(table: ir.Table, cuts: Sequence[float], mean_error: float) -> Ask:
    """Ask for means and spread by band of prediction."""
    away = table["error"] - mean_error
    known = table.filter(table["error"].notnull()).select(
        band=place(table["p"], cuts), y=table["y"], p=table["p"], size=table["error"].abs(), away=away, square=away * away, cube=away * away * away
    )
    return rows(
        known.group_by("band").aggregate(
            n=known.count(), y=known["y"].mean(), p=known["p"].mean(), size=known["size"].mean(), first=known["away"].mean(),
            second=known["square"].mean(), third=known["cube"].mean(),
        )
    )  # fmt: skip


def bands(answer: Rows, mean_error: float) -> list[Exhibit]:
    """Return the errors along the predictions, and the mean label beside the mean prediction."""
    along: list[tuple[Scalar, ...]] = []
    level: list[tuple[Scalar, ...]] = []
    for row in sorted(answer, key=lambda row: row["band"]):
        first, n = float(row["first"]), int(row["n"])
        second, third = float(row["second"]) - first**2, float(row["third"]) - 3 * first * float(row["second"]) + 2 * first**3
        ends = mean_interval(mean_error + first, max(second, 0.0), third, n, LEVEL) if second > 0 else None
        low, high = ends or (None, None)
        prediction, label = float(row["p"]), float(row["y"])
        along.append((prediction, mean_error + first, low, high, "mean error"))
        along.append((prediction, float(row["size"]), None, None, "mean absolute error"))
        # label = prediction - error, so the ends of the error, turned round, are those of the label
        level.append((prediction, label, *((prediction - ends[1], prediction - ends[0]) if ends else (None, None)), "label"))
        level.append((prediction, prediction, None, None, "as predicted"))
    columns = ("x", "y", "low", "high", "series")
    note = f"Bands of about equally many rows by prediction, {len(along) // 2} of them, with 95 % intervals"
    return [
        Exhibit(
            Kind.LINES, "Error along the prediction", columns, along, "mean prediction of the band", "error", 0.0, "no error",
            note=f"{note}. Above 0 the model predicts too high.",
        ),
        Exhibit(
            Kind.LINES, "Mean label along the prediction", columns, level, "mean prediction of the band", "mean label",
            note=f"{note} of the label's mean. Where the two lines part, the level of the predictions is off.",
        ),
    ]  # fmt: skip
