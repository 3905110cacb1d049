"""Which models can be explained, and the bounded samples of rows that checks about them ask for."""

from collections.abc import Sequence

import ibis.expr.types as ir

from audit.core.ask import Ask, Asks, frame, sample, scalar
from audit.core.errors import DataError, NotApplicable
from audit.core.subject import TRAIN, Model, Subject


def explainable(subject: Subject) -> list[Model]:
    """Return the models whose fitted estimator is at hand, the one under audit first.

    Raises
    ------
    NotApplicable
        There is none.
    """
    models = [m for m in subject.models if m.estimator is not None]
    if not models:
        raise NotApplicable("needs a fitted model, and only predictions are at hand; 'assay run' hands over the fitted estimators that it trains")
    return sorted(models, key=lambda m: not m.chosen)


def sampled(subject: Subject, table: ir.Table, size: int, columns: Sequence[str]) -> Ask:
    """Ask for at most so many rows, taken by the hash of their key."""
    return frame(sample(table, size, subject.roles.key).select(*dict.fromkeys(columns)))


def explained_rows(subject: Subject, models: Sequence[Model], rows: int, background: int, further: Sequence[str] = ()) -> Asks:
    """Ask for rows to explain, rows to compare with, and how many held-out rows there are.

    Raises
    ------
    DataError
        The table lacks a column that a model was trained on.
    """
    features = list(dict.fromkeys(c for m in models for c in m.features))
    absent = [c for c in features if c not in subject.table.columns]
    if absent:
        raise DataError(f"the models were trained on the columns {absent}, which {subject.name} does not have")
    held_out = subject.held_out
    return {
        "size": scalar(held_out.count()),
        "rows": sampled(subject, held_out, rows, [*features, *further]),
        "background": sampled(subject, subject.part(TRAIN), background, features),
    }
