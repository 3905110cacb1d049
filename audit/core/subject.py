"""What is audited: a lazy table, what its columns mean, and the models that were applied to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import ibis
import ibis.expr.types as ir

from audit.core.bins import binned
from audit.core.errors import DataError, NotApplicable, did_you_mean
from audit.core.roles import PURPOSE, REGRESSION, TASKS, Roles

if TYPE_CHECKING:
    import pandas as pd

#: Parts of a split.
TRAIN, VALIDATION, TEST = "train", "validation", "test"

#: What people write for the two values of a boolean column.
TRUTH = {"true": True, "yes": True, "y": True, "t": True, "1": True, "1.0": True} | dict.fromkeys(("false", "no", "n", "f", "0", "0.0"), False)


@runtime_checkable
class Predictor(Protocol):
    """A fitted estimator as the audit sees it."""

    def predict_proba(self, features: "pd.DataFrame") -> Any:
        """Return class probabilities, shape (rows, classes)."""


@dataclass(frozen=True)
class Model:
    """A model that was applied to the subject's table.

    Parameters
    ----------
    name : str
        Such as ``hist_gradient_boosting``.
    prediction, score : str
        Columns of the table that hold its outputs; ``score`` may be empty.
    estimator : Predictor or None
        The fitted estimator, where it is at hand: a scikit-learn pipeline whose last step is the model.
    features : sequence of str
        Raw columns it was trained on, in order.
    chosen : bool
        Whether this is the model under audit; the others are what it is compared with.
    """

    name: str
    prediction: str
    score: str = ""
    estimator: Predictor | None = None
    features: Sequence[str] = ()
    chosen: bool = True


@dataclass(frozen=True)
class Subject:
    """A table under audit.

    Parameters
    ----------
    name : str
        What people call it.
    table : ibis table
        The rows, lazily.
    roles : Roles
        What its columns mean.
    sha256 : str
        Fingerprint of the data; empty where none could be taken.
    location : str
        Where it came from, for messages and for tools that read the data themselves.
    models : sequence of Model
        Models applied to the table, the chosen one among them.
    reference : ibis table or None
        An earlier table to compare with.
    tables : mapping of str to ibis table
        Other tables by the names that the contract gives them, on the same engine: those that foreign keys lead to.
    set_aside : ibis table or None
        Rows of the table that broke a blocking rule, with a column ``assay_columns`` that names what is at fault in each; ``None`` as long
        as none were looked for.
    """

    name: str
    table: ir.Table
    roles: Roles = field(default_factory=Roles)
    sha256: str = ""
    location: str = ""
    models: Sequence[Model] = ()
    reference: ir.Table | None = None
    tables: Mapping[str, ir.Table] = field(default_factory=dict)
    set_aside: ir.Table | None = None

    def __post_init__(self) -> None:
        """Refuse roles that name columns the table does not have."""
        for role, column in self.roles.columns():
            if column not in self.table.columns:
                raise DataError(
                    f"role '{role}' names the column '{column}', which {self.name} does not have. {did_you_mean(column, self.table.columns)}"
                )

    def need(self, role: str) -> str:
        """Return the column that plays a role.

        Raises
        ------
        NotApplicable
            No column plays it.
        """
        value = getattr(self.roles, role)
        if role == "score" and self.is_quantity:
            self.need_classes()
        if not value:
            name = role.replace("_", " ")
            raise NotApplicable(
                f"needs {'an' if name[0] in 'aeiou' else 'a'} {name} column ({PURPOSE[role]}); name it under 'roles: {role}' in assay.yaml, "
                f"or give a column the custom property 'role: {role.replace('_', '-')}' in the contract"
            )
        return str(value)

    def need_many(self, role: str) -> tuple[str, ...]:
        """Return the columns that play a role, at least one."""
        self.need(role)
        return tuple(getattr(self.roles, role))

    @property
    def is_quantity(self) -> bool:
        """Whether the target is a quantity, which a regression predicts, and not of classes."""
        return self.roles.task == REGRESSION

    def need_classes(self) -> str:
        """Return the column of the target, which is of classes.

        Raises
        ------
        NotApplicable
            There is no target, or it is a quantity.
        """
        target = self.need("target")
        if self.is_quantity:
            raise NotApplicable(
                f"is about classes, and the target '{target}' is a quantity; M007 and F016 measure how quantities are predicted. "
                f"If its values are classes, say so under 'roles: task: {TASKS[0]}'"
            )
        return target

    def need_quantity(self) -> str:
        """Return the column of the target, which is a quantity.

        Raises
        ------
        NotApplicable
            There is no target, or it is of classes.
        """
        target = self.need("target")
        if not self.is_quantity:
            hint = f". If its numbers are a quantity, say so under 'roles: task: {REGRESSION}'" if self.table[target].type().is_numeric() else ""
            raise NotApplicable(f"is about quantities, and the target '{target}' is of classes{hint}")
        return target

    def need_model(self) -> Model:
        """Return the model under audit."""
        for model in self.models:
            if model.chosen:
                return model
        raise NotApplicable("needs a fitted model; run 'assay train' or 'assay run', which hand it over with its predictions")

    @property
    def features(self) -> tuple[str, ...]:
        """Columns that a model may learn from: all without a bookkeeping role, and none of a model's outputs."""
        outputs = {c for m in self.models for c in (m.prediction, m.score)}
        return tuple(c for c in self.table.columns if c not in self.roles.bookkeeping() | outputs)

    @property
    def held_out(self) -> ir.Table:
        """Rows a model may be judged by: those of the split ``test``, or all rows where no split is recorded."""
        return self.part(TEST)

    def part(self, name: str) -> ir.Table:
        """Return the rows of one part of the split; all rows where no split is recorded."""
        split = self.roles.split
        return self.table.filter(self.table[split].cast("string") == name) if split else self.table

    def group(self, attribute: str, table: ir.Table | None = None) -> ir.Column:
        """Return the groups of an attribute as they are compared: its values, or the bins declared for it; null where missing.

        Parameters
        ----------
        attribute : str
            A column.
        table : ibis table, optional
            Rows whose groups are wanted, such as :attr:`held_out`; the subject's own where not given.

        Raises
        ------
        DataError
            Bins are declared for a column that holds no numbers.
        """
        column = (self.table if table is None else table)[attribute]
        kind, edges = column.type(), self.roles.bins.get(attribute)
        if edges is None:
            return ibis.ifelse(column.isnan(), ibis.null(kind), column) if kind.is_floating() else column
        if not kind.is_numeric():
            raise DataError(
                f"bins are declared for '{attribute}', whose values are no numbers (type {kind}). Turn the column into numbers, or leave its bins out"
            )
        return binned(column, edges)

    def is_positive(self, column: ir.Column) -> ir.BooleanValue:
        """Return where a label or prediction is the positive outcome; null where it is missing.

        Raises
        ------
        NotApplicable
            The target is not binary or no class at all, or there is none.
        """
        positive = self.roles.positive
        if positive is None:
            self.need_classes()
            raise NotApplicable(
                f"needs a binary target; '{self.roles.target}' has not exactly two values. Name the one that counts under 'roles: positive'"
            )
        kind = column.type()
        if kind.is_boolean():
            # DuckDB reads a CSV column of Yes and No as boolean; a word that is neither is never the value of one
            return column == TRUTH[positive.casefold()] if positive.casefold() in TRUTH else column.isnull() & column.notnull()
        number = _number(positive)
        if kind.is_numeric() and number is not None:
            same = column == number
            return ibis.ifelse(column.isnan(), ibis.null("boolean"), same) if kind.is_floating() else same
        return column.cast("string") == positive

    def with_table(self, table: ir.Table) -> "Subject":
        """Return the same subject over other rows."""
        return replace(self, table=table)


def _number(text: str) -> float | None:
    """Return the number that a text stands for: a truth value is 1 or 0 where a model answers in numbers."""
    if text.casefold() in ("true", "false"):
        return float(text.casefold() == "true")
    try:
        return float(text)
    except ValueError:
        return None
