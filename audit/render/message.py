"""A run as a message: the verdict, and every finding on a line. For errors, logs and the failures of tests."""

from audit.core.result import Result
from audit.core.run import Run
from audit.render.verdict import advice, findings, verdict
from audit.render.wording import MARKS, clean, line


def message(run: Run) -> str:
    """Return the verdict, what stops the run with what to do about it, then what else deserves a look."""
    outcome = verdict(run)
    rows = f", {run.subject.rows:,} rows" if run.subject.rows is not None else ""
    blocking, remarks = findings(run)
    texts = [f"{outcome.word}. {line(run.subject.name)}{rows}: {line(outcome.sentence)}"]
    texts += [f"{_finding(r)}\n      → {line(advice(r))}" for r in blocking]
    texts += [_finding(r) for r in remarks]
    texts += [f"  · {line(notice)}" for notice in run.notices]
    return "\n".join(texts)


def _finding(result: Result) -> str:
    place = f" {line(result.place)}" if result.place else ""
    return f"  {MARKS[result.status]} {clean(result.code)}{place}: {line(result.message)}"
