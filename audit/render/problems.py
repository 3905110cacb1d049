"""Problems of contracts as lines that people and editors read: ``file:line: severity: column: message``."""

from collections.abc import Iterator, Sequence

from audit.core.problem import Problem
from audit.core.wording import counted
from audit.render.wording import line


def problem_lines(problems: Sequence[Problem]) -> Iterator[str]:
    """Yield one line for each problem, without control characters."""
    for problem in problems:
        yield line(str(problem))


def tally(problems: Sequence[Problem]) -> str:
    """Return how many errors and warnings there are, in words."""
    errors = sum(p.severity == "error" for p in problems)
    return f"{counted(errors, 'error')}, {counted(len(problems) - errors, 'warning')}"
