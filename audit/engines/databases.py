"""Tables of databases: DuckDB files, Postgres and Spark, by a URL whose fragment names the table."""

import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import ibis
from ibis.common.exceptions import IbisError, TableNotFound

from audit.core.errors import DataError, UsageError, did_you_mean
from audit.core.fingerprint import FileState
from audit.engines import postgres, spark
from audit.engines.ask_engine import BACKEND_ERRORS, one_line
from audit.engines.failures import told_plainly
from audit.engines.source import Source
from audit.engines.urls import masked, secrets, table_of

SAME_ENGINE = "tables that are compared are on one engine. Load one of them where the other is"
#: Schemes of URLs that name a database, with an example each.
FORMS: Mapping[str, str] = {
    "duckdb://": "duckdb://sales.db#orders",
    "postgres://": "postgres://user@host/database#schema.table",
    "postgresql://": "postgresql://user@host/database#schema.table",
    "pyspark://": "pyspark://local[2]#catalog.table or pyspark://local[2]#folder/*.parquet",
}

_catalogs = itertools.count()


def is_database(location: str) -> bool:
    """Return whether a location names a database."""
    scheme, sign, _ = location.partition("://")
    return bool(sign) and (location.startswith(tuple(FORMS)) or scheme in {e.name for e in ibis.util.backend_entry_points()})


def open_database(url: str, base: Path) -> Source:
    """Open a table of a database.

    Raises
    ------
    DataError
        The database or the table is not there, or cannot be read.
    UsageError
        The URL names no table.
    """
    address, name = _named(url)
    try:
        with told_plainly():
            file = _database_file(address, base) if address.startswith("duckdb://") else None
            files = [file] if file else []
            states = [FileState.of(f) for f in files]
            backend = _connected(address, file)
            return Source(_table(backend, name, base), backend, masked(url), files, states)
    except TableNotFound as error:
        raise DataError(f"'{masked(address)}' has no table '{name}'. {did_you_mean(name, _tables(backend, name))}") from error
    except ImportError as error:
        extra = "postgres" if address.startswith(postgres.SCHEMES) else "spark"
        raise DataError(f"'{masked(url)}' needs a driver that is not installed: pip install \"assay-audit[{extra}]\"") from error
    except (*BACKEND_ERRORS, ValueError, OSError) as error:
        raise DataError(f"cannot open '{masked(url)}': {_without_secrets(error, url)}") from error


def open_database_beside(url: str, base: Path, beside: Source) -> Source:
    """Open a table of a database on the engine that holds another table.

    Parameters
    ----------
    url : str
        Of the table.
    base : Path
        What relative paths are relative to.
    beside : Source
        The other table.

    Raises
    ------
    DataError
        The database or the table is not there.
    UsageError
        It is on another engine.
    """
    address, name = _named(url)
    if masked(address) == table_of(beside.location)[0] or (address.startswith("pyspark://") and beside.backend.name == "pyspark"):
        try:
            with told_plainly():
                return Source(_table(beside.backend, name, base), beside.backend, masked(url), beside.files, beside.states)
        except (*BACKEND_ERRORS, ValueError) as error:
            raise DataError(f"'{masked(address)}' has no table '{name}'. {did_you_mean(name, _tables(beside.backend, name))}") from error
    if not address.startswith("duckdb://") or beside.backend.name != "duckdb":
        raise UsageError(f"'{masked(url)}' and '{beside.location}' are on different engines; {SAME_ENGINE}")
    file = _database_file(address, base)
    catalog, states = f"beside_{next(_catalogs)}", [FileState.of(file)]
    try:
        beside.backend.con.execute(f"ATTACH '{str(file).replace(chr(39), chr(39) * 2)}' AS {catalog} (READ_ONLY)")
        return Source(beside.backend.table(name, database=(catalog, "main")), beside.backend, url, [file], states)
    except TableNotFound as error:
        raise DataError(f"'{address}' has no table '{name}'") from error
    except (duckdb.Error, IbisError, ValueError) as error:
        raise DataError(f"cannot open '{url}': {one_line(error)}") from error


def tables_of(backend: Any, schema: str = "") -> list[str]:
    """Return the names of the tables in a schema, or where a connection stands."""
    if backend.name == "duckdb":
        return [row[0] for row in backend.con.execute("SELECT table_name FROM information_schema.tables").fetchall()]
    return list(backend.list_tables(database=schema) if schema else backend.list_tables())


def _named(url: str) -> tuple[str, str]:
    address, name = table_of(url)
    if not name:
        raise UsageError(f"'{masked(url)}' names no table. Write it after a '#', as in {masked(url)}#orders")
    return address, name


def _connected(address: str, file: Path | None) -> Any:
    if file is not None:
        return ibis.connect(f"duckdb://{file}", read_only=True)
    if address.startswith("pyspark://"):
        return spark.connect_spark(address)
    if address.startswith(postgres.SCHEMES):
        return postgres.connect_postgres(address)
    return ibis.connect(address)


def _database_file(address: str, base: Path) -> Path:
    file = base / address.removeprefix("duckdb://")
    if not file.is_file():
        raise DataError(f"there is no database '{file}'")
    return file


def _table(backend: Any, name: str, base: Path) -> Any:
    if backend.name == "pyspark":
        return spark.table(backend, name, base)
    schema, _, table = name.rpartition(".")
    if backend.name == "postgres" and schema:
        return backend.table(table, database=schema)
    return backend.table(name)


def _tables(backend: Any, name: str) -> list[str]:
    schema = name.rpartition(".")[0] if backend.name == "postgres" else ""
    return [f"{schema}.{t}" if schema else t for t in tables_of(backend, schema)]


def _without_secrets(error: BaseException, url: str) -> str:
    text = one_line(error)
    for secret in secrets(url):
        text = text.replace(secret, "…")
    return text
