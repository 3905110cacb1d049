"""M002: gain over always predicting the majority class."""

from dataclasses import dataclass
from typing import ClassVar

from audit.checks.outcomes import Outcomes, by_group, cell_counts, label_counts, whole
from audit.checks.performance.metrics import accuracy
from audit.checks.rate import bar, paired_change, rate
from audit.checks.wording import known, span
from audit.core.ask import Answers, Asks
from audit.core.check import Check, Findings
from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit
from audit.core.subject import Subject
from audit.core.wording import points


@dataclass(frozen=True, kw_only=True)
class GainOverBaseline(Check):
    """Accuracy of the model minus accuracy of the best constant answer, on the same rows."""

    code: ClassVar[str] = "M002"
    title: ClassVar[str] = "Gain over the majority baseline"
    family: ClassVar[str] = "performance"
    judged: ClassVar[str] = "accuracy_gain"
    advice: ClassVar[str] = (
        "Always answering with the commonest class is at least as often right. If the classes are unequal, judge the model by ROC AUC, recall and "
        "precision and choose the threshold for its use; otherwise look for features that carry signal."
    )
    cites: ClassVar[tuple[str, ...]] = ("Bonett and Price (2012), Journal of Educational and Behavioral Statistics 37, 479-488: paired interval",)

    limit: Limit = Limit(
        low=0.0,
        exclude_low=True,
        blocking=False,
        reason="a model that is right no more often than a constant answer needs another reason to be used, such as how it orders rows",
        source="default of M002",
    )

    def asks(self, subject: Subject) -> Asks:
        """Ask for label × prediction counts."""
        return {"labels": label_counts(subject), "cells": cell_counts(subject, subject.need("prediction"))}

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Compare the two on the same rows."""
        outcomes = Outcomes.of(subject, answers.rows("labels"))
        table = whole(by_group(subject, subject.need("prediction"), outcomes, answers.rows("cells")))
        totals = table.counts.sum(axis=1)
        majority = int(totals.argmax())
        name = outcomes.names[table.labels[majority]]
        only_model = table.right - int(table.counts[majority, majority])
        only_baseline = int(totals[majority] - table.counts[majority, majority])
        model = accuracy(table)
        baseline = rate("baseline_accuracy", int(totals[majority]), table.n)
        measured = paired_change("accuracy_gain", only_model, only_baseline, table.n)
        if only_model == only_baseline == 0:
            message = (
                f"The model answers as the baseline does: '{name}', on all rows where it matters; right on {known(model.value)} of {table.n:,} rows."
            )
        else:
            gain = (only_model - only_baseline) / table.n
            message = (
                f"The model is right on {known(model.value)} of {table.n:,} rows, always answering '{name}' on {known(baseline.value)}: "
                f"a {'gain' if gain >= 0 else 'loss'} of {points(abs(gain))} points (gain: {span(measured)})."
            )
        bars = Exhibit(
            Kind.BARS, "Accuracy of the model and of a constant answer", ("label", "value", "low", "high", "n"),
            [bar("model", model), bar(f"always '{name}'", baseline)], "share of rows predicted right",
            note="The constant answer is the commonest class of these very rows, the strongest constant there is. The interval of the gain is "
            "narrower than the two bars suggest, since both are measured on the same rows.",
        )  # fmt: skip
        return Findings([measured, model, baseline], message, [bars])
