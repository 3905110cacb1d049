"""Every stored run with its verdict, newest first."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from audit.render import wording
from audit.render.verdict import verdict
from audit.store import RunEntry
from dashboard import looks, shelf
from dashboard.looks import Colour, escaped

AT_ONCE = 25


def page(root: Path, entries: list[RunEntry], choose: Callable[[RunEntry], None]) -> None:
    """Show the page.

    Parameters
    ----------
    root : Path
        The store.
    entries : list of RunEntry
        Its runs, newest first.
    choose : callable
        Called with the run that the reader opens.
    """
    st.title("All runs")
    st.caption(escaped(f"{wording.count(len(entries), 'run')} in {root.resolve()}"))
    projects = sorted({e.project for e in entries})
    wanted = st.pills("Project", projects, selection_mode="multi", key="runs-projects") if len(projects) > 1 else []
    matching = [e for e in entries if not wanted or e.project in wanted]
    shown = st.session_state.get("runs-shown", AT_ONCE)
    for entry in matching[:shown]:
        _card(shelf.read(root, entry), choose)
    if len(matching) > shown:
        st.button(f"Show more ({len(matching) - shown:,} left)", on_click=_show_more, args=(shown,))


def _show_more(shown: int) -> None:
    st.session_state["runs-shown"] = shown + AT_ONCE


def _card(stored: shelf.Stored, choose: Callable[[RunEntry], None]) -> None:
    entry, run = stored.entry, stored.run
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        with st.container(width="stretch"):
            if run is None:
                _heading("Unreadable", ":material/broken_image:", "red", f"{entry.project} · {entry.id}")
                st.markdown(escaped(stored.problem))
            else:
                look = looks.tone(run)
                _heading(verdict(run).word, look.icon, look.colour, f"{run.project} · {wording.when(run.started)}")
                st.markdown(escaped(f"{looks.command(run)}. {verdict(run).sentence}"))
        if run is not None:
            st.button("Open", key=f"open-{entry.project}-{entry.id}", on_click=choose, args=(entry,), icon=":material/open_in_full:")


def _heading(word: str, icon: str, colour: Colour, text: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge(escaped(word), icon=icon, color=colour)
        st.markdown(f"**{escaped(text)}**", width="content")
