"""M010: signs that a model is degenerate: it says one thing for all, repeats one column, or is too good to be true."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import ibis
import ibis.expr.types as ir

from audit.checks.outcomes import Confusion, Outcomes, by_group, cell_counts, label_counts, whole
from audit.checks.performance.cuts import kept_from_models, learnable, plain
from audit.checks.plain import null_if_missing
from audit.checks.rate import rate
from audit.core.ask import Answers, Ask, Asks, rows, scalar
from audit.core.check import Check, Findings
from audit.core.contract import Contract
from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.wording import counted, listed, percent

#: What a model that is right on every row must surely be right on, before that is suspicious.
TOO_GOOD = 0.95
#: Labelled rows of a class below which it says nothing that the class is never predicted: chance alone would do that once in twenty.
LEAST_OF_CLASS = 3
#: Rows to each value of a column, on average, below which it is no news that each value has one prediction.
ROWS_A_VALUE = 5


@dataclass(frozen=True)
class Sign:
    """One sign, in words, and on how many rows it was seen."""

    what: str
    n: int


@dataclass(frozen=True, kw_only=True)
class DegenerateModel(Check):
    """Signs that there is less, or more, behind the predictions than a model that learnt from the features.

    Parameters
    ----------
    not_features : tuple of str
        Columns that no model learns from, which are not looked at; the contract's ``feature: false`` adds to them.
    """

    code: ClassVar[str] = "M010"
    title: ClassVar[str] = "Degenerate model"
    family: ClassVar[str] = "performance"
    judged: ClassVar[str] = "degenerate_signs"
    advice: ClassVar[str] = (
        "Trust no other figure of this model before this is explained. One answer for all: choose a threshold for the use, or look for features "
        "with signal. Too good: look for the label among the features, or for rows that the model has learnt from. One column: use it, not the model."
    )
    cites: ClassVar[tuple[str, ...]] = (
        "Kapoor and Narayanan (2023), Leakage and the reproducibility crisis in machine-learning-based science, Patterns 4(9)",
    )

    limit: Limit = Limit(
        high=0,
        blocking=False,
        reason="a model that answers alike for all treats groups alike, and is of no use; one that is never wrong has most likely seen the answer",
        source="default of M010",
    )
    not_features: tuple[str, ...] = ()

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Yield one check that knows which columns are no features."""
        for check in super().plan(subject, contract):
            yield replace(check, not_features=tuple(dict.fromkeys((*check.not_features, *kept_from_models(contract)))))

    def asks(self, subject: Subject) -> Asks:
        """Ask for label × prediction counts, the range of the score, and how far each column settles the prediction."""
        prediction, table = subject.need("prediction"), subject.held_out
        asks: dict[str, Ask] = {"labels": label_counts(subject), "cells": cell_counts(subject, prediction)}
        columns = self._columns(subject)
        for column in self._valued(subject):
            asks[f"values of {column}"] = _one_prediction_each(table, column, prediction)
        if score := _score(subject):
            value = null_if_missing(table[score].cast("float64"))
            asks |= {"score low": scalar(value.min()), "score high": scalar(value.max()), "score n": scalar(value.count())}
            for column in (c for c in columns if _is_number(table[c])):
                other = null_if_missing(table[column].cast("float64"))
                asks[f"score is {column}"] = scalar(table.count(where=(value == other) | (value.isnull() & other.isnull())))
            if subject.roles.positive is not None:
                asks["score by label"] = _ends(table, _labelled_positive(subject, table), value)
        if subject.roles.positive is not None:
            positive = subject.is_positive(null_if_missing(table[prediction]))
            for column in columns:
                if table[column].type().is_numeric() or table[column].type().is_temporal():
                    asks[f"threshold on {column}"] = _ends(table, positive, plain(table[column]))
        return {**asks, "rows": scalar(table.count())}

    def _columns(self, subject: Subject) -> tuple[str, ...]:
        """Return the columns that are looked at; a model of one feature follows from it by necessity."""
        columns = learnable(subject, self.not_features)
        return columns if len(columns) > 1 else ()

    def _valued(self, subject: Subject) -> tuple[str, ...]:
        """Return the columns whose values may each settle a prediction; measured quantities have too many."""
        return tuple(c for c in self._columns(subject) if not subject.table[c].type().is_floating())

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Collect the signs."""
        outcomes = Outcomes.of(subject, answers.rows("labels"))
        table = whole(by_group(subject, subject.need("prediction"), outcomes, answers.rows("cells")))
        signs = [*_answers(table, outcomes), *self._score_signs(subject, answers)]
        predicted = int((table.counts.sum(axis=0) + table.unlabelled > 0).sum())
        if predicted > 1:
            signs += self._column_signs(subject, answers)
        labels = int((table.counts.sum(axis=1) > 0).sum())
        measured = [
            Measurement("degenerate_signs", len(signs), "signs", {}, table.n, method="count"),
            Measurement("predicted_classes", predicted, "classes", {}, table.n, method="count of all rows"),
            Measurement("label_classes", labels, "classes", {}, table.n, method="count of all rows"),
        ]
        if not signs:
            text = f"No sign of a degenerate model: it predicts {counted(predicted, 'class', 'classes')}, it errs on {table.n - table.right:,} of "
            text += f"{table.n:,} rows, and no single column of {len(self._columns(subject))} gives its answers."
            return Findings(measured, text)
        exhibit = Exhibit(Kind.TABLE, "Signs", ("sign", "rows"), [(s.what, s.n) for s in signs[:100]])
        return Findings(measured, f"{counted(len(signs), 'sign')} of a degenerate model: {listed((s.what for s in signs), 4)}.", [exhibit])

    def _score_signs(self, subject: Subject, answers: Answers) -> list[Sign]:
        if not _score(subject):
            return []
        n, low, high = (answers.scalar(f"score {part}") for part in ("n", "low", "high"))
        if n and low == high:
            return [Sign(f"every row has the score {low:g}", int(n))] if n > 1 else []
        signs = []
        if subject.roles.positive is not None:
            ends = next(iter(answers.rows("score by label")))
            if _apart(ends) and _surely(int(ends["yes_n"]) + int(ends["no_n"])):
                way = "above" if ends["yes_low"] > ends["no_high"] else "below"
                what = f"every row of the positive class has a score {way} every other row's, which is suspiciously perfect"
                signs.append(Sign(what, int(ends["yes_n"]) + int(ends["no_n"])))
        total = int(answers.scalar("rows"))
        for column in self._columns(subject):
            if _is_number(subject.table[column]) and _surely(total) and int(answers.scalar(f"score is {column}")) == total:
                signs.append(Sign(f"the score is the column '{column}'", total))
        return signs

    def _column_signs(self, subject: Subject, answers: Answers) -> list[Sign]:
        signs = []
        for column in self._columns(subject):
            if column in self._valued(subject) and (sign := _settled(column, next(iter(answers.rows(f"values of {column}"))))):
                signs.append(sign)
                continue
            kind = subject.table[column].type()
            if subject.roles.positive is not None and (kind.is_numeric() or kind.is_temporal()):
                ends = next(iter(answers.rows(f"threshold on {column}")))
                n = int(ends["yes_n"]) + int(ends["no_n"])
                if _apart(ends) and _surely(n) and not ends["unknown"]:
                    signs.append(Sign(f"the prediction is a threshold on '{column}' alone", n))
        return signs


def _answers(table: Confusion, outcomes: Outcomes) -> list[Sign]:
    """Return the signs in what is predicted and in how it agrees with the labels."""
    predicted = {p: int(n) for p, n in zip(table.predictions, table.counts.sum(axis=0) + table.unlabelled, strict=True) if n}
    labelled = {label: int(n) for label, n in zip(table.labels, table.counts.sum(axis=1), strict=True)}
    occurring = [label for label, n in labelled.items() if n]
    if len(predicted) == 1 and len(occurring) > 1:
        (only,) = predicted
        return [Sign(f"it predicts '{outcomes.names.get(only, only)}' for every row", table.n)]
    signs = []
    never = [label for label in occurring if label not in predicted and labelled[label] >= LEAST_OF_CLASS]
    if never:
        named = listed(f"'{outcomes.names[label]}'" for label in never)
        share = percent(sum(labelled[label] for label in never) / table.n)
        signs.append(Sign(f"it never predicts {named}, the label of {share} of the rows", sum(labelled[label] for label in never)))
    if len(occurring) > 1 and table.right == table.n and _surely(table.n):
        signs.append(Sign(f"it is right on all {table.n:,} rows, which is suspiciously perfect", table.n))
    return signs


def _surely(n: int) -> bool:
    """Return whether so many rows without an exception are more than luck."""
    interval = rate("", n, n).interval
    return interval is not None and interval[0] >= TOO_GOOD


def _one_prediction_each(table: ir.Table, column: str, prediction: str) -> Ask:
    """Ask how many values a column has, and how many of them have more than one prediction; missing values count as one."""
    both = table.select(value=null_if_missing(table[column]), prediction=null_if_missing(table[prediction]))
    both = both.filter(both["prediction"].notnull())
    by_value = both.group_by("value").aggregate(kinds=both["prediction"].nunique(), n=both.count())
    mixed = ibis.ifelse(by_value["kinds"] > 1, 1, 0).sum()
    return rows(by_value.aggregate(column_values=by_value.count(), mixed=mixed.fill_null(0), n=by_value["n"].sum().fill_null(0)))


def _settled(column: str, found: Mapping[str, int]) -> Sign | None:
    n, values = int(found["n"] or 0), int(found["column_values"])
    if values < 2 or n < ROWS_A_VALUE * values or found["mixed"] or not _surely(n):
        return None
    return Sign(f"the prediction follows from '{column}' alone: each of its {values:,} values has one prediction", n)


def _ends(table: ir.Table, positive: ir.BooleanColumn, value: ir.NumericColumn) -> Ask:
    """Ask for the lowest and highest values of the positive rows and of the others, and how many rows have none."""
    both = table.select(positive=positive, value=value)
    both = both.filter(both["positive"].notnull())
    yes, no = both["value"].notnull() & both["positive"], both["value"].notnull() & ~both["positive"]
    ends = {"yes_low": both["value"].min(where=yes), "yes_high": both["value"].max(where=yes)}
    ends |= {"no_low": both["value"].min(where=no), "no_high": both["value"].max(where=no)}
    counts = {"yes_n": both.count(where=yes), "no_n": both.count(where=no), "unknown": both.count(where=both["value"].isnull())}
    return rows(both.aggregate(**{k: v.cast("float64") for k, v in ends.items()}, **counts))


def _apart(ends: dict[str, float]) -> bool:
    return bool(ends["yes_n"] and ends["no_n"] and (ends["yes_low"] > ends["no_high"] or ends["yes_high"] < ends["no_low"]))


def _labelled_positive(subject: Subject, table: ir.Table) -> ir.BooleanColumn:
    return subject.is_positive(null_if_missing(table[subject.need("target")]))


def _score(subject: Subject) -> str:
    score = subject.roles.score or ""
    return score if score and subject.table[score].type().is_numeric() else ""


def _is_number(column: ir.Column) -> bool:
    return bool(column.type().is_numeric() and not column.type().is_boolean())
