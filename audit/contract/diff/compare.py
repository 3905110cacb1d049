"""Two contracts compared: every clause that differs, for whom it breaks something, and whether the version says so."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from audit.contract.diff.clauses import as_clause
from audit.contract.diff.columns import Tables, column_changes, governed, rule_change, shown
from audit.contract.diff.effects import LOOSER, OTHER, SAME, TIGHTER, UNKNOWN, inclusion
from audit.contract.diff.governance import custom_changes, effect_of_custom
from audit.contract.diff.levels import changed_levels, effect_of_level
from audit.contract.diff.rules import changed_rules
from audit.contract.diff.version import version_advice
from audit.contract.lines import Path, line_of
from audit.contract.service_levels import is_judged
from audit.core.contract import Contract, Place, Rule, ServiceLevel
from audit.core.contract_diff import Change, Compatibility, ContractDiff, Effect
from audit.core.limit import Limit

#: Readers may have to look elsewhere; nothing changes for who delivers.
ELSEWHERE = Effect(Compatibility.COMPATIBLE, Compatibility.UNDECIDED)
ENDING = ("deprecated", "retired")


@dataclass(frozen=True)
class Side:
    """One version of a contract.

    Parameters
    ----------
    name : str
        How its file is called.
    document : mapping
        As written.
    lines : mapping of path to int
        Where each part stands.
    tables : sequence of Contract
        What it says of each table.
    """

    name: str
    document: Mapping[str, Any]
    lines: Mapping[Path, int]
    tables: list[Contract]

    def place(self, *path: str | int) -> Place:
        """Return where a part of the file stands."""
        return Place(self.name, line_of(self.lines, path))


def compare(old: Side, new: Side) -> ContractDiff:
    """Return all that changed from one version of a contract to the next.

    Parameters
    ----------
    old, new : Side
        The two versions.
    """
    changes = [*_of_file(old, new), *_of_tables(old, new)]
    told = _without_version(old.document) != _without_version(new.document)
    before, after = (str(side.document.get("version") or "") for side in (old, new))
    return ContractDiff(old.name, new.name, changes, version_advice(before, after, changes, told=told))


def _without_version(document: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in document.items() if k != "version"}


def _of_file(old: Side, new: Side) -> Iterator[Change]:
    was, is_ = (str(side.document.get("id") or "") for side in (old, new))
    if was != is_:
        yield Change("", "", "id", was, is_, UNKNOWN, "by its id this is another contract", new.place("id"))
    was, is_ = (str(side.document.get("status") or "") for side in (old, new))
    if was != is_:
        ending = is_.casefold() in ENDING
        why = "readers must look for another source" if ending else "where the contract is in its life"
        yield Change("", "", "status", was, is_, ELSEWHERE if ending else SAME, why, new.place("status"))
    yield from _servers(old, new)
    first, second = ({_level_name(e): e for e in s.document.get("slaProperties") or [] if not is_judged(e)} for s in (old, new))
    for name in dict.fromkeys((*second, *first)):
        before, after = first.get(name), second.get(name)
        if before != after:
            why = "no look at the data can judge it"
            yield Change("", "", f"service level {name}", _level_text(before), _level_text(after), UNKNOWN, why, new.place("slaProperties"))


def _level_text(entry: Mapping[str, Any] | None) -> str:
    return " ".join(str(entry[k]) for k in ("value", "unit") if entry.get(k) is not None) or "given" if entry else ""


def _level_name(entry: Mapping[str, Any]) -> str:
    return f"{entry.get('property')}{' of ' + str(entry['element']) if entry.get('element') else ''}"


def _servers(old: Side, new: Side) -> Iterator[Change]:
    first, second = ({str(s.get("server")): s for s in side.document.get("servers") or []} for side in (old, new))
    for name in dict.fromkeys((*second, *first)):
        before, after = first.get(name), second.get(name)
        if before != after:
            effect = SAME if before is None else ELSEWHERE
            why = "another place to read from" if before is None else "readers may have to look elsewhere"
            first_type, second_type = (str(s.get("type") or "given") if s else "" for s in (before, after))
            yield Change("", "", f"server {name}", first_type, second_type, effect, why, new.place("servers"))


def _of_tables(old: Side, new: Side) -> Iterator[Change]:
    first, second = ({t.table: t for t in side.tables} for side in (old, new))
    if len(first) == len(second) == 1 and first.keys() != second.keys():
        (before,), (after,) = first.values(), second.values()
        why = "who reads or delivers the table by its name has to change it"
        yield Change(after.table, "", "table", before.table, after.table, OTHER, why, after.place)
        yield from _of_table(Tables(before, after), _columns(old, before.table), _columns(new, after.table))
        return
    for name, table in second.items():
        if name in first:
            yield from _of_table(Tables(first[name], table), _columns(old, name), _columns(new, name))
        else:
            yield Change(name, "", "table", "", name, TIGHTER, "one more table has to be delivered", table.place)
    for name, table in first.items():
        if name not in second:
            yield Change(name, "", "table", name, "", LOOSER, "readers no longer find it", table.place)


def _columns(side: Side, table: str) -> dict[str, Mapping[str, Any]]:
    for node in side.document.get("schema") or []:
        if str(node.get("physicalName") or node.get("name") or "") == table:
            return {str(p.get("physicalName") or p.get("name")): p for p in node.get("properties") or []}
    return {}


def _of_table(tables: Tables, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    yield from _custom(tables)
    yield from _keys(tables)
    for before, after in changed_rules(tables.old.rules, tables.new.rules):
        yield rule_change(tables, before, after, "")
    yield from _levels(tables)
    yield from _relationships(tables)
    yield from column_changes(tables, (old, new))


def _custom(tables: Tables) -> Iterator[Change]:
    for name, was, is_ in custom_changes(tables.old.custom, tables.new.custom):
        effect, why = effect_of_custom(name, was, is_)
        change = Change(tables.new.table, "", name, shown(was), shown(is_), effect, why, tables.new.custom_place(name))
        yield governed(tables, change, was, is_)


def _keys(tables: Tables) -> Iterator[Change]:
    """Yield keys that came or went: a key is kept by all data that keep a key of fewer columns."""
    old, new = tables.old, tables.new
    first, second = _unique(old), _unique(new)
    for key, place in second.items():
        if key not in first:
            implied = any(set(k) <= set(key) for k in first)
            why = "rows that differ in fewer columns differ in these, too" if implied else "rows that share it fail"
            effect = inclusion(implied, True)
            yield _key_change(tables, "new", key, place, effect, why)
    for key, place in first.items():
        if key not in second and all(new.column(c) is not None for c in key):
            implied = any(set(k) <= set(key) for k in second)
            why = "still so, by a key of fewer columns" if implied else "rows may share it"
            yield _key_change(tables, "old", key, place, inclusion(True, implied), why)


def _key_change(tables: Tables, side: Literal["old", "new"], key: tuple[str, ...], place: Place, effect: Effect, why: str) -> Change:
    arguments = {"properties": list(key)}
    rule = Rule("library", place, metric="duplicateValues", arguments=arguments, limit=Limit(high=0, source=str(place)))
    text, column = " + ".join(key), key[0] if len(key) == 1 else ""
    part = tables.alone(side, rules=(rule,))
    if side == "old":
        return Change(tables.new.table, column, "unique", text, "", effect, why, place, old=part)
    return Change(tables.new.table, column, "unique", "", text, effect, why, place, new=part)


def _unique(contract: Contract) -> dict[tuple[str, ...], Place]:
    found: dict[tuple[str, ...], Place] = {}
    primary = [c for c in contract.columns if c.primary_key]
    if primary:
        found[tuple(sorted(c.name for c in primary))] = primary[0].place("primaryKey")
    for column in contract.columns:
        if column.unique:
            found.setdefault((column.name,), column.place("unique"))
        for rule in column.rules:
            if rule.metric == "duplicateValues" and as_clause(rule):
                found.setdefault((column.name,), rule.place)
    return found


def _levels(tables: Tables) -> Iterator[Change]:
    for before, after in changed_levels(tables.old, tables.new):
        there = after or before
        assert there is not None
        effect, why = effect_of_level(before, after)
        old = tables.alone("old", service_levels=(before,)) if before else None
        new = tables.alone("new", service_levels=(after,)) if after else None
        yield Change(tables.new.table, there.column, there.kind, _period(before), _period(after), effect, why, there.place, old=old, new=new)


def _period(level: ServiceLevel | None) -> str:
    return f"{level.amount} {level.unit}" if level else ""


def _relationships(tables: Tables) -> Iterator[Change]:
    first, second = ({(r.columns, r.table, r.to): r for r in c.relationships} for c in (tables.old, tables.new))
    for key in dict.fromkeys((*second, *first)):
        before, after = first.get(key), second.get(key)
        if before is not None and after is not None:
            continue
        there = after or before
        assert there is not None
        columns, table, to = key
        text, column = f"{' + '.join(columns)} → {table}.{' + '.join(to)}", columns[0] if len(columns) == 1 else ""
        if before is None:
            part = replace(tables.alone("new", relationships=(there,)), other_tables=tables.new.other_tables)
            why = "values that the other table lacks fail"
            yield Change(tables.new.table, column, "relationship", "", text, TIGHTER, why, there.place, new=part)
        else:
            part = replace(tables.alone("old", relationships=(there,)), other_tables=tables.old.other_tables)
            why = "values may come that the other table lacks"
            yield Change(tables.new.table, column, "relationship", text, "", LOOSER, why, there.place, old=part)
