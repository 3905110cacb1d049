"""One analysis, made from Python: its numbers, its exhibits, and how it shows itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from audit.core.check import Findings
from audit.core.exhibit import Exhibit
from audit.render.branches import belongs, branches
from audit.render.grid import grid
from audit.render.heat import heat
from audit.render.html import environment

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, repr=False, eq=False)
class Analysis:
    """What came out of one look; a notebook shows it, and text where there is none.

    Parameters
    ----------
    message : str
        The result in sentences; where nothing could be examined, why.
    findings : Findings
        All numbers and exhibits, as a run has them.
    """

    message: str
    findings: Findings

    @property
    def numbers(self) -> "pd.DataFrame":
        """Every measurement: name, where, value, ends of its interval, level, rows and method."""
        import pandas as pd

        rows = [(m.name, dict(m.where), m.value, *(m.interval or (None, None)), m.level, m.n, m.method) for m in self.findings.measurements]
        return pd.DataFrame(rows, columns=["name", "where", "value", "low", "high", "level", "n", "method"])

    @property
    def exhibits(self) -> Sequence[Exhibit]:
        """The tables behind it, each with the kind of picture that suits it."""
        return self.findings.exhibits

    def __str__(self) -> str:
        """Return the message."""
        return self.message

    def __repr__(self) -> str:
        """Return the message."""
        return self.message

    def _repr_html_(self) -> str:
        return analysis(self.message, self.exhibits)


def analysis(message: str, exhibits: Sequence[Exhibit]) -> str:
    """Return a fragment of HTML that brings its own style, runs no script, fetches nothing, and suits light and dark notebooks."""
    shown = [(e, branches(e, exhibits), heat(e), grid(e)) for e in exhibits if not belongs(e, exhibits)]
    return environment().get_template("analysis.html.j2").render(message=message, shown=shown)
