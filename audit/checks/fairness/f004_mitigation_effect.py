"""F004: what mitigation changed, in the gap and in accuracy."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from audit.checks.outcomes import MAX_CELLS, Outcomes, cell_counts, key, label_counts
from audit.checks.rate import LEVEL, rate
from audit.checks.wording import known, span
from audit.core.ask import Answers, Asks, Rows
from audit.core.check import Check, Findings
from audit.core.contract import Contract
from audit.core.errors import NotApplicable
from audit.core.exhibit import Exhibit, Kind
from audit.core.measurement import Measurement, Scalar
from audit.core.subject import Model, Subject
from audit.core.wording import counted, points
from audit.stats.cells import percentile_interval, resample
from audit.stats.intervals import paired_difference
from audit.stats.range_of_rates import range_of_rates

MITIGATED = "mitigated"
MAX_GROUPS = 50


@dataclass(frozen=True, kw_only=True)
class MitigationEffect(Check):
    """Selection-rate gap and accuracy before and after mitigation, with intervals of the changes; judges nothing.

    Parameters
    ----------
    attribute : str
        The column whose groups are compared.
    """

    code: ClassVar[str] = "F004"
    title: ClassVar[str] = "Mitigation effect"
    family: ClassVar[str] = "fairness"
    judged: ClassVar[str] = "gap_reduction"
    advice: ClassVar[str] = "Weigh the smaller gap against the accuracy it costs with those who answer for the use of the model."
    cites: ClassVar[tuple[str, ...]] = (
        "Agarwal et al. (2018), A reductions approach to fair classification, ICML",
        "Bonett and Price (2012), Journal of Educational and Behavioral Statistics 37, 479-488: paired interval",
    )

    attribute: str = ""

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Yield one check for each sensitive attribute if there is a mitigated model, and a single one that says so if not."""
        mitigated = any(m.name == MITIGATED for m in subject.models)
        for attribute in (subject.roles.sensitive if mitigated else ()) or ("",):
            yield cls(attribute=attribute)

    def asks(self, subject: Subject) -> Asks:
        """Ask for group × label × prediction × mitigated prediction counts."""
        mitigated = _mitigated(subject)
        if not self.attribute:
            subject.need_many("sensitive")
        if subject.roles.positive is None:
            subject.is_positive(subject.held_out[subject.need("target")])
        columns = [subject.need_model().prediction, mitigated.prediction]
        return {"labels": label_counts(subject), "cells": cell_counts(subject, columns, self.attribute)}

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Compare the two models on the same rows."""
        outcomes = Outcomes.of(subject, answers.rows("labels"))
        chosen, mitigated = subject.need_model(), _mitigated(subject)
        names, cells = _table(subject, (chosen, mitigated), outcomes, answers.rows("cells"))
        if len(names) < 2:
            raise NotApplicable(f"'{self.attribute}' has fewer than two groups among the rows that both models predict, so there is no gap to narrow")
        n = int(cells.sum())
        measurements: list[Measurement] = []
        table: list[tuple[str, float | int | None, float, float, float]] = []
        bars: list[tuple[Scalar, ...]] = []
        for position, model in enumerate((chosen, mitigated)):
            selected, total = _selection(cells[np.newaxis], position)
            right = rate("accuracy", int(_right(cells, position)), n, {"model": model.name})
            gap = range_of_rates(selected[0], total[0], LEVEL)
            assert gap is not None
            method = f"highest minus lowest, biased upward; distances squared and added, bonferroni over {counted(gap.pairs, 'pair')}"
            difference = Measurement("selection_rate_difference", gap.value, "share", {"model": model.name}, n, gap.interval, gap.level, method)
            where = [{"model": model.name, self.attribute: name} for name in names]
            rates = [rate("selection_rate", int(s), int(t), w) for w, s, t in zip(where, selected[0], total[0], strict=True)]
            measurements += [right, difference, *rates]
            table.append((model.name, right.value, gap.value, *gap.interval))
            bars += [(r.where[self.attribute], r.value, *(r.interval or (None, None)), r.n, model.name) for r in rates]
        reduction = _reduction(cells, n)
        accuracy = _accuracy_change(cells, n)
        before, after = (line[2] for line in table)
        first, second = (known(line[1]) for line in table)
        change = f"{'wider' if after > before else 'narrower'} by {points(abs(before - after))}; {span(reduction)} narrower"
        message = (
            f"Mitigation changes the selection-rate gap by {self.attribute} from {points(before)} to {points(after)} points ({change}) "
            f"and the accuracy from {first} to {second} (change: {span(accuracy)}) on {n:,} rows."
        )
        exhibits = [
            Exhibit(
                Kind.TABLE, f"Before and after mitigation, by {self.attribute}",
                ("model", "accuracy", "selection-rate gap", "interval from", "interval to"), table,
            ),
            Exhibit(
                Kind.BARS, f"Share predicted '{outcomes.positive_name}' by {self.attribute}, before and after mitigation",
                ("label", "value", "low", "high", "n", "series"), bars, "share", self.attribute,
            ),
        ]  # fmt: skip
        return Findings([reduction, accuracy, *measurements], message, exhibits)


def _mitigated(subject: Subject) -> Model:
    for model in subject.models:
        if model.name == MITIGATED:
            return model
    raise NotApplicable("compares a model with its mitigated version, and there is none; switch it on under 'training: mitigate' in assay.yaml")


def _table(subject: Subject, models: tuple[Model, Model], outcomes: Outcomes, cells: Rows) -> tuple[list[str], NDArray[np.int64]]:
    """Count rows by group × (chosen right, chosen selects) × (mitigated right, mitigated selects): shape (groups, 2, 2, 2, 2)."""
    columns = (subject.need("target"), models[0].prediction, models[1].prediction)
    of_label, *of_prediction = (subject.table[c].type().is_numeric() for c in columns)
    groups: dict[str, NDArray[np.int64]] = {}
    if len(cells) > MAX_CELLS:
        raise NotApplicable("the sensitive attribute or the predictions have thousands of different values; bin the attribute first")
    for row in cells:
        values = (row["group"], row["label"], row["prediction"], row["prediction1"])
        if any(v is None for v in values):
            continue
        label = key(row["label"], of_label)
        place: list[int] = []
        for column, numeric in zip(("prediction", "prediction1"), of_prediction, strict=True):
            predicted = key(row[column], numeric)
            place += [int(predicted == label), int(predicted == outcomes.positive)]
        groups.setdefault(row["group"], np.zeros((2, 2, 2, 2), dtype=np.int64))[tuple(place)] += row["n"]
    names = sorted(groups)
    if len(names) > MAX_GROUPS:
        raise NotApplicable(f"the attribute has more than {MAX_GROUPS} groups; bin it first (ages into bands, for example)")
    return names, np.array([groups[g] for g in names], dtype=np.int64).reshape(-1, 2, 2, 2, 2)


def _right(cells: NDArray[np.int64], position: int) -> np.int64:
    """Return how many rows the first or the second model predicts right."""
    return cells.sum(axis=(0, 2, 3, 4) if position == 0 else (0, 1, 2, 4))[1]


def _selection(tables: NDArray[np.int64], position: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return selected rows and all rows by group, shape (draws, groups), of the first or the second model."""
    selects = tables.sum(axis=(2, 4, 5) if position == 0 else (2, 3, 4))
    return selects[..., 1], selects.sum(axis=-1)


