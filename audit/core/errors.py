"""What can go wrong, and the exit code each kind of failure ends in."""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from audit.core.run import Run

#: What an exit code says in a few words.
EXIT_CODES: dict[int, str] = {
    0: "passed",
    1: "findings fail the run",
    2: "the command, the config or the contract is wrong",
    3: "the data, a model or a tool failed, or nothing was examined",
    130: "interrupted",
    143: "terminated",
}


class AssayError(Exception):
    """Anything Assay stops for; its text says what was got, what was expected and what to do."""

    exit_code = 3


class UsageError(AssayError):
    """The command, the config or the contract is wrong: exit code 2."""

    exit_code = 2


class DataError(AssayError):
    """The data, a model or a tool could not be read, run or written: exit code 3."""


class GateFailed(AssayError):
    """Data did not pass the gate; the text lists the findings.

    Parameters
    ----------
    message : str
        The verdict and the findings, in words.
    run : Run
        Everything the gate found out.
    """

    def __init__(self, message: str, run: "Run") -> None:
        super().__init__(message)
        self.run = run
        self.exit_code = run.exit_code or 1

    def __reduce__(self) -> tuple[type["GateFailed"], tuple[str, "Run"]]:
        """Let the error cross from one process to another, with its run."""
        return GateFailed, (str(self), self.run)


class NotApplicable(Exception):
    """A check has nothing to examine here; its text names what is missing and where to declare it."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a hint that ends an error message: the closest known word, or the words there are.

    Parameters
    ----------
    word : str
        What was got.
    known : iterable of str
        What would have been accepted.

    Returns
    -------
    str
        ``"Did you mean 'age'?"``, or a list of at most twelve known words.
    """
    names = sorted(set(known))
    close = get_close_matches(word, names, n=1, cutoff=0.6)
    if close:
        return f"Did you mean '{close[0]}'?"
    listed = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
    return f"Known: {listed or 'none'}."


def did_you_mean_file(path: Path) -> str:
    """Return a hint that ends a message about a file that is not there: the name of one beside it, or why there can be none."""
    if path.is_symlink():
        return "It is a symbolic link that leads nowhere."
    try:
        return did_you_mean(path.name, [f.name for f in path.parent.iterdir()])
    except FileNotFoundError:
        return "Its folder does not exist either."
    except NotADirectoryError:
        return f"'{path.parent}' is no folder."
    except OSError as error:
        return f"Its folder cannot be listed: {error.strerror or error}."
