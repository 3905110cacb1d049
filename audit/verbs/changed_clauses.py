"""Changed clauses held against data, before and after, by the checks of the gate and in one scan."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from pathlib import Path

import ibis.expr.types as ir

from audit.config import make_config
from audit.contract.roles import merge_roles
from audit.core.ask import Ask, scalar
from audit.core.check import Check, RowCheck
from audit.core.contract import Contract
from audit.core.contract_diff import Change, ContractDiff, Failing
from audit.core.errors import AssayError, NotApplicable
from audit.core.result import Result
from audit.core.status import Status
from audit.core.subject import Subject
from audit.engines.ask_engine import AskEngine
from audit.engines.sources import open_source
from audit.other_tables import open_other_tables
from audit.run import Examined, Settings, hold, plan

FAMILIES = ("quality", "privacy")


@dataclass(frozen=True)
class _Held:
    """A clause with the checks that hold it against the data."""

    subject: Subject
    checks: Sequence[Check]
    ask: Ask | None

    @property
    def rowwise(self) -> list[RowCheck]:
        return [c for c in self.checks if isinstance(c, RowCheck) and not c.compares_rows]


def held_against(diff: ContractDiff, contract: Contract, location: str) -> ContractDiff:
    """Count the rows that fail each changed clause of a table as it was, and as it is.

    Parameters
    ----------
    diff : ContractDiff
        What changed.
    contract : Contract
        The new version of the table.
    location : str
        Path, glob or ibis URL of its rows.

    Raises
    ------
    DataError
        The data cannot be read.
    UsageError
        A rule names what does not exist.
    """
    source = open_source(location, promised={c.name: c.logical_type for c in contract.columns})
    tables = open_other_tables(make_config({"data": location}), contract, source)
    subject = Subject(Path(location).stem, source.table, location=location, tables=tables)
    changes = [c for c in diff.changes if c.table == contract.table]
    before = [_held(change, change.old, subject) for change in changes]
    after = [_held(change, change.new, subject) for change in changes]
    size, failing_before, failing_after = scalar(source.table.count()), _any_fails(before, subject), _any_fails(after, subject)
    every = [h for h in (*before, *after) if h is not None]
    also = [ask for ask in (size, failing_before, failing_after, *(h.ask for h in every)) if ask is not None]
    outcomes, answered = hold([(h.subject, check) for h in every for check in h.checks], AskEngine(source.backend), also)
    by_check = {id(check): outcome for (check, outcome) in zip((c for h in every for c in h.checks), outcomes, strict=True)}

    def failing(change: Change, held: _Held | None, part: Contract | None) -> Failing | None:
        if change.clause == "column" and part is not None and change.column not in source.table.columns:
            return Failing(None, Status.FAILED.value)
        if held is None or not held.checks:
            return None
        found = [by_check[id(c)] for c in held.checks]
        rows = [_rows(outcome) for outcome in found]
        total = answered.look_up(held.ask) if held.ask is not None else rows[0] if len(rows) == 1 else None
        return Failing(None if total is None else int(total), min((o.status for o in found), key=lambda status: status.rank).value)

    counted = {
        id(change): replace(change, failing_before=failing(change, was, change.old), failing_after=failing(change, is_, change.new))
        for change, was, is_ in zip(changes, before, after, strict=True)
    }
    return replace(
        diff,
        changes=tuple(counted.get(id(c), c) for c in diff.changes),
        data=location,
        rows=int(answered.look_up(size)),
        failing_before=None if failing_before is None else int(answered.look_up(failing_before)),
        failing_after=None if failing_after is None else int(answered.look_up(failing_after)),
    )


def _held(change: Change, part: Contract | None, subject: Subject) -> _Held | None:
    if part is None:
        return None
    there = replace(part, columns=tuple(c for c in part.columns if c.name in subject.table.columns))
    bound = replace(subject, roles=merge_roles(there, {}))
    planned, _ = plan(bound, there, FAMILIES, Settings(declared_only=True))
    checks = [c for c in planned if (c.code in change.codes if change.codes else c.clauses)]
    rowwise = [c for c in checks if isinstance(c, RowCheck) and not c.compares_rows]
    ask = scalar(bound.table.count(where=_either(rowwise, bound))) if len(rowwise) == len(checks) > 1 else None
    return _Held(bound, checks, ask)


def _any_fails(held: Iterable[_Held | None], subject: Subject) -> Ask | None:
    """Ask for the rows that fail at least one blocking clause which looks at each row by itself."""
    checks = [c for h in held if h is not None for c in h.rowwise if c.limit.blocking and _applies(c, h.subject)]
    return scalar(subject.table.count(where=_either(checks, subject))) if checks else None


def _applies(check: RowCheck, subject: Subject) -> bool:
    try:
        check.asks(subject)
    except (AssayError, NotApplicable):
        return False
    return True


def _either(checks: Sequence[RowCheck], subject: Subject) -> ir.BooleanValue:
    return reduce(or_, (c.failing(subject.table).fill_null(False) for c in checks))


def _rows(outcome: Examined | Result) -> float | None:
    if isinstance(outcome, Result):
        return None
    return next((m.value for m in outcome.findings.measurements if m.name == "failing_rows"), None)
