"""What stands where there is no run to show."""

from pathlib import Path

import streamlit as st

from dashboard.looks import escaped
from dashboard.shelf import Stored


def page(root: Path) -> None:
    """Say that there is no run, and how to make one."""
    st.title("No runs yet")
    st.markdown(f"There is no finished run in `{root.resolve()}`. Make one from a terminal:")
    st.code(
        "assay gate assay.yaml     # is the data what its contract says?\n"
        "assay run assay.yaml      # gate, training, audit of the model\n"
        f"assay dashboard --reports {root.resolve()}",
        language="shell",
    )
    st.markdown("A run is a folder `<project>/<run>/run.json` in there; as soon as there is one, reload this page.")
    st.caption("Runs are somewhere else? Name their folder with `assay dashboard --reports DIR`.")


def unreadable(stored: Stored) -> None:
    """Say why a run cannot be read, and what to do."""
    st.title("This run cannot be read")
    st.error(escaped(stored.problem), icon=":material/broken_image:", title="Unreadable")
    st.markdown(f"Its folder is `{stored.entry.path}`. Choose another run on the left, restore `run.json` from a copy, or make the run again.")
