"""Clauses about the values of a column: what each admits, and what a change of it means."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from fractions import Fraction
from typing import Any

from audit.contract.diff.effects import LOOSER, OTHER, SAME, TIGHTER, UNKNOWN, inclusion
from audit.contract.diff.ranges import Interval
from audit.core.contract import Column, Place, Rule
from audit.core.contract_diff import Effect
from audit.core.values import texts
from audit.core.written import exact

#: Types all of whose values are values of another type, as the gate sees it.
NARROWER = {("integer", "number"), ("map", "object"), ("array", "vector"), ("vector", "array")}
BOUNDS = ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum")
NUMERIC = ("integer", "number")
#: Options that no comparison of texts can decide; those that no check reads among them.
OPAQUE = ("pattern", "format", "timezone", "defaultTimezone", "minProperties", "maxProperties", "elementType", "normalized",
          "distanceMetric", "embeddingModel", "embeddingModelVersion")  # fmt: skip
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Clause:
    """One clause of a column, wherever and in whichever notation it is written.

    Parameters
    ----------
    name : str
        What it is called.
    value : object
        What it admits, in a form that can be compared.
    shown : str
        As people write it.
    place : Place
        Where it stands.
    part : Column
        The column with this clause alone.
    """

    name: str
    value: Any
    shown: str
    place: Place
    part: Column


def clauses_of(column: Column) -> Iterator[Clause]:
    """Yield the clauses about a column's values, except its key and its rules with a tolerance."""
    bare = Column(column.name, column.lines, column.file, column.logical_type)
    if column.logical_type:
        yield Clause("logicalType", column.logical_type, column.logical_type, column.place("logicalType"), bare)
    required = _requires(column)
    if required is not None:
        yield Clause("required", True, "true", required, replace(bare, required=True))
    options = column.options
    bounds = {k: options[k] for k in BOUNDS if options.get(k) is not None}
    if bounds:
        yield Clause("range", bounds, _written(bounds), column.place(next(iter(bounds))), replace(bare, options={**bounds, **_zone(options)}))
    for names, name in ((("minLength", "maxLength"), "length"), (("minItems", "maxItems"), "items"), (("dimensions",), "dimensions")):
        own = {k: options[k] for k in names if options.get(k) is not None}
        if own:
            yield Clause(name, own, _written(own), column.place(next(iter(own))), replace(bare, options=own))
    for name in ("multipleOf", *OPAQUE):
        if options.get(name) is not None:
            yield Clause(name, options[name], str(options[name]), column.place(name), replace(bare, options={name: options[name]}))
    if options.get("required") is not None:  # of objects, not to be taken for the column's own
        yield Clause("required properties", options["required"], str(options["required"]), column.place("logicalTypeOptions"), bare)
    if options.get("uniqueItems"):
        yield Clause("uniqueItems", True, "true", column.place("uniqueItems"), replace(bare, options={"uniqueItems": True}))
    listed = list(_listed(column, bare))
    if listed:
        values, place, part = listed[0]
        for more, _, _ in listed[1:]:  # a value has to be in every list
            values = [v for v in values if texts([v]) <= texts(more)]
        yield Clause("allowed values", frozenset(texts(values)), ", ".join(sorted(texts(values))), place, part)


def as_clause(rule: Rule) -> bool:
    """Return whether a rule says, without tolerance, what a clause of the column says as well."""
    strict = rule.limit.blocking and rule.limit.high == 0 and not (rule.limit.inverse or rule.limit.exclude_high)
    lists = rule.metric == "invalidValues" and bool(rule.arguments.get("validValues")) and not rule.arguments.get("pattern")
    return rule.kind == "library" and strict and bool(rule.column) and (rule.metric in ("nullValues", "duplicateValues") or lists)


def _requires(column: Column) -> Place | None:
    if column.required:
        return column.place("required")
    if column.primary_key:
        return column.place("primaryKey")
    return next((r.place for r in column.rules if r.metric == "nullValues" and as_clause(r)), None)


def _listed(column: Column, bare: Column) -> Iterator[tuple[list[Any], Place, Column]]:
    if column.enum:
        yield list(column.enum), column.place("enum"), replace(bare, enum=column.enum)
    for rule in column.rules:
        if rule.metric == "invalidValues" and as_clause(rule):
            yield list(rule.arguments["validValues"]), rule.place, replace(bare, rules=(rule,))


def _zone(options: Mapping[str, Any]) -> dict[str, Any]:
    return {"defaultTimezone": options["defaultTimezone"]} if options.get("defaultTimezone") else {}


def _written(options: Mapping[str, Any]) -> str:
    return ", ".join(f"{k} {v}" for k, v in options.items())


def effect_of(name: str, old: Clause | None, new: Clause | None) -> tuple[Effect, str]:
    """Return what a change of a clause means, and why.

    Parameters
    ----------
    name : str
        Of the clause.
    old, new : Clause or None
        Before and after; ``None`` where there is none.
    """
    if name == "format" and (sizes := _sizes(old, new)):
        return inclusion(sizes[0] <= sizes[1], sizes[1] <= sizes[0]), "whole numbers of another size are accepted"
    if name in ("pattern", "format"):
        if old is None or new is None:
            return _there(old, new)
        return UNKNOWN, "which texts two forms share cannot be decided in general; compare them on data, with --data"
    if name in OPAQUE or name == "required properties":
        return UNKNOWN, "no check reads it, or it changes how others are read"
    if name in ("required", "uniqueItems"):
        return _there(old, new)
    effect = _COMPARED[name](old, new)
    return effect, _REASONS[name][(effect.producers.value, effect.consumers.value)]


