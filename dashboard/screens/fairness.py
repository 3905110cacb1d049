"""Fairness as a reviewer reads it: the state in a sentence, definition by attribute, the groups, what is undecided, and then every finding."""

import re

import streamlit as st

from audit.core.result import Result
from audit.core.run import Run
from audit.core.status import Status
from audit.render import wording
from audit.render.gap_matrix import GapMatrix, gap_matrix, group_tables, missing_rows, state_of
from audit.render.gap_tables import fragment
from dashboard import draw, looks, view
from dashboard.looks import escaped
from dashboard.screens import family

NAME = "fairness"

#: Checks that say which definitions of fairness exclude each other on these data.
CONFLICTS = ("F012",)

#: More open questions than this are folded; the matrix says how many rows each needs.
FEW = 6

BOXES = {Status.ERROR: st.error, Status.FAILED: st.error, Status.UNDECIDED: st.warning, Status.WARNED: st.warning, Status.PASSED: st.success}


def page(run: Run) -> None:
    """Show the page."""
    results = view.results_of(run, NAME)
    matrix = gap_matrix(sorted(results, key=lambda r: r.code), anchor)
    if not matrix.definitions:
        family.page(run, NAME)
        return
    st.title(escaped(wording.family_title(NAME)))
    st.markdown(escaped(looks.QUESTIONS[NAME]))
    _state(matrix, results)
    st.html(fragment(matrix))
    st.caption(
        "A gap is the highest rate minus the lowest; its interval allows for all groups and all gaps looked at. Each state leads to its finding."
    )
    _undecided(matrix)
    _conflicts(results)
    _groups(results)
    _missing(results)
    st.subheader("All findings")
    family.findings(run, NAME, anchor)


def anchor(result: Result) -> str:
    """Return the name of the place where a result stands on the page."""
    return "finding-" + re.sub(r"[^a-z0-9]+", "-", result.key.lower()).strip("-")


def _state(matrix: GapMatrix, results: list[Result]) -> None:
    states = [c.result.status for c in matrix.cells if c.result.status.evaluated]
    worst = min(states, key=lambda s: s.rank) if states else Status.ERROR
    BOXES[worst](escaped(state_of(matrix)), icon=looks.LOOKS[worst].icon)
    draw.badges({s: sum(r.status is s for r in results) for s in Status})


def _undecided(matrix: GapMatrix) -> None:
    open_questions = [c.result for c in matrix.cells if c.result.status is Status.UNDECIDED]
    if not open_questions:
        return
    st.subheader("What these rows cannot decide")
    shown = st.container() if len(open_questions) <= FEW else st.expander(f"All {len(open_questions):,} of them")
    lines = [f"- [{escaped(view.heading(r))}](#{anchor(r)}): {escaped(view.sentence(view.deciding(r.message)))}" for r in open_questions]
    shown.markdown("\n".join(lines))


def _conflicts(results: list[Result]) -> None:
    found = [r for r in results if r.code in CONFLICTS and r.status.evaluated]
    if found:
        st.subheader("Which definitions conflict here")
    for result in found:
        st.markdown(f"**{escaped(result.place)}** {escaped(result.message)} [{result.code}](#{anchor(result)})")


def _groups(results: list[Result]) -> None:
    tables = group_tables(sorted(results, key=lambda r: r.code))
    if tables:
        st.subheader("The groups")
        st.html(fragment(groups=tables))


def _missing(results: list[Result]) -> None:
    found = missing_rows(results)
    if found:
        st.info(escaped(f"Counted, and left out where they cannot be: {wording.listed(found)}."), icon=":material/rule:")
