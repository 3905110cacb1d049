"""The group ``assay contract``: commands on a contract. They parse and call."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from audit.core.errors import UsageError

contract_app = typer.Typer(name="contract", help="Work on a data contract.", no_args_is_help=True, rich_markup_mode=None)


@contract_app.command()
def lint(contract: Annotated[Path, typer.Argument(help="An *.odcs.yaml file.", metavar="CONTRACT")]) -> None:
    """Say what is wrong with a contract, with file and line."""
    from audit.contract.read import read_tables
    from audit.contract.roles import contract_roles

    tables = read_tables(contract)
    for read in tables:
        contract_roles(read)
    columns, rules = sum(len(t.columns) for t in tables), sum(1 for t in tables for _ in t.all_rules())
    sys.stderr.write(f"{contract}: fine; {columns} columns, {rules} quality rules, version {tables[0].version or 'not given'}\n")


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
