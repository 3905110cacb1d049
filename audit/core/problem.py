"""One thing that is wrong, or doubtful, in a contract's file."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from audit.core.contract import Place


@dataclass(frozen=True)
class Problem:
    """What a reader of the file should know.

    Parameters
    ----------
    severity : {"error", "warning"}
        Whether the contract cannot be used, or can but should be looked at.
    file : str
        The contract.
    line : int
        Where it stands; 0 where the file as a whole is meant.
    message : str
        What was got, what was expected, what to do.
    table, column : str
        The table and the column it is about; empty where it is about neither.
    """

    severity: Literal["error", "warning"]
    file: str
    line: int
    message: str
    table: str = ""
    column: str = ""

    @classmethod
    def at(cls, severity: Literal["error", "warning"], place: Place, message: str, *, table: str = "", column: str = "") -> "Problem":
        """Return a problem at a place."""
        return cls(severity, place.file, place.line, message, table, column)

    def record(self) -> dict[str, Any]:
        """Return it as plain values, for JSON."""
        return asdict(self)

    def __str__(self) -> str:
        """Return ``file:line: severity: column: message``, the column only where the message does not name it."""
        known = not self.column or self.message.startswith(f"{self.column}: ") or f"'{self.column}'" in self.message
        return f"{self.file}{f':{self.line}' if self.line else ''}: {self.severity}: {'' if known else f'{self.column}: '}{self.message}"
