"""E006: whether the model errs more as time goes on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import ibis
import ibis.expr.types as ir

from audit.checks.errors.held_out import HeldOut, is_moment
from audit.checks.errors.losses import NAMES, excess, measured
from audit.checks.outcomes import MAX_CLASSES
from audit.core.ask import Answers, Asks, rows, scalar
from audit.core.check import Check, Findings
from audit.core.errors import NotApplicable
from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit
from audit.core.measurement import Measurement, Scalar
from audit.core.subject import Subject
from audit.core.wording import counted, percent, points
from audit.stats.moments import Moments
from audit.stats.periods import Course, course

#: Periods that are told apart.
MOST_PERIODS = 36
#: Moments that are counted one by one; more are put together in so many steps first, and then in so many parts of about as many rows.
MOST_MOMENTS, STEPS, PARTS = 5_000, 240, 12
DAY = 86_400.0
UNITS = ("D", "W", "M", "Q", "Y")
UNIT_NAMES = {"D": "day", "W": "week", "M": "month", "Q": "quarter", "Y": "year"}


@dataclass(frozen=True)
class Period:
    """Rows of one period.

    Parameters
    ----------
    label : str
        Its name, in the order of time as text where dates are.
    loss : Moments
        How wrong the model is there.
    begin : str
        When it begins, where the label does not say it.
    """

    label: str
    loss: Moments
    begin: str = ""


@dataclass(frozen=True, kw_only=True)
class ErrorTrend(Check):
    """The error rate by period, and whether it stays the same: at all, by a trend, or with a change at one place.

    Parameters
    ----------
    min_gap : float
        Smallest change of the error rate that is reported.
    min_ratio : float
        The same where numbers are predicted: as a share of the mean absolute error.
    level : float
        Chance of a false report that is accepted.
    seed : int
        Of the permutations.
    """

    code: ClassVar[str] = "E006"
    title: ClassVar[str] = "Error trend"
    family: ClassVar[str] = "errors"
    judged: ClassVar[str] = "confirmed_rises"
    advice: ClassVar[str] = (
        "See what changed with that period: the people, how a column is recorded, or what the outcome means; then train on newer rows."
    )
    cites: ClassVar[tuple[str, ...]] = (
        "Armitage (1955), Tests for linear trends in proportions and frequencies",
        "Phipson and Smyth (2010), Permutation p-values should never be zero",
    )

    limit: Limit = Limit(
        high=0,
        blocking=False,
        reason="a model that errs more on later rows will err more still on those to come",
        source="default of E006",
    )
    min_gap: float = 0.05
    min_ratio: float = 0.25
    level: float = 0.05
    seed: int = 0

    def asks(self, subject: Subject) -> Asks:
        """Ask how many moments there are, and from when to when."""
        name = subject.need("time")
        kind = subject.table[name].type()
        if not is_moment(kind):
            raise NotApplicable(f"the time column '{name}' has the type {kind}; give it as dates, timestamps or numbers such as years")
        table = _timed(subject)
        return {
            "classes": scalar(ibis.literal(0) if subject.is_quantity else subject.held_out[subject.need("target")].nunique()),
            "moments": scalar(table.moment.nunique()),
            "first": scalar(table.moment.min()),
            "last": scalar(table.moment.max()),
        }

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Count by period and test."""
        many = subject.is_quantity
        if answers.scalar("classes") > MAX_CLASSES:
            raise NotApplicable(f"'{subject.roles.target}' has more than {MAX_CLASSES} values, so it is no class")
        periods, unit = _periods(subject, answers, quantity=many)
        if len(periods) < 2:
            raise NotApplicable(f"needs held-out rows of at least two periods; those with label, prediction and time are of {len(periods)}")
        whole = _added([p.loss for p in periods])
        if not many and whole.total == whole.n:
            raise NotApplicable(f"the model errs on all {whole.n:,} held-out rows that have a time, so it errs alike in every period")
        tested = course([p.loss for p in periods], binary=not many, seed=self.seed)
        every = measured(whole, quantity=many)
        picture = _picture(periods, every, many, unit, str(subject.roles.time))
        if tested is None:
            none = Measurement("confirmed_rises", 0, "changes", {}, whole.n, method="no errors that could change")
            over = f"{counted(len(periods), unit)} ({counted(whole.n, 'row')})"
            return Findings([none, every], f"The model errs on no row of {over}, or by the same amount on all, so nothing can change.", [picture])
        before, after = _added([p.loss for p in periods[: tested.at]]), _added([p.loss for p in periods[tested.at :]])
        since = periods[tested.at].begin or periods[tested.at].label
        change = excess(after, before, quantity=many, where={"from": since})
        name = f"{NAMES[many][0]}_change"
        method = f"after less before, the place looked for; {change.method.rpartition('; ')[2]}"
        change = Measurement(name, change.value, change.unit, {"from": since}, whole.n, change.interval, change.level, method)
        least = self.min_ratio * whole.mean if many else self.min_gap
        found = min(tested.trend, tested.change) <= self.level and abs(float(change.value or 0)) >= least
        rises = int(found and float(change.value or 0) > 0)
        test = "normal draws" if many else "permutation"
        p_values = [
            Measurement("adjusted_p_value", p, "probability", {"null": null}, whole.n, method=f"{test}, Holm over three")
            for p, null in ((tested.apart, "all periods alike"), (tested.trend, "no trend"), (tested.change, "no change at any place"))
        ]
        how = f"change or trend by {test}, Holm over three, level {self.level:g}"
        count = Measurement("confirmed_rises", rises, "changes", {}, whole.n, method=how)
        message = self._message(before, after, since, tested, len(periods), unit, many, found=found)
        return Findings([count, every, change, *p_values], message, [picture])

    def _message(self, before: Moments, after: Moments, since: str, tested: Course, periods: int, unit: str, quantity: bool, *, found: bool) -> str:
        name = "mean absolute error" if quantity else "error rate"
        ends = [f"{m.mean:.4g}" if quantity else percent(m.mean) for m in (before, after)]
        over = counted(periods, unit)
        if found:
            verb = "rises" if after.mean > before.mean else "falls"
            return (
                f"Over {over} the {name} {verb} from {ends[0]} before {since} to {ends[1]} from then on "
                f"(adjusted p {tested.change:.2g} for a change at one place, {tested.trend:.2g} for a trend)."
            )
        apart = f" The periods differ all the same (adjusted p {tested.apart:.2g}), without a direction." if tested.apart <= self.level else ""
        apart = apart if min(tested.trend, tested.change) > self.level else ""
        size = f"{after.mean - before.mean:+.4g}" if quantity else f"{points(after.mean - before.mean)} points"
        small = (
            f"; the largest change, {size} from {since} on, is no larger than chance would have it (adjusted p {tested.change:.2g})"
            if min(tested.trend, tested.change) > self.level
            else f"; the change of {size} from {since} on is sure (adjusted p {min(tested.change, tested.trend):.2g}), but small"
        )
        return f"Over {over} the {name} stays about the same{small}.{apart}"


