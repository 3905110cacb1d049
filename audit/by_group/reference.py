"""Every group compared with one of them."""

from typing import TYPE_CHECKING, Any

import numpy as np

from audit.by_group.cells import Cells, group_text
from audit.by_group.estimates import counts_of, estimates
from audit.by_group.metrics import Metric
from audit.by_group.resampled import DRAWS, Draws, value_of
from audit.core.errors import UsageError, did_you_mean
from audit.core.wording import listed
from audit.stats.exact import fisher
from audit.stats.multiplicity import holm
from audit.stats.rates import square_and_add, square_and_add_logs

if TYPE_CHECKING:
    import pandas as pd

    from audit.by_group.group_metrics import GroupMetrics

COLUMNS = ("difference", "difference_low", "difference_high", "ratio", "ratio_low", "ratio_high", "p_value")


def compared_with(result: "GroupMetrics", reference: Any) -> "pd.DataFrame":
    """Return differences and ratios of every group to the reference group, by group and metric."""
    import pandas as pd

    base = _place(result.cells, reference)
    places = [int(p) for p in np.flatnonzero(result.eligible) if p != base]
    if not places:
        raise UsageError(f"there is no other group to compare with '{group_text(result.cells.groups[base])}'")
    drawn: Draws | None = None
    rows, index = [], []
    for metric in result.metrics:
        if metric.kind == "composite" or (result.cells.weights is not None and metric.kind == "rate"):
            drawn = drawn or Draws(result.joint, 2 * DRAWS)
            found = _by_draws(metric, result, base, places, drawn)
        else:
            found = _by_intervals(metric, result, base, places)
        rows += found
        index += [(*_labels(result.cells, p), metric.name) for p in places]
    frame = pd.DataFrame(rows, index=pd.MultiIndex.from_tuples(index, names=[*result.attributes, "metric"]))
    frame.insert(len(COLUMNS), "p_adjusted", holm(frame["p_value"].to_numpy(dtype=float)))
    order = [(*_labels(result.cells, p), m.name) for p in places for m in result.metrics]
    return frame.loc[order]


def _place(cells: Cells, reference: Any) -> int:
    wanted = tuple(reference) if isinstance(reference, (tuple, list)) else (reference,)
    if wanted in cells.groups:
        return list(cells.groups).index(wanted)
    texts = [group_text(g) for g in cells.groups]
    text = ", ".join(map(str, wanted))
    if text in texts:
        return texts.index(text)
    of = listed(cells.attributes)
    raise UsageError(f"no group '{text}' of {of}. {did_you_mean(text, texts)}")


def _labels(cells: Cells, place: int) -> tuple[Any, ...]:
    return tuple("(missing)" if v is None else v for v in cells.groups[place])


def _by_intervals(metric: Metric, result: "GroupMetrics", base: int, places: list[int]) -> list[dict[str, Any]]:
    made = estimates(metric, result.cells, result.level)
    a, b = made.value[places], np.full(len(places), made.value[base])
    ends_a = made.low[places], made.high[places]
    ends_b = np.full(len(places), made.low[base]), np.full(len(places), made.high[base])
    apart = square_and_add(a, ends_a, b, ends_b)
    signed = metric.source == "calibration_gap"
    times = (np.full(len(places), np.nan),) * 2 if signed else square_and_add_logs(a, ends_a, b, ends_b)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where((b > 0) & (not signed), a / b, np.nan)
    method = "square and add"
    p_values = np.full(len(places), np.nan)
    if metric.kind == "rate":
        k, n = counts_of(metric, result.cells)
        p_values = np.array([fisher([[k[p], n[p] - k[p]], [k[base], n[base] - k[base]]]) if n[p] and n[base] else np.nan for p in places])
        method += "; test: fisher"
    numbers = zip(a - b, *apart, ratio, *(np.where(b > 0, end, np.nan) for end in times), p_values, strict=True)
    rows = []
    for place, line in zip(places, numbers, strict=True):
        lacking = next((made.method[p] for p in (place, base) if np.isnan(made.value[p])), "")
        rows.append(_row(line, int(made.n[place]), lacking or method))
    return rows


def _by_draws(metric: Metric, result: "GroupMetrics", base: int, places: list[int], drawn: Draws) -> list[dict[str, Any]]:
    cells = result.cells
    observed = value_of(metric, cells.counts if cells.weights is None else cells.weights)
    tables = value_of(metric, drawn.of(cells.attributes, cells))
    n = estimates(metric, cells, result.level).n
    tail = (1 - result.level) / 2
    rows = []
    for place in places:
        apart = tables[:, place] - tables[:, base]
        apart = apart[~np.isnan(apart)]
        if np.isnan(observed[place] - observed[base]) or len(apart) < 0.95 * len(tables):
            rows.append(_row([np.nan] * len(COLUMNS), int(n[place]), "not estimable: too few rows of one kind"))
            continue
        low, high = np.quantile(apart, [tail, 1 - tail])
        with np.errstate(divide="ignore", invalid="ignore"):
            times = tables[:, place] / tables[:, base]
        ratio, ends = np.nan, (np.nan, np.nan)
        if observed[base] > 0 and np.isfinite(times).mean() >= 0.95:
            ratio, ends = observed[place] / observed[base], tuple(np.quantile(times[np.isfinite(times)], [tail, 1 - tail]))
        beyond = min(np.sum(apart <= 0), np.sum(apart >= 0))
        p_value = min(1.0, 2 * (beyond + 1) / (len(apart) + 1))
        rows.append(
            _row(
                [observed[place] - observed[base], low, high, ratio, *ends, p_value], int(n[place]), f"percentile, {len(tables):,} draws of the cells"
            )
        )
    return rows


def _row(numbers: Any, n: int, method: str) -> dict[str, Any]:
    return {**{name: float(v) for name, v in zip(COLUMNS, numbers, strict=True)}, "n": n, "method": method}
