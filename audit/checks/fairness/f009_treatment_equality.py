"""F009: how many of the positive are overlooked for each that is wrongly taken for positive."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from audit.checks.fairness.attribute_check import MISSING, AttributeCheck, left_out
from audit.checks.fairness.decisions import Decisions
from audit.checks.fairness.family import name, p_values
from audit.checks.fairness.grouped import Counted, Grouped
from audit.checks.rate import LEVEL, bar
from audit.checks.wording import span
from audit.core.ask import Answers
from audit.core.check import Findings
from audit.core.exhibit import Exhibit, Kind
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.wording import counted, listed
from audit.stats.decision_rates import quotient
from audit.stats.range_of_odds import RangeOfOdds, odds_bounds, range_of_odds

RATE = "false_negative_share"
QUOTIENT = "false_negatives_per_false_positive"


@dataclass(frozen=True, kw_only=True)
class TreatmentEquality(AttributeCheck):
    """False negatives over false positives in each group, and the lowest of these over the highest. It judges nothing unless a limit is set."""

    code: ClassVar[str] = "F009"
    title: ClassVar[str] = "Treatment equality"
    judged: ClassVar[str] = "treatment_equality_ratio"
    advice: ClassVar[str] = (
        "The same threshold trades the two errors differently in different groups, usually because base rates differ. Ask which of the two errors is "
        "worse for those concerned; a threshold moves people from one to the other."
    )
    cites: ClassVar[tuple[str, ...]] = (
        "Berk, Heidari, Jabbari, Kearns and Roth (2021), Fairness in criminal justice risk assessments, Sociological Methods & Research 50, 3-44",
    )

    def compare(self, subject: Subject, answers: Answers, decisions: Decisions, groups: Grouped) -> Findings:
        """Measure the quotients and the ratio of the lowest to the highest."""
        measured = [_quotient(groups.counted(RATE), i, groups.where(i, MISSING)) for i in range(len(groups.names))]
        everyone = _quotient(groups.everyone.counted(RATE), 0, {})
        known = groups.known.counted(RATE)
        spread = range_of_odds(known.successes, known.trials - known.successes, LEVEL, self.looks)
        own = {} if spread is None else {name(RATE, self.attribute): spread.p_value}
        p = p_values(decisions, self.among, self.looks, own).get(name(RATE, self.attribute))
        judged = self._ratio(spread, known)
        tests = [] if spread is None else _tests(spread, p, known, self.looks)
        missing, without = left_out(decisions, groups, labelled=True)
        none = [f"'{m.where[self.attribute]}'" for m in measured if m.value is None and m.where[self.attribute] != MISSING]
        if none:
            without += f" Not estimable for {listed(none)}: no false positives to count by."
        message = self._message(groups.known, known, spread, judged) + without
        return Findings([judged, *tests, everyone, *measured, *missing], message, [_bars(everyone, measured, self.attribute)])

    def _ratio(self, spread: RangeOfOdds | None, known: Counted) -> Measurement:
        n = int(known.rows.sum())
        if spread is None:
            return Measurement(self.judged, None, "ratio", n=n, method="not estimable: fewer than two groups have errors of both kinds")
        method = (
            "lowest over highest number of false negatives per false positive, groups without one of the two left out; distances of the logarithms "
            f"squared and added, bonferroni over {counted(spread.pairs, 'pair')} and {counted(self.looks, 'look')}"
        )
        return Measurement(self.judged, spread.ratio, "ratio", n=n, interval=spread.interval, level=spread.level, method=method)

    def _message(self, known: Grouped, shares: Counted, spread: RangeOfOdds | None, judged: Measurement) -> str:
        if spread is None:
            return f"Fewer than two groups of '{self.attribute}' have both false negatives and false positives, so no quotients can be compared."
        odds = _odds(shares)

        def said(i: int) -> str:
            return f"{self.attribute} is {known.names[i][0]} (n = {counted(int(shares.rows[i]), 'error')})"

        text = (
            f"False negatives per false positive: {odds[spread.lowest]:.2f} where {said(spread.lowest)} and {odds[spread.highest]:.2f} where "
            f"{said(spread.highest)}; the one is {spread.ratio:.2f} of the other ({span(judged, 1, 2)})."
        )
        if spread.p_value > 1 - spread.level:
            text += f" Chance alone could explain it (p = {spread.p_value:.2g} if all groups were alike)."
        return text


def _odds(shares: Counted) -> NDArray[np.float64]:
    return quotient(shares.values, 1 - shares.values)


def _quotient(shares: Counted, i: int, where: dict[str, str]) -> Measurement:
    n, k, total = int(shares.rows[i]), int(shares.successes[i]), int(shares.trials[i])
    value = float(_odds(shares)[i])
    if np.isnan(value):
        return Measurement(QUOTIENT, None, "ratio", where, n, method="not estimable: no false positives to count by")
    low, high = (float(end) for end in odds_bounds(k, total - k, LEVEL))
    ends = (min(low, value), max(high, value)) if np.isfinite(high) else None
    method = "false negatives over false positives; odds of the exact interval of the share of false negatives among the errors"
    return Measurement(QUOTIENT, value, "ratio", where, n, ends, ends and LEVEL, method + (", of effective counts" if shares.weighted else ""))


def _tests(spread: RangeOfOdds, adjusted: float | None, known: Counted, looks: int) -> list[Measurement]:
    n = int(known.rows.sum())
    null = "all groups alike: " + ("Fisher's exact test" if spread.pairs == 1 else "permutation of groups, (k + 1) / (draws + 1)")
    return [
        Measurement("p_value", spread.p_value, "probability", n=n, method=null),
        Measurement("adjusted_p_value", adjusted, "probability", n=n, method=f"{null}; holm over {counted(looks, 'look')}"),
    ]


def _bars(everyone: Measurement, measured: list[Measurement], attribute: str) -> Exhibit:
    known = everyone.value is not None
    return Exhibit(
        Kind.BARS, f"False negatives per false positive by {attribute}", ("label", "value", "low", "high", "n"),
        [bar(m.where[attribute], m) for m in measured], "false negatives per false positive", attribute,
        float(everyone.value or 0) if known else None, "all rows" if known else "",
        note="With exact 95 % intervals; n is the number of errors. Above 1 the positive are overlooked more often than others are taken for them.",
    )  # fmt: skip
