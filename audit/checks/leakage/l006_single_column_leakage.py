"""L006: columns that give the target away on their own, by their values or by being empty."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from audit.checks.leakage.cells import Cells, cells_of
from audit.checks.leakage.not_features import barred, proposal
from audit.checks.leakage.sampled import SIZE, Sample, examined, read, sampled
from audit.checks.plain import null_if_missing
from audit.core.ask import Answers, Ask, Asks, Rows, rows, scalar
from audit.core.check import Check, Findings, missing
from audit.core.contract import Contract
from audit.core.errors import NotApplicable
from audit.core.exhibit import MAX_ROWS, Exhibit, Kind
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.roles import CLASSIFICATION
from audit.core.subject import Subject
from audit.core.wording import counted, listed, percent
from audit.stats.intervals import normal_quantile
from audit.stats.left_out_cells import Recalls, area, recalls, variance_explained

LEVEL = 0.95
#: Values from which a target of numbers is a quantity rather than a set of classes.
MOST_CLASSES = 20
#: Rows below which a class says nothing; sampled rows of a class below which all its rows are asked for.
LEAST_ROWS, FEW_ROWS = 20, 500
#: A column is empty for one class only where at least this share of the others is filled, and chance would do that once in a thousand.
LEAST_FILLED, SURE = 0.05, 0.001
#: How far below the limit a column may lie in the sample and still be looked at in all rows.
NEAR = 0.1
#: Share of the variance of a quantity that no honest column explains, at best and surely.
EXPLAINED, SURELY_EXPLAINED = 0.99, 0.98


@dataclass(frozen=True)
class Leak:
    """A column that gives the target away."""

    column: str
    why: str
    measurement: Measurement


@dataclass(frozen=True, kw_only=True)
class SingleColumnLeakage(Check):
    """How well each column alone names the class of a row it was not learnt from.

    A column is cut into cells (values, bins, and one for missing values); for each row the class is named that the other rows of its cell
    have most often, each class weighing alike. A column leaks where the balanced accuracy is at least ``highest`` and its interval,
    which holds for all columns at once, lies above ``surely``; or where it is empty in every row of one class of two and filled in others.

    Parameters
    ----------
    highest : float
        Balanced accuracy that no honest column reaches.
    surely : float
        What the lower end of the interval must exceed.
    not_features : tuple of str
        Columns that no model learns from, which are not looked at; the contract's ``feature: false`` adds to them.
    """

    code: ClassVar[str] = "L006"
    title: ClassVar[str] = "Target leakage by a single column"
    family: ClassVar[str] = "leakage"
    judged: ClassVar[str] = "leaking_columns"
    advice: ClassVar[str] = (
        "Ask when the column is filled: if only once the outcome is known, keep it from the model. A column that is known in time and really "
        "says this much needs no model; say so by raising 'highest'."
    )
    cites: ClassVar[tuple[str, ...]] = (
        "Kaufman, Rosset, Perlich & Stitelman 2012, Leakage in data mining, ACM TKDD 6(4)",
        "Kapoor & Narayanan 2023, Leakage and the reproducibility crisis in machine-learning-based science, Patterns 4(9)",
    )
    seeks: ClassVar[bool] = True

    limit: Limit = Limit(
        high=0, blocking=False, reason="a column that all but names the outcome was most likely written down after it", source="default of L006"
    )
    highest: float = 0.95
    surely: float = 0.90
    not_features: tuple[str, ...] = ()

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Yield one check that knows which columns are no features."""
        for check in list(cls.declared(contract)) or [cls()]:
            yield replace(check, not_features=tuple(dict.fromkeys((*check.not_features, *barred(contract)))))

    def asks(self, subject: Subject) -> Asks:
        """Ask for a sample, the classes, and how many values each column lacks."""
        target = subject.need("target")
        asks = {f"missing {c}": scalar(subject.table.count(where=missing(subject.table[c]))) for c in self._features(subject)}
        if self._may_be_classes(subject):
            labels = subject.table.select(value=null_if_missing(subject.table[target]).cast("string")).filter(lambda t: t.value.notnull())
            counts = labels.group_by("value").aggregate(n=lambda t: t.count())
            asks["classes"] = rows(counts.order_by([counts.n.desc(), counts.value]).limit(MOST_CLASSES + 1))
        return {**asks, "sample": sampled(subject)}

    def _features(self, subject: Subject) -> list[str]:
        names = [c for c in examined(subject) if c not in self.not_features]
        if not names:
            raise NotApplicable("needs columns that a model may learn from; the contract keeps all of them from models")
        return names

    @staticmethod
    def _may_be_classes(subject: Subject) -> bool:
        """Return whether the target may have few values: numbers with decimals are quantities unless they are two."""
        declared = subject.roles.positive is not None or subject.roles.task == CLASSIFICATION
        return declared or not (subject.is_quantity or subject.table[subject.need("target")].type().is_floating())

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Find the columns that give the target away."""
        sample = read(subject, answers.frame("sample"))
        counts = self._classes(answers.rows("classes")) if self._may_be_classes(subject) else {}
        target = subject.need("target")
        if 2 <= len(counts) <= MOST_CLASSES:
            return self._of_classes(subject, answers, sample, counts)
        if len(counts) < 2 and self._may_be_classes(subject):
            raise NotApplicable(f"needs two classes of at least {LEAST_ROWS} rows in '{target}'; found {len(counts)}")
        if not sample.is_number(target):
            raise NotApplicable(f"needs at most {MOST_CLASSES} classes, or a quantity; '{target}' has {counted(len(counts), 'class', 'classes')}")
        return self._of_quantity(subject, sample)

    @staticmethod
    def _classes(found: Rows) -> dict[str, int]:
        """Return the classes with enough rows."""
        return {row["value"]: int(row["n"]) for row in found if row["n"] >= LEAST_ROWS}

    def _of_classes(self, subject: Subject, answers: Answers, sample: Sample, classes: Mapping[str, int]) -> Findings:
        features, order = self._features(subject), sorted(classes)
        level = 1 - (1 - LEVEL) / len(features)
        sample = self._with_rare(subject, answers, sample, classes)
        cells = {c: cells_of(sample, c) for c in features}
        near = {c: cut for c, cut in cells.items() if self._near(_sampled_counts(sample, cut, order), level)}
        table = subject.table
        label = null_if_missing(table[subject.need("target")]).cast("string")
        asks: dict[str, Ask] = {}
        for column, cut in near.items():
            named = table.select(cell=cut.in_engine(table), label=label)
            named = named.filter(named.label.isin(order))
            asks[f"cells {column}"] = rows(named.group_by(["cell", "label"]).aggregate(n=lambda t: t.count()))
        lacking = [c for c in features if len(order) == 2 and int(answers.scalar(f"missing {c}")) > 0]
        for column in lacking:
            empty = missing(table[column])
            asks |= {f"empty {column} {i}": scalar(table.count(where=empty & (label == name))) for i, name in enumerate(order)}
        more = answers.more(asks)
        leaks: dict[str, Leak] = {}
        measured = []
        for column in near:
            found = _counts(more.rows(f"cells {column}"), order)
            measurement = _accuracy(column, recalls(found), level)
            measured.append(measurement)
            if len(order) == 2:
                measured.append(
                    Measurement(
                        "roc_auc", area(found), "", {"column": column}, measurement.n, method="likelihood ratio, each row judged by the others"
                    )
                )
            if self._leaks(measurement):
                leaks[column] = Leak(column, f"names the right class in {percent(float(measurement.value or 0))} (each class alike)", measurement)
        for column in lacking:
            empties = [int(more.scalar(f"empty {column} {i}")) for i in range(2)]
            leak = _empty_for_one(column, order, [classes[name] for name in order], empties, len(features))
            if leak is not None:
                leaks[column] = leak
                measured.append(leak.measurement)
        return self._findings(subject, leaks, measured, len(features), f"{len(order)} classes")

    def _with_rare(self, subject: Subject, answers: Answers, sample: Sample, classes: Mapping[str, int]) -> Sample:
        """Add rows of classes that the sample hardly knows: how a column is distributed within a class does not depend on how many are drawn."""
        seen = {name: int(np.sum(sample.labels == name)) for name in classes}
        rare = sorted((name for name in classes if seen[name] < min(FEW_ROWS, classes[name])), key=seen.__getitem__)[:3]
        label = null_if_missing(subject.table[subject.need("target")]).cast("string")
        asks = {name: sampled(subject.with_table(subject.table.filter(label == name)), SIZE // 4) for name in rare}
        more = answers.more(asks)
        for name in rare:
            sample = sample.keep(sample.labels != name).with_rows(read(subject, more.frame(name)))
        return sample

    def _near(self, counts: NDArray[np.int64], level: float) -> bool:
        found = recalls(counts)
        value, interval = found.balanced_accuracy, found.interval(level)
        return value is not None and interval is not None and value >= self.highest - NEAR and interval[1] >= self.highest

    def _leaks(self, measurement: Measurement) -> bool:
        low = measurement.interval[0] if measurement.interval else 0.0
        return measurement.value is not None and measurement.value >= self.highest and low > self.surely

    def _of_quantity(self, subject: Subject, sample: Sample) -> Findings:
        import pandas as pd

        features, target = self._features(subject), subject.need("target")
        labelled = sample.keep(np.isfinite(sample.rows[target].to_numpy()))
        if len(labelled) < 2 * LEAST_ROWS:
            raise NotApplicable(f"needs at least {2 * LEAST_ROWS} rows with a number in '{target}'; found {len(labelled)}")
        ranks = pd.Series(labelled.rows[target].to_numpy()).rank().to_numpy()
        level = 1 - (1 - LEVEL) / len(features)
        leaks: dict[str, Leak] = {}
        measured = []
        for column in features:
            value = variance_explained(cells_of(labelled, column).of_sample(labelled), ranks)
            if value is None or value < EXPLAINED - NEAR:
                continue
            r, reach = math.sqrt(min(value, 1 - 1e-12)), normal_quantile(level) / math.sqrt(len(labelled) - 3)
            ends = tuple(math.tanh(max(0.0, math.atanh(r) + side * reach)) ** 2 for side in (-1, 1))
            method = f"ranks, each row judged by the others, sample of {len(labelled):,} rows"
            measurement = Measurement("variance_explained", value, "share", {"column": column}, len(labelled), (ends[0], ends[1]), level, method)
            measured.append(measurement)
            if value >= EXPLAINED and ends[0] > SURELY_EXPLAINED:
                leaks[column] = Leak(column, f"explains {percent(value)} of the variance of its ranks", measurement)
        return self._findings(subject, leaks, measured, len(features), "a quantity")

    def _findings(self, subject: Subject, leaks: Mapping[str, Leak], measured: Sequence[Measurement], features: int, kind: str) -> Findings:
        target = subject.need("target")
        measurements = [Measurement("leaking_columns", len(leaks), "columns", {}, features, method="each column alone"), *measured]
        if not leaks:
            return Findings(measurements, f"None of {counted(features, 'column')} gives '{target}' ({kind}) away on its own.")
        parts = listed(f"'{leak.column}' {leak.why}" for leak in leaks.values())
        verb = "column gives", "columns give"
        message = f"{counted(len(leaks), *verb)} '{target}' away: {parts}."
        lines = [(m.where["column"], leak.why, m.value, *(m.interval or (None, None)), m.n) for leak in leaks.values() if (m := leak.measurement)]
        title = "Columns that give the target away"
        exhibit = Exhibit(Kind.TABLE, title, ("column", "what it does", "value", "low", "high", "rows"), lines[:MAX_ROWS])
        return Findings(measurements, message, [exhibit], proposal=proposal(leaks))


def _sampled_counts(sample: Sample, cut: Cells, classes: Sequence[str]) -> NDArray[np.int64]:
    number = {name: i for i, name in enumerate(classes)}
    label = np.array([number.get(name, -1) for name in sample.labels], dtype=np.int64)
    kept = label >= 0
    counts = np.zeros((cut.size, len(classes)), dtype=np.int64)
    np.add.at(counts, (cut.of_sample(sample)[kept], label[kept]), 1)
    return counts


def _counts(found: Rows, classes: Sequence[str]) -> NDArray[np.int64]:
    answer = list(found)
    place = {cell: i for i, cell in enumerate(sorted({row["cell"] for row in answer}))}
    counts = np.zeros((len(place), len(classes)), dtype=np.int64)
    for row in answer:
        counts[place[row["cell"]], classes.index(row["label"])] = row["n"]
    return counts


def _accuracy(column: str, found: Recalls, level: float) -> Measurement:
    value, n = found.balanced_accuracy, int(found.n.sum())
    method = "zou-donner, each row judged by all others, all columns at once"
    return Measurement("balanced_accuracy", value, "share", {"column": column}, n, found.interval(level), level, method)


def _empty_for_one(column: str, classes: Sequence[str], n: Sequence[int], empty: Sequence[int], columns: int) -> Leak | None:
    """Return the leak of a column that is empty in all rows of one of two classes, and often filled in the other."""
    for i, j in ((0, 1), (1, 0)):
        filled = n[j] - empty[j]
        if empty[i] < n[i] or filled < LEAST_FILLED * n[j]:
            continue
        # the chance that all filled rows are of the other class, had it nothing to do with the class; each look at a column counts
        chance = math.fsum(math.log(max(n[j] - k, 0) / (n[0] + n[1] - k)) for k in range(min(filled, 10_000)))
        if chance + math.log(2 * columns) < math.log(SURE):
            share = filled / n[j]
            where = {"column": column, "class": classes[j]}
            measurement = Measurement("filled_share", share, "share", where, n[j], method="count of all rows")
            return Leak(column, f"is empty in every row of '{classes[i]}' and filled in {percent(share)} of '{classes[j]}'", measurement)
    return None
