"""How the models of a run were made: split, candidates, learning curves."""

import streamlit as st

from audit.core.run import Run
from audit.render import wording
from dashboard import draw, learning
from dashboard.looks import escaped


def page(run: Run) -> None:
    """Show the page."""
    st.title("Training")
    record = run.training
    if not record:
        st.info(f"Nothing was trained in this run: it was made by 'assay {escaped(run.verb)}'.")
        return
    chosen, metric = wording.plain_name(str(record.get("chosen", ""))), wording.plain_name(str(record.get("metric", "")))
    st.markdown(f"Chosen by {escaped(metric)} on the validation rows: **{escaped(chosen)}**. The test rows were used once, for the audit.")
    candidates, parts = learning.candidate_rows(record), learning.split_rows(record)
    if len(candidates):
        st.subheader("Candidates")
        draw.table(candidates)
    if len(parts):
        st.subheader("Split")
        draw.table(parts)
    pictures = learning.curves(record)
    if pictures:
        st.subheader("Learning curves")
    for number, picture in enumerate(pictures):
        draw.exhibit(picture, f"{run.id}-curve-{number}")
    facts = learning.fact_rows(record)
    if facts:
        st.subheader("How it was done")
        draw.facts(facts)
