"""Foreign keys of a contract: ``relationships`` in both notations of ODCS, under a table and under a column."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from audit.contract.lines import Path
from audit.core.errors import did_you_mean

#: ``schema/orders_tbl/properties/order_id``, perhaps behind the name of another contract.
_QUALIFIED = re.compile(r"/?schema/([^/]+)(?:/properties/([^/]+))?((?:/properties/[^/]+)*)$")


class Unclear(Exception):
    """A reference that leads to no column; its text says why."""


#: What is read of one clause: columns, other table, its columns. A clause that cannot be judged has a text instead, a wrong one the fault.
Found = tuple[Path, tuple[tuple[str, ...], str, tuple[str, ...]] | str | Unclear]


def foreign_keys(objects: Sequence[Mapping[str, Any]], index: int) -> Iterator[Found]:
    """Yield every foreign key of one table: of the table itself, then of its columns.

    Parameters
    ----------
    objects : sequence of mapping
        The contract's ``schema``.
    index : int
        Which of them.

    Yields
    ------
    tuple
        The path of the clause, and ``(columns, other table, its columns)``; or, where the data at hand cannot judge it, why; or, where it is
        wrong, the fault.
    """
    node = objects[index]
    own = str(node.get("physicalName") or node.get("name"))
    owners: list[tuple[Mapping[str, Any], Path]] = [(node, ("schema", index))]
    owners += [(p, ("schema", index, "properties", i)) for i, p in enumerate(node.get("properties") or [])]
    for owner, at in owners:
        for i, clause in enumerate(owner.get("relationships") or []):
            path = (*at, "relationships", i)
            try:
                yield path, _foreign_key(clause, objects, node, None if owner is node else owner, own)
            except Unclear as fault:
                yield path, fault


def _foreign_key(
    clause: Mapping[str, Any], objects: Sequence[Mapping[str, Any]], node: Mapping[str, Any], column: Mapping[str, Any] | None, own: str
) -> tuple[tuple[str, ...], str, tuple[str, ...]] | str:
    kind = clause.get("type") or "foreignKey"
    if kind != "foreignKey":
        raise Unclear(f"no relationship type '{kind}'. {did_you_mean(str(kind), ['foreignKey'])}")
    written, start = clause.get("to"), clause.get("from")
    if not written:
        raise Unclear("a relationship names the column it leads to: 'to: table.column'")
    if column is not None:
        if start:
            raise Unclear("under a column, 'from' is that column; write the relationship under the table to name others")
        columns = [str(column.get("physicalName") or column.get("name"))]
    else:
        if not start:
            raise Unclear("under a table, a relationship needs 'from' as well as 'to'")
        if isinstance(start, list) != isinstance(written, list):
            raise Unclear("'from' and 'to' are both one column, or both a list")
        found = [_resolve(str(ref), objects) for ref in _many(start)]
        others = sorted({table for table, _ in found if table != own})
        if others:
            return f"the relationship starts in the table '{others[0]}'; it is checked where that table is"
        columns = [name for _, name in found]
    targets = _many(written)
    if len(targets) != len(columns):
        raise Unclear(f"'from' names {len(columns)} and 'to' {len(targets)} columns; they must be as many")
    found = [_resolve(str(ref), objects) for ref in targets]
    tables = sorted({table for table, _ in found})
    if len(tables) > 1:
        raise Unclear(f"'to' names columns of {len(tables)} tables ({', '.join(tables)}); a key is in one")
    return tuple(columns), tables[0], tuple(name for _, name in found)


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _resolve(reference: str, objects: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    """Return the table and the column that a reference leads to, under the names that the data use."""
    file, anchor, item = reference.rpartition("#")
    qualified = _QUALIFIED.fullmatch(item)
    if qualified and not anchor:
        table, column, nested = qualified.groups()
        if not column or nested:
            raise Unclear(f"'{reference}' leads to no column of a table; expected schema/TABLE_ID/properties/COLUMN_ID")
        node = _by(objects, ("id",), table)
        if node is None:
            ids = [str(o["id"]) for o in objects if o.get("id")]
            raise Unclear(f"'{reference}': no schema object has the id '{table}'. {did_you_mean(table, ids)}")
        return _column(reference, node, ("id",), column)
    if qualified:
        raise Unclear(f"'{reference}' names a column of {file} by its id; write it as {file}#table.column, so that no other contract need be read")
    parts = item.lstrip("/").split(".")
    if len(parts) != 2 or not all(parts):
        raise Unclear(f"'{reference}' leads to no column of a table; expected table.column or schema/TABLE_ID/properties/COLUMN_ID")
    node = None if anchor else _by(objects, ("name", "physicalName"), parts[0])
    return _column(reference, node, ("name", "physicalName"), parts[1]) if node is not None else (parts[0], parts[1])


def _column(reference: str, node: Mapping[str, Any], keys: tuple[str, ...], name: str) -> tuple[str, str]:
    table, properties = str(node.get("physicalName") or node.get("name")), node.get("properties") or []
    column = _by(properties, keys, name)
    if column is not None:
        return table, str(column.get("physicalName") or column.get("name"))
    if not properties and "name" in keys:
        return table, name
    known = [str(p[k]) for p in properties for k in keys if p.get(k)]
    raise Unclear(f"'{reference}': the table '{node.get('name')}' has no column '{name}'. {did_you_mean(name, known)}")


def _by(nodes: Sequence[Mapping[str, Any]], keys: tuple[str, ...], name: str) -> Mapping[str, Any] | None:
    return next((n for key in keys for n in nodes if n.get(key) == name), None)
