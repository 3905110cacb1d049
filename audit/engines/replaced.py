"""Columns of a frame replaced, whatever they are called."""

from collections.abc import Mapping
from typing import Any

import pandas as pd


def replaced(frame: pd.DataFrame, columns: Mapping[Any, Any]) -> pd.DataFrame:
    """Return a frame with some of its columns replaced; ``DataFrame.assign`` cannot, where one is called ``self``."""
    changed = frame.copy(deep=False)
    for name, values in columns.items():
        changed[name] = values
    return changed
