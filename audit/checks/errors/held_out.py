"""The held-out rows as this family looks at them: what describes a row, how wrong the model is there, and in which half it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

from audit.checks.errors.conditions import Coded, Condition, coded
from audit.checks.outcomes import MAX_CLASSES
from audit.checks.plain import plain, simple
from audit.core.ask import Answers, Asks, frame, row_hash, rows, scalar
from audit.core.check import missing
from audit.core.errors import NotApplicable
from audit.core.subject import Subject
from audit.core.values import as_text
from audit.stats.moments import Moments

if TYPE_CHECKING:
    import pandas as pd

EVEN = tuple("02468ace")
#: Cells of the sample that is searched, at most; a table of thousands of columns is searched in fewer rows.
MOST_CELLS = 20_000_000
LEAST_ROWS = 5_000
#: Larger errors than this share of all have weigh no more in the search, so that a few of them do not lead it.
LARGEST = 0.99


@dataclass(frozen=True)
class Step:
    """A condition on the way to a set of rows, or its opposite.

    Parameters
    ----------
    condition : Condition
        Which.
    met : bool
        Whether it is met, or not.
    """

    condition: Condition
    met: bool = True

    @property
    def text(self) -> str:
        """What holds, in words."""
        return self.condition.text if self.met else self.condition.otherwise


Steps = Sequence[Step]


@dataclass(frozen=True)
class HeldOut:
    """The judged rows of a subject.

    Parameters
    ----------
    subject : Subject
        Whose.
    described : tuple of str
        The columns that may describe a row.
    """

    subject: Subject
    described: tuple[str, ...]

    @classmethod
    def judged(cls, subject: Subject) -> "HeldOut":
        """Return the judged rows without anything that describes them.

        Raises
        ------
        NotApplicable
            There is no label or no prediction.
        """
        prediction, target = subject.need("prediction"), subject.need("target")
        if subject.is_quantity and not subject.table[prediction].type().is_numeric():
            raise NotApplicable(f"the target '{target}' is a quantity, and the prediction '{prediction}' is no number to compare it with")
        return cls(subject, ())

    @classmethod
    def of(cls, subject: Subject) -> "HeldOut":
        """Read what describes a row: the columns that the model learnt from and the sensitive ones; where no model is at hand, all it could have.

        Raises
        ------
        NotApplicable
            There is no label, no prediction, or no column that describes.
        """
        cls.judged(subject)
        learnt = next((m.features for m in subject.models if m.chosen), ())
        wanted = dict.fromkeys([*learnt, *subject.roles.sensitive]) if learnt else subject.features
        schema = subject.table.schema()
        names = tuple(c for c in wanted if c in schema and simple(schema[c]))
        if not names:
            raise NotApplicable("needs columns beside label and prediction to describe segments with; the table has none")
        return cls(subject, names)

    @cached_property
    def table(self) -> ir.Table:
        """Rows with label and prediction: ``c0``, ``c1`` … in their plain form, ``wrong``, ``error``, ``first`` (the half), ``identity``.

        ``selected`` is where a binary prediction is positive, ``moment`` the time as a number; null where there is no such thing.
        """
        subject, held_out = self.subject, self.subject.held_out
        roles = subject.roles
        label, predicted = held_out[subject.need("target")], held_out[subject.need("prediction")]
        identity = row_hash(held_out, roles.key)
        halved = row_hash(held_out, (roles.entity,)) if roles.entity else identity
        numeric = subject.is_quantity and predicted.type().is_numeric()
        error = label.cast("float64") - predicted.cast("float64") if numeric else ibis.null("float64")
        picked = held_out.select(
            **{f"c{i}": plain(held_out[c]) for i, c in enumerate(self.described)},
            selected=subject.is_positive(predicted) if roles.positive is not None else ibis.null("boolean"),
            predicted=predicted.cast("float64") if numeric else ibis.null("float64"),
            moment=plain(held_out[roles.time]) if roles.time and is_moment(held_out[roles.time].type()) else ibis.null("float64"),
            wrong=differ(subject, label, predicted),
            error=error,
            first=halved.right(1).isin(EVEN),
            identity=identity,
        )
        return picked.filter(picked.wrong.notnull())

    def asks(self, most: int) -> Asks:
        """Ask for what every check of this family looks at: how many rows there are, and a sample of one half.

        Parameters
        ----------
        most : int
            Rows of the sample at most; taken by the hash of their key.
        """
        table = self.table
        found = table.filter(table.first)
        size = min(most, max(LEAST_ROWS, MOST_CELLS // (len(self.described) + 6)))
        halves = table.group_by("first").aggregate(n=table.count(), wrong=table.wrong.cast("int64").sum())
        return {
            "classes": scalar(ibis.literal(0) if self.subject.is_quantity else self.subject.held_out[self.subject.need("target")].nunique()),
            "halves": rows(halves, when_needed=True),
            "sample": frame(found.order_by(found.identity).limit(size), when_needed=True),
        }

    def read(self, answers: Answers, min_rows: int) -> "Halves":
        """Read the answers.

        Raises
        ------
        NotApplicable
            There are too few rows, or the model errs on all of them.
        """
        target = self.subject.need("target")
        if answers.scalar("classes") > MAX_CLASSES:
            raise NotApplicable(
                f"'{target}' has more than {MAX_CLASSES} values, so it is no class. If it is a quantity, say so under 'roles: task: regression'"
            )
        many = self.subject.is_quantity
        counts = {bool(row["first"]): (int(row["n"]), int(row["wrong"])) for row in answers.rows("halves")}
        (first, wrong_first), (second, wrong_second) = counts.get(True, (0, 0)), counts.get(False, (0, 0))
        total, wrong = first + second, wrong_first + wrong_second
        if min(first, second) < 2 * min_rows:
            raise NotApplicable(f"needs about {4 * min_rows} held-out rows with label and prediction; there are {total:,}")
        if not many and wrong == total:
            raise NotApplicable(
                f"the model errs on all {total:,} held-out rows, so no part of them can err more than the rest; see whether labels and "
                "predictions are written alike"
            )
        sampled = answers.frame("sample")
        values = sampled[[f"c{i}" for i in range(len(self.described))]].set_axis(list(self.described), axis=1)
        if many:
            usable = np.isfinite(sampled["error"].to_numpy(dtype=float, na_value=np.nan))
            sampled, values = sampled[usable].reset_index(drop=True), values[usable].reset_index(drop=True)
        return Halves(self, sampled, values, first, second, wrong)


@dataclass(frozen=True)
class Halves:
    """A sample of the half that is searched, and how many rows there are.

    Parameters
    ----------
    held_out : HeldOut
        Through which the other half is counted.
    sampled : pandas.DataFrame
        ``selected``, ``predicted``, ``moment``, ``wrong``, ``error``, ``identity``.
    values : pandas.DataFrame
        What describes these rows, under the names of the table.
    first, second : int
        All rows of the half that is searched, and of the other one.
    wrong : int
        Rows of both that are not predicted exactly.
    """

    held_out: HeldOut
    sampled: "pd.DataFrame"
    values: "pd.DataFrame"
    first: int
    second: int
    wrong: int

    @property
    def quantity(self) -> bool:
        """Whether errors have a size, and are not right or wrong."""
        return self.held_out.subject.is_quantity

    @cached_property
    def loss(self) -> NDArray[np.float64]:
        """How wrong the model is in each sampled row: 0 or 1, or the size of the error."""
        if self.quantity:
            return np.abs(self.sampled["error"].to_numpy(dtype=float))
        return self.sampled["wrong"].to_numpy(dtype=bool).astype(float)

    @property
    def searched(self) -> NDArray[np.float64]:
        """The loss with the largest sizes cut off."""
        return np.minimum(self.loss, np.quantile(self.loss, LARGEST)) if self.quantity and len(self.loss) else self.loss

    @property
    def moments(self) -> list[str]:
        """The columns that hold dates or times."""
        schema = self.held_out.subject.table.schema()
        return [c for c in self.held_out.described if schema[c].is_date() or schema[c].is_timestamp()]

    def coded(self, min_rows: int) -> list[Coded]:
        """Return the columns as cells and conditions."""
        return coded(self.values, min_rows, self.moments)

    def met(self, steps: Steps) -> NDArray[np.bool_]:
        """Return where sampled rows meet all steps."""
        inside = np.ones(len(self.values), dtype=bool)
        for step in steps:
            inside &= step.condition.met(self.values) == step.met
        return inside

    @property
    def of(self) -> str:
        """What was searched, in words: ``one half of 5,000 held-out rows``, with the size of the sample where it is one."""
        every = f"one half of {self.first + self.second:,} held-out rows"
        return every if len(self.sampled) >= self.first else f"a sample of {len(self.sampled):,} rows of {every}"

    def other_half(self) -> tuple[ir.Table, ir.FloatingValue]:
        """Return the rows of the other half, and their loss."""
        table = self.held_out.table
        table = table.filter(~table.first)
        if self.quantity:
            table = table.filter(table.error.notnull() & ~table.error.isnan() & ~table.error.isinf())
        return table, table.error.abs() if self.quantity else table.wrong.cast("float64")

    def where(self, table: ir.Table, steps: Steps) -> ir.BooleanValue:
        """Return where rows of a table of this family meet all steps."""
        place = {c: f"c{i}" for i, c in enumerate(self.held_out.described)}
        met = [held if s.met else ~held for s in steps for held in [s.condition.holds(table[place[s.condition.column]])]]
        return ibis.and_(*met) if met else ibis.literal(True)

    def count(self, answers: Answers, sets: Sequence[Steps], among: tuple[ir.Table, ir.FloatingValue] | None = None) -> list[Moments]:
        """Count the loss of all rows of the other half in some sets of rows, by one query; all rows together come first.

        Parameters
        ----------
        answers : Answers
            Through which it is asked.
        sets : sequence of sequences of Step
            The sets.
        among : tuple of table and expression, optional
            Other rows of this family than those of the other half, and their loss.
        """
        table, loss = among or self.other_half()
        asked: dict[str, Any] = {}
        for i, steps in enumerate([(), *sets]):
            inside = self.where(table, steps)
            asked |= {f"n{i}": table.count(where=inside), f"s{i}": loss.sum(where=inside)}
            asked |= {f"q{i}": (loss * loss).sum(where=inside)} if self.quantity else {}
        [row] = list(answers.more({"counts": rows(table.aggregate(**asked))}).rows("counts"))
        sums = [(int(row[f"n{i}"]), float(row[f"s{i}"] or 0), row.get(f"q{i}")) for i in range(len(sets) + 1)]
        return [Moments(n, s, s if q is None else float(q)) for n, s, q in sums]


def is_moment(kind: dt.DataType) -> bool:
    """Return whether values of a type have an order in time: dates, timestamps, and numbers such as years."""
    return bool(kind.is_date() or kind.is_timestamp() or (kind.is_numeric() and not kind.is_boolean()))


def differ(subject: Subject, label: ir.Column, predicted: ir.Column) -> ir.BooleanValue:
    """Return where a prediction is wrong; null where label or prediction is missing."""
    if subject.roles.positive is not None:
        wrong = subject.is_positive(label) != subject.is_positive(predicted)
    elif label.type().is_numeric() and predicted.type().is_numeric():
        wrong = label.cast("float64") != predicted.cast("float64")
    else:
        wrong = as_text(label) != as_text(predicted)
    return (~(missing(label) | missing(predicted))).ifelse(wrong, None)
