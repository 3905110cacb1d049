"""M002: gain over baselines: the majority class, the prior, and the best rule that looks at one column."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Self

import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

from audit.checks.outcomes import Confusion, Outcomes, by_group, cell_counts, key, label_counts, whole
from audit.checks.performance.cuts import kept_from_models, learnable, plain_columns
from audit.checks.performance.metrics import accuracy
from audit.checks.performance.one_column import Rule, best_rule
from audit.checks.performance.paired_scores import difference_from_cells, places_by_cell, scored_rows
from audit.checks.performance.prior import loss_sums, losses
from audit.checks.performance.told_apart import half, spread_sample
from audit.checks.plain import null_if_missing
from audit.checks.rate import LEVEL, bar, paired_change, rate
from audit.checks.wording import known, rounded_up, span
from audit.core.ask import Answers, Ask, Asks, frame, rows, scalar
from audit.core.check import Check, Findings, missing
from audit.core.contract import Contract
from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit
from audit.core.measurement import Measurement, Scalar
from audit.core.subject import TRAIN, Subject
from audit.core.values import as_text
from audit.core.wording import counted, percent, points
from audit.stats.cells import bca_interval
from audit.stats.paired import mcnemar, more_paired_rows

if TYPE_CHECKING:
    import pandas as pd

MAJORITY, PRIOR, ONE_COLUMN = "majority class", "prior", "one column"


@dataclass(frozen=True, kw_only=True)
class GainOverBaseline(Check):
    """Accuracy of the model minus that of the majority class, of answers drawn by class shares, and of the best one-column rule, on the same rows.

    Parameters
    ----------
    rows : int
        Rows from which the one-column rule is learnt, at most, taken by the hash of their key.
    not_features : tuple of str
        Columns that no model learns from, so that no rule is learnt from them; the contract's ``feature: false`` adds to them.
    """

    code: ClassVar[str] = "M002"
    title: ClassVar[str] = "Gain over baselines"
    family: ClassVar[str] = "performance"
    judged: ClassVar[str] = "accuracy_gain"
    advice: ClassVar[str] = (
        "A constant answer, or a rule that looks at one column, is at least as often right. If the classes are unequal, judge the model by ROC AUC, "
        "recall and precision and choose the threshold for its use; if one column says it all, use the rule; otherwise look for features that "
        "carry signal."
    )
    cites: ClassVar[tuple[str, ...]] = (
        "Bonett and Price (2012), Journal of Educational and Behavioral Statistics 37, 479-488: paired interval",
        "Fagerland, Lydersen and Laake (2013), BMC Medical Research Methodology 13, 91: mid-p McNemar test",
        "Holte (1993), Very simple classification rules perform well on most commonly used datasets, Machine Learning 11",
    )

    limit: Limit = Limit(
        low=0.0,
        exclude_low=True,
        blocking=False,
        reason="a model that is right no more often than a constant answer or a rule on one column needs another reason to be used, "
        "such as how it orders rows",
        source="default of M002",
    )
    rows: int = 20_000
    not_features: tuple[str, ...] = ()

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Yield one check that knows which columns are no features."""
        for check in super().plan(subject, contract):
            yield replace(check, not_features=tuple(dict.fromkeys((*check.not_features, *kept_from_models(contract)))))

    def asks(self, subject: Subject) -> Asks:
        """Ask for label × prediction counts, sums of losses, and a sample of rows to learn a one-column rule from."""
        asks: dict[str, Ask] = {"labels": label_counts(subject), "cells": cell_counts(subject, subject.need("prediction"))}
        if subject.roles.score and subject.roles.positive is not None and subject.table[subject.roles.score].type().is_numeric():
            asks["losses"] = loss_sums(subject)
        if columns := learnable(subject, self.not_features):
            target = subject.roles.target or ""
            if subject.roles.split:
                train = subject.part(TRAIN)
                asks["train rows"] = scalar(train.filter(~missing(train[target])).count())
                asks["learn from train"] = self._learn_from(subject, train, columns)
            asks["learn from half"] = self._learn_from(subject, _half(subject, judged=False), columns)
        return asks

    def _learn_from(self, subject: Subject, table: ir.Table, columns: tuple[str, ...]) -> Ask:
        target = subject.roles.target or ""
        taken = spread_sample(table.filter(~missing(table[target])), self.rows, subject.roles.key)
        named = {f"c{i}": column for i, column in enumerate(plain_columns(taken, columns).values())}
        return frame(taken.select(label=as_text(null_if_missing(taken[target])), **named), when_needed=True)

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Compare the model with each baseline on the same rows."""
        asked = self.asks(subject)
        outcomes = Outcomes.of(subject, answers.rows("labels"))
        table = whole(by_group(subject, subject.need("prediction"), outcomes, answers.rows("cells")))
        model = accuracy(table)
        measured, message, bars = _majority(table, outcomes, model)
        measured += _prior(table)
        measured += losses(answers.rows("losses")) if "losses" in asked else []
        bars.append(bar("drawn by class shares (expected)", next(m for m in measured if m.name == "baseline_accuracy" and m.where == _at(PRIOR))))
        columns = learnable(subject, self.not_features)
        if columns and outcomes.names and table.n:
            from_train = "train rows" in asked and int(answers.scalar("train rows")) > 0
            learnt = answers.frame("learn from train" if from_train else "learn from half")
            rule = _learnt(subject, learnt, columns, outcomes)
            if rule is not None:
                judged = subject.held_out if from_train else _half(subject, judged=True)
                ours, text = _one_column(subject, answers, judged, rule, outcomes, "the train rows" if from_train else "half of the rows")
                measured += ours
                message += text
                found = next((m for m in ours if m.name == "baseline_accuracy"), None)
                bars += [bar(f"by '{rule.cut.column}' alone", found)] if found else []
        exhibit = Exhibit(
            Kind.BARS, "Accuracy of the model and of baselines", ("label", "value", "low", "high", "n"), bars, "share of rows predicted right",
            note="The constant answer is the commonest class of these very rows, the strongest constant there is. The intervals of the gains are "
            "narrower than the bars suggest, since both are measured on the same rows.",
        )  # fmt: skip
        return Findings([*measured, model], message, [exhibit])


def _at(baseline: str, column: str = "") -> dict[str, str]:
    return {"baseline": baseline} | ({"column": column} if column else {})


def _half(subject: Subject, *, judged: bool) -> ir.Table:
    return half(subject.held_out, subject.roles.key, second=judged)


def gain(won: int, lost: int, n: int, where: Mapping[str, str]) -> list[Measurement]:
    """Return the gain in accuracy, and the p-values of "neither is right more often"."""
    return [
        replace(paired_change("accuracy_gain", won, lost, n), where=where),
        Measurement("p_value", mcnemar(won, lost, mid=True), "", where, won + lost, method="exact McNemar test, mid-p"),
        Measurement("exact_p_value", mcnemar(won, lost), "", where, won + lost, method="exact McNemar test"),
    ]


def still_needed(won: int, lost: int, n: int, limit: float = 0.0) -> str:
    """Say how many more rows would decide, where the interval straddles the limit."""
    more = more_paired_rows(won, lost, n, limit, LEVEL)
    if more is None:
        return " No number of rows would tell them apart if they went on like this."
    return f" About {counted(rounded_up(more), 'more row')} would decide." if more else ""


def _majority(table: Confusion, outcomes: Outcomes, model: Measurement) -> tuple[list[Measurement], str, list[tuple[Scalar, ...]]]:
    totals = table.counts.sum(axis=1)
    majority = int(totals.argmax())
    name = outcomes.names[table.labels[majority]]
    won = table.right - int(table.counts[majority, majority])
    lost = int(totals[majority] - table.counts[majority, majority])
    baseline = rate("baseline_accuracy", int(totals[majority]), table.n, _at(MAJORITY))
    measured = gain(won, lost, table.n, _at(MAJORITY))
    if won == lost == 0:
        message = (
            f"The model answers as the baseline does: '{name}', on all rows where it matters; right on {known(model.value)} of {table.n:,} rows."
        )
    else:
        difference = (won - lost) / table.n
        message = (
            f"The model is right on {known(model.value)} of {table.n:,} rows, always answering '{name}' on {known(baseline.value)}: "
            f"a {'gain' if difference >= 0 else 'loss'} of {points(abs(difference))} points (gain: {span(measured[0])})."
        )
        message += still_needed(won, lost, table.n)
    return [*measured, baseline], message, [bar("model", model), bar(f"always '{name}'", baseline)]


def _prior(table: Confusion) -> list[Measurement]:
    """Compare with answers drawn at random by the class shares of these rows: a row is right as often as its class is common."""
    right = np.diag(table.counts)
    counts = np.column_stack([right, table.counts.sum(axis=1) - right])

    def expected(drawn: NDArray[np.int64]) -> NDArray[np.float64]:
        n = drawn.sum(axis=(1, 2))
        return np.asarray(np.sum((drawn.sum(axis=2) / n[:, None]) ** 2, axis=1))

    def over(drawn: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.asarray(drawn[:, :, 0].sum(axis=1) / drawn.sum(axis=(1, 2)) - expected(drawn))

    one, method = counts[np.newaxis], "bca, label × right cells resampled"
    measured = []
    for name, statistic in (("baseline_accuracy", expected), ("expected_gain", over)):
        ends = bca_interval(statistic, counts, LEVEL)
        value = float(statistic(one)[0])
        # the resampled ends need not hold a value at the edge of what is possible
        ends = (min(ends[0], value), max(ends[1], value)) if ends else None
        measured.append(Measurement(name, value, "share", _at(PRIOR), table.n, ends, LEVEL if ends else None, method))
    return measured


def _learnt(subject: Subject, found: "pd.DataFrame", columns: tuple[str, ...], outcomes: Outcomes) -> Rule | None:
    numeric = subject.table[subject.need("target")].type().is_numeric()
    position = {name: i for i, name in enumerate(outcomes.names)}
    labels = np.array([position[key(str(text), numeric)] for text in found["label"]], dtype=np.int64)
    taken = found.drop(columns="label").set_axis(list(columns), axis=1)
    positive = position.get(outcomes.positive) if outcomes.positive is not None else None
    return best_rule(taken, labels, columns, len(position), positive)


def _one_column(
    subject: Subject, answers: Answers, judged: ir.Table, rule: Rule, outcomes: Outcomes, learnt_from: str
) -> tuple[list[Measurement], str]:
    """Judge the rule and the model on the same rows, none of which the rule was learnt from."""
    target, prediction = subject.need("target"), subject.need("prediction")
    picked = judged.select(
        cell=rule.cut.in_engine(judged), label=null_if_missing(judged[target]), prediction=null_if_missing(judged[prediction])
    ).drop_null(["label", "prediction"])
    tallied = picked.group_by(["cell", "label", "prediction"]).aggregate(n=picked.count())
    asks = {"cells": rows(tallied.select("cell", "n", label=as_text(tallied["label"]), prediction=as_text(tallied["prediction"])))}
    score = subject.roles.score
    scored = bool(score) and outcomes.positive is not None and judged[score].type().is_numeric()
    if scored:
        asks["places"] = places_by_cell(scored_rows(subject, judged, score=judged[score], cell=rule.cut.in_engine(judged)), "score")
    more = answers.more(asks)
    names = list(outcomes.names)
    numeric = {c: subject.table[c].type().is_numeric() for c in (target, prediction)}
    right = np.zeros((2, 2), dtype=np.int64)
    for row in more.rows("cells"):
        label = key(row["label"], numeric[target])
        by_model, by_rule = key(row["prediction"], numeric[prediction]) == label, names[int(rule.answers[int(row["cell"])])] == label
        right[int(by_model), int(by_rule)] += int(row["n"])
    n, won, lost = int(right.sum()), int(right[1, 0]), int(right[0, 1])
    if not n:
        return [], ""
    where = _at(ONE_COLUMN, rule.cut.column)
    baseline = rate("baseline_accuracy", int(right[:, 1].sum()), n, where)
    measured = [*gain(won, lost, n, where), baseline]
    if scored:
        measured.append(difference_from_cells("roc_auc_gain", more.rows("places"), dict(enumerate(rule.scores.tolist())), where))
    own = percent(float(right[1].sum() / n))
    if len(set(rule.answers.tolist())) == 1:
        return (
            measured,
            f" Of {counted(rule.columns, 'column')} none alone, learnt from {learnt_from}, does better than a constant answer.",
        )
    of = f" of {rule.columns:,} columns" if rule.columns > 1 else ""
    text = (
        f" The best rule on one column, '{rule.cut.column}'{of}, learnt from {learnt_from}, is right on "
        f"{known(baseline.value)} of {counted(n, 'other row')}, where the model is right on {own} (gain: {span(measured[0])})."
    )
    return measured, text + still_needed(won, lost, n)
