"""What ends a command from outside, at any moment: even inside a query, which no exception can leave."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from audit.store import remove_unfinished

ENDING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
SHOW_CURSOR = "\x1b[?25h"


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """End the process at once when it is interrupted or terminated, and leave no unfinished run behind.

    A handler that raises is not enough: DuckDB takes it for an error of its query, or looks for signals only when the query is done. So the
    handler does nothing, and a thread that Python wakes for each signal removes what is unfinished and ends the process.
    """
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    before = {number: signal.signal(number, _unheard) for number in ENDING}
    woken_before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    threading.Thread(target=_wait, args=(reading,), daemon=True).start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(woken_before)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(writing)


def _unheard(number: int, frame: FrameType | None) -> None:
    """Keep Python from acting on a signal; it is :func:`_wait` that does."""


def _wait(reading: int) -> None:
    while woken := os.read(reading, 1):
        if woken[0] in ENDING:
            _end(woken[0])
    os.close(reading)


def _end(number: int) -> None:
    remove_unfinished()
    said = "interrupted" if number == signal.SIGINT else "terminated"
    # not through sys.stderr, whose lock the thread that works may hold
    cursor = SHOW_CURSOR if sys.stderr.isatty() else ""
    try:
        os.write(2, f"{cursor}assay: {said}; no unfinished run is left\n".encode())
    finally:
        os._exit(128 + number)
