"""What an explanation comes to in Python: sentences, tables and, for counterfactuals, rows."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from audit.core.exhibit import Exhibit
from audit.render.analysis import Analysis

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, repr=False, eq=False)
class Explanation(Analysis):
    """What came out of one look at a model.

    Parameters
    ----------
    frame : pandas.DataFrame
        The main table.
    """

    frame: "pd.DataFrame"


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
