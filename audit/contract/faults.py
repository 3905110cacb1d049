"""Everything that is wrong with the text of a contract, not only the first fault: shape, then what the clauses say."""

import json
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from audit.contract import relationships, service_levels
from audit.contract.keys import unknown_keys
from audit.contract.lines import FaultyClause, Path, line_of, parse
from audit.contract.lint import contradictions
from audit.contract.rules import rule_faults
from audit.core.errors import UsageError

Fault = tuple[Path, str]


@dataclass(frozen=True)
class Reading:
    """A contract that was parsed and looked through.

    Parameters
    ----------
    document : mapping
        What was written, without the parts whose shape is wrong.
    lines : mapping of path to int
        Where each part stands.
    faults : sequence of (int, path, str)
        Every fault by line, with its path and what is wrong.
    """

    document: Mapping[str, Any]
    lines: Mapping[Path, int]
    faults: list[tuple[int, Path, str]]


def look_through(text: str, file: str) -> Reading:
    """Parse a contract and find all its faults.

    Parameters
    ----------
    text : str
        Of the file.
    file : str
        Its name, for messages.

    Raises
    ------
    UsageError
        It is no YAML, no data contract, or describes no table: there is nothing to look through.
    """
    parsed = parse(text, file)
    document = parsed.document
    if not isinstance(document, dict) or document.get("kind") != "DataContract":
        raise UsageError(f"{file} is no data contract: expected the key 'kind: DataContract' of the Open Data Contract Standard")
    wrong = list(unknown_keys(document))
    wrong += [f for f in _invalid(document) if not _beneath(f[0], wrong)]
    sound = _without(document, [path for path, _ in wrong])
    wrong += [f for f in dict.fromkeys(_said(sound, parsed.lines)) if not _beneath(f[0], wrong)]
    faults: list[tuple[int, Path, str]] = [(line, (), what) for line, what in parsed.repeated]
    faults += [(line_of(parsed.lines, path), path, what) for path, what in wrong]
    if not faults and not sound.get("schema"):
        raise UsageError(f"{file} has no 'schema': nothing would be checked")
    return Reading(sound, parsed.lines, sorted(faults, key=lambda f: f[0]))


def _invalid(document: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield where the models of the standard refuse a value."""
    from open_data_contract_standard.model import OpenDataContractStandard
    from pydantic import ValidationError

    try:
        # dates that YAML has parsed would be refused where the standard wants text
        OpenDataContractStandard(**json.loads(json.dumps(document, default=str)))
    except ValidationError as error:
        for e in error.errors():
            yield _existing(document, tuple(e["loc"])), f"{'.'.join(map(str, e['loc']))}: {e['msg']}"


def _existing(document: Any, path: Path) -> Path:
    """Return the part of a path that leads somewhere: models add names of types to it."""
    node = document
    for i, key in enumerate(path):
        try:
            node = node[key]
        except (LookupError, TypeError):
            return path[:i]
    return path


def _beneath(path: Path, faults: Iterable[Fault]) -> bool:
    """Return whether a fault is but a consequence of one that is known: what was taken out for it is missing now."""
    rule = path[-2:-1] == ("quality",)
    return any(path[: len(known)] == known or (rule and known[:-1] == path) for known, _ in faults if known)


def _without(document: Mapping[str, Any], paths: Iterable[Path]) -> dict[str, Any]:
    """Return a document without some parts; an entry of a list leaves an empty one behind, so that the others keep their numbers."""
    rest: dict[str, Any] = deepcopy(dict(document))
    for path in sorted((p for p in paths if p), key=len, reverse=True):
        node: Any = rest
        for key in path[:-1]:
            node = node[key]
        if isinstance(node, list):
            node[int(path[-1])] = {}
        else:
            node.pop(path[-1], None)
    return rest


def _said(document: Mapping[str, Any], lines: Mapping[Path, int]) -> Iterator[Fault]:
    """Yield what is wrong with what a document of the right shape says."""
    yield from contradictions(document)
    objects = document.get("schema") or []
    for i, node in enumerate(objects):
        at: Path = ("schema", i)
        yield from _quality(node, at, "")
        yield from _columns(node, at, lines)
        yield from ((path, str(found)) for path, found in relationships.foreign_keys(objects, i) if isinstance(found, relationships.Unclear))
        for _, level in service_levels.service_levels(document, node, len(objects) == 1):
            if isinstance(level, FaultyClause):
                where, what = level.args
                yield where, what


def _columns(node: Mapping[str, Any], at: Path, lines: Mapping[Path, int]) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    for i, column in enumerate(node.get("properties") or []):
        path = (*at, "properties", i)
        name = str(column.get("physicalName") or column.get("name") or "")
        if not name:
            yield path, "a property without a name"
            continue
        if name in seen:
            yield path, f"the column '{name}' was already described on line {seen[name]}"
        seen.setdefault(name, line_of(lines, path))
        yield from _quality(column, path, name)
        options = column.get("logicalTypeOptions") or {}
        for exclusive, inclusive in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
            if options.get(exclusive) is True and options.get(inclusive) is None:
                yield (*path, "logicalTypeOptions", exclusive), f"'{exclusive}: true' needs a '{inclusive}' beside it"


def _quality(owner: Mapping[str, Any], at: Path, column: str) -> Iterator[Fault]:
    for i, rule in enumerate(owner.get("quality") or []):
        yield from rule_faults(rule, (*at, "quality", i), column)
