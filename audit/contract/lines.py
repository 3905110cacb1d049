"""On which line of a YAML file each key stands."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from audit.core.errors import UsageError
from audit.core.written import Written

Path = tuple[str | int, ...]

#: More than any file has that people wrote.
MOST_ENTRIES = 1_000_000

#: libyaml parses ten times as fast; wheels of PyYAML carry it, builds from source may not
_Loader: Any = type("_Loader", (getattr(yaml, "CSafeLoader", yaml.SafeLoader),), {})


class FaultyClause(Exception):
    """A clause that cannot be meant as it is written; its arguments are its path and what is wrong."""


def _integer(loader: Any, node: yaml.ScalarNode) -> Any:
    # 17:30:00 is a time to its writer, and to YAML 1.1 a number to base 60
    if ":" in node.value:
        return node.value
    try:
        return loader.construct_yaml_int(node)
    except ValueError as error:
        raise yaml.constructor.ConstructorError(None, None, f"a number of {len(node.value):,} digits", node.start_mark) from error


def _decimal(loader: Any, node: yaml.ScalarNode) -> Any:
    return node.value if ":" in node.value else Written(loader.construct_yaml_float(node), node.value)


def _moment(loader: Any, node: yaml.ScalarNode) -> Any:
    try:
        return loader.construct_yaml_timestamp(node)
    except ValueError:
        return node.value  # 2026-02-30 is text; who wants a day there says so


_Loader.add_constructor("tag:yaml.org,2002:int", _integer)
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _moment)
_Loader.add_constructor("tag:yaml.org,2002:float", _decimal)


@dataclass(frozen=True)
class Parsed:
    """A YAML document with the line of everything in it.

    Parameters
    ----------
    document : object
        What was parsed.
    lines : mapping of path to int
        Line, from 1, of every key and list entry, by path such as ``("schema", 0, "name")``.
    repeated : sequence of (int, str)
        Line and text of every key that is written twice in one place.
    """

    document: Any
    lines: Mapping[Path, int]
    repeated: Sequence[tuple[int, str]]


def parse(text: str, file: str) -> Parsed:
    """Parse YAML; what is no YAML at all is refused, keys that are written twice are told.

    Parameters
    ----------
    text : str
        The document.
    file : str
        Its name, for messages.

    Raises
    ------
    UsageError
        The text is no YAML.
    """
    repeated: list[tuple[int, str]] = []
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        # before the document is made of it, which puts merged keys (<<) into the node
        lines = _lines(node, file, repeated)
        document = loader.construct_document(node) if node is not None else None
    except RecursionError as error:
        raise UsageError(f"{file} is nested too deeply, or a part of it contains itself") from error
    except yaml.YAMLError as error:
        if "nesting depth" in str(error):  # some builds of libyaml have a limit of their own
            raise UsageError(f"{file} is nested too deeply") from error
        mark = getattr(error, "problem_mark", None)
        at = f":{mark.line + 1}" if mark else ""
        problem = " ".join(str(getattr(error, "problem", None) or error).split())
        raise UsageError(f"{file}{at} is not valid YAML: {problem}") from error
    return Parsed(document, lines, repeated)


def load_with_lines(text: str, file: str) -> tuple[Any, Mapping[Path, int]]:
    """Return a YAML document and the lines of its parts, as :func:`parse` does, but refuse keys that are written twice.

    Raises
    ------
    UsageError
        The text is no YAML, or a key is written twice: every such key with its line.
    """
    parsed = parse(text, file)
    if parsed.repeated:
        raise UsageError("\n".join(f"{file}:{line}: {what}" for line, what in parsed.repeated))
    return parsed.document, parsed.lines


def _lines(node: yaml.Node | None, file: str, repeated: list[tuple[int, str]]) -> dict[Path, int]:
    lines: dict[Path, int] = {(): 1}
    for path, line in _walk(node, (), repeated) if node is not None else ():
        lines[path] = line
        if len(lines) > MOST_ENTRIES:
            # nine anchors of nine references each stand for half a billion entries
            raise UsageError(f"{file} has more than {MOST_ENTRIES:,} entries, those counted that its anchors repeat; expected YAML that people wrote")
    return lines


def _walk(node: yaml.Node, path: Path, repeated: list[tuple[int, str]]) -> Iterator[tuple[Path, int]]:
    if isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key, value in node.value:
            name, line = str(key.value), key.start_mark.line + 1
            if name in seen:
                repeated.append((line, f"the key '{name}' was already written on line {seen[name]}; keep one of them"))
            seen[name] = line
            yield (*path, name), line
            yield from _walk(value, (*path, name), repeated)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield (*path, index), value.start_mark.line + 1
            yield from _walk(value, (*path, index), repeated)


def line_of(lines: Mapping[Path, int], path: Path) -> int:
    """Return the line of a path, or of the nearest parent that has one."""
    while path not in lines:
        path = path[:-1]
    return lines[path]