def _gap(tables: NDArray[np.int64], position: int) -> NDArray[np.float64]:
    selected, total = _selection(tables, position)
    with np.errstate(divide="ignore", invalid="ignore"):
        rates = np.where(total > 0, selected / total, np.nan)
    few = (total > 0).sum(axis=1) < 2
    spread = np.nanmax(np.where(few[:, None], 0.0, rates), axis=1) - np.nanmin(np.where(few[:, None], 0.0, rates), axis=1)
    return np.where(few, np.nan, spread)


def _reduction(cells: NDArray[np.int64], n: int) -> Measurement:
    observed = cells[np.newaxis]
    drawn = resample(cells)
    interval = percentile_interval(_gap(drawn, 0) - _gap(drawn, 1), LEVEL)
    value = float((_gap(observed, 0) - _gap(observed, 1))[0])
    method = "gap before minus gap after; percentile, group × label × both predictions resampled as cells"
    return Measurement("gap_reduction", value, "share", {}, n, interval, LEVEL if interval else None, method)


def _accuracy_change(cells: NDArray[np.int64], n: int) -> Measurement:
    right = cells.sum(axis=(0, 2, 4))
    won, lost = int(right[0, 1]), int(right[1, 0])
    interval = paired_difference(won, lost, n, LEVEL)
    return Measurement("accuracy_change", (won - lost) / n, "share", {}, n, interval, LEVEL, "bonett-price, paired on the same rows")
