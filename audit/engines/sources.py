"""Where tables come from: files, patterns and partitions, here or in an object store, databases behind a URL, and frames in memory."""

import csv
import gzip
import hashlib
import itertools
import os
from collections.abc import Mapping, Sequence
from glob import glob, has_magic
from pathlib import Path
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir
import sqlglot.expressions as sge
from ibis.common.exceptions import IbisError

from audit.core.errors import DataError, UsageError, did_you_mean
from audit.core.fingerprint import file_sha256
from audit.engines.ask_engine import one_line
from audit.engines.databases import FORMS, SAME_ENGINE, is_database, open_database, open_database_beside
from audit.engines.digest import digest
from audit.engines.partitions import partition_options, partitioned_files
from audit.engines.remote_files import open_remote
from audit.engines.source import Source as Source  # opened here, and so imported from here
from audit.engines.urls import masked

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

#: Types of DuckDB for the logical types that a guess gets wrong, and the types it may guess: words such as yes and no stay words.
CSV_TYPES = {"string": "VARCHAR", "boolean": "BOOLEAN"}
GUESSED = ["NULL", "BIGINT", "DOUBLE", "TIME", "DATE", "TIMESTAMP", "TIMESTAMPTZ", "VARCHAR"]
DELIMITERS = ",;\t|"
#: What the environment may say of DuckDB: how much memory it takes before it moves intermediate results to disk, where to, and its threads.
SETTINGS = {"ASSAY_MEMORY": "memory_limit", "ASSAY_TEMP": "temp_directory", "ASSAY_THREADS": "threads"}
NOT_UTF8 = " Convert the file to UTF-8, for example with: iconv -f latin1 -t utf-8"

_frame_names = itertools.count()


def connect() -> Any:
    """Return a DuckDB in memory, as an ibis backend."""
    backend = ibis.duckdb.connect()
    # the day of a timestamp with a time zone must not depend on the machine
    backend.con.execute("SET enable_progress_bar = false; SET TimeZone = 'UTC'")
    for variable, setting in SETTINGS.items():
        if value := os.environ.get(variable):
            try:
                backend.con.execute(f"SET {setting} = '{value.replace(chr(39), chr(39) * 2)}'")
            except duckdb.Error as error:
                raise UsageError(f"the environment variable {variable} is '{value}': {one_line(error)}") from error
    return backend


