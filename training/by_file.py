"""Folders that are lists: what they hold is found by the name of its file, so that adding one is adding a file."""

import pkgutil
from dataclasses import dataclass
from importlib import import_module
from typing import Generic, TypeVar

from audit.core.errors import UsageError, did_you_mean

T = TypeVar("T")


@dataclass(frozen=True)
class Folder(Generic[T]):
    """A package with one thing in each file.

    Parameters
    ----------
    package : str
        Its full name.
    kind : str
        The file that says what the others promise; in capitals, the name under which each of them holds what it makes.
    key : str
        Where the config names them.
    noun : str
        What one is called.
    """

    package: str
    kind: str
    key: str
    noun: str

    def names(self) -> list[str]:
        """Return what there is, without importing any."""
        return sorted(m.name for m in pkgutil.iter_modules(import_module(self.package).__path__) if m.name != self.kind)

    def load(self, name: str) -> T:
        """Return one by the name of its file, importing that file alone.

        Raises
        ------
        UsageError
            There is none of that name.
        """
        if name not in self.names():
            raise UsageError(f"'{self.key}' names '{name}', which is no {self.noun}. {did_you_mean(name, self.names())}")
        found: T = getattr(import_module(f"{self.package}.{name}"), self.kind.upper())
        return found
