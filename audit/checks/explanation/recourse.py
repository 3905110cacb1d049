"""Whether the rows of some groups have farther to go to the wanted answer than those of others."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from audit.checks.explanation.at_hand import groups_of
from audit.checks.rate import LEVEL, bar, rate
from audit.core.exhibit import Exhibit, Kind
from audit.core.measurement import Measurement
from audit.core.wording import counted, points
from audit.stats.rates import difference_interval
from audit.stats.welch import mean_interval, welch_interval

if TYPE_CHECKING:
    from audit.engines.counterfactuals import Found

#: Rows with a counterfactual that a group, and all others, must have to be compared; groups of an attribute at most.
ENOUGH, MOST_GROUPS = 10, 10
HOW = "mean distance of the group's counterfactuals less that of all others; Welch's interval, allowing for all groups"


@dataclass(frozen=True)
class Recourse:
    """What the groups of one attribute would have to change.

    Parameters
    ----------
    measurements : sequence of Measurement
        Share found and mean distance by group, and differences to the others.
    exhibits : sequence of Exhibit
        Distances by group.
    sentence : str
        What a reader is told; empty where no group could be compared.
    """

    measurements: Sequence[Measurement]
    exhibits: Sequence[Exhibit]
    sentence: str


def recourse_by_group(found: "Found", rows: pd.DataFrame, attributes: Mapping[str, str], model: str) -> list[Recourse]:
    """Compare the groups of each attribute.

    Parameters
    ----------
    found : Found
        The counterfactuals.
    rows : pandas.DataFrame
        The same rows with the attributes.
    attributes : mapping of str to str
        Sensitive attributes, with the columns that hold their groups; those with more than ten groups are left out.
    model : str
        Its name.
    """
    return [r for a, name in attributes.items() if (r := _of_attribute(found, rows[name], a, model)) is not None]


def _of_attribute(found: "Found", column: pd.Series, attribute: str, model: str) -> Recourse | None:
    members = groups_of(column, 1, MOST_GROUPS)
    if not members:
        return None
    known = column.notna().to_numpy(dtype=bool)
    large = {g: m for g, m in members.items() if min(int((m & found.found).sum()), int((known & ~m & found.found).sum())) >= ENOUGH}
    # of two groups one comparison says all
    compared = dict(list(large.items())[:1]) if len(members) == 2 else large
    measurements: list[Measurement] = []
    for group, member in members.items():
        where = {"model": model, attribute: group}
        distance = found.distance[member & found.found]
        measurements.append(rate("counterfactual_found", int(found.found[member].sum()), int(member.sum()), where))
        measurements.append(_mean(distance, where))
    level = 1 - (1 - LEVEL) / max(len(compared), 1)
    gaps = [_gap(found, member, known, {"model": model, attribute: group}, level) for group, member in compared.items()]
    shares = [_share_gap(found, member, known, {"model": model, attribute: group}, level) for group, member in compared.items()]
    sentence = _sentence(gaps, attribute, members, known, found) + _share_sentence(shares, attribute)
    return Recourse([*measurements, *gaps, *shares], list(_bars(measurements, attribute)), sentence)


def _mean(distance: np.ndarray, where: dict[str, str]) -> Measurement:
    band = mean_interval(distance, LEVEL)
    if band is None:
        return Measurement(
            "counterfactual_distance", None, "deviations", where, len(distance), method="not estimable: fewer than two counterfactuals"
        )
    return Measurement("counterfactual_distance", float(distance.mean()), "deviations", where, len(distance), band, LEVEL, "mean; Student's interval")


def _gap(found: "Found", member: np.ndarray, known: np.ndarray, where: dict[str, str], level: float) -> Measurement:
    own, others = found.distance[member & found.found], found.distance[known & ~member & found.found]
    return Measurement(
        "counterfactual_distance_difference", float(own.mean() - others.mean()), "deviations", where, len(own) + len(others),
        welch_interval(own, others, level), level, HOW,
    )  # fmt: skip


def _share_gap(found: "Found", member: np.ndarray, known: np.ndarray, where: dict[str, str], level: float) -> Measurement:
    others = known & ~member
    counts = (int(found.found[member].sum()), int(member.sum()), int(found.found[others].sum()), int(others.sum()))
    difference = counts[0] / counts[1] - counts[2] / counts[3]
    how = "share of the group with a counterfactual less that of all others; square-and-add of exact intervals, allowing for all groups"
    return Measurement(
        "counterfactual_found_difference", difference, "share", where, counts[1] + counts[3], difference_interval(*counts, level), level, how
    )


def _share_sentence(shares: Sequence[Measurement], attribute: str) -> str:
    clear = [s for s in shares if s.interval and (s.interval[0] > 0 or s.interval[1] < 0)]
    said = [(s.where[attribute], points(abs(s.value or 0)), "more" if (s.value or 0) > 0 else "less") for s in clear[:3]]
    return "".join(f" For {attribute} = {group} a change is found {size} points {way} often." for group, size, way in said)


def _bars(measurements: Sequence[Measurement], attribute: str) -> Iterator[Exhibit]:
    lines = [bar(m.where[attribute], m) for m in measurements if m.name == "counterfactual_distance" and m.value is not None]
    if len(lines) > 1:
        note = "Mean over the rows with a counterfactual, with 95 % interval: numbers by their median absolute deviation, another category counts 1."
        yield Exhibit(
            Kind.BARS, f"How far it is to the wanted answer, by {attribute}", ("label", "value", "low", "high", "n"), lines, "distance", note=note
        )


def _sentence(gaps: Sequence[Measurement], attribute: str, members: dict[str, np.ndarray], known: np.ndarray, found: "Found") -> str:
    if not gaps:
        small = min(int((m & found.found).sum()) for m in members.values())
        return f"Groups of '{attribute}' are not compared: one has {counted(small, 'counterfactual')}, and {ENOUGH} are needed."
    clear = [g for g in gaps if g.interval and (g.interval[0] > 0 or g.interval[1] < 0)]
    if not clear:
        low, high = gaps[0].interval or (0.0, 0.0)
        wide = f" (a difference of {low:.2f} to {high:.2f} for {gaps[0].where[attribute]})" if len(gaps) == 1 else ""
        return f"No group of '{attribute}' clearly has farther to go than the others{wide}."
    parts = []
    for gap in clear[:3]:
        member = members[gap.where[attribute]]
        own, others = found.distance[member & found.found].mean(), found.distance[known & ~member & found.found].mean()
        low, high = gap.interval or (0.0, 0.0)
        way = "farther" if own > others else "less far"
        parts.append(
            f"Rows with {attribute} = {gap.where[attribute]} have {way} to go than the others: {own:.2f} against {others:.2f} deviations "
            f"(difference {low:.2f} to {high:.2f})."
        )
    return " ".join(parts)
