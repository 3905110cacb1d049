"""Results about attributes as a matrix, definition by attribute, and the rates of the groups: what a reviewer of fairness reads first."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from audit.core.measurement import Measurement
from audit.core.result import Result
from audit.core.status import Status
from audit.render import figures, wording

#: What each state says about the gap that a definition of fairness looks at.
SAYS: dict[Status, str] = {
    Status.ERROR: "Error",
    Status.FAILED: "Beyond limit",
    Status.UNDECIDED: "Undecided",
    Status.WARNED: "Beyond limit",
    Status.PASSED: "Within limit",
    Status.NOT_APPLICABLE: "Not applicable",
    Status.SKIPPED: "Skipped",
}
MEASURED = "Measured"

#: How messages say what would decide.
MORE_ROWS = re.compile(r"\b(?:about|roughly) ([\d,]+) more\b")

#: Rows without a label and rows without a prediction, as checks count them.
MISSING = ("missing_labels", "missing_predictions")


@dataclass(frozen=True)
class Cell:
    """What one definition says about one attribute.

    Parameters
    ----------
    result : Result
        All of it.
    says : str
        Its state in two words.
    state : str
        The name of the state, which is how it looks; that of what is measured and not judged is ``skipped``.
    value, span : str
        The number that was judged, and its interval; empty where there is none.
    needs : str
        How many more rows would decide, where that is open and the result says it.
    anchor : str
        Where the result stands on the page.
    """

    result: Result
    says: str
    state: str
    value: str
    span: str
    needs: str
    anchor: str

    @property
    def mark(self) -> str:
        """The sign of the state."""
        return "·" if self.says == MEASURED else wording.MARKS[self.result.status]


@dataclass(frozen=True)
class Definition:
    """A line of the matrix: one check with its limit, over all attributes; ``None`` where it has nothing to say about one."""

    code: str
    title: str
    limit: str
    cells: Sequence[Cell | None]


@dataclass(frozen=True)
class GapMatrix:
    """Definitions by attributes."""

    attributes: Sequence[str]
    definitions: Sequence[Definition]

    @property
    def cells(self) -> list[Cell]:
        """All that is known."""
        return [c for d in self.definitions for c in d.cells if c is not None]


@dataclass(frozen=True)
class GroupRate:
    """A rate of one group in words: its value, its interval, and the rows that it is counted among."""

    value: str
    span: str
    n: str


@dataclass(frozen=True)
class GroupTable:
    """Rates of the groups of one attribute; the first line is all rows together.

    Parameters
    ----------
    attribute : str
        Whose groups.
    rates : sequence of str
        Names of the rates, as words.
    lines : sequence of (str, sequence of GroupRate or None)
        A group with its rates.
    """

    attribute: str
    rates: Sequence[str]
    lines: Sequence[tuple[str, Sequence[GroupRate | None]]]


def gap_matrix(results: Iterable[Result], anchor: Callable[[Result], str]) -> GapMatrix:
    """Return the results that are about an attribute as a matrix.

    Results about several of them, or about none, have no place in it, and neither have definitions that apply to no attribute.
    """
    about = [r for r in results if r.where.get("attribute") and len(r.where) == 1]
    attributes = list(dict.fromkeys(r.where["attribute"] for r in about if r.status.evaluated))
    by_code: dict[tuple[str, str], dict[str, Result]] = {}
    for result in about:
        by_code.setdefault((result.code, result.title), {}).setdefault(result.where["attribute"], result)
    definitions = [
        Definition(code, title, _limit(list(found.values())), [_cell(found[a], anchor) if a in found else None for a in attributes])
        for (code, title), found in sorted(by_code.items())
        if any(r.status.evaluated for r in found.values())
    ]
    return GapMatrix(attributes, definitions)


def state_of(matrix: GapMatrix) -> str:
    """Return what the matrix comes to, in a sentence or two."""
    cells = [c for c in matrix.cells if c.result.status.evaluated]
    if not cells:
        return "No gap between groups could be examined, so nothing is known about how they are treated."
    judged = [c for c in cells if c.result.limit.judges or c.result.status not in (Status.PASSED, Status.ERROR)]
    parts = {
        "beyond their limit": [c for c in judged if c.result.status in (Status.FAILED, Status.WARNED)],
        "undecided": [c for c in judged if c.result.status is Status.UNDECIDED],
        "within their limit": [c for c in judged if c.result.status is Status.PASSED],
        "in error": [c for c in cells if c.result.status is Status.ERROR],
    }
    said = [f"{len(found):,} {'is' if len(found) == 1 else 'are'} {_own(words, len(found))}" for words, found in parts.items() if found]
    total = len(judged) + sum(not c.result.limit.judges for c in parts["in error"])
    text = f"Of {wording.count(total, 'gap')} between groups of {wording.listed(list(matrix.attributes))}, {wording.listed(said)}." if total else ""
    if parts["undecided"]:
        text += " What is undecided is not shown to be fair."
    return text or f"{wording.count(len(cells), 'number')} about groups of {wording.listed(list(matrix.attributes))}; none is held against a limit."


def group_tables(results: Iterable[Result]) -> list[GroupTable]:
    """Return for each attribute the rates of its groups that any result measured."""
    found: dict[str, dict[str, dict[str, Measurement]]] = {}
    overall: dict[str, Measurement] = {}
    for result in results:
        attribute = result.where.get("attribute")
        for m in result.measurements:
            if m.name == result.judged or m.unit != "share" or (m.estimable and m.interval is None):
                continue
            if not m.where and m.interval is not None and not m.name.endswith(("_difference", "_gap")):
                overall.setdefault(m.name, m)
            elif attribute and set(m.where) == {attribute}:
                found.setdefault(attribute, {}).setdefault(m.where[attribute], {}).setdefault(m.name, m)
    tables = []
    for attribute, groups in found.items():
        names = list(dict.fromkeys(name for rates in groups.values() for name in rates))
        lines = [("all rows", [_rate(overall.get(name)) for name in names])]
        lines += [(group, [_rate(rates.get(name)) for name in names]) for group, rates in groups.items()]
        tables.append(GroupTable(attribute, [wording.plain_name(n) for n in names], lines))
    return tables


def missing_rows(results: Iterable[Result]) -> list[str]:
    """Return how many rows lack a label or a prediction, each in a phrase; the same count of several results once."""
    seen = {(m.name, m.value, m.n) for r in results for m in r.measurements if m.name in MISSING and m.value}
    return [f"{value:,} of {n or 0:,} rows without a {name.removeprefix('missing_').removesuffix('s')}" for name, value, n in sorted(seen, key=str)]


def _own(words: str, n: int) -> str:
    return words.replace("their", "its") if n == 1 else words


def _limit(results: Sequence[Result]) -> str:
    limits = {figures.limit_of(r) for r in results if r.limit.judges and r.status.evaluated}
    return limits.pop() if len(limits) == 1 else ""


def _cell(result: Result, anchor: Callable[[Result], str]) -> Cell:
    name = figures.judged(result) or result.judged
    measured = next((m for m in result.measurements if m.name == name), None)
    unjudged = result.status is Status.PASSED and not result.limit.judges
    says, state = (MEASURED, Status.SKIPPED) if unjudged else (SAYS[result.status], result.status)
    if measured is None or not result.status.evaluated:
        return Cell(result, says, state, "", "", "", anchor(result))
    unit = figures.unit(measured)
    span = figures.interval(measured.interval, unit) if measured.interval and measured.estimable else ""
    rows = MORE_ROWS.search(result.message) if result.status is Status.UNDECIDED else None
    needs = f"{rows[1]} more rows" if rows else ""
    return Cell(result, says, state, figures.number(measured.value, unit), span, needs, anchor(result))


def _rate(measured: Measurement | None) -> GroupRate | None:
    if measured is None:
        return None
    span = figures.interval(measured.interval, measured.unit) if measured.interval and measured.estimable else ""
    return GroupRate(figures.number(measured.value, measured.unit), span, "" if measured.n is None else f"{measured.n:,}")
