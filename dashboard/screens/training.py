"""How the models of a run were made: split, candidates, learning curves."""

import pandas as pd
import streamlit as st

from audit.core.run import Run
from audit.render import training_record, wording
from dashboard import draw, view
from dashboard.looks import escaped


def page(run: Run) -> None:
    """Show the page."""
    st.title("Training")
    if not run.training:
        st.info(f"Nothing was trained in this run: it was made by 'assay {escaped(run.verb)}'.")
        return
    chosen, metric = training_record.chosen(run), wording.plain_name(str(run.training.get("metric", "")))
    if chosen and metric:
        st.markdown(f"Chosen by {escaped(metric)} on the validation rows: **{escaped(chosen)}**. The test rows were kept for the audit.")
    candidates = pd.DataFrame(training_record.candidates(run))
    if len(candidates):
        st.subheader("Candidates")
        heads = {"name": "Model", "validation": f"{metric} on validation".strip(), "interval": "Interval", "time": "Fitting took", "chosen": "Chosen"}
        draw.table(view.without_empty_columns(candidates).rename(columns=heads))
    pictures = training_record.learning_curves(run)
    if pictures:
        st.subheader("Learning curves")
        st.caption("Loss that falls on the training rows while it rises on the validation rows is overfitting.")
    for number, picture in enumerate(pictures):
        draw.exhibit(picture, f"{run.id}-curve-{number}")
    st.subheader("How it was done")
    for name, pairs in view.grouped([("Split", training_record.split(run)), *training_record.other(run)]).items():
        if name:
            with st.expander(escaped(name)):
                draw.facts(pairs)
        else:
            draw.facts(pairs)
