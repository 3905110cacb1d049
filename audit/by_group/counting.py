"""Counts asked of the engine: one query for labels and predictions by group, and one for scores where there are any."""

from dataclasses import dataclass, replace
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

from audit.by_group.cells import Cells, Group
from audit.by_group.classes import Classes
from audit.by_group.given import Columns, said
from audit.checks.plain import null_if_missing
from audit.core.ask import rows
from audit.core.bins import binned
from audit.core.errors import DataError, UsageError
from audit.core.values import as_text
from audit.engines.ask_engine import BACKEND_ERRORS, AskEngine, one_line
from audit.engines.source import Source
from audit.stats.decision_rates import ABSENT

#: With more groups than this an attribute is to be binned first, and with more cells all attributes together are too fine.
MAX_GROUPS, MAX_CELLS = 100, 20_000
#: With more classes than this a column holds scores, amounts or names.
MAX_CLASSES = 100
#: Scores are counted in this many classes of equal width.
SCORE_BINS = 1_000


@dataclass(frozen=True)
class Counted:
    """What came back.

    Parameters
    ----------
    cells : Cells
        Counts by the groups of all attributes together.
    positive : str
        The positive outcome, as text.
    notices : tuple of str
        What is odd about the data and bears on how they are read.
    """

    cells: Cells
    positive: str
    notices: tuple[str, ...] = ()


def count(source: Source, columns: Columns) -> Counted:
    """Count rows by group × label × prediction, and by group × label × score.

    Raises
    ------
    UsageError
        The positive outcome is unknown or cannot be told, or scores or weights are no such.
    DataError
        A column has too many values, or the data cannot be read.
    """
    table = source.table
    named = {f"a{i}": _group(table[a], a, columns) for i, a in enumerate(columns.sensitive)}
    parts: dict[str, str | None] = {"label": columns.label, "prediction": columns.prediction}
    named |= {part: null_if_missing(table[c]) for part, c in parts.items() if c is not None}
    sums: dict[str, ir.Column] = {}
    if columns.weight is not None:
        sums["weight"] = _number(table[columns.weight], columns.weight, "weights")
    raw = table.select(**named, **sums)
    by = [n for n in named if columns.prediction is not None or n != "prediction"]
    found = _fetched(source, _aggregated(raw, by, columns.weight is not None, MAX_CELLS + 1))
    if len(found) > MAX_CELLS or _crowded(found, columns):
        raise DataError(_too_many(source, raw, named, columns))
    if not found:
        raise DataError("the table has no rows")
    classes = Classes.of(found, columns, {p: table[c].type().is_numeric() for p, c in parts.items() if c is not None})
    cells = _cells(found, columns, classes)
    _refuse_missing(cells, columns)
    if columns.score is not None:
        cells = _with_scores(source, cells, columns, classes, named, table)
    return Counted(cells, classes.positive_name, classes.notices)


def _group(column: ir.Column, attribute: str, columns: Columns) -> ir.Column:
    edges = columns.bins.get(attribute)
    if edges is None:
        return null_if_missing(column)
    if not column.type().is_numeric():
        raise UsageError(f"bins are given for '{attribute}', whose values are no numbers (type {column.type()}). Leave its bins out")
    return binned(column, list(edges))


def _number(column: ir.Column, name: str, what: str) -> ir.Column:
    if not (column.type().is_numeric() or column.type().is_boolean()):
        raise UsageError(f"the {what} are no numbers: {said(name)} has the type {column.type()}")
    return null_if_missing(column).cast("float64")


def _aggregated(raw: ir.Table, by: list[str], weighted: bool, most: int) -> ir.Table:
    values = {"n": raw.count()}
    if weighted:
        weight = raw["weight"]
        wrong = weight.isnull() | (weight < 0) | weight.isinf()
        values |= {"w": weight.sum(), "w2": (weight * weight).sum(), "wrong": ibis.ifelse(wrong, 1, ibis.null("int8")).count()}
    grouped = raw.group_by(by).aggregate(**values)
    # grouped first, turned into text afterwards: text is slow to group by
    outcomes = ("label", "prediction")
    return grouped.select(**{name: as_text(grouped[name]) if name in outcomes else grouped[name] for name in (*by, *values)}).limit(most)


def _fetched(source: Source, table: ir.Table) -> list[dict[str, Any]]:
    try:
        return list(AskEngine(source.backend).one(rows(table)))
    except BACKEND_ERRORS as error:
        raise DataError(f"the data cannot be counted: {one_line(error)}") from error


def _crowded(found: list[dict[str, Any]], columns: Columns) -> bool:
    most = {f"a{i}": MAX_GROUPS for i in range(len(columns.sensitive))} | {"label": MAX_CLASSES, "prediction": MAX_CLASSES}
    return any(len({row[name] for row in found}) > limit + 1 for name, limit in most.items() if found and name in found[0])


