"""Differences of contracts, for terminals and for pull requests."""

from collections.abc import Iterator, Sequence

from rich.table import Table
from rich.text import Text

from audit.core.contract_diff import Change, Compatibility, ContractDiff, Failing
from audit.core.wording import counted
from audit.render.markdown import code, escaped
from audit.render.wording import line

_STYLES = {Compatibility.BREAKING: "bold red", Compatibility.UNDECIDED: "bold blue", Compatibility.COMPATIBLE: "green"}
_MARKS = {Compatibility.BREAKING: "❌ breaking", Compatibility.UNDECIDED: "❔ undecided", Compatibility.COMPATIBLE: "✅ compatible"}
#: What a word of a column's length says is enough for a table; the files have the rest.
LONGEST = 60


def headline(diff: ContractDiff) -> str:
    """Return the verdict for both sides in one sentence."""
    if not diff.changes:
        return "No clause changed."
    sides = [_side(diff, "producers"), _side(diff, "consumers")]
    return f"{counted(len(diff.changes), 'change')}: {sides[0]}; {sides[1]}."


def _side(diff: ContractDiff, side: str) -> str:
    counts = {c: sum(getattr(x.effect, side) is c for x in diff.changes) for c in Compatibility}
    parts = [f"{counts[c]} {c.value}" for c in (Compatibility.BREAKING, Compatibility.UNDECIDED) if counts[c]]
    return f"for {side} {' and '.join(parts) or 'all compatible'}"


def sentences(diff: ContractDiff) -> list[str]:
    """Return the verdict, what the version should be, and how the data do."""
    said = [headline(diff), f"{diff.version.sentence[0].upper()}{diff.version.sentence[1:]}."]
    if diff.data and diff.rows is not None:
        parts = [f"{n:,} fail a changed clause of the {side} contract" for side, n in _failing(diff)]
        said.append(f"Of {counted(diff.rows, 'row')} of {diff.data}, {' and '.join(parts) or 'none is judged by a changed clause row by row'}.")
    return said


def _failing(diff: ContractDiff) -> Iterator[tuple[str, int]]:
    for side, n in (("old", diff.failing_before), ("new", diff.failing_after)):
        if n is not None:
            yield side, n


def terminal_table(diff: ContractDiff) -> Table:
    """Return the changes as a table for a terminal, worst first, with the reason under each."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in ("producers", "consumers"):
        table.add_column(head, no_wrap=True)
    table.add_column("what changed", overflow="fold")
    if diff.data:
        table.add_column("rows failing", no_wrap=True, justify="right")
    for change in worst_first(diff.changes):
        sides = [Text(side.value, _STYLES[side]) for side in (change.effect.producers, change.effect.consumers)]
        table.add_row(*sides, _told(change), *((Text(_both(change)),) if diff.data else ()))
    return table


def _told(change: Change) -> Text:
    where = f"{line(change.where)} " if change.where else ""
    what = f"{line(change.clause)}: {_short(change.before) or 'nothing'} → {_short(change.after) or 'nothing'}"
    why = f"{change.why}{'; ' + change.hint if change.hint else ''} ({change.place})"
    return Text.assemble((where, "bold"), what, "\n", (line(why), "dim"))


def markdown_diff(diff: ContractDiff) -> str:
    """Return the changes as Markdown, for a comment on a pull request."""
    mark = "❌" if diff.breaks("producers") or diff.breaks("consumers") else "✅"
    head = [f"## {mark} {escaped(line(diff.new))}", "", *(escaped(s) + "  " for s in sentences(diff)), ""]
    if not diff.changes:
        return "\n".join(head)
    rows = bool(diff.data)
    heads = ["where", "clause", "before", "after", "producers", "consumers", *(["rows failing"] if rows else []), "why"]
    table = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    for change in worst_first(diff.changes):
        why = escaped(f"{change.why}{'; ' + change.hint if change.hint else ''}")
        cells = [code(change.where) if change.where else "–", escaped(change.clause), *(_cell(v) for v in (change.before, change.after))]
        cells += [_MARKS[change.effect.producers], _MARKS[change.effect.consumers], *([_both(change)] if rows else []), why]
        table.append(f"| {' | '.join(cells)} |")
    return "\n".join([*head, *table, ""])


def worst_first(changes: Sequence[Change]) -> list[Change]:
    """Return changes by how much they break, each kind in the order of the file."""
    order = list(Compatibility)
    return sorted(changes, key=lambda c: -max(3 * order.index(s) for s in (c.effect.producers, c.effect.consumers)))


def _cell(value: str) -> str:
    return code(_short(value)) if value else "–"


def _short(value: str) -> str:
    text = line(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _both(change: Change) -> str:
    found = [_one(f) for f in (change.failing_before, change.failing_after)]
    return " → ".join(found) if any(f != "–" for f in found) else "–"


def _one(failing: Failing | None) -> str:
    if failing is None:
        return "–"
    return failing.status.replace("_", " ") if failing.rows is None else f"{failing.rows:,}"
