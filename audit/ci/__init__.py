"""Tells a CI server how a command ended: in its log, on its pages, and in values that later steps read."""

import os
from collections.abc import Mapping, Sequence
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from audit.core.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from audit.core.run import Run


class Server(Protocol):
    """What is done for one kind of server; a module of this folder is one."""

    def tell_start(self) -> None:
        """Leave word for the case that the command is killed and tells no more; what is told later takes its place.

        Raises
        ------
        DataError
            What later steps rely on cannot be written.
        """

    def tell_run(self, run: "Run", folder: Path) -> None:
        """Tell of a written run.

        Raises
        ------
        DataError
            What later steps rely on cannot be written.
        """

    def tell_stop(self, command: str, message: str, code: int) -> None:
        """Tell of a command that never came to a run: nothing about the data is known, and nothing may look green.

        Raises
        ------
        DataError
            What later steps rely on cannot be written.
        """


#: By name, the variable by which a server makes itself known, and its value there.
SERVERS: dict[str, tuple[str, str]] = {"github": ("GITHUB_ACTIONS", "true"), "azure": ("TF_BUILD", "True")}
#: What ``--ci`` may be.
CHOICES = ("auto", *SERVERS, "none")
#: Verbs that end in a run.
VERBS = ("gate", "train", "audit", "run", "monitor")


def server(choice: str = "auto", environment: Mapping[str, str] = os.environ) -> Server | None:
    """Return the server that a command runs on, or ``None`` where there is nobody to tell.

    Parameters
    ----------
    choice : {"auto", "github", "azure", "none"}
        What ``--ci`` asks for; ``auto`` goes by the environment.
    environment : mapping of str to str
        Variables of the process.

    Raises
    ------
    UsageError
        There is no such choice.
    """
    if choice not in CHOICES:
        raise UsageError(f"--ci knows no '{choice}'. {did_you_mean(choice, CHOICES)}")
    if choice == "auto":
        choice = next((name for name, (variable, value) in SERVERS.items() if environment.get(variable) == value), "none")
    module: Any = import_module(f"audit.ci.{choice}") if choice in SERVERS else None
    return module


def server_of(arguments: Sequence[str]) -> tuple[Server | None, str]:
    """Return the server to tell, and the verb, for a command line that could not be carried out, or not even be parsed.

    Verbs that end in no run have nobody to tell: a failing ``assay report`` says nothing about data.
    """
    verb = next((a for a in arguments if not a.startswith("-")), "")
    if verb not in VERBS:
        return None, verb
    spaced = [b for a, b in pairwise(arguments) if a == "--ci"]
    joined = [a.removeprefix("--ci=") for a in arguments if a.startswith("--ci=")]
    choice = next(iter([*joined, *spaced]), "auto")
    return server(choice if choice in CHOICES else "auto"), verb
