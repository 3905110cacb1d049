"""M008: which of several classes a model recognises least, and which it never predicts."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from audit.checks.outcomes import Confusion, Outcomes, by_group, cell_counts, label_counts, left_out, whole
from audit.checks.rate import LEVEL, bar
from audit.checks.wording import span
from audit.core.ask import Answers, Asks
from audit.core.check import Check, Findings
from audit.core.errors import NotApplicable
from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.wording import counted, listed, percent
from audit.stats.rates import METHOD, rate_bounds

#: Classes shown as bars, the least recognised first.
SHOWN = 40


@dataclass(frozen=True, kw_only=True)
class WeakestClasses(Check):
    """Recall of each class with intervals that hold for all classes at once, and the classes that are never predicted."""

    code: ClassVar[str] = "M008"
    title: ClassVar[str] = "Weakest classes"
    family: ClassVar[str] = "performance"
    judged: ClassVar[str] = "classes_never_predicted"
    advice: ClassVar[str] = (
        "The model cannot find a class that it never predicts. Collect more rows of it, weigh the classes in training, or gather it with the class "
        "that it is taken for, if the use allows that."
    )
    cites: ClassVar[tuple[str, ...]] = ("Blaker (2000), Canadian Journal of Statistics 28, 783-798: exact interval of a rate",)

    limit: Limit = Limit(
        high=0,
        blocking=False,
        reason="a class that is never predicted is missed in every row, however good the means over all classes look",
        source="default of M008",
    )

    def asks(self, subject: Subject) -> Asks:
        """Ask for label × prediction counts."""
        return {"labels": label_counts(subject), "cells": cell_counts(subject, subject.need("prediction"))}

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Measure the recall of each class that occurs."""
        outcomes = Outcomes.of(subject, answers.rows("labels"))
        target = subject.need("target")
        if len(outcomes.names) < 3:
            raise NotApplicable(
                f"is about several classes, and '{target}' has {counted(len(outcomes.names), 'class', 'classes')}; M001 measures those"
            )
        table = whole(by_group(subject, subject.need("prediction"), outcomes, answers.rows("cells")))
        recalls = _recalls(table, target, outcomes)
        never = [m.where[target] for m, label in zip(recalls, _occurring(table), strict=True) if not _predicted(table, label)]
        judged = Measurement("classes_never_predicted", len(never), "classes", {}, table.n, method="count of all rows")
        wrong = int(table.counts[:, len(table.labels) :].sum())
        strange = [Measurement("predictions_of_no_class", wrong, "rows", {}, table.n, method="count of all rows")] if wrong else []
        ordered = sorted(recalls, key=lambda m: (float(m.value or 0), m.where[target]))
        lowest = _lowest(ordered, target)
        everything = [judged, lowest, *recalls, *strange, *left_out(table)]
        return Findings(everything, _message(ordered, never, table, target), [_bars(ordered, target)])


def _occurring(table: Confusion) -> list[str]:
    return [label for label, n in zip(table.labels, table.counts.sum(axis=1), strict=True) if n]


def _predicted(table: Confusion, label: str) -> bool:
    place = table.predictions.index(label)
    return bool(table.counts[:, place].sum() + table.unlabelled[place])


def _recalls(table: Confusion, target: str, outcomes: Outcomes) -> list[Measurement]:
    """Return the recall of each class that occurs; the error rate is split over the classes."""
    labels = _occurring(table)
    totals = [int(table.counts[table.labels.index(label)].sum()) for label in labels]
    right = [table.cells(label)[0] for label in labels]
    low, high = rate_bounds(np.array(right), np.array(totals), 1 - (1 - LEVEL) / len(labels))
    method = f"{METHOD}; bonferroni over {counted(len(labels), 'class', 'classes')}"
    return [
        Measurement("recall", k / n, "share", {target: outcomes.names[label]}, n, (float(low[i]), float(high[i])), LEVEL, method)
        for i, (label, k, n) in enumerate(zip(labels, right, totals, strict=True))
    ]


def _lowest(ordered: list[Measurement], target: str) -> Measurement:
    """Return the smallest recall: since all intervals hold at once, the smallest true one lies between their smallest ends."""
    ends = [m.interval for m in ordered if m.interval is not None]
    interval = min(low for low, _ in ends), min(high for _, high in ends)
    worst = ordered[0]
    return Measurement("lowest_recall", worst.value, "share", {target: worst.where[target]}, worst.n, interval, LEVEL, worst.method)


def _message(ordered: list[Measurement], never: list[str], table: Confusion, target: str) -> str:
    worst, best = ordered[0], ordered[-1]
    text = (
        f"Of {counted(len(ordered), 'class', 'classes')} in {counted(table.n, 'row')}, '{worst.where[target]}' is recognised least: in "
        f"{percent(float(worst.value or 0))} of its {counted(int(worst.n or 0), 'row')} ({span(worst)}, for all classes at once)"
    )
    text += f"; '{best.where[target]}' most, in {percent(float(best.value or 0))}." if len(ordered) > 1 else "."
    if never:
        names = listed(f"'{name}'" for name in never)
        text += f" Never predicted: {names}."
    if table.unknown:
        wrong = int(table.counts[:, len(table.labels) :].sum() + table.unlabelled[len(table.labels) :].sum())
        names = listed(f"'{name}'" for name in table.unknown)
        text += f" {counted(wrong, 'prediction is', 'predictions are')} no class of the target: {names}."
    return text


def _bars(ordered: list[Measurement], target: str) -> Exhibit:
    shown = ordered[:SHOWN]
    most = f" The {SHOWN} least recognised of {len(ordered)} classes." if len(ordered) > SHOWN else ""
    return Exhibit(
        Kind.BARS, "Recall of each class, the least recognised first", ("label", "value", "low", "high", "n"),
        [bar(m.where[target], m) for m in shown], "share of the class's rows predicted so",
        note=f"With intervals that hold for all classes at once (95 %); n is the number of rows with that label.{most}",
    )  # fmt: skip
