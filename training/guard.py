"""The guard at training's door: a contract compiled to a pandera schema, held against the frame that is about to be learnt from."""

from collections import Counter
from typing import Any

import pandas as pd

from audit.core.errors import DataError

#: Broken clauses that a message lists.
SHOWN = 20


def guard(frame: pd.DataFrame, schema: Any, name: str = "the data") -> None:
    """Let a frame pass, or name every clause it breaks at once.

    Parameters
    ----------
    frame : pandas.DataFrame
        What is about to be learnt from; it is not changed.
    schema : pandera.pandas.DataFrameSchema
        The compiled contract.
    name : str
        What people call the data.

    Raises
    ------
    DataError
        Some clauses are broken; the text counts rows and shows no value of the data.
    """
    from pandera.errors import SchemaErrors

    try:
        schema.validate(frame, lazy=True)
    except SchemaErrors as error:
        broken = _broken(error.failure_cases)
        listed = "; ".join(broken[:SHOWN]) + (f"; and {len(broken) - SHOWN} more" if len(broken) > SHOWN else "")
        raise DataError(
            f"{name} breaks {len(broken)} clause{'s' if len(broken) != 1 else ''} of its contract at training's door: {listed}. "
            "Run 'assay gate' on the same file: it names the rows"
        ) from None  # the cause would show values of the data


def _broken(cases: pd.DataFrame) -> list[str]:
    counts: Counter[tuple[str, str]] = Counter()
    rows: set[tuple[str, str]] = set()
    for case in cases.itertuples(index=False):
        about_rows = pd.notna(case.index)
        # where a whole column is missing or too many, its name stands where a value would
        column = str(case.column) if about_rows or case.check not in ("column_in_dataframe", "column_in_schema") else str(case.failure_case)
        if not about_rows and case.schema_context == "DataFrameSchema" and case.check not in ("column_in_dataframe", "column_in_schema"):
            column = "the table"
        key = (column, str(case.check))
        counts[key] += 1
        if about_rows:
            rows.add(key)
    return [f"{column}: {check}" + (f" ({n:,} row{'s' if n != 1 else ''})" if (column, check) in rows else "") for (column, check), n in counts.items()]
