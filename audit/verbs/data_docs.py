"""Rules of Great Expectations and their result in the context that the config names."""

from dataclasses import replace

from audit.checks.quality.d009_great_expectations_rule import GreatExpectationsRule
from audit.config import Config
from audit.core.run import Run
from audit.core.wording import counted
from audit.engines import great_expectations, gx_context, gx_rows
from audit.project import Project
from audit.run import Examination


def require_context(config: Config) -> None:
    """Refuse a config that names a context of Great Expectations where there is none.

    Raises
    ------
    UsageError
        There is none.
    """
    if config.gx.context:
        gx_context.require_context(config.base / config.gx.context)


def with_data_docs(project: Project, examination: Examination, run: Run) -> Run:
    """Store the Great Expectations rules that were evaluated, and what came of them, in the context that the config names; say so in the run.

    They are evaluated once more, as a suite.

    Raises
    ------
    DataError
        The context cannot be read or written.
    """
    named = project.config.gx.context
    checks = [e.check for e in examination.examined if isinstance(e.check, GreatExpectationsRule)]
    if not named or not checks:
        return run
    table = examination.subject.table
    rules = [great_expectations.built(c.expectation, {"severity": "critical" if c.limit.blocking else "warning", **c.arguments}) for c in checks]
    # those about the table as a whole need every column
    columns = dict.fromkeys(column for c in checks for column in c.columns() if column in table.columns)
    looked_at = table.select(*columns) if all(c.columns() for c in checks) else table
    rows = gx_rows.rows_of(table, None if gx_rows.evaluates(table) else examination.engine.fetch_frame(looked_at))
    gx_context.record(project.config.base / named, f"assay_{run.project}_{examination.subject.name}", rules, rows, run.id)
    said = f"The result of {counted(len(checks), 'rule')} of Great Expectations is in the Data Docs of '{named}'."
    return replace(run, notices=(*run.notices, said))
