"""Clauses of a contract that no check evaluates: silently ignored, they would look as if they held."""

from collections.abc import Iterable
from dataclasses import replace

from audit.core.contract import Contract, Rule
from audit.core.limit import Limit
from audit.core.result import Result
from audit.core.status import Status


def unevaluated(contract: Contract) -> Iterable[Result]:
    """Tell of every clause that no check evaluates: a clause that is silently ignored would look as if it held."""
    title = "Clauses that no check evaluates"
    told = [(place, Status.UNDECIDED, f"{place}: {what}; whether it holds is unknown") for place, what in contract.unevaluated]
    told += [(place, Status.SKIPPED, f"{place}: {why}") for place, why in contract.beyond_data]
    for place, status, text in told:
        yield Result("D000", title, "quality", status, text, {"clause": str(place)}, limit=Limit(source=str(place)), clauses=(str(place),))
    for rule in contract.all_rules():
        why = _why_not(rule)
        if why is None:
            continue
        where = {"column": rule.column} if rule.column else {}
        status, text = why
        yield Result(
            "D000", title, "quality", status, f"{rule.place}: {text}", {**where, "clause": str(rule.place)},
            limit=replace(rule.limit, source=str(rule.place)), clauses=(str(rule.place),),
        )  # fmt: skip


def _why_not(rule: Rule) -> tuple[Status, str] | None:
    """Return why no check evaluates a rule, or ``None`` where one does."""
    match rule.kind, rule.engine:
        case ("text", _):
            return Status.SKIPPED, f"a rule in words is for people to check: “{rule.description or rule.name}”"
        case ("custom", engine) if engine not in ("assay", "greatExpectations"):
            return Status.SKIPPED, f"this rule is for {engine or 'an engine it does not name'}; run it there"
        case _:
            return None
