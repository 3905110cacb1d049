"""What a check found though nobody declared it: one line of evidence and one clause for each, and a warning."""

from collections.abc import Sequence
from dataclasses import replace

from audit.core.check import Findings, Suspect
from audit.core.exhibit import MAX_ROWS, Exhibit, Kind
from audit.core.limit import Limit
from audit.core.measurement import Measurement

#: What a check that looks for what nobody declared is judged by.
JUDGED = "suspect_rows"
LIMIT = Limit(high=0, blocking=False, reason="nobody promised it, so it is reported and stops nothing", source="default of Assay")


def promised(limit: Limit) -> Limit:
    """Return the limit of a contract's rule with a reason that fits a promise, where the rule gives none."""
    return replace(limit, reason="declared in the contract") if limit.reason == LIMIT.reason else limit


def findings_of(suspects: Sequence[Suspect], total: int, message: str, *, title: str, exhibits: Sequence[Exhibit] = ()) -> Findings:
    """Return findings with a measurement, a line of a table and a clause for each suspect.

    Parameters
    ----------
    suspects : sequence of Suspect
        What was found.
    total : int
        Rows that were looked at.
    message : str
        One sentence of fact.
    title : str
        Of the table.
    exhibits : sequence of Exhibit
        Further evidence.
    """
    method = "count of all rows"
    if not suspects:
        return Findings([Measurement(JUDGED, 0, "rows", {}, total, method=method)], message, exhibits)
    measurements = [Measurement(JUDGED, s.rows, "rows", {"column": s.column, "what": s.what}, total, method=method) for s in suspects]
    lines = [(s.column, s.what, s.rows, s.rows / total if total else None) for s in suspects[:MAX_ROWS]]
    table = Exhibit(Kind.TABLE, title, ("column", "what was found", "rows", "share"), lines)
    clauses = dict.fromkeys(s.clause for s in suspects if s.clause)
    return Findings(measurements, message, [table, *exhibits], proposal="\n".join(clauses), suspects=tuple(suspects))
