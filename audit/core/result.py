"""All that any reader may show about one check."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from audit.core.exhibit import Exhibit
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.status import Status


@dataclass(frozen=True)
class Result:
    """The outcome of one check.

    Parameters
    ----------
    code, title, family : str
        Of the check.
    status : Status
        What became of it.
    message : str
        One sentence of fact.
    where : mapping of str to str
        What part of the subject it is about; empty for the whole.
    advice : str
        What to do about it; empty where nothing needs doing.
    measurements : sequence of Measurement
        The numbers.
    judged : str
        Name of the measurement that was held against the limit.
    limit : Limit
        What it was held against.
    exhibits : sequence of Exhibit
        Evidence.
    clauses : sequence of str
        Contract lines and law clauses it bears on.
    cites : sequence of str
        Where the measurement comes from.
    parameters : mapping
        The check's own fields, as text.
    proposal : str
        Contract clauses, in YAML, that would enforce what was found; empty where there are none.
    seconds : float
        Time the check took, the shared scan left out.
    """

    code: str
    title: str
    family: str
    status: Status
    message: str
    where: Mapping[str, str] = field(default_factory=dict)
    advice: str = ""
    measurements: Sequence[Measurement] = ()
    judged: str = ""
    limit: Limit = field(default_factory=Limit)
    exhibits: Sequence[Exhibit] = ()
    clauses: Sequence[str] = ()
    cites: Sequence[str] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    proposal: str = ""
    seconds: float = 0.0

    @property
    def place(self) -> str:
        """What part of the subject it is about, as text: ``age``, ``model=torch_mlp``, or empty."""
        return ", ".join(v if k in ("column", "attribute") else f"{k}={v}" for k, v in self.where.items())

    @property
    def key(self) -> str:
        """A name that stays the same from run to run: the code, and the place if there is one."""
        return f"{self.code}:{self.place}" if self.place else self.code
