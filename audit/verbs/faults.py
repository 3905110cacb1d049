"""What can be wrong with a row, by the checks that stopped the run: a predicate each, with code, column and reason."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import ibis.expr.types as ir

from audit.core.check import RowCheck, Suspect
from audit.run import Examined


@dataclass(frozen=True)
class Fault:
    """One way in which a row is bad.

    Parameters
    ----------
    code : str
        Of the check.
    column : str
        Where in the row, such as ``age`` or ``year + number``; empty where it is the row as a whole.
    reason : str
        What is wrong, in words that hold no data.
    failing : callable
        Maps a table to the expression that is true for its bad rows; where it is null, a row is not bad.
    compares_rows : bool
        Whether the expression looks at other rows than its own.
    candidates : callable
        For such an expression: maps a table to those of its rows that need to be compared at all.
    """

    code: str
    column: str
    reason: str
    failing: Callable[[ir.Table], ir.BooleanValue]
    compares_rows: bool = False
    candidates: Callable[[ir.Table], ir.Table] = lambda table: table

    @classmethod
    def of_check(cls, check: RowCheck) -> "Fault":
        """Return the fault that a check about rows looks for."""
        return cls(check.code, check.where.get("column", ""), check.reason(), check.failing, check.compares_rows, check.candidates)

    @classmethod
    def of_suspect(cls, code: str, suspect: Suspect) -> "Fault":
        """Return the fault that a check found without having been told of it."""
        return cls(code, suspect.column, f"{suspect.column}: {suspect.what}", suspect.failing, suspect.compares_rows)


def faults_of(failed: Iterable[Examined]) -> list[Fault]:
    """Return the faults of checks whose blocking limit was broken; checks that are not about rows have none.

    Parameters
    ----------
    failed : iterable of Examined
        Each with what it brought back.
    """
    faults: list[Fault] = []
    for examined in failed:
        if isinstance(examined.check, RowCheck):
            faults.append(Fault.of_check(examined.check))
        faults += [Fault.of_suspect(examined.check.code, s) for s in examined.findings.suspects]
    return faults


def beyond_rows(failed: Sequence[Examined]) -> list[str]:
    """Return the codes of those that no row can be blamed for, such as too few rows: setting rows aside does not mend them."""
    return list(dict.fromkeys(e.check.code for e in failed if not isinstance(e.check, RowCheck) and not e.findings.suspects))
