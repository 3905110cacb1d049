"""The command ``assay``. It parses and calls; verbs of other folders arrive through the entry-point group ``assay.commands``."""

import atexit
import gc
import os
import signal
import sys
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from io import TextIOWrapper
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from audit import __version__
from audit.ci import server, server_of
from audit.console import (
    CiOption,
    CleanOption,
    ConfigPath,
    ContractOption,
    DataOption,
    DeclaredOption,
    FailOnOption,
    FormatOption,
    JsonOption,
    OutOption,
    QuietOption,
    ReleasedRunOption,
    ReleaseOption,
    finish,
    load_config,
    progress_bar,
    project_command,
    put,
    to_nowhere,
)
from audit.contract_commands import contract_app
from audit.core.errors import AssayError, DataError, UsageError, did_you_mean
from audit.core.plug_in import load
from audit.exchange_commands import export_contract, import_contract
from audit.signals import ended_by_signals

GROUP = "assay.commands"
#: Exit codes that no run ends in, where whoever raised them has said all but to the server.
_WITHOUT_A_RUN = {2: "The command line could not be understood; the log says why.", 130: "Interrupted.", 143: "Terminated."}

#: What a shell reports of a program whose reader went away.
BROKEN_PIPE = 141


class Interrupted(AssayError):
    """Somebody pressed Ctrl-C."""

    exit_code = 130


class _Verbs(TyperGroup):
    """Our own verbs, and those of plug-ins, which are imported only when they are called or listed."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return all verbs in the order in which they are used."""
        order = ["init", "gate", "train", "audit", "run", "monitor", "report", "contract", "dashboard"]
        names = {*super().list_commands(ctx), *(p.name for p in _plug_ins())}
        return sorted(names, key=lambda n: (order.index(n) if n in order else len(order), n))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a verb by name."""
        own = super().get_command(ctx, cmd_name)
        if own is not None:
            return own
        return next((_loaded(p) for p in _plug_ins() if p.name == cmd_name), None)

    def invoke(self, ctx: Any) -> Any:
        """Run a verb; typer would end with 1, which means findings, where a reader went away, a file ended early or somebody interrupted."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
            return result
        except BrokenPipeError:
            to_nowhere(sys.stdout, sys.stderr)
            raise typer.Exit(BROKEN_PIPE) from None
        except EOFError as error:
            raise DataError(f"a file ended too early: {error}") from error
        except KeyboardInterrupt:
            raise Interrupted("interrupted; nothing was written") from None


@cache
def _plug_ins() -> tuple[EntryPoint, ...]:
    return tuple(entry_points(group=GROUP))


def _loaded(point: EntryPoint) -> Any:
    function = load(point, f"the verb '{point.name}'")
    single = typer.Typer(add_completion=False, rich_markup_mode=None)
    single.command(point.name)(function)
    return typer.main.get_command(single)


app = typer.Typer(
    cls=_Verbs,
    name="assay",
    help="Audits data before training, models after it, and both in production.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # help in colour would take as long as all the rest
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 pass · 1 findings fail · 2 usage or config · 3 data or tool error.",
)
contract_app.command("export")(export_contract)
contract_app.command("import")(import_contract)
app.add_typer(contract_app)


def _version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"assay {__version__}\n")
        raise typer.Exit()


@app.callback()
def root(version: Annotated[bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)] = False) -> None:
    """Audits data before training, models after it, and both in production."""


