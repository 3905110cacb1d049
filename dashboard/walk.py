"""A tree to click through: its branches as buttons, and beside them what is known of the chosen one."""

from collections.abc import Sequence

import streamlit as st

from audit.render.branches import Branch, walked
from dashboard.looks import escaped

INDENT = "\u2003"


def walk(roots: Sequence[Branch], key: str) -> None:
    """Show the branches of a tree, and of the one that the reader chose its way, its numbers and what belongs to it.

    Parameters
    ----------
    roots : sequence of Branch
        Of the tree; at least one.
    key : str
        Tells its widgets from those of all others on the page.
    """
    every = {f"{number}": branch for number, branch in enumerate(walked(roots))}
    chosen = st.session_state.get(f"{key}-branch", "0")
    tree, told = st.columns(2, gap="medium")
    with tree, st.container(gap=None):
        for number, branch in every.items():
            step = "└ " if branch.level else ""
            text = escaped(branch.label)
            label = f"{INDENT * branch.level}{step}{f'**{text}**' if number == chosen else text} · {escaped(branch.value)}"
            st.button(label, key=f"{key}-branch-{number}", type="tertiary", on_click=_choose, args=(key, number))
    with told, st.container(border=True, key=f"{key}-told"):
        _told(every.get(chosen, roots[0]))


def _choose(key: str, number: str) -> None:
    st.session_state[f"{key}-branch"] = number


def _told(branch: Branch) -> None:
    st.markdown(f"**{escaped(branch.label)}**")
    st.markdown(escaped(branch.sentence[:1].upper() + branch.sentence[1:]).replace(" %", "\u00a0%"))
    if branch.names:
        st.caption(escaped(f"{branch.names_head}: {len(branch.names)}"))
        st.code("\n".join(branch.names), language=None, height=180, wrap_lines=True)
    elif branch.children:
        st.caption("Rows are listed at the ends of the tree.")
