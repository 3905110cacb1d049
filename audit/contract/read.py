"""An ODCS file as the contract that checks see."""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from audit.contract import relationships, service_levels
from audit.contract.faults import Reading, look_through
from audit.contract.formats import date_pattern
from audit.contract.lines import FaultyClause, line_of
from audit.contract.lines import Path as KeyPath
from audit.contract.lint import MOMENTS
from audit.contract.rules import OPERATORS as OPERATORS
from audit.contract.rules import read_rule
from audit.core.contract import Column, Contract, OtherTable, Place, Relationship, Rule, ServiceLevel
from audit.core.errors import DataError, UsageError, did_you_mean, did_you_mean_file
from audit.core.text_file import read_text_file

#: Options of the standard that no check looks at.
UNEVALUATED_OPTIONS = {"minProperties", "maxProperties", "required", "timezone", "elementType", "normalized"}
#: Formats of numbers that say how they are stored, which is no promise about values.
STORED = ("f32", "f64")


def read_contract(path: Path, *, table: str | None = None, shown_as: str | None = None) -> Contract:
    """Read a contract.

    Parameters
    ----------
    path : Path
        An ``*.odcs.yaml`` file.
    table : str, optional
        Which schema object, where the contract has several.
    shown_as : str, optional
        How the file is called in messages and results.

    Raises
    ------
    DataError
        The file cannot be read.
    UsageError
        It is no ODCS contract: every fault with its line.
    """
    content = _content(path)
    file = shown_as or str(path)
    reading = look_through(_decoded(content, path), file)
    if reading.faults:
        raise UsageError("\n".join(f"{file}:{line}: {what}" for line, _, what in reading.faults))
    index = _object_index(reading.document["schema"], table, file)
    return _contract(reading.document, index, reading.lines, file, hashlib.sha256(content).hexdigest())


def read_tables(path: Path) -> list[Contract]:
    """Read a contract once for each table that it describes; parameters and errors are those of :func:`read_contract`."""
    return parse_tables(contract_text(path), str(path))[1]


def parse_tables(text: str, file: str) -> tuple[Reading, list[Contract]]:
    """Return a contract's document, and what it says of each of its tables.

    Parameters
    ----------
    text : str
        Of the contract.
    file : str
        How it is called in messages.

    Raises
    ------
    UsageError
        It is no ODCS contract: every fault with its line.
    """
    reading = look_through(text, file)
    if reading.faults:
        raise UsageError("\n".join(f"{file}:{line}: {what}" for line, _, what in reading.faults))
    return reading, tables_of(reading, file, hashlib.sha256(text.encode("utf-8")).hexdigest())


def tables_of(reading: Reading, file: str, sha256: str = "") -> list[Contract]:
    """Return what a contract says of each of its tables; where it has faults, what can be read."""
    return [_contract(reading.document, i, reading.lines, file, sha256) for i in range(len(reading.document.get("schema") or []))]


def contract_text(path: Path) -> str:
    """Return the text of a contract's file.

    Raises
    ------
    DataError
        There is none, or it cannot be read.
    """
    return _decoded(_content(path), path)


def _content(path: Path) -> bytes:
    try:
        return read_text_file(path)
    except FileNotFoundError as error:
        raise DataError(f"there is no contract '{path}'. {did_you_mean_file(path)}") from error
    except OSError as error:
        raise DataError(f"cannot read the contract '{path}': {error.strerror}") from error


def _decoded(content: bytes, path: Path) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DataError(f"the contract '{path}' is not UTF-8 (byte {error.start})") from error


def _object_index(objects: list[Any], table: str | None, file: str) -> int:
    names = [str(o.get("physicalName") or o.get("name")) for o in objects]
    if table is None:
        if len(objects) > 1:
            raise UsageError(f"{file} describes {len(objects)} tables ({', '.join(names)}); name one with 'table' in assay.yaml")
        return 0
    for i, o in enumerate(objects):
        if table in (o.get("physicalName"), o.get("name")):
            return i
    raise UsageError(f"{file} describes no table '{table}'. {did_you_mean(table, names)}")


def _contract(document: Mapping[str, Any], index: int, lines: Mapping[KeyPath, int], file: str, sha256: str) -> Contract:
    node, at = document["schema"][index], ("schema", index)
    place = Place(file, line_of(lines, at))
    custom: dict[str, Any] = {}
    custom_lines: dict[str, int] = {}
    for owner, path in ((document, ()), (node, at)):
        for i, entry in enumerate(owner.get("customProperties") or []):
            custom[str(entry.get("property"))] = entry.get("value")
            custom_lines[str(entry.get("property"))] = line_of(lines, (*path, "customProperties", i))
    columns = tuple(_column(p, (*at, "properties", i), lines, file) for i, p in enumerate(node.get("properties") or []))
    foreign, levels, unjudged, beyond = _beyond_columns(document, index, lines, file, columns)
    return Contract(
        id=str(document.get("id") or ""),
        name=str(document.get("name") or document.get("id") or ""),
        version=str(document.get("version") or ""),
        path=file,
        sha256=sha256,
        table=str(node.get("physicalName") or node.get("name") or ""),
        also_called=tuple(str(node[k]) for k in ("name", "id") if node.get(k)),
        columns=columns,
        rules=_rules(node, at, lines, file, ""),
        custom=custom,
        custom_lines=custom_lines,
        relationships=foreign,
        service_levels=levels,
        other_tables={o.physical_name or o.name: o for o in (_other_table(n) for i, n in enumerate(document["schema"]) if i != index)},
        unevaluated=(*_unevaluated(node, at, lines, file), *unjudged),
        beyond_data=(*_stored(node, at, lines, file), *beyond),
        place=place,
    )


