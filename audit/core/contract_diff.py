"""What changed between two versions of a contract, and for whom that breaks something."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from audit.core.contract import Contract, Place


class Compatibility(StrEnum):
    """What a change means for one side."""

    COMPATIBLE = "compatible"
    UNDECIDED = "undecided"
    BREAKING = "breaking"


@dataclass(frozen=True)
class Effect:
    """What a change means for both sides.

    Parameters
    ----------
    producers : Compatibility
        Compatible where all data that keep the old contract keep the new one.
    consumers : Compatibility
        Compatible where all data that keep the new contract keep what the old one promised.
    """

    producers: Compatibility
    consumers: Compatibility

    def __or__(self, other: "Effect") -> "Effect":
        """Return the worse of both, side by side."""
        order = list(Compatibility)
        return Effect(max(self.producers, other.producers, key=order.index), max(self.consumers, other.consumers, key=order.index))


@dataclass(frozen=True)
class Failing:
    """How a clause does on data.

    Parameters
    ----------
    rows : int or None
        Rows that fail it; ``None`` where it is not about rows, or was not counted.
    status : str
        What the gate would say of it.
    """

    rows: int | None
    status: str


@dataclass(frozen=True)
class Change:
    """One clause that differs.

    Parameters
    ----------
    table, column : str
        Where; the column is empty for clauses of the table, both are for clauses of the file.
    clause : str
        Which clause, such as ``required`` or ``logicalTypeOptions.maximum``.
    before, after : str
        What was written and what is; empty where nothing was, or is.
    effect : Effect
        For whom it breaks something.
    why : str
        What the effect rests on.
    place : Place
        Its line in the new file, or in the old one where it was removed.
    hint : str
        What else the reader should know.
    old, new : Contract or None
        A contract of this clause alone, to be held against data.
    codes : tuple of str
        The checks that do that; all that the clause calls for where empty.
    failing_before, failing_after : Failing or None
        How the clause does on data, where any were given.
    """

    table: str
    column: str
    clause: str
    before: str
    after: str
    effect: Effect
    why: str
    place: Place
    hint: str = ""
    old: Contract | None = field(default=None, compare=False, repr=False)
    new: Contract | None = field(default=None, compare=False, repr=False)
    codes: tuple[str, ...] = ()
    failing_before: Failing | None = None
    failing_after: Failing | None = None

    @property
    def kind(self) -> Literal["added", "removed", "changed"]:
        """What happened to the clause."""
        return "added" if not self.before else "removed" if not self.after else "changed"

    @property
    def where(self) -> str:
        """The table and column it is about, as people write it."""
        return ".".join(part for part in (self.table, self.column) if part)

    def record(self) -> dict[str, Any]:
        """Return it as plain values, for JSON."""

        def failing(found: Failing | None) -> dict[str, Any] | None:
            return None if found is None else {"rows": found.rows, "status": found.status}

        return {
            "kind": self.kind,
            "table": self.table,
            "column": self.column,
            "clause": self.clause,
            "before": self.before,
            "after": self.after,
            "producers": self.effect.producers.value,
            "consumers": self.effect.consumers.value,
            "why": self.why,
            "hint": self.hint,
            "place": str(self.place),
            "failing_before": failing(self.failing_before),
            "failing_after": failing(self.failing_after),
        }


@dataclass(frozen=True)
class VersionAdvice:
    """Whether the version says what the changes are.

    Parameters
    ----------
    before, after : str
        As written.
    asked : {"none", "patch", "minor", "major"}
        Which step the changes ask for.
    made : {"none", "patch", "minor", "major", "back", "unknown"}
        Which step was made; unknown where a version is not three numbers.
    enough : bool
        Whether the step made is at least the one asked for.
    next : str
        The smallest version that would do.
    """

    before: str
    after: str
    asked: Literal["none", "patch", "minor", "major"]
    made: Literal["none", "patch", "minor", "major", "back", "unknown"]
    enough: bool
    next: str

    @property
    def sentence(self) -> str:
        """What to do about the version."""
        shown = f"version {self.before or 'not given'} → {self.after or 'not given'}"
        if self.made == "unknown":
            return f"{shown}: write versions as three numbers, such as 1.2.0, so that readers can tell a breaking change"
        if self.made == "back":
            return f"{shown}: the version went back; expected {self.next} or later"
        if self.enough:
            return f"{shown}: enough for what changed" if self.asked != "none" else f"{shown}: nothing changed"
        return f"{shown}: the changes ask for a {self.asked} step, {self.next} or later"


@dataclass(frozen=True)
class ContractDiff:
    """Two versions of a contract, compared.

    Parameters
    ----------
    old, new : str
        How the two files are called.
    changes : sequence of Change
        In the order of the new file.
    version : VersionAdvice
        About the version.
    data : str
        What the clauses were counted on; empty where no data were given.
    rows : int or None
        Rows of the data.
    failing_before, failing_after : int or None
        Rows that fail at least one changed clause of the old contract, and of the new one.
    """

    old: str
    new: str
    changes: Sequence[Change]
    version: VersionAdvice
    data: str = ""
    rows: int | None = None
    failing_before: int | None = None
    failing_after: int | None = None

    def count(self, side: Literal["producers", "consumers"], compatibility: Compatibility) -> int:
        """Return how many changes mean this for one side."""
        return sum(getattr(c.effect, side) is compatibility for c in self.changes)

    def breaks(self, side: Literal["producers", "consumers"]) -> bool:
        """Return whether any change breaks something for one side."""
        return self.count(side, Compatibility.BREAKING) > 0

    def record(self) -> dict[str, Any]:
        """Return it as plain values, for JSON."""
        sides: tuple[Literal["producers", "consumers"], ...] = ("producers", "consumers")
        return {
            "schema_version": 1,
            "old": self.old,
            "new": self.new,
            "breaking": {side: self.breaks(side) for side in sides},
            "counts": {side: {c.value: self.count(side, c) for c in Compatibility} for side in sides},
            "version": {
                "before": self.version.before,
                "after": self.version.after,
                "asked": self.version.asked,
                "made": self.version.made,
                "enough": self.version.enough,
                "next": self.version.next,
            },
            "data": self.data or None,
            "rows": self.rows,
            "failing_before": self.failing_before,
            "failing_after": self.failing_after,
            "changes": [c.record() for c in self.changes],
        }