@app.command()
def gate(
    config: ConfigPath = None,
    data: DataOption = None,
    contract: ContractOption = None,
    out: OutOption = None,
    fail_on: FailOnOption = None,
    declared: DeclaredOption = False,
    clean: CleanOption = False,
    release: ReleaseOption = None,
    run: ReleasedRunOption = None,
    format: FormatOption = None,
    ci: CiOption = "auto",
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Check data before anything is trained on them."""
    from audit.verbs.gate import gate as examine_data
    from audit.verbs.release import release as release_rows

    if (release is None) != (run is None):
        raise UsageError("--release and --run go together: --release REPAIRED.parquet --run RUN, the gate run whose quarantine was repaired")
    told = server(ci)
    if told is not None:
        told.tell_start()
    with ended_by_signals(), progress_bar(quiet or json) as progress:
        opened = load_config(config, data, contract, out, fail_on, declared, clean, format)
        if release is not None and run is not None:
            written = release_rows(opened, release, run, progress=progress)
        else:
            written = examine_data(opened, progress=progress)
    finish(written.run, written.folder, told, as_json=json, quiet=quiet)


@app.command()
def init(
    data: Annotated[str, typer.Argument(help="Path, glob or ibis URL.", metavar="DATA")],
    out: Annotated[Path, typer.Option("--out", help="Folder to write to.", metavar="DIR")] = Path(),
    json: Annotated[bool, typer.Option("--json", help="Print what was written and guessed as JSON, alone, on stdout.")] = False,
    quiet: QuietOption = False,
) -> None:
    """Write a contract and an assay.yaml for data that have none, to be read and completed by people."""
    from audit.render.initialised import told
    from audit.verbs.init import init as write_both

    with progress_bar(quiet or json) as progress:
        written = write_both(data, out, progress=progress)
    if json:
        from json import dumps

        sys.stdout.write(dumps(written.record(), ensure_ascii=False, indent=2) + "\n")
        return
    if not quiet:
        sys.stderr.write("".join(f"{line}\n" for line in told(written.record())))
    sys.stdout.write(f"{written.contract}\n{written.config}\n")


app.command("audit")(project_command("audit.verbs.audit:audit", "Audit predictions that are already in the data."))


@app.command()
def report(
    run: Annotated[str, typer.Argument(help="A run's folder, its run.json, or its id.", metavar="RUN")],
    format: Annotated[str, typer.Option("--format", "-f", help="html, json, junit, markdown, sarif, gitlab or intoto.", metavar="FORMAT")] = "html",
    out: Annotated[Path | None, typer.Option("--out", help="File to write; stdout where not given.", metavar="FILE")] = None,
    reports: Annotated[Path, typer.Option("--reports", help="Folder that runs are stored in.", metavar="DIR")] = Path("reports"),
) -> None:
    """Render a stored run again."""
    from audit.render import FORMATS
    from audit.store import Store

    if format not in FORMATS:
        raise UsageError(f"no format '{format}'. {did_you_mean(format, FORMATS)}")
    put(FORMATS[format].render(Store(reports).load(run)), out, over=True)


def _terminated(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)  # unwinds, so that unfinished folders are removed


def main() -> None:
    """Run the command line; every failure ends in one message on stderr and the right exit code."""
    # modules and expressions stay to the end: looking for cycles among them took a sixth of a gate's time, half of it after the last line
    gc.set_threshold(100_000, 50, 1_000)
    atexit.register(gc.freeze)
    _settle_streams()
    signal.signal(signal.SIGTERM, _terminated)
    try:
        app()
    except SystemExit as stop:
        if stop.code in _WITHOUT_A_RUN:
            _tell(_WITHOUT_A_RUN[stop.code], stop.code)
        raise
    except AssayError as error:
        _stop(str(error), error.exit_code)
    except KeyboardInterrupt:
        _stop("interrupted; nothing was written", 130)
    except Exception as error:
        if os.environ.get("ASSAY_DEBUG"):
            raise
        said = " ".join(str(error).split())[:300]
        _stop(f"internal error: {type(error).__name__}: {said}. Please report it; ASSAY_DEBUG=1 shows where", 3)


def _settle_streams() -> None:
    """Open standard streams that were closed, so that no file of ours takes their place; write UTF-8 whatever the terminal speaks."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest free number, which is this one
    for number, (name, mode) in enumerate([("stdin", "r"), ("stdout", "w"), ("stderr", "w")]):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="surrogateescape")


def _stop(message: str, code: int) -> None:
    try:
        sys.stderr.write("".join(f"assay: {line}\n" for line in message.splitlines()))
        sys.stderr.flush()
    except BrokenPipeError:
        to_nowhere(sys.stdout, sys.stderr)
    _tell(message, code)
    raise SystemExit(code)


def _tell(message: str, code: int) -> None:
    """Tell the server, if there is one, of a command that never came to a run."""
    told, verb = server_of(sys.argv[1:])
    if told is None:
        return
    try:
        told.tell_stop(verb, message, code)
    except BrokenPipeError:
        to_nowhere(sys.stdout, sys.stderr)
    except AssayError as error:
        sys.stderr.write(f"assay: {error}\n")
