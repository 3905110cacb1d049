"""The DuckDB inside this process."""

import os
import tempfile
from pathlib import Path
from typing import Any

import duckdb
import ibis

from audit.core.errors import UsageError
from audit.engines.failures import one_line

#: What the environment may say of DuckDB: how much memory it takes before it moves intermediate results to disk, where to, and its threads.
SETTINGS = {"ASSAY_MEMORY": "memory_limit", "ASSAY_TEMP": "temp_directory", "ASSAY_THREADS": "threads"}


def connect() -> Any:
    """Return a DuckDB in memory, as an ibis backend."""
    backend = ibis.duckdb.connect()
    if spill := _spill_folder():
        backend.con.execute("SET temp_directory = $1", [spill])
    # the day of a timestamp with a time zone must not depend on the machine
    backend.con.execute("SET enable_progress_bar = false; SET TimeZone = 'UTC'")
    for variable, setting in SETTINGS.items():
        if value := os.environ.get(variable):
            try:
                backend.con.execute(f"SET {setting} = '{value.replace(chr(39), chr(39) * 2)}'")
            except duckdb.Error as error:
                raise UsageError(f"the environment variable {variable} is '{value}': {one_line(error)}") from error
    return backend


def _spill_folder() -> str:
    """Return where rows go that do not fit into memory: a folder of this user's alone, not the working folder, which may be read-only.

    Empty where there is none. DuckDB removes its files when it closes, and those of processes that were killed when it next comes here.
    """
    try:
        folder = Path(tempfile.gettempdir()) / f"assay-{getattr(os, 'getuid', lambda: 0)()}"
        folder.mkdir(mode=0o700, exist_ok=True)
        owner = folder.stat()
    except OSError:
        return ""
    private = os.name == "nt" or (owner.st_uid == os.getuid() and not owner.st_mode & 0o077)
    return str(folder) if private else ""
