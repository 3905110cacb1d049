"""The earth mover's distance of each equivalence class from the whole table, computed where the rows are.

Li, N., Li, T. and Venkatasubramanian, S. (2007). t-closeness: privacy beyond k-anonymity and l-diversity. ICDE, 106-115.
"""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from audit.checks.privacy.equivalence_classes import comparable, keyed, names

#: More different numbers than this are sorted into so many bands, each of (nearly) equally many different ones, before they are ranked. That
#: bounds the work, and moves no distance by more than one part in so many.
MOST_LEVELS = 200
#: Distances are rounded to so many digits, because the order in which an engine adds up is not always the same.
DIGITS = 9


def equal_distance(table: ir.Table, columns: Sequence[str], sensitive: str) -> ir.Table:
    """Return the distance of each class where all values are one step apart: the sum of what its shares have above those of all rows.

    Parameters
    ----------
    table : ibis table
        The rows.
    columns : sequence of str
        Quasi-identifiers.
    sensitive : str
        The column whose distribution is compared; rows without a value count in ``rows`` alone.

    Returns
    -------
    ibis table
        One row for each class: quasi-identifiers ``q0``, ``q1`` …, ``rows``, ``known`` (rows with a value) and ``distance`` (0 to 1; 0 without
        any value).
    """
    cells = _cells(keyed(table, columns, value=comparable(table[sensitive])), columns)
    keys = names(columns)
    share = cells["n"] / cells["size"]
    whole = cells["n"].sum().over(group_by="value") / cells["known"].sum().over()
    placed = cells.mutate(excess=ibis.ifelse(cells["known"] > 0, share - whole, 0.0))
    classes = placed.group_by(keys).aggregate(
        rows=placed["n"].sum().cast("int64"),
        known=placed["known"].sum().cast("int64"),
        distance=placed["excess"].sum(where=placed["excess"] > 0).fill_null(0.0),
    )
    return classes.mutate(distance=_rounded(classes["distance"]))


def ordered_distance(table: ir.Table, columns: Sequence[str], sensitive: str) -> ir.Table:
    """Return the distance of each class where values are as far apart as their ranks among the m different values, in steps of 1 / (m - 1).

    That distance is the mean, over all values but the last, of the difference between the cumulative shares of the class and of all rows. The
    cumulative share of a class is constant between two of its values, and that of all rows only rises, so the sum over such a stretch follows
    from running sums at its two ends and at the place where the two shares cross. So the cost grows with the filled cells (class × value), not
    with classes × values. More than :data:`MOST_LEVELS` different values are banded first.

    Parameters
    ----------
    table, columns, sensitive
        As for :func:`equal_distance`; the sensitive column has an order.

    Returns
    -------
    ibis table
        As for :func:`equal_distance`.
    """
    cells, keys = _cells(_levelled(table, columns, sensitive), columns), names(columns)
    whole = _cumulative(cells)
    known = cells.filter(cells["known"] > 0)
    ranked = known.inner_join(whole, known["value"] == whole["level"]).drop("level")
    by_value = ibis.window(group_by=keys, order_by="rank")
    upto = ibis.cumulative_window(group_by=keys, order_by="rank")
    before = ranked["area"] - ranked["share"]
    stretches = ranked.mutate(
        # share of the class up to this value, and the stretch of ranks that it holds for: after ``first``, up to ``last``
        at=ranked["n"].sum().over(upto) / ranked["size"],
        first=ranked["rank"] - 1,
        last=ranked["rank"].lead().over(by_value).fill_null(ranked["levels"] + 1) - 1,
        area_first=before,
        area_last=before.lead().over(by_value).fill_null(ranked["area_all"]),
        # below the smallest value of the class its share is 0
        below=ibis.ifelse(ranked["rank"].lag().over(by_value).isnull(), before, 0.0),
    )
    crossed = _crossings(stretches, whole, [*keys, "first", "last", "area_first", "area_last", "below", "levels"])
    cross = ibis.least(ibis.greatest(crossed["rank"], crossed["first"]), crossed["last"])
    area = ibis.least(ibis.greatest(crossed["area"], crossed["area_first"]), crossed["area_last"])
    under = crossed["at"] * (cross - crossed["first"]) - (area - crossed["area_first"])
    over = (crossed["area_last"] - area) - crossed["at"] * (crossed["last"] - cross)
    summed = crossed.mutate(work=under + over + crossed["below"], steps=(crossed["levels"] - 1).cast("float64"))
    moved = summed.group_by(keys).aggregate(work=(summed["work"].sum() / summed["steps"].max().nullif(0)).fill_null(0.0))
    sizes = cells.group_by(keys).aggregate(rows=cells["n"].sum().cast("int64"), known=cells["known"].sum().cast("int64"))
    joined = sizes.left_join(moved, [sizes[k].identical_to(moved[k]) for k in keys])
    return joined.select(*(sizes[k] for k in keys), sizes["rows"], sizes["known"], distance=_rounded(moved["work"].fill_null(0.0)))


