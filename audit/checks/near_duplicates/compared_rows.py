"""What both checks of near duplicates compare, and how they name the rows they found."""

from collections.abc import Collection, Sequence

import ibis
import ibis.expr.types as ir
import numpy as np

from audit.checks.near_duplicates.columns import identity
from audit.checks.near_duplicates.profile import Codes
from audit.core.subject import Subject


def differing_by_nature(subject: Subject, ignored: Collection[str]) -> tuple[str, ...]:
    """Return the columns that say nothing about likeness: keys, splits, weights and outputs of models, and those that a contract ignores."""
    roles = subject.roles
    outputs = {c for m in subject.models for c in (m.prediction, m.score)} | {roles.prediction, roles.score, roles.split, roles.weight}
    unlike = {c for c in (*roles.key, *outputs) if c} | set(ignored)
    return tuple(c for c in (*subject.table.columns, *ignored) if c in unlike)


def is_one_of(table: ir.Table, identities: Codes) -> ir.BooleanValue:
    """Return where a row is one of those with these hashes, or an exact copy of one."""
    wanted: Sequence[int] = [int(v) for v in np.unique(identities)]
    listed = ibis.literal(wanted, type="array<int64>").unnest().name("identity").as_table()
    return identity(table).isin(listed.identity)
