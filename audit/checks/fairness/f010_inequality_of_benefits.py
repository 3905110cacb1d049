"""F010: how unequally the model's errors share out benefits among people, and how much of that lies between groups."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from audit.checks.fairness.attribute_check import MISSING, AttributeCheck, left_out
from audit.checks.fairness.decisions import Decisions
from audit.checks.fairness.family import draws_for
from audit.checks.fairness.grouped import Grouped
from audit.checks.rate import LEVEL
from audit.checks.wording import span
from audit.core.ask import Answers
from audit.core.check import Findings
from audit.core.exhibit import Exhibit, Kind
from audit.core.measurement import Measurement, Scalar
from audit.core.subject import Subject
from audit.core.wording import percent
from audit.stats.cells import percentile_interval, resample
from audit.stats.decision_rates import FN, FP, TN, TP
from audit.stats.entropy import benefits_alike, generalized_entropy

#: Name, and the weight of large benefits.
INDICES = (("generalized_entropy", 2.0), ("theil_index", 1.0))


@dataclass(frozen=True, kw_only=True)
class InequalityOfBenefits(AttributeCheck):
    """Generalized entropy of the benefits *prediction minus label plus one*, in all, between the groups and within them; it judges nothing.

    Who is overlooked has a benefit of 0, who gets what the outcome says 1, who gets the positive prediction undeserved 2.
    """

    code: ClassVar[str] = "F010"
    title: ClassVar[str] = "Inequality of benefits"
    judged: ClassVar[str] = "generalized_entropy_between_groups"
    advice: ClassVar[str] = "Inequality within groups is that of errors between people who share the attribute; a smaller error rate reduces both."
    cites: ClassVar[tuple[str, ...]] = (
        "Speicher et al. (2018), A unified approach to quantifying algorithmic unfairness, KDD",
        "Shorrocks (1980), Econometrica 48, 613-625: generalized entropy and its decomposition",
    )

    def compare(self, subject: Subject, answers: Answers, decisions: Decisions, groups: Grouped) -> Findings:
        """Measure both indices, with intervals from resampled cells."""
        known = groups.known
        benefits = _benefits(known.effective())
        n = int(_benefits(known.cells).sum())
        drawn = resample(benefits)
        p = benefits_alike(benefits, draws_for(self.looks))
        measured = [m for name, alpha in INDICES for m in _parts(name, alpha, benefits, drawn, p is not None and p <= self._alpha, n)]
        judged = next(m for m in measured if m.name == self.judged)
        total = next(m for m in measured if m.name == "generalized_entropy")
        if p is not None:
            measured.append(
                Measurement("p_value", p, "probability", n=n, method="mean benefit alike in all groups: permutation of groups, (k + 1) / (draws + 1)")
            )
        missing, without = left_out(decisions, groups, labelled=True)
        message = self._message(judged, total, p) + without
        return Findings([judged, *(m for m in measured if m is not judged), *missing], message, [_table(groups, self.attribute)])

    @property
    def _alpha(self) -> float:
        return (1 - LEVEL) / self.looks

    def _message(self, between: Measurement, total: Measurement, p: float | None) -> str:
        if total.value is None or between.value is None:
            return "Nobody has a benefit: every row is a positive outcome that was predicted negative, so there is nothing to share out."
        if total.value == 0:
            return "Every row is predicted right, so everybody has the same benefit."
        share = percent(between.value / total.value)
        text = (
            f"Benefits (prediction minus label plus one) have a generalized entropy of {total.value:.3f} ({span(total, 1, 3)}; 0 where everybody "
            f"gets what the outcome says). {share} of it lies between the groups of '{self.attribute}', the rest between people within them."
        )
        return text + (f" The groups' part may be chance (p = {p:.2g} if the mean benefit were alike)." if p is not None and p > self._alpha else "")


def _benefits(cells: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return people by group and benefit 0, 1, 2."""
    at = [cells[:, FN[0], FN[1]], cells[:, TP[0], TP[1]] + cells[:, TN[0], TN[1]], cells[:, FP[0], FP[1]]]
    return np.stack(at, axis=1)


def _parts(name: str, alpha: float, benefits: NDArray[np.int64], drawn: NDArray[np.int64], sure: bool, n: int) -> list[Measurement]:
    values = [float(v) for v in generalized_entropy(benefits, alpha)]
    resampled = generalized_entropy(drawn, alpha)
    found = []
    for suffix, value, draws in zip(("", "_between_groups", "_within_groups"), values, resampled, strict=True):
        if np.isnan(value):
            found.append(Measurement(name + suffix, None, "", n=n, method="not estimable: nobody has a benefit"))
            continue
        interval = percentile_interval(draws, LEVEL)
        method = f"benefits of prediction minus label plus one, alpha = {alpha:g}; percentile, group × benefit resampled as cells"
        if suffix == "_between_groups" and interval is not None and not sure:
            interval = (0.0, interval[1])
        if suffix == "_between_groups":
            method += "; biased upward, and its lower end is 0 unless the groups differ for sure"
        ends = interval and (min(interval[0], value), max(interval[1], value))
        found.append(Measurement(name + suffix, value, "", n=n, interval=ends, level=LEVEL if ends else None, method=method))
    return found


def _table(groups: Grouped, attribute: str) -> Exhibit:
    benefits = _benefits(groups.cells)
    lines: list[tuple[Scalar, ...]] = []
    for i, (missed, right, undeserved) in enumerate(benefits.tolist()):
        n = missed + right + undeserved
        mean = (right + 2 * undeserved) / n if n else None
        lines.append((groups.where(i, MISSING)[attribute], n, missed, right, undeserved, mean))
    columns = ("group", "rows", "overlooked (0)", "as the outcome says (1)", "undeserved (2)", "mean benefit")
    return Exhibit(Kind.TABLE, f"Benefits by {attribute}", columns, lines, note="1 is the mean benefit of a model without errors.")
