"""F014: how high the groups are scored, and how well the score ranks within each."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from audit.checks.fairness.score_groups import SQUARED, ScoreGroupsCheck, known_groups, mean_ends
from audit.checks.outcomes import MISSING
from audit.checks.rate import LEVEL, bar
from audit.checks.scores.area import area
from audit.checks.scores.counts import Scores, together
from audit.checks.scores.quality import Quality
from audit.checks.scores.rows_needed import what_decides
from audit.checks.wording import span
from audit.core.check import Findings
from audit.core.exhibit import MAX_ROWS, Exhibit, Kind
from audit.core.limit import Limit, Verdict
from audit.core.measurement import Measurement, Scalar
from audit.core.subject import Subject
from audit.core.wording import listed
from audit.stats.auc import roc_auc, roc_auc_interval, roc_curve
from audit.stats.curves import thinned
from audit.stats.range_of_estimates import RangeOfEstimates, range_of_estimates


@dataclass(frozen=True, kw_only=True)
class ScoresByGroup(ScoreGroupsCheck):
    """Mean score and ROC AUC of each group, their gaps, and the AUC of each group's negatives and positives against all others."""

    code: ClassVar[str] = "F014"
    title: ClassVar[str] = "Scores by group"
    judged: ClassVar[str] = "roc_auc_difference"
    advice: ClassVar[str] = (
        "The score orders the rows of one group better than those of another. Look at whether the features tell as much about the group with the "
        "lower area, at how many of its rows the model learnt from, and at whether its labels are as reliable."
    )
    cites: ClassVar[tuple[str, ...]] = (
        "Borkan, Dixon, Sorensen, Thain and Vasserman (2019), WWW Companion, 491-500: AUC of subgroup and background",
        "Kallus and Zhou (2019), NeurIPS: the xAUC metric",
        "Newcombe (2006), Statistics in Medicine 25, 559-573: interval of the ROC AUC",
    )

    limit: Limit = Limit(
        high=0.10,
        blocking=False,
        reason="a tenth of the area is a convention to be agreed for the use at hand; no law names one",
        source="default of F014",
    )

    def compare(self, subject: Subject, groups: dict[str | None, Scores], quality: Quality) -> Findings:
        """Measure means and areas."""
        known, everyone = known_groups(groups), together(groups.values())
        rows = sum(g.n for g in known.values())
        areas = {name: area(g, self.among(name)) for name, g in groups.items()}
        why_not = "every row has the same score" if everyone.constant else ""
        gap = None if why_not else _area_gap(known, self.looks)
        judged = self.gap_measured(gap, self.judged, rows, why_not, f"newcombe's score intervals, {SQUARED}")
        means = self._means(groups) if not quality.infinite else []
        crossed = [m for name, g in known.items() for m in _crossed(g, everyone, self.among(name))]
        p_value = [self.p_measured(gap, rows)] if gap else []
        message = self._message(known, areas, gap, judged, why_not, everyone) + self.missing_group(groups) + quality.sentence()
        exhibits = [self._bars(areas, everyone), self._mean_bars(means, everyone) if means else None, _curves(known, self.attribute)]
        mean_gap = self._mean_gap(known, rows, quality, why_not)
        everything = [judged, *p_value, mean_gap, area(everyone), *areas.values(), *means, *crossed, *quality.measured()]
        return Findings(everything, message, [e for e in exhibits if e])

    def _means(self, groups: dict[str | None, Scores]) -> list[Measurement]:
        low, high = mean_ends(groups.values(), LEVEL, less_outcome=False)
        ends = [(min(float(a), g.mean), max(float(b), g.mean)) for a, b, g in zip(low, high, groups.values(), strict=True)]
        return [
            Measurement("mean_score", g.mean, "", self.among(name), g.n, interval, LEVEL, "gaffke")
            for (name, g), interval in zip(groups.items(), ends, strict=True)
        ]

    def _mean_gap(self, known: dict[str, Scores], rows: int, quality: Quality, why_not: str) -> Measurement:
        why_not = "some scores are infinite" if quality.infinite else why_not
        values = [g.mean for g in known.values()]
        gap = None if why_not else range_of_estimates(values, lambda at: mean_ends(known.values(), at, less_outcome=False), LEVEL, self.looks)
        return self.gap_measured(gap, "mean_score_difference", rows, why_not, f"gaffke, {SQUARED}")

    def _message(
        self, known: dict[str, Scores], areas: Mapping[str | None, Measurement], gap: RangeOfEstimates | None, judged: Measurement, why_not: str,
        everyone: Scores,
    ) -> str:  # fmt: skip
        if why_not:
            return (
                f"Every row has the same score, {everyone.mean:g}, so the groups are ranked alike by construction. That says nothing about how a "
                "score that ranks would treat them."
            )
        if gap is None:
            return f"Fewer than two groups of '{self.attribute}' have scored rows of both outcomes, so there is no gap in the ROC AUC to measure."
        names = list(known)
        worst, best = names[gap.lowest], names[gap.highest]
        text = (
            f"The ROC AUC is {areas[worst].value:.3f} where {self.attribute} is {worst} (n = {known[worst].n:,}) and {areas[best].value:.3f} where "
            f"it is {best} (n = {known[best].n:,}); a gap of {gap.value:.3f} ({span(judged, 1, 3)})."
        )
        text += self.chance(gap)
        if (limit := self.limit).measurement in ("", self.judged) and limit.high is not None and limit.verdict(judged) is Verdict.UNDECIDED:
            text += " " + what_decides(
                gap.value, gap.interval, limit.high, sum(g.n for g in known.values()), f"whether the gap is above {limit.high:g}"
            )
        unknown = [f"'{name}'" for name in names if areas[name].value is None]
        return text + (f" Not estimable for {listed(unknown)}: rows of one outcome only." if unknown else "")

    def _bars(self, areas: Mapping[str | None, Measurement], everyone: Scores) -> Exhibit:
        rows = [bar(m.where[self.attribute], m) for m in areas.values()]
        overall = roc_auc(everyone.negatives, everyone.positives)
        return Exhibit(
            Kind.BARS, f"ROC AUC by {self.attribute}", ("label", "value", "low", "high", "n"), rows, "ROC AUC", self.attribute, overall,
            "all rows" if overall is not None else "", note="With 95 % intervals, each for its group alone. 0.5 is chance.",
        )  # fmt: skip

    def _mean_bars(self, means: list[Measurement], everyone: Scores) -> Exhibit:
        overall = everyone.mean if math.isfinite(everyone.mean) else None
        return Exhibit(
            Kind.BARS, f"Mean score by {self.attribute}", ("label", "value", "low", "high", "n"), [bar(m.where[self.attribute], m) for m in means],
            "mean score", self.attribute, overall, "all rows" if overall is not None else "", note="With 95 % intervals, each for its group alone.",
        )  # fmt: skip