def open_source(location: str, base: Path = Path(), *, promised: Mapping[str, str] | None = None, beside: Source | None = None) -> Source:
    """Open a table.

    Parameters
    ----------
    location : str
        A path or pattern of Parquet, CSV or JSON files, a folder of partitions (``sales/year=2024/…``), a URL of such files that fsspec knows
        (``s3://bucket/sales/*.parquet``), or a URL of a database whose fragment names the table (``duckdb://sales.db#orders``,
        ``postgres://user@host/db#orders``, ``pyspark://local[2]#orders``).
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
    if is_database(location):
        return open_database(location, base) if beside is None else open_database_beside(location, base, beside)
    if "://" in location and not location.startswith("file://"):
        return _open_remote(location, promised or {}, beside)
    location = location.removeprefix("file://")
    files = _files(location, base)
    suffix = _suffix(location, [f.name for f in files])
    empty = [f.name for f in files if f.stat().st_size == 0]
    if empty:
        raise DataError(f"'{empty[0]}' is empty (0 bytes). Expected a table with a header")
    if beside is not None and beside.backend.name != "duckdb":
        raise UsageError(f"'{location}' is a file and '{beside.location}' is on {beside.backend.name}; {SAME_ENGINE}")
    backend = connect() if beside is None else beside.backend
    options = _csv_options(files[0], location, promised or {}) if READERS[suffix] == "read_csv" else {}
    options |= partition_options([f.relative_to(base) for f in files] if not Path(location).is_absolute() else files, promised or {})
    if "hive_types" in options:
        # as DuckDB wants it, which ibis would write as a map
        kinds = [sge.PropertyEQ(this=sge.to_identifier(k, quoted=True), expression=sge.convert(v)) for k, v in options["hive_types"].items()]
        options["hive_types"] = sge.Struct(expressions=kinds)
    try:
        table = getattr(backend, READERS[suffix])([str(f) for f in files], **options)
    except (duckdb.Error, IbisError, ValueError) as error:
        raise DataError(f"cannot read '{location}': {_fault(suffix, error)}") from error
    return Source(table, backend, location, files)


def _suffix(location: str, names: Sequence[str]) -> str:
    """Return what the files of a location end in.

    Raises
    ------
    UsageError
        It is unknown, or they are of several kinds.
    """
    suffix = next((s for s in sorted(READERS, key=len, reverse=True) if names[0].lower().endswith(s)), None)
    if suffix is None:
        raise UsageError(
            f"cannot tell what '{masked(location)}' is. Expected one of {', '.join(READERS)}, or a URL of a database such as {FORMS['duckdb://']}"
        )
    mixed = [name for name in names if not name.lower().endswith(suffix)]
    if mixed:
        raise UsageError(f"'{masked(location)}' matches files of different kinds: {names[0]}, {mixed[0]}. Name one kind, such as *{suffix}")
    return suffix


def _open_remote(location: str, promised: Mapping[str, str], beside: Source | None) -> Source:
    """Open files that lie in an object store, or wherever fsspec reads from."""
    if beside is not None and beside.backend.name != "duckdb":
        raise UsageError(f"'{masked(location)}' is a file and '{beside.location}' is on {beside.backend.name}; {SAME_ENGINE}")
    remote = open_remote(location)
    suffix = _suffix(location, [name.rpartition("/")[2] for name in remote.names])
    backend = connect() if beside is None else beside.backend
    try:
        options: dict[str, Any] = {}
        if READERS[suffix] == "read_csv":
            options = _csv_form(remote.first_line(), masked(location), promised)
        options |= partition_options([Path(name) for name in remote.names], promised)
        table = remote.table(backend, READERS[suffix], options)
    except (duckdb.Error, IbisError, ValueError, OSError) as error:
        raise DataError(f"cannot read '{masked(location)}': {_fault(suffix, error)}") from error
    return Source(table, backend, masked(location))


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
    return Source(backend.table(name), backend, name)


def _refuse_repeated(names: Sequence[str]) -> None:
    repeated = sorted({c for c in names if names.count(c) > 1})
    if repeated:
        raise DataError(f"the frame has more than one column named {repeated}; rename them")


def fingerprint(source: Source) -> str:
    """Return the SHA-256 of what a source holds: of its files, or of its schema and rows where there are none.

    The rows of a frame are taken in order; those of a server have none, and are digested there, so that they need not travel.
    """
    if source.files:
        contents = [file_sha256(file) for file in source.files]
        if partition_options(source.files, {}).get("hive_partitioning"):
            # the names of their folders are content too
            contents = [f"{'/'.join(p for p in file.parts if '=' in p)}:{content}" for file, content in zip(source.files, contents, strict=True)]
        return contents[0] if len(contents) == 1 else hashlib.sha256("".join(contents).encode()).hexdigest()
    whole = hashlib.sha256()
    whole.update(str(source.table.schema()).encode())
    if not source.has_positions:
        whole.update(digest(source).encode())
        return whole.hexdigest()
    for column in source.backend.to_pyarrow(source.table).columns:
        # what lies in memory under a null is no content: which values are there, then those that are
        for part in (column.is_valid(), column.drop_null()):
            whole.update(_packed(part.cast("int8") if part.type == "bool" else part))
    return whole.hexdigest()


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
        if found := partitioned_files(path, tuple(READERS)):
            return found
        raise DataError(f"'{location}' is a folder. Expected a file, or a pattern such as '{location.rstrip('/')}/*.parquet'")
    if not path.exists():
        names = [f.name for f in path.parent.iterdir()] if path.parent.is_dir() else []
        raise DataError(f"there is no file '{path}'. {did_you_mean(path.name, names) if names else 'Its folder does not exist either.'}")
    return [path]


def _csv_options(file: Path, location: str, promised: Mapping[str, str]) -> dict[str, Any]:
    """Settle the form of a CSV file by its first line; left to guess, DuckDB skips lines until the rest looks regular."""
    opener = gzip.open if file.suffix == ".gz" else open
    try:
        with opener(file, "rt", encoding="utf-8") as stream:
            header = stream.readline().removeprefix("\ufeff").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise DataError(f"cannot read '{location}': its first lines are not UTF-8.{NOT_UTF8}") from error
    except OSError as error:
        raise DataError(f"cannot read '{location}': {error.strerror or error}") from error
    return _csv_form(header, location, promised)


def _csv_form(header: str, location: str, promised: Mapping[str, str]) -> dict[str, Any]:
    if not header.strip():
        raise DataError(f"the first line of '{location}' is empty. Expected a header with the names of the columns")
    delimiter = max(DELIMITERS, key=header.count)
    # all rows are looked at before types are chosen: a late text value in a column of numbers must not stop the scan
    names = next(csv.reader([header], delimiter=delimiter))
    form = {
        "header": True,
        "skip": 0,
        "delim": delimiter,
        "quote": '"',
        "sample_size": -1,
        "null_padding": False,
        "strict_mode": True,
        "auto_type_candidates": GUESSED,
    }
    logical = {name: CSV_TYPES[kind] for name, kind in promised.items() if kind in CSV_TYPES}
    types = {name: logical[name] for name in names if name in logical}
    return {**form, "types": types} if types else form


def _fault(suffix: str, error: Exception) -> str:
    text = str(error)
    if READERS[suffix] != "read_csv":
        return one_line(error)
    if "Invalid unicode" in text:
        return f"{one_line(error)} is not UTF-8.{NOT_UTF8}"
    regular = " Every line must have as many fields as the header, and every quote must be closed"
    return f"it is no regular CSV.{regular}" if "sniffing" in text else one_line(error) + regular
