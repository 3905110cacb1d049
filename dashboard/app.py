"""The dashboard: ``streamlit run dashboard/app.py -- --reports DIR``, or ``assay dashboard``."""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import Page

from audit.core.run import Run
from audit.core.status import Status
from audit.render import wording
from audit.store import RunEntry
from dashboard import looks, shelf, view
from dashboard.screens import compare, fairness, family, no_run, overview, provenance, runs, training

#: A file of ours: a Material symbol would be fetched from a server of Google's.
ICON = Path(__file__).with_name("icon.svg")

#: So many runs are offered in the sidebar; the page of all runs has the rest.
OFFERED = 50

#: Pixels that the page and the sidebar are wide, where there is room.
WIDTH = 1040
SIDEBAR = 330

UNREADABLE = ":material/broken_image:"


def main() -> None:
    """Choose a run and show the page that the reader is on."""
    st.set_page_config(page_title="Assay", page_icon=str(ICON), layout="wide", initial_sidebar_state=SIDEBAR)
    root = shelf.reports_folder(sys.argv[1:])
    entries = shelf.entries(root)
    if not entries:
        st.navigation([_page("overview", "Assay", "", partial(no_run.page, root))], position="hidden").run()
        return
    entry = _choose(root, entries)
    links = _pages(root, entries, shelf.read(root, entry))
    current = st.navigation(list(links.values()), position="hidden")
    _sidebar(links)
    if st.session_state.pop("opened", False):
        st.switch_page(links["overview"])
    with st.container(width=WIDTH):
        current.run()


def _choose(root: Path, entries: list[RunEntry]) -> RunEntry:
    """Return the run that the reader chose in the sidebar, or that the address names, or else the newest."""
    state = st.session_state
    named = next((e for e in entries if e.id == st.query_params.get("run")), entries[0])
    projects = sorted({e.project for e in entries})
    if state.get("project") not in projects:
        _remember(named)
    with st.sidebar:
        st.markdown("## :material/verified: Assay")
        if len(projects) > 1:
            st.selectbox("Project", projects, key="project")
        offered = [e for e in entries if e.project == state["project"]]
        by_id = {e.id: e for e in offered}
        if state.get("run") not in by_id:
            state["run"] = offered[0].id
        ids = [e.id for e in offered[:OFFERED]]
        ids += [] if state["run"] in ids else [state["run"]]
        st.selectbox("Run", ids, key="run", format_func=lambda i: shelf.label(shelf.read(root, by_id[i])))
        if state["run"] != offered[0].id:
            st.caption(":material/history: There is a newer run of this project.")
    if st.query_params.get("run") != state["run"]:
        st.query_params["run"] = state["run"]
    return by_id[state["run"]]


def _remember(entry: RunEntry) -> None:
    st.session_state["project"], st.session_state["run"] = entry.project, entry.id


def _open(entry: RunEntry) -> None:
    _remember(entry)
    st.session_state["opened"] = True


def _pages(root: Path, entries: list[RunEntry], stored: shelf.Stored) -> dict[str, Page]:
    """Return all pages by the last part of their address, in the order in which they are listed."""
    run = stored.run
    pages: dict[str, Page] = {}
    if run is None:
        sorry = partial(no_run.unreadable, stored)
        for name in ("overview", *looks.QUESTIONS, "training", "provenance", "compare"):
            pages[name] = _page(name, wording.family_title(name), UNREADABLE, sorry, listed=name == "overview")
    else:
        same = [e for e in entries if e.project == stored.entry.project]
        pages["overview"] = _page("overview", "Overview", ":material/home:", partial(overview.page, run, pages))
        pages |= _families(run)
        pages["training"] = _page("training", "Training", ":material/model_training:", partial(training.page, run), listed=bool(run.training))
        pages["provenance"] = _page("provenance", "Provenance", ":material/fingerprint:", partial(provenance.page, run, stored.entry))
        pages["compare"] = _page("compare", "Compare two runs", ":material/compare_arrows:", partial(compare.page, root, same, run))
    pages["runs"] = _page("runs", "All runs", ":material/list:", partial(runs.page, root, entries, _open))
    return pages


def _families(run: Run) -> dict[str, Page]:
    """Return a page for each family of checks; those without results are not listed but keep their address."""
    lines = {line.family: line for line in view.families(run)}
    pages = {}
    for name in dict.fromkeys([*looks.QUESTIONS, *lines]):
        status = lines[name].status if name in lines else Status.SKIPPED
        show = partial(fairness.page, run) if name == fairness.NAME else partial(family.page, run, name)
        pages[name] = _page(name, wording.family_title(name), looks.LOOKS[status].icon, show, listed=name in lines)
    return pages


def _page(name: str, title: str, icon: str, show: Callable[[], None], *, listed: bool = True) -> Page:
    return st.Page(show, title=title, icon=icon or None, url_path=name, default=name == "overview", visibility="visible" if listed else "hidden")


def _sidebar(links: dict[str, Page]) -> None:
    groups = {"": ["overview"], "Results": [n for n in links if n not in ("overview", "training", "provenance", "compare", "runs")]}
    groups |= {"Background": ["training", "provenance"], "Other runs": ["compare", "runs"]}
    for heading, names in groups.items():
        shown = [links[n] for n in names if n in links and links[n].visibility == "visible"]
        if heading and shown:
            st.sidebar.caption(heading)
        for link in shown:
            st.sidebar.page_link(link, query_params=st.query_params.to_dict())


main()
