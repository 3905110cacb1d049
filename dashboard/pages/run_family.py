"""All results of one family of checks, worst first, with their evidence."""

import streamlit as st

from audit.core.run import Run
from audit.core.status import Status
from audit.render import wording
from dashboard import draw, looks, view
from dashboard.looks import escaped

#: From so many results on, evidence of those that passed is drawn only on request.
MANY = 8


def page(run: Run, family: str) -> None:
    """Show the page of a family."""
    st.title(escaped(wording.family_title(family)))
    st.markdown(escaped(looks.QUESTIONS.get(family, "")))
    line = next((f for f in view.families(run) if f.family == family), None)
    if line is None:
        st.info(f"This run has no results here: it was made by 'assay {escaped(run.verb)}'. Another command may examine more.")
        return
    states, text = _filters(family, list(line.counts))
    found = view.results_of(run, family, states, text)
    draw.badges(line.counts)
    if not found:
        st.info("No result matches the filters.")
    elif len(found) < sum(line.counts.values()):
        st.caption(f"{len(found):,} of {wording.count(sum(line.counts.values()), 'result')} match the filters.")
    for number, result in enumerate(found):
        evidence = len(found) <= MANY or result.status in view.ATTENTION
        draw.result(result, f"{run.id}-{family}-{number}-{result.key}", evidence=evidence)


def _filters(family: str, states: list[Status]) -> tuple[list[Status], str]:
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    with left:
        wanted = st.pills(
            "State",
            states,
            selection_mode="multi",
            format_func=looks.state,
            key=f"states-{family}",
            help="None chosen shows all.",
        )
    with right:
        text = st.text_input("Text", key=f"text-{family}", placeholder="code, column, group or word", icon=":material/search:")
    return list(wanted), text or ""
