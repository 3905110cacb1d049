"""Columns that may have been renamed rather than removed and added."""

from collections.abc import Sequence
from difflib import SequenceMatcher

from audit.core.contract import Column

#: Names that are this much alike may be names of one thing.
ALIKE = 0.6


def renames(removed: Sequence[Column], added: Sequence[Column]) -> dict[str, str]:
    """Return the old name of each removed column with the new one that it may have now.

    Two columns may be one if their types agree and their names are alike, or their descriptions are the same.
    """
    scored = [(_likeness(old, new), old.name, new.name) for old in removed for new in added]
    found: dict[str, str] = {}
    for score, old, new in sorted(scored, key=lambda s: (-s[0], s[1], s[2])):
        if score >= ALIKE and old not in found and new not in found.values():
            found[old] = new
    return found


def _likeness(old: Column, new: Column) -> float:
    if old.logical_type and new.logical_type and old.logical_type != new.logical_type:
        return 0.0
    if old.description and old.description == new.description:
        return 1.0
    first, second = (c.name.casefold().replace("_", "") for c in (old, new))
    shorter, longer = sorted((first, second), key=len)
    return 0.9 if len(shorter) > 3 and longer.startswith(shorter) else SequenceMatcher(None, first, second).ratio()
