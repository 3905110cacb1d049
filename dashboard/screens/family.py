"""All results of one family of checks, worst first, with their evidence."""

from collections.abc import Callable

import streamlit as st

from audit.core.result import Result
from audit.core.run import Run
from audit.core.status import Status
from audit.render import wording
from dashboard import draw, looks, view
from dashboard.looks import escaped

#: Where there are more results than this, those of which nothing needs doing take one line each.
MANY = 8

#: Fewer results need no filters.
FEW = 4


def page(run: Run, family: str) -> None:
    """Show the page of a family."""
    st.title(escaped(wording.family_title(family)))
    st.markdown(escaped(looks.QUESTIONS.get(family, "")))
    findings(run, family)


def findings(run: Run, family: str, anchor: Callable[[Result], str] | None = None) -> None:
    """Show all results of a family, with filters where there are many.

    Parameters
    ----------
    run : Run
        Where they are.
    family : str
        Its name.
    anchor : callable, optional
        Gives the name of the place where a result stands, for links that lead to it from a summary; many results then take one line each, whatever
        their state.
    """
    line = next((f for f in view.families(run) if f.family == family), None)
    if line is None:
        st.info(f"This run has no results here: it was made by 'assay {escaped(run.verb)}'. Another command may examine more.")
        return
    total = sum(line.counts.values())
    states: list[Status] = []
    text = ""
    if total < FEW:
        draw.badges(line.counts)
    else:
        states, text = _filters(line)
    found = view.results_of(run, family, states, text)
    if not found:
        st.info("No result matches the filters.")
    elif len(found) < total:
        st.caption(f"{len(found):,} of {wording.count(total, 'result')} match the filters.")
    for number, result in enumerate(found):
        if anchor is not None:
            st.html(f'<span id="{anchor(result)}"></span>')
        whole = len(found) <= MANY or (result.status in view.ATTENTION and anchor is None)
        show = draw.result if whole else draw.line
        show(result, f"{run.id}-{family}-{number}-{result.key}")


def _filters(line: view.FamilyLine) -> tuple[list[Status], str]:
    left, right = st.columns([3, 2])
    with left:
        wanted = st.pills(
            "Show only",
            list(line.counts),
            selection_mode="multi",
            format_func=lambda status: f"{looks.state(status)} ({line.counts[status]:,})",
            key=f"states-{line.family}",
        )
    with right:
        text = st.text_input("Search", key=f"text-{line.family}", placeholder="code, column, group or word", icon=":material/search:")
    return list(wanted), text or ""
