"""F012: which definitions of fairness cannot hold together on these data, and by how much."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from audit.checks.fairness.attribute_check import MISSING, AttributeCheck, left_out
from audit.checks.fairness.comparison import Comparison, comparison_of
from audit.checks.fairness.decisions import Decisions
from audit.checks.fairness.grouped import Grouped
from audit.checks.rate import LEVEL
from audit.checks.wording import span
from audit.core.ask import Answers
from audit.core.check import Findings
from audit.core.exhibit import Exhibit, Kind
from audit.core.measurement import Measurement, Scalar
from audit.core.subject import Subject
from audit.core.wording import percent, points
from audit.stats.cells import percentile_interval, resample
from audit.stats.decision_rates import RATES, difference, quotient
from audit.stats.range_of_rates import RangeOfRates

#: Draws of the cells, each of which is read for all groups.
DRAWS = 2_000
#: Rates of all rows together, which the groups are thought to share.
OF_ALL = ("positive_predictive_value", "true_positive_rate", "false_positive_rate")
Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class ConflictingDefinitions(AttributeCheck):
    """What equal predictive values would make of the error rates, and equal error rates of the predictive values, where base rates differ.

    It judges nothing: where base rates differ, no model but a perfect one has both, and which of them matters is for people to decide.
    """

    code: ClassVar[str] = "F012"
    title: ClassVar[str] = "Conflicting definitions"
    judged: ClassVar[str] = "implied_false_positive_rate_difference"
    advice: ClassVar[str] = "Decide with those concerned which definition the use calls for, write down why, and judge the model by that one."
    cites: ClassVar[tuple[str, ...]] = (
        "Chouldechova (2017), Fair prediction with disparate impact, Big Data 5, 153-163",
        "Kleinberg, Mullainathan and Raghavan (2017), Inherent trade-offs in the fair determination of risk scores, ITCS",
    )

    def compare(self, subject: Subject, answers: Answers, decisions: Decisions, groups: Grouped) -> Findings:
        """Measure base rates, and what the groups would have if the other rates were those of all rows."""
        known = groups.known
        bases = comparison_of(groups, known, "base_rate", self.looks)
        gap = bases.gap()
        overall = {name: float(groups.everyone.counted(name).values[0]) for name in OF_ALL}
        p = bases.counted.values
        false_positive, predictive = _implied_fpr(p, overall), _implied_ppv(p, overall)
        base_gap = _base_gap(bases, gap)
        judged = self._difference(known, false_positive, gap)
        measured = [judged, base_gap]
        if gap is not None:
            measured.append(Measurement("p_value", gap.p_value, "probability", n=base_gap.n, method="base rates alike in all groups"))
        counted = groups.counted("base_rate")
        measured += [counted.measured(i, groups.where(i, MISSING)) for i in range(len(groups.names))]
        for name, values, given in (
            ("implied_false_positive_rate", false_positive, "predictive value and true-positive rate of all rows"),
            ("implied_positive_predictive_value", predictive, "true- and false-positive rates of all rows"),
        ):
            measured += [_implied(name, float(v), known.where(i, MISSING), int(counted.rows[i]), given) for i, v in enumerate(values)]
        missing, without = left_out(decisions, groups, labelled=True)
        message = self._message(bases, gap, base_gap, overall, false_positive, predictive) + without
        return Findings([*measured, *missing], message, [_table(known, false_positive, predictive, self.attribute)])

    def _difference(self, known: Grouped, implied: Floats, gap: RangeOfRates | None) -> Measurement:
        n = int(known.counted("base_rate").rows.sum())
        value = float(difference(implied))
        if np.isnan(value) or gap is None:
            return Measurement(self.judged, None, "share", n=n, method="not estimable: no predictive value, or no base rate to compare")
        drawn = resample(known.effective(), DRAWS)
        everyone = drawn.sum(axis=1, keepdims=True)
        rates = {name: RATES[name].value(everyone) for name in OF_ALL}
        interval = percentile_interval(difference(_implied_fpr(RATES["base_rate"].value(drawn), rates)), LEVEL)
        if interval is not None:
            interval = (min(interval[0], value) if gap.p_value <= 1 - gap.level else 0.0, max(interval[1], value))
        method = (
            "highest minus lowest false-positive rate, biased upward, if predictive values and true-positive rates were those of all rows; "
            "percentile, cells resampled; lower end 0 unless base rates differ for sure"
        )
        return Measurement(self.judged, value, "share", n=n, interval=interval, level=LEVEL if interval else None, method=method)

    def _message(
        self,
        bases: Comparison,
        gap: RangeOfRates | None,
        base_gap: Measurement,
        overall: dict[str, float],
        false_positive: Floats,
        predictive: Floats,
    ) -> str:
        if gap is None:
            return f"Fewer than two groups of '{self.attribute}' have labels and predictions, so no base rates can be compared."
        text = f"{bases.extremes('Base rates:', gap)}; a gap of {points(float(base_gap.value or 0))} points ({span(base_gap)})."
        if not overall["positive_predictive_value"] > 0:
            return f"{text} The model predicts nobody positive who is, so that nothing follows for its predictive values."
        if overall["positive_predictive_value"] == 1:
            errors = "no errors" if overall["true_positive_rate"] == 1 else "no false positives"
            return f"{text} The model makes {errors} on these rows, so that predictive parity (F007) and equal error rates can hold together here."
        if gap.p_value > 1 - gap.level:
            return f"{text} They may be alike, so that these rows show no conflict between definitions."
        low, high = gap.lowest, gap.highest
        ppv, tpr, fpr = (percent(overall[n]) for n in OF_ALL)
        names = bases.groups[low], bases.groups[high]
        if false_positive[high] > 1:
            first = f"no model could give {names[1]} the predictive value ({ppv}) and the true-positive rate ({tpr}) of all rows"
        else:
            first = (
                f"with the predictive value ({ppv}) and the true-positive rate ({tpr}) of all rows, {percent(float(false_positive[low]))} of the "
                f"negative would be wrongly taken for positive where {self.attribute} is {names[0]} and {percent(float(false_positive[high]))} where "
                f"it is {names[1]}"
            )
        second = (
            f"with equal error rates (true positives {tpr}, false positives {fpr}) a positive prediction would come true for "
            f"{percent(float(predictive[low]))} and {percent(float(predictive[high]))} of them"
        )
        return f"{text} So predictive parity (F007) and equal error rates (F002, F003) cannot both hold: {first}; {second}."


def _implied_fpr(base: Floats, rates: dict[str, float] | dict[str, Floats]) -> Floats:
    """Return the false-positive rate that follows from a base rate, a predictive value and a true-positive rate (Chouldechova 2017, 2.6)."""
    ppv = np.asarray(rates["positive_predictive_value"])
    return quotient(base, 1 - base) * quotient(1 - ppv, ppv) * rates["true_positive_rate"]


def _implied_ppv(base: Floats, rates: dict[str, float]) -> Floats:
    hits = base * rates["true_positive_rate"]
    return quotient(hits, hits + (1 - base) * rates["false_positive_rate"])


def _base_gap(bases: Comparison, gap: RangeOfRates | None) -> Measurement:
    n = int(bases.counted.rows.sum())
    if gap is None:
        return Measurement("base_rate_difference", None, "share", n=n, method="not estimable: fewer than two groups have labels and predictions")
    method = f"highest minus lowest, biased upward; distances squared and added, bonferroni over pairs and {gap.looks} looks"
    return Measurement("base_rate_difference", gap.value, "share", n=n, interval=gap.interval, level=gap.level, method=method)


def _implied(name: str, value: float, where: dict[str, str], n: int, given: str) -> Measurement:
    if np.isnan(value):
        return Measurement(name, None, "share", where, n, method="not estimable: no base rate, or no predictive value")
    if value > 1:
        return Measurement(name, None, "share", where, n, method=f"not possible: it would be {value:.3g} with the {given}")
    return Measurement(name, value, "share", where, n, method=f"what would follow from the group's base rate with the {given}")


def _table(known: Grouped, false_positive: Floats, predictive: Floats, attribute: str) -> Exhibit:
    base, fpr, ppv = (known.counted(name).values for name in ("base_rate", "false_positive_rate", "positive_predictive_value"))
    lines: list[tuple[Scalar, ...]] = []
    for i, name in enumerate(known.names):
        values = base[i], fpr[i], false_positive[i], ppv[i], predictive[i]
        lines.append((name[0], *(None if np.isnan(v) else float(v) for v in values)))
    columns = (
        "group", "base rate", "false-positive rate", "the same if predictive values were equal", "predictive value",
        "the same if error rates were equal",
    )  # fmt: skip
    return Exhibit(
        Kind.TABLE, f"What equality in one sense would mean in the other, by {attribute}", columns, lines,
        note="Equal means as in all rows together. A false-positive rate above 1 means that no such model exists.",
    )  # fmt: skip
