"""Progress bars on standard error, for people only."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

#: Told what is being done now, how much of it is done, and how much there is.
Tick = Callable[[str, int, int], None]


@contextmanager
def progress(steps: int, *, quiet: bool = False) -> Iterator[tuple[Callable[[str], None], Tick]]:
    """Show how far training has come.

    Parameters
    ----------
    steps : int
        Number of steps there will be.
    quiet : bool
        Show nothing; the same where standard error is no terminal.

    Yields
    ------
    begin : callable
        Called at the start of each step with its name.
    tick : callable
        Called within a step.
    """
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=quiet or not sys.stderr.isatty()) as bars:
        whole = bars.add_task("training", total=steps)
        inner = bars.add_task("", total=1, visible=False)
        started = 0

        def begin(name: str) -> None:
            nonlocal started
            bars.update(whole, description=name, completed=started)
            bars.update(inner, visible=False)
            started += 1

        def tick(name: str, done: int, total: int) -> None:
            bars.update(inner, description=name, completed=done, total=total, visible=True)

        yield begin, tick
