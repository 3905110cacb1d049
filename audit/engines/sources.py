"""Where tables come from: files, globs, databases behind an ibis URL, and frames in memory."""

import hashlib
import itertools
import os
import re
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from glob import glob, has_magic
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag

import duckdb
import ibis
import ibis.expr.types as ir
from ibis.common.exceptions import IbisError, TableNotFound

from audit.core.check import ROW
from audit.core.errors import DataError, UsageError, did_you_mean, did_you_mean_file
from audit.core.fingerprint import FileState, file_sha256
from audit.engines.ask_engine import one_line
from audit.engines.file_forms import csv_form, fault, half_zoned, refuse_renamed

READERS = {
    ".parquet": "read_parquet",
    ".pq": "read_parquet",
    ".csv": "read_csv",
    ".tsv": "read_csv",
    ".csv.gz": "read_csv",
    ".json": "read_json",
    ".jsonl": "read_json",
    ".ndjson": "read_json",
}

SAME_ENGINE = "tables that are compared are on one engine. Load one of them where the other is"

_frame_names = itertools.count()


@dataclass(frozen=True)
class Source:
    """An opened table.

    Parameters
    ----------
    table : ibis table
        The rows, lazily.
    backend : ibis backend
        The connection that holds it.
    location : str
        What was opened.
    files : sequence of Path
        The files behind it; empty for databases and frames.
    states : sequence of FileState
        What those files looked like before they were opened.
    """

    table: ir.Table
    backend: Any
    location: str
    files: Sequence[Path] = ()
    states: Sequence[FileState] = ()

    def numbered(self) -> ir.Table:
        """Return the table with a column ``assay_row``: the position of each row in the source, from 0."""
        number = "file_row_number"
        if len(self.files) == 1 and self.files[0].suffix in (".parquet", ".pq") and number not in self.table.columns:
            # the file's own numbers can be read by several threads, which a window over all rows cannot
            return _typed(self.backend.read_parquet(str(self.files[0]), file_row_number=True).rename({ROW: number}))
        return self.table.mutate(**{ROW: ibis.row_number()})


def connect() -> Any:
    """Return a DuckDB in memory, as an ibis backend."""
    backend = ibis.duckdb.connect()
    if spill := _spill_folder():
        backend.con.execute("SET temp_directory = $1", [spill])
    # the day of a timestamp with a time zone must not depend on the machine
    backend.con.execute("SET enable_progress_bar = false; SET TimeZone = 'UTC'")
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


def open_source(location: str, base: Path = Path(), *, promised: Mapping[str, str] | None = None, beside: Source | None = None) -> Source:
    """Open a table.

    Parameters
    ----------
    location : str
        A path or glob of Parquet, CSV or JSON files, or an ibis URL whose fragment names the table: ``duckdb://sales.db#orders``.
    base : Path
        What relative paths are relative to.
    promised : mapping of str to str, optional
        Logical types by column, as the contract promises them. A CSV file has no types of its own: left to guess, ``Yes`` and ``No`` would
        become truth values, and a code would lose its leading zeros.
    beside : Source, optional
        A table that this one is compared with, so that the same engine must hold both.

    Raises
    ------
    DataError
        Nothing there, or it cannot be read.
    UsageError
        The location is of no known kind, or the engine that holds the other table cannot hold this one.
    """
    if "://" in location and not location.startswith("file://"):
        return _open_url(location, base) if beside is None else _open_url_beside(location, base, beside)
    location = location.removeprefix("file://")
    try:
        files = _files(location, base)
        states = [FileState.of(f) for f in files]
    except OSError as error:
        raise DataError(f"cannot read '{location}': {error.strerror or error}") from error
    suffix = next((s for s in sorted(READERS, key=len, reverse=True) if files[0].name.lower().endswith(s)), None)
    if suffix is None:
        raise UsageError(f"cannot tell what '{location}' is. Expected one of {', '.join(READERS)}, or an ibis URL such as duckdb://file.db#table")
    mixed = [f.name for f in files if not f.name.lower().endswith(suffix)]
    if mixed:
        raise UsageError(f"'{location}' matches files of different kinds: {files[0].name}, {mixed[0]}. Name one kind, such as *{suffix}")
    empty = [s.path.name for s in states if s.size == 0]
    if empty:
        raise DataError(f"'{empty[0]}' is empty (0 bytes). Expected a table with a header")
    if beside is not None and beside.backend.name != "duckdb":
        raise UsageError(f"'{location}' is a file and '{beside.location}' is on {beside.backend.name}; {SAME_ENGINE}")
    backend = connect() if beside is None else beside.backend
    reader, paths = READERS[suffix], [str(f) for f in files]
    options = csv_form(files[0], location, promised or {}) if reader == "read_csv" else {"records": "true"} if reader == "read_json" else {}
    try:
        table = getattr(backend, reader)(paths, **options)
        if reader == "read_csv":
            table = _told_zones(backend, table, paths, options)
        elif reader == "read_parquet":
            refuse_renamed(backend, files[0], location, table.columns)
    except (duckdb.Error, IbisError, ValueError) as error:
        raise DataError(f"cannot read '{location}': {fault(reader, error)}") from error
    return Source(_typed(table), backend, location, files, states)


