"""F016: how differently a quantity is predicted for groups."""

import math
from dataclasses import dataclass
from typing import ClassVar

from audit.checks.fairness.compared_groups import ComparedGroups, without_group
from audit.checks.fairness.group_moments import METRICS, GroupMoments, ask_moments, columns
from audit.checks.fairness.group_pictures import bars, levels, table
from audit.checks.quantities import ask_counts, left_out, left_out_in_words, observed, predicted, read_counts
from audit.checks.rate import rate
from audit.checks.wording import amount, reach, rounded_up
from audit.core.ask import Answers, Asks, scalar
from audit.core.check import Findings
from audit.core.errors import UsageError
from audit.core.limit import Limit, Verdict
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.wording import counted
from audit.stats.range_of_means import RangeOfMeans, more_rows_for_means, range_of_means
from audit.stats.range_of_rates import RangeOfRates, range_of_rates

#: What is compared between groups, and what it is called.
COMPARED = {"mean_prediction": "mean prediction", "mean_error": "mean error", "mean_absolute_error": "mean absolute error"}
BEYOND = "share_beyond_tolerance"
DEGENERATE = "not estimable: the model predicts the same for every row"


@dataclass(frozen=True, kw_only=True)
class RegressionGaps(ComparedGroups):
    """Gaps between groups in mean prediction, mean error, mean absolute error and large errors; judged by the mean error, in spreads of the label.

    Parameters
    ----------
    tolerance : float
        Errors larger than this count as large; the share of rows that have one is compared too. 0 leaves it out.
    """

    code: ClassVar[str] = "F016"
    title: ClassVar[str] = "Regression gaps by group"
    judged: ClassVar[str] = "standardised_mean_error_difference"
    advice: ClassVar[str] = (
        "The model is too high for one group or too low for another. Look at how many rows of each group it learnt from, at whether labels mean the "
        "same for all, and at the features that stand for the group; a level per group that is off can be corrected where the law allows it."
    )
    cites: ClassVar[tuple[str, ...]] = (
        "Agarwal, Dudik and Wu (2019), Fair regression: quantitative definitions and reduction-based algorithms, ICML",
        "Cohen (1988), Statistical Power Analysis for the Behavioral Sciences, chapter 2: sizes of standardised differences",
    )

    limit: Limit = Limit(
        high=0.2,
        blocking=False,
        reason="Cohen calls a fifth of a standard deviation a small difference; a convention to be agreed for the use at hand, no line of the law",
        source="default of F016",
    )
    tolerance: float = 0.0

    def asks(self, subject: Subject) -> Asks:
        """Ask for the means over all rows; the groups are asked about once they are known."""
        if isinstance(self.tolerance, bool) or not isinstance(self.tolerance, (int, float)) or not 0 <= self.tolerance < math.inf:
            raise UsageError(f"check {self.code}: 'tolerance' is an error in the unit of the target, such as 5; got {self.tolerance!r}")
        subject.need_quantity()
        self.need_attribute(subject)
        table = predicted(subject)
        means = {f"mean {name}": scalar(column.mean()) for name, column in columns(table).items()}
        ends = {"lowest": scalar(table["p"].min()), "highest": scalar(table["p"].max())}
        return {**ask_counts(table), **means, **ends, "variance": scalar(table["y"].var(how="pop"))}

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Measure each metric in each group, and the gap between the highest and the lowest."""
        counts = read_counts(subject, answers)
        centre = {name: float(answers.scalar(f"mean {name}")) for name in METRICS}
        tolerance = float(self.tolerance) or None
        ask = ask_moments(predicted(subject, self.attribute), centre, tolerance)
        groups = GroupMoments.read(answers.more({"groups": ask}).rows("groups"), centre)
        refused = self.refused(groups.names)
        if refused is not None:
            return refused
        spread = math.sqrt(max(float(answers.scalar("variance")), 0.0))
        gaps = {name: range_of_means(*groups.moments[name], groups.n, looks=self.looks) for name in COMPARED}
        bias = gaps["mean_error"]
        gap = _difference("mean_error", bias, counts["n"])
        only = float(answers.scalar("lowest")) if answers.scalar("lowest") == answers.scalar("highest") else None
        judged = _standardised(gap, spread) if only is None else Measurement(self.judged, None, n=counts["n"], method=DEGENERATE)
        if only is not None:
            gaps["mean_prediction"] = None
        measured = [judged, gap, _p_value("mean_error", bias, counts["n"])]
        why = [DEGENERATE] if only is not None else []
        for name in ("mean_prediction", "mean_absolute_error"):
            measured += [_difference(name, gaps[name], counts["n"], *why), _p_value(name, gaps[name], counts["n"])]
        by_group = {name: groups.measured(name, self.attribute) for name in METRICS}
        shares, of_shares = self._beyond(groups) if tolerance else ([], None)
        if tolerance:
            measured += [_difference_of_shares(of_shares, counts["n"]), _p_value(BEYOND, of_shares, counts["n"])]
        measured += [m for found in by_group.values() for m in found] + shares
        message = _degenerate(only) if only is not None else self._message(subject, groups, bias, gap, judged, spread, counts["n"])
        message += without_group(int(groups.nameless.n.sum()) if groups.nameless else 0, self.attribute) + left_out_in_words(counts)
        exhibits = [
            bars("mean error", "prediction minus label", by_group["mean_error"], self.attribute, centre["mean_error"]),
            bars("mean absolute error", "error", by_group["mean_absolute_error"], self.attribute, centre["mean_absolute_error"]),
            levels(by_group["mean_label"], by_group["mean_prediction"], self.attribute),
            table({**{COMPARED[name]: gap for name, gap in gaps.items()}, "share with a large error": of_shares}, groups.names),
        ]
        return Findings([*(m for m in measured if m is not None), *left_out(counts)], message, exhibits)

    def _beyond(self, groups: GroupMoments) -> tuple[list[Measurement], RangeOfRates | None]:
        parts = [groups, groups.nameless] if groups.nameless else [groups]
        shares = [
            rate(BEYOND, int(k), int(n), {self.attribute: name}) for part in parts for name, k, n in zip(part.names, part.beyond, part.n, strict=True)
        ]
        return shares, range_of_rates(groups.beyond, groups.n, looks=self.looks)

    def _message(
        self, subject: Subject, groups: GroupMoments, bias: RangeOfMeans | None, gap: Measurement, judged: Measurement, spread: float, n: int
    ) -> str:
        if bias is None:
            return f"Fewer than two groups of '{self.attribute}' have two rows, so there is no gap to measure."
        low, high = (self._group(groups, i) for i in (bias.lowest, bias.highest))
        text = f"Among {observed(subject, n)}, predictions are off by {low} and by {high}"
        text += f", lowest and highest of {len(groups.names)} groups" if len(groups.names) > 2 else ""
        text += f": a gap of {amount(bias.value)} ({reach(gap)})"
        text += f", {judged.value:.2f} standard deviations of the label." if judged.value is not None else "."
        if bias.p_value > 1 - bias.level:
            text += f" Chance alone could explain it (p = {bias.p_value:.2g} if all groups were alike)."
        single = [name for name, rows in zip(groups.names, groups.n, strict=True) if rows < 2]
        text += f" {counted(len(single), 'group')} of one row {'is' if len(single) == 1 else 'are'} left out of the gap." if single else ""
        return text + self._what_decides(groups, judged, spread)

    def _group(self, groups: GroupMoments, position: int) -> str:
        mean, n = float(groups.moments["mean_error"][0][position]), int(groups.n[position])
        return f"{'+' if mean > 0 else ''}{amount(mean)} on average where {self.attribute} is {groups.names[position]} (n = {n:,})"

    def _what_decides(self, groups: GroupMoments, judged: Measurement, spread: float) -> str:
        high = self.limit.high
        if high is None or self.limit.measurement not in ("", self.judged) or self.limit.verdict(judged) is not Verdict.UNDECIDED:
            return ""
        question = f"whether the gap is above {high:g} standard deviations"
        rows = more_rows_for_means(*groups.moments["mean_error"], groups.n, high * spread, looks=self.looks)
        if not rows:
            return f" More rows alone would hardly decide {question}."
        return f" These rows cannot decide {question}; about {rounded_up(rows):,} more like them would, if means and spreads stay as they are."


def _degenerate(only: float) -> str:
    return (
        f"The model predicts {amount(only)} for every row, so mean predictions are equal by construction, and gaps in error are those of the labels. "
        "That says nothing about how a model that tells rows apart would treat the groups."
    )


def _method(pairs: int, looks: int) -> str:
    shared = f"bonferroni over {counted(pairs, 'pair')} and {counted(looks, 'look')}"
    return f"highest minus lowest, biased upward; intervals of the two means squared and added, {shared}"


def _difference(name: str, gap: RangeOfMeans | None, n: int, why: str = "not estimable: fewer than two groups have two rows") -> Measurement:
    if gap is None:
        return Measurement(f"{name}_difference", None, n=n, method=why)
    return Measurement(f"{name}_difference", gap.value, "", {}, n, gap.interval, gap.level, _method(gap.pairs, gap.looks))


def _difference_of_shares(gap: RangeOfRates | None, n: int) -> Measurement:
    if gap is None:
        return Measurement(f"{BEYOND}_difference", None, "share", n=n, method="not estimable: fewer than two groups have rows")
    return Measurement(
        f"{BEYOND}_difference", gap.value, "share", {}, n, gap.interval, gap.level, _method(gap.pairs, gap.looks).replace("means", "rates")
    )


def _p_value(name: str, gap: RangeOfMeans | RangeOfRates | None, n: int) -> Measurement | None:
    if gap is None:
        return None
    method = "all groups alike: the error rate at which the interval begins to leave out 0"
    if isinstance(gap, RangeOfRates):
        method = "all groups alike: " + ("Fisher's exact test" if gap.pairs == 1 else "permutation of groups, (k + 1) / (draws + 1)")
    return Measurement("p_value", gap.p_value, "probability", {"metric": name}, n, method=method)


def _standardised(gap: Measurement, spread: float) -> Measurement:
    name = "standardised_mean_error_difference"
    if gap.value is None or gap.interval is None:
        return Measurement(name, None, n=gap.n, method=gap.method)
    if not spread > 0:
        return Measurement(name, None, n=gap.n, method="not estimable: all labels are equal")
    low, high = gap.interval
    method = f"in standard deviations of the label over all rows, taken as known; {gap.method}"
    return Measurement(name, gap.value / spread, "", {}, gap.n, (low / spread, high / spread), gap.level, method)
