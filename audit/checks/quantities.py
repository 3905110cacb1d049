"""Labels and predictions that are quantities: held-out rows as numbers, and how many of them cannot be compared."""

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from audit.core.ask import Answers, Ask, scalar
from audit.core.check import missing
from audit.core.errors import DataError, NotApplicable
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.wording import counted

#: Numbers that are not smaller than this count as infinite: their sixth powers are.
LARGEST = 1e50
#: What a row may lack, with what is said of it.
LACKING = {
    "missing_labels": "no label",
    "missing_predictions": "no prediction",
    "infinite_labels": "an infinite label",
    "infinite_predictions": "an infinite prediction",
}


def predicted(subject: Subject, attribute: str = "") -> ir.Table:
    """Return the held-out rows of a regression.

    Parameters
    ----------
    subject : Subject
        With a target that is a quantity.
    attribute : str
        Its groups go along as ``group``.

    Returns
    -------
    ibis table
        ``label`` and ``prediction`` as they are; ``y``, ``p`` and ``error`` (p - y), null unless both are finite numbers.

    Raises
    ------
    DataError
        The predictions are no numbers.
    """
    target, prediction = subject.need_quantity(), subject.need("prediction")
    table = subject.held_out
    kind = table[prediction].type()
    if not kind.is_numeric():
        raise DataError(
            f"the prediction column '{prediction}' is of type {kind}; expected numbers, since the target '{target}' is a quantity. "
            "If the values of the target are classes, say so under 'roles: task: classification'"
        )
    group = {"group": subject.group(attribute, table)} if attribute else {}
    plain = table.select(label=table[target].cast("float64"), prediction=table[prediction].cast("float64"), **group)
    nothing = ibis.null("float64")
    known = _finite(plain["label"]) & _finite(plain["prediction"])
    paired = plain.mutate(y=ibis.ifelse(known, plain["label"], nothing), p=ibis.ifelse(known, plain["prediction"], nothing))
    return paired.mutate(error=paired["p"] - paired["y"])


def _finite(column: ir.FloatingColumn) -> ir.BooleanValue:
    return ~missing(column) & ~_infinite(column)


def _infinite(column: ir.FloatingColumn) -> ir.BooleanValue:
    return ~missing(column) & (column.abs() >= LARGEST)


def ask_counts(table: ir.Table) -> dict[str, Ask]:
    """Ask how many rows :func:`predicted` has, how many can be compared, and what the others lack."""
    label, prediction = table["label"], table["prediction"]
    lacking = {
        "missing_labels": missing(label),
        "missing_predictions": missing(prediction),
        "infinite_labels": _infinite(label),
        "infinite_predictions": _infinite(prediction),
    }
    return {"rows": scalar(table.count()), "n": scalar(table["error"].count()), **{k: scalar(table.count(where=v)) for k, v in lacking.items()}}


def read_counts(subject: Subject, answers: Answers) -> dict[str, int]:
    """Return the answers to :func:`ask_counts`.

    Raises
    ------
    NotApplicable
        No row has both numbers.
    """
    counts = {name: int(answers.scalar(name) or 0) for name in ("rows", "n", *LACKING)}
    if not counts["n"]:
        raise NotApplicable(
            f"no held-out row has both a finite number in '{subject.need('target')}' and one in '{subject.need('prediction')}'; "
            "check the two columns under 'roles'"
        )
    return counts


def left_out(counts: Mapping[str, int]) -> list[Measurement]:
    """Return how many rows cannot be compared, where there are any."""
    return [Measurement(name, counts[name], "rows", {}, counts["rows"], method="count of all rows") for name in LACKING if counts[name]]


def left_out_in_words(counts: Mapping[str, int]) -> str:
    """Return a sentence on the rows that cannot be compared, with a space before it; nothing where there are none."""
    parts = [f"{counted(counts[name], 'row has', 'rows have')} {what}" for name, what in LACKING.items() if counts[name]]
    return f" Left out: {', '.join(parts)}." if parts else ""


def observed(subject: Subject, n: int) -> str:
    """Return what rows were measured, in words."""
    if subject.roles.split:
        return counted(n, "held-out row")
    return f"{counted(n, 'row')} (no split is recorded, so the model may have learnt from them)"
