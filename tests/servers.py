"""The engines that a table can live on besides DuckDB, and how tests put one there."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pytest

#: Arrow types as Postgres calls them.
POSTGRES = {
    "int16": "smallint", "int32": "integer", "int64": "bigint", "float": "real", "double": "double precision", "string": "text", "bool": "boolean",
    "large_string": "text", "date32[day]": "date", "timestamp[us]": "timestamp", "timestamp[us, tz=UTC]": "timestamptz", "time64[us]": "time",
}  # fmt: skip


def initdb() -> Path | None:
    """Return the folder of Postgres's own programs, which Debian keeps off the path."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((f for f in folders if (f / "initdb").exists()), None)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def postgres_server() -> Iterator[str]:
    """Run a cluster in a folder of its own and give its URL; the data are gone with it."""
    programs = initdb()
    if programs is None:
        pytest.skip("no initdb: install PostgreSQL (Debian: apt-get install postgresql)")
    # not pytest's folder, which runs that start later may clear
    with tempfile.TemporaryDirectory(prefix="assay-postgres-", ignore_cleanup_errors=True) as name:
        yield from _cluster(programs, Path(name))


def _cluster(programs: Path, folder: Path) -> Iterator[str]:
    as_owner = []
    if os.geteuid() == 0:
        # Postgres refuses to run as root
        as_owner = ["runuser", "-u", "postgres", "--"]
        shutil.chown(folder, "postgres")
    data, port = folder / "data", _free_port()
    run = {"check": True, "capture_output": True, "cwd": "/"}
    subprocess.run([*as_owner, programs / "initdb", "-D", data, "-A", "trust", "-U", "assay", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"], **run)
    options = f"-k {folder} -p {port} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=20"
    subprocess.run(
        [*as_owner, programs / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start"], **(run | {"capture_output": False})
    )
    try:
        yield f"postgres://assay@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([*as_owner, programs / "pg_ctl", "-D", data, "-m", "immediate", "stop"], **(run | {"check": False}))


def load(url: str, name: str, table: pa.Table, types: dict[str, str] | None = None) -> None:
    """Write a table into a database, as it is."""
    kinds = {f.name: (types or {}).get(f.name) or _postgres_type(f.type) for f in table.schema}
    quoted = {c: '"' + c.replace('"', '""') + '"' for c in kinds}
    where = ".".join('"' + part + '"' for part in name.split("."))
    with psycopg.connect(url.replace("postgres://", "postgresql://")) as connection, connection.cursor() as cursor:
        if "." in name:
            cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {where.split('.')[0]}")
        cursor.execute(f"DROP TABLE IF EXISTS {where}")
        cursor.execute(f"CREATE TABLE {where} ({', '.join(f'{quoted[c]} {kind}' for c, kind in kinds.items())})")
        with cursor.copy(f"COPY {where} FROM STDIN") as copy:
            copy.set_types([kind.split("(")[0] for kind in kinds.values()])
            for row in zip(*(column.to_pylist() for column in table.columns), strict=True):
                copy.write_row(row)
        cursor.execute(f"ANALYZE {where}")


def _postgres_type(kind: pa.DataType) -> str:
    if pa.types.is_decimal(kind):
        return f"numeric({kind.precision},{kind.scale})"
    if pa.types.is_list(kind):
        return f"{_postgres_type(kind.value_type)}[]"
    return POSTGRES[str(kind)]


def same(left: Any, right: Any) -> bool:
    """Return whether two measured values are the same number; the last two digits of a float may hang on the order of additions."""
    if isinstance(left, float) and isinstance(right, float):
        return left == right or (left != left and right != right) or abs(left - right) <= 1e-13 * max(abs(left), abs(right))
    if isinstance(left, (tuple, list)) and isinstance(right, (tuple, list)):
        return len(left) == len(right) and all(same(a, b) for a, b in zip(left, right, strict=True))
    return bool(left == right)


@contextmanager
def spark_session() -> Iterator[Any]:
    """Run Spark inside this process's Java, on one core."""
    if shutil.which("java") is None:
        pytest.skip("no java: install a Java 17 (Debian: apt-get install default-jre-headless)")
    from audit.engines.spark import connect_spark

    backend = connect_spark("pyspark://local[1]")
    yield backend._session
    backend._session.sparkContext.stop()
