"""All problems of a contract's file: what its text gets wrong, what no check can do with it, and what is doubtful."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from audit.checks import discover
from audit.contract.doubts import doubts
from audit.contract.faults import Reading, look_through
from audit.contract.lines import Path as KeyPath
from audit.contract.read import contract_text, tables_of
from audit.contract.roles import claimed_roles
from audit.core.contract import Contract, Place, Rule
from audit.core.errors import AssayError, UsageError, did_you_mean
from audit.core.problem import Problem


@dataclass(frozen=True)
class Linted:
    """A contract's file that was looked through.

    Parameters
    ----------
    problems : sequence of Problem
        By line.
    tables : sequence of Contract
        What it says of each table, as far as it can be read.
    """

    problems: Sequence[Problem]
    tables: Sequence[Contract] = ()


def lint_contract(path: Path) -> Linted:
    """Return every problem of a contract.

    Parameters
    ----------
    path : Path
        An ``*.odcs.yaml`` file; one that cannot be read is a problem, too.
    """
    file = str(path)
    try:
        reading = look_through(contract_text(path), file)
    except AssayError as error:
        return Linted([_unreadable(line, file) for line in str(error).splitlines()])
    problems = [Problem("error", file, line, what, *_names(reading, at)) for line, at, what in reading.faults]
    tables = tables_of(reading, file)
    for table in tables:
        problems += [Problem.at("error", place, what, table=table.table, column=name) for place, name, what in _beyond_text(table)]
    problems += _doubts(reading, tables, problems)
    return Linted(sorted(set(problems), key=lambda p: (p.line, p.severity, p.column, p.message)), tables)


def _unreadable(message: str, file: str) -> Problem:
    """Return a reader's refusal as a problem, its line in a field of its own."""
    rest = message.removeprefix(f"{file}:")
    number, _, text = rest.partition(" ")
    if rest != message and number.rstrip(":").isdigit():
        return Problem("error", file, int(number.rstrip(":")), text)
    return Problem("error", file, 0, message.removeprefix(f"{file} "))


def _names(reading: Reading, path: KeyPath) -> tuple[str, str]:
    """Return the table and the column that a path leads into."""
    names = []
    node = reading.document
    for list_key, index in zip(path[::2], path[1::2], strict=False):
        if list_key not in ("schema", "properties") or not isinstance(index, int):
            break
        node = node[str(list_key)][index]
        names.append(str(node.get("physicalName") or node.get("name") or ""))
    return (names[0] if names else ""), (names[1] if len(names) > 1 else "")


def _beyond_text(contract: Contract) -> Iterator[tuple[Place, str, str]]:
    """Yield roles that cannot be given, and rules that name a check or a parameter that does not exist, as place, column and fault."""
    for column, key, what in claimed_roles(contract)[1]:
        yield column.place(key), column.name, what
    for rule in contract.all_rules():
        if rule.kind == "custom" and rule.engine == "assay" and rule.implementation:
            fault = _check_fault(rule)
            if fault:
                yield rule.place, rule.column, fault


def _check_fault(rule: Rule) -> str:
    code = str(rule.implementation.get("check", ""))
    check = discover().get(code)
    if check is None:
        return f"there is no check '{code}'. {did_you_mean(code, discover())}"
    try:
        check.from_rule(rule)
    except UsageError as error:
        return str(error).removeprefix(f"{rule.place}: ")
    return ""


def _doubts(reading: Reading, tables: list[Contract], errors: list[Problem]) -> list[Problem]:
    """Return what is doubtful about the parts of a contract that hold no error: what is wrong already must not be asked about as well."""
    document = reading.document
    description = document.get("description")
    purpose = str(description.get("purpose") or "") if isinstance(description, dict) else ""
    version = str(document.get("apiVersion") or "")
    wrong = {(e.table, e.column) for e in errors}
    return [
        Problem.at("warning", place, what, table=table.table, column=name)
        for table in tables
        for place, name, what in doubts(table, api_version=version, purpose=purpose)
        if not wrong or (name and (table.table, name) not in wrong and ("", "") not in wrong)
    ]
