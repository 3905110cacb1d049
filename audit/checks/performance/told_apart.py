"""Rows that a hash can tell apart, though nothing identifies them: equal rows are numbered."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from audit.core.ask import row_hash, sample

COPY = "assay_copy"
#: First hexadecimal digit of a row's hash from which it is in the second half.
HALF = "8"


def spread_sample(table: ir.Table, size: int, key: Sequence[str]) -> ir.Table:
    """Take rows as :func:`audit.core.ask.sample` does; without a key, equal rows do not stay together, so that the frequent ones are as frequent."""
    rows, by = told_apart(table, key)
    return sample(rows, size, by)


def half(table: ir.Table, key: Sequence[str], *, second: bool) -> ir.Table:
    """Return one half of the rows, by the hash of their key."""
    rows, by = told_apart(table, key)
    digit = row_hash(rows, by).substr(0, 1)
    return rows.filter(digit >= HALF if second else digit < HALF)


def told_apart(table: ir.Table, key: Sequence[str]) -> tuple[ir.Table, tuple[str, ...]]:
    """Return the rows and what identifies them: the key, or all columns and the number of a row among its equals."""
    if key:
        return table, tuple(key)
    # which of equal rows has which number makes no difference
    numbered = table.mutate(**{COPY: ibis.row_number().over(ibis.window(group_by=row_hash(table)))})
    return numbered, (*table.columns, COPY)
