"""What a run rests on: data, contract, roles, versions, files."""

from pathlib import Path

import pandas as pd
import streamlit as st

from audit.core.run import Run
from audit.store import RUN_FILE, RunEntry
from dashboard import draw, view

REPORT_FILE = "report.html"


def page(run: Run, entry: RunEntry) -> None:
    """Show the page."""
    st.title("Provenance")
    st.markdown("What this run rests on. With the same data, contract, seed and versions it gives the same numbers again.")
    with st.container(horizontal=True):
        _download(entry.path / REPORT_FILE, "Download the report", "text/html")
        _download(entry.path / RUN_FILE, "Download the numbers (JSON)", "application/json")
    draw.facts(view.provenance_rows(run))
    roles = view.role_rows(run)
    if roles:
        st.subheader("What the columns mean")
        draw.facts(roles)
    if run.environment:
        st.subheader("Versions")
        draw.table(pd.DataFrame(list(run.environment.items()), columns=["Package", "Version"]))
    if run.artefacts:
        st.subheader("Files of this run")
        st.caption("With the SHA-256 each had when it was written.")
        draw.table(pd.DataFrame(list(run.artefacts.items()), columns=["File", "SHA-256"]))


def _download(file: Path, label: str, mime: str) -> None:
    if file.is_file():
        name = f"{file.parent.name}-{file.name}"
        st.download_button(label, file.read_bytes, name, mime, icon=":material/download:", on_click="ignore")
