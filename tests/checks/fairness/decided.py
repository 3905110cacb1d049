"""Rows that were decided, from counts."""

import pandas as pd


def table(**groups):
    """Rows of groups given as (true positives, false negatives, false positives, true negatives)."""
    cells = [(1, 1), (1, 0), (0, 1), (0, 0)]
    rows = [(g, y, p) for g, counts in groups.items() for (y, p), n in zip(cells, counts, strict=True) for _ in range(n)]
    return pd.DataFrame(rows, columns=["g", "y", "p"])
