"""Two scores of the same rows compared by their areas under the ROC curve; the engine places the rows, and sums come back."""

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir
import numpy as np

from audit.checks.plain import null_if_missing
from audit.checks.rate import LEVEL
from audit.core.ask import Ask, Rows, rows
from audit.core.check import missing
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.stats.paired import PairedPlaces, auc_difference

METHOD = "delong's paired difference, all distinct scores"


def scored_rows(subject: Subject, table: ir.Table, **scores: ir.Column) -> ir.Table:
    """Return the rows that have a label and all scores: ``positive``, 1 or 0, and each score as a number."""
    target = table[subject.need("target")]
    numbers = {name: null_if_missing(score.cast("float64")) for name, score in scores.items()}
    picked = table.select(positive=ibis.ifelse(missing(target), ibis.null("int64"), subject.is_positive(target).cast("int64")), **numbers)
    return picked.drop_null(list(picked.columns))


def _tallied(table: ir.Table) -> ir.Table:
    """Count equal rows: scores are rounded more often than not, and to order all rows is what costs."""
    return table.group_by(list(table.columns)).aggregate(n=table.count())


def placed(table: ir.Table, score: str) -> ir.FloatingColumn:
    """Return the place of each kind of row by a score: the share of the other outcome's rows on the right side of it, ties half.

    Parameters
    ----------
    table : ibis table
        Rows of :func:`scored_rows`, equal ones counted in ``n``.
    score : str
        Which score.
    """
    positive, value, n = table["positive"], table[score], table["n"]
    everything = ibis.window()
    so_far = ibis.range_window(preceding=None, following=0, order_by=value)
    equal = ibis.window(group_by=value)

    def below(kind: ir.IntegerColumn) -> ir.FloatingColumn:
        share = (kind.sum().over(so_far) - kind.sum().over(equal) / 2).cast("float64")
        return share / kind.sum().over(everything).nullif(0).cast("float64")

    return ibis.ifelse(positive == 1, below((1 - positive) * n), 1 - below(positive * n))


def place_sums(table: ir.Table, first: str, second: str) -> Ask:
    """Ask for the sums that the difference of two areas needs, by outcome."""
    kinds = _tallied(table)
    both = kinds.select(positive=kinds["positive"], n=kinds["n"], a=placed(kinds, first), b=placed(kinds, second))
    a, b, n = both["a"], both["b"], both["n"]
    sums = {"a": (n * a).sum(), "b": (n * b).sum(), "aa": (n * a * a).sum(), "bb": (n * b * b).sum(), "ab": (n * a * b).sum()}
    return rows(both.group_by("positive").aggregate(n=n.sum().cast("int64"), **sums))


def places_by_cell(table: ir.Table, score: str) -> Ask:
    """Ask for the sums of the places by one score, by outcome and by the column ``cell`` of the table."""
    kinds = _tallied(table)
    both = kinds.select(positive=kinds["positive"], cell=kinds["cell"].cast("int64"), n=kinds["n"], a=placed(kinds, score))
    a, n = both["a"], both["n"]
    return rows(both.group_by(["positive", "cell"]).aggregate(n=n.sum().cast("int64"), a=(n * a).sum(), aa=(n * a * a).sum()))


def difference(name: str, found: Rows, where: Mapping[str, str]) -> Measurement:
    """Return the difference of two areas from :func:`place_sums`."""
    sums = {int(r["positive"]): PairedPlaces(int(r["n"]), *(float(r[k] or 0.0) for k in ("a", "b", "aa", "bb", "ab"))) for r in found}
    return _measured(name, sums.get(1), sums.get(0), where)


def difference_from_cells(name: str, found: Rows, scores: Mapping[int, float], where: Mapping[str, str]) -> Measurement:
    """Return the difference of the area of a score and that of a score that is the same all over a cell, from :func:`places_by_cell`."""
    cells = [(int(r["positive"]), scores[int(r["cell"])], int(r["n"]), float(r["a"] or 0.0), float(r["aa"] or 0.0)) for r in found]
    if not cells:
        return _measured(name, None, None, where)
    outcome, score, n, a, aa = (np.array(column, dtype=float) for column in zip(*cells, strict=True))
    sides = {}
    for side in (1, 0):
        own, other = outcome == side, outcome != side
        if not own.any() or not other.any():
            return _measured(name, None, None, where)
        apart = score[own][:, None] - score[other][None, :]
        right = (apart > 0 if side else apart < 0) + (apart == 0) / 2
        b = right @ n[other] / n[other].sum()
        sums = (a[own].sum(), (n[own] * b).sum(), aa[own].sum(), (n[own] * b * b).sum(), (a[own] * b).sum())
        sides[side] = PairedPlaces(int(n[own].sum()), *(float(s) for s in sums))
    return _measured(name, sides[1], sides[0], where)


def _measured(name: str, positives: PairedPlaces | None, negatives: PairedPlaces | None, where: Mapping[str, str]) -> Measurement:
    n = sum(side.n for side in (positives, negatives) if side)
    found = auc_difference(positives, negatives, LEVEL) if positives and negatives else None
    if found is None:
        return Measurement(name, None, "", where, n, method="not estimable: rows of only one class have both scores")
    return Measurement(name, found[0], "", where, n, found[1], LEVEL, METHOD)
