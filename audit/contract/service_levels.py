"""Service levels of a contract: those that the data themselves can answer, and why the others are not theirs to answer."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from audit.contract.lines import FaultyClause, Path
from audit.core.errors import did_you_mean
from audit.core.written import exact

#: Names that ODCS and the periodic table of data QoS give to what is judged here.
KINDS = {"latency": "latency", "ly": "latency", "freshness": "latency", "retention": "retention", "re": "retention"}

#: Why the others are not answered by looking at the data.
ELSEWHERE = {
    **dict.fromkeys(("availability", "av"), "whether a table can be read is known from the monitoring of its server"),
    **dict.fromkeys(("throughput", "th"), "how fast data are delivered is known from the monitoring of the pipeline"),
    **dict.fromkeys(("errorrate", "er"), "how often a delivery fails is known from the monitoring of the pipeline"),
    **dict.fromkeys(("frequency", "fy"), "how often a table is updated is known from its deliveries, not from the rows of one of them; see latency"),
    "timeofavailability": "it names an hour of the clock but not which rows must be there by then; see latency",
    **dict.fromkeys(("generalavailability", "ga"), "it is a date in the life of the contract, not of the data"),
    **dict.fromkeys(("endofsupport", "es"), "it is a date in the life of the contract, not of the data"),
    **dict.fromkeys(("endoflife", "el"), "it is a date in the life of the contract, not of the data"),
    **dict.fromkeys(
        ("timetodetect", "td", "timetonotify", "tn", "timetorepair", "tr", "supporthours", "support"), "it is about people and their tools"
    ),
}

_NAMES = ("latency", "freshness", "retention", "availability", "throughput", "errorRate", "frequency", "timeOfAvailability", "generalAvailability",
          "endOfSupport", "endOfLife", "timeToDetect", "timeToNotify", "timeToRepair")  # fmt: skip

#: Lengths of periods by how they are written; ``M`` is a month, as in ISO 8601, and ``m`` a minute.
UNITS = {
    **dict.fromkeys(("s", "sec", "second", "seconds"), "seconds"),
    **dict.fromkeys(("m", "min", "minute", "minutes"), "minutes"),
    **dict.fromkeys(("h", "hr", "hour", "hours"), "hours"),
    **dict.fromkeys(("d", "day", "days"), "days"),
    **dict.fromkeys(("w", "wk", "week", "weeks"), "weeks"),
    **dict.fromkeys(("M", "mo", "month", "months"), "months"),
    **dict.fromkeys(("y", "yr", "year", "years"), "years"),
}
_ISO = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
_ISO_UNITS = ("years", "months", "weeks", "days", "hours", "minutes", "seconds")

#: A level that is judged, as (kind, amount, unit, column); or whether it is beyond the data, with the reason; or what is wrong with it.
Level = tuple[str, str, str, str] | tuple[bool, str] | FaultyClause


def service_levels(document: Mapping[str, Any], table: Mapping[str, Any], single: bool) -> Iterator[tuple[Path, Level]]:
    """Yield every entry of ``slaProperties`` with what becomes of it.

    Parameters
    ----------
    document : mapping
        The contract.
    table : mapping
        The schema object that is examined.
    single : bool
        Whether it is the only one, so that elements need not name it.

    Yields
    ------
    tuple
        The path, and ``(kind, amount, unit, column)`` with an empty column where none is named; or ``(True, reason)`` for what data cannot
        answer, ``(False, reason)`` for what is unknown; or, where an entry is wrong, the fault.
    """
    for i, entry in enumerate(document.get("slaProperties") or []):
        path = ("slaProperties", i)
        written = str(entry.get("property") or "")
        name = re.sub(r"[^a-z]", "", written.casefold())
        if name in ELSEWHERE:
            yield path, (True, f"the service level '{written}' is not judged: {ELSEWHERE[name]}")
            continue
        if name not in KINDS:
            yield (
                path,
                (False, f"the service level '{written}' is none that is known here. {did_you_mean(written, _NAMES)}"),
            )
            continue
        try:
            amount, unit = _period(entry, path)
            columns = list(_columns(entry.get("element") or document.get("slaDefaultElement"), table, single, path))
        except FaultyClause as fault:
            yield path, fault
            continue
        if not columns:
            yield path, (True, f"the service level '{written}' is about {entry.get('element')}, another table")
        for column in columns:
            yield path, (KINDS[name], amount, unit, column)


def is_judged(entry: Mapping[str, Any]) -> bool:
    """Return whether an entry of ``slaProperties`` is one that the data themselves can answer."""
    return re.sub(r"[^a-z]", "", str(entry.get("property") or "").casefold()) in KINDS


def _period(entry: Mapping[str, Any], path: Path) -> tuple[str, str]:
    value, unit = entry.get("value"), str(entry.get("unit") or "").strip()
    text = str(getattr(value, "text", value)).strip()
    iso = _ISO.fullmatch(text)
    if not unit and iso and any(iso.groups()):
        given = [(amount, name) for amount, name in zip(iso.groups(), _ISO_UNITS, strict=True) if amount]
        if len(given) == 1:
            return given[0]
    if not unit and (parts := re.fullmatch(r"([0-9.]+) *([A-Za-z]+)", text)):
        text, unit = parts.groups()
    amount = exact(text) if not isinstance(value, bool) else None
    name = UNITS.get(unit) or UNITS.get(unit.casefold())
    if amount is None or amount < 0:
        raise FaultyClause((*path, "value"), f"a period is a number from 0 with a 'unit', such as 'value: 24, unit: h'; got {value!r}")
    if name is None:
        raise FaultyClause((*path, "unit"), f"a period has a unit; got '{unit}'. {did_you_mean(unit, UNITS)}")
    if name in ("months", "years") and amount.denominator != 1:
        raise FaultyClause((*path, "value"), f"{name} are counted in whole numbers; got {text}")
    return text, name


def _columns(element: Any, table: Mapping[str, Any], single: bool, path: Path) -> Iterator[str]:
    """Yield the columns of a table that an element names; an empty one for the table as a whole."""
    names = {str(table.get(key)) for key in ("name", "physicalName", "id") if table.get(key)}
    properties: Sequence[Mapping[str, Any]] = table.get("properties") or []
    known = {str(p[key]): str(p.get("physicalName") or p["name"]) for p in properties for key in ("physicalName", "name") if p.get(key)}
    for part in str(element or "").split(","):
        owner, _, column = part.strip().rpartition(".")
        if not column or (not owner and column in names):
            yield ""
        elif owner in names or (not owner and (single or column in known)):
            if properties and column not in known:
                raise FaultyClause((*path, "element"), f"the table '{table.get('name')}' has no column '{column}'. {did_you_mean(column, known)}")
            yield known.get(column, column)
