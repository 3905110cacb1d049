"""The table of clauses in ``docs/exchange.md``, from what each exporter says that it can state."""

import sys
from collections.abc import Mapping
from pathlib import Path

from audit.contract.exchange import gx_suite, pandera_plan, row_schema
from audit.contract.exchange.clauses import KINDS
from audit.core.marked_page import filled

BEGIN = "<!-- begin: written by python -m audit.contract.exchange.table docs/exchange.md; do not edit by hand -->"
END = "<!-- end -->"


def round_tripped(tool: str) -> list[str]:
    """Return the kinds of clauses that go to a tool and come back.

    Parameters
    ----------
    tool : {"pandera", "gx"}
        Which tool.
    """
    cannot = {"pandera": pandera_plan.CANNOT, "gx": gx_suite.CANNOT}[tool]
    return [kind for kind in KINDS if kind not in cannot]


def clause_table() -> str:
    """Return a Markdown table of the clauses: which tool states them, and why another does not."""
    lines = ["| Clause | pandera | Great Expectations | JSON Schema |", "|---|---|---|---|"]
    for kind, written in KINDS.items():
        cells = [_cell(kind, "↔", pandera_plan), _cell(kind, "↔", gx_suite), _cell(kind, "→", row_schema)]
        lines.append(f"| {written} | {' | '.join(cells)} |")
    return "\n".join(lines)


def with_table(page: str) -> str:
    """Return a page with the table between its two markers replaced.

    Raises
    ------
    ValueError
        The markers are not there, in order.
    """
    return filled(page, BEGIN, END, clause_table())


def _cell(kind: str, sign: str, tool: object) -> str:
    cannot: Mapping[str, str] = vars(tool)["CANNOT"]
    partly: Mapping[str, str] = vars(tool)["PARTLY"]
    if kind in cannot:
        return f"– {cannot[kind]}"
    return f"{sign} {partly[kind]}" if kind in partly else sign


if __name__ == "__main__":
    file = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/exchange.md")
    file.write_text(with_table(file.read_text(encoding="utf-8")), encoding="utf-8")
