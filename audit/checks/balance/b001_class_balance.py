"""B001: how the rows are shared out between the classes of the target."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from audit.checks.balance.groups import Groups, ask_groups, level_of_each, read_groups
from audit.checks.rate import LEVEL, rate
from audit.core.ask import Answers, Asks
from audit.core.check import Check, Findings
from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.wording import counted, listed, percent
from audit.stats.intervals import Interval
from audit.stats.rates import METHOD, rate_bounds


@dataclass(frozen=True, kw_only=True)
class ClassBalance(Check):
    """Shares of the classes; the share of the rarest is held against the limit.

    With one class only, the rarest class has share 0: a count, without an interval, so that any lower limit is broken (B004 blocks it).
    """

    code: ClassVar[str] = "B001"
    title: ClassVar[str] = "Class balance"
    family: ClassVar[str] = "balance"
    judged: ClassVar[str] = "minority_share"
    advice: ClassVar[str] = (
        "Collect more rows of the rare class, or weigh the classes in training, and judge models by measures that do not reward "
        "guessing the common class (balanced accuracy, precision and recall, ROC AUC)."
    )
    cites: ClassVar[tuple[str, ...]] = ("He & Garcia 2009, Learning from imbalanced data, IEEE TKDE 21(9)",)

    limit: Limit = Limit(
        low=0.05,
        blocking=False,
        reason="below one row in twenty a model that never predicts the rare class is right in more than 95 % of the rows",
        source="default of B001",
    )

    def asks(self, subject: Subject) -> Asks:
        """Ask how many rows each class has."""
        return {"classes": ask_groups(subject.table[subject.need_classes()])}

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Measure the share of each class."""
        target = subject.need("target")
        classes = read_groups(answers.rows("classes"), target, "class label")
        shares = [rate("class_share", n, classes.total, {target: name}) for name, n in classes.sizes.items()]
        measurements = [*shares, _minority(classes, target)]
        if classes.missing:
            rows = classes.total + classes.missing
            measurements.append(Measurement("missing_rows", classes.missing, "rows", {"column": target}, rows, method="count of all rows"))
        return Findings(measurements, _message(classes, target), [self._exhibit(classes, shares, target)] if shares else [])

    def _exhibit(self, classes: Groups, shares: Sequence[Measurement], target: str) -> Exhibit:
        bars = [(name, s.value, *(s.interval or (None, None)), n) for (name, n), s in zip(classes.sizes.items(), shares, strict=True)]
        return Exhibit(
            Kind.BARS,
            f"Share of each class of '{target}'",
            ("label", "value", "low", "high", "n"),
            bars,
            x_label="share of rows with a label",
            reference=self.limit.low,
            reference_label="lowest share allowed" if self.limit.low is not None else "",
            note=f"{classes.total:,} rows with a label; lines are 95 % intervals.",
        )


def least_share(sizes: Sequence[int]) -> Interval:
    """Return the interval of the smallest of several shares of one whole, which is not empty.

    Each share gets an interval, at a level that all hold together; the smallest true share lies between the smallest lower and the
    smallest upper end.
    """
    low, high = rate_bounds(sizes, sum(sizes), level_of_each(len(sizes)))
    return float(low.min()), float(high.min())


def _minority(classes: Groups, target: str) -> Measurement:
    if not classes.sizes:
        return Measurement("minority_share", None, "share", {"column": target}, 0, method="no row has a label")
    if len(classes.sizes) == 1:
        return Measurement("minority_share", 0.0, "share", {"column": target}, classes.total, method="no row of a second class")
    *_, (name, n) = classes.sizes.items()
    interval = least_share(list(classes.sizes.values()))
    method = METHOD if len(classes.sizes) == 2 else f"{METHOD}; simultaneous over classes"
    return Measurement("minority_share", n / classes.total, "share", {target: name}, classes.total, interval, LEVEL, method)


def _message(classes: Groups, target: str) -> str:
    absent = f"; {counted(classes.missing, 'row has', 'rows have')} no label" if classes.missing else ""
    if not classes.sizes:
        return f"No row has a label: '{target}' is missing in {counted(classes.missing, 'row')}."
    if len(classes.sizes) == 1:
        return f"Only one class: '{target}' is {next(iter(classes.sizes))} in all {counted(classes.total, 'row')} with a label{absent}."
    shown = list(classes.sizes.items())
    shares = listed((f"{name} in {percent(n / classes.total)}" for name, n in shown), most=4)
    low, high = least_share(list(classes.sizes.values()))
    rarest = f"the rarest of {len(shown)} classes is {shown[-1][0]} with {counted(shown[-1][1], 'row')}"
    certain = f"95 % interval {percent(low)} to {percent(high)}"
    return f"'{target}' is {shares} of {counted(classes.total, 'row')}; {rarest} ({certain}){absent}."
