"""One expectation of a suite, in the shape of Great Expectations 1.x or in the one before."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from audit.contract.exchange.operators import number
from audit.core.errors import UsageError
from audit.core.written import exact

#: Arguments that say how an expectation is run, not what is expected.
_RUNNING = ("result_format", "catch_exceptions", "include_config", "batch_id", "severity", "notes", "description", "meta")


@dataclass(frozen=True)
class Expectation:
    """One expectation.

    Parameters
    ----------
    kind : str
        Its type, such as ``expect_column_to_exist``.
    arguments : mapping
        What is expected, without what says how it is run.
    ours : mapping
        What an export of ours noted in its ``meta``.
    said : str
        Description, notes and further ``meta``, as one text.
    severity : {"critical", "warning", "info"}
        As written.
    position : int
        Its place in the suite, from 1.
    """

    kind: str
    arguments: dict[str, Any]
    ours: Mapping[str, Any]
    said: str
    severity: str
    position: int

    @property
    def column(self) -> str:
        """The column it is about; empty where there is none."""
        name = self.arguments.get("column")
        return name if isinstance(name, str) else ""

    @property
    def mostly(self) -> float:
        """The share of values that must be as expected."""
        share = self.arguments.get("mostly", 1)
        # what is no share, such as a parameter, allows nobody knows what
        return float(share) if isinstance(share, (int, float)) and 0 <= share <= 1 else 0.0

    @property
    def plain(self) -> bool:
        """Whether it means every row, and stops where one fails."""
        return self.mostly == 1 and self.severity == "critical"

    @property
    def rule(self) -> dict[str, Any]:
        """What a quality rule takes over: name, description, severity."""
        return {
            **({"name": str(self.ours["name"])} if self.ours.get("name") else {}),
            **({"description": self.said} if self.said else {}),
            **({"severity": self.severity} if self.severity != "critical" else {}),
        }

    @property
    def allowed(self) -> dict[str, Any]:
        """The operator for the rows that may fail."""
        share = exact(self.mostly)
        if share == 1 or share is None:
            return {"mustBe": 0}
        return {"mustBeLessOrEqualTo": number(float((1 - share) * 100)), "unit": "percent"}


def read_expectation(node: Any, position: int, source: str) -> Expectation:
    """Return one entry of a suite's list.

    Raises
    ------
    UsageError
        It is no expectation.
    """
    kind = node.get("type") or node.get("expectation_type") if isinstance(node, Mapping) else None
    if not isinstance(kind, str) or not isinstance(node.get("kwargs", {}), Mapping):
        raise UsageError(f"{source or 'the suite'}: expectation {position} has no 'type' (or 'expectation_type'), or its 'kwargs' are no object")
    arguments = {k: v for k, v in (node.get("kwargs") or {}).items() if k not in _RUNNING and v is not None}
    meta = dict(node["meta"]) if isinstance(node.get("meta"), Mapping) else {}
    ours = meta.pop("assay", None)
    severity = str(node.get("severity") or "critical").casefold()
    said = _notes(node.get("description"), node.get("notes"), meta.pop("notes", None), *(f"{k}: {v}" for k, v in meta.items()))
    return Expectation(kind, arguments, ours if isinstance(ours, Mapping) else {}, said, severity, position)


def _notes(*parts: Any) -> str:
    found = []
    for part in parts:
        content = part.get("content") if isinstance(part, Mapping) else part
        found += [str(p) for p in (content if isinstance(content, list) else [content]) if p]
    return " ".join(" ".join(found).split())


def parameters(value: Any) -> Iterator[str]:
    """Yield the names of the parameters that are given when a suite is run."""
    if isinstance(value, Mapping):
        if "$PARAMETER" in value:
            yield str(value["$PARAMETER"])
        for inner in value.values():
            yield from parameters(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from parameters(inner)


def items(value: Any) -> list[Any]:
    """Return a list as it is, and nothing of what is none."""
    return value if isinstance(value, list) else []
