"""What flows from a sensitive attribute through the columns of a model, and what is measured of it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audit.checks.explanation.left_out_cost import Cost, of_answers
from audit.checks.explanation.telling_columns import Telling
from audit.checks.rate import LEVEL
from audit.core.measurement import Measurement
from audit.stats.welch import welch_interval

#: Times each row is asked with the columns of other rows.
TIMES = 5
#: Rows that are explained for the share of attribution.
EXPLAINED = 300


@dataclass(frozen=True)
class Flow:
    """The gap between two groups when some columns take values that know nothing of the row.

    Parameters
    ----------
    columns : tuple of str
        Which; none for the answers as they are.
    gap : float
        Share of yes in the first group less that in the second.
    interval : tuple of two floats or None
        Its interval.
    less : float
        How much smaller the gap is than as it is.
    less_interval : tuple of two floats or None
        Its interval, from the same rows.
    """

    columns: tuple[str, ...]
    gap: float
    interval: tuple[float, float] | None
    less: float
    less_interval: tuple[float, float] | None


@dataclass(frozen=True)
class About:
    """What was found about one attribute.

    Parameters
    ----------
    attribute : str
        Which.
    high, low : str
        The groups with the highest and the lowest share of yes.
    n : int
        Rows of both.
    direct : bool
        Whether the model takes the attribute itself.
    told : list of Telling
        Columns that tell it.
    flows : list of Flow
        The gap as it is, then with columns replaced, all of them last.
    cost : list of Cost
        What leaving columns out comes to, the model fitted again with all of them first.
    attribution : float or None
        Share of all attribution that the attribute and its proxies carry.
    """

    attribute: str
    high: str
    low: str
    n: int
    direct: bool
    told: list[Telling]
    flows: list[Flow]
    cost: list[Cost]
    attribution: float | None

    @property
    def proxies(self) -> list[str]:
        """Columns that are confirmed to tell the attribute, the best first."""
        return list(dict.fromkeys(t.column for t in self.told if t.confirmed))


def flow_of(
    columns: tuple[str, ...], after: NDArray[np.float64], before: NDArray[np.bool_], pair: tuple[NDArray[np.bool_], NDArray[np.bool_]]
) -> Flow:
    """Return the gap between two groups after some columns were cut off, and how much smaller it is than before."""
    high, low = pair
    change = before - after
    return Flow(
        columns,
        float(after[high].mean() - after[low].mean()),
        welch_interval(after[high], after[low], LEVEL) if columns else of_answers(before, pair),
        float(change[high].mean() - change[low].mean()),
        welch_interval(change[high], change[low], LEVEL) if columns else None,
    )


def flow_measured(about: About, model: str) -> Iterator[Measurement]:
    """Yield the numbers about one attribute."""
    where = {"model": model, "attribute": about.attribute}
    for t in about.told[:15]:
        how = f"levels ranked on one half of the rows, area on the other; newcombe's interval for {t.looks} candidates"
        yield Measurement("proxy_roc_auc", t.area, "", {**where, "group": t.group, "feature": t.column}, t.n, t.interval, t.level, how)
    if about.attribution is not None:
        how = "sum of the mean absolute attributions of the attribute and its proxies, by that of all columns"
        yield Measurement("attribution_share", about.attribution, "share", where, EXPLAINED, method=how)
    for flow in about.flows:
        named = {**where, "groups": f"{about.high} less {about.low}", **({"replaced": ", ".join(flow.columns)} if flow.columns else {})}
        drawn = f"columns of other rows, {TIMES} draws; Welch's interval" if flow.columns else "square-and-add of exact intervals"
        how = f"groups with the highest and the lowest rate; {drawn}"
        yield Measurement("selection_rate_gap_difference", flow.gap, "share", named, about.n, flow.interval, LEVEL if flow.interval else None, how)
        if flow.columns:
            yield Measurement("selection_rate_gap_change", -flow.less, "share", named, about.n, _negative(flow.less_interval), LEVEL, how)
    for cost in about.cost:
        yield from cost.measurements({**where, **({"without": ", ".join(cost.without)} if cost.without else {})}, about.high, about.low)


def _negative(interval: tuple[float, float] | None) -> tuple[float, float] | None:
    return None if interval is None else (-interval[1], -interval[0])
