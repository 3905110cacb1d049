"""E003: how often the model errs by the two columns that together say most about its errors."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import ibis
import numpy as np
from numpy.typing import NDArray

from audit.checks.errors.conditions import Coded
from audit.checks.errors.held_out import Halves, HeldOut, Step
from audit.checks.errors.losses import NAMES, measured
from audit.checks.rate import LEVEL
from audit.core.ask import Answers, Asks, rows
from audit.core.check import Check, Findings
from audit.core.exhibit import Exhibit, Kind
from audit.core.measurement import Measurement, Scalar
from audit.core.subject import Subject
from audit.core.wording import counted, percent
from audit.stats.moments import Moments
from audit.stats.periods import apart

#: Cells along a side; further values of a category share one.
SIDE = 8
#: Columns of which every pair is looked at; beyond them, those that say most by themselves.
MOST_COLUMNS = 120


@dataclass(frozen=True, kw_only=True)
class ErrorHeatMap(Check):
    """Error rates over two columns: the pair chosen on one half of the held-out rows, the cells counted on the other.

    Parameters
    ----------
    rows : int
        Rows to choose the pair on, at most; taken by the hash of their key from one half. All rows of the other half are counted.
    min_rows : int
        Rows below which a cell stays empty.
    columns : tuple of str
        Two columns to show instead of looking for a pair.
    """

    code: ClassVar[str] = "E003"
    title: ClassVar[str] = "Error heat map"
    family: ClassVar[str] = "errors"
    judged: ClassVar[str] = "error_rate"
    advice: ClassVar[str] = "See where dark cells meet: what do their rows have in common that neither column says alone?"
    cites: ClassVar[tuple[str, ...]] = ("Akaike (1974), A new look at the statistical model identification",)
    slow: ClassVar[bool] = True

    rows: int = 50_000
    min_rows: int = 30
    columns: tuple[str, ...] = ()

    def asks(self, subject: Subject) -> Asks:
        """Ask for a bounded sample of one half of the held-out rows."""
        return HeldOut.of(subject).asks(self.rows)

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Choose a pair on one half, and count its cells on the other."""
        halves = HeldOut.of(subject).read(answers, self.min_rows)
        total = counted(halves.first + halves.second, "held-out row")
        if not halves.wrong:
            return Findings([], f"The model errs on none of {total}, so there is nothing to show by column.")
        columns = [_coarse(c) for c in halves.coded(self.min_rows)]
        pair, pairs = self._pair(columns, halves)
        if pair is None:
            whole = halves.count(answers, [])[0]
            text = f"No two columns say more about the errors of {total} than chance would have it, of {counted(pairs, 'pair')} looked at."
            return Findings([measured(whole, quantity=halves.quantity)], text)
        cells = _cells(halves, answers, *pair)
        every = [m for m in cells.values() if m.n]
        whole = Moments(sum(m.n for m in every), sum(m.total for m in every), sum(m.squares for m in every))
        shown = {place: m for place, m in cells.items() if m.n >= self.min_rows}
        tested = apart(every, binary=not halves.quantity)
        names = {"columns": f"{pair[0].column}, {pair[1].column}"}
        p_value = Measurement("p_value", tested, "probability", names, whole.n, method=f"all {len(every)} cells alike; {_how(halves)}")
        numbers = [measured(whole, quantity=halves.quantity), p_value]
        return Findings(numbers, self._message(pair, pairs, shown, halves), [_picture(pair, cells, self.min_rows, halves)])

    def _pair(self, columns: Sequence[Coded], halves: Halves) -> tuple[tuple[Coded, Coded] | None, int]:
        """Return the two columns whose cells say most about the loss, and among how many pairs."""
        named = {c.column: c for c in columns}
        if len(self.columns) == 2 and all(c in named for c in self.columns):
            return (named[self.columns[0]], named[self.columns[1]]), 1
        loss = halves.searched
        if len(columns) > MOST_COLUMNS:
            columns = sorted(columns, key=lambda c: -self._information(c.codes, c.cells, loss, halves.quantity))[:MOST_COLUMNS]
        best, chosen, pairs = 0.0, None, 0
        for a, b in itertools.combinations(columns, 2):
            pairs += 1
            told = self._information(a.codes * b.cells + b.codes, a.cells * b.cells, loss, halves.quantity)
            if told > best:
                best, chosen = told, (a, b)
        return chosen, pairs

    def _information(self, codes: NDArray[np.int64], cells: int, loss: NDArray[np.float64], quantity: bool) -> float:
        """Return twice the log-likelihood that the cells add about the loss, less twice the numbers that they take.

        Cells that would stay empty count as one.
        """
        n, total = np.bincount(codes, minlength=cells).astype(float), np.bincount(codes, loss, minlength=cells)
        shown = n >= self.min_rows
        n, total = np.append(n[shown], n[~shown].sum()), np.append(total[shown], total[~shown].sum())
        n, total = n[n > 0], total[n > 0]
        if quantity:
            squares = float((loss**2).sum())
            before, after = squares - total.sum() ** 2 / n.sum(), squares - float((total**2 / n).sum())
            gain = float(n.sum()) * math.log(before / max(after, 1e-12 * before)) if before > 0 else 0.0
        else:
            mean, means = total.sum() / n.sum(), total / n
            with np.errstate(divide="ignore", invalid="ignore"):
                wrong = np.where(means > 0, means * np.log(means / mean), 0.0)
                right = np.where(means < 1, (1 - means) * np.log((1 - means) / (1 - mean)), 0.0)
            gain = 2 * float((n * (wrong + right)).sum())
        return gain - 2 * (len(n) - 1)

    def _message(self, pair: tuple[Coded, Coded], pairs: int, shown: dict[tuple[int, int], Moments], halves: Halves) -> str:
        a, b = pair
        chosen = f"of {counted(pairs, 'pair')} of columns, {a.column} and {b.column} say most about the errors" if pairs > 1 else ""
        if len(shown) < 2:
            cells = f"{'only one' if shown else 'no'} cell has {self.min_rows} rows in the half that is counted"
            return f"{chosen[:1].upper()}{chosen[1:]}, but {cells}." if chosen else f"Of {a.column} and {b.column} {cells}."
        worst, best = max(shown, key=lambda c: shown[c].mean), min(shown, key=lambda c: shown[c].mean)

        def told(cell: tuple[int, int]) -> str:
            loss = shown[cell]
            amount = f"{loss.mean:.4g}" if halves.quantity else percent(loss.mean)
            return f"{amount} ({_named(a, cell[0])}, {_named(b, cell[1])}; n = {loss.n:,})"

        name = "mean absolute error" if halves.quantity else "error rate"
        begin = f"{chosen[:1].upper()}{chosen[1:]}: the {name}" if chosen else f"The {name} by {a.column} and {b.column}"
        return f"{begin} goes from {told(best)} to {told(worst)}. Chosen on {halves.of}, counted on the other."