def _too_many(source: Source, raw: ir.Table, named: dict[str, ir.Column], columns: Columns) -> str:
    """Return which column has too many values, and what to do about it."""
    distinct = _fetched(source, raw.aggregate(**{name: raw[name].nunique() for name in named}))[0]
    for i, attribute in enumerate(columns.sensitive):
        if distinct[f"a{i}"] > MAX_GROUPS:
            advice = (
                f"give bins={{'{attribute}': [25, 45, 65]}} with edges that suit it" if raw[f"a{i}"].type().is_numeric() else "merge groups first"
            )
            return f"'{attribute}' has {distinct[f'a{i}']:,} groups, more than {MAX_GROUPS} that can be compared; {advice}"
    for part, column in (("label", columns.label), ("prediction", columns.prediction)):
        if column is not None and distinct[part] > MAX_CLASSES:
            advice = "If these are scores, give them as scores, and the classes that were decided on as predictions" if part == "prediction" else ""
            return f"{said(column)} has {distinct[part]:,} different values, so they are no classes. {advice}".strip()
    return f"the attributes together make more than {MAX_CELLS:,} groups with their outcomes; compare fewer of them, or in wider bins"


def _cells(found: list[dict[str, Any]], columns: Columns, classes: Classes) -> Cells:
    names = [f"a{i}" for i in range(len(columns.sensitive))]
    index: dict[Group, int] = {}
    for row in found:
        index.setdefault(tuple(row[name] for name in names), len(index))
    shape = (len(index), 3, 3)
    counts, weights, squares = np.zeros(shape, dtype=np.int64), np.zeros(shape), np.zeros(shape)
    weighted = columns.weight is not None
    for row in found:
        place = (index[tuple(row[name] for name in names)], classes.place(row, "label"), classes.place(row, "prediction"))
        counts[place] += int(row["n"])
        if weighted:
            if row["wrong"]:
                raise UsageError("weights are numbers from 0 on; some are negative, missing or infinite. Mend them, or leave these rows out")
            weights[place] += row["w"]
            squares[place] += row["w2"]
    cells = Cells(columns.sensitive, list(index), counts, weights if weighted else None, squares if weighted else None)
    return cells.narrowed(columns.sensitive)


def _refuse_missing(cells: Cells, columns: Columns) -> None:
    for i, attribute in enumerate(columns.sensitive):
        if all(group[i] is None for group in cells.groups):
            raise DataError(f"'{attribute}' has no value in any row, so there are no groups to compare")
    if columns.label is not None and columns.prediction is not None and not cells.counts[:, :ABSENT, :ABSENT].sum():
        raise DataError("no row has both a label and a prediction")


def _with_scores(source: Source, cells: Cells, columns: Columns, classes: Classes, named: dict[str, ir.Column], table: ir.Table) -> Cells:
    assert columns.score is not None
    score = _number(table[columns.score], columns.score, "scores")
    by = [n for n in named if n != "prediction"]
    raw = table.select(**{n: named[n] for n in by}, score=score).filter(lambda t: t["score"].notnull())
    outside = _fetched(source, raw.aggregate(low=raw["score"].min(), high=raw["score"].max(), n=raw.count()))[0]
    if not outside["n"]:
        raise DataError(f"{said(columns.score)} has no value in any row")
    if not 0 <= outside["low"] <= outside["high"] <= 1:
        raise UsageError(
            f"scores are probabilities from 0 to 1; {said(columns.score)} goes from {outside['low']:.6g} to {outside['high']:.6g}. "
            "Turn log-odds into probabilities, or divide by the largest possible score"
        )
    place = (raw["score"] * SCORE_BINS).floor().cast("int32")
    counted_by = raw.mutate(bin=ibis.ifelse(place >= SCORE_BINS, SCORE_BINS - 1, place)).group_by([*by, "bin"])
    grouped = counted_by.aggregate(n=lambda t: t.count(), s=lambda t: t["score"].sum(), s2=lambda t: (t["score"] * t["score"]).sum())
    texts = {"label": as_text(grouped["label"])} if "label" in by else {}
    found = _fetched(source, grouped.select(**{n: texts.get(n, grouped[n]) for n in (*by, "bin", "n", "s", "s2")}))
    index = {group: i for i, group in enumerate(cells.groups)}
    scores: NDArray[np.int64] = np.zeros((len(index), 3, SCORE_BINS), dtype=np.int64)
    moments = np.zeros((len(index), 3, 2))
    for row in found:
        group = tuple(row[f"a{i}"] for i in range(len(columns.sensitive)))
        where = (index[group], classes.place(row, "label"))
        scores[(*where, int(row["bin"]))] += int(row["n"])
        moments[where] += (row["s"], row["s2"])
    return replace(cells, scores=scores, moments=moments)
