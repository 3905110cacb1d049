"""Predictions of the chosen model, corrected for one sensitive attribute."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from audit.config import MitigateConfig
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
    table: pd.DataFrame, labels: Labels, settings: MitigateConfig, sensitive: str, chosen: str, seed: int
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
    group = table[sensitive].astype(object).where(table[sensitive].notna(), MISSING).map(str).to_numpy(dtype=object)
    rows = Scored(table[score_column(chosen)].to_numpy(), labels.codes == labels.positive, group, (table[SPLIT] == "validation").to_numpy())
    corrected = mitigate.method(settings.method).correct(rows, settings.constraint, seed)
    if corrected.prediction is None:
        return table, {**record, "reason": corrected.reason}
    values = labels.classes[np.where(corrected.prediction, labels.positive, 1 - labels.positive)]
    column = as_target(values, table[labels.column])
    return table.assign(**{prediction_column(MITIGATED): column}), {**record, "applied": True, "rule": corrected.rule}
