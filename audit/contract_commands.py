"""The group ``assay contract``: commands on a contract. They parse and call."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from audit.console import QuietOption, put
from audit.core.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from audit.core.contract_diff import ContractDiff
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

    from audit.config import project_name
    from audit.contract.infer import infer
    from audit.engines.ask_engine import AskEngine
    from audit.engines.sources import open_source

    source = open_source(data)
    document = infer(source.table, AskEngine(source.backend), name=project_name(data))
    text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=140)
    put(text, out)


@contract_app.command()
def diff(
    contracts: Annotated[
        list[str], typer.Argument(help="Two versions, each a path or REVISION:PATH of git; with --against, one.", metavar="[OLD] NEW")
    ],
    against: Annotated[
        str | None, typer.Option("--against", help="Compare with the file at this branch, tag or commit of git.", metavar="REVISION")
    ] = None,
    data: Annotated[
        str | None,
        typer.Option("--data", help="Rows to hold each changed clause against, before and after: path, glob or ibis URL.", metavar="DATA"),
    ] = None,
    table: Annotated[str | None, typer.Option("--table", help="Which table of the contract the data are.", metavar="NAME")] = None,
    fail_on: Annotated[
        str,
        typer.Option(
            "--fail-on",
            help="What ends in exit code 1: breaking (either side), producers, consumers, version (breaking without the step of the version), never.",
            metavar="WHAT",
        ),
    ] = "breaking",
    json: Annotated[bool, typer.Option("--json", help="Print the changes as JSON, alone, on stdout.")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print the changes as Markdown on stdout, for a pull request.")] = False,
    quiet: QuietOption = False,
) -> None:
    """Say what changed from one version of a contract to the next, and for whom that breaks something: exit 0, or 1 where it does."""
    from audit.verbs.diff_contract import FAIL_ON, diff_against, diff_contract, fails

    if fail_on not in FAIL_ON:
        raise UsageError(f"no choice '{fail_on}' for --fail-on. {did_you_mean(fail_on, FAIL_ON)}")
    if len(contracts) != (1 if against else 2):
        raise UsageError("expected two contracts, OLD and NEW, or one and --against REVISION, such as: assay contract diff --against main NEW")
    if json and markdown:
        raise UsageError("--json and --markdown both print on stdout; choose one")
    if against:
        found = diff_against(against, contracts[0], data=data, table=table)
    else:
        found = diff_contract(contracts[0], contracts[1], data=data, table=table)
    if found is None:
        if not quiet:
            sys.stderr.write(f"{contracts[0]} is new since {against}: it had promised nothing, so nothing can break\n")
        if json:
            sys.stdout.write("null\n")
        raise typer.Exit(0)
    _show_diff(found, as_json=json, as_markdown=markdown, quiet=quiet)
    raise typer.Exit(1 if fails(found, fail_on) else 0)


def _show_diff(found: "ContractDiff", *, as_json: bool, as_markdown: bool, quiet: bool) -> None:
    """Print a diff: for machines on stdout, for people on stderr."""
    from audit.render.contract_diff import markdown_diff, sentences, terminal_table

    if as_json:
        from json import dumps

        sys.stdout.write(dumps(found.record(), ensure_ascii=False, indent=2) + "\n")
    elif as_markdown:
        sys.stdout.write(markdown_diff(found))
    elif not quiet:
        from rich.console import Console

        console = Console(stderr=True, highlight=False)
        if found.changes:
            console.print(terminal_table(found))
        for sentence in sentences(found):
            console.print(sentence, markup=False)
