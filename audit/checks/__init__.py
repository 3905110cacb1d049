"""All checks, found by walking this folder; others may add theirs through the entry-point group ``audit.checks``."""

import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from inspect import isabstract
from types import ModuleType

from audit.core.check import Check
from audit.core.errors import UsageError, did_you_mean
from audit.core.plug_in import load

ENTRY_POINTS = "audit.checks"

#: Families in the order in which a reader meets them.
FAMILIES = ("quality", "balance", "privacy", "leakage", "performance", "fairness", "explanation", "errors", "shift")


@cache
def discover() -> dict[str, type[Check]]:
    """Return every check class by code, in the order of codes within families.

    Raises
    ------
    UsageError
        Two checks share a code, a check lacks a title, a family or what it is judged by, or a package that brings checks cannot be loaded.
    """
    found: dict[str, type[Check]] = {}
    for module in _modules():
        for value in vars(module).values():
            if not (isinstance(value, type) and issubclass(value, Check) and value.__module__ == module.__name__ and value.code):
                continue
            for name in ("title", "family", "judged"):
                if not getattr(value, name):
                    raise UsageError(f"check {value.__name__} in {module.__name__} has no '{name}'")
            if isabstract(value):
                raise UsageError(f"check {value.__name__} in {module.__name__} has no {', '.join(sorted(value.__abstractmethods__))}")
            if value.family not in FAMILIES:
                hint = did_you_mean(value.family, FAMILIES)
                raise UsageError(f"check {value.__name__} in {module.__name__} is of the family '{value.family}', which no command runs. {hint}")
            if found.setdefault(value.code, value) is not value:
                raise UsageError(f"code {value.code} is taken twice: by {found[value.code].__name__} and by {value.__name__}")
    return dict(sorted(found.items(), key=lambda item: (FAMILIES.index(item[1].family), item[0])))


def _modules() -> Iterator[ModuleType]:
    for info in pkgutil.walk_packages(__path__, f"{__name__}."):
        if not info.ispkg:
            yield import_module(info.name)
    for point in entry_points(group=ENTRY_POINTS):
        module = load(point, f"the checks of '{point.value}'")
        if not isinstance(module, ModuleType):
            raise UsageError(f"the entry point '{point.value}' in '{ENTRY_POINTS}' is no module. Name the module that holds the checks")
        yield module
