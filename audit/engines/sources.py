"""Where tables come from: files, patterns and partitions, here or in an object store, databases behind a URL, and frames in memory."""

import hashlib
import itertools
from collections.abc import Mapping, Sequence
from glob import glob, has_magic
from pathlib import Path
from typing import Any

import duckdb
import ibis.expr.types as ir
import sqlglot.expressions as sge
from ibis.common.exceptions import IbisError

from audit.core.errors import DataError, UsageError, did_you_mean_file
from audit.core.fingerprint import FileState, file_sha256
from audit.engines.ask_engine import one_line
from audit.engines.databases import FORMS, SAME_ENGINE, is_database, open_database, open_database_beside
from audit.engines.digest import digest
from audit.engines.embedded import connect as connect  # the engine of files, and so imported from here
from audit.engines.file_forms import csv_form, fault, half_zoned, line_form, refuse_renamed
from audit.engines.partitions import partition_options, partitioned_files
from audit.engines.remote_files import open_remote
from audit.engines.source import Source as Source  # opened here, and so imported from here
from audit.engines.source import typed
from audit.engines.urls import masked
from audit.engines.wide_tables import held

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


_frame_names = itertools.count()


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
    try:
        files = _files(location, base)
        states = [FileState.of(f) for f in files]
    except OSError as error:
        raise DataError(f"cannot read '{location}': {error.strerror or error}") from error
    suffix = _suffix(location, [f.name for f in files])
    empty = [s.path.name for s in states if s.size == 0]
    if empty:
        raise DataError(f"'{empty[0]}' is empty (0 bytes). Expected a table with a header")
    if beside is not None and beside.backend.name != "duckdb":
        raise UsageError(f"'{location}' is a file and '{beside.location}' is on {beside.backend.name}; {SAME_ENGINE}")
    backend = connect() if beside is None else beside.backend
    reader, paths = READERS[suffix], [str(f) for f in files]
    options: dict[str, Any] = {"records": "true"} if reader == "read_json" else {}
    if reader == "read_csv":
        options = csv_form(files[0], location, promised or {})
    options |= partition_options([f.relative_to(base) for f in files] if not Path(location).is_absolute() else files, promised or {})
    if "hive_types" in options:
        # as DuckDB wants it, which ibis would write as a map
        kinds = [sge.PropertyEQ(this=sge.to_identifier(k, quoted=True), expression=sge.convert(v)) for k, v in options["hive_types"].items()]
        options["hive_types"] = sge.Struct(expressions=kinds)
    try:
        table = getattr(backend, reader)(paths, **options)
        if reader == "read_csv":
            table = _told_zones(backend, table, paths, options)
        elif reader == "read_parquet":
            refuse_renamed(backend, files[0], location, table.columns)
    except (duckdb.Error, IbisError, ValueError) as error:
        raise DataError(f"cannot read '{location}': {fault(reader, error)}") from error
    return Source(held(backend, typed(table)), backend, location, files, states)


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
            options = line_form(remote.first_line(), masked(location), promised)
        options |= partition_options([Path(name) for name in remote.names], promised)
        table = remote.table(backend, READERS[suffix], options)
    except (duckdb.Error, IbisError, ValueError, OSError) as error:
        raise DataError(f"cannot read '{masked(location)}': {fault(READERS[suffix], error)}") from error
    return Source(typed(table), backend, masked(location))


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
    return Source(typed(backend.table(name)), backend, name)


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
        raise DataError(f"there is no file '{path}'. {did_you_mean_file(path)}")
    if not path.is_file():
        raise DataError(
            f"'{location}' is no regular file, but a device, a pipe or a socket. Save the rows to a file, which can be read more than once"
        )
    return [path]
