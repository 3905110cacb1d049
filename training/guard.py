"""The guard at training's door: a contract compiled to a pandera schema, held against the frame that is about to be learnt from."""

import warnings
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pandas as pd

from audit.core.errors import DataError
from audit.core.wording import counted

#: Broken clauses that a message lists.
SHOWN = 20
#: Checks of pandera that name a column where others show a value.
ABOUT_COLUMNS = ("column_in_dataframe", "column_in_schema")


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
        with warnings.catch_warnings():
            # where PySpark is installed pandera loads it at its first validation, and it warns of the pandas that is here
            warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
            schema.validate(frame, lazy=True)
    except SchemaErrors as error:
        counts = Counter(_clause(case) for case in error.failure_cases.to_dict("records"))
        broken = [f"{clause} ({counted(n, 'row')})" if rows else clause for (clause, rows), n in counts.items()]
        listed = "; ".join(broken[:SHOWN]) + (f"; and {len(broken) - SHOWN} more" if len(broken) > SHOWN else "")
        raise DataError(
            f"{name} breaks {counted(len(broken), 'clause')} of its contract at training's door: {listed}. "
            "Run 'assay gate' on the same file: it names the rows"
        ) from None  # the cause would show values of the data


def _clause(case: Mapping[str, Any]) -> tuple[str, bool]:
    """Return which clause a case breaks, and whether the case is a row."""
    check, about_rows = str(case["check"]), bool(pd.notna(case["index"]))
    if check in ABOUT_COLUMNS:
        return f"{case['failure_case']}: {check}", False
    column = "the table" if case["schema_context"] == "DataFrameSchema" and not about_rows else case["column"]
    return f"{column}: {check}", about_rows
