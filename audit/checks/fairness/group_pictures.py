"""What is predicted for groups, as bars, and the gaps between them, as a table."""

from collections.abc import Mapping, Sequence

from audit.checks.rate import bar
from audit.core.exhibit import Exhibit, Kind
from audit.core.measurement import Measurement, Scalar
from audit.stats.range_of_means import RangeOfMeans
from audit.stats.range_of_rates import RangeOfRates


def bars(name: str, axis: str, found: Sequence[Measurement], attribute: str, overall: float | None) -> Exhibit:
    """Return a metric by group, with the one of all rows across."""
    return Exhibit(
        Kind.BARS, f"{name.capitalize()} by {attribute}", ("label", "value", "low", "high", "n"), [bar(m.where[attribute], m) for m in found], axis,
        attribute, overall, "" if overall is None else "all rows", note="With each group's own 95 % interval.",
    )  # fmt: skip


def levels(labels: Sequence[Measurement], predictions: Sequence[Measurement], attribute: str) -> Exhibit:
    """Return the mean label beside the mean prediction of each group."""
    shown = [bar(m.where[attribute], m, series) for series, found in (("label", labels), ("prediction", predictions)) for m in found]
    return Exhibit(
        Kind.BARS, f"Mean label and mean prediction by {attribute}", ("label", "value", "low", "high", "n", "series"), shown, "mean", attribute,
        note="Where labels differ between groups, predictions can be right for all or alike for all, not both.",
    )  # fmt: skip


def table(gaps: Mapping[str, RangeOfMeans | RangeOfRates | None], names: Sequence[str]) -> Exhibit:
    """Return gaps with their intervals and the groups between which they lie."""
    shown: list[tuple[Scalar, ...]] = [
        (name, gap.value, *gap.interval, names[gap.lowest], names[gap.highest], gap.p_value) for name, gap in gaps.items() if gap is not None
    ]
    return Exhibit(
        Kind.TABLE, "Gaps between groups", ("metric", "gap", "low", "high", "lowest group", "highest group", "p if all groups were alike"), shown,
        note="Intervals hold for all pairs of groups and all looks of the run at once.",
    )  # fmt: skip
