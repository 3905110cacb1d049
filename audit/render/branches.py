"""A tree as branches to walk through: each with its way as a sentence, its number, and what other exhibits know of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from audit.core.exhibit import Exhibit, Kind
from audit.render.figures import finite, interval, number, unit_of
from audit.render.wording import clean, count, line

#: The column by which the rows of a table belong to the nodes of a tree in the same result.
NODE = "node"
#: Branches nested deeper than this hang on the one above.
DEEPEST = 24


@dataclass
class Branch:
    """A node of a tree.

    Parameters
    ----------
    id, label : str
        Its name, and the last step of its way.
    value : str
        Its number, in its unit.
    part : float
        The number as a share of the largest of the tree, from 0 to 1.
    sentence : str
        Its way and what was counted there.
    level : int
        How deep it lies.
    names : list of str
        What belongs to it in a table of the same result, such as row keys, and ``names_head`` what they are.
    children : list of Branch
        Below it.
    """

    id: str
    label: str
    value: str
    part: float
    sentence: str
    level: int
    names: list[str] = field(default_factory=list)
    names_head: str = ""
    children: list["Branch"] = field(default_factory=list)


def branches(exhibit: Exhibit, others: Iterable[Exhibit] = ()) -> list[Branch]:
    """Return the roots of a tree.

    Parameters
    ----------
    exhibit : Exhibit
        Of the kind ``tree``; none of another kind has branches.
    others : iterable of Exhibit
        Those of the same result; tables with a column ``node`` tell in their last column what belongs to a node.
    """
    if exhibit.kind is not Kind.TREE:
        return []
    rows = ordered([dict(zip(exhibit.columns, row, strict=True)) for row in exhibit.rows])
    known = {str(row["id"]): row for row in rows}
    values = [v for v in (finite(row["value"]) for row in rows) if v is not None]
    unit, largest = unit_of(exhibit.x_label, [row["value"] for row in rows]), max([abs(v) for v in values], default=0.0)
    belonging = _belonging(others)
    roots: list[Branch] = []
    above: list[Branch] = []
    for row in rows:
        level = min(row["level"], DEEPEST)
        value = finite(row["value"])
        branch = Branch(
            str(row["id"]),
            line(row["label"]) or "(empty)",
            number(row["value"] if row["value"] is None else value, unit),
            abs(value) / largest if value is not None and largest else 0.0,
            _sentence(exhibit, row, _way(row, known), unit),
            level,
            *belonging.get(str(row["id"]), ([], "")),
        )
        above = above[:level]
        (above[-1].children if above else roots).append(branch)
        above.append(branch)
    return roots


def walked(roots: Sequence[Branch]) -> list[Branch]:
    """Return branches and all that hang on them, parents first."""
    return [b for root in roots for b in (root, *walked(root.children))]


def ordered(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows of a tree parents first, each with its ``level``; rows that hang in a circle come last, as roots."""
    known = {row["id"] for row in rows}
    children: dict[Any, list[dict[str, Any]]] = {}
    for row in rows:
        parent = row["parent"] if row["parent"] in known and row["parent"] != row["id"] else None
        children.setdefault(parent, []).append(row)
    result: list[dict[str, Any]] = []
    placed: set[int] = set()
    waiting = [(row, 0) for row in reversed(children.get(None, []))]
    while waiting:
        row, level = waiting.pop()
        if id(row) not in placed:
            placed.add(id(row))
            result.append(row | {"level": level})
            waiting += [(child, level + 1) for child in reversed(children.get(row["id"], []) if row["id"] is not None else [])]
    return result + [row | {"level": 0} for row in rows if id(row) not in placed]


def _way(row: dict[str, Any], known: dict[str, dict[str, Any]]) -> str:
    """Return the labels from below the root to a node."""
    labels: list[str] = []
    seen: set[str] = set()
    at: dict[str, Any] | None = row
    while at is not None and str(at["id"]) not in seen:
        seen.add(str(at["id"]))
        above = known.get(str(at["parent"])) if at["parent"] is not None else None
        if above is not None or not labels:
            labels.append(line(at["label"]))
        at = above
    return " and ".join(reversed(labels)) or "(empty)"


def _sentence(exhibit: Exhibit, row: dict[str, Any], way: str, unit: str) -> str:
    n = row.get("n")
    begin = f"{count(int(n), 'row')} with {way}" if isinstance(n, (int, float)) and row["level"] else way
    if isinstance(n, (int, float)) and not row["level"]:
        begin = f"{way} ({count(int(n), 'row')})"
    low, high = finite(row.get("low")), finite(row.get("high"))
    ends = f" ({interval((low, high), unit)})" if low is not None and high is not None else ""
    said = f"{begin}: {clean(exhibit.x_label) or 'value'} {number(row['value'] if row['value'] is None else finite(row['value']), unit)}{ends}"
    further = [c for c in exhibit.columns if c not in ("id", "parent", "label", "value", "n", "low", "high") and row[c] is not None]
    told = [f"{_name(c)} {number(row[c], unit_of(c, [row[c]]))}" for c in further]
    return "; ".join([said, *told]) + "."


def _name(column: str) -> str:
    return "share of the rows" if column == "share" else line(column.replace("_", " "))


def belongs(exhibit: Exhibit, others: Iterable[Exhibit]) -> bool:
    """Return whether a table is shown with the branches of a tree in the same result, so that it need not be shown again."""
    return exhibit.kind is Kind.TABLE and NODE in exhibit.columns and any(other.kind is Kind.TREE for other in others)


def _belonging(others: Iterable[Exhibit]) -> dict[str, tuple[list[str], str]]:
    found: dict[str, tuple[list[str], str]] = {}
    for other in others:
        if other.kind is Kind.TABLE and NODE in other.columns and len(other.columns) > 1:
            for node, name in zip(other.column(NODE), other.column(other.columns[-1]), strict=True):
                found.setdefault(str(node), ([], line(other.title)))[0].append(line(name))
    return found
