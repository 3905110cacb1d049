"""What an explanation comes to in Python: sentences, tables and, for counterfactuals, rows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from audit.core.check import Findings
from audit.core.exhibit import Exhibit

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, repr=False, eq=False)
class Explanation:
    """What came out of one look at a model; a notebook shows it.

    Parameters
    ----------
    message : str
        The result in sentences; where nothing could be examined, why.
    findings : Findings
        All numbers and exhibits, as a run has them.
    frame : pandas.DataFrame
        The main table.
    """

    message: str
    findings: Findings
    frame: "pd.DataFrame"

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

    def __repr__(self) -> str:
        """Return the message."""
        return self.message

    def _repr_html_(self) -> str:
        from audit.render.analysis import analysis

        return analysis(self.message, self.exhibits)


@dataclass(frozen=True, repr=False, eq=False)
class CounterfactualRows(Explanation):
    """Nearest counterfactuals; ``frame`` holds one line for each change: row, column, from, to.

    Parameters
    ----------
    rows : pandas.DataFrame
        The rows that the model answers otherwise than wanted, under their own index.
    counterfactuals : pandas.DataFrame
        The same rows, changed; those without a counterfactual as they were.
    found : pandas.Series of bool
        Which rows have one.
    distance : pandas.Series of float
        How far it is; NaN where none was found.
    """

    rows: "pd.DataFrame" = field(kw_only=True)
    counterfactuals: "pd.DataFrame" = field(kw_only=True)
    found: "pd.Series" = field(kw_only=True)
    distance: "pd.Series" = field(kw_only=True)


def table(exhibit: Exhibit) -> "pd.DataFrame":
    """Return an exhibit as a frame."""
    import pandas as pd

    return pd.DataFrame(list(exhibit.rows), columns=list(exhibit.columns))
