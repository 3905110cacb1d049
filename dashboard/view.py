"""A Run as sentences and rows for display. Knows no check and nothing of Streamlit."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from audit.core.exhibit import Exhibit
from audit.core.result import Result
from audit.core.run import Run
from audit.core.status import Status, worst
from audit.render import figures, wording
from audit.render.grid import Grid
from audit.render.verdict import by_severity
from dashboard import looks

ATTENTION = (Status.ERROR, Status.FAILED, Status.UNDECIDED, Status.WARNED)


def heading(result: Result) -> str:
    """Return ``F001 Selection-rate gap: colour``."""
    return f"{result.code} {result.title}" + (f": {result.place}" if result.place else "")


def sentence(text: str) -> str:
    """Return a text with a capital letter and a full stop."""
    text = wording.line(text)
    return f"{text[:1].upper()}{text[1:]}" + ("" if text.endswith((".", "!", "?", "…")) or not text else ".")


def deciding(text: str) -> str:
    """Return the sentence of a message that says what would decide; the whole where none does."""
    return next((s for s in re.split(r"(?<=[.!?]) (?=[A-Z0-9])", text) if "decide" in s), text)


def results_of(run: Run, family: str, states: Iterable[Status] = (), text: str = "") -> list[Result]:
    """Return the results of a family worst first, perhaps only those in some states and with some text.

    Parameters
    ----------
    run : Run
        Where they are.
    family : str
        Such as ``fairness``.
    states : iterable of Status
        All where empty.
    text : str
        Looked for in code, title, place, message and parameters, whatever its case.
    """
    wanted = set(states)
    needle = text.strip().casefold()
    found = (r for r in run.results if r.family == family and (not wanted or r.status in wanted))
    return by_severity([r for r in found if needle in _searched(r)])


def _searched(result: Result) -> str:
    return "\n".join([heading(result), result.message, *result.parameters.values()]).casefold()


@dataclass(frozen=True)
class FamilyLine:
    """How a family of checks fared in a run.

    Parameters
    ----------
    family, title, question : str
        Its name, its name for people, and what it asks.
    status : Status
        The worst of its states; ``not_applicable`` or ``skipped`` where it had nothing to examine.
    counts : mapping of Status to int
        How many results are in each state that occurs, worst first.
    """

    family: str
    title: str
    question: str
    status: Status
    counts: Mapping[Status, int]


def families(run: Run) -> list[FamilyLine]:
    """Return how each family of checks that a run has results of fared, in the order of the house; families from outside come last."""
    order = list(looks.QUESTIONS)
    return [_family(run, name) for name in sorted(run.families, key=lambda f: order.index(f) if f in order else len(order))]


def _family(run: Run, name: str) -> FamilyLine:
    states = [r.status for r in run.results if r.family == name]
    status = worst(states) if any(s.evaluated for s in states) else min(states, key=lambda s: s.rank)
    counts = {s: states.count(s) for s in Status if s in states}
    return FamilyLine(name, wording.family_title(name), looks.QUESTIONS.get(name, ""), status, counts)


def frame(cells: Grid) -> pd.DataFrame:
    """Return a table of texts as a frame; headings that occur twice are numbered."""
    heads: list[str] = []
    for head in map(str, cells.heads):
        same = sum(h == head or h.startswith(f"{head} (") for h in heads)
        heads.append(f"{head} ({same + 1})" if same else head)
    return pd.DataFrame([list(row) for row in cells.rows], columns=heads)


def where(places: Mapping[str, str]) -> str:
    """Return ``colour = Black, split = test``."""
    return ", ".join(f"{name} = {value}" for name, value in places.items())


def without_empty_columns(rows: pd.DataFrame) -> pd.DataFrame:
    """Return a table of text without the columns that say nothing."""
    return rows.loc[:, [bool((rows[c] != "").any()) for c in rows.columns]]


def limit_sentence(result: Result) -> str:
    """Return what a result was held against, why, and who said so."""
    limit = result.limit
    if not limit.judges:
        return "Nothing is held against a limit here."
    force = "must be" if limit.blocking else "should be"
    text = f"{wording.plain_name(figures.judged(result)) or 'what is measured'} {force} {figures.limit_of(result)}"
    text += f", because: {limit.reason}" if limit.reason else ""
    return sentence(text) + (f" Declared in {limit.source}." if limit.source else "")


def exhibit_rows(exhibit: Exhibit) -> pd.DataFrame:
    """Return the table behind an exhibit."""
    return pd.DataFrame(list(exhibit.rows), columns=list(exhibit.columns))


def grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, dict[str, str]]:
    """Return names and texts in groups: ``mitigation: method`` belongs to the group ``Mitigation``, a name without a colon to the group ``""``."""
    groups: dict[str, dict[str, str]] = {"": {}}
    for name, text in pairs:
        group, colon, rest = name.partition(": ")
        group, rest = (group, rest) if colon else ("", name)
        groups.setdefault(sentence(group).removesuffix("."), {})[rest if group else sentence(rest).removesuffix(".")] = text
    return {group: facts for group, facts in groups.items() if facts}


def provenance_rows(run: Run) -> dict[str, str]:
    """Return what a run rests on, by name: command, data, contract, policy, seed."""
    data, contract = run.subject, run.contract
    size = [wording.count(n, noun) for n, noun in ((data.rows, "row"), (data.columns, "column")) if n is not None]
    rows = {
        "Run": run.id,
        "Project": run.project,
        "Command": f"assay {run.verb} ({looks.command(run).lower()})",
        "Started": wording.when(run.started),
        "Took": wording.duration(run.seconds),
        "Data": ", ".join([*dict.fromkeys(p for p in (data.name, data.location) if p), *size]),
        "Data SHA-256": data.sha256,
        "Contract": ", ".join(
            [*dict.fromkeys(p for p in (contract.name, contract.location) if p), *([f"version {contract.version}"] if contract.version else [])]
        ),
        "Contract SHA-256": contract.sha256,
        "Policy": run.policy,
        "Seed": str(run.seed),
        "Stops on": f"{run.fail_on} or worse" if run.fail_on != "never" else "nothing",
    }
    return {name: text or "none" for name, text in rows.items()}


def role_rows(run: Run) -> dict[str, str]:
    """Return what the columns mean, role by role; roles that no column plays are left out."""
    return {
        sentence(wording.plain_name(role)).removesuffix("."): ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
        for role, value in run.roles.items()
        if value not in (None, "", [], ())
    }
