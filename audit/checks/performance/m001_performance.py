"""M001: performance of the model on held-out rows."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np

from audit.checks.outcomes import Confusion, Outcomes, by_group, cell_counts, label_counts, left_out, whole
from audit.checks.performance.metrics import accuracy, balanced_accuracy, binary, macro_f1, per_class_recall
from audit.checks.performance.scores import Scores, area, read_scores, score_asks
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
from audit.stats.auc import roc_curve

SHOWN_CLASSES = 30
CURVE_POINTS = 200


@dataclass(frozen=True, kw_only=True)
class Performance(Check):
    """Accuracy, balanced accuracy, precision, recall, F1 and ROC AUC, each with an interval, and the table of label × prediction."""

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
        if _scored(subject):
            return checks
        unjudged = Limit(reason="no score of a binary target, so nothing to judge by default")
        return [replace(check, limit=unjudged) if check.limit == cls.limit else check for check in checks]

    def asks(self, subject: Subject) -> Asks:
        """Ask for label × prediction counts and, where there is a score, for score counts by label."""
        asks: dict[str, Ask] = {"labels": label_counts(subject), "cells": cell_counts(subject, subject.need("prediction"))}
        if _scored(subject):
            asks |= score_asks(subject, subject.need("score"))
        return asks

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Compute every metric from the counts."""
        prediction = subject.need("prediction")
        outcomes = Outcomes.of(subject, answers.rows("labels"))
        table = whole(by_group(subject, prediction, outcomes, answers.rows("cells")))
        scores = read_scores(answers) if _scored(subject) else None
        auc = area(scores) if scores is not None else None
        right = accuracy(table)
        metrics = [right, balanced_accuracy(table)]
        metrics += binary(table, outcomes.positive) if outcomes.positive is not None else [macro_f1(table)]
        metrics += [auc] if auc is not None else []
        others = [] if outcomes.positive is not None else per_class_recall(table, subject.need("target"), outcomes.names)
        exhibits = [_bars(metrics), _heatmap(table, outcomes)]
        if scores is not None and auc is not None and auc.value is not None:
            exhibits.append(_curve(scores, auc.value))
        message = _message(subject, table, outcomes, right, auc, scores)
        return Findings([*metrics, *others, *left_out(table)], message, [e for e in exhibits if e])


def _scored(subject: Subject) -> bool:
    return bool(subject.roles.score) and subject.roles.positive is not None


def _message(subject: Subject, table: Confusion, outcomes: Outcomes, right: Measurement, auc: Measurement | None, scores: Scores | None) -> str:
    rows = f"{table.n:,} held-out rows" if subject.roles.split else f"{table.n:,} rows (no split is recorded, so the model may have learnt from them)"
    text = f"{known(right.value)} of {rows} are predicted right ({span(right)})"
    if auc is not None and auc.value is not None:
        text += f"; the ROC AUC is {auc.value:.3f} ({span(auc, 1, 3)})"
    text += "."
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
    if scores is not None and len(scores.scores) == 1:
        text += f" Every row has the same score, {scores.scores[0]:g}."
    return text


def _bars(metrics: list[Measurement]) -> Exhibit:
    rows = [bar(m.name.replace("_", " ").replace("roc auc", "ROC AUC").replace("f1", "F1"), m) for m in metrics]
    return Exhibit(
        Kind.BARS, "Metrics with their 95 % intervals", ("label", "value", "low", "high", "n"), rows, "metric, from 0 to 1",
        note="n is the number of rows a metric rests on: precision only on those predicted positive, recall only on those that are positive.",
    )  # fmt: skip


def _heatmap(table: Confusion, outcomes: Outcomes) -> Exhibit | None:
    if len(table.labels) > SHOWN_CLASSES or len(table.predictions) > SHOWN_CLASSES:
        return None
    totals = table.counts.sum(axis=1)
    rows = [
        (outcomes.names.get(p, p), outcomes.names[label], int(table.counts[i, j]) / int(totals[i]) if totals[i] else None, int(table.counts[i, j]))
        for i, label in enumerate(table.labels)
        for j, p in enumerate(table.predictions)
    ]
    return Exhibit(
        Kind.HEATMAP, "Label and prediction", ("x", "y", "value", "n"), rows, "predicted", "label",
        note="Colour: share among the rows with that label; n: number of rows.",
    )  # fmt: skip


def _curve(scores: Scores, area_below: float) -> Exhibit:
    false_positive, true_positive = roc_curve(scores.negatives, scores.positives)
    shown = np.arange(len(false_positive))
    if len(shown) > CURVE_POINTS:
        # evenly along the curve's own length, so that steep parts keep their shape
        along = (false_positive + true_positive) / 2
        shown = np.unique(np.searchsorted(along, np.linspace(0, along[-1], CURVE_POINTS)))
    rows = [(float(false_positive[i]), float(true_positive[i]), "score") for i in shown]
    rows += [(0.0, 0.0, "chance"), (1.0, 1.0, "chance")]
    return Exhibit(
        Kind.LINES, f"ROC curve, area {area_below:.3f}", ("x", "y", "series"), rows, "false positive rate", "true positive rate",
        note="Each point is a threshold; the further the curve bends away from the line of chance, the better the score orders rows.",
    )  # fmt: skip
