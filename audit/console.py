"""What all commands share: their options, their progress bar, and how they end. The library never prints; this does."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from audit.ci import Server, server
from audit.core.errors import DataError, UsageError
from audit.signals import ended_by_signals

if TYPE_CHECKING:
    from audit.config import Config
    from audit.core.run import Run

ConfigPath = Annotated[Path | None, typer.Argument(help="The config; ./assay.yaml where not given.", metavar="CONFIG", show_default=False)]
DataOption = Annotated[str | None, typer.Option("--data", help="Data to examine: path, glob or ibis URL; instead of the config's.", metavar="DATA")]
ContractOption = Annotated[str | None, typer.Option("--contract", help="Contract; instead of the config's.", metavar="FILE")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the run as JSON, alone, on stdout.")]
OutOption = Annotated[Path | None, typer.Option("--out", help="Folder to store runs in; instead of the config's.", metavar="DIR")]
FailOnOption = Annotated[
    str | None,
    typer.Option("--fail-on", help="Least bad state that ends in exit code 1: error, failed, undecided, warned or never.", metavar="STATE"),
]
DeclaredOption = Annotated[
    bool, typer.Option("--declared", help="Only check what the contract declares; look for nothing else. Faster, and every check left out is listed.")
]
CleanOption = Annotated[bool, typer.Option("--clean", help="Also write the rows that are left when bad rows are set aside, as clean.parquet.")]
ReleaseOption = Annotated[
    Path | None,
    typer.Option("--release", help="Repaired rows of a quarantine: merge them with the clean ones and examine the whole again.", metavar="FILE"),
]
ReleasedRunOption = Annotated[
    str | None,
    typer.Option("--run", help="With --release, the gate run that set the rows aside: its folder, its run.json, or its id.", metavar="RUN"),
]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")]

FormatOption = Annotated[
    list[str] | None,
    typer.Option(
        "--format",
        "-f",
        help="Also write the run as html, json, junit, markdown, sarif, gitlab or intoto; may be repeated.",
        metavar="FORMAT",
    ),
]
CiOption = Annotated[str, typer.Option("--ci", help="CI server to tell of the run: auto, github, azure or none.", metavar="SERVER")]

DEFAULT_CONFIG = "assay.yaml"


def project_command(target: str, summary: str) -> Callable[..., None]:
    """Return a command that opens a config, does its work on it, shows the run and ends with its exit code.

    Parameters
    ----------
    target : str
        What does the work, as ``module:function``; imported only when the command is called.
    summary : str
        What the command is for, for its help.
    """

    def command(
        config: ConfigPath = None,
        data: DataOption = None,
        contract: ContractOption = None,
        out: OutOption = None,
        fail_on: FailOnOption = None,
        declared: DeclaredOption = False,
        format: FormatOption = None,
        ci: CiOption = "auto",
        json: JsonOption = False,
        quiet: QuietOption = False,
    ) -> None:
        module, function = target.split(":")
        work, told = getattr(import_module(module), function), server(ci)
        if told is not None:
            told.tell_start()
        with ended_by_signals(), progress_bar(quiet or json) as progress:
            written = work(load_config(config, data, contract, out, fail_on, declared, formats=format), progress=progress)
        finish(written.run, written.folder, told, as_json=json, quiet=quiet)

    command.__doc__ = summary
    return command


def load_config(
    path: Path | None,
    data: str | None = None,
    contract: str | None = None,
    out: Path | None = None,
    fail_on: str | None = None,
    declared_only: bool = False,
    clean: bool = False,
    formats: Sequence[str] | None = None,
) -> "Config":
    """Return the config that a command line asks for: a file, with options put over it, or options alone.

    Options are relative to the working directory, the file's own paths to the file. Formats are added to those of the file.

    Raises
    ------
    UsageError
        There is neither a config nor data, or an option is wrong.
    """
    from audit.config import make_config, project_name, read_config

    path = path or (Path(DEFAULT_CONFIG) if Path(DEFAULT_CONFIG).exists() and not (data and contract) else None)
    if path is None:
        if data is None:
            raise UsageError(f"there is no {DEFAULT_CONFIG} in {Path.cwd()}. Name a config, or give --data and --contract")
        config = make_config({"data": _absolute(data), "project": project_name(data)}, Path())
    else:
        config = read_config(path)
    changes: dict[str, Any] = {}
    if data is not None:
        changes["data"] = _absolute(data)
    if contract is not None:
        changes["contract"] = str(Path(contract).absolute())
    if out is not None or formats:
        folder = config.report.folder if out is None else str(out.absolute())
        changes["report"] = {"formats": list(dict.fromkeys([*config.report.formats, *(formats or ())])), "folder": folder}
    if fail_on is not None or declared_only:
        audit = config.audit
        asked = {"fail_on": fail_on or audit.fail_on, "declared_only": declared_only or audit.declared_only}
        changes["audit"] = {**audit.model_dump(), **asked}
    if clean:
        changes["gate"] = {"clean": True}
    if not changes:
        return config
    return make_config({**config.model_dump(), "file": config.file, **changes}, config.base, name="the command line")


def _absolute(data: str) -> str:
    if "://" in data:
        return data
    return data if Path(data).is_absolute() else str(Path(data).absolute())


@contextmanager
def progress_bar(quiet: bool) -> Iterator[Callable[[int, int, str], None]]:
    """Show a progress bar on stderr while a command works, where a person is looking."""
    if quiet or not sys.stderr.isatty():
        yield lambda done, total, what: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total, what: bar.update(task, completed=done, total=total, description=what)


def finish(run: "Run", folder: Path, told: Server | None = None, *, as_json: bool, quiet: bool) -> None:
    """Show a written run, tell the server of it, and end the command with its exit code, even where nobody reads what is shown.

    Raises
    ------
    DataError
        Stdout cannot be written to, because a disk is full, or what later steps on a server rely on cannot.
    """
    try:
        if as_json:
            from audit.core.serial import dumps

            sys.stdout.write(dumps(run) + "\n")
        elif not quiet:
            show(run, folder)
        sys.stdout.flush()
    except BrokenPipeError:
        to_nowhere(sys.stdout, sys.stderr)
    except OSError as error:
        to_nowhere(sys.stdout)
        raise DataError(f"cannot write to stdout: {error.strerror}. The run is in '{folder}'") from error
    try:
        if told is not None:
            told.tell_run(run, folder)
    except BrokenPipeError:
        to_nowhere(sys.stdout, sys.stderr)
    raise typer.Exit(run.exit_code)


def to_nowhere(*streams: TextIO) -> None:
    """Send what is still to be written to nobody: its reader went away, which is its right and changes no verdict."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in streams:
        os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def show(run: "Run", folder: Path) -> None:
    """Print the verdict and where the rest is, on stderr; the run's folder on stdout."""
    from rich.console import Console

    from audit.render.terminal import terminal

    class Verdict(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError  # rich would end the command with 1, which means findings

    console = Verdict(stderr=True, highlight=False)
    console.print(terminal(run))
    relative = Path(os.path.relpath(folder))
    shown = folder.absolute() if ".." in relative.parts else relative
    for notice in run.notices:
        console.print(f"Note: {notice}", style="dim", markup=False)
    if (folder / "report.html").exists():
        console.print(f"Report: {shown / 'report.html'}", markup=False, soft_wrap=True)
    sys.stderr.flush()
    sys.stdout.write(f"{shown}\n")


def put(text: str, out: Path | None, *, over: bool = False) -> None:
    """Write a text to a file, or to stdout where none is named.

    Parameters
    ----------
    text : str
        What is written.
    out : Path or None
        The file.
    over : bool
        Whether a file that is there already may be written over.

    Raises
    ------
    DataError
        The file cannot be written.
    UsageError
        It is there already.
    """
    if out is None:
        sys.stdout.write(text if text.endswith("\n") else text + "\n")
        return
    if out.exists() and not over:
        raise UsageError(f"'{out}' exists. Name another file, or remove it first")
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise DataError(f"cannot write '{out}': {error.strerror}") from error
