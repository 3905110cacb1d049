"""E004: which classes the model takes for which, and of the two errors of a binary model, where there is more of which."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from audit.checks.errors.conditions import coded
from audit.checks.errors.held_out import Halves, HeldOut, Step
from audit.checks.errors.losses import excess, larger, measured
from audit.checks.errors.search import Candidate, Wanted, candidates
from audit.checks.outcomes import Confusion, Outcomes, by_group, cell_counts, label_counts, left_out
from audit.checks.rate import LEVEL
from audit.core.ask import Answers, Asks
from audit.core.check import Check, Findings
from audit.core.errors import NotApplicable
from audit.core.exhibit import MAX_ROWS, Exhibit, Kind
from audit.core.measurement import Measurement, Scalar
from audit.core.subject import Subject
from audit.core.wording import counted, percent
from audit.stats.moments import Moments
from audit.stats.multiplicity import benjamini_hochberg
from audit.stats.rates import METHOD, rate_interval

#: Pairs that are measured and drawn; the table has more.
MOST_PAIRS = 20
#: Conditions that are put to the test of where the two kinds of error differ.
MOST_TESTED = 10


@dataclass(frozen=True)
class Pair:
    """Rows of one label that are predicted as another.

    Parameters
    ----------
    label, predicted : str
        The classes.
    n, of : int
        How many rows, and how many have the label.
    """

    label: str
    predicted: str
    n: int
    of: int


@dataclass(frozen=True, kw_only=True)
class ConfusedClasses(Check):
    """Errors by label and prediction, with intervals that hold for all pairs together.

    Parameters
    ----------
    rows : int
        Rows in which it is looked for where the two kinds of error differ, at most.
    min_rows : int
        Misjudged rows that meet a condition, at least, and that do not.
    min_gap : float
        How much more of the errors must be of one kind where the condition is met, in both halves.
    level : float
        Share of false findings among the findings that is accepted.
    """

    code: ClassVar[str] = "E004"
    title: ClassVar[str] = "Confused classes"
    family: ClassVar[str] = "errors"
    judged: ClassVar[str] = "confusion_rate"
    advice: ClassVar[str] = "Ask what each error costs and for whom; move the threshold, or give the model what tells the two classes apart."
    cites: ClassVar[tuple[str, ...]] = ("Benjamini and Hochberg (1995), Controlling the false discovery rate",)
    slow: ClassVar[bool] = True

    rows: int = 50_000
    min_rows: int = 30
    min_gap: float = 0.10
    level: float = 0.05

    def asks(self, subject: Subject) -> Asks:
        """Ask for the counts of label × prediction; of a binary target also for a sample of one half."""
        asks = {"labels": label_counts(subject), "cells": cell_counts(subject, subject.need("prediction"))}
        try:
            return {**asks, **HeldOut.of(subject).asks(self.rows)}
        except NotApplicable:
            # without a column that describes rows, classes are confused all the same
            return asks

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Count each confusion."""
        outcomes = Outcomes.of(subject, answers.rows("labels"))
        [table] = by_group(subject, subject.need("prediction"), outcomes, answers.rows("cells")).values()
        wrong = table.n - table.right
        every = measured(Moments(table.n, float(wrong), float(wrong)), quantity=False)
        if not wrong:
            return Findings([every, *left_out(table)], f"All {table.n:,} held-out rows with label and prediction are predicted right.")
        pairs, possible = _pairs(table, outcomes)
        level = 1 - (1 - LEVEL) / possible
        how = f"{METHOD}; level of all {possible} pairs together {LEVEL:g}"
        numbers = []
        for p in pairs[:MOST_PAIRS]:
            where = {"label": p.label, "prediction": p.predicted}
            numbers.append(Measurement("confusion_rate", p.n / p.of, "share", where, p.of, rate_interval(p.n, p.of, level), level, how))
        message = _message(pairs, wrong, table.n)
        exhibits = [_bars(pairs, level, possible), _matrix(table, outcomes)]
        if subject.roles.positive is not None and len(table.labels) == 2:
            told, more = self._kinds(subject, answers)
            message, exhibits = f"{message} {told}".strip(), [*exhibits, *more]
        return Findings([every, *numbers, *left_out(table)], message, exhibits)

    def _kinds(self, subject: Subject, answers: Answers) -> tuple[str, list[Exhibit]]:
        """Say where one kind of error prevails: looked for among the errors of one half, tested on those of the other."""
        try:
            halves = HeldOut.of(subject).read(answers, self.min_rows)
        except NotApplicable:
            return "", []
        errors = _only_errors(halves)
        columns = coded(errors.values, self.min_rows, halves.moments)
        selected = errors.sampled["selected"].to_numpy(dtype=bool).astype(float)
        wanted = Wanted(self.min_rows, self.min_gap, depth=1)
        found = [(c, sign) for sign in (1, 0) for c in candidates(columns, selected if sign else 1 - selected, wanted)[0]]
        # one condition of each column: that one side has more of the one kind says that the other has more of the other
        best: dict[str, tuple[Candidate, int]] = {}
        for candidate, sign in sorted(found, key=lambda f: -f[0].surprise):
            best.setdefault(candidate.parts[0].column, (candidate, sign))
        found = list(best.values())[:MOST_TESTED]
        table, _ = halves.other_half()
        table = table.filter(table.wrong)
        whole, *inside = halves.count(answers, [(Step(c.parts[0]),) for c, _ in found], (table, table.selected.cast("float64")))
        p_values = benjamini_hochberg([larger(*_turned(i, whole, sign), quantity=False) for i, (_, sign) in zip(inside, found, strict=True)])
        lines: list[tuple[Scalar, ...]] = []
        sure: list[str] = []
        for (candidate, sign), i, p in zip(found, inside, p_values, strict=True):
            others = whole.less(i)
            kind, apart = ("false positives", 1) if sign else ("false negatives", -1)
            confirmed = bool(i.n and others.n and p <= self.level and apart * (i.mean - others.mean) >= self.min_gap)
            difference = excess(i, others, quantity=False, where={})
            ends = difference.interval or (None, None)
            text = candidate.parts[0].text
            mean, rest = (m.mean if m.n else None for m in (i, others))
            lines.append((text, i.n, mean, rest, difference.value, *ends, float(p), kind if confirmed else "not confirmed"))
            if confirmed and mean is not None and rest is not None:
                shares = [percent(m if sign else 1 - m) for m in (mean, rest)]
                sure.append(f"Among errors with {text}, {shares[0]} are {kind}, against {shares[1]} among all others.")
        if not lines:
            return "", []
        shown = Exhibit(
            Kind.TABLE, "Where the two kinds of error differ",
            ("condition", "errors", "share of false positives", "share in the rest", "difference", "low", "high", "adjusted p", "more of"), lines,
            note=f"Looked for among the errors of {halves.of}, counted among those of the other. Difference with its 95 % interval.",
        )  # fmt: skip
        return sure[0] if sure else "", [shown]


