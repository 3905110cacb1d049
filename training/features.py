"""Which columns a model may learn from."""

from collections.abc import Sequence

from audit.config import TrainingConfig
from audit.core.contract import Contract
from audit.core.errors import UsageError, did_you_mean
from audit.core.subject import Subject


def features_of(subject: Subject, contract: Contract, settings: TrainingConfig) -> list[str]:
    """Return the raw columns to learn from, in the order of the table.

    All columns without a bookkeeping role, or those the config names; in both cases without those that the contract gives the custom property
    ``feature: false`` and without those under ``training: exclude``. Sensitive attributes stay in unless excluded.

    Raises
    ------
    UsageError
        A name is no column, a named column may not be learnt from, or nothing is left.
    """
    columns = subject.table.columns
    for key, named in (("features", settings.features or ()), ("exclude", settings.exclude)):
        for name in named:
            if name not in columns:
                raise UsageError(f"'training: {key}' names '{name}', which is no column of {subject.name}. {did_you_mean(name, columns)}")
    barred = {c.name for c in contract.columns if str(c.custom.get("feature", True)).casefold() == "false"}
    wanted: Sequence[str] = settings.features if settings.features is not None else subject.features
    roles = {column: role for role, column in subject.roles.columns() if column in subject.roles.bookkeeping()}
    for name in wanted if settings.features is not None else ():
        if name in roles or name in barred:
            why = f"it is the {roles[name].replace('_', ' ')}" if name in roles else "the contract says 'feature: false'"
            raise UsageError(f"'training: features' names '{name}', which no model may learn from: {why}. Take it out of the list")
    features = [c for c in columns if c in wanted and c not in barred and c not in settings.exclude]
    if not features:
        raise UsageError(f"no column of {subject.name} is left to learn from. Look at the roles, 'training: features' and 'training: exclude'")
    return features
