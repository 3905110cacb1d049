"""Predictions of the chosen model, corrected for one sensitive attribute."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from audit.config import MitigateConfig
from audit.core.bins import names
from audit.core.errors import UsageError, did_you_mean
from audit.core.roles import Roles
from training import mitigate
from training.handover import MITIGATED, SPLIT, prediction_column, score_column
from training.labels import Labels
from training.mitigate.method import Scored
from training.predict import as_target
from training.transformers import MISSING


def sensitive_attribute(settings: MitigateConfig, roles: Roles, columns: list[str]) -> str:
    """Return the column whose groups are to be treated alike: the configured one, or the first sensitive one.

    Raises
    ------
    UsageError
        There is none, or it is no column.
    """
    name = settings.sensitive or next(iter(roles.sensitive), None)
    if name is None:
        raise UsageError(
            "'training: mitigate' is on, but no attribute is sensitive. Name one under 'roles: sensitive' or 'training: mitigate: sensitive'"
        )
    if name not in columns:
        raise UsageError(f"'training: mitigate: sensitive' names '{name}', which is no column of the data. {did_you_mean(name, columns)}")
    return name


def correct(
    table: pd.DataFrame,
    labels: Labels,
    settings: MitigateConfig,
    sensitive: str,
    chosen: str,
    seed: int,
    edges: Sequence[float] = (),
) -> tuple[pd.DataFrame, Mapping[str, Any]]:
    """Learn a correction on the validation rows and apply it to all.

    Parameters
    ----------
    table : pandas.DataFrame
        Labelled rows with each model's outputs.
    labels : Labels
        Their labels.
    settings : MitigateConfig
        Method and constraint.
    sensitive : str
        The attribute.
    chosen : str
        The model that is corrected.
    seed : int
        Of randomised predictions.
    edges : sequence of float
        Of the bins declared for the attribute, by which the audit compares its groups; none where its values are the groups.

    Returns
    -------
    table : pandas.DataFrame
        With the column ``prediction_mitigated``, if anything could be corrected.
    record : mapping
        What was done, or the reason why nothing was.
    """
    record = {
        "method": settings.method,
        "constraint": settings.constraint,
        "sensitive": sensitive,
        "model": chosen,
        "fitted_on": "validation",
        "seed": seed,
        "applied": False,
    }
    if labels.positive is None:
        return table, {**record, "reason": f"the target has {len(labels.classes):,} classes; {settings.method} corrects two-class predictions only"}
    rows = Scored(
        table[score_column(chosen)].to_numpy(),
        labels.codes == labels.positive,
        groups_of(table[sensitive], edges),
        (table[SPLIT] == "validation").to_numpy(),
    )
    corrected = mitigate.method(settings.method).correct(rows, settings.constraint, seed)
    if corrected.prediction is None:
        return table, {**record, "reason": corrected.reason}
    values = labels.classes[np.where(corrected.prediction, labels.positive, 1 - labels.positive)]
    column = as_target(values, table[labels.column])
    return table.assign(**{prediction_column(MITIGATED): column}), {**record, "applied": True, "rule": corrected.rule}


def groups_of(column: pd.Series, edges: Sequence[float] = ()) -> NDArray[np.object_]:
    """Return the group of each row: its value as text, or its bin; missing is a group.

    Raises
    ------
    UsageError
        Bins are declared for a column that holds no numbers.
    """
    known = column.notna()
    if not edges:
        return column.astype(object).where(known, MISSING).map(str).to_numpy(dtype=object)
    if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        raise UsageError(f"bins are declared for '{column.name}', whose values are no numbers (type {column.dtype})")
    bins = np.searchsorted(np.asarray(edges, dtype=float), column.where(known, 0).to_numpy(dtype=float), side="right")
    return np.where(known.to_numpy(dtype=bool), np.array(names(edges), dtype=object)[bins], MISSING)
