"""What engines raise, and how it is told: in one line that holds no row, no password and no stack."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
from ibis.common.exceptions import IbisError

#: What a backend raises when it cannot run an expression or read its source.
BACKEND_ERRORS = (duckdb.Error, IbisError)

#: Base classes of what drivers raise; looked up only where a driver is loaded.
_DRIVERS = (("psycopg", "Error"), ("pyspark.errors", "PySparkException"), ("py4j.protocol", "Py4JError"))
#: What Py4J says where no answer came at all; one that Java gave brings a cause or a trace.
NO_ANSWER = re.compile(r"An error occurred while calling \S+")
LOST = "lost the connection to Spark: its Java process has ended, or was killed. Run it again, with more memory if it was short of it"


class EngineError(IbisError):
    """An engine other than DuckDB could not run a statement, or cannot be reached."""


@contextmanager
def told_plainly() -> Iterator[None]:
    """Turn what a driver raises inside into an :class:`EngineError`.

    Raises
    ------
    EngineError
        The engine refused, failed, or is gone.
    """
    try:
        yield
    except (ConnectionError, EOFError) as error:
        raise EngineError(LOST) from error
    except _drivers() as error:  # looked up now, since the driver may have been loaded inside
        raise EngineError(_plain(error)) from error


def _drivers() -> tuple[type[Exception], ...]:
    return tuple(getattr(sys.modules[module], name) for module, name in _DRIVERS if module in sys.modules)


def _plain(error: BaseException) -> str:
    diagnosis = getattr(error, "diag", None)  # of Postgres: the rest of its message may quote rows
    text = (diagnosis.message_primary if diagnosis is not None else None) or str(error)
    if type(error).__name__ == "Py4JNetworkError" or (
        type(error).__name__ == "Py4JError" and ("network" in text.lower() or NO_ANSWER.fullmatch(text))
    ):
        return LOST
    if type(error).__name__ == "Py4JJavaError":
        causes = re.findall(r"(?:^: |Caused by: )(?:[\w.$]+\.)?(\w+(?:: [^\n]*)?)", text, re.MULTILINE)
        text = causes[-1] if causes else text
    if "Caused by:" in text or "Driver stacktrace:" in text:
        causes = re.findall(r"Caused by: (?:[\w.$]+\.)?(\w+(?:: [^\n]*)?)", text)
        text = causes[-1] if causes else text
    first = text.strip().splitlines()[0] if text.strip() else type(error).__name__
    first = re.sub(r'(invalid (?:input syntax|value)[^:]*): ".*"', r"\1", first)
    return re.sub(r"([Tt]he value|[Ss]tring|value) ('[^']*'|\"[^\"]*\")", r"\1 '…'", first)


def one_line(error: BaseException, limit: int = 300) -> str:
    """Return an error's text on one line, without the statement or the data that a backend puts into it."""
    text = " ".join(re.split(r"LINE 1:|Original Line:|\sTry ", str(error))[0].split())
    text = re.sub(r"([Ss]tring|value) (['\"]).*?\2", r"\1 \2…\2", text)
    text = re.sub(r"(Object|Array) [{\[].*[}\]]", r"\1 …", text)
    return text if len(text) <= limit else text[: limit - 1] + "…"
