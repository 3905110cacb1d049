"""Great Expectations as an engine for single expectations. Imported only when a rule asks for it."""

import logging
import os
import warnings
from collections.abc import Mapping
from contextlib import redirect_stderr
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audit.core.errors import DataError, UsageError, did_you_mean

if TYPE_CHECKING:
    import pandas as pd

OBSERVED = ("observed_value", "unexpected_percent", "missing_count", "missing_percent")


@dataclass(frozen=True)
class Outcome:
    """What Great Expectations said.

    Parameters
    ----------
    success : bool
        Whether the expectation was met.
    elements, unexpected : int or None
        Values looked at and values that were unexpected, for expectations about values.
    observed : mapping
        Its further aggregates.
    version : str
        Of Great Expectations.
    """

    success: bool
    elements: int | None
    unexpected: int | None
    observed: Mapping[str, Any]
    version: str


def evaluate(frame: "pd.DataFrame", expectation: str, arguments: Mapping[str, Any]) -> Outcome:
    """Evaluate one expectation on a frame.

    Raises
    ------
    DataError
        Great Expectations is not installed, or raised.
    UsageError
        There is no such expectation, or its arguments are wrong.
    """
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it imports PySpark where there is one, which warns about pandas 3
            import great_expectations as gx
            from great_expectations.exceptions import GreatExpectationsError
    except ImportError as error:
        raise DataError('the contract has Great Expectations rules; install them with: pip install "assay-audit[gx]"') from error
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    classes = {_snake(name): name for name in dir(gx.expectations) if name.startswith("Expect")}
    if expectation not in classes:
        raise UsageError(f"Great Expectations {gx.__version__} has no '{expectation}'. {did_you_mean(expectation, classes)}")
    try:
        rule = getattr(gx.expectations, classes[expectation])(**arguments)
    except (ValueError, TypeError) as error:
        raise UsageError(f"{expectation}: wrong arguments: {' '.join(str(error).split())[:300]}") from error
    with warnings.catch_warnings(), open(os.devnull, "w") as nowhere, redirect_stderr(nowhere):  # its progress bars
        warnings.simplefilter("ignore")  # it warns about its own dependencies
        context = gx.get_context(mode="ephemeral")
        try:
            asset = context.data_sources.add_pandas("assay").add_dataframe_asset("rows")
            batch = asset.add_batch_definition_whole_dataframe("all").get_batch(batch_parameters={"dataframe": frame})
            document = batch.validate(rule).to_json_dict()
        except GreatExpectationsError as error:
            raise DataError(f"Great Expectations could not evaluate {expectation}: {' '.join(str(error).split())[:300]}") from error
    failure = document.get("exception_info") or {}
    raised = failure if "raised_exception" in failure else next(iter(failure.values()), {})
    if raised.get("raised_exception"):
        raise DataError(f"Great Expectations could not evaluate {expectation}: {str(raised.get('exception_message'))[:300]}")
    result = document.get("result") or {}
    return Outcome(
        success=bool(document["success"]),
        elements=result.get("element_count"),
        unexpected=result.get("unexpected_count"),
        observed={k: result[k] for k in OBSERVED if k in result},
        version=gx.__version__,
    )


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")