def _dated(subject: Subject) -> bool:
    kind = subject.table[subject.need("time")].type()
    return bool(kind.is_date() or kind.is_timestamp())


def _timed(subject: Subject) -> ir.Table:
    """Return the judged rows that have a time."""
    table = HeldOut.judged(subject).table
    return table.filter(table.moment.notnull() & ~table.moment.isnan() & ~table.moment.isinf())


def _periods(subject: Subject, answers: Answers, *, quantity: bool) -> tuple[list[Period], str]:
    """Count the loss by period, in as fine a unit as leaves few enough periods; the second is what a period is called."""
    first, last = answers.scalar("first"), answers.scalar("last")
    if first is None:
        return [], "period"
    dated = _dated(subject)
    step = DAY if dated else 0.0
    if (dated and last - first < 2 * DAY) or (not dated and answers.scalar("moments") > MOST_MOMENTS):
        step = (last - first) / STEPS
    table = _timed(subject)
    if quantity:
        table = table.filter(table.error.notnull() & ~table.error.isnan() & ~table.error.isinf())
    begin = 0.0 if dated and step == DAY else first
    place = ((table.moment - begin) / step).floor() if step else table.moment
    placed = table.select(place=place.cast("float64"), loss=table.error.abs() if quantity else table.wrong.cast("float64"))
    counts = placed.group_by("place").aggregate(n=placed.count(), total=placed.loss.sum(), squares=(placed.loss * placed.loss).sum())
    counted_rows = answers.more({"counts": rows(counts)}).rows("counts")
    found = sorted((float(r["place"]), Moments(int(r["n"]), float(r["total"]), float(r["squares"]))) for r in counted_rows)
    moments = [(place * step + begin if step else place, loss) for place, loss in found]
    if dated and step == DAY:
        return _calendar(moments)
    if len(moments) <= MOST_PERIODS and not step:
        return [Period(f"{at:.10g}", loss) for at, loss in moments], "period"
    return _parts(moments, dated), "period"


def _calendar(days: Sequence[tuple[float, Moments]]) -> tuple[list[Period], str]:
    import pandas as pd

    stamps = pd.to_datetime([at for at, _ in days], unit="s")
    for unit in UNITS:
        names = stamps.to_period(unit)
        if names.nunique() <= MOST_PERIODS:
            break
    else:
        return _parts(days, dated=True), "period"
    labels = [str(p.start_time.date()) if unit == "W" else str(p) for p in names]
    together = {label: [loss for name, (_, loss) in zip(labels, days, strict=True) if name == label] for label in dict.fromkeys(labels)}
    return [Period(label, _added(losses)) for label, losses in together.items()], UNIT_NAMES[unit]


def _parts(moments: Sequence[tuple[float, Moments]], dated: bool) -> list[Period]:
    """Put moments in order together until each part has about as many rows."""
    import pandas as pd

    total, seen = sum(loss.n for _, loss in moments), 0
    parts: dict[int, list[tuple[float, Moments]]] = {}
    for at, loss in moments:
        parts.setdefault(min(PARTS * (2 * seen + loss.n) // (2 * total), PARTS - 1), []).append((at, loss))
        seen += loss.n

    def written(at: float) -> str:
        return f"{pd.Timestamp(at, unit='s'):%Y-%m-%d %H:%M}" if dated else f"{at:.6g}"

    return [Period(f"{written(p[0][0])} to {written(p[-1][0])}", _added([loss for _, loss in p]), written(p[0][0])) for p in parts.values()]


def _added(losses: Sequence[Moments]) -> Moments:
    return Moments(sum(m.n for m in losses), sum(m.total for m in losses), sum(m.squares for m in losses))


def _picture(periods: Sequence[Period], every: Measurement, quantity: bool, unit: str, time: str) -> Exhibit:
    lines: list[tuple[Scalar, ...]] = []
    for period in periods:
        number = measured(period.loss, quantity=quantity)
        lines.append((period.label, number.value, *(number.interval or (None, None)), period.loss.n))
    return Exhibit(
        Kind.LINES, f"{'Mean absolute error' if quantity else 'Error rate'} by {unit}", ("x", "y", "low", "high", "n"), lines, time,
        NAMES[quantity][1], None if every.value is None else float(every.value), "all rows", note=f"All held-out rows; 95 % interval of each {unit}.",
    )  # fmt: skip
