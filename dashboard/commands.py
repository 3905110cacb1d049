"""The verb ``assay dashboard``."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from audit.core.errors import UsageError

APP = Path(__file__).with_name("app.py")


def dashboard(
    reports: Annotated[Path, typer.Option(help="Folder of the stored runs.")] = Path("reports"),
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port on this machine to serve on; the first free one from 8501 where silent.")
    ] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open it in the browser.")] = True,
) -> None:
    """Show the stored runs in the browser. Serves this machine only, until interrupted."""
    if find_spec("streamlit") is None:
        raise UsageError('the dashboard needs streamlit, which is not installed. Install it with: pip install "assay-audit[dashboard]"')
    if reports.exists() and not reports.is_dir():
        raise UsageError(f"'--reports {reports}' is a file. Expected the folder in which the runs are stored, such as 'reports'")
    try:
        code = subprocess.run(arguments(reports, port, browser=browser), check=False).returncode
    except KeyboardInterrupt:
        return
    if code > 0:
        raise typer.Exit(3)


def arguments(reports: Path, port: int | None = None, *, browser: bool) -> list[str]:
    """Return the command that serves the dashboard.

    Parameters
    ----------
    reports : Path
        Folder of the stored runs.
    port : int or None
        On the loopback address; the first free one from 8501 where ``None``.
    browser : bool
        Whether it opens a browser.
    """
    options = {
        "server.address": "localhost",
        "server.headless": str(not browser).lower(),
        "browser.gatherUsageStats": "false",
    }
    if port is not None:
        options["server.port"] = str(port)
    flags = [part for name, value in options.items() for part in (f"--{name}", value)]
    return [sys.executable, "-m", "streamlit", "run", str(APP), *flags, "--", "--reports", str(reports.resolve())]
