"""Assay audits data before training, models after it, and both in production."""

from typing import TYPE_CHECKING, Any

from audit.core.version import __version__

if TYPE_CHECKING:
    from audit import explain, fairness
    from audit.contract.read import read_contract
    from audit.core.errors import GateFailed
    from audit.verbs.from_python import gate
    from audit.verbs.gate_result import GateResult

__all__ = ["GateFailed", "GateResult", "__version__", "explain", "fairness", "gate", "read_contract"]

#: What may be imported from here, and where it lives; loaded when it is asked for, so that 'import audit' costs nothing.
_PUBLIC = {
    "GateFailed": "audit.core.errors",
    "GateResult": "audit.verbs.gate_result",
    "gate": "audit.verbs.from_python",
    "read_contract": "audit.contract.read",
}


#: Modules that are loaded when they are asked for.
_MODULES = ("explain", "fairness")


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC and name not in _MODULES:
        raise AttributeError(f"module 'audit' has no attribute '{name}'")
    from importlib import import_module

    if name in _MODULES:
        return import_module(f"audit.{name}")
    return getattr(import_module(_PUBLIC[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
