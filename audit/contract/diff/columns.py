"""The columns of two versions of a table."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from audit.contract.diff.clauses import Clause, clauses_of, effect_of
from audit.contract.diff.effects import LOOSER, SAME, TIGHTER, UNKNOWN
from audit.contract.diff.governance import classification_change, custom_changes, effect_of_custom, place_of
from audit.contract.diff.renames import renames
from audit.contract.diff.rules import changed_rules, effect_of_rule, rule_name, rule_text
from audit.core.contract import Column, Contract, Rule
from audit.core.contract_diff import Change

#: Which check holds rows to a custom property or to a role.
ENFORCED = {"retentionDays": "P004", "purpose": "P005", "lawfulBasis": "P010"}
BY_ROLE = {"consent": "P002", "consent_until": "P002", "collected": "P004", "purpose": "P005", "lawful_basis": "P010"}


@dataclass(frozen=True)
class Tables:
    """A table in two versions.

    Parameters
    ----------
    old, new : Contract
        What each says of it.
    """

    old: Contract
    new: Contract

    def alone(self, side: Literal["old", "new"], **parts: Any) -> Contract:
        """Return a contract of one side that says only some parts."""
        whole = self.old if side == "old" else self.new
        return Contract(path=whole.path, table=whole.table, also_called=whole.also_called, place=whole.place, **parts)

    def governing(self, side: Literal["old", "new"]) -> Contract:
        """Return a contract of one side that says only what its columns mean and what may be done with them."""
        whole = self.old if side == "old" else self.new
        columns = tuple(Column(c.name, c.lines, c.file, c.logical_type, custom=c.custom) for c in whole.columns)
        return self.alone(side, columns=columns, custom=whole.custom, custom_lines=whole.custom_lines)

    def rule(self, side: Literal["old", "new"], rule: Rule | None) -> Contract | None:
        """Return a contract of one side that holds one rule."""
        if rule is None:
            return None
        whole = self.old if side == "old" else self.new
        column = whole.column(rule.column) if rule.column else None
        if column is None:
            return self.alone(side, rules=(rule,))
        return self.alone(side, columns=(Column(column.name, column.lines, column.file, column.logical_type, rules=(rule,)),))


def column_changes(tables: Tables, nodes: tuple[Mapping[str, Any], Mapping[str, Any]]) -> Iterator[Change]:
    """Yield what changed about the columns of a table: in the order of the new version, then those that are gone.

    Parameters
    ----------
    tables : Tables
        Both versions.
    nodes : pair of mapping
        Their columns as written, by name, for what the contract proper does not keep.
    """
    old, new = tables.old, tables.new
    removed = [c for c in old.columns if new.column(c.name) is None]
    added = [c for c in new.columns if old.column(c.name) is None]
    named = renames(removed, added)
    back = {v: k for k, v in named.items()}
    for column in new.columns:
        before = old.column(column.name)
        if before is None:
            hint = f"'{back[column.name]}' is gone: perhaps renamed" if column.name in back else ""
            why = "data without this column fail (D001)"
            part = tables.alone("new", columns=(column,))
            text = column.logical_type or "any type"
            yield Change(new.table, column.name, "column", "", text, TIGHTER, why, column.place(), hint, new=part)
        else:
            yield from _of_column(tables, before, column)
            yield from _physical_type(tables, column, nodes[0].get(column.name, {}), nodes[1].get(column.name, {}))
    for column in removed:
        hint = f"'{named[column.name]}' is new: perhaps renamed; keep both for a while, or tell every reader" if column.name in named else ""
        part = tables.alone("old", columns=(column,))
        text = column.logical_type or "any type"
        yield Change(new.table, column.name, "column", text, "", LOOSER, "readers no longer find it", column.place(), hint, old=part)


def _of_column(tables: Tables, old: Column, new: Column) -> Iterator[Change]:
    table = tables.new.table
    before, after = ({c.name: c for c in clauses_of(column)} for column in (old, new))
    for name in dict.fromkeys((*after, *before)):
        first, second = before.get(name), after.get(name)
        if first is None or second is None or _differs(first, second):
            effect, why = effect_of(name, first, second)
            there = second or first
            assert there is not None
            yield Change(
                table,
                new.name,
                name,
                first.shown if first else "",
                second.shown if second else "",
                effect,
                why,
                there.place,
                old=tables.alone("old", columns=(first.part,)) if first else None,
                new=tables.alone("new", columns=(second.part,)) if second else None,
                codes=("D001",) if name == "logicalType" else (),
            )
    for was, is_ in changed_rules(old.rules, new.rules):
        yield rule_change(tables, was, is_, new.name)
    found = classification_change(old, new)
    if found is not None:
        effect, why = found
        yield Change(table, new.name, "classification", old.classification, new.classification, effect, why, new.place("classification"))
    for name, was, is_ in custom_changes(old.custom, new.custom):
        effect, why = effect_of_custom(name, was, is_, old, new)
        change = Change(table, new.name, name, shown(was), shown(is_), effect, why, place_of(new, name, is_))
        yield governed(tables, change, was, is_)


def _differs(first: Clause, second: Clause) -> bool:
    zones = [c.part.options.get("defaultTimezone") for c in (first, second)]
    return bool(first.value != second.value) or first.shown != second.shown or zones[0] != zones[1]


def rule_change(tables: Tables, old: Rule | None, new: Rule | None, column: str) -> Change:
    """Return the change that two rules make, one of which may be missing."""
    effect, why = effect_of_rule(old, new)
    there = new or old
    assert there is not None
    return Change(
        tables.new.table,
        column,
        rule_name(there),
        rule_text(old) if old else "",
        rule_text(new) if new else "",
        effect,
        why,
        there.place,
        old=tables.rule("old", old),
        new=tables.rule("new", new),
    )


def governed(tables: Tables, change: Change, before: Any, after: Any) -> Change:
    """Return a change of a custom property with what can be held against data, where a check enforces it on rows."""
    roles = {*(before or ()), *(after or ())} if change.clause == "role" else set()
    codes = tuple(sorted({BY_ROLE[r] for r in roles if r in BY_ROLE} | ({ENFORCED[change.clause]} if change.clause in ENFORCED else set())))
    if not codes:
        return change
    return replace(change, old=tables.governing("old"), new=tables.governing("new"), codes=codes)


def shown(value: Any) -> str:
    """Return the value of a custom property as people write it; nothing where there is none."""
    return "" if value is None else ", ".join(map(str, value)) if isinstance(value, list) else str(value) or "''"


def _physical_type(tables: Tables, column: Column, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    was, is_ = (str(node.get("physicalType") or "") for node in (old, new))
    if was != is_:
        same = was.casefold() == is_.casefold()
        why = "the same" if same else "no check reads it; readers that go by it may"
        place = column.place("physicalType")
        yield Change(tables.new.table, column.name, "physicalType", was, is_, SAME if same else UNKNOWN, why, place)
