"""Labels and predictions by class, whatever types their columns have, as counts of group × label × prediction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audit.checks.plain import null_if_missing
from audit.core.ask import Ask, Rows, rows
from audit.core.bins import position
from audit.core.errors import DataError, NotApplicable
from audit.core.measurement import Measurement
from audit.core.roles import MAX_CLASSES as MAX_CLASSES
from audit.core.subject import Subject
from audit.core.values import as_text

#: A column with more groups than this is to be binned before rates by group say anything.
MAX_GROUPS = 50
#: More cells than this come only from a column that is no class and no group.
MAX_CELLS = 20_000
#: What rows without a group are called.
MISSING = "(missing)"
IF_A_SCORE = "If it is a score, name it under 'roles: score' and name the predicted classes under 'roles: prediction'"


def cell_counts(subject: Subject, prediction: str | Sequence[str], group: str = "") -> Ask:
    """Ask for the counts of (group ×) label × prediction(s) on the held-out rows.

    Returns
    -------
    Ask
        Rows of ``(group, label, prediction, …, n)``, values as text, missing ones ``None``.
    """
    table = subject.held_out
    predictions = [prediction] if isinstance(prediction, str) else list(prediction)
    wanted = {"group": group} if group else {}
    wanted |= {"label": subject.need_classes(), **{f"prediction{i or ''}": p for i, p in enumerate(predictions)}}
    columns = {name: subject.group(column, table) if name == "group" else null_if_missing(table[column]) for name, column in wanted.items()}
    raw = table.select(**columns)
    counted = raw.group_by(list(wanted)).aggregate(n=raw.count())
    # grouped first, turned into text afterwards: text is slow to group by
    return rows(counted.select(**{name: as_text(counted[name]) for name in wanted}, n=counted["n"]).limit(MAX_CELLS + 1))


def label_counts(subject: Subject) -> Ask:
    """Ask which labels the whole table has."""
    table = subject.table.select(label=null_if_missing(subject.table[subject.need_classes()]))
    counted = table.group_by("label").aggregate(n=table.count())
    return rows(counted.select(label=as_text(counted["label"]), n=counted["n"]).limit(MAX_CLASSES + 2))


@dataclass(frozen=True)
class Outcomes:
    """The classes of a target, and how values of label and prediction columns are matched to them.

    ``1``, ``1.0`` and ``true`` are one class, whichever of them a column holds.

    Parameters
    ----------
    names : dict of str to str
        Classes of the target in order, by key, as the label column writes them; of a binary target the positive one comes last.
    positive : str or None
        Key of the positive class.
    """

    names: dict[str, str]
    positive: str | None

    @classmethod
    def of(cls, subject: Subject, labels: Rows) -> "Outcomes":
        """Read the classes of a subject's target.

        Raises
        ------
        NotApplicable
            There are none, or too many to be classes.
        """
        target = subject.need("target")
        numeric = subject.table[target].type().is_numeric()
        names = {key(row["label"], numeric): row["label"] for row in labels if row["label"] is not None}
        if not names:
            raise NotApplicable(f"the target '{target}' has no value in any row; give the rows their outcomes")
        if len(names) > MAX_CLASSES:
            raise NotApplicable(
                f"the target '{target}' has more than {MAX_CLASSES} different values, too many for classes; gather the rare ones in one"
            )
        positive = None if subject.roles.positive is None else key(subject.roles.positive, numeric)
        order = sorted(names, key=lambda k: (k == positive, *_order(k)))
        return cls({k: k if numeric else names[k] for k in order}, positive)

    @property
    def positive_name(self) -> str:
        """The positive class as the label column writes it."""
        return self.names.get(self.positive or "", self.positive or "")


def key(text: str, numeric: bool) -> str:
    """Return what a value is matched by: ``1``, ``1.0`` and ``true`` give ``1``."""
    if text.casefold() in ("true", "false"):
        return "1" if text.casefold() == "true" else "0"
    if not numeric:
        return text
    try:
        return str(int(text))
    except ValueError:
        number = float(text)
        return str(int(number)) if number.is_integer() else repr(number)


def _order(text: str) -> tuple[float, str]:
    try:
        return float(text), text
    except ValueError:
        return float("inf"), text


@dataclass(frozen=True)
class Confusion:
    """Counts of label × prediction.

    Parameters
    ----------
    labels, predictions : tuple of str
        Keys of the classes; predictions that are no class of the target come last.
    counts : ndarray of int, shape (labels, predictions)
        Rows that have both.
    unlabelled : ndarray of int, shape (predictions,)
        Rows that have a prediction and no label.
    missing_labels, missing_predictions : int
        Rows without a label, and rows without a prediction.
    """

    labels: tuple[str, ...]
    predictions: tuple[str, ...]
    counts: NDArray[np.int64]
    unlabelled: NDArray[np.int64]
    missing_labels: int
    missing_predictions: int

    @property
    def n(self) -> int:
        """Rows that have a label and a prediction."""
        return int(self.counts.sum())

    @property
    def rows(self) -> int:
        """All rows, those without a label or a prediction included."""
        return self.n + self.missing_predictions + int(self.unlabelled.sum())

    @property
    def unknown(self) -> tuple[str, ...]:
        """Predicted values that are no class of the target."""
        return self.predictions[len(self.labels) :]

    @property
    def right(self) -> int:
        """Rows predicted right."""
        return int(np.trace(self.counts))

    def selected(self, positive: str) -> tuple[int, int]:
        """Return how many rows are predicted positive, and how many have a prediction, labelled or not."""
        column = [prediction == positive for prediction in self.predictions]
        totals = self.counts.sum(axis=0) + self.unlabelled
        return int(totals[column].sum()), int(totals.sum())

    def cells(self, positive: str) -> tuple[int, int, int, int]:
        """Return true positives, false positives, false negatives and all others."""
        row = [label == positive for label in self.labels]
        column = [prediction == positive for prediction in self.predictions]
        tp = int(self.counts[row][:, column].sum())
        fp = int(self.counts[:, column].sum()) - tp
        fn = int(self.counts[row].sum()) - tp
        return tp, fp, fn, self.n - tp - fp - fn


def whole(groups: Mapping[str | None, Confusion]) -> Confusion:
    """Return the table of all groups together."""
    parts = list(groups.values())
    return Confusion(
        parts[0].labels,
        parts[0].predictions,
        np.sum([p.counts for p in parts], axis=0, dtype=np.int64),
        np.sum([p.unlabelled for p in parts], axis=0, dtype=np.int64),
        sum(p.missing_labels for p in parts),
        sum(p.missing_predictions for p in parts),
    )


def left_out(table: Confusion) -> list[Measurement]:
    """Return how many rows have no label and how many no prediction, where there are any."""
    found = (("missing_labels", table.missing_labels), ("missing_predictions", table.missing_predictions))
    return [Measurement(name, value, "rows", {}, table.rows, method="count of all rows") for name, value in found if value]


def by_group(subject: Subject, prediction: str, outcomes: Outcomes, counted: Rows) -> dict[str | None, Confusion]:
    """Turn the counts of one prediction column into a table of label × prediction for each group.

    Rows without a group, or asked for without groups, come under ``None``.

    Raises
    ------
    NotApplicable
        No row has a label and a prediction.
    DataError
        The predictions are no classes, or none is a class of the target.
    """
    target = subject.need("target")
    numeric = {c: subject.table[c].type().is_numeric() for c in (target, prediction)}
    if len(counted) > MAX_CELLS:
        raise DataError(f"'{prediction}' has thousands of different values, so it holds no predicted classes. {IF_A_SCORE}")
    cells: list[tuple[str | None, str | None, str | None, int]] = []
    for row in counted:
        label = None if row["label"] is None else key(row["label"], numeric[target])
        predicted = None if row["prediction"] is None else key(row["prediction"], numeric[prediction])
        cells.append((row.get("group"), label, predicted, int(row["n"])))
    both = [(label, predicted) for _, label, predicted, _ in cells if label is not None and predicted is not None]
    if not both:
        raise NotApplicable(f"no held-out row has both a label in '{target}' and a prediction in '{prediction}'; check the two columns under 'roles'")
    unknown = unknown_predictions(target, prediction, outcomes, {p for _, _, p, _ in cells if p is not None})
    labels, predictions = tuple(outcomes.names), (*outcomes.names, *unknown)
    row_of, column_of = ({k: i for i, k in enumerate(keys)} for keys in (labels, predictions))
    # the last row and the last column take what is missing
    tables: dict[str | None, NDArray[np.int64]] = {}
    for group, label, predicted, n in cells:
        table = tables.setdefault(group, np.zeros((len(labels) + 1, len(predictions) + 1), dtype=np.int64))
        table[-1 if label is None else row_of[label], -1 if predicted is None else column_of[predicted]] += n
    ordered = sorted(tables.items(), key=lambda item: (item[0] is None, position(item[0] or ""), item[0] or ""))
    return {g: Confusion(labels, predictions, t[:-1, :-1], t[-1, :-1], int(t[-1].sum()), int(t[:, -1].sum())) for g, t in ordered}


def unknown_predictions(target: str, prediction: str, outcomes: Outcomes, seen: Collection[str]) -> list[str]:
    """Return the keys of predictions that are no class of the target, in order.

    Raises
    ------
    DataError
        None of the predictions is a class of the target, or very many are not.
    """
    unknown = sorted((p for p in seen if p not in outcomes.names), key=_order)
    if len(unknown) == len(seen):
        raise DataError(
            f"no prediction in '{prediction}' is a class of '{target}': got {', '.join(unknown[:5])}, expected {', '.join(outcomes.names)}. "
            "Write predictions as the labels are written"
        )
    if len(unknown) > MAX_CLASSES:
        raise DataError(f"'{prediction}' has {len(unknown):,} different values that are no class of '{target}'. {IF_A_SCORE}")
    return unknown
