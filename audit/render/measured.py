"""The measurements of a result as a table of texts."""

from collections.abc import Mapping

from audit.core.measurement import Measurement
from audit.core.result import Result
from audit.render.figures import bound, interval, judged, number, unit
from audit.render.grid import Grid
from audit.render.wording import clean, listed, plain_name

#: Measurements that are listed on a page; run.json has them all.
SHOWN = 60


def measured(result: Result) -> Grid:
    """Return the measurements of a result as texts: what is judged is marked, columns that would be empty are left out.

    A measurement is said to be somewhere only where that differs from the place of the result, and the level of the intervals stands in the heading
    where all have the same.
    """
    shown = list(result.measurements)[:SHOWN]
    levels = {m.level for m in shown if m.interval is not None}
    level = levels.pop() if len(levels) == 1 else None
    columns: list[tuple[str, bool, list[str]]] = [
        ("Measured", False, [_name(m, result) for m in shown]),
        ("Where", False, ["" if dict(m.where) == dict(result.where) else _where(m.where) for m in shown]),
        ("Value", True, [number(m.value, unit(m)) for m in shown]),
        (f"{bound(level, 'share')} interval" if level else "Interval", True, [_interval(m, said=level is not None) for m in shown]),
        ("Rows", True, ["" if m.n is None else number(m.n) for m in shown]),
    ]
    kept = [c for c in columns if any(c[2])]
    marked = frozenset(i for i, m in enumerate(shown) if m.name == judged(result))
    return Grid(
        heads=[head for head, _, _ in kept],
        numeric=[is_number for _, is_number, _ in kept],
        rows=[list(row) for row in zip(*(cells for _, _, cells in kept), strict=True)],
        left_out=len(result.measurements) - len(shown),
        marked=marked,
    )


def methods(result: Result) -> list[tuple[str, str]]:
    """Return how the numbers were computed: the names of the measurements that share a method, and the method."""
    by_method: dict[str, list[str]] = {}
    for m in result.measurements:
        names = by_method.setdefault(clean(m.method), [])
        if plain_name(m.name) not in names:
            names.append(plain_name(m.name))
    return [(listed(names), method) for method, names in by_method.items() if method]


def _name(measurement: Measurement, result: Result) -> str:
    return plain_name(measurement.name) + (" (judged)" if measurement.name == judged(result) else "")


def _where(where: Mapping[str, str]) -> str:
    return ", ".join(f"{clean(name)} = {clean(value)}" for name, value in where.items())


def _interval(measurement: Measurement, *, said: bool) -> str:
    if measurement.interval is None:
        return ""
    level = "" if said or measurement.level is None else f" ({bound(measurement.level, 'share')})"
    return interval(measurement.interval, unit(measurement)) + level