def _how(halves: Halves) -> str:
    return "normal draws" if halves.quantity else "permutation"


def _named(column: Coded, cell: int) -> str:
    part = column.parts[cell]
    return part.text if part is not None else f"{column.column} {column.labels[cell]}"


def _coarse(column: Coded) -> Coded:
    """Return a column with no more cells than fit along a side: further frequent values are told no more apart than rare ones."""
    gap = column.labels[-1] == "missing" and column.parts[-1] is not None and column.parts[-1].absent
    inner = column.cells - gap
    if inner <= SIDE:
        return column
    kept = SIDE - 1
    place = np.minimum(np.arange(column.cells), kept)
    labels, parts = [*column.labels[:kept], "other"], [*column.parts[:kept], None]
    if gap:
        place[-1] = kept + 1
        labels, parts = [*labels, "missing"], [*parts, column.parts[-1]]
    return Coded(column.column, place[column.codes], len(labels), column.conditions, column.members, labels, parts)


def _cells(halves: Halves, answers: Answers, a: Coded, b: Coded) -> dict[tuple[int, int], Moments]:
    """Count the loss by cell on the other half."""
    table, loss = halves.other_half()
    place = {"a": a, "b": b}
    placed = table.mutate(
        loss=loss,
        **{
            name: ibis.cases(
                *((halves.where(table, (Step(part),)), i) for i, part in enumerate(column.parts) if part is not None),
                else_=next((i for i, part in enumerate(column.parts) if part is None), -1),
            ).cast("int64")
            for name, column in place.items()
        },
    )
    counts = placed.group_by(["a", "b"]).aggregate(n=placed.count(), total=placed.loss.sum(), squares=(placed.loss * placed.loss).sum())
    answer = answers.more({"cells": rows(counts)}).rows("cells")
    found = {(int(r["a"]), int(r["b"])): Moments(int(r["n"]), float(r["total"]), float(r["squares"])) for r in answer}
    none = Moments(0, 0.0, 0.0)
    return {(i, j): found.get((i, j), none) for i in range(a.cells) for j in range(b.cells)}


def _picture(pair: tuple[Coded, Coded], cells: dict[tuple[int, int], Moments], min_rows: int, halves: Halves) -> Exhibit:
    a, b = pair
    lines: list[tuple[Scalar, ...]] = []
    for (i, j), loss in cells.items():
        number = measured(loss, quantity=halves.quantity)
        if loss.n >= min_rows:
            lines.append((a.labels[i], b.labels[j], number.value, loss.n, *(number.interval or (None, None))))
        else:
            lines.append((a.labels[i], b.labels[j], None, loss.n, None, None))
    name = NAMES[halves.quantity][1]
    note = f"{name.capitalize()}, with {LEVEL:.0%} intervals".replace("%", " %")
    return Exhibit(
        Kind.HEATMAP, f"{name.capitalize()} by {a.column} and {b.column}", ("x", "y", "value", "n", "low", "high"), lines, a.column, b.column,
        note=f"{note}; cells of fewer than {min_rows} rows are left empty. Chosen on {halves.of}, counted on the other.",
    )  # fmt: skip
