"""Where Great Expectations finds the rows: in a frame, in Postgres through its SQL engine, or in Spark through its Spark engine."""

import os
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote, quote_plus

import ibis.expr.operations as ops
import ibis.expr.types as ir

from audit.core.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

#: The variable that stands for the address of Postgres in what Great Expectations stores, so that no password is written down.
ADDRESS = "ASSAY_GX_POSTGRES"
#: What the session may do, as in our own: nothing is written, and numbers are told to the last digit.
OPTIONS = "-c default_transaction_read_only=on -c extra_float_digits=1"


class Rows(ABC):
    """Rows that Great Expectations can look at.

    Attributes
    ----------
    engine : str
        What evaluates there.
    """

    engine: ClassVar[str]

    @abstractmethod
    def batch(self, context: Any, name: str) -> AbstractContextManager[tuple[Any, dict[str, Any]]]:
        """Give a batch definition of the rows, under a data source of some name, and the parameters that it takes."""

    def without_secrets(self, text: str) -> str:
        """Return a message without what it must not show."""
        return text


@dataclass(frozen=True)
class FrameRows(Rows):
    """Rows in memory."""

    frame: "pd.DataFrame"
    engine: ClassVar[str] = "pandas"

    @contextmanager
    def batch(self, context: Any, name: str) -> Iterator[tuple[Any, dict[str, Any]]]:
        """Give a batch definition that takes the frame."""
        yield _whole(context.data_sources.add_or_update_pandas(name).add_dataframe_asset("rows")), {"dataframe": self.frame}


@dataclass(frozen=True)
class SparkRows(Rows):
    """Rows that a session of Spark reads."""

    table: ir.Table
    engine: ClassVar[str] = "Spark"

    @contextmanager
    def batch(self, context: Any, name: str) -> Iterator[tuple[Any, dict[str, Any]]]:
        """Give a batch definition that takes the lazy frame; its rows are not kept in memory."""
        backend = self.table.get_backend()
        frame = backend._session.sql(backend.compile(self.table))
        asset = context.data_sources.add_or_update_spark(name, persist=False).add_dataframe_asset("rows")
        yield _whole(asset), {"dataframe": frame}


@dataclass(frozen=True)
class PostgresRows(Rows):
    """Rows of a Postgres server, which counts them itself."""

    table: ir.Table
    engine: ClassVar[str] = "Postgres"

    @contextmanager
    def batch(self, context: Any, name: str) -> Iterator[tuple[Any, dict[str, Any]]]:
        """Give a batch definition of the table; the address is in the environment for as long, and nowhere else.

        Raises
        ------
        DataError
            SQLAlchemy is not installed.
        """
        node: Any = self.table.op()
        os.environ[ADDRESS] = self._address(node.namespace.database)
        try:
            source = context.data_sources.add_or_update_postgres(name, connection_string=f"${{{ADDRESS}}}")
            try:
                yield source.add_table_asset("rows", table_name=f'"{node.name}"').add_batch_definition_whole_table("all"), {}
            finally:
                source.get_engine().dispose()
                source.get_execution_engine().engine.dispose()
        finally:
            del os.environ[ADDRESS]

    def without_secrets(self, text: str) -> str:
        """Return a message without the password, however it is written."""
        password = self._connection.info.password
        for secret in (password, quote(password), quote(password, safe=" +"), quote_plus(password)) if password else ():
            text = text.replace(secret, "…")
        return text

    @property
    def _connection(self) -> Any:
        return self.table.get_backend().con

    def _address(self, schema: str | None) -> str:
        """Return the URL of a session like the one that the table was opened in."""
        try:
            from sqlalchemy import URL
        except ImportError as error:
            raise DataError('Great Expectations needs SQLAlchemy for tables of Postgres: pip install "assay-audit[gx]"') from error
        told = self._connection.info.get_parameters()
        user, database, host, port = (told.pop(k, None) for k in ("user", "dbname", "host", "port"))
        path = f" -c search_path={_argument(schema)},public" if schema else ""
        options = f"{told.pop('options', '')} {OPTIONS}{path}".strip()
        at = {"host": host, "port": str(port)} if host and (host.startswith("/") or "," in host) else {}
        url = URL.create(
            "postgresql+psycopg",
            username=user,
            password=self._connection.info.password or None,
            host=None if at else host,
            port=None if at else int(port or 5432),
            database=database,
            query={**told, **at, "options": options},
        )
        return url.render_as_string(hide_password=False)


def rows_of(table: ir.Table, frame: "pd.DataFrame | None") -> Rows:
    """Return the rows of a table where they are; those that are fetched are given as a frame."""
    if frame is not None:
        return FrameRows(frame)
    return SparkRows(table) if table.get_backend().name == "pyspark" else PostgresRows(table)


def evaluates(table: ir.Table) -> bool:
    """Return whether Great Expectations has an engine that evaluates where a table is; what is no table of a server as it is, is fetched."""
    name = table.get_backend().name
    return name == "pyspark" or (name == "postgres" and isinstance(table.op(), ops.DatabaseTable))


def _whole(asset: Any) -> Any:
    return asset.add_batch_definition_whole_dataframe("all")


def _argument(schema: str) -> str:
    """Return the name of a schema as the options of a session take it: in quotes, each blank and backslash behind a backslash."""
    quoted = '"' + schema.replace('"', '""') + '"'
    return quoted.replace("\\", "\\\\").replace(" ", "\\ ")
