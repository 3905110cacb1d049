"""Great Expectations as an engine for single expectations. Imported only when a rule asks for it."""

import logging
import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, redirect_stderr
from dataclasses import dataclass
from typing import Any

from audit.core.errors import DataError, UsageError, did_you_mean
from audit.engines.gx_rows import Rows

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


def evaluate(rows: Rows, expectation: str, arguments: Mapping[str, Any]) -> Outcome:
    """Evaluate one expectation where the rows are.

    Raises
    ------
    DataError
        Great Expectations is not installed, or raised.
    UsageError
        There is no such expectation, or its arguments are wrong.
    """
    gx = great_expectations()
    rule = built(expectation, arguments)
    with quietly(), told_by(rows, f"Great Expectations could not evaluate {expectation}"), _batch(rows) as (batch, parameters):
        document = batch.get_batch(batch_parameters=parameters).validate(rule).to_json_dict()
    failure = document.get("exception_info") or {}
    raised = failure if "raised_exception" in failure else next(iter(failure.values()), {})
    if raised.get("raised_exception"):
        raise DataError(f"Great Expectations could not evaluate {expectation}: {rows.without_secrets(str(raised.get('exception_message')))[:300]}")
    result = document.get("result") or {}
    return Outcome(
        success=bool(document["success"]),
        elements=result.get("element_count"),
        unexpected=result.get("unexpected_count"),
        observed={k: result[k] for k in OBSERVED if k in result},
        version=gx.__version__,
    )


def _batch(rows: Rows) -> AbstractContextManager[tuple[Any, dict[str, Any]]]:
    return rows.batch(great_expectations().get_context(mode="ephemeral"), "assay")


def great_expectations() -> Any:
    """Return the package, imported where it is first needed.

    Raises
    ------
    DataError
        It is not installed.
    """
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it imports PySpark where there is one, which warns about pandas 3
            import great_expectations as gx
    except ImportError as error:
        raise DataError('the contract has Great Expectations rules; install them with: pip install "assay-audit[gx]"') from error
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    return gx


def built(expectation: str, arguments: Mapping[str, Any]) -> Any:
    """Return an expectation by the name of its type.

    Raises
    ------
    UsageError
        There is none of that name, or its arguments are wrong.
    """
    gx = great_expectations()
    classes = {_snake(name): name for name in dir(gx.expectations) if name.startswith("Expect")}
    if expectation not in classes:
        raise UsageError(f"Great Expectations {gx.__version__} has no '{expectation}'. {did_you_mean(expectation, classes)}")
    try:
        return getattr(gx.expectations, classes[expectation])(**arguments)
    except (ValueError, TypeError) as error:
        raise UsageError(f"{expectation}: wrong arguments: {' '.join(str(error).split())[:300]}") from error


@contextmanager
def quietly() -> Iterator[None]:
    """Keep progress bars, and what is said about dependencies, from the screen."""
    with warnings.catch_warnings(), open(os.devnull, "w") as nowhere, redirect_stderr(nowhere):
        warnings.simplefilter("ignore")
        yield


@contextmanager
def told_by(rows: Rows, what: str) -> Iterator[None]:
    """Turn what Great Expectations raises about some rows into a message without their secrets.

    Raises
    ------
    DataError
        It raised.
    """
    from great_expectations.datasource.fluent.interfaces import TestConnectionError
    from great_expectations.exceptions import GreatExpectationsError

    try:
        yield
    except (GreatExpectationsError, TestConnectionError, OSError) as error:
        raise DataError(f"{what}: {rows.without_secrets(' '.join(str(error).split()))[:300]}") from error


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")
