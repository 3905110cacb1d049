"""E007: what is left in the errors of a model that predicts numbers: bias, unequal spread, heavy tails, memory, and columns that explain them."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from audit.checks.errors.held_out import Halves, HeldOut, Step
from audit.checks.errors.residual_statistics import (
    FAR,
    NORMALLY_FAR,
    amount,
    explained,
    histogram,
    mean_residual,
    memory,
    omega_squared,
    whole_errors,
)
from audit.checks.rate import LEVEL
from audit.core.ask import Answers, Asks, rows
from audit.core.check import Check, Findings
from audit.core.errors import NotApplicable
from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit
from audit.core.measurement import Measurement, Scalar
from audit.core.subject import Subject
from audit.core.wording import counted, percent
from audit.stats.moments import Moments, mean_interval
from audit.stats.multiplicity import benjamini_hochberg
from audit.stats.periods import apart, course

#: Levels of the prediction, each with about as many rows.
LEVELS = 10
#: Columns that are put to the test of explaining what is left.
MOST_TESTED = 5


@dataclass(frozen=True, kw_only=True)
class Residuals(Check):
    """Label less prediction, looked at from five sides.

    Parameters
    ----------
    rows : int
        Rows in which it is looked for, at most; taken by the hash of their key from one half. Bias, spread and columns are counted on the other.
    min_rows : int
        Rows of a level and of a condition.
    min_share : float
        Share of the variance of the errors that a column must explain on rows in which it was not looked for.
    level : float
        Share of false findings among the findings that is accepted.
    """

    code: ClassVar[str] = "E007"
    title: ClassVar[str] = "Residuals"
    family: ClassVar[str] = "errors"
    judged: ClassVar[str] = "explaining_columns"
    advice: ClassVar[str] = (
        "Let the model use what the column holds: as a feature, by an interaction or a bend; if it is one already, fit it less stiffly. "
        "Give intervals that widen where errors do."
    )
    cites: ClassVar[tuple[str, ...]] = (
        "Cook and Weisberg (1982), Residuals and Influence in Regression",
        "Breusch and Pagan (1979), A simple test for heteroscedasticity and random coefficient variation",
    )
    slow: ClassVar[bool] = True

    limit: Limit = Limit(
        high=0,
        blocking=False,
        reason="a column that explains errors on fresh rows holds something that the model has not used",
        source="default of E007",
    )
    rows: int = 50_000
    min_rows: int = 30
    min_share: float = 0.01
    level: float = 0.05

    def asks(self, subject: Subject) -> Asks:
        """Ask for a bounded sample of one half of the held-out rows."""
        subject.need_quantity()
        return _held_out(subject).asks(self.rows)

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Measure the five."""
        halves = _held_out(subject).read(answers, self.min_rows)
        if not halves.wrong:
            return Findings([], f"The model errs on none of {counted(halves.first + halves.second, 'held-out row')}, so there are no residuals.")
        whole, far, kurtosis = whole_errors(halves, answers)
        parts = [f"Label less prediction is {amount(whole)} on average over {counted(whole.n, 'held-out row')}"]
        numbers = [
            mean_residual(whole),
            Measurement("residual_deviation", math.sqrt(whole.variance), "", {}, whole.n, method="all rows"),
            Measurement("far_share", far, "share", {}, whole.n, method=f"beyond {FAR:g} deviations; {percent(NORMALLY_FAR)} where normal"),
            Measurement("excess_kurtosis", kurtosis, "", {}, whole.n, method="fourth moment, 0 for a normal distribution"),
        ]
        bias, spread, level_numbers, levels = self._levels(halves, answers)
        remembers, memory_numbers = memory(halves, self.level)
        explaining, column_numbers, columns = self._columns(halves, answers, whole)
        heavy = f"{percent(far)} of the errors lie beyond three deviations, against {percent(NORMALLY_FAR)} of a normal distribution"
        parts += [p for p in (bias, spread, heavy if far > 2 * NORMALLY_FAR else "", remembers) if p]
        told = "; ".join(parts)
        message = f"{told}. {explaining}"
        exhibits = [*levels, histogram(halves, whole), *columns]
        return Findings([*column_numbers, *numbers, *level_numbers, *memory_numbers], message, exhibits)

    def _levels(self, halves: Halves, answers: Answers) -> tuple[str, str, list[Measurement], list[Exhibit]]:
        """Measure bias and spread by predicted level: edges from one half, counted on the other."""
        predicted = halves.sampled["predicted"].to_numpy(dtype=float)
        seen = predicted[np.isfinite(predicted)]
        edges = np.unique(np.quantile(seen, np.linspace(0, 1, LEVELS + 1)[1:-1], method="lower")) if len(seen) else np.empty(0)
        if not len(edges) or seen.min() == seen.max():
            return "the prediction is the same everywhere", "", [], []
        table, size = halves.other_half()
        place = sum(((table.predicted > float(e)).cast("int64") for e in edges[1:]), (table.predicted > float(edges[0])).cast("int64"))
        placed = table.select(place=place, at=table.predicted, error=table.error, size=size)
        sums = {"error": placed.error.sum(), "squares": (placed.error * placed.error).sum(), "size": placed["size"].sum()}
        counts = placed.group_by("place").aggregate(n=placed.count(), at=placed["at"].mean(), **sums)
        answer = answers.more({"levels": rows(counts)}).rows("levels")
        found = sorted((r for r in answer if r["n"] >= self.min_rows), key=lambda r: r["place"])
        if len(found) < 2:
            return "", "", [], []
        errors = [Moments(int(r["n"]), float(r["error"]), float(r["squares"])) for r in found]
        sizes = [Moments(int(r["n"]), float(r["size"]), float(r["squares"])) for r in found]
        biased, widening = apart(errors, binary=False), course(sizes, binary=False)
        n = sum(m.n for m in errors)
        trend = widening.trend if widening else None
        numbers = [
            Measurement("bias_p_value", biased, "probability", {}, n, method="bias alike at all predicted levels; normal draws"),
            Measurement("spread_p_value", trend, "probability", {}, n, method="size of errors has no trend; normal draws"),
        ]
        bias = spread = ""
        most = max(range(len(errors)), key=lambda i: abs(errors[i].mean) / (errors[i].error or math.inf))
        if biased is not None and biased <= self.level:
            bias = f"where it predicts about {found[most]['at']:.4g}, it is {amount(errors[most])}"
        low, high = (math.sqrt(m.variance) for m in (errors[0], errors[-1]))
        if trend is not None and trend <= self.level and min(low, high) > 0:
            spread = f"errors {'grow' if high > low else 'shrink'} with the prediction, from a deviation of {low:.4g} to {high:.4g}"
        lines: list[tuple[Scalar, ...]] = []
        wide: list[tuple[Scalar, ...]] = []
        for r, e, s in zip(found, errors, sizes, strict=True):
            lines.append((float(r["at"]), e.mean, *(mean_interval(e, LEVEL) or (None, None)), e.n))
            wide.append((float(r["at"]), s.mean, *(mean_interval(s, LEVEL) or (None, None)), s.n))
        names = ("x", "y", "low", "high", "n")
        note = f"Levels of about as many rows, edges from {halves.of}, counted on the other; 95 % intervals."
        return bias, spread, numbers, [
            Exhibit(Kind.LINES, "Bias by predicted level", names, lines, "prediction", "label less prediction", 0.0, "no bias", note=note),
            Exhibit(Kind.LINES, "Size of errors by predicted level", names, wide, "prediction", "mean absolute error", note=note),
        ]  # fmt: skip

    def _columns(self, halves: Halves, answers: Answers, whole: Moments) -> tuple[str, list[Measurement], list[Exhibit]]:
        """Look for columns that explain errors on one half, and test the best on the other."""
        error = halves.sampled["error"].to_numpy(dtype=float)
        bounds = np.quantile(error, (0.005, 0.995)) if len(error) else (0.0, 0.0)
        cut = np.clip(error, *bounds)
        columns = sorted(((explained(c, cut), c) for c in halves.coded(self.min_rows)), key=lambda t: -t[0])
        tested = [c for gain, c in columns if gain > 0][:MOST_TESTED]
        table, _ = halves.other_half()
        sets = [(Step(part),) for c in tested for part in c.parts if part is not None]
        every, *counts = halves.count(answers, sets, (table, table.error))
        shares, p_values, at = [], [], 0
        for column in tested:
            cells = counts[at : at + sum(p is not None for p in column.parts)]
            at += len(cells)
            rest = every.less(Moments(sum(m.n for m in cells), sum(m.total for m in cells), sum(m.squares for m in cells)))
            cells = [m for m in (*cells, rest) if m.n >= 2]
            shares.append(omega_squared(cells, every))
            p = apart(cells, binary=False)
            p_values.append(math.nan if p is None else p)
        adjusted = benjamini_hochberg(p_values)
        sure = [i for i in range(len(tested)) if shares[i] >= self.min_share and adjusted[i] <= self.level]
        how = f"found on {halves.of}, normal draws on the other, Benjamini-Hochberg over {counted(len(tested), 'column')}"
        numbers = [Measurement("explaining_columns", len(sure), "columns", {}, every.n, method=how)]
        for i in sure:
            where = {"column": tested[i].column}
            numbers.append(Measurement("explained_share", shares[i], "share", where, every.n, method=f"omega squared; {how}"))
        if not tested:
            return f"No column explains them in {halves.of}.", numbers, []
        lines: list[tuple[Scalar, ...]] = [
            (c.column, max(s, 0.0), None if math.isnan(p) else float(p), "confirmed" if i in sure else "not confirmed")
            for i, (c, s, p) in enumerate(zip(tested, shares, adjusted, strict=True))
        ]
        shown = Exhibit(
            Kind.TABLE, "Columns that explain errors", ("column", "share of the variance", "adjusted p", "state"), lines,
            note=f"Found on {halves.of}, counted on the other.",
        )  # fmt: skip
        if not sure:
            return "No column explains them on rows in which it was not looked for.", numbers, [shown]
        best = max(sure, key=lambda i: shares[i])
        more = f" {counted(len(sure) - 1, 'further column')} confirmed." if len(sure) > 1 else ""
        text = f"{tested[best].column} still explains {percent(shares[best])} of the variance of the errors.{more}"
        return f"{text} Found on {halves.of}, counted on the other.", numbers, [shown]


def _held_out(subject: Subject) -> HeldOut:
    try:
        return HeldOut.of(subject)
    except NotApplicable:
        return HeldOut.judged(subject)
