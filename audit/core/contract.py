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
    query : str
        For rules of type ``sql``: the statement, placeholders and all.
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
    query: str = ""


@dataclass(frozen=True)
class Relationship:
    """A promise that what stands in some columns stands in those of another table, too.

    Parameters
    ----------
    columns : tuple of str
        Columns of this table.
    table : str
        Name of the other table.
    to : tuple of str
        Its columns, as many and in the same order.
    place : Place
        Line of the clause.
    """

    columns: tuple[str, ...]
    table: str
    to: tuple[str, ...]
    place: Place


@dataclass(frozen=True)
class ServiceLevel:
    """An entry of ``slaProperties`` that the data themselves can answer.

    Parameters
    ----------
    kind : {"latency", "retention"}
        How old the newest value may be, or the oldest.
    amount, unit : str
        The period, such as ``4`` and ``days``.
    column : str
        Whose values are looked at; empty where the contract names none.
    zone : str
        Time zone of values that have none.
    place : Place
        Line of the entry.
    """

    kind: Literal["latency", "retention"]
    amount: str
    unit: str
    column: str
    zone: str
    place: Place


@dataclass(frozen=True)
class OtherTable:
    """Another table that the contract describes.

    Parameters
    ----------
    name, physical_name : str
        As written; the second is empty where the contract is silent.
    types : mapping of str to str
        Logical types by column.
    """

    name: str
    physical_name: str = ""
    types: Mapping[str, str] = field(default_factory=dict)


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
        Name of its schema object, as the data have it.
    also_called : tuple of str
        Its other names.
    columns : sequence of Column
        In order.
    rules : sequence of Rule
        ``quality`` entries of the schema object.
    custom : mapping
        ``customProperties`` of the object and of the contract, the object's winning.
    relationships : sequence of Relationship
        Foreign keys of this table.
    service_levels : sequence of ServiceLevel
        Promises about how old the data may be.
    other_tables : mapping of str to OtherTable
        The other schema objects of the file, by the names that the data use.
    unevaluated : sequence of (Place, str)
        Clauses of the standard that no check evaluates, with what is unknown about them, so that nobody takes them for held.
    beyond_data : sequence of (Place, str)
        Clauses that no look at the data can judge, and why.
    place : Place
        Line of the schema object.
    """

    id: str = ""
    name: str = ""
    version: str = ""
    path: str = ""
    sha256: str = ""
    table: str = ""
    also_called: tuple[str, ...] = ()
    columns: Sequence[Column] = ()
    rules: Sequence[Rule] = ()
    custom: Mapping[str, Any] = field(default_factory=dict)
    custom_lines: Mapping[str, int] = field(default_factory=dict)
    relationships: Sequence[Relationship] = ()
    service_levels: Sequence[ServiceLevel] = ()
    other_tables: Mapping[str, OtherTable] = field(default_factory=dict)
    unevaluated: Sequence[tuple[Place, str]] = ()
    beyond_data: Sequence[tuple[Place, str]] = ()
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
