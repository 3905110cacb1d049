"""Files in object stores and wherever else fsspec reads from: ``s3://``, ``gs://``, ``abfs://``, ``https://``, ``memory://``."""

import gzip
import itertools
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ibis.expr.types as ir

from audit.core.errors import DataError, UsageError, did_you_mean
from audit.engines.urls import masked

#: Packages that fsspec needs besides itself, by scheme.
NEEDS = {"s3": "s3fs", "s3a": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "abfs": "adlfs", "az": "adlfs", "http": "aiohttp", "https": "aiohttp"}

_views = itertools.count()


@dataclass(frozen=True)
class Remote:
    """Files of one kind, read through fsspec.

    Parameters
    ----------
    system : fsspec file system
        Where they are.
    scheme : str
        Before ``://``.
    names : sequence of str
        With their scheme, in order.
    """

    system: Any
    scheme: str
    names: Sequence[str]

    def first_line(self) -> str:
        """Return the first line of the first file."""
        with self.system.open(self.names[0], "rb") as stream:
            if not self.names[0].endswith(".gz"):
                return str(stream.readline().decode("utf-8-sig").rstrip("\r\n"))
            with gzip.open(stream) as text:
                return text.readline().decode("utf-8-sig").rstrip("\r\n")

    def table(self, backend: Any, reader: str, options: Mapping[str, Any]) -> ir.Table:
        """Return the files as a table of DuckDB, which reads the parts that it needs through fsspec.

        Parameters
        ----------
        backend : ibis backend
            A DuckDB.
        reader : str
            Its function, such as ``read_parquet``.
        options : mapping
            Of that function.
        """
        if self.scheme not in backend.con.list_filesystems():
            backend.con.register_filesystem(self.system)
        name = f"remote_{next(_views)}"
        function = {"read_json": "read_json_auto"}.get(reader, reader)
        given = "".join(f", {key} = {_literal(value)}" for key, value in options.items())
        backend.con.execute(f"CREATE TEMP VIEW {name} AS SELECT * FROM {function}({_literal(list(self.names))}{given})")
        return backend.table(name, database=("temp", "main"))


def open_remote(location: str) -> Remote:
    """Find the files of a URL or a pattern.

    Raises
    ------
    DataError
        Nothing there, no permission, or a package is missing.
    UsageError
        No such scheme.
    """
    scheme = location.partition("://")[0]
    try:
        import fsspec
    except ImportError as error:
        raise DataError(f"'{masked(location)}' is read with fsspec, which is not installed: pip install \"assay-audit[remote]\"") from error
    if scheme not in fsspec.available_protocols():
        known = ["duckdb", "postgres", "pyspark", *NEEDS]
        raise UsageError(
            f"'{masked(location)}' begins with '{scheme}://', which is no place that data can be read from. {did_you_mean(scheme, known)}"
        )
    try:
        system = fsspec.filesystem(scheme)
        found = system.glob(location) if any(sign in location for sign in "*?[") else [location] if system.exists(location) else []
    except ImportError as error:
        package = NEEDS.get(scheme, "another package")
        raise DataError(f"'{masked(location)}' needs {package}, which is not installed: pip install {package}") from error
    except _store_errors() as error:
        raise DataError(f"cannot reach '{masked(location)}': {type(error).__name__}: {' '.join(str(error).split())[:200]}") from error
    names = [system.unstrip_protocol(name) for name in found]
    files = sorted(name for name in names if not name.endswith("/"))
    if not files:
        raise DataError(f"there is no file '{masked(location)}', or it may not be read. Check the path, and the credentials of {scheme}")
    return Remote(system, scheme, files)


def _store_errors() -> tuple[type[Exception], ...]:
    """Return what file systems raise, and what the clients of stores do that is no OSError, of those that are loaded."""
    clients = (("botocore.exceptions", "BotoCoreError"), ("botocore.exceptions", "ClientError"), ("aiohttp", "ClientError"))
    return (OSError, ValueError, *(getattr(sys.modules[module], name) for module, name in clients if module in sys.modules))


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_literal(v) for v in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_literal(k)}: {_literal(v)}" for k, v in value.items()) + "}"
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"
