"""Metrics by the groups of some attributes, as :func:`audit.fairness.by_group` returns them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from audit.by_group.cells import Cells, group_text, sets_of
from audit.by_group.estimates import as_rows, estimates
from audit.by_group.frames import index_of, nothing, or_nan, percentiles, tested
from audit.by_group.gaps import Gap, gap
from audit.by_group.metrics import Metric
from audit.by_group.more_rows import rows_to_decide
from audit.by_group.resampled import DRAWS, Draws, value_of
from audit.core.errors import UsageError, did_you_mean
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.stats.decision_rates import ABSENT

if TYPE_CHECKING:
    import pandas as pd

    from audit.by_group.subsets import Subsets

BETWEEN = ("difference", "ratio")


@dataclass(frozen=True, repr=False, eq=False)
class GroupMetrics:
    """Metrics by group, with how sure they are.

    What reads like fairlearn's ``MetricFrame`` means the same; every number comes with its interval, with the rows it rests on, and with how it
    was made. What cannot be estimated is NaN, its ``method`` says why, and it takes no part in any difference.

    Parameters
    ----------
    joint : Cells
        Counts by the groups of all attributes together.
    attributes : tuple of str
        Those whose groups are compared here, together where there are several.
    metrics : tuple of Metric
        What is measured.
    positive : str
        The positive outcome.
    level : float
        Confidence level.
    min_n : int
        Groups of fewer rows are shown, and take no part in comparisons.
    notices : tuple of str
        What is odd about the data and bears on how they are read.
    looks : int
        How many metrics and sets of attributes share the error rate of a verdict.
    """

    joint: Cells
    attributes: tuple[str, ...]
    metrics: tuple[Metric, ...]
    positive: str
    level: float = 0.95
    min_n: int = 1
    notices: tuple[str, ...] = ()
    looks: int = 0
    _gaps: dict[tuple[str, int], Gap] = field(default_factory=dict)

    @cached_property
    def cells(self) -> Cells:
        """Counts by the groups that are compared here."""
        return self.joint.narrowed(self.attributes)

    @property
    def eligible(self) -> NDArray[np.bool_]:
        """Which groups take part in comparisons: those with a value of every attribute, and with enough rows."""
        return self.cells.complete & (self.cells.rows >= self.min_n)

    @property
    def overall(self) -> "pd.DataFrame":
        """Each metric over all rows: a frame of ``value, low, high, n, method`` by metric."""
        import pandas as pd

        whole = self.joint.whole()
        rows = [as_rows(estimates(m, whole, self.level))[0] for m in self.metrics]
        return pd.DataFrame(rows, index=pd.Index(self.names, name="metric"))

    @property
    def by_group(self) -> "pd.DataFrame":
        """Each metric in each group: one row a group, and for each metric the columns ``value, low, high, n, method``.

        ``result.by_group["selection_rate"]`` is the frame of one metric; ``result.values`` has the values alone, as fairlearn gives them.
        """
        import pandas as pd

        parts = {m.name: pd.DataFrame(as_rows(estimates(m, self.cells, self.level)), index=self._index) for m in self.metrics}
        return pd.concat(parts, axis=1, names=["metric", ""])

    @property
    def values(self) -> "pd.DataFrame":
        """The values of :attr:`by_group` alone: one row a group, one column a metric."""
        import pandas as pd

        columns = {m.name: estimates(m, self.cells, self.level).value for m in self.metrics}
        return pd.DataFrame(columns, index=self._index).rename_axis("metric", axis=1)

    @property
    def names(self) -> list[str]:
        """Names of the metrics."""
        return [m.name for m in self.metrics]

    @property
    def missing(self) -> "pd.Series":
        """How many rows there are, how many lack a label, a prediction or a value of an attribute, and how many are in groups that are too small."""
        import pandas as pd

        counts, cells = self.joint.counts, self.cells
        of = {"rows": counts.sum(), "without label": counts[:, ABSENT].sum(), "without prediction": counts[:, :, ABSENT].sum()}
        if not counts[:, :ABSENT].sum():
            del of["without label"]
        if not counts[:, :, :ABSENT].sum():
            del of["without prediction"]
        for a in self.attributes:
            place = self.joint.attributes.index(a)
            of[f"without {a}"] = sum(n for group, n in zip(self.joint.groups, self.joint.rows, strict=True) if group[place] is None)
        of["in groups too small to compare"] = cells.rows[cells.complete & ~self.eligible].sum()
        return pd.Series({name: int(n) for name, n in of.items()}, name="rows")

    def __getitem__(self, attributes: str | Sequence[str]) -> "GroupMetrics":
        """Return the same for the groups of one attribute, or of several together."""
        wanted = (attributes,) if isinstance(attributes, str) else tuple(attributes)
        for name in wanted:
            if name not in self.joint.attributes:
                raise UsageError(f"no attribute '{name}' was counted. {did_you_mean(name, self.joint.attributes)}")
        return replace(self, attributes=wanted, _gaps={})

    def subsets(self, depth: int | None = None) -> "Subsets":
        """Return every attribute alone and all their intersections, compared side by side.

        Parameters
        ----------
        depth : int, optional
            How many attributes are taken together at most; all of them where silent.
        """
        from audit.by_group.subsets import Subsets

        if depth is not None and not 1 <= depth <= len(self.joint.attributes):
            raise UsageError(f"depth is from 1 to {len(self.joint.attributes)}, the number of attributes; got {depth}")
        sets = sets_of(self.joint.attributes, depth)
        looks = len(sets) * len(self.metrics)
        return Subsets(tuple(replace(self[s], looks=looks) for s in sets))

    # comparisons

    def difference(self) -> "pd.DataFrame":
        """Return highest minus lowest over the groups, by metric.

        The interval is simultaneous over all pairs of groups, so that it can hold 0; the p-value is that of all groups being alike, not adjusted.

        Returns
        -------
        DataFrame
            ``value, low, high, p_value, highest, lowest, groups, n, method`` by metric.
        """
        return self._compared("value", "interval")

    def ratio(self) -> "pd.DataFrame":
        """Return lowest over highest over the groups, by metric, as :meth:`difference` does."""
        return self._compared("ratio", "ratio_interval")

    def group_min(self) -> "pd.DataFrame":
        """Return the lowest estimate of each metric, and of which group it is."""
        return self._extreme(np.argmin)

    def group_max(self) -> "pd.DataFrame":
        """Return the highest estimate of each metric, and of which group it is."""
        return self._extreme(np.argmax)

    def test(self) -> "pd.DataFrame":
        """Test for each metric whether all groups are alike.

        Returns
        -------
        DataFrame
            ``p_value, p_adjusted, alike, method`` by metric; adjusted by Holm over all metrics. ``alike`` is whether the groups may well be, NA where
            that cannot be tested.
        """
        import pandas as pd

        gaps = [self._gap(m, 1) for m in self.metrics]
        return tested([g.p_value for g in gaps], [g.method for g in gaps], self.level, pd.Index(self.names, name="metric"))

    def equalized_odds(self) -> "pd.DataFrame":
        """Return the larger of the gaps in true and in false positive rates, and the smaller of the ratios, each with one interval for both.

        Returns
        -------
        DataFrame
            ``value, low, high, p_value, of, method`` for ``difference`` and ``ratio``; ``of`` is the rate that is further apart.
        """
        import pandas as pd

        names = ("true_positive_rate", "false_positive_rate")
        gaps = {n: self._gap(Metric(n, "rate", n), 2) for n in names}
        index = pd.Index(BETWEEN, name="equalized odds")
        lacking = [n for n, g in gaps.items() if g.value is None]
        if lacking:
            return pd.DataFrame([nothing(f"{n}: {gaps[n].method}", "of") for n in lacking[:1] * 2], index=index)
        p_value = min(1.0, 2 * min(g.p_value for g in gaps.values() if g.p_value is not None))
        rows = []
        for of in BETWEEN:
            ends = [g.interval if of == "difference" else g.ratio_interval for g in gaps.values()]
            values = {n: g.value if of == "difference" else g.ratio for n, g in gaps.items()}
            known = {n: v for n, v in values.items() if v is not None}
            if len(known) < 2 or any(e is None for e in ends):
                rows.append(nothing("not estimable: a rate is 0 in all groups", "of"))
                continue
            pick = max if of == "difference" else min
            worst = pick(known, key=lambda n: known[n])
            low, high = (pick(e[side] for e in ends if e is not None) for side in (0, 1))
            method = f"{'larger' if of == 'difference' else 'smaller'} of both; {gaps[worst].method}"
            rows.append({"value": known[worst], "low": low, "high": high, "p_value": p_value, "of": worst, "method": method})
        return pd.DataFrame(rows, index=index)

    def verdict(self, limit: float = 0.10, *, of: str = "difference") -> "pd.DataFrame":
        """Hold every metric's gap against a limit: it holds, is broken, or cannot be decided with these rows.

        Parameters
        ----------
        limit : float
            The largest difference, or the smallest ratio, that is accepted.
        of : {"difference", "ratio"}
            What is held against it.

        Returns
        -------
        DataFrame
            ``verdict, value, low, high, level, rows_needed, sentence`` by metric. The intervals hold for all metrics at once. ``rows_needed`` says
            how many more rows like these would decide an undecided one; NA where hardly any number would.
        """
        import pandas as pd

        if of not in BETWEEN:
            raise UsageError(f"a verdict is of a difference or of a ratio; got {of!r}")
        if not 0 <= limit <= 1:
            raise UsageError(f"the limit of a {of} lies between 0 and 1; got {limit}")
        looks = self.looks or len(self.metrics)
        rows = [self._verdict(m, self._gap(m, looks), limit, of, looks) for m in self.metrics]
        frame = pd.DataFrame(rows, index=pd.Index(self.names, name="metric"))
        return frame.astype({"rows_needed": "Int64"})

    def against(self, reference: Any) -> "pd.DataFrame":
        """Compare every group with one of them, as Aequitas does.

        Parameters
        ----------
        reference : object or tuple
            The group: a value of the attribute, or a tuple of values where there are several attributes.

        Returns
        -------
        DataFrame
            ``difference, difference_low, difference_high, ratio, ratio_low, ratio_high, p_value, p_adjusted, n, method`` by group and metric;
            adjusted by Holm over all of them. The ratios are Aequitas' disparities.
        """
        from audit.by_group.reference import compared_with

        return compared_with(self, reference)

    def resampled(self, draws: int = DRAWS, seed: int = 0) -> "pd.DataFrame":
        """Return percentile intervals of the metrics of decisions by group, from resampled cells: in distribution, the bootstrap of the rows.

        The exact intervals of :attr:`by_group` keep their level where the bootstrap does not (few rows, rates near 0 or 1); these are for comparing
        with other tools.

        Parameters
        ----------
        draws, seed : int
            How many tables are drawn; the same seed gives the same ones.
        """
        return self._bands(Draws(self.joint, draws, seed))

    # how it is shown

    def __str__(self) -> str:
        """Return the groups with their metrics, and the gaps, as text."""
        from audit.by_group.shown import as_text

        return as_text(self)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from audit.by_group.shown import as_html

        return as_html(self)

    # behind it

    @property
    def _index(self) -> "pd.Index":
        return index_of(self.cells)

    def _gap(self, metric: Metric, looks: int) -> Gap:
        key = metric.source, looks
        if key not in self._gaps:
            self._gaps[key] = gap(metric, self.cells, self.eligible, self.joint, self.level, looks)
        return self._gaps[key]

    def _compared(self, value: str, interval: str) -> "pd.DataFrame":
        import pandas as pd

        rows = []
        for metric in self.metrics:
            found = self._gap(metric, 1)
            low, high = getattr(found, interval) or (np.nan, np.nan)
            known = getattr(found, value)
            why = "not estimable: a rate is 0" if known is None and found.value is not None else found.method
            ends = [self._name(p) for p in (found.highest, found.lowest)]
            rows.append(
                {"value": np.nan if known is None else known, "low": low, "high": high, "p_value": or_nan(found.p_value), "highest": ends[0],
                 "lowest": ends[1], "groups": found.compared, "n": found.n, "method": why}
            )  # fmt: skip
        return pd.DataFrame(rows, index=pd.Index(self.names, name="metric"))

    def _extreme(self, pick: Any) -> "pd.DataFrame":
        import pandas as pd

        rows = []
        for metric in self.metrics:
            made = estimates(metric, self.cells, self.level)
            places = np.flatnonzero(self.eligible & ~np.isnan(made.value))
            if not len(places):
                rows.append({"value": np.nan, "low": np.nan, "high": np.nan, "n": 0, "group": None, "method": "not estimable: no group has a value"})
                continue
            place = int(places[pick(made.value[places])])
            rows.append({**as_rows(made)[place], "group": self._name(place)})
        return pd.DataFrame(rows, index=pd.Index(self.names, name="metric"))[["value", "low", "high", "n", "group", "method"]]

    def _verdict(self, metric: Metric, found: Gap, limit: float, of: str, looks: int) -> dict[str, Any]:
        value, ends = (found.value, found.interval) if of == "difference" else (found.ratio, found.ratio_interval)
        measured = Measurement(f"{metric.name}_{of}", value, interval=ends if value is not None else None)
        said = (Limit(high=limit) if of == "difference" else Limit(low=limit)).verdict(measured)
        needed: int | None = 0
        if said.value == "undecided":
            needed = None if value is None else rows_to_decide(found, metric, self.cells, self.eligible, limit, of, self.level, looks)
        low, high = ends if ends is not None and value is not None else (np.nan, np.nan)
        from audit.by_group.shown import verdict_sentence

        why = found.method if found.value is None else "not estimable: a rate is 0"
        sentence = verdict_sentence(metric.name, said.value, value, (low, high), limit, of, needed, why)
        row = {"verdict": said.value, "value": or_nan(value), "low": low, "high": high, "level": found.level}
        return {**row, "rows_needed": needed, "sentence": sentence}

    def _bands(self, drawn: Draws) -> "pd.DataFrame":
        import pandas as pd

        metrics = [m for m in self.metrics if m.kind != "score"]
        tables = drawn.of(self.attributes, self.cells)
        observed = self.cells.counts if self.cells.weights is None else self.cells.weights
        known = np.stack([value_of(m, observed) for m in metrics])
        ends = percentiles(np.stack([value_of(m, tables) for m in metrics], axis=1), self.level)
        index = pd.MultiIndex.from_product([[group_text(g) for g in self.cells.groups], [m.name for m in metrics]], names=["group", "metric"])
        return pd.DataFrame({"value": known.T.ravel(), "low": ends[0].T.ravel(), "high": ends[1].T.ravel()}, index=index)

    def _name(self, place: int | None) -> Any:
        if place is None:
            return None
        group = self.cells.groups[place]
        return group[0] if len(group) == 1 else group
