"""The model under audit with rows to ask it about: what every use of an explanation begins with."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

import ibis.expr.types as ir

from audit.core.ask import Ask, frame, sample
from audit.core.errors import DataError, NotApplicable
from audit.core.subject import TRAIN, Model, Subject
from audit.core.wording import counted

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from audit.engines.asked_model import AskedModel

#: A column that is computed from the sampled rows by the engine.
Computed = Callable[[ir.Table], ir.Value]


def model_at_hand(subject: Subject) -> Model:
    """Return the model under audit with its estimator.

    Raises
    ------
    NotApplicable
        There is none, or only its predictions are at hand.
    DataError
        It was trained on columns that the data do not have.
    """
    model = subject.need_model()
    if model.estimator is None:
        raise NotApplicable("needs a fitted model, and only predictions are at hand; 'assay run' hands over the estimators that it trains")
    if not model.features:
        raise NotApplicable(f"needs to know which columns model '{model.name}' takes; name them as its 'features'")
    absent = [c for c in model.features if c not in subject.table.columns]
    if absent:
        raise DataError(f"the model was trained on the columns {absent}, which {subject.name} does not have")
    return model


def held_out_rows(subject: Subject, size: int, *further: str, **computed: Computed) -> Ask:
    """Ask for a bounded sample of held-out rows: the model's features, further columns, and columns that are computed from the rows."""
    return frame(_picked(subject, subject.held_out, size, further, computed))


def training_rows(subject: Subject, size: int, *further: str, **computed: Computed) -> Ask:
    """Ask for a bounded sample of the rows that the model learnt from; of all rows where no split is recorded."""
    return frame(_picked(subject, subject.part(TRAIN), size, further, computed))


def _picked(subject: Subject, table: ir.Table, size: int, further: tuple[str, ...], computed: Mapping[str, Computed]) -> ir.Table:
    names = dict.fromkeys([*model_at_hand(subject).features, *further])
    rows = sample(table, size, subject.roles.key)
    return rows.select(*names, **{name: value(rows) for name, value in computed.items()})


def says(subject: Subject, column: str) -> Computed:
    """Return what tells of each row whether a label or a prediction is the positive outcome."""
    return lambda rows: subject.is_positive(rows[column])


def group_names(subject: Subject) -> dict[str, str]:
    """Return under which name the rows tell the group of each sensitive attribute."""
    return {attribute: f"assay_group_{i}" for i, attribute in enumerate(subject.roles.sensitive)}


def grouped(subject: Subject) -> dict[str, Computed]:
    """Return what tells of each row its group of each sensitive attribute, as groups are compared everywhere: by value, or by declared bins."""
    return {name: partial(_group, subject, attribute) for attribute, name in group_names(subject).items()}


def _group(subject: Subject, attribute: str, rows: ir.Table) -> ir.Value:
    return subject.group(attribute, rows)


def flags(column: "pd.Series") -> "tuple[NDArray[np.bool_], NDArray[np.bool_]]":
    """Return which values of a column of truth values are true, and which are known."""
    known = column.notna().to_numpy(dtype=bool)
    return column.fillna(False).to_numpy(dtype=bool) & known, known


def groups_of(column: "pd.Series", enough: int, most: int = 10) -> "dict[str, NDArray[np.bool_]]":
    """Return which rows are in each group of an attribute; none where it has more groups than that, or where fewer than two are large enough.

    Parameters
    ----------
    column : pandas.Series
        The attribute.
    enough, most : int
        Rows that a group needs, and groups at most.
    """
    values = sorted(column.dropna().unique(), key=str)
    if not 2 <= len(values) <= most:
        return {}
    members = {f"{v:g}" if isinstance(v, float) else str(v): (column == v).fillna(False).to_numpy(dtype=bool) for v in values}
    large = {name: member for name, member in members.items() if member.sum() >= enough}
    return large if len(large) > 1 else {}


def answered(asked: "AskedModel", rows: "pd.DataFrame") -> "tuple[pd.DataFrame, pd.DataFrame]":
    """Return the rows that the model answers, as it takes them and with all their columns, both numbered from 0.

    Raises
    ------
    NotApplicable
        There are no rows.
    """
    if not len(rows):
        raise NotApplicable("needs held-out rows to ask the model about; there are none")
    taken, known = asked.settle(rows)
    return taken, rows[known].reset_index(drop=True)


def background_of(asked: "AskedModel", rows: "pd.DataFrame", size: int) -> "pd.DataFrame":
    """Return the first rows that the model answers, to stand for "the column is not known".

    Raises
    ------
    NotApplicable
        There are none.
    """
    if not len(rows):
        raise NotApplicable("needs training rows to compare with; there are none")
    _, known = asked.settle(rows)
    return rows[known].head(size).reset_index(drop=True)


def of_rows(n: int, size: int) -> str:
    """Return how many of how many held-out rows were looked at."""
    return f"{n:,} of {size:,} held-out rows" if n < size else counted(n, "held-out row")


def refusals(asked: "AskedModel", given: int, left: int) -> str:
    """Return a sentence about rows that the model refused; nothing where there are none."""
    if left == given and not asked.refused:
        return ""
    what = f"raises {asked.refused}" if asked.refused else "gives no number"
    if left == given:
        return f" The model {what} for some of the rows it is asked about beside those; they are left out."
    return f" The model {what} for {given - left:,} of {given:,} rows, which are left out."


def outcome(subject: Subject) -> str:
    """Return the positive outcome as messages name it."""
    return f"'{subject.roles.positive}'" if subject.roles.positive is not None else "the positive outcome"
