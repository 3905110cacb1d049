"""The accuracy on the worst population along one column, from counts of right and wrong answers by cell."""

from collections.abc import Mapping, Sequence

import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

from audit.checks.outcomes import key
from audit.checks.performance.cuts import Cut
from audit.checks.plain import null_if_missing
from audit.checks.rate import LEVEL
from audit.checks.wording import known, span
from audit.core.ask import Answers, Ask, rows
from audit.core.exhibit import Exhibit, Kind
from audit.core.measurement import Measurement, Scalar
from audit.core.subject import Subject
from audit.core.values import as_text
from audit.core.wording import listed, percent
from audit.stats.reweighed import worst_mixture

#: Smallest shares of the rows for which the worst population is shown as a curve, and columns that are drawn.
SHARES, SHOWN = (1.0, 0.75, 0.5, 0.35, 0.25, 0.15, 0.1), 5


def rights_by_cell(subject: Subject, answered: ir.Table, answers: Answers, cuts: Sequence[Cut]) -> dict[Cut, NDArray[np.int64]]:
    """Return rows predicted right and all rows of each cell of each column, of all held-out rows."""
    target, prediction = subject.need("target"), subject.need("prediction")
    table = answered
    asks: dict[str, Ask] = {}
    for one in cuts:
        picked = table.select(cell=one.in_engine(table), label=null_if_missing(table[target]), prediction=null_if_missing(table[prediction]))
        tallied = picked.group_by(["cell", "label", "prediction"]).aggregate(n=picked.count())
        asks[one.column] = rows(tallied.select("cell", "n", label=as_text(tallied["label"]), prediction=as_text(tallied["prediction"])))
    more = answers.more(asks)
    numeric = {c: subject.table[c].type().is_numeric() for c in (target, prediction)}
    found = {}
    for one in cuts:
        counts = np.zeros((2, one.size), dtype=np.int64)
        for row in more.rows(one.column):
            right = key(row["label"], numeric[target]) == key(row["prediction"], numeric[prediction])
            counts[:, int(row["cell"])] += (int(row["n"]) * right, int(row["n"]))
        found[one] = counts
    return {one: counts for one, counts in found.items() if np.count_nonzero(counts[1]) > 1}


def worst_along(found: Mapping[Cut, NDArray[np.int64]], smallest: float, seed: int) -> tuple[list[Measurement], list[tuple[Scalar, ...]]]:
    """Return the accuracy on the worst population along each column, the lowest first, and its curves."""
    level = 1 - (1 - LEVEL) / max(len(found), 1)
    measured: list[Measurement] = []
    lines: list[tuple[Scalar, ...]] = []
    for one, (right, n) in found.items():
        for share in dict.fromkeys((*SHARES, smallest)):
            worst = worst_mixture(right, n, share, level, seed=seed)
            if worst is None:
                continue
            if share == smallest:
                method = f"worst cells of one half measured in the other, {worst.effective_n:,.0f} effective rows; korn-graubard, low end of all rows"
                where = {"column": one.column, "share": f"{share:g}"}
                measured.append(Measurement("worst_case_accuracy", worst.value, "share", where, int(n.sum()), worst.interval, level, method))
            if share in SHARES:
                lines.append((share, worst.value, *worst.interval, one.column))
    return sorted(measured, key=lambda m: float(m.value or 0)), lines


def worst_text(worst: list[Measurement], found: Mapping[Cut, NDArray[np.int64]], share: float, seed: int) -> str:
    """Return in words which rows the lowest of the worst populations consists of."""
    if not worst:
        return " No column has values along which the rows could shift."
    lowest = worst[0]
    one = next(c for c in found if c.column == lowest.where["column"])
    right, n = found[one]
    mixture = worst_mixture(right, n, share, seed=seed)
    names = [one.name(int(cell)) for cell in np.flatnonzero(n)]
    heaviest = [] if mixture is None else [names[i] for i in np.argsort(-mixture.weights, kind="stable")[:3] if mixture.weights[i] > 0.05]
    among = f", the lowest of {len(worst):,} columns" if len(worst) > 1 else ""
    return (
        f" Along '{one.column}' the worst {percent(share)} of the rows, mostly {listed(heaviest)}, would be right on {known(lowest.value)} "
        f"({span(lowest)}){among}."
    )


def curve(lines: list[tuple[Scalar, ...]], worst: list[Measurement], share: float) -> Exhibit | None:
    """Draw the accuracy on the worst population against how small it may be."""
    shown = [m.where["column"] for m in worst[:SHOWN]]
    if not shown:
        return None
    return Exhibit(
        Kind.LINES, "Accuracy on the worst population along one column", ("x", "y", "low", "high", "series"),
        [line for line in lines if line[4] in shown], "smallest share of the rows that the population may be", "share of rows predicted right",
        note=f"The {len(shown)} columns with the lowest accuracy at {percent(share)}. At 1 the rows are as they are. "
        "The worst values are picked in one half of the rows and measured in the other.",
    )  # fmt: skip
