"""A run as one self-contained HTML page: no scripts, no outside resources, no rows of the data."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from audit.core.exhibit import Exhibit
from audit.core.result import Result
from audit.core.run import Run
from audit.core.status import Status
from audit.render import training_record, wording
from audit.render.branches import Branch, belongs, branches
from audit.render.figures import judged, limit_of, number
from audit.render.gap_matrix import GapMatrix, GroupTable, gap_matrix, group_tables
from audit.render.grid import Grid, grid
from audit.render.heat import Heat, heat
from audit.render.measured import measured, methods
from audit.render.pictures import Picture, Pictures
from audit.render.verdict import advice, by_severity, findings, verdict

#: More measurements than this come after the pictures, folded.
FEW = 12

#: The family whose results are about groups of people.
FAIRNESS = "fairness"


@dataclass(frozen=True)
class Figure:
    """An exhibit with its picture, where there is one, its table, and what can be unfolded or pointed at in it."""

    exhibit: Exhibit
    picture: Picture
    grid: Grid
    branches: Sequence[Branch] = ()
    heat: Heat | None = None


@dataclass(frozen=True)
class Entry:
    """A result with its place on the page and its figures."""

    result: Result
    anchor: str
    figures: list[Figure]


@dataclass(frozen=True)
class Section:
    """A family of checks with its results, worst first."""

    family: str
    anchor: str
    entries: list[Entry]

    @property
    def matrix(self) -> GapMatrix:
        """What was found about attributes, where the family compares groups of people."""
        anchors = {id(e.result): e.anchor for e in self.entries}
        return gap_matrix((e.result for e in self.entries if self.family == FAIRNESS), lambda result: anchors[id(result)])

    @property
    def groups(self) -> list[GroupTable]:
        """The rates of the groups of each attribute."""
        return group_tables(e.result for e in self.entries)

    @property
    def counts(self) -> dict[Status, int]:
        """How many of its results are in each state, those that do not occur left out."""
        return {s: n for s in Status if (n := sum(e.result.status is s for e in self.entries))}


def html(run: Run) -> str:
    """Return a run as an HTML page that needs nothing but a browser or a printer."""
    pictures = Pictures()
    anchors = _anchors(run.results)
    # Pictures of the worst results come first, because those are wanted most where the page would grow too large.
    entries = {id(r): Entry(r, anchors[id(r)], _figures(r.exhibits if r.status.evaluated else (), pictures)) for r in by_severity(list(run.results))}
    curves = _figures(training_record.learning_curves(run), pictures)
    sections = [
        Section(family, f"family-{_slug(family)}", shown)
        for family in run.families
        if (shown := [e for e in entries.values() if e.result.family == family and e.result.status.evaluated])
    ]
    blocking, remarks = findings(run)
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            run=run,
            verdict=verdict(run),
            blocking=[entries[id(r)] for r in blocking],
            remarks=[entries[id(r)] for r in remarks],
            sections=sections,
            not_examined=[e for e in entries.values() if not e.result.status.evaluated],
            curves=curves,
            pictures=pictures,
            training=training_record,
        )
    )


def _figures(exhibits: Iterable[Exhibit], pictures: Pictures) -> list[Figure]:
    together = list(exhibits)
    return [_figure(e, together, pictures) for e in together if not belongs(e, together)]


def _figure(exhibit: Exhibit, together: Sequence[Exhibit], pictures: Pictures) -> Figure:
    warm = heat(exhibit)
    # a table of cells that can be pointed at is the picture itself
    return Figure(exhibit, pictures.picture(exhibit) if warm is None else Picture(), grid(exhibit), branches(exhibit, together), warm)


def _anchors(results: Iterable[Result]) -> dict[int, str]:
    taken: set[str] = set()
    anchors = {}
    for result in results:
        base = anchor = _slug(result.key)
        number = 1
        while anchor in taken:
            number += 1
            anchor = f"{base}-{number}"
        taken.add(anchor)
        anchors[id(result)] = anchor
    return anchors


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60] or "x"


def _shown(value: Any) -> Any:
    return wording.clean(value) if isinstance(value, str) and not isinstance(value, Markup) else "" if value is None else value


def _unbroken(text: str) -> str:
    """Return a text in which no line ends between a number and its per cent sign."""
    return re.sub(r"(?<=\d) (?=%|points?\b)", "\u00a0", text)


@cache
def environment() -> Environment:
    """Return where the templates of pages and of notebooks are, with the words that all of them use."""
    environment = Environment(
        loader=PackageLoader("audit.render", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        finalize=_shown,
    )
    environment.filters.update(unbroken=_unbroken, upfirst=lambda text: text[:1].upper() + text[1:])
    environment.globals.update(
        Status=Status,
        MARKS=wording.MARKS,
        WORDS=wording.WORDS,
        FAMILIES=wording.FAMILIES,
        advice=advice,
        count=wording.count,
        duration=wording.duration,
        family_title=wording.family_title,
        judged=judged,
        limit_of=limit_of,
        measured=measured,
        methods=methods,
        few_measurements=FEW,
        number=number,
        plain_name=wording.plain_name,
        when=wording.when,
    )
    return environment
