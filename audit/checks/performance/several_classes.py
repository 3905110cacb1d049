"""What predictions of several classes are worth: single numbers over all classes, and each class against the rest."""

from collections.abc import Callable

import numpy as np

from audit.checks.outcomes import Confusion, Outcomes
from audit.checks.performance.metrics import f1
from audit.checks.rate import LEVEL, rate
from audit.core.exhibit import Exhibit, Kind
from audit.core.measurement import Measurement, Scalar
from audit.stats.several_classes import Floats, Margins, WeighedRows, macro_f1, matthews_of_classes, weighted_f1

#: Classes that are shown one by one in a heat map; further ones are gathered.
SHOWN_CLASSES = 30
GATHERED = "(others)"
WEIGHED = "rows weighted at random, one more at the adverse end"


def over_all_classes(table: Confusion) -> list[Measurement]:
    """Return macro, weighted and micro F1 and Matthews' correlation over the classes that occur or are predicted."""
    size = len(table.labels)
    present = np.flatnonzero(table.counts.sum(axis=1) + table.counts.sum(axis=0)[:size] > 0)
    counts = table.counts[np.ix_(present, [*present, *range(size, table.counts.shape[1])])]
    rows = WeighedRows(counts)
    found = [_measured(name, statistic, rows, table.n) for name, statistic in (("macro_f1", macro_f1), ("weighted_f1", weighted_f1))]
    micro = rate("micro_f1", table.right, table.n)
    # each row has one label and one prediction, so that every error is a false positive of one class and a false negative of another
    micro = Measurement(micro.name, micro.value, "share", {}, micro.n, micro.interval, micro.level, f"{micro.method}; the same as accuracy")
    return [*found, micro, _measured("matthews_correlation", matthews_of_classes, rows, table.n, unit="")]


def _measured(name: str, statistic: Callable[[Margins], Floats], rows: WeighedRows, n: int, unit: str = "share") -> Measurement:
    value = float(statistic(Margins.of(rows.counts)))
    if np.isnan(value):
        return Measurement(name, None, unit, n=n, method="not estimable: only one class occurs or only one is predicted")
    interval = rows.interval(statistic, LEVEL)
    return Measurement(name, value, unit, {}, n, interval, LEVEL if interval else None, WEIGHED)


def of_each_class(table: Confusion, target: str, names: dict[str, str]) -> list[Measurement]:
    """Return recall, precision and F1 of each class against the rest."""
    found = []
    for label in table.labels:
        tp, fp, fn, _ = table.cells(label)
        where = {target: names[label]}
        score = f1(tp, fp, fn)
        found += [rate("recall", tp, tp + fn, where), rate("precision", tp, tp + fp, where)]
        found.append(Measurement(score.name, score.value, score.unit, where, score.n, score.interval, score.level, score.method))
    return found


def class_table(found: list[Measurement], target: str) -> Exhibit:
    """Return what :func:`of_each_class` gave as a table, the least recognised class first."""
    by_class: dict[str, dict[str, Measurement]] = {}
    for m in found:
        by_class.setdefault(m.where[target], {})[m.name] = m
    columns = ["class", "rows"]
    for name in ("recall", "precision", "F1"):
        columns += [name, f"{name} low", f"{name} high"]
    shown: list[list[Scalar]] = []
    for name, metrics in sorted(by_class.items(), key=lambda item: (_first(item[1]["recall"].value), item[0])):
        line: list[Scalar] = [name, metrics["recall"].n]
        for metric in ("recall", "precision", "f1"):
            line += [metrics[metric].value, *(metrics[metric].interval or (None, None))]
        shown.append(line)
    return Exhibit(
        Kind.TABLE, "Each class against the rest", columns, shown,
        note="Rows with that label; recall among them, precision among the rows predicted so; each with its own 95 % interval.",
    )  # fmt: skip


def _first(value: float | int | None) -> float:
    return 2.0 if value is None else float(value)


def heatmap(table: Confusion, outcomes: Outcomes) -> Exhibit:
    """Return the shares of predictions among the rows of each label; of many classes the commonest, the others gathered."""
    counts = table.counts
    labels = [outcomes.names[label] for label in table.labels]
    predictions = [outcomes.names.get(p, p) for p in table.predictions]
    note = "Colour: share among the rows with that label; n: number of rows."
    if max(len(labels), len(predictions)) > SHOWN_CLASSES:
        common = np.sort(np.argsort(-counts.sum(axis=1), kind="stable")[: min(SHOWN_CLASSES - 1, len(labels))])
        rest = np.setdiff1d(np.arange(len(labels)), common)
        beyond = np.setdiff1d(np.arange(len(predictions)), common)
        by_label = np.vstack([counts[common], counts[rest].sum(axis=0, keepdims=True)])
        counts = np.hstack([by_label[:, common], by_label[:, beyond].sum(axis=1, keepdims=True)])
        note += f" The {len(common)} commonest of {len(labels)} classes; '{GATHERED}' are the rest, right and wrong together."
        labels, predictions = [*(labels[i] for i in common), GATHERED], [*(predictions[i] for i in common), GATHERED]
    totals = counts.sum(axis=1)
    rows = [
        (p, label, int(counts[i, j]) / int(totals[i]) if totals[i] else None, int(counts[i, j]))
        for i, label in enumerate(labels)
        for j, p in enumerate(predictions)
        if label != GATHERED or totals[i]
    ]
    return Exhibit(Kind.HEATMAP, "Label and prediction", ("x", "y", "value", "n"), rows, "predicted", "label", note=note)
