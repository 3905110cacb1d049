"""Answers asks with as few queries as possible: all scalars over one table in one scan, and small tables of one shape together."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir
from ibis.expr.operations import CountStar

from audit.core.ask import Ask, Rows
from audit.core.errors import DataError
from audit.engines.failures import BACKEND_ERRORS as BACKEND_ERRORS
from audit.engines.failures import one_line as one_line
from audit.engines.fetched import OWN_DRIVERS, fetched_frame, fetched_rows
from audit.engines.stored import stored

if TYPE_CHECKING:
    import pandas as pd

#: Small tables in one query: ibis nests a union of many, until that is too deep for the compiler.
TOGETHER = 64


class AskEngine:
    """Sends asks to the backend that holds the subject's table.

    Parameters
    ----------
    backend : ibis backend
        Such as ``ibis.duckdb.connect()``.

    Attributes
    ----------
    queries : list of str
        Every statement sent, in order.
    """

    def __init__(self, backend: Any) -> None:
        self.backend = backend
        self.queries: list[str] = []

    def prefetch(self, asks: Iterable[Ask]) -> "Answered":
        """Answer all asks that are not deferred and return where they and the deferred ones can be looked up."""
        now = [a for a in asks if not a.when_needed]
        answered = Answered(self)
        for batch in (self._scalars, self._tables):
            try:
                answered.store.update(batch(now))
            except (*BACKEND_ERRORS, RecursionError):
                # one bad expression spoils a fused query: left open here, each ask is sent alone when its check looks it up,
                # so that only the check that asked it is an error
                continue
        return answered

    def probe(self, table: ir.Table) -> None:
        """Read every column of a table once.

        Raises
        ------
        DataError
            The source cannot be read to its end.
        """
        try:
            # lengths, because Parquet answers for the smallest and largest value without looking at the pages
            self.fetch(table.aggregate(**{f"a{i}": table[c].cast("string").length().sum() for i, c in enumerate(table.columns)}))
        except BACKEND_ERRORS as error:
            raise DataError(f"the data cannot be read: {one_line(error)}") from error

    def one(self, ask: Ask) -> Any:
        """Answer a single ask."""
        if ask.kind == "scalar":
            return self.fetch(ask.expr.as_table())[1][0][0]
        if ask.kind == "rows":
            return Rows(*self.fetch(ask.expr))
        with ExitStack() as until_answered:
            kept: dict[Any, Any] = {}
            for part in ask.keeping:
                table = until_answered.enter_context(stored(self.backend, part.op().replace(kept).to_expr()))
                kept[part.op()] = table.op()
            return self.fetch_frame(ask.expr.op().replace(kept).to_expr())

    def fetch(self, table: ir.Table) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
        """Run one query and return its column names and rows as Python values."""
        sql = str(self.backend.compile(table))
        self.queries.append(sql)
        if self.backend.name == "duckdb":
            # straight from DuckDB: ibis would make an Arrow table, then a frame, then objects
            return tuple(table.columns), self.backend.con.execute(sql).fetchall()
        if self.backend.name in OWN_DRIVERS:
            return tuple(table.columns), fetched_rows(self.backend, sql, table.schema())
        rows = self.backend.to_pyarrow(table).to_pylist()
        return tuple(table.columns), [tuple(row.values()) for row in rows]

    def fetch_frame(self, table: ir.Table) -> "pd.DataFrame":
        """Run one query and return its rows as a pandas frame."""
        sql = str(self.backend.compile(table))
        self.queries.append(sql)
        if self.backend.name == "duckdb":
            return self.backend.con.execute(sql).df()
        if self.backend.name in OWN_DRIVERS:
            return fetched_frame(self.backend, sql, table.schema())
        return self.backend.to_pyarrow(table).to_pandas()

    def _scalars(self, asks: Sequence[Ask]) -> dict[int, Any]:
        """Answer scalars, one query per table they are about."""
        by_table: dict[Any, dict[_Same, list[Ask]]] = {}
        answers: dict[int, Any] = {}
        for ask in (a for a in asks if a.kind == "scalar"):
            relations = ask.expr.op().relations
            if len(relations) == 1:
                by_table.setdefault(next(iter(relations)), {}).setdefault(_Same(ask.expr), []).append(ask)
            else:
                answers[id(ask)] = self.one(ask)
        for relation, group in by_table.items():
            named = {f"a{i}": _counted(same.expr) for i, same in enumerate(group)}
            _, values = self.fetch(relation.to_expr().aggregate(**named))
            for same_asks, value in zip(group.values(), values[0], strict=True):
                answers.update({id(a): value for a in same_asks})
        return answers

    def _tables(self, asks: Sequence[Ask]) -> dict[int, Rows]:
        """Answer grouped asks; those with the same columns travel in one query."""
        by_shape: dict[Any, dict[_Same, list[Ask]]] = {}
        for ask in (a for a in asks if a.kind == "rows"):
            by_shape.setdefault(ask.expr.schema(), {}).setdefault(_Same(ask.expr), []).append(ask)
        answers: dict[int, Rows] = {}
        for schema, group in by_shape.items():
            tables = [same.expr for same in group]
            parts = [rows for i in range(0, len(tables), TOGETHER) for rows in self._united(tables[i : i + TOGETHER])]
            for same_asks, rows in zip(group.values(), parts, strict=True):
                answers.update({id(a): Rows(tuple(schema.names), rows) for a in same_asks})
        return answers

    def _united(self, tables: Sequence[ir.Table]) -> list[list[tuple[Any, ...]]]:
        """Return the rows of tables with the same columns, by one query."""
        if len(tables) == 1:
            return [self.fetch(tables[0])[1]]
        parts: list[list[tuple[Any, ...]]] = [[] for _ in tables]
        tagged = [t.mutate(assay_tag=ibis.literal(i, "int32")) for i, t in enumerate(tables)]
        for row in self.fetch(ibis.union(*tagged))[1]:
            parts[row[-1]].append(row[:-1])
        return parts


def _counted(expr: ir.Scalar) -> ir.Scalar:
    """Return a count of rows under a condition as a count of values: DuckDB takes a third longer for a FILTER than for a CASE."""
    count = expr.op()
    if isinstance(count, CountStar) and count.where is not None and count.where.shape.is_columnar():
        return ibis.ifelse(count.where.to_expr(), 1, ibis.null("int8")).count()
    return expr


@dataclass(frozen=True)
class _Same:
    """An expression that counts as the same when it asks the same."""

    expr: Any

    def __hash__(self) -> int:
        return hash(self.expr.op())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and bool(self.expr.op() == other.expr.op())


@dataclass
class Answered:
    """Answers by ask; a deferred ask is sent when it is first looked up, once for all checks that ask the same."""

    engine: AskEngine
    store: dict[int, Any] = field(default_factory=dict)
    deferred: dict[tuple[str, "_Same"], Any] = field(default_factory=dict)
    asked: list[Ask] = field(default_factory=list)

    def look_up(self, ask: Ask) -> Any:
        """Return the answer to an ask, sending it now if it was not sent before."""
        if id(ask) not in self.store:
            same = (ask.kind, _Same(ask.expr))
            if same not in self.deferred:
                self.deferred[same] = self.engine.one(ask)
            self.store[id(ask)] = self.deferred[same]
            self.asked.append(ask)  # keeps the ask alive, so that its id stays its own
        return self.store[id(ask)]


@dataclass(frozen=True)
class CheckAnswers:
    """The answers to one check's asks by name."""

    asks: Mapping[str, Ask]
    answered: Answered

    def scalar(self, name: str) -> Any:
        """Return the value of a scalar ask."""
        return self.answered.look_up(self.asks[name])

    def rows(self, name: str) -> Rows:
        """Return the small table of a grouped ask."""
        result = self.answered.look_up(self.asks[name])
        assert isinstance(result, Rows)
        return result

    def frame(self, name: str) -> "pd.DataFrame":
        """Return the sampled rows of a frame ask."""
        frame: pd.DataFrame = self.answered.look_up(self.asks[name])
        return frame

    def more(self, asks: Mapping[str, Ask]) -> "CheckAnswers":
        """Answer questions that only these answers could raise."""
        answered = self.answered.engine.prefetch(asks.values())
        # what one check asked for when it was needed, another one may need too
        answered.deferred = self.answered.deferred
        return CheckAnswers(asks, answered)
