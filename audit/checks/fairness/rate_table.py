"""All rates of all groups in one table, as a reviewer reads them."""

from audit.checks.fairness.grouped import Grouped
from audit.core.exhibit import Exhibit, Kind
from audit.core.measurement import Measurement, Scalar
from audit.core.wording import counted, percent

#: Columns of the table, and what heads them.
SHOWN = {
    "base_rate": "base rate",
    "selection_rate": "selection rate",
    "true_positive_rate": "true-positive rate",
    "false_positive_rate": "false-positive rate",
    "positive_predictive_value": "positive predictive value",
    "negative_predictive_value": "negative predictive value",
    "accuracy": "accuracy",
}


def rate_table(groups: Grouped) -> Exhibit:
    """Return the rates of groups, each with its interval and its rows; all rows together come last."""
    missing = "(missing)"
    rows: list[list[Scalar]] = [[*groups.where(i, missing).values(), int(groups.cells[i].sum())] for i in range(len(groups.names))]
    rows.append([*("all" for _ in groups.attributes), int(groups.cells.sum())])
    for rate in SHOWN:
        by_group, everyone = groups.counted(rate), groups.everyone.counted(rate)
        measured = [*(by_group.measured(i, {}) for i in range(len(groups.names))), everyone.measured(0, {})]
        for row, one in zip(rows, measured, strict=True):
            row.append(_written(one))
    names = ["rows", *SHOWN.values()]
    attributes = [f"{a} (attribute)" if a in names else a for a in groups.attributes]
    return Exhibit(
        Kind.TABLE, f"Rates by {' and '.join(groups.attributes)}", (*attributes, *names), rows,
        note=f"Each rate with its 95 % interval and the rows it is counted among; {counted(len(groups.names), 'group')}.",
    )  # fmt: skip


def _written(measured: Measurement) -> str:
    if measured.value is None or measured.interval is None:
        return "not estimable (n = 0)"
    low, high = (percent(end) for end in measured.interval)
    return f"{percent(float(measured.value))} ({low.removesuffix(' %')} to {high}; n = {measured.n:,})"
