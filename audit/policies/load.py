"""Reads a policy."""

from dataclasses import replace
from importlib.resources import files
from typing import Any

import yaml

from audit.core.errors import UsageError, did_you_mean
from audit.core.limit import Limit


def policy_names() -> list[str]:
    """Return the policies that ship with Assay."""
    return sorted(f.name.removesuffix(".yaml") for f in files("audit.policies").iterdir() if f.name.endswith(".yaml"))


def read_policy(name: str) -> dict[str, Any]:
    """Return a policy by name.

    Raises
    ------
    UsageError
        No such policy.
    """
    if name not in policy_names():
        raise UsageError(f"audit.policy: no policy '{name}'. {did_you_mean(name, policy_names())}")
    document: dict[str, Any] = yaml.safe_load((files("audit.policies") / f"{name}.yaml").read_text(encoding="utf-8"))
    return {"name": name, **document}


def under_policy(limit: Limit, code: str, policy: dict[str, Any]) -> Limit:
    """Return a check's default limit as a policy wants it."""
    own = policy.get("limits", {}).get(code, {})
    if policy.get("blocking") and limit.judges and not limit.blocking:
        own = {"blocking": True, "source": f"policy {policy['name']}", **own}
    return replace(limit, **own) if own else limit
