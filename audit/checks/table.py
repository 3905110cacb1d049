"""The table of all checks in ``docs/checks/README.md``, written from the classes: ``python -m audit.checks.table docs/checks/README.md``."""

import sys
from pathlib import Path

from audit.checks import discover
from audit.core.check import Check
from audit.core.marked_page import filled
from audit.core.wording import anchor

BEGIN = "<!-- begin: written by 'make docs' from the classes under audit/checks; do not edit by hand -->"
END = "<!-- end -->"


def check_table() -> str:
    """Return a Markdown table of the checks that ship with Assay: code, title, what is judged, default limit, what a broken limit does."""
    head = ["| Code | What it examines | Judged by | Default limit | Where it is broken |", "|---|---|---|---|---|"]
    own = [check for check in discover().values() if check.__module__.startswith("audit.checks.")]
    return "\n".join([*head, *(_row(check) for check in own)])


def with_table(page: str) -> str:
    """Return a page with the table between its two markers replaced.

    Raises
    ------
    ValueError
        The markers are not there, in order.
    """
    return filled(page, BEGIN, END, check_table())


def _row(check: type[Check]) -> str:
    limit = check.limit
    effect = ("stops the run" if limit.blocking else "warns") if limit.judges else "reported only"
    link = f"[{check.code}]({check.family}.md#{anchor(check.code, check.title)})"
    judged = (limit.measurement or check.judged).replace("_", " ")
    return f"| {link} | {check.title} | {judged} | {limit} | {effect} |"


if __name__ == "__main__":
    file = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/checks/README.md")
    file.write_text(with_table(file.read_text(encoding="utf-8")), encoding="utf-8")
