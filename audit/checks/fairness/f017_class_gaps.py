"""F017: how differently the classes of a target are predicted for groups."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from audit.checks.fairness.compared_groups import ComparedGroups, without_group
from audit.checks.fairness.looks import CLASSES
from audit.checks.fairness.rate_gap import agreed
from audit.checks.outcomes import MAX_CELLS, MISSING, Confusion, Outcomes, by_group, cell_counts, label_counts, left_out, whole
from audit.checks.rate import LEVEL, rate
from audit.checks.wording import rounded_up, span
from audit.core.ask import Answers, Asks
from audit.core.check import Findings
from audit.core.contract import Contract
from audit.core.errors import NotApplicable, UsageError, did_you_mean
from audit.core.exhibit import MAX_ROWS, Exhibit, Kind
from audit.core.limit import Limit, Verdict
from audit.core.measurement import Measurement, Scalar
from audit.core.subject import Subject
from audit.core.wording import counted, listed, percent, points
from audit.stats.gaps_of_classes import GapsOfClasses, gaps_of_classes, more_rows_for_classes
from audit.stats.rates import mean_of_rates

#: How a rate is said, before the class and the percentages.
PHRASES = {"accuracy": "Predicted right", "selection_rate": "Predicted '{}'", "recall": "Among those labelled '{}', predicted so"}
#: Where all classes are counted together.
EVERY = ""


@dataclass(frozen=True)
class ClassRates:
    """Counts of a rate by class and group.

    Parameters
    ----------
    classes : tuple of str
        As the labels write them; one empty name where the rate is not about a class.
    groups : tuple of str
        Those that have a name.
    successes, totals : ndarray of int, shape (classes, groups)
        Counts.
    """

    classes: tuple[str, ...]
    groups: tuple[str, ...]
    successes: NDArray[np.int64]
    totals: NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class ClassGaps(ComparedGroups):
    """Gaps between groups in how often each class is predicted, in how often it is recognised, or in accuracy; the widest is judged.

    Parameters
    ----------
    rate : str
        ``selection_rate``, ``recall`` or ``accuracy``; each is a check of its own.
    """

    code: ClassVar[str] = "F017"
    title: ClassVar[str] = "Class gaps by group"
    judged: ClassVar[str] = "largest_difference"
    advice: ClassVar[str] = (
        "Look at the class with the widest gap: whether its rows of that group are few, whether its label means the same for all groups, and which "
        "class is predicted in its place (M001)."
    )
    cites: ClassVar[tuple[str, ...]] = (
        "Putzel and Lee (2022), Blackbox post-processing for multiclass fairness, SafeAI",
        "Zou and Donner (2008), Statistics in Medicine 27, 1693-1702: intervals of differences",
    )

    limit: Limit = agreed("F017")
    rate: str = ""

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Yield one check for each sensitive attribute and rate, those that the contract declares with the contract's limit."""
        declared = [c for c in cls.declared(contract) if c.rate]
        for check in super().plan(subject, contract):
            rest = cls() if check.rate else check
            for name in CLASSES:
                own = next((c for c in declared if c.rate == name and c.attribute in ("", check.attribute)), rest)
                yield replace(own, attribute=check.attribute, looks=check.looks, rate=name)

    @property
    def where(self) -> Mapping[str, str]:
        """The attribute and the rate."""
        return {**super().where, "rate": self.rate}

    def asks(self, subject: Subject) -> Asks:
        """Ask for group × label × prediction counts."""
        if self.rate not in CLASSES:
            raise UsageError(f"check {self.code}: there is no rate '{self.rate}'. {did_you_mean(self.rate, CLASSES)}")
        prediction = subject.need("prediction")
        target = subject.need_classes()
        if subject.roles.positive is not None:
            positive = f"'{target}' is judged by its positive outcome '{subject.roles.positive}'"
            raise NotApplicable(f"is about several classes, and {positive}, as F001 to F009 do")
        return {"labels": label_counts(subject), "cells": cell_counts(subject, prediction, self.need_attribute(subject))}

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Measure the rate of each class in each group, and the gaps between the highest and the lowest."""
        cells = answers.rows("cells")
        refused = self.refused(sorted({row["group"] for row in cells if row["group"] is not None}))
        if refused is not None:
            return refused
        if len(cells) > MAX_CELLS:
            many = f"more than {MAX_CELLS:,} combinations"
            message = f"Groups, labels and predictions occur in {many}, too many to compare; gather rare classes in one."
            return Findings([Measurement(self.judged, None, "share", method="not estimable: too many combinations")], message)
        outcomes = Outcomes.of(subject, answers.rows("labels"))
        if len(outcomes.names) < 3:
            raise NotApplicable(f"is about several classes, and '{subject.need('target')}' has one only")
        groups = by_group(subject, subject.need("prediction"), outcomes, cells)
        everyone = whole(groups)
        counts = _rates(self.rate, {g: t for g, t in groups.items() if g is not None}, outcomes)
        gaps = gaps_of_classes(counts.successes, counts.totals, looks=self.looks)
        measured = [*self._gaps(counts, gaps, everyone), *self._by_group(groups, outcomes), *left_out(everyone)]
        message = self._message(counts, gaps, everyone, measured[0])
        message += without_group(groups[None].rows if None in groups else 0, self.attribute)
        return Findings(measured, message, _pictures(self.rate, self.attribute, counts, gaps))

    def _gaps(self, counts: ClassRates, gaps: GapsOfClasses | None, everyone: Confusion) -> list[Measurement]:
        about = {"rate": self.rate}
        n = int(counts.totals.max(axis=0).sum()) if self.rate != "recall" else int(counts.totals.sum())
        if gaps is None:
            return [Measurement(self.judged, None, "share", about, n, method="not estimable: fewer than two groups have rows to count among")]
        if _same_answer(everyone):
            return [Measurement(self.judged, None, "share", about, n, method="not estimable: the model answers the same for every row")]
        shared = f"bonferroni over {counted(gaps.differences, 'difference')} and {counted(self.looks, 'look')}"
        method = f"highest minus lowest, biased upward; intervals of the two rates squared and added, {shared}"
        value, interval = gaps.largest
        found = [Measurement(self.judged, value, "share", about, n, interval, gaps.level, method)]
        null = "all groups alike in every class: Fisher's exact test of the least likely pair, times the differences"
        found.append(Measurement("p_value", gaps.p_value, "probability", about, n, method=null))
        for i, name in enumerate(counts.classes):
            if name != EVERY and not np.isnan(gaps.value[i]):
                ends = float(gaps.low[i]), float(gaps.high[i])
                rows = int(counts.totals[i].sum())
                found.append(Measurement(f"{self.rate}_difference", float(gaps.value[i]), "share", {"class": name}, rows, ends, gaps.level, method))
        return found

    def _by_group(self, groups: Mapping[str | None, Confusion], outcomes: Outcomes) -> list[Measurement]:
        counts = _rates(self.rate, {MISSING if g is None else g: t for g, t in groups.items()}, outcomes)
        rates = [
            rate(self.rate, int(counts.successes[i, j]), int(counts.totals[i, j]), {self.attribute: group, **({"class": name} if name else {})})
            for i, name in enumerate(counts.classes)
            for j, group in enumerate(counts.groups)
        ]
        if self.rate == "recall":
            rates += [self._balanced(counts, j) for j in range(len(counts.groups))]
        return rates

    def _balanced(self, counts: ClassRates, group: int) -> Measurement:
        """Return the mean recall of a group, over the classes that occur in every group, so that it can be compared."""
        everywhere = (counts.totals > 0).all(axis=1)
        right, n = counts.successes[everywhere, group], counts.totals[everywhere, group]
        where = {self.attribute: counts.groups[group]}
        if not everywhere.any():
            return Measurement("balanced_accuracy", None, "share", where, 0, method="not estimable: no class occurs in every group")
        method = f"mean of recalls over the {counted(int(everywhere.sum()), 'class', 'classes')} in every group; distances squared and added"
        interval = mean_of_rates(right, n, LEVEL)
        return Measurement("balanced_accuracy", float(np.mean(right / n)), "share", where, int(n.sum()), interval, LEVEL, method)

    def _message(self, counts: ClassRates, gaps: GapsOfClasses | None, everyone: Confusion, judged: Measurement) -> str:
        if gaps is None:
            return f"Fewer than two groups of '{self.attribute}' have rows that this rate is counted among, so there is no gap to measure."
        if _same_answer(everyone):
            return "The model predicts the same class for every row, so it treats no group differently and recognises nothing."
        c = gaps.widest
        low, high = (
            f"{percent(counts.successes[c, g] / counts.totals[c, g])} where {self.attribute} is {counts.groups[g]} (n = {counts.totals[c, g]:,})"
            for g in (int(gaps.lowest[c]), int(gaps.highest[c]))
        )
        among = f", the widest of {len(counts.classes)} classes" if len(counts.classes) > 1 else ""
        text = f"{PHRASES[self.rate].format(counts.classes[c])}: {low} and {high}; "
        text += f"a gap of {points(float(gaps.value[c]))} points ({span(judged)}){among}."
        if gaps.p_value > 1 - gaps.level:
            text += f" Chance alone could explain it (p = {gaps.p_value:.2g} if all groups were alike)."
        empty = [name for i, name in enumerate(counts.classes) if np.isnan(gaps.value[i])]
        if empty:
            names = listed(f"'{name}'" for name in empty)
            text += f" Not estimable for {names}: fewer than two groups have rows to count among."
        return text + self._what_decides(counts, judged)

    def _what_decides(self, counts: ClassRates, judged: Measurement) -> str:
        high = self.limit.high
        if high is None or self.limit.measurement not in ("", self.judged) or self.limit.verdict(judged) is not Verdict.UNDECIDED:
            return ""
        question = f"whether the widest gap is above {points(high)} points"
        rows = more_rows_for_classes(counts.successes, counts.totals, high, int(judged.n or 0), looks=self.looks)
        if not rows:
            return f" These rows cannot decide {question}."
        return f" These rows cannot decide {question}; about {rounded_up(rows):,} more like them would, if the rates stay as they are."


def _rates(name: str, groups: Mapping[str, Confusion], outcomes: Outcomes) -> ClassRates:
    tables = list(groups.values())
    if name == "accuracy":
        counts = np.array([[[t.right, t.n] for t in tables]], dtype=np.int64)
        return ClassRates((EVERY,), tuple(groups), counts[..., 0], counts[..., 1])
    size = len(outcomes.names)
    if name == "recall":
        right = np.array([np.diag(t.counts) for t in tables]).T
        return ClassRates(tuple(outcomes.names.values()), tuple(groups), right, np.array([t.counts.sum(axis=1) for t in tables]).T)
    predicted = np.array([t.counts.sum(axis=0) + t.unlabelled for t in tables]).T
    totals = np.broadcast_to(predicted.sum(axis=0), (size, len(tables)))
    return ClassRates(tuple(outcomes.names.values()), tuple(groups), predicted[:size], totals)


def _same_answer(everyone: Confusion) -> bool:
    return int(((everyone.counts.sum(axis=0) + everyone.unlabelled) > 0).sum()) == 1


def _pictures(name: str, attribute: str, counts: ClassRates, gaps: GapsOfClasses | None) -> list[Exhibit]:
    if gaps is None:
        return []
    spoken = name.replace("_", "-").replace("-rate", " rate")
    order = [int(i) for i in np.argsort(-np.nan_to_num(gaps.value, nan=-1.0), kind="stable") if not np.isnan(gaps.value[i])]
    shown = order[: MAX_ROWS // max(len(counts.groups), 1)]
    rows: list[tuple[Scalar, ...]] = [
        (group, counts.classes[i] or "all", float(counts.successes[i, j] / n) if (n := int(counts.totals[i, j])) else None, n)
        for i in shown
        for j, group in enumerate(counts.groups)
    ]
    cells = Exhibit(
        Kind.HEATMAP, f"{spoken.capitalize()} by class and {attribute}", ("x", "y", "value", "n"), rows, attribute, "class",
        note="The class with the widest gap comes first; n is the number of rows that the rate is counted among.",
    )  # fmt: skip
    lines: list[tuple[Scalar, ...]] = [
        (
            counts.classes[i] or "all", float(gaps.value[i]), float(gaps.low[i]), float(gaps.high[i]),
            counts.groups[int(gaps.lowest[i])], counts.groups[int(gaps.highest[i])],
        )
        for i in order
    ]  # fmt: skip
    table = Exhibit(
        Kind.TABLE, f"Gaps in {spoken} by class", ("class", "gap", "low", "high", "lowest group", "highest group"), lines,
        note="Shares; intervals hold for all classes, all pairs of groups and all looks of the run at once.",
    )  # fmt: skip
    return [cells, table]