def _other_table(node: Mapping[str, Any]) -> OtherTable:
    types = {str(p.get("physicalName") or p.get("name")): str(p.get("logicalType") or "") for p in node.get("properties") or []}
    return OtherTable(str(node.get("name") or ""), str(node.get("physicalName") or ""), types)


def _beyond_columns(
    document: Mapping[str, Any], index: int, lines: Mapping[KeyPath, int], file: str, columns: tuple[Column, ...]
) -> tuple[tuple[Relationship, ...], tuple[ServiceLevel, ...], list[tuple[Place, str]], list[tuple[Place, str]]]:
    """Return foreign keys and service levels, then what stays unknown of either, and what no look at the data can judge."""
    foreign: list[Relationship] = []
    levels: list[ServiceLevel] = []
    unjudged: list[tuple[Place, str]] = []
    beyond: list[tuple[Place, str]] = []
    objects = document["schema"]
    for path, key in relationships.foreign_keys(objects, index):
        place = Place(file, line_of(lines, path))
        if isinstance(key, str):
            beyond.append((place, key))
        elif isinstance(key, tuple):
            foreign.append(Relationship(*key, place))
    for path, level in service_levels.service_levels(document, objects[index], len(objects) == 1):
        place = Place(file, line_of(lines, path))
        if isinstance(level, FaultyClause):
            continue
        if len(level) == 2:
            (beyond if level[0] else unjudged).append((place, level[1]))
        else:
            kind, amount, unit, name = level
            column = next((c for c in columns if c.name == name), None)
            zone = str(column.options.get("defaultTimezone") or "") if column else ""
            levels.append(ServiceLevel("latency" if kind == "latency" else "retention", amount, unit, name, zone, place))
    return tuple(foreign), tuple(levels), unjudged, beyond


def _unevaluated(node: Mapping[str, Any], at: KeyPath, lines: Mapping[KeyPath, int], file: str) -> Iterator[tuple[Place, str]]:
    """Yield the clauses about columns that no check looks at."""
    for i, column in enumerate(node.get("properties") or []):
        path, name = (*at, "properties", i), column.get("physicalName") or column.get("name")
        for key in ("items", "map"):
            if column.get(key):
                yield Place(file, line_of(lines, (*path, key))), f"'{key}' of {name} is declared, and no check looks at it"
        for option, value in (column.get("logicalTypeOptions") or {}).items():
            unread = option == "format" and column.get("logicalType") in MOMENTS and date_pattern(str(value)) is None
            if option in UNEVALUATED_OPTIONS or unread:
                place = Place(file, line_of(lines, (*path, "logicalTypeOptions", option)))
                yield place, f"'{option}' of {name} is declared, and no check looks at it"


def _stored(node: Mapping[str, Any], at: KeyPath, lines: Mapping[KeyPath, int], file: str) -> Iterator[tuple[Place, str]]:
    """Yield the formats that say how a number is stored."""
    for i, column in enumerate(node.get("properties") or []):
        value = (column.get("logicalTypeOptions") or {}).get("format")
        if value in STORED:
            place = Place(file, line_of(lines, (*at, "properties", i, "logicalTypeOptions", "format")))
            yield (
                place,
                f"format {value} of {column.get('physicalName') or column.get('name')} says how a number is stored, not which numbers are right",
            )


def _column(node: Mapping[str, Any], at: KeyPath, lines: Mapping[KeyPath, int], file: str) -> Column:
    name = node.get("physicalName") or node.get("name") or ""
    own = {"": line_of(lines, at)}
    own |= {str(p[-1]): line for p, line in lines.items() if p[:-1] in (at, (*at, "logicalTypeOptions"))}
    for i, entry in enumerate(node.get("customProperties") or []):
        own[str(entry.get("property"))] = line_of(lines, (*at, "customProperties", i))
    return Column(
        name=str(name),
        lines=own,
        file=file,
        logical_type=str(node.get("logicalType") or ""),
        required=bool(node.get("required")),
        unique=bool(node.get("unique")),
        primary_key=bool(node.get("primaryKey")),
        options=_options(node.get("logicalTypeOptions") or {}),
        enum=tuple(e.get("value") if isinstance(e, Mapping) else e for e in node.get("enum") or []),
        classification=str(node.get("classification") or ""),
        description=str(node.get("description") or ""),
        custom={str(e.get("property")): e.get("value") for e in node.get("customProperties") or []},
        rules=_rules(node, at, lines, file, str(name)),
    )


def _options(written: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options as ODCS 3.1 means them: before, an exclusive bound was a flag beside the bound."""
    options = dict(written)
    for exclusive, inclusive in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        flag = options.get(exclusive)
        if isinstance(flag, bool):
            del options[exclusive]
            if flag and options.get(inclusive) is not None:
                options[exclusive] = options.pop(inclusive)
    return options


def _rules(owner: Mapping[str, Any], at: KeyPath, lines: Mapping[KeyPath, int], file: str, column: str) -> tuple[Rule, ...]:
    return tuple(read_rule(node, (*at, "quality", i), lines, file, column) for i, node in enumerate(owner.get("quality") or []))
