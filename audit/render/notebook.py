"""A run in the cell of a notebook: the verdict, the findings, and the rest folded."""

from audit.core.run import Run
from audit.render.html import environment
from audit.render.verdict import by_severity, findings, verdict

#: Findings that are shown at once; the rest is folded.
SHOWN = 10


def notebook(run: Run) -> str:
    """Return a run as a fragment of HTML that brings its own style, runs no script, fetches nothing, and suits light and dark notebooks."""
    blocking, remarks = findings(run)
    found = [*blocking, *remarks]
    others = [r for r in by_severity(list(run.results)) if r not in found]
    template = environment().get_template("notebook.html.j2")
    return template.render(run=run, verdict=verdict(run), found=found[:SHOWN], more=found[SHOWN:], others=others, blocking=len(blocking))