def _sizes(old: Clause | None, new: Clause | None) -> tuple[Interval, Interval] | None:
    """Return the whole numbers that formats such as ``i16`` and ``u8`` hold."""
    found = []
    for clause in (old, new):
        size = re.fullmatch(r"([iu])(8|16|32|64|128)", str(clause.value)) if clause else None
        if clause and not size:
            return None
        bits = int(size[2]) if size else 0
        low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if size and size[1] == "i" else (0, 2**bits - 1)
        found.append(Interval(Fraction(low), Fraction(high)) if size else Interval())
    return found[0], found[1]


def _there(old: Clause | None, new: Clause | None) -> tuple[Effect, str]:
    if new is None:
        return LOOSER, "no longer promised"
    return (TIGHTER, "promised from now on") if old is None else (SAME, "the same")


def _type_effect(old: Clause | None, new: Clause | None) -> Effect:
    if old is None or new is None:
        return TIGHTER if old is None else LOOSER
    return inclusion((old.value, new.value) in NARROWER, (new.value, old.value) in NARROWER)


def _range_effect(old: Clause | None, new: Clause | None) -> Effect:
    zones = {str(c.part.options.get("defaultTimezone") or "") for c in (old, new) if c}
    before, after = _interval(old), _interval(new)
    if before is None or after is None or len(zones) > 1:
        return UNKNOWN
    return inclusion(before <= after, after <= before)


def _interval(clause: Clause | None) -> Interval | None:
    """Return the numbers, or microseconds, between the bounds of a range; ``None`` where they cannot be compared."""
    if clause is None:
        return Interval()
    found = Interval()
    for name, value in clause.value.items():
        end, open_ = _number(value), name.startswith("exclusive")
        if end is None:
            return None
        if name.endswith("inimum") and (found.low is None or end > found.low or (end == found.low and open_)):
            found = replace(found, low=end, above=open_)
        if name.endswith("aximum") and (found.high is None or end < found.high or (end == found.high and open_)):
            found = replace(found, high=end, below=open_)
    return found.whole() if clause.part.logical_type == "integer" else found


def _number(value: Any) -> Fraction | None:
    number = exact(value)
    if number is not None:
        return number
    try:
        at = time.fromisoformat(str(value))
    except ValueError:
        pass
    else:
        if at.tzinfo is None:
            return Fraction(((at.hour * 60 + at.minute) * 60 + at.second) * 10**6 + at.microsecond)
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    span = moment - EPOCH
    return Fraction((span.days * 86_400 + span.seconds) * 10**6 + span.microseconds)


def _length_effect(old: Clause | None, new: Clause | None) -> Effect:
    before, after = (_lengths(c.value) if c else Interval(Fraction(0)) for c in (old, new))
    return inclusion(before <= after, after <= before)


def _lengths(options: Mapping[str, Any]) -> Interval:
    same = options.get("dimensions")
    low = next((v for k, v in options.items() if k.startswith("min")), same)
    high = next((v for k, v in options.items() if k.startswith("max")), same)
    return Interval(Fraction(low or 0), None if high is None else Fraction(high))


def _step_effect(old: Clause | None, new: Clause | None) -> Effect:
    if old is None or new is None:
        return TIGHTER if old is None else LOOSER
    before, after = exact(old.value), exact(new.value)
    if not before or not after:
        return UNKNOWN
    return inclusion((before / after).denominator == 1, (after / before).denominator == 1)


def _allowed_effect(old: Clause | None, new: Clause | None) -> Effect:
    if old is None or new is None:
        return TIGHTER if old is None else LOOSER
    kinds = {c.part.logical_type for c in (old, new)}
    readings: list[Callable[[Iterable[Any]], set[Any]]] = []
    if kinds - set(NUMERIC):
        readings.append(texts)
    if kinds & {*NUMERIC, ""}:
        readings.append(_exact_values)
    effect = SAME
    for read in readings:
        before, after = read(old.value), read(new.value)
        effect |= inclusion(before <= after, after <= before)
    return effect


def _exact_values(values: Iterable[Any]) -> set[Any]:
    return {number for v in values if (number := exact(v)) is not None}


_COMPARED: dict[str, Callable[[Clause | None, Clause | None], Effect]] = {
    "logicalType": _type_effect,
    "range": _range_effect,
    "length": _length_effect,
    "items": _length_effect,
    "dimensions": _length_effect,
    "multipleOf": _step_effect,
    "allowed values": _allowed_effect,
}


def _reasons(tighter: str, looser: str, other: str) -> dict[tuple[str, str], str]:
    effects = ((TIGHTER, tighter), (LOOSER, looser), (OTHER, other), (SAME, "the same, written otherwise"))
    told = {(effect.producers.value, effect.consumers.value): text for effect, text in effects}
    return told | {("undecided", "undecided"): "the two cannot be compared by their text; compare them on data, with --data"}


_REASONS = {
    "logicalType": _reasons("fewer types are accepted", "more types are accepted", "another type"),
    "range": _reasons("values that were inside may be outside", "values that were outside may come", "the range moved"),
    "length": _reasons("fewer lengths are accepted", "more lengths are accepted", "other lengths are accepted"),
    "items": _reasons("fewer lengths are accepted", "more lengths are accepted", "other lengths are accepted"),
    "dimensions": _reasons("fewer lengths are accepted", "more lengths are accepted", "other lengths are accepted"),
    "multipleOf": _reasons("fewer numbers are multiples", "more numbers are multiples", "other numbers are multiples"),
    "allowed values": _reasons("values that were allowed no longer are", "values may come that were not allowed", "some values came, others went"),
}
