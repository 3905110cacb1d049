"""Row checks held to their promise: the rows that the predicate picks are the rows that the check counts."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import ibis
import pyarrow as pa

from audit.core.check import Findings, RowCheck
from audit.core.contract import Contract, Place, Rule
from audit.core.limit import Limit
from audit.core.roles import Roles
from audit.core.subject import Subject
from audit.engines.ask_engine import AskEngine
from audit.engines.sources import connect, frame_source
from tests.answers import findings, one

PLACE = Place("t.odcs.yaml", 5)
NAN, INF = float("nan"), float("inf")


@cache
def _backend() -> Any:
    return connect()


def subject_with(columns: Mapping[str, Any], contract: Contract | None = None, **roles: Any) -> tuple[Subject, AskEngine]:
    """Return columns as a subject. They go through Arrow, which, unlike pandas, tells NaN from null."""
    source = frame_source(pa.table(dict(columns)), _backend())
    return Subject("rows", source.table, Roles(**roles)), AskEngine(source.backend)


def picked(check: RowCheck, subject: Subject, engine: AskEngine) -> list[int]:
    """Return the positions of the rows that the predicate picks."""
    table = subject.table
    rows = table.mutate(assay_row=ibis.row_number(), assay_fault=check.failing(table).fill_null(False)).filter(lambda t: t.assay_fault)
    return sorted(int(row) for (row,) in engine.fetch(rows.select("assay_row"))[1])


def broken(check: RowCheck, columns: Mapping[str, Any]) -> list[int]:
    """Return the rows that a check counts and picks, which must be as many."""
    found, rows = found_and_picked(check, columns)
    total = len(next(iter(columns.values())))
    assert one(found, "failing_rows", check.where).value == len(rows)
    assert one(found, "failing_rows", check.where).n == total
    assert one(found, "failing_share", check.where).value == (len(rows) / total if total else None)
    return rows


def found_and_picked(check: RowCheck, columns: Mapping[str, Any]) -> tuple[Findings, list[int]]:
    """Return what a check finds, and the rows it picks."""
    subject, engine = subject_with(columns)
    return findings(check, subject, engine), picked(check, subject, engine)


def planned(check: type, *columns: Any, rules: Sequence[Rule] = ()) -> list[Any]:
    """Return the checks of a kind that a contract with these columns and table rules calls for."""
    subject, _ = subject_with({"a": [1]})
    return list(check.plan(subject, Contract(path=PLACE.file, columns=columns, rules=tuple(rules), place=PLACE)))


def rule(metric: str = "", *, column: str = "", **rest: Any) -> Rule:
    """Return a rule that allows no row, unless told otherwise."""
    rest.setdefault("limit", Limit(high=0, source=str(PLACE)))
    return Rule(rest.pop("kind", "library"), PLACE, column, metric, **rest)
