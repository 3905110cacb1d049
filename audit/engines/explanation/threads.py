"""How many threads a model may use while it is asked about samples."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

#: Rows below which one thread is used: on a busy machine several wait for each other many times longer than they work.
FEW_ROWS = 100_000


@contextmanager
def threads_for(rows: int) -> Iterator[None]:
    """Run numerical libraries on one thread where there are few rows, and as they are set otherwise."""
    if rows >= FEW_ROWS or find_spec("threadpoolctl") is None:
        yield
        return
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        yield
