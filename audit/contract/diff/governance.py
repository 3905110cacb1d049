"""Clauses about what columns mean and what may be done with them: classification, roles, retention, purpose and the like."""

from collections.abc import Iterator, Mapping
from typing import Any

from audit.contract.diff.effects import DUTIES, LOOSER, MORE_LOOKED_AT, OTHER, SAME, TIGHTER, UNKNOWN
from audit.contract.personal import declared_personal
from audit.core.contract import Column, Place
from audit.core.contract_diff import Compatibility, Effect
from audit.core.written import exact

#: Classifications from open to closed, with the words that are used for each.
LEVELS = (
    ("", "public", "none", "unclassified", "unrestricted", "open"),
    ("internal",),
    ("confidential", "sensitive", "private", "pii", "personal"),
    ("restricted", "highly confidential", "secret", "strictly confidential"),
)
#: Roles whose columns hold each row to a promise.
GOVERNING = ("consent", "consent_until", "collected", "purpose", "lawful_basis")
#: The checks that look at data by a role, or no longer do, cannot be told to fail or pass.
LESS_LOOKED_AT = Effect(Compatibility.COMPATIBLE, Compatibility.BREAKING)
NEW_USE = Effect(Compatibility.UNDECIDED, Compatibility.BREAKING)

#: What it means that a custom property came, went, or changed, with the reason.
CUSTOM: Mapping[str, tuple[Effect, Effect, Effect, str]] = {
    "positive": (MORE_LOOKED_AT, UNKNOWN, NEW_USE, "rates by group are shares of the outcome that counts as positive"),
    "task": (MORE_LOOKED_AT, UNKNOWN, NEW_USE, "classes and quantities are measured by different checks"),
    "bins": (MORE_LOOKED_AT, UNKNOWN, UNKNOWN, "groups are made by these edges, and rates are compared between them"),
    "groupReference": (MORE_LOOKED_AT, LESS_LOOKED_AT, UNKNOWN, "groups are compared with these shares"),
    "purpose": (NEW_USE, NEW_USE, NEW_USE, "what the data may be used for; rows that state purposes of their own are held to it"),
    "lawfulBasis": (MORE_LOOKED_AT, NEW_USE, NEW_USE, "the ground on which the data may be used"),
    "specialCategory": (DUTIES, MORE_LOOKED_AT, UNKNOWN, "a special category may be used under conditions only"),
    "proxyFor": (SAME, MORE_LOOKED_AT, UNKNOWN, "a known proxy is told, and judged no more"),
}


def classification_change(old: Column, new: Column) -> tuple[Effect, str] | None:
    """Return what another classification means; ``None`` where it is the same."""
    before, after = old.classification.strip().casefold(), new.classification.strip().casefold()
    if before == after:
        return None
    levels = [next((i for i, words in enumerate(LEVELS) if word in words), None) for word in (before, after)]
    if levels[0] is None or levels[1] is None:
        return UNKNOWN, "which of the two is stricter is agreed elsewhere"
    if levels[0] == levels[1]:
        return SAME, "another word for the same"
    if levels[1] > levels[0]:
        return DUTIES, "who reads the column must guard it more"
    return _undeclared(old, new), "who reads the column may guard it less"


def _undeclared(old: Column, new: Column) -> Effect:
    """Return what it means that less is said of a column: personal data that nobody declares stop the gate."""
    taken_back = declared_personal(old) is True and declared_personal(new) is None
    return MORE_LOOKED_AT if taken_back else SAME


def custom_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Yield each custom property that differs, with its value before and after; ``None`` where there is none."""
    for name in dict.fromkeys((*new, *old)):
        before, after = old.get(name), new.get(name)
        if name == "role":
            before, after = sorted(_roles(before)) or None, sorted(_roles(after)) or None
        if before != after:
            yield name, before, after


def _roles(value: Any) -> set[str]:
    return {str(v).strip().replace("-", "_").replace(" ", "_") for v in (value if isinstance(value, list) else [value] if value else [])}


def effect_of_custom(name: str, before: Any, after: Any, old: Column | None = None, new: Column | None = None) -> tuple[Effect, str]:
    """Return what a change of a custom property means, and why.

    Parameters
    ----------
    name : str
        Of the property.
    before, after : object
        Its value; ``None`` where there is none.
    old, new : Column or None
        The column it stands under.
    """
    if name == "role":
        return _role_effect(set(before or ()), set(after or ()))
    if name == "retentionDays":
        return _retention_effect(before, after)
    if name == "feature":
        kept = str(after).casefold() == "false"
        return (DUTIES, "no model may learn from it any more") if kept else (SAME, "models may learn from it now")
    if name in ("personalData", "pii") and old is not None and new is not None:
        was, is_ = declared_personal(old) is True, declared_personal(new) is True
        if was == is_:
            return (Effect(Compatibility.COMPATIBLE, Compatibility.UNDECIDED), "other personal data are declared") if is_ else (SAME, "not personal")
        return (DUTIES, "personal data are declared") if is_ else (_undeclared(old, new), "personal data are no longer declared")
    if name in CUSTOM:
        came, went, changed, why = CUSTOM[name]
        return (came if before is None else went if after is None else changed), why
    return UNKNOWN, "no check reads it; what it means is agreed elsewhere"


def _role_effect(before: set[str], after: set[str]) -> tuple[Effect, str]:
    effect = SAME
    for role in after - before:
        effect |= TIGHTER if role in GOVERNING else NEW_USE if role == "target" else MORE_LOOKED_AT
    for role in before - after:
        effect |= LOOSER if role in GOVERNING else UNKNOWN | LESS_LOOKED_AT
    came, went = ", ".join(sorted(after - before)), ", ".join(sorted(before - after))
    if any(role in GOVERNING for role in before ^ after):
        return effect, "each row is held to what this column says" if after - before else "rows are no longer held to what this column says"
    return effect, f"checks look at it as {came} now" if came else f"checks look at it as {went} no longer"


def _retention_effect(before: Any, after: Any) -> tuple[Effect, str]:
    first, second = exact(before), exact(after)
    if before is None:
        return OTHER, "rows past the period stop the gate, and will be gone"
    if after is None:
        return LOOSER, "no row is too old any more"
    if first is None or second is None:
        return UNKNOWN, "a number of days is expected"
    if second < first:
        return OTHER, "rows must go earlier: they stop the gate, and readers lose them"
    return LOOSER, "rows are kept longer than was promised"


def place_of(column: Column, name: str, after: Any) -> Place:
    """Return where a custom property stands, or the column where it stands no more."""
    return column.place(name if after is not None else "")
