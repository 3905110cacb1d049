"""M001: performance of the model on held-out rows."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar, Self

from audit.checks.outcomes import Confusion, Outcomes, by_group, cell_counts, label_counts, left_out, whole
from audit.checks.performance.metrics import accuracy, balanced_accuracy, binary
from audit.checks.performance.scored import Scored
from audit.checks.performance.several_classes import class_table, heatmap, of_each_class, over_all_classes
from audit.checks.rate import bar
from audit.checks.wording import known, span
from audit.core.ask import Answers, Ask, Asks
from audit.core.check import Check, Findings
from audit.core.contract import Contract
from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.wording import counted, listed


@dataclass(frozen=True, kw_only=True)
class Performance(Check):
    """The usual metrics of hard predictions and, with a score, those of ranking and of probabilities, each with an interval."""

    code: ClassVar[str] = "M001"
    title: ClassVar[str] = "Performance"
    family: ClassVar[str] = "performance"
    judged: ClassVar[str] = "roc_auc"
    advice: ClassVar[str] = (
        "The score orders rows no better than chance. Look at whether the score is the probability of the positive class and not of the other, "
        "whether rows of label and prediction belong together, and whether the features hold any signal at all."
    )
    cites: ClassVar[tuple[str, ...]] = (
        "Newcombe (2006), Statistics in Medicine 25, 559-573: interval of the ROC AUC",
        "Blaker (2000), Canadian Journal of Statistics 28, 783-798: exact interval of a rate",
        "Gaffke (2005), Mathematical Methods of Statistics 14, 451-467: interval of the mean of bounded numbers",
    )

    limit: Limit = Limit(
        low=0.5,
        reason="0.5 is what a coin reaches; a score below it orders rows the wrong way round",
        source="default of M001",
    )

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Return one check, or those of the contract; without a score or a positive outcome there is no ROC AUC for the default limit to judge."""
        checks = super().plan(subject, contract)
        if Scored.possible(subject):
            return checks
        unjudged = Limit(reason="no score of a binary target, so nothing to judge by default")
        return [replace(check, limit=unjudged) if check.limit == cls.limit else check for check in checks]

    def asks(self, subject: Subject) -> Asks:
        """Ask for label × prediction counts and, where there is a score, for score counts by label."""
        asks: dict[str, Ask] = {"labels": label_counts(subject), "cells": cell_counts(subject, subject.need("prediction"))}
        if Scored.possible(subject):
            asks |= Scored.asks(subject)
        return asks

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Compute every metric from the counts."""
        prediction = subject.need("prediction")
        outcomes = Outcomes.of(subject, answers.rows("labels"))
        table = whole(by_group(subject, prediction, outcomes, answers.rows("cells")))
        right = accuracy(table)
        metrics = [right, balanced_accuracy(table)]
        metrics += binary(table, outcomes.positive) if outcomes.positive is not None else over_all_classes(table)
        scored = Scored.of(answers) if Scored.possible(subject) else None
        metrics += [scored.auc, scored.precision] if scored else []
        target = subject.need("target")
        each = [] if outcomes.positive is not None else of_each_class(table, target, outcomes.names)
        exhibits = [_bars(metrics), heatmap(table, outcomes), *([class_table(each, target)] if each else [])]
        everything = [*metrics, *each, *(scored.others if scored else []), *left_out(table)]
        return Findings(everything, _message(subject, table, outcomes, right, scored), exhibits)


def _message(subject: Subject, table: Confusion, outcomes: Outcomes, right: Measurement, scored: Scored | None) -> str:
    rows = f"{table.n:,} held-out rows" if subject.roles.split else f"{table.n:,} rows (no split is recorded, so the model may have learnt from them)"
    text = f"{known(right.value)} of {rows} are predicted right ({span(right)})"
    text += f"{scored.ranked if scored else ''}."
    missing = [(table.missing_labels, "label"), (table.missing_predictions, "prediction")]
    for number, what in missing:
        text += f" {counted(number, 'row has', 'rows have')} no {what} and {'is' if number == 1 else 'are'} left out." if number else ""
    if table.unknown:
        wrong = int(table.counts[:, len(table.labels) :].sum())
        text += f" {counted(wrong, 'prediction is', 'predictions are')} no class of the target ({listed(table.unknown)}) and counted as wrong."
    occurring = [outcomes.names[k] for k, n in zip(table.labels, table.counts.sum(axis=1), strict=True) if n]
    if len(occurring) == 1:
        text += f" All these rows have the label '{occurring[0]}', so only accuracy and little else can be estimated."
    predicted = [k for k, n in zip(table.predictions, table.counts.sum(axis=0), strict=True) if n]
    if len(predicted) == 1:
        text += f" The model predicts '{outcomes.names.get(predicted[0], predicted[0])}' for every row."
    return text + (scored.remarks if scored else "")


def _bars(metrics: list[Measurement]) -> Exhibit:
    rows = [bar(m.name.replace("_", " ").replace("roc auc", "ROC AUC").replace("f1", "F1").replace("matthews", "Matthews"), m) for m in metrics]
    return Exhibit(
        Kind.BARS, "Metrics with their 95 % intervals", ("label", "value", "low", "high", "n"), rows, "metric, 1 is best",
        note="n is the number of rows a metric rests on: precision only on those predicted positive, recall only on those that are positive.",
    )  # fmt: skip