def _turned(inside: Moments, whole: Moments, sign: int) -> tuple[Moments, Moments]:
    """Return counts of false positives, or of false negatives."""
    if sign:
        return inside, whole
    return Moments(inside.n, inside.n - inside.total, inside.n - inside.total), Moments(whole.n, whole.n - whole.total, whole.n - whole.total)


def _only_errors(halves: Halves) -> Halves:
    wrong = halves.sampled["wrong"].to_numpy(dtype=bool)
    return Halves(
        halves.held_out, halves.sampled[wrong].reset_index(drop=True), halves.values[wrong].reset_index(drop=True), halves.first, halves.second,
        halves.wrong,
    )  # fmt: skip


def _pairs(table: Confusion, outcomes: Outcomes) -> tuple[list[Pair], int]:
    """Return confusions that occur, those of most rows first, and how many could."""
    names = [outcomes.names.get(p, p) for p in table.predictions]
    of = table.counts.sum(axis=1)
    found = [
        Pair(names[i], names[j], int(table.counts[i, j]), int(of[i]))
        for i in range(len(table.labels))
        for j in range(len(table.predictions))
        if i != j and table.counts[i, j]
    ]
    possible = int(np.count_nonzero(of)) * (len(table.predictions) - 1)
    return sorted(found, key=lambda p: (-p.n, p.label, p.predicted)), possible


def _message(pairs: Sequence[Pair], wrong: int, n: int) -> str:
    told = [
        f"{p.label} is taken for {p.predicted} in {p.n:,} of {counted(p.of, 'row')} ({percent(p.n / p.of)}), {percent(p.n / wrong)} of all errors"
        for p in pairs[:3]
    ]
    more = f"; {counted(len(pairs) - 3, 'more pair')} of classes" if len(pairs) > 3 else ""
    return f"Of {counted(n, 'held-out row')}, {wrong:,} are misjudged: {'; '.join(told)}{more}."


def _bars(pairs: Sequence[Pair], level: float, possible: int) -> Exhibit:
    lines: list[tuple[Scalar, ...]] = []
    for p in pairs[:MOST_PAIRS]:
        lines.append((f"{p.label} taken for {p.predicted}", p.n / p.of, *(rate_interval(p.n, p.of, level) or (None, None)), p.of))
    note = f"The {MOST_PAIRS} pairs of {len(pairs)} with most rows. " if len(pairs) > MOST_PAIRS else ""
    return Exhibit(
        Kind.BARS, "Most confused classes", ("label", "value", "low", "high", "n"), lines, "share of the rows with that label",
        note=f"{note}Intervals hold for all {possible} pairs together at 95 %.",
    )  # fmt: skip


def _matrix(table: Confusion, outcomes: Outcomes) -> Exhibit:
    names = [outcomes.names.get(p, p) for p in table.predictions]
    # classes beyond these would be more cells than an exhibit may have
    most = int(MAX_ROWS**0.5)
    frequent = sorted(np.argsort(-table.counts.sum(axis=1), kind="stable")[:most])
    columns = [*frequent, *range(len(table.labels), len(names))][:most]
    lines: list[tuple[Scalar, ...]] = []
    for i in frequent:
        total = int(table.counts[i].sum())
        for j in columns:
            k = int(table.counts[i, j])
            ends = rate_interval(k, total) or (None, None)
            lines.append((names[j], names[i], k / total if total else None, total, *ends))
    note = "Share of the rows with a label that get a prediction, with 95 % intervals; n is the number of rows with the label."
    if len(frequent) < len(table.labels):
        note += f" The {most} most frequent of {len(table.labels)} classes."
    return Exhibit(Kind.HEATMAP, "Predictions by label", ("x", "y", "value", "n", "low", "high"), lines, "prediction", "label", note=note)
