"""The group ``assay contract``: commands on a contract. They parse and call."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from audit.console import QuietOption
from audit.core.errors import UsageError

if TYPE_CHECKING:
    from audit.core.problem import Problem

contract_app = typer.Typer(name="contract", help="Work on a data contract.", no_args_is_help=True, rich_markup_mode=None)


@contract_app.command()
def lint(
    contracts: Annotated[list[Path], typer.Argument(help="*.odcs.yaml files.", metavar="CONTRACT…")],
    json: Annotated[bool, typer.Option("--json", help="Print all problems as JSON, alone, on stdout.")] = False,
    quiet: QuietOption = False,
) -> None:
    """Say all that is wrong with contracts, and what is doubtful, with file, line and column: exit 0 or 2."""
    from audit.render.problems import problem_lines, tally
    from audit.verbs.lint_contract import lint_contract

    found: list[Problem] = []
    for file in contracts:
        linted = lint_contract(file)
        found += linted.problems
        if json or (quiet and not linted.problems):
            continue
        for line in problem_lines(linted.problems):
            sys.stderr.write(f"{line}\n")
        columns, rules = sum(len(t.columns) for t in linted.tables), sum(1 for t in linted.tables for _ in t.all_rules())
        if not quiet and not any(p.severity == "error" for p in linted.problems):
            verdict = "fine" if not linted.problems else f"can be used ({tally(linted.problems)})"
            sys.stderr.write(f"{file}: {verdict}; {columns} columns, {rules} quality rules, version {linted.tables[0].version or 'not given'}\n")
        elif not quiet:
            sys.stderr.write(f"{file}: {tally(linted.problems)}\n")
    if json:
        from json import dumps

        sys.stdout.write(dumps([p.record() for p in found], ensure_ascii=False, indent=2) + "\n")
    raise typer.Exit(2 if any(p.severity == "error" for p in found) else 0)


@contract_app.command()
def infer(
    data: Annotated[str, typer.Argument(help="Path, glob or ibis URL.", metavar="DATA")],
    out: Annotated[Path | None, typer.Option("--out", help="File to write; stdout where not given.", metavar="FILE")] = None,
) -> None:
    """Write a contract that the data keep, to be read and completed by people."""
    import yaml

    from audit.console import project_name
    from audit.contract.infer import infer
    from audit.core.errors import DataError
    from audit.engines.ask_engine import AskEngine
    from audit.engines.sources import open_source

    source = open_source(data)
    document = infer(source.table, AskEngine(source.backend), name=project_name(data))
    text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=140)
    if out is None:
        sys.stdout.write(text)
        return
    if out.exists():
        raise UsageError(f"'{out}' exists. Name another file, or remove it first")
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise DataError(f"cannot write '{out}': {error.strerror}") from error
