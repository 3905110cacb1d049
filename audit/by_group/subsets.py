"""Every attribute alone and all their intersections, side by side: one error rate for all that is said about them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from audit.by_group.frames import tested
from audit.by_group.resampled import DRAWS, Draws

if TYPE_CHECKING:
    import pandas as pd

    from audit.by_group.group_metrics import GroupMetrics


@dataclass(frozen=True, repr=False, eq=False)
class Subsets:
    """Metrics by the groups of each set of attributes; frames have the set as the first level of their index.

    Parameters
    ----------
    parts : tuple of GroupMetrics
        One for each set of attributes.
    """

    parts: "tuple[GroupMetrics, ...]"

    def __iter__(self) -> "Iterator[GroupMetrics]":
        """Iterate over the sets."""
        return iter(self.parts)

    def __len__(self) -> int:
        """Return how many sets there are."""
        return len(self.parts)

    def by_group(self) -> "pd.DataFrame":
        """Return each metric in each group of each set: one row a group and metric, with ``value, low, high, n, method``."""
        import pandas as pd

        from audit.by_group.cells import group_text
        from audit.by_group.estimates import as_rows, estimates

        rows = [
            {"attributes": set_name(part), "group": group_text(group), "metric": metric.name, **row}
            for part in self.parts
            for metric in part.metrics
            for group, row in zip(part.cells.groups, as_rows(estimates(metric, part.cells, part.level)), strict=True)
        ]
        return pd.DataFrame(rows).set_index(["attributes", "group", "metric"])

    def difference(self) -> "pd.DataFrame":
        """Return highest minus lowest by set and metric."""
        return self._together(lambda part: part.difference())

    def ratio(self) -> "pd.DataFrame":
        """Return lowest over highest by set and metric."""
        return self._together(lambda part: part.ratio())

    def equalized_odds(self) -> "pd.DataFrame":
        """Return equalized odds by set."""
        return self._together(lambda part: part.equalized_odds())

    def test(self) -> "pd.DataFrame":
        """Test whether all groups are alike by set and metric, adjusted by Holm over all of them together."""
        raw = self._together(lambda part: part.test())
        return tested([None if np.isnan(p) else p for p in raw["p_value"]], list(raw["method"]), self.parts[0].level, raw.index)

    def verdict(self, limit: float = 0.10, *, of: str = "difference") -> "pd.DataFrame":
        """Hold every gap against a limit by set and metric; the intervals hold for all sets and metrics at once."""
        return self._together(lambda part: part.verdict(limit, of=of))

    def resampled(self, draws: int = DRAWS, seed: int = 0) -> "pd.DataFrame":
        """Return percentile intervals by set, group and metric, all from the same draws."""
        drawn = Draws(self.parts[0].joint, draws, seed)
        return self._together(lambda part: part._bands(drawn))

    def __str__(self) -> str:
        """Return the gaps of all sets as text."""
        from audit.by_group.shown import subsets_text

        return subsets_text(self)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from audit.by_group.shown import subsets_html

        return subsets_html(self)

    def _together(self, made: "Callable[[GroupMetrics], pd.DataFrame]") -> "pd.DataFrame":
        import pandas as pd

        return pd.concat({set_name(part): made(part) for part in self.parts}, names=["attributes"])


def set_name(part: "GroupMetrics") -> str:
    """Return what a set of attributes is called: ``sex × race``."""
    return " × ".join(part.attributes)
