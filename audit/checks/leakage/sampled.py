"""A bounded sample of the columns a model may learn from and of the target: the same rows for every check that looks at it, in one query."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir

from audit.checks.plain import null_if_missing, plain
from audit.core.ask import Ask, frame, row_hash, sample
from audit.core.errors import NotApplicable
from audit.core.subject import Subject

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

SIZE = 10_000


def examined(subject: Subject) -> tuple[str, ...]:
    """Return the columns that a model may learn from, without those of a nested or binary type.

    Raises
    ------
    NotApplicable
        There are none.
    """
    schema = subject.table.schema()
    names = tuple(c for c in subject.features if not (schema[c].is_nested() or schema[c].is_binary() or schema[c].is_json()))
    if not names:
        raise NotApplicable("needs columns that a model may learn from; all columns are keys, splits, outputs of models or nested")
    return names


def with_target(subject: Subject) -> tuple[str, ...]:
    """Return the examined columns, and the target first where there is one."""
    target = subject.roles.target
    return (*([target] if target else []), *examined(subject))


def row_hash_of(table: ir.Table, columns: Sequence[str]) -> ir.IntegerValue:
    """Return a 64-bit hash of some columns of each row, by the engine's own function; missing values are alike whatever their kind."""
    return ibis.struct({f"c{i}": null_if_missing(table[c]) for i, c in enumerate(columns)}).hash()


def sampled(subject: Subject, size: int = SIZE) -> Ask:
    """Ask for a sample of the examined columns and the target, to be read by :func:`read`.

    Rows are thinned by a hash of all these columns first, since ordering a large table by its hashes costs far more than the sample.
    """
    table, names = subject.table, with_target(subject)
    every = ibis.greatest(table.count().as_scalar() // (3 * size), 1)
    thin = table.filter(row_hash_of(table, names) % every == 0)
    picked = sample(thin, size, subject.roles.key or names)
    columns = [plain(picked[c]).name(f"c{i}") for i, c in enumerate(names)]
    target = subject.roles.target
    label = null_if_missing(picked[target]).cast("string") if target else ibis.null("string")
    identity = row_hash(picked, subject.roles.key or names)
    return frame(picked.select([*columns, label.name("label"), identity.name("identity")]), when_needed=True)


@dataclass(frozen=True)
class Sample:
    """Sampled rows.

    Parameters
    ----------
    rows : pandas frame
        Numbers and moments (as seconds) are floats, all else is text, under the names of the table.
    labels : ndarray, shape (rows,)
        The target as text, ``None`` where it is missing or there is none.
    identities : ndarray of str, shape (rows,)
        Hash of the key of each row, or of all its examined columns where none is declared.
    """

    rows: "pd.DataFrame"
    labels: "NDArray[Any]"
    identities: "NDArray[Any]"

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.rows)

    def keep(self, which: "NDArray[np.bool_]") -> "Sample":
        """Return some of the rows."""
        return Sample(self.rows[which].reset_index(drop=True), self.labels[which], self.identities[which])

    def with_rows(self, others: "Sample") -> "Sample":
        """Return these rows and others."""
        import numpy as np
        import pandas as pd

        rows = pd.concat([self.rows, others.rows], ignore_index=True)
        return Sample(rows, np.concatenate([self.labels, others.labels]), np.concatenate([self.identities, others.identities]))

    def is_number(self, column: str) -> bool:
        """Return whether a column holds numbers or moments."""
        return bool(self.rows[column].dtype.kind == "f")


def read(subject: Subject, answer: "pd.DataFrame") -> Sample:
    """Give the answer to :func:`sampled` the names of the table."""
    names = list(with_target(subject))
    rows = answer[[f"c{i}" for i in range(len(names))]].set_axis(names, axis=1)
    labels = answer["label"].astype(object).where(answer["label"].notna(), None)
    floats: dict[Hashable, str] = {c: "float64" for c in names if rows[c].dtype.kind in "iuf"}
    return Sample(rows.astype(floats), labels.to_numpy(), answer["identity"].to_numpy(dtype=object))
