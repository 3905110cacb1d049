"""Ways to correct the predictions of a chosen model, one per file; the file's name is the method's name in the config."""

import pkgutil
from importlib import import_module

from audit.core.errors import UsageError, did_you_mean
from training.mitigate.method import Mitigation


def names() -> list[str]:
    """Return the methods there are, without importing any."""
    return sorted(m.name for m in pkgutil.iter_modules(__path__) if m.name != "method")


def method(name: str) -> Mitigation:
    """Return a method by the name of its file.

    Raises
    ------
    UsageError
        There is no such method.
    """
    if name not in names():
        raise UsageError(f"'training: mitigate: method' is '{name}', which is no method. {did_you_mean(name, names())}")
    found: Mitigation = import_module(f"{__name__}.{name}").METHOD
    return found
