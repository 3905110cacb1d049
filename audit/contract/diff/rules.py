"""Quality rules of two versions: which belong together, and what a change of one means."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from audit.contract.diff.clauses import as_clause
from audit.contract.diff.effects import LOOSER, SAME, TIGHTER, UNKNOWN, inclusion
from audit.contract.diff.ranges import admitted, within
from audit.core.contract import Rule
from audit.core.contract_diff import Effect
from audit.core.limit import Limit
from audit.core.values import texts

Pair = tuple[Rule | None, Rule | None]

#: Limits of rules that name no operator, by metric.
SILENT = {"rowCount": Limit(low=1)}
#: Parameters of our checks that are stricter where they are larger, or smaller.
STRICTER_UP = {("P003", "k"), ("P006", "l"), ("P006", "diversity")}
STRICTER_DOWN = {("P007", "t")}


def paired(old: Sequence[Rule], new: Sequence[Rule]) -> list[Pair]:
    """Return the rules of two versions side by side; those that say, without tolerance, what a clause says are left out.

    Equal ones first, then those of one name, then those of one metric or check in the order in which they stand.
    """
    left, right = [r for r in old if not as_clause(r)], [r for r in new if not as_clause(r)]
    pairs: list[Pair] = []
    for key in (_content, _named, _subject, _kind):
        for rule in list(left):
            other = next((r for r in right if key(rule) is not None and key(r) == key(rule)), None)
            if other is not None:
                left.remove(rule)
                right.remove(other)
                pairs.append((rule, other))
    return pairs + [(r, None) for r in left] + [(None, r) for r in right]


def _content(rule: Rule) -> Any:
    return (_subject(rule), _bounds(rule.limit), rule.limit.blocking)


def _named(rule: Rule) -> Any:
    return (rule.kind, rule.name) if rule.name else None


def _subject(rule: Rule) -> Any:
    if rule.kind == "custom":
        return (rule.kind, rule.engine, str(rule.implementation.get("check") or rule.implementation.get("type")), _plain(rule.implementation))
    return (rule.kind, rule.metric, rule.unit, _plain(rule.arguments), rule.query)


def _kind(rule: Rule) -> Any:
    if rule.kind == "custom":
        return (rule.kind, rule.engine, str(rule.implementation.get("check") or rule.implementation.get("type")))
    return (rule.kind, rule.metric)


def _plain(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=lambda v: getattr(v, "text", None) or str(v))


def _bounds(limit: Limit) -> tuple[Any, ...]:
    return (limit.low, limit.high, limit.exclude_low, limit.exclude_high, limit.inverse, limit.measurement)


def rule_name(rule: Rule) -> str:
    """Return what a rule is called in a list of changes."""
    if rule.kind == "custom":
        what = str(rule.implementation.get("check") or rule.implementation.get("type") or rule.engine)
        return f"rule {what}"
    return f"rule {rule.metric or rule.kind}"


def rule_text(rule: Rule) -> str:
    """Return what a rule demands, in one line."""
    what = dict(rule.implementation) if rule.kind == "custom" else dict(rule.arguments)
    parts = [f"{k} {v}" for k, v in what.items() if k not in ("check", "type")]
    parts += [" ".join(rule.query.split())] if rule.query else []
    if rule.limit.judges:
        percent = rule.limit.measurement == "failing_share"
        scaled = replace(rule.limit, low=_times(rule.limit.low, percent), high=_times(rule.limit.high, percent))
        parts.append(f"{scaled}{' %' * percent}")
    parts += [] if rule.limit.blocking else ["warns only"]
    return "; ".join(parts) or rule.description or rule.name or rule_name(rule)


def _times(value: float | None, percent: bool) -> float | None:
    return value if value is None or not percent else round(value * 100, 10)


def effect_of_rule(old: Rule | None, new: Rule | None) -> tuple[Effect, str]:
    """Return what a change of a rule means, and why."""
    if old is None or new is None:
        there = old or new
        if there is None or not _stops(there):
            return SAME, "the rule only warns, so no data were or are refused for it" if there and not there.limit.blocking else "for people to check"
        return (TIGHTER, "a rule that stops data is new") if old is None else (LOOSER, "a rule that stopped data is gone")
    if not _stops(old) and not _stops(new):
        return SAME, "the rule only warns, so no data were or are refused for it"
    if not _stops(new):
        return LOOSER, "the rule no longer stops data: it warns"
    if not _stops(old):
        return TIGHTER, "the rule used to warn, and stops data now"
    if old.kind == "library" and _kind(old) == _kind(new):
        return _library(old, new)
    if old.kind == "sql" and new.kind == "sql" and old.query == new.query:
        before, after = (admitted(r.limit, None, whole=False) for r in (old, new))
        return inclusion(within(before, after), within(after, before)), "the query is the same, what its result must be is not"
    if old.kind == "custom" and _kind(old) == _kind(new):
        return _parameters(old.implementation, new.implementation, str(old.implementation.get("check")))
    return UNKNOWN, "what the two rules share cannot be told from their text; compare them on data, with --data"


def _stops(rule: Rule) -> bool:
    return rule.limit.blocking and rule.kind != "text" and not (rule.kind == "custom" and rule.engine not in ("assay", "greatExpectations"))


def _library(old: Rule, new: Rule) -> tuple[Effect, str]:
    limit, reasons = _limits(old, new), []
    if limit != SAME:
        reasons.append("the bounds differ")
    content = SAME
    if old.arguments != new.arguments:
        content = _arguments(old, new)
        reasons.append("what counts as failing differs")
        if not (_downward(old) and _downward(new)):
            content = UNKNOWN
    return limit | content, " and ".join(reasons) or "the same, written otherwise"


def _limits(old: Rule, new: Rule) -> Effect:
    before, after = (r.limit if r.limit.judges else SILENT.get(r.metric, Limit(high=0)) for r in (old, new))
    if (before.measurement == "failing_share") != (after.measurement == "failing_share"):
        # a number of rows and a share of rows have only nought in common
        nought = Limit(high=0)
        bounds = [_numbers(limit) for limit in (before, after)]
        none = [within(b, _numbers(nought)) for b in bounds]
        any_ = [within(_numbers(nought), b) for b in bounds]
        return inclusion(True if none[0] and any_[1] else None, True if none[1] and any_[0] else None)
    first, second = _numbers(before), _numbers(after)
    return inclusion(within(first, second), within(second, first))


def _numbers(limit: Limit) -> Any:
    share = limit.measurement == "failing_share"
    return admitted(limit, 0, whole=not share, most=1 if share else None)


def _downward(rule: Rule) -> bool:
    """Return whether fewer failing rows can never break a rule that more of them kept."""
    return rule.limit.low in (None, 0) and not rule.limit.exclude_low and not rule.limit.inverse


def _arguments(old: Rule, new: Rule) -> Effect:
    effect = SAME
    for name in {*old.arguments, *new.arguments}:
        before, after = old.arguments.get(name), new.arguments.get(name)
        if before == after:
            continue
        effect |= _ARGUMENT.get(name, lambda before, after: UNKNOWN)(before, after)
    return effect


def _values(before: Any, after: Any) -> Effect:
    """Judge a list of values that are right: more of them let more data pass."""
    if before is None or after is None:
        return TIGHTER if before is None else LOOSER
    return inclusion(texts(before) <= texts(after), texts(after) <= texts(before))


def _sentinels(before: Any, after: Any) -> Effect:
    """Judge a list of values that count as missing: more of them let fewer data pass."""
    first, second = texts(before or ()), texts(after or ())
    return inclusion(second <= first, first <= second)


def _pattern(before: Any, after: Any) -> Effect:
    return TIGHTER if before is None else LOOSER if after is None else UNKNOWN


def _key(before: Any, after: Any) -> Effect:
    """Judge the columns of a key: rows that differ in fewer of them differ in all."""
    if not before or not after:
        return UNKNOWN
    return inclusion(set(before) <= set(after), set(after) <= set(before))


_ARGUMENT: Mapping[str, Callable[[Any, Any], Effect]] = {
    "validValues": _values,
    "missingValues": _sentinels,
    "pattern": _pattern,
    "properties": _key,
}


def _parameters(old: Mapping[str, Any], new: Mapping[str, Any], code: str) -> tuple[Effect, str]:
    """Judge the parameters of a custom rule: those whose direction is known, and nothing else."""
    different = [k for k in {*old, *new} if old.get(k) != new.get(k)]
    if not different:
        return SAME, "the same, written otherwise"
    effect = SAME
    for name in different:
        before, after = old.get(name), new.get(name)
        if not isinstance(before, (int, float)) or not isinstance(after, (int, float)):
            effect |= UNKNOWN
        elif (code, name) in STRICTER_UP:
            effect |= inclusion(after <= before, before <= after)
        elif (code, name) in STRICTER_DOWN:
            effect |= inclusion(before <= after, after <= before)
        else:
            effect |= UNKNOWN
    return effect, f"{', '.join(sorted(different))} {'differs' if len(different) == 1 else 'differ'}"


def changed_rules(old: Sequence[Rule], new: Sequence[Rule]) -> Iterator[Pair]:
    """Yield the pairs in which something differs that says what is checked."""
    for before, after in paired(old, new):
        if before is None or after is None or _content(before) != _content(after):
            yield before, after
