"""How far predictions of a quantity are off: means over the rows and what is made of them, with intervals from moments asked of the engine."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from audit.checks.performance.fine_bins import FineBins
from audit.checks.rate import LEVEL
from audit.core.ask import Answers, Ask, scalar
from audit.core.measurement import Measurement
from audit.stats.intervals import Interval
from audit.stats.means import mean_interval
from audit.stats.student import quantile_ranks

PLAIN = "outer ends of student's t and of hall's transformation"
POSITIVE = "outer ends of student's t on the logarithm and of hall's transformation"
ALIKE = "all rows alike, so no spread to see and no interval"
FEW = "one row, so no spread to see and no interval"


@dataclass(frozen=True)
class Mean:
    """A metric that is a mean over the rows.

    Parameters
    ----------
    name : str
        The field's own term.
    each : ibis column
        Its contribution row by row, null where a row does not count.
    positive : bool
        Whether no row contributes less than 0.
    where : mapping of str to str
        What the metric is about, beside the rows.
    unit : str
        Of the metric.
    note : str
        For the method.
    """

    name: str
    each: ir.FloatingColumn
    positive: bool
    where: Mapping[str, str]
    unit: str = ""
    note: str = ""

    @property
    def key(self) -> str:
        """What its asks are called by."""
        return " ".join([self.name, *self.where.values()])

    def ask_mean(self) -> dict[str, Ask]:
        """Ask for the mean, and how many rows count."""
        return {f"mean {self.key}": scalar(self.each.mean()), f"n {self.key}": scalar(self.each.count())}

    def ask_spread(self, answers: Answers) -> dict[str, Ask]:
        """Ask for the second and third moments about the mean."""
        if not answers.scalar(f"n {self.key}"):
            return {}
        away = self.each - float(answers.scalar(f"mean {self.key}"))
        return {f"second {self.key}": scalar((away * away).mean()), f"third {self.key}": scalar((away * away * away).mean())}

    def measured(self, first: Answers, then: Answers) -> Measurement:
        """Return the metric with its interval."""
        n = int(first.scalar(f"n {self.key}"))
        if not n:
            return Measurement(self.name, None, self.unit, self.where, 0, method=f"not estimable: no row counts{self.note}")
        moments = (float(first.scalar(f"mean {self.key}")), *(float(then.scalar(f"{order} {self.key}")) for order in ("second", "third")))
        return of_moments(self.name, moments, n, positive=self.positive, where=self.where, unit=self.unit, note=self.note)


def of_moments(
    name: str,
    moments: Sequence[float],
    n: int,
    *,
    positive: bool,
    where: Mapping[str, str] | None = None,
    unit: str = "",
    note: str = "",
    level: float = LEVEL,
) -> Measurement:
    """Return a mean with its interval, of its value and the second and third moments about it."""
    mean, second, third = moments
    if n < 2 or second <= 1e-24 * mean * mean:
        return Measurement(name, mean, unit, where or {}, n, method=(FEW if n < 2 else ALIKE) + note)
    interval = mean_interval(mean, second, third, n, level, positive=positive)
    return Measurement(name, mean, unit, where or {}, n, interval, level, (POSITIVE if positive else PLAIN) + note)


def means(table: ir.Table, quantiles: Sequence[float]) -> list[Mean]:
    """Return the metrics that are means over the rows of :func:`~audit.checks.quantities.predicted`."""
    y, error = table["y"], table["error"]
    size = error.abs()
    found = [
        Mean("mean_absolute_error", size, True, {}),
        Mean("mean_squared_error", error * error, True, {}),
        Mean("mean_error", error, False, {}, note="; prediction minus label"),
        Mean(
            "mean_absolute_percentage_error",
            ibis.ifelse(y != 0, size / ibis.ifelse(y != 0, y.abs(), 1.0), ibis.null("float64")),
            True,
            {},
            "ratio",
            "; over the rows whose label is not 0",
        ),
    ]
    for q in quantiles:
        loss = ibis.ifelse(error > 0, (1 - q) * error, -q * error)
        found.append(Mean("pinball_loss", loss, True, {"quantile": f"{q:g}"}))
    return found


def root(squared: Measurement, name: str = "root_mean_squared_error") -> Measurement:
    """Return the root of a mean of squares, and of the ends of its interval."""
    ends = None if squared.interval is None else (math.sqrt(squared.interval[0]), math.sqrt(squared.interval[1]))
    value = None if squared.value is None else math.sqrt(squared.value)
    method = f"{squared.method}, of squares, root taken" if ends else squared.method
    return Measurement(name, value, squared.unit, squared.where, squared.n, ends, squared.level, method)


def ask_r_squared(table: ir.Table, n: int, mean_y: float, variance_y: float, squared: float) -> dict[str, Ask]:
    """Ask what the interval of R² needs: the moments of what each row, left out, changes in the logarithm of 1 - R²."""
    if n < 3 or not (variance_y > 0 and squared > 0):
        return {}
    away = table["y"] - mean_y
    least = 1e-12
    error_left = _at_least(1 - table["error"] * table["error"] / (n * squared), least)
    spread_left = _at_least(1 - away * away / ((n - 1) * variance_y), least)
    changed = (spread_left.ln() - error_left.ln()) * float(n - 1)
    return {
        "mean left out": scalar(changed.mean()),
        "square left out": scalar((changed * changed).mean()),
        "cube left out": scalar((changed * changed * changed).mean()),
    }


def _at_least(column: ir.FloatingColumn, least: float) -> ir.FloatingColumn:
    return ibis.ifelse(column > least, column, least)


def r_squared(answers: Answers, asked: bool, n: int, variance_y: float, squared: float) -> Measurement:
    """Return R² with its interval, with the answers to :func:`ask_r_squared`."""
    if not variance_y > 0:
        return Measurement("r_squared", None, "", n=n, method="not estimable: all labels are equal")
    if n < 3:
        return Measurement("r_squared", None, "", n=n, method="not estimable: fewer than 3 rows")
    value = 1 - squared / variance_y
    if not asked:
        return Measurement("r_squared", value, "", n=n, method="no error in any row, so no spread to see and no interval")
    m, square, cube = (float(answers.scalar(f"{name} left out")) for name in ("mean", "square", "cube"))
    second, third = square - m * m, cube - 3 * m * square + 2 * m**3
    ends = _of_ratio(squared / variance_y, second, third, n)
    return Measurement("r_squared", value, "", {}, n, ends, LEVEL, "jackknife of log(1 - R²), each end the outer of student's t and of hall's")


def _of_ratio(ratio: float, second: float, third: float, n: int) -> Interval | None:
    """Return the interval of one minus a ratio, of the moments of its logarithm."""
    ends = mean_interval(0.0, second, third, n, LEVEL)
    # a ratio so uncertain that its bound is no number any more is unbounded for all purposes
    return None if ends is None else (1 - ratio * math.exp(min(ends[1], 700.0)), 1 - ratio * math.exp(ends[0]))


def rows_that_decide(measured: Measurement, limit: float) -> int | None:
    """Return about how many more rows would tell on which side of a limit R² lies, if it stays as it is; ``None`` where none would."""
    if measured.value is None or measured.interval is None or measured.n is None or not measured.value < 1 or not limit < 1:
        return None
    away = math.log((1 - limit) / (1 - measured.value))
    end = measured.interval[0] if away > 0 else measured.interval[1]
    if away == 0 or not end < 1:
        return None
    reach = abs(math.log((1 - end) / (1 - measured.value)))
    return max(0, math.ceil(measured.n * ((reach / away) ** 2 - 1)))


def median_ranks(n: int) -> tuple[int, int]:
    """Return the ranks of the one or two middle values."""
    return (n + 1) // 2, n // 2 + 1


def sought_ranks(n: int) -> list[int]:
    """Return the ranks that the median and its interval are made of."""
    return sorted({*median_ranks(n), *(quantile_ranks(n, 0.5, LEVEL) or ())})


def median_error(bins: FineBins, answers: Answers, n: int) -> Measurement:
    """Return the median absolute error, with the interval that holds for errors of any shape."""
    low, high = bins.ranked(answers, "size", median_ranks(n))
    ranks = quantile_ranks(n, 0.5, LEVEL)
    if ranks is None:
        method = "no interval: fewer than 6 rows do not bound a median"
        return Measurement("median_absolute_error", (low + high) / 2, "", n=n, method=method)
    least, most = bins.ranked(answers, "size", ranks)
    return Measurement("median_absolute_error", (low + high) / 2, "", {}, n, (least, most), LEVEL, "order statistics, by the binomial")


def ask_constant(table: ir.Table, median: float, scale_error: float, scale_label: float) -> dict[str, Ask]:
    """Ask for the moments of the errors of always answering the median, alone and together with those of the model."""
    a = table["error"].abs() / scale_error
    b = (table["y"] - median).abs() / scale_label
    return {f"a{i}b{j}": scalar(_power(a, i, b, j).mean()) for i, j in ((1, 0), (0, 1), (2, 0), (1, 1), (0, 2), (3, 0), (2, 1), (1, 2), (0, 3))}


def _power(a: ir.FloatingColumn, i: int, b: ir.FloatingColumn, j: int) -> ir.FloatingColumn:
    parts = [a] * i + [b] * j
    product = parts[0]
    for part in parts[1:]:
        product = product * part
    return product


def constant_compared(answers: Answers, n: int, scale_error: float, scale_label: float) -> list[Measurement]:
    """Return the mean absolute error of always answering the median, and the share of it that the model saves."""
    e = {(i, j): float(answers.scalar(f"a{i}b{j}")) for i, j in ((1, 0), (0, 1), (2, 0), (1, 1), (0, 2), (3, 0), (2, 1), (1, 2), (0, 3))}
    b = e[0, 1]
    spread = (b * scale_label, (e[0, 2] - b * b) * scale_label**2, (e[0, 3] - 3 * b * e[0, 2] + 2 * b**3) * scale_label**3)
    note = "; the median of these rows"
    constant = of_moments("mean_absolute_error", spread, n, positive=True, where={"baseline": "always the median"}, note=note)
    if not b > 0:
        return [
            Measurement("gain_over_median", None, "ratio", n=n, method="not estimable: always answering the median is right in every row"),
            constant,
        ]
    if not e[1, 0] > 0:
        saved = Measurement("gain_over_median", 1.0, "ratio", n=n, method="no error in any row, so no spread to see and no interval")
        return [saved, constant]
    # contributions of the rows to the logarithm of the ratio: a over its mean, minus b over its mean
    x, z = 1 / e[1, 0], 1 / b
    second = x * x * e[2, 0] - 2 * x * z * e[1, 1] + z * z * e[0, 2]
    third = x**3 * e[3, 0] - 3 * x * x * z * e[2, 1] + 3 * x * z * z * e[1, 2] - z**3 * e[0, 3]
    ratio = e[1, 0] * scale_error / (b * scale_label)
    ends = _of_ratio(ratio, second, third, n)
    method = "1 - MAE / MAE of the median of these rows; delta method on the logarithm, outer ends of student's t and of hall's"
    return [Measurement("gain_over_median", 1 - ratio, "ratio", {}, n, ends, LEVEL if ends else None, method), constant]