def _levelled(table: ir.Table, columns: Sequence[str], sensitive: str) -> ir.Table:
    """Return each row's quasi-identifiers, and as ``value`` the rank of its sensitive value, or of the band that it lies in."""
    alike = keyed(table, columns, value=comparable(table[sensitive]))
    different = alike.select(level=alike["value"]).filter(lambda t: t.level.notnull()).distinct()
    ranked = different.mutate(rank=ibis.row_number().over(order_by="level"), levels=different.count().over())
    bands = ibis.least(ranked["levels"], MOST_LEVELS)
    ranked = ranked.select("level", band=(ranked["rank"] * bands // ranked["levels"]).cast("int64"))
    joined = alike.left_join(ranked, alike["value"] == ranked["level"])
    return joined.select(*(alike[k] for k in names(columns)), value=ranked["band"])


def _cells(alike: ir.Table, columns: Sequence[str]) -> ir.Table:
    """Return the rows ``n`` of each class and value, those that have a value as ``known``, and the class's ``size`` in rows that have one."""
    keys = names(columns)
    cells = alike.group_by([*keys, "value"]).aggregate(n=alike.count())
    cells = cells.mutate(known=ibis.ifelse(cells["value"].isnull(), 0, cells["n"]).cast("int64"))
    return cells.mutate(size=cells["known"].sum().over(group_by=keys).cast("float64"))


def _cumulative(cells: ir.Table) -> ir.Table:
    """Return the different values in order: ``level``, ``rank`` from 1, cumulative ``share`` of all rows, and the running sum ``area`` of these."""
    known = cells.filter(cells["known"] > 0)
    levels = known.group_by(level=known["value"]).aggregate(n=known["n"].sum().cast("float64"))
    order = ibis.cumulative_window(order_by="level")
    levels = levels.mutate(
        rank=ibis.row_number().over(order_by="level") + 1,
        share=levels["n"].sum().over(order) / levels["n"].sum().over(),
        levels=levels.count().over(),
    ).drop("n")
    levels = levels.mutate(area=levels["share"].sum().over(ibis.cumulative_window(order_by="level")))
    return levels.mutate(area_all=levels["area"].max().over())


def _crossings(stretches: ir.Table, whole: ir.Table, carried: Sequence[str]) -> ir.Table:
    """Return each stretch with the last ``rank`` whose share of all rows is not above ``at``, and the ``area`` up to it; 0 where there is none."""
    kinds = stretches.schema()
    asked = stretches.select("at", *carried, kind=ibis.literal(1, "int8"), rank=ibis.null("int64"), area=ibis.null("float64"))
    held = whole.select(
        at=whole["share"],
        **{name: ibis.null(kinds[name]) for name in carried},
        kind=ibis.literal(0, "int8"),
        rank=whole["rank"].cast("int64"),
        area=whole["area"],
    )
    both = ibis.union(asked, held)
    upto = ibis.cumulative_window(order_by=["at", "kind"])
    placed = both.mutate(rank=both["rank"].max().over(upto).fill_null(0), area=both["area"].max().over(upto).fill_null(0.0))
    return placed.filter(placed["kind"] == 1)


def _rounded(distance: ir.NumericColumn) -> ir.NumericColumn:
    return ibis.least(ibis.greatest(distance.round(DIGITS), 0.0), 1.0)
