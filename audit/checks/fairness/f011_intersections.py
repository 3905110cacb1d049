"""F011: gaps between intersections of sensitive attributes, and whether the worst is worse than its parts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Self

from audit.checks.fairness.attribute_check import left_out
from audit.checks.fairness.crossed import RATES, CrossedGap, PartGap, combinations_of, crossed_gaps, heat_maps, parts_of, small_intersections
from audit.checks.fairness.decisions import Decisions, TooManyGroups, decision_asks, read_decisions
from audit.checks.fairness.family import MAX_GROUPS
from audit.checks.fairness.looks import attributes_of, looks
from audit.checks.fairness.rate_gap import agreed, spelled
from audit.checks.rate import LEVEL
from audit.checks.wording import level, span
from audit.core.ask import Answers, Asks
from audit.core.check import Check, Findings
from audit.core.contract import Contract
from audit.core.errors import NotApplicable, UsageError
from audit.core.exhibit import MAX_ROWS, Exhibit, Kind
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.wording import counted, listed, percent, points

#: Rates of intersections that are measured in the run; the table shows more.
SHOWN = 60


@dataclass(frozen=True, kw_only=True)
class Intersections(Check):
    """Gaps in selection, true-positive and false-positive rates between intersections of two or more attributes.

    Parameters
    ----------
    attributes : tuple of str
        The columns that are crossed; the sensitive ones where empty.
    depth : int
        How many attributes at once; 0 for all.
    min_n : int
        Intersections with fewer rows to count a rate among are listed and not judged.
    among : tuple of str
        All attributes that the run compares; they are counted together.
    looks : int
        How many looks share the error rate of 5 %; this search is one of them.
    """

    code: ClassVar[str] = "F011"
    title: ClassVar[str] = "Gaps between intersections"
    family: ClassVar[str] = "fairness"
    judged: ClassVar[str] = "intersection_difference"
    advice: ClassVar[str] = (
        "A model that treats men and women, Black and White alike may still fail Black women. Look at how many rows of the intersection it learnt "
        "from, and at the gap that its parts do not explain."
    )
    cites: ClassVar[tuple[str, ...]] = (
        "Buolamwini and Gebru (2018), Gender shades, PMLR 81",
        "Kearns, Neel, Roth and Wu (2018), Preventing fairness gerrymandering, ICML",
        "6 RCNY 5-301 (New York City, Local Law 144): impact ratios of intersections",
    )

    attributes: tuple[str, ...] = ()
    depth: int = 0
    min_n: int = 30
    among: tuple[str, ...] = ()
    looks: int = 1
    limit: Limit = agreed("F011")

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Yield one check for the sensitive attributes together, or one for each rule."""
        among = attributes_of(subject, contract)
        shared = looks(subject, among)
        declared = list(cls.declared(contract)) or [cls()]
        # several rules are several searches, which share the one look
        return [replace(check, among=among, looks=shared * len(declared)) for check in declared]

    def asks(self, subject: Subject) -> Asks:
        """Ask for the counts of attributes × label × prediction, the same as every other check of decisions."""
        self._refuse_wrong()
        subject.need("prediction")
        crossed = self._crossed(subject)
        return decision_asks(subject, tuple(dict.fromkeys([*self.among, *crossed])))

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Sum the cells up to every intersection, measure the gaps, and compare the worst with its parts."""
        crossed = self._crossed(subject)
        try:
            decisions, left = self._decisions(subject, answers, crossed)
        except TooManyGroups as many:
            message = f"{many}, too many to cross. Declare bins under 'roles: bins', or name fewer attributes."
            return Findings([Measurement(self.judged, None, "share", method="not estimable: too many intersections")], message)
        compared = [a for a in crossed if a not in left]
        combos = combinations_of(compared, self.depth or len(compared))
        gaps = crossed_gaps(decisions, combos, self.min_n, 1 - (1 - LEVEL) / self.looks)
        small = small_intersections(decisions, combos, self.min_n)
        everyone = decisions.by()
        missing, without = left_out(decisions, everyone, labelled=False)
        if left:
            without = f" Not crossed, for more than {MAX_GROUPS} groups: {listed(left)}; declare bins for it.{without}"
        if small:
            verb = "is" if len(small) == 1 else "are"
            without = f" {counted(len(small), 'intersection')} with fewer than {self.min_n} rows {verb} listed, not judged.{without}"
        if not gaps:
            nothing = Measurement(self.judged, None, "share", method=f"not estimable: no two intersections have {self.min_n} rows to count among")
            message = f"No two intersections of {listed(f'{a}' for a in compared)} have {self.min_n} rows to count a rate among."
            return Findings([nothing, *missing], message + without, _listed(small, self.min_n))
        selected, predicted = decisions.by().counted("selection_rate").successes[0], decisions.by().counted("selection_rate").trials[0]
        if selected in (0, predicted):
            nothing = Measurement(self.judged, None, "share", method="not estimable: the model answers the same for every row")
            whom = "nobody" if selected == 0 else "everybody"
            message = f"The model predicts '{decisions.positive}' for {whom}, so that the rates of all intersections are equal by construction."
            return Findings([nothing, *missing], message + without, _listed(small, self.min_n))
        worst = max(gaps, key=lambda g: (g.low, g.value))
        measured = [_largest(self.judged, gaps, self.looks), *(_measured(g, len(gaps)) for g in gaps), *_rates(worst)]
        message = self._message(decisions, worst, len(gaps), len(combos)) + without
        exhibits = [_table(worst), *heat_maps(decisions, combos), *_listed(small, self.min_n)]
        return Findings([*measured, *missing], message, exhibits)

    def _refuse_wrong(self) -> None:
        for name, least in (("depth", 0), ("min_n", 1)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise UsageError(f"F011: '{name}' is a whole number, at least {least}; got {value!r}")
        if self.depth == 1:
            raise UsageError("F011: 'depth' is how many attributes are crossed at once, at least 2, or 0 for all; got 1")

    def _crossed(self, subject: Subject) -> tuple[str, ...]:
        crossed = tuple(dict.fromkeys(self.attributes or subject.need_many("sensitive")))
        for name in crossed:
            if name not in subject.table.columns:
                raise NotApplicable(f"the data have no column '{name}'; name the sensitive columns under 'roles: sensitive' in assay.yaml")
        if len(crossed) < 2:
            raise NotApplicable(f"needs two sensitive attributes to cross, and '{crossed[0]}' is the only one")
        return crossed

    def _decisions(self, subject: Subject, answers: Answers, crossed: Sequence[str]) -> tuple[Decisions, list[str]]:
        """Return the counts of the attributes that can be crossed, and those that have too many groups for it."""
        together = tuple(dict.fromkeys([*self.among, *crossed]))
        try:
            decisions = read_decisions(subject, answers, together, crossed)
        except TooManyGroups:
            few = [a for a in crossed if self._few(subject, answers, together, a)]
            if len(few) < 2:
                raise
            return read_decisions(subject, answers, together, few), [a for a in crossed if a not in few]
        left = [a for a in crossed if len(decisions.values[decisions.attributes.index(a)]) > MAX_GROUPS]
        if len(crossed) - len(left) < 2:
            raise TooManyGroups(f"{listed(left)} {'has' if len(left) == 1 else 'have'} more than {MAX_GROUPS} groups")
        return decisions, left

    def _few(self, subject: Subject, answers: Answers, together: Sequence[str], attribute: str) -> bool:
        try:
            return len(read_decisions(subject, answers, together, (attribute,)).values[0]) <= MAX_GROUPS
        except TooManyGroups:
            return False

    def _message(self, decisions: Decisions, worst: CrossedGap, gaps: int, combos: int) -> str:
        rate, names = spelled(worst.rate), worst.names
        by = " × ".join(worst.attributes)
        low, high = worst.counted.values[worst.lowest], worst.counted.values[worst.highest]
        rows = worst.counted.rows
        judged = _measured(worst, gaps)
        ends = [f"{percent(float(rate_))} for {names[i]} (n = {rows[i]:,})" for rate_, i in ((low, worst.lowest), (high, worst.highest))]
        text = (
            f"Of {counted(combos, 'combination')} of attributes and {len(RATES)} rates, the surest gap is in the {rate} by {by}: {ends[0]} and "
            f"{ends[1]}, {points(worst.value)} points ({span(judged)})."
        )
        if worst.low <= 0:
            text += " Chance alone could explain it."
        far = worst.furthest(float(decisions.by().counted(worst.rate).values[0]))
        parts = parts_of(decisions, worst, far)
        words = [_against(p) for p in parts]
        if words:
            sure = all(p.sure for p in parts) and len({p.value > 0 for p in parts}) == 1
            verdict = "further off than each of its parts" if sure else "not for sure further off than each of its parts"
            text += f" {names[far]} is {listed(words)} ({level(parts[0].level)} intervals): {verdict}."
        return text


def _against(part: PartGap) -> str:
    way, chance = "lower" if part.value < 0 else "higher", "" if part.sure else ", which may be chance"
    return f"{way} than the rest of {part.part} ({points(abs(part.value))} points{chance})"


def _largest(name: str, gaps: Sequence[CrossedGap], looks: int) -> Measurement:
    """Return the largest of all gaps: all their intervals hold together, so the larger ends bound it."""
    ends = max(g.low for g in gaps), max(g.high for g in gaps)
    method = f"largest of {counted(len(gaps), 'gap')} between intersections, biased upward; larger ends of their intervals, which hold together"
    n = max(int(g.counted.rows.sum()) for g in gaps)
    return Measurement(name, max(g.value for g in gaps), "share", n=n, interval=ends, level=1 - (1 - LEVEL) / looks, method=method)


def _measured(gap: CrossedGap, gaps: int) -> Measurement:
    where = {"attributes": " × ".join(gap.attributes)}
    method = (
        f"highest minus lowest, biased upward; newcombe, simultaneous over {counted(gap.pairs, 'pair')} of intersections and "
        f"{counted(gaps, 'combination')} of attributes and rates within one look"
    )
    return Measurement(f"{gap.rate}_difference", gap.value, "share", where, int(gap.counted.rows.sum()), (gap.low, gap.high), gap.level, method)


def _rates(gap: CrossedGap) -> list[Measurement]:
    order = sorted(range(len(gap.names)), key=lambda i: float(gap.counted.values[i]))
    shown = order if len(order) <= SHOWN else [*order[: SHOWN // 2], *order[-SHOWN // 2 :]]
    return [gap.counted.measured(i, gap.groups.where(i, "(missing)")) for i in shown]


def _table(gap: CrossedGap) -> Exhibit:
    lines = []
    for i in sorted(range(len(gap.names)), key=lambda i: float(gap.counted.values[i]))[:MAX_ROWS]:
        one = gap.counted.measured(i, {})
        lines.append((*(str(v) for v in gap.groups.names[i]), one.value, *(one.interval or (None, None)), one.n))
    rate = spelled(gap.rate)
    columns = (*gap.attributes, rate, "interval from", "interval to", f"rows counted among ({rate})")
    title = f"{rate.capitalize()} by {' × '.join(gap.attributes)}"
    return Exhibit(Kind.TABLE, title, columns, lines, note="The lowest first; 95 % intervals of each rate alone.")


def _listed(small: Sequence[tuple[str, int]], min_n: int) -> list[Exhibit]:
    if not small:
        return []
    note = f"{len(small) - MAX_ROWS:,} more are not listed." if len(small) > MAX_ROWS else ""
    title = f"Intersections with fewer than {min_n} rows, not judged"
    return [Exhibit(Kind.TABLE, title, ("intersection", "rows"), list(small[:MAX_ROWS]), note=note)]
