"""The verdict on a run, what to do first, and the way to everything else."""

from collections.abc import Mapping

import streamlit as st
from streamlit.navigation.page import Page

from audit.core.result import Result
from audit.core.run import Run
from audit.render import wording
from audit.render.verdict import findings, verdict
from dashboard import draw, looks, view
from dashboard.looks import escaped

BOXES = {"bad": st.error, "attention": st.warning, "good": st.success}


def page(run: Run, links: Mapping[str, Page]) -> None:
    """Show the page.

    Parameters
    ----------
    run : Run
        What to show.
    links : mapping of str to Page
        All pages by the last part of their address.
    """
    st.title(escaped(run.subject.name or run.project))
    st.caption(escaped(f"{looks.command(run)}, {wording.when(run.started)}"))
    said = verdict(run)
    BOXES[said.tone](escaped(said.sentence), title=escaped(said.word), icon=looks.TONES[said.tone].icon)
    draw.badges(run.counts)
    first, then = findings(run)
    _cards("What to do first", first, links, advice=True)
    _cards("Then have a look at" if first else "Worth a look", then, links, advice=False)
    _families(run, links)
    for notice in run.notices:
        st.info(escaped(notice), icon=":material/info:")
    rows = view.provenance_rows(run)
    st.caption(escaped(f"Data: {rows['Data']}. Contract: {rows['Contract']}."))


def _cards(heading: str, results: list[Result], links: Mapping[str, Page], *, advice: bool) -> None:
    if results:
        st.subheader(heading)
    for result in results:
        with st.container(border=True):
            draw.title(result)
            st.markdown(escaped(result.message))
            if advice:
                draw.to_do(result)
            _link(result.family, links, f"{'Evidence' if advice else 'Evidence and advice'}: {wording.family_title(result.family)}")


def _families(run: Run, links: Mapping[str, Page]) -> None:
    st.subheader("What was examined")
    st.caption(
        f"{wording.count(len(run.results), 'check')} in {wording.count(len(run.families), 'family', 'families')}, each with a page of its own."
    )
    with st.container(border=True, gap="xsmall"):
        for line in view.families(run):
            name, question, states = st.columns([4, 8, 7], vertical_alignment="center")
            with name:
                _link(line.family, links, f"**{escaped(line.title)}**")
            question.caption(escaped(line.question))
            with states:
                draw.badges(line.counts)


def _link(family: str, links: Mapping[str, Page], label: str) -> None:
    st.page_link(links[family], label=label, icon=":material/chevron_right:", query_params=st.query_params.to_dict())
