"""The commands ``assay contract export`` and ``assay contract import``. They parse and call."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from audit.console import put
from audit.core.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from audit.contract.exchange.draft import Imported

TARGETS = ("pandera", "gx", "jsonschema", "markdown")
SOURCES = ("gx", "pandera")


def export_contract(
    contract: Annotated[Path, typer.Argument(help="An *.odcs.yaml file.", metavar="CONTRACT")],
    to: Annotated[str, typer.Option("--to", help="pandera, gx, jsonschema or markdown.", metavar="FORMAT")],
    table: Annotated[str | None, typer.Option("--table", help="Which table, where the contract has several.", metavar="TABLE")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="File to write; stdout where not given.", metavar="FILE")] = None,
) -> None:
    """Write a contract as a pandera model, a suite of Great Expectations, a JSON Schema of one row, or a page for people.

    What the other tool cannot state is listed in what is written.
    """
    if to not in TARGETS:
        raise UsageError(f"no format '{to}'. {did_you_mean(to, TARGETS)}")
    put(_exported(contract, to, table), out)


def import_contract(
    file: Annotated[str, typer.Argument(help="A suite as JSON; a schema as YAML or JSON, or module:Name, which imports the module.", metavar="FILE")],
    source: Annotated[str, typer.Option("--from", help="gx or pandera.", metavar="FORMAT")],
    out: Annotated[Path | None, typer.Option("--out", help="File to write; stdout where not given.", metavar="FILE")] = None,
) -> None:
    """Write a contract from a suite of Great Expectations or a schema of pandera.

    Pandera's schemas are read as its to_yaml() and to_json() write them. module:Name imports a module from where the command is run or from
    PYTHONPATH, and so runs its code; a .py file is never run.
    """
    if source not in SOURCES:
        raise UsageError(f"no format '{source}'. {did_you_mean(source, SOURCES)}")
    imported = _imported(file, source)
    put(imported.text, out)
    for notice in imported.notices:
        sys.stderr.write(f"notice: {notice}\n")


def _exported(file: Path, to: str, table: str | None) -> str:
    from audit.contract.read import read_contract

    contract = read_contract(file, table=table)
    if to == "pandera":
        from audit.contract.exchange.pandera_source import pandera_source

        return pandera_source(contract)
    if to == "markdown":
        from audit.contract.lines import load_with_lines
        from audit.render.contract_page import contract_page

        return contract_page(contract, load_with_lines(file.read_text(encoding="utf-8"), str(file))[0])
    import json

    if to == "gx":
        from audit.contract.exchange.gx_suite import gx_suite

        return json.dumps(gx_suite(contract), indent=2, ensure_ascii=False) + "\n"
    from audit.contract.exchange.row_schema import row_schema

    return json.dumps(row_schema(contract), indent=2, ensure_ascii=False) + "\n"


def _imported(file: str, source: str) -> "Imported":
    if source == "gx":
        from audit.contract.exchange.gx_import import read_gx

        return read_gx(Path(file))
    from audit.contract.exchange.pandera_import import load_pandera, read_pandera

    module, colon, name = file.partition(":")
    if colon and not Path(file).exists() and name.isidentifier() and all(part.isidentifier() for part in module.split(".")):
        if "" not in sys.path:
            sys.path.insert(0, "")  # as python -m has it: modules where the command is run
        return load_pandera(file)
    return read_pandera(Path(file))
