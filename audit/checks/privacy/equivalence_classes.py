"""Equivalence classes: the rows that are alike in every quasi-identifier. k-anonymity, l-diversity and t-closeness are all about them.

A missing value is a value of its own, so rows that lack the same value are alike. That is the cautious reading of the two that are usual:
letting a missing value match any other makes every class larger (Ciglic, Eder and Koncilia 2014, k-Anonymity of Microdata with NULL Values).
"""

from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir

from audit.core.check import require_column
from audit.core.contract import Contract
from audit.core.errors import NotApplicable
from audit.core.subject import Subject
from audit.core.wording import listed


def require_quasi_identifiers(subject: Subject, columns: Sequence[str], rule: str) -> None:
    """Refuse to form classes where no quasi-identifier is declared.

    Parameters
    ----------
    subject : Subject
        The data.
    columns : sequence of str
        Quasi-identifiers.
    rule : str
        The implementation of a rule that would name some, for the message.

    Raises
    ------
    NotApplicable
        There are none, or the data lack one.
    """
    if not columns:
        raise NotApplicable(
            "needs quasi-identifiers (columns that together could identify a person); give columns the custom property "
            f"'role: quasi-identifier' in the contract, name them under 'roles: quasi_identifiers' in assay.yaml, or in a rule {rule}"
        )
    for column in columns:
        require_column(subject, column)


def role_places(contract: Contract, columns: Sequence[str]) -> tuple[str, ...]:
    """Return the contract lines that give columns their roles."""
    described = (contract.column(c) for c in dict.fromkeys(columns))
    return tuple(str(c.place("role")) for c in described if c is not None and "role" in c.custom)


def comparable(column: ir.Column) -> ir.Column:
    """Return a column whose equal values are equal to every engine: NaN is missing, and there is one zero."""
    if not column.type().is_floating():
        return column
    return ibis.ifelse(column.isnan(), ibis.null(column.type()), ibis.ifelse(column == 0, ibis.literal(0.0, column.type()), column))


def keyed(table: ir.Table, columns: Sequence[str], **others: ir.Value) -> ir.Table:
    """Return the quasi-identifiers of a table under the names ``q0``, ``q1`` …, and further columns under their own."""
    return table.select(**{name: comparable(table[c]) for name, c in zip(names(columns), columns, strict=True)}, **others)


def names(columns: Sequence[str]) -> list[str]:
    """Return the names that :func:`keyed` gives to quasi-identifiers."""
    return [f"q{i}" for i in range(len(columns))]


def in_classes(table: ir.Table, columns: Sequence[str], classes: ir.Table) -> ir.BooleanValue:
    """Return where a row is in one of some classes, given as a table with the columns that :func:`keyed` names."""
    return _key([comparable(table[c]) for c in columns]).isin(_key([classes[n] for n in names(columns)]))


def _key(values: Sequence[ir.Column]) -> ir.StringValue:
    """Return values as one text that differs where any of them does: each with its length before it, so that none runs into the next."""
    texts = [v.cast("string") for v in values]
    parts = [(t.length().cast("string") + ":" + t).fill_null("-") for t in texts]
    key = parts[0]
    for part in parts[1:]:
        key = key + part
    return key


def banded(column: ir.NumericColumn, edges: Sequence[float]) -> ir.Column:
    """Return the position of the band that each number lies in: the last one whose lower edge is not above it. The first has no lower edge."""
    band = ibis.literal(0, "int64")
    for i, edge in enumerate(edges[1:], start=1):
        band = ibis.ifelse(column >= edge, ibis.literal(i, "int64"), band)
    return band


def together(columns: Sequence[str]) -> str:
    """Return quasi-identifiers as messages name them."""
    return listed((f"'{c}'" for c in columns), most=8)


def bands_named(edges: Sequence[int]) -> Mapping[int, str]:
    """Return the names of bands of whole numbers by position.

    >>> list(bands_named([1, 2, 5]).values())
    ['1', '2 to 4', '5 or more']
    """
    ends = [*(e - 1 for e in edges[1:]), None]
    return {
        i: f"{low:,} or more" if high is None else f"{low:,}" if high == low else f"{low:,} to {high:,}"
        for i, (low, high) in enumerate(zip(edges, ends, strict=True))
    }