def _area_gap(known: dict[str, Scores], looks: int) -> RangeOfEstimates | None:
    counts = [(g.negatives, g.positives) for g in known.values()]

    def ends(level: float) -> tuple[list[float], list[float]]:
        found = [roc_auc_interval(*pair, level) or (float("nan"), float("nan")) for pair in counts]
        return [low for low, _ in found], [high for _, high in found]

    values = [roc_auc(*pair) for pair in counts]
    return range_of_estimates([float("nan") if v is None else v for v in values], ends, LEVEL, looks)


def _crossed(group: Scores, everyone: Scores, where: dict[str, str]) -> list[Measurement]:
    """Return how well a group's negatives rank below the positives of all others, and its positives above the negatives of all others."""
    found = []
    pairs = (
        ("background_positive_subgroup_negative_auc", group.negatives, everyone.positives - group.positives),
        ("background_negative_subgroup_positive_auc", everyone.negatives - group.negatives, group.positives),
    )
    for name, negatives, positives in pairs:
        n, value = int(negatives.sum() + positives.sum()), roc_auc(negatives, positives)
        if value is None:
            found.append(Measurement(name, None, "", where, n, method="not estimable: rows of only one class have a score"))
        else:
            interval = roc_auc_interval(negatives, positives, LEVEL)
            found.append(Measurement(name, value, "", where, n, interval, LEVEL, "newcombe's score interval with delong's spread"))
    return found


def _curves(known: dict[str, Scores], attribute: str) -> Exhibit | None:
    drawn = {name: g for name, g in known.items() if not g.one_outcome}
    if not drawn:
        return None
    each = max(min(200, (MAX_ROWS - 2) // len(drawn)), 3)
    rows: list[tuple[Scalar, ...]] = []
    for name, g in drawn.items():
        x, y = roc_curve(g.negatives, g.positives)
        rows += [(float(x[i]), float(y[i]), name) for i in thinned(x, y, each)]
    chance = "chance" if "chance" not in known else MISSING
    rows += [(0.0, 0.0, chance), (1.0, 1.0, chance)]
    return Exhibit(
        Kind.LINES, f"ROC curves by {attribute}", ("x", "y", "series"), rows, "false positive rate", "true positive rate",
        note="Without bands, which would hide one another; the areas have intervals.",
    )  # fmt: skip
