"""How many threads numerical libraries may use."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

#: Rows for which a further thread pays: below, threads wait for each other longer than they work, and on a busy machine many times longer.
ROWS_PER_THREAD = 100_000


@contextmanager
def threads_for(rows: int) -> Iterator[None]:
    """Run with one thread, and one more for each hundred thousand rows, up to the number of processors.

    Parameters
    ----------
    rows : int
        Size of the table.
    """
    from threadpoolctl import threadpool_limits

    import_module("sklearn.utils")  # the limit holds for the libraries that are loaded by now
    with threadpool_limits(min(1 + rows // ROWS_PER_THREAD, os.cpu_count() or 1)):
        yield
