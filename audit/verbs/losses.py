"""Whom the bad rows belonged to: the one check of the gate that can be measured only after rows were set aside."""

from dataclasses import replace

from audit.checks import discover
from audit.checks.balance.b007_rows_lost_by_group import RowsLostByGroup
from audit.core.run import Run
from audit.core.subject import Subject
from audit.project import Project
from audit.run import examine


def with_losses(project: Project, run: Run, subject: Subject) -> Run:
    """Return a run in which B007 knows which rows were set aside.

    B007 was planned and run with all other checks, but could only say that it came too early. It is examined once more, alone, on a
    subject that knows its bad rows, and what it then says takes the place of what it said before.

    Parameters
    ----------
    project : Project
        Its contract and settings.
    run : Run
        What all checks said.
    subject : Subject
        With the rows that were ``set_aside``.
    """
    code, family = RowsLostByGroup.code, RowsLostByGroup.family
    others = [c for c, check in discover().items() if check.family == family and c != code]
    settings = replace(project.settings, skip=tuple(dict.fromkeys([*project.settings.skip, *others])))
    again = examine(subject, verb=run.verb, families=(family,), contract=project.contract, settings=settings).run
    known = iter([[r for r in again.results if r.code == code]])
    return run.with_results([r for old in run.results for r in (next(known, []) if old.code == code else [old])])
