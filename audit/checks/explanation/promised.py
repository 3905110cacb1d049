"""Which columns of a model may not change: by declaration, and by the part they play."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from audit.core.subject import Model, Subject
from audit.engines.counterfactual_space import Promises

#: Columns that stay because of the part they play.
STAYS = {
    "sensitive": "sensitive",
    "time": "a time",
    "key": "a key",
    "entity": "a key",
    "split": "bookkeeping",
    "weight": "bookkeeping",
    "consent": "bookkeeping",
    "consent_until": "bookkeeping",
    "collected": "bookkeeping",
    "purpose": "bookkeeping",
    "lawful_basis": "bookkeeping",
}


def promised(subject: Subject, model: Model, declared: Promises, immutable: Sequence[str] = ()) -> Promises:
    """Return what is declared about changes, with the columns that stay for other reasons.

    Parameters
    ----------
    subject : Subject
        For the roles.
    model : Model
        For its columns.
    declared : Promises
        Of the contract; a column that it declares mutable stays mutable whatever its role.
    immutable : sequence of str
        Further columns that stay.
    """
    stays = {column: STAYS[role] for role, column in subject.roles.columns() if role in STAYS and column not in declared.mutable}
    whole: Mapping[str, str] = {**stays, **declared.immutable, **dict.fromkeys(immutable, "declared immutable")}
    return replace(declared, immutable={c: why for c, why in whole.items() if c in model.features})
