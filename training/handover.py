"""The only door from training to audit: a table with predictions, and the models that made them, as a Subject."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from audit.champion import CHAMPION, CHAMPION_SCORE
from audit.core.errors import UsageError
from audit.core.subject import Model, Subject
from audit.engines.sources import frame_table

ROW = "assay_row"
SPLIT = "assay_split"
MITIGATED = "mitigated"


def prediction_column(model: str) -> str:
    """Return the column that holds a model's predicted labels."""
    return f"prediction_{model}"


def score_column(model: str) -> str:
    """Return the column that holds a model's probability of the positive class."""
    return f"score_{model}"


def reserve(frame: pd.DataFrame, models: Sequence[str]) -> None:
    """Refuse a table whose columns would be overwritten.

    Raises
    ------
    UsageError
        A column has a name that the handover gives to its own.
    """
    own = {ROW, SPLIT, CHAMPION, CHAMPION_SCORE, *(column(m) for m in (*models, MITIGATED) for column in (prediction_column, score_column))}
    taken = [str(c) for c in frame.columns if c in own]
    if taken:
        raise UsageError(f"the data have columns named {', '.join(taken)}, which training gives to its own outputs. Rename them")


def hand_over(
    subject: Subject, frame: pd.DataFrame, pipelines: Mapping[str, Any], *, chosen: str, features: Sequence[str], positive: str | None
) -> Subject:
    """Return what the audit of the models looks at.

    Parameters
    ----------
    subject : Subject
        What was trained on.
    frame : pandas.DataFrame
        Its labelled rows with the row number, the split, and each model's outputs.
    pipelines : mapping of str to Pipeline
        Fitted candidates by name.
    chosen : str
        The one under audit.
    features : sequence of str
        Raw columns they were trained on.
    positive : str or None
        The positive class as text.
    """
    columns = set(frame.columns)
    models = [
        Model(name, prediction_column(name), score_column(name) if score_column(name) in columns else "", pipeline, tuple(features), name == chosen)
        for name, pipeline in sorted(pipelines.items(), key=lambda item: item[0] != chosen)
    ]
    if prediction_column(MITIGATED) in columns:
        models.append(Model(MITIGATED, prediction_column(MITIGATED), features=tuple(features), chosen=False))
    roles = replace(
        subject.roles,
        positive=positive,
        prediction=models[0].prediction,
        score=models[0].score or None,
        split=SPLIT,
        # the source's own key stays one, so that nobody takes it for a feature
        key=(ROW, *(k for k in subject.roles.key if k != ROW)),
    )
    return replace(subject, table=frame_table(frame), roles=roles, models=tuple(models))
