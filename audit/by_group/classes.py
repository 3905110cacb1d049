"""Classes of outcomes, whatever types the columns have that hold labels and predictions."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from audit.by_group.given import Columns, said
from audit.checks.outcomes import key
from audit.core.bins import position
from audit.core.errors import DataError, UsageError, did_you_mean
from audit.core.wording import counted, listed
from audit.stats.decision_rates import ABSENT, NEGATIVE, POSITIVE


@dataclass(frozen=True)
class Classes:
    """How values of the label and prediction columns are told apart: ``1``, ``1.0`` and ``true`` are one class, whichever column holds them.

    Parameters
    ----------
    positive, positive_name : str
        Key of the positive outcome, and how it is written; empty where there are scores alone.
    numeric : dict of str to bool
        Whether the column of a part holds numbers.
    notices : tuple of str
        What is odd about the classes.
    """

    positive: str
    positive_name: str
    numeric: dict[str, bool]
    notices: tuple[str, ...]

    @classmethod
    def of(cls, found: list[dict[str, Any]], columns: Columns, numeric: dict[str, bool]) -> "Classes":
        """Read the classes from counted rows.

        Parameters
        ----------
        found : list of dict
            Rows with ``n``, and with ``label`` and ``prediction`` as text.
        columns : Columns
            What was counted.
        numeric : dict of str to bool
            Whether the column of a part holds numbers.

        Raises
        ------
        DataError
            A part has no value, or no prediction is a class of the labels.
        UsageError
            The positive outcome is unknown or cannot be told.
        """
        names: dict[str, dict[str, str]] = {
            part: {key(row[part], is_number): row[part] for row in found if row[part] is not None} for part, is_number in numeric.items()
        }
        for part, values in names.items():
            if not values:
                raise DataError(f"{said((columns.label if part == 'label' else columns.prediction) or '')} has no value in any row")
        everything = {**names.get("prediction", {}), **names.get("label", {})}
        of_labels = names.get("label") or everything
        unknown = sorted(set(names.get("prediction", {})) - set(of_labels))
        if unknown and len(unknown) == len(names["prediction"]):
            raise DataError(
                f"no prediction is a class of the labels: predicted are {listed(map(repr, unknown), 5)}, "
                f"labels are {listed(map(repr, of_labels), 5)}. Write predictions as the labels are written"
            )
        positive = _positive(everything, of_labels, columns.positive, any(numeric.values()))
        notices = []
        if unknown:
            rows = sum(row["n"] for row in found if row["prediction"] is not None and key(row["prediction"], numeric["prediction"]) in unknown)
            has, what = "has" if rows == 1 else "have", "counts as not positive" if positive not in unknown else "is no class of the labels"
            notices.append(f"{counted(rows, 'row')} {has} a prediction that no label has: {listed(unknown, 5)}; it {what}.")
        if len(everything) > 2:
            notices.append(f"There are {len(everything)} classes; everything here is about '{everything[positive]}' against all others together.")
        return cls(positive, everything.get(positive, ""), numeric, tuple(notices))

    def place(self, row: dict[str, Any], part: str) -> int:
        """Return the position on an axis of the cells to which the label or the prediction of a counted row belongs."""
        if row.get(part) is None:
            return ABSENT
        return POSITIVE if key(row[part], self.numeric[part]) == self.positive else NEGATIVE


def _positive(everything: dict[str, str], of_labels: dict[str, str], given: Any, numeric: bool) -> str:
    """Return the key of the positive outcome: the one that was named, or the larger of two."""
    if given is not None:
        wanted = str(given).lower() if isinstance(given, (bool, np.bool_)) else str(given)
        for candidate in dict.fromkeys([key(wanted, numeric and _is_number(wanted)), wanted]):
            if candidate in everything:
                return candidate
        raise UsageError(f"positive={given!r} is no class of the labels or predictions. {did_you_mean(wanted, everything.values())}")
    if not everything:
        return ""  # scores alone
    order = sorted(everything, key=lambda k: (position(k), k))
    if len(of_labels) > 2 or len(order) > 2:
        raise UsageError(f"name the class that counts as the positive outcome, such as positive={order[-1]!r}: there are {listed(map(repr, order))}")
    if len(order) == 1 and order[0] not in ("0", "1"):
        raise UsageError(f"there is one class only, {order[0]!r}: name the class that counts as the positive outcome with 'positive'")
    if order == ["0"]:
        everything["1"] = "1"
        return "1"
    return order[-1]


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
