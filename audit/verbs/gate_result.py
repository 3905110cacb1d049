"""What the gate says to Python: the run, a verdict to act on, and the rows that were set aside."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from audit.core.errors import GateFailed
from audit.core.result import Result
from audit.core.run import Run
from audit.core.status import Status

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, repr=False, eq=False)
class GateResult:
    """The outcome of :func:`audit.gate`; a notebook shows it as verdict and findings.

    It holds a run and is none itself: the run is the document that all readers share, and knows neither how it is shown nor any rows.

    Parameters
    ----------
    run : Run
        Everything the gate found out.
    rows : pyarrow.Table or None
        The rows that broke a blocking rule; ``None`` where none did.
    folder : Path or None
        Where the run was stored; ``None`` where nothing was written.
    """

    run: Run
    rows: Any = field(default=None)
    folder: Path | None = None

    @property
    def passes(self) -> bool:
        """Whether the data may be used."""
        return self.run.passes

    @property
    def status(self) -> Status:
        """The worst state of all results."""
        return self.run.status

    @property
    def results(self) -> Sequence[Result]:
        """Every check with what became of it."""
        return self.run.results

    def __bool__(self) -> bool:
        """Whether the data may be used, so that ``assert gate(…)`` means what it says."""
        return self.passes

    def raise_if_failed(self) -> Self:
        """Return this where the data may be used.

        Raises
        ------
        GateFailed
            They may not; the message lists the findings, and the error carries the ``run``.
        """
        if not self.passes:
            raise GateFailed(str(self), self.run)
        return self

    def quarantine(self) -> "pd.DataFrame":
        """Return the rows that broke a blocking rule, with row number, codes and reasons before the data's own columns; empty where none did."""
        if self.rows is None:
            import pandas as pd

            from audit.verbs.quarantine import ADDED

            return pd.DataFrame({name: [] for name in ADDED})
        frame: pd.DataFrame = self.rows.to_pandas()
        return frame

    def __str__(self) -> str:
        """Return verdict and findings as text."""
        from audit.render.message import message

        return message(self.run)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from audit.render.notebook import notebook

        return notebook(self.run)