def _typed(table: ir.Table) -> ir.Table:
    """Return a table in which columns without any type, as those without any value can be, are text."""
    untyped = {name: "string" for name, kind in table.schema().items() if kind.is_unknown() and "NULL" in str(kind)}
    return table.cast(untyped) if untyped else table


def _told_zones(backend: Any, table: ir.Table, paths: Sequence[str], options: Mapping[str, Any]) -> ir.Table:
    """Leave a CSV column as text where some of its moments say their offset from UTC and others do not: which moments those are is unknown."""
    zoned = [c for c in table.columns if table[c].type().is_timestamp() and table[c].type().timezone]
    if not zoned:
        return table
    types = dict(options.get("types", {}))
    raw = backend.read_csv(paths, **{**options, "types": types | dict.fromkeys(zoned, "VARCHAR")})
    counts = backend.con.execute(backend.compile(raw.aggregate(half_zoned(raw, zoned)))).fetchone()
    mixed = [c for c, n in zip(zoned, counts, strict=True) if n]
    return backend.read_csv(paths, **{**options, "types": types | dict.fromkeys(mixed, "VARCHAR")}) if mixed else table


def frame_table(frame: Any, backend: Any = None) -> ir.Table:
    """Return a pandas, polars or Arrow frame as a lazy table.

    Raises
    ------
    DataError
        The frame has columns that no engine can hold, such as mixed types.
    """
    return frame_source(frame, backend).table


def frame_source(frame: Any, backend: Any = None) -> Source:
    """Open a pandas, polars or Arrow frame."""
    import pyarrow as pa

    try:
        if hasattr(frame, "to_arrow"):
            arrow = frame.to_arrow()
        elif isinstance(frame, pa.Table):
            arrow = frame
        else:
            plain = frame.reset_index(drop=True)
            plain.columns = [str(c) for c in plain.columns]
            _refuse_repeated(list(plain.columns))
            arrow = pa.Table.from_pandas(plain, preserve_index=False).replace_schema_metadata(None)
    except (pa.ArrowException, AttributeError, TypeError) as error:
        # Arrow names the column last; what comes before may show a value
        what = one_line(Exception(error.args[-1] if error.args else error))
        raise DataError(f"cannot read the frame: {what}. Expected a pandas, polars or Arrow table with one type per column") from error
    _refuse_repeated(arrow.column_names)
    if not arrow.column_names:
        raise DataError("the frame has no columns")
    backend = backend or connect()
    name = f"frame_{next(_frame_names)}"
    backend.con.register(name, arrow)
    return Source(_typed(backend.table(name)), backend, name)


def _refuse_repeated(names: Sequence[str]) -> None:
    repeated = sorted({c for c in names if names.count(c) > 1})
    if repeated:
        raise DataError(f"the frame has more than one column named {repeated}; rename them")


def fingerprint(source: Source) -> str:
    """Return the SHA-256 of what a source holds: of its files, or of its schema and rows in order where there are none."""
    if source.files:
        contents = [file_sha256(file) for file in source.files]
        return contents[0] if len(contents) == 1 else hashlib.sha256("".join(contents).encode()).hexdigest()
    digest = hashlib.sha256()
    digest.update(str(source.table.schema()).encode())
    for column in source.backend.to_pyarrow(source.table).columns:
        # what lies in memory under a null is no content: which values are there, then those that are
        for part in (column.is_valid(), column.drop_null()):
            digest.update(_packed(part.cast("int8") if part.type == "bool" else part))
    return digest.hexdigest()


