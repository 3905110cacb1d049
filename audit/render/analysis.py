"""One analysis in the cell of a notebook: its sentences, and its exhibits as tables, cells and branches."""

from collections.abc import Sequence

from audit.core.exhibit import Exhibit
from audit.render.branches import belongs, branches
from audit.render.grid import grid
from audit.render.heat import heat
from audit.render.html import environment


def analysis(message: str, exhibits: Sequence[Exhibit]) -> str:
    """Return a fragment of HTML that brings its own style, runs no script, fetches nothing, and suits light and dark notebooks."""
    shown = [(e, branches(e, exhibits), heat(e), grid(e)) for e in exhibits if not belongs(e, exhibits)]
    return environment().get_template("analysis.html.j2").render(message=message, shown=shown)
