"""Which columns a gap is looked at within, and the counts of groups by stratum."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from audit.checks.outcomes import MAX_GROUPS
from audit.checks.plain import null_if_missing
from audit.core.ask import Ask, Rows, rows
from audit.core.errors import UsageError, did_you_mean
from audit.core.subject import Subject
from audit.core.values import as_text

#: A column with more values than this is no stratum.
MOST_STRATA = 50
#: So many columns are searched where none are named.
MOST_COLUMNS = 30


def columns_to_search(subject: Subject, attribute: str, named: Sequence[str]) -> list[str]:
    """Return the columns whose values may be strata: the named ones, or all others of text, truth values and whole numbers, or with declared bins.

    Raises
    ------
    UsageError
        A named one does not exist.
    """
    schema = subject.table.schema()
    for column in named:
        if column not in schema:
            raise UsageError(f"F013: 'strata' names the column '{column}', which the data do not have. {did_you_mean(column, schema.names)}")
    if named:
        return [c for c in named if c != attribute]
    kept = (c for c in subject.features if c != attribute and c != subject.roles.time)
    return [c for c in kept if c in subject.roles.bins or schema[c].is_string() or schema[c].is_boolean() or schema[c].is_integer()]


def stratum_counts(subject: Subject, attribute: str, column: str) -> Ask:
    """Ask for rows ``(group, stratum, selected, predicted)``, and where rows have weights for their sums ``(w, w1, w2)``."""
    table, weight = subject.held_out, subject.roles.weight
    selected = subject.is_positive(table[subject.need("prediction")])
    wanted = {"group": subject.group(attribute, table), "stratum": subject.group(column, table), "selected": selected.cast("int64")}
    raw = table.select(**wanted, **({"w": null_if_missing(table[weight]).cast("float64")} if weight else {}))
    known = raw.filter(raw["group"].notnull() & raw["stratum"].notnull() & raw["selected"].notnull())
    sums = {"hits": known["selected"].sum(), "n": known.count()}
    if weight:
        w = known["w"]
        sums |= {"w": w.sum(), "w1": (w * known["selected"]).sum(), "w2": (w * w).sum()}
    found = known.group_by(["group", "stratum"]).aggregate(**sums)
    texts = {name: as_text(found[name]) for name in ("group", "stratum")}
    return rows(found.select(**texts, **{name: found[name] for name in sums}).limit((MAX_GROUPS + 1) * (MOST_STRATA + 1)))


def by_stratum(found: Rows, groups: Sequence[str]) -> tuple[list[str], NDArray[np.int64], NDArray[np.int64]] | None:
    """Return strata, and successes and trials of shape (groups, strata); ``None`` where there are too many strata, or fewer than two."""
    strata = sorted({row["stratum"] for row in found})
    if not 2 <= len(strata) <= MOST_STRATA:
        return None
    at, of = {g: i for i, g in enumerate(groups)}, {s: i for i, s in enumerate(strata)}
    hits, n = np.zeros((len(groups), len(strata)), dtype=np.int64), np.zeros((len(groups), len(strata)), dtype=np.int64)
    for row in found:
        if row["group"] not in at:
            continue
        place, k, total = (at[row["group"]], of[row["stratum"]]), int(row["hits"]), int(row["n"])
        if "w" in row:
            weight, squares = float(row["w"] or 0), float(row["w2"] or 0)
            # as many rows of equal weight as tell as much
            total = min(max(round(weight * weight / squares), 1), total) if squares > 0 else 0
            k = round(total * float(row["w1"] or 0) / weight) if total else 0
        hits[place], n[place] = k, total
    return strata, hits, n
