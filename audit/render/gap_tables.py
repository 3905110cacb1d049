"""Matrix and tables of groups as a fragment of HTML, for pages that are not the report."""

from collections.abc import Sequence

from audit.render.gap_matrix import GapMatrix, GroupTable
from audit.render.html import environment


def fragment(matrix: GapMatrix | None = None, groups: Sequence[GroupTable] = ()) -> str:
    """Return a matrix or tables of groups as a fragment of HTML that brings its own style."""
    return environment().get_template("gap_tables.html.j2").render(matrix=matrix, groups=groups)
