"""A contract as a pandera schema: the guard for frames in process."""

from typing import TYPE_CHECKING, Any

from audit.contract.exchange import pandera_checks
from audit.contract.exchange.pandera_plan import Field, Named, plan
from audit.contract.pandera_door import pandera_pandas
from audit.core.contract import Contract

if TYPE_CHECKING:
    import pandera.pandas as pa


def compile_schema(contract: Contract, *, only: set[str] | None = None) -> "pa.DataFrameSchema":
    """Compile the rules about single columns that are enforced without tolerance.

    Types, ``required``, ``unique``, ranges, lengths, patterns and categories become pandera columns and checks. Rules that only warn or allow
    a share of failing rows, and rules about the table as a whole, stay with the gate.

    Parameters
    ----------
    contract : Contract
        The contract.
    only : set of str, optional
        Columns to take; all where not given.

    Returns
    -------
    pandera.pandas.DataFrameSchema
        To be validated with ``lazy=True``, so that all faults are told at once.
    """
    pa = pandera_pandas()
    planned = plan(contract)
    columns = {name: _column(field) for name, field in planned.columns.items() if only is None or name in only}
    key = [name for name in planned.key if name in columns]
    return pa.DataFrameSchema(columns, name=contract.name or "contract", strict=False, unique=key or None)


def _column(field: Field) -> "pa.Column":
    pa, own = pandera_pandas(), field.arguments
    checks = [_check(named) for named in field.checks if not named.warns]
    checks += [getattr(pa.Check, word)(own[word]) for word in ("ge", "le", "gt", "lt", "isin") if word in own]
    if "str_length" in own:
        checks.append(pa.Check.str_length(**own["str_length"]))
    # a column that may be empty may be absent: models learn from a choice of columns
    return pa.Column(None, checks=checks, nullable=own["nullable"], unique=own.get("unique", False), required=not own["nullable"])


def _check(named: Named) -> "pa.Check":
    pa = pandera_pandas()
    function: Any = getattr(pandera_checks, named.function)
    return pa.Check(lambda series: function(series, *named.arguments), name=named.name, ignore_na=not named.about_gaps)