def _packed(values: Any) -> Any:
    """Return a column as one Arrow message, in which buffers are as long as their content."""
    import pyarrow as pa

    table, sink = pa.table({"values": values}).combine_chunks(), pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return sink.getvalue()


def _files(location: str, base: Path) -> list[Path]:
    path = base / location
    if has_magic(location) and not path.is_file():
        # the base is a folder as it is, brackets and all
        files = sorted(base / f for f in glob(location, root_dir=base, recursive=True) if (base / f).is_file())
        if not files:
            raise DataError(f"the pattern '{location}' matches no file in {path.parent}. Check the path; it is relative to the config's folder")
        return files
    if path.is_dir():
        raise DataError(f"'{location}' is a folder. Expected a file, or a pattern such as '{location.rstrip('/')}/*.parquet'")
    if not path.exists():
        raise DataError(f"there is no file '{path}'. {did_you_mean_file(path)}")
    if not path.is_file():
        raise DataError(
            f"'{location}' is no regular file, but a device, a pipe or a socket. Save the rows to a file, which can be read more than once"
        )
    return [path]


def _open_url(url: str, base: Path) -> Source:
    address, name = urldefrag(url)
    if not name:
        raise UsageError(f"'{url}' names no table. Write it after a '#', as in {url}#orders")
    if address.startswith("duckdb://"):
        file = base / address.removeprefix("duckdb://")
        if not file.is_file():
            raise DataError(f"there is no database '{file}'")
        address = f"duckdb://{file}"
    try:
        backend = ibis.connect(address, read_only=True) if address.startswith("duckdb://") else ibis.connect(address)
        return Source(backend.table(name), backend, url, [file] if address.startswith("duckdb://") else ())
    except TableNotFound as error:
        names: list[str] = []
        if backend.name == "duckdb":
            names = [row[0] for row in backend.con.execute("SELECT table_name FROM information_schema.tables").fetchall()]
        raise DataError(f"'{address}' has no table '{name}'. {did_you_mean(name, names)}") from error
    except (duckdb.Error, IbisError, ValueError, ImportError, OSError, *_driver_errors()) as error:
        raise DataError(f"cannot open '{_without_password(url)}': {one_line(error)}") from error


def _without_password(url: str) -> str:
    return re.sub(r"(://[^:/@]*):[^@/]*@", r"\1:…@", url)


def _driver_errors() -> tuple[type[Exception], ...]:
    """Return what the driver of a database server raises, where one was loaded."""
    driver = sys.modules.get("psycopg")
    return (driver.Error,) if driver else ()


def _open_url_beside(url: str, base: Path, beside: Source) -> Source:
    address, name = urldefrag(url)
    if address == urldefrag(beside.location)[0]:
        try:
            return Source(beside.backend.table(name), beside.backend, url, beside.files)
        except (TableNotFound, duckdb.Error, IbisError, ValueError) as error:
            raise DataError(f"'{address}' has no table '{name}'") from error
    if not address.startswith("duckdb://") or beside.backend.name != "duckdb":
        raise UsageError(f"'{url}' and '{beside.location}' are on different engines; {SAME_ENGINE}")
    file = base / address.removeprefix("duckdb://")
    if not name or not file.is_file():
        raise DataError(f"there is no database '{file}'" if name else f"'{url}' names no table. Write it after a '#', as in {url}#orders")
    catalog = f"beside_{next(_frame_names)}"
    try:
        beside.backend.con.execute(f"ATTACH '{str(file).replace(chr(39), chr(39) * 2)}' AS {catalog} (READ_ONLY)")
        return Source(beside.backend.table(name, database=(catalog, "main")), beside.backend, url, [file])
    except TableNotFound as error:
        raise DataError(f"'{address}' has no table '{name}'") from error
    except (duckdb.Error, IbisError, ValueError) as error:
        raise DataError(f"cannot open '{url}': {one_line(error)}") from error
