"""F015: whether a score means the same chance in every group."""

from dataclasses import dataclass
from typing import ClassVar

from audit.checks.fairness.score_groups import SQUARED, ScoreGroupsCheck, known_groups, mean_ends
from audit.checks.rate import LEVEL, bar, rate
from audit.checks.scores.calibrated import error_measured, gap_measured
from audit.checks.scores.counts import Scores, together
from audit.checks.scores.quality import Quality
from audit.checks.scores.rows_needed import what_decides
from audit.checks.wording import span
from audit.core.check import Findings
from audit.core.errors import NotApplicable
from audit.core.exhibit import MAX_ROWS, Exhibit, Kind
from audit.core.limit import Limit, Verdict
from audit.core.measurement import Measurement, Scalar
from audit.core.subject import Subject
from audit.core.wording import points
from audit.stats.calibration import BINS, calibration_error
from audit.stats.range_of_estimates import RangeOfEstimates, range_of_estimates


@dataclass(frozen=True, kw_only=True)
class CalibrationByGroup(ScoreGroupsCheck):
    """Mean score less rate in each group (calibration in the large), the gap between the groups, and the calibration error of each.

    Parameters
    ----------
    bins : int
        The most bins of equally many rows that a group's scores are sorted into; each has at least 20 rows.
    """

    code: ClassVar[str] = "F015"
    title: ClassVar[str] = "Calibration by group"
    judged: ClassVar[str] = "calibration_in_the_large_difference"
    advice: ClassVar[str] = (
        "The same score means another chance in one group than in another, so one threshold treats alike rows differently. Look for features whose "
        "meaning differs between the groups and for labels that do; recalibrating by group needs the attribute when the model is used, which the law "
        "may forbid."
    )
    cites: ClassVar[tuple[str, ...]] = (
        "Kleinberg, Mullainathan and Raghavan (2017), ITCS: calibration within groups",
        "Pleiss, Raghavan, Wu, Kleinberg and Weinberger (2017), NeurIPS: on fairness and calibration",
    )

    bins: int = BINS
    limit: Limit = Limit(
        high=0.05,
        blocking=False,
        reason="a convention to be agreed for the use at hand: five points between what a score means in two groups matter where scores are chances",
        source="default of F015",
    )

    def compare(self, subject: Subject, groups: dict[str | None, Scores], quality: Quality) -> Findings:
        """Measure mean score less rate, and the error in bins, by group."""
        if quality.no_probabilities:
            raise NotApplicable(f"{quality.no_probabilities} and have no calibration; name a column of probabilities under 'roles: score'")
        known, everyone = known_groups(groups), together(groups.values())
        rows = sum(g.n for g in known.values())
        gaps = {name: gap_measured(g, self.among(name)) for name, g in groups.items()}
        values = [float(gaps[name].value or 0) for name in known]
        gap = range_of_estimates(values, lambda level: mean_ends(known.values(), level, less_outcome=True), LEVEL, self.looks)
        judged = self.gap_measured(gap, self.judged, rows, "", f"gaffke, {SQUARED}")
        errors, curves = self._errors(groups)
        p_value = [self.p_measured(gap, rows)] if gap else []
        message = self._message(known, gaps, gap, judged, everyone) + self.missing_group(groups) + quality.sentence()
        everything = [judged, *p_value, gap_measured(everyone), *gaps.values(), *errors, *quality.measured()]
        return Findings(everything, message, [self._bars(list(gaps.values())), curves])

    def _errors(self, groups: dict[str | None, Scores]) -> tuple[list[Measurement], Exhibit]:
        measured: list[Measurement] = []
        rows: list[tuple[Scalar, ...]] = []
        for name, g in groups.items():
            error = calibration_error(g.means, g.negatives, g.positives, self.bins, LEVEL)
            if error is None:
                continue
            measured += error_measured(error, g.n, self.among(name))
            for score, n, positives in zip(error.scores, error.n, error.positives, strict=True):
                seen = rate("label_rate", int(positives), int(n))
                rows.append((float(score), seen.value, *(seen.interval or (None, None)), self.among(name)[self.attribute]))
        most = MAX_ROWS - 2
        shown = rows if len(rows) <= most else rows[:: -(-len(rows) // most)]
        diagonal = [(end, end, end, end, "perfect calibration") for end in (0.0, 1.0)]
        return measured, Exhibit(
            Kind.LINES, f"Reliability by {self.attribute}", ("x", "y", "low", "high", "series"), [*shown, *diagonal], "mean score",
            "share of positive rows", note="Bins of equally many rows of each group. The bands are pointwise: 95 % intervals of the rates.",
        )  # fmt: skip

    def _message(
        self, known: dict[str, Scores], gaps: dict[str | None, Measurement], gap: RangeOfEstimates | None, judged: Measurement, everyone: Scores
    ) -> str:
        if gap is None:
            return f"Fewer than two groups of '{self.attribute}' have scored rows, so there is nothing to compare."
        names = list(known)

        def said(i: int, whose: str) -> str:
            value = float(gaps[names[i]].value or 0)
            side = "above" if value >= 0 else "below"
            return f"{points(abs(value))} points {side} the rate where {whose} is {names[i]} (n = {known[names[i]].n:,})"

        text = (
            f"Scores average {said(gap.highest, self.attribute)} and {said(gap.lowest, 'it')}; a gap of {points(gap.value)} points ({span(judged)})."
            f"{self.chance(gap)}"
        )
        if (limit := self.limit).measurement in ("", self.judged) and limit.high is not None and limit.verdict(judged) is Verdict.UNDECIDED:
            rows = sum(g.n for g in known.values())
            text += " " + what_decides(gap.value, gap.interval, limit.high, rows, f"whether the gap is above {points(limit.high)} points")
        if everyone.constant:
            text += f" Every row has the same score, {everyone.mean:g}, so this gap is that of the rates alone."
        return text

    def _bars(self, gaps: list[Measurement]) -> Exhibit:
        return Exhibit(
            Kind.BARS, f"Mean score less rate by {self.attribute}", ("label", "value", "low", "high", "n"),
            [bar(m.where[self.attribute], m) for m in gaps], "mean score less rate", self.attribute, 0.0, "calibrated",
            note="With 95 % intervals, each for its group alone. Above 0 a group is scored too high, below 0 too low.",
        )  # fmt: skip
