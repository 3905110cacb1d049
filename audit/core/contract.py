"""A data contract as the checks see it: columns with clauses, rules with limits, and the line each one stands on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from audit.core.limit import Limit


@dataclass(frozen=True)
class Place:
    """Where a clause stands."""

    file: str
    line: int

    def __str__(self) -> str:
        """Return ``file:line``."""
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Rule:
    """One entry of a ``quality`` list.

    Parameters
    ----------
    kind : {"library", "sql", "custom", "text"}
        ODCS rule type.
    place : Place
        Its line in the contract.
    column : str
        The column it stands under; empty for rules about the whole table.
    metric : str
        Library metric such as ``rowCount``.
    engine : str
        For custom rules: ``assay``, ``greatExpectations`` or another tool's name.
    implementation : mapping
        For custom rules: what the engine is told.
    arguments : mapping
        Arguments of a library metric.
    unit : str
        ``rows`` or ``percent``.
    limit : Limit
        Bounds from the ``mustBe…`` operators, with the contract line as source; percent already turned into shares.
    name, description : str
        As written.
    """

    kind: Literal["library", "sql", "custom", "text"]
    place: Place
    column: str = ""
    metric: str = ""
    engine: str = ""
    implementation: Mapping[str, Any] = field(default_factory=dict)
    arguments: Mapping[str, Any] = field(default_factory=dict)
    unit: str = "rows"
    limit: Limit = field(default_factory=Limit)
    name: str = ""
    description: str = ""


@dataclass(frozen=True)
class Column:
    """One property of the contract's schema.

    Parameters
    ----------
    name : str
        Column name in the data (``physicalName`` where given).
    lines : mapping of str to int
        Line of each key that was written, ``""`` for the property itself.
    file : str
        The contract file.
    logical_type : str
        As written, empty where silent.
    required, unique, primary_key : bool
        Standard clauses.
    options : mapping
        ``logicalTypeOptions``.
    enum : tuple
        Allowed values; empty where any is.
    classification : str
        Such as ``public`` or ``restricted``.
    custom : mapping
        ``customProperties`` by name.
    rules : sequence of Rule
        Its ``quality`` entries.
    """

    name: str
    lines: Mapping[str, int] = field(default_factory=dict)
    file: str = ""
    logical_type: str = ""
    required: bool = False
    unique: bool = False
    primary_key: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)
    enum: tuple[Any, ...] = ()
    classification: str = ""
    description: str = ""
    custom: Mapping[str, Any] = field(default_factory=dict)
    rules: Sequence[Rule] = ()

    def place(self, key: str = "") -> Place:
        """Return where a key of this property stands, or the property itself."""
        return Place(self.file, self.lines.get(key, self.lines.get("", 0)))


@dataclass(frozen=True)
class Contract:
    """A parsed contract about one table.

    Parameters
    ----------
    id, name, version, path, sha256 : str
        Which contract this is.
    table : str
        Name of its schema object.
    columns : sequence of Column
        In order.
    rules : sequence of Rule
        ``quality`` entries of the schema object.
    custom : mapping
        ``customProperties`` of the object and of the contract, the object's winning.
    unevaluated : sequence of (Place, str)
        Clauses of the standard that no check evaluates, so that nobody takes them for held.
    place : Place
        Line of the schema object.
    """

    id: str = ""
    name: str = ""
    version: str = ""
    path: str = ""
    sha256: str = ""
    table: str = ""
    columns: Sequence[Column] = ()
    rules: Sequence[Rule] = ()
    custom: Mapping[str, Any] = field(default_factory=dict)
    custom_lines: Mapping[str, int] = field(default_factory=dict)
    unevaluated: Sequence[tuple[Place, str]] = ()
    place: Place = field(default_factory=lambda: Place("", 0))

    def all_rules(self) -> Iterator[Rule]:
        """Yield every quality rule, those of the table first."""
        yield from self.rules
        for column in self.columns:
            yield from column.rules

    def column(self, name: str) -> Column | None:
        """Return a column by name, or ``None``."""
        return next((c for c in self.columns if c.name == name), None)

    def custom_place(self, key: str) -> Place:
        """Return where a custom property of the table or contract stands."""
        return Place(self.place.file, self.custom_lines.get(key, self.place.line))
