"""One family of models per file; the file's name is the candidate's name in the config."""

import pkgutil
from importlib import import_module

from audit.core.errors import UsageError, did_you_mean
from training.models.family import Family


def names() -> list[str]:
    """Return the candidates there are, without importing any."""
    return sorted(m.name for m in pkgutil.iter_modules(__path__) if m.name != "family")


def family(name: str) -> Family:
    """Return a family by the name of its file, importing that file alone.

    Raises
    ------
    UsageError
        There is no such candidate.
    """
    if name not in names():
        raise UsageError(f"'training: candidates' names '{name}', which is no candidate. {did_you_mean(name, names())}")
    found: Family = import_module(f"{__name__}.{name}").FAMILY
    return found
