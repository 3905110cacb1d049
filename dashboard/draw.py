"""Parts that several pages draw: a state, a result with its numbers, an exhibit with the table behind it."""

import re
from collections.abc import Iterable, Mapping

import pandas as pd
import streamlit as st

from audit.core.exhibit import Exhibit, Kind
from audit.core.result import Result
from audit.core.status import Status
from audit.render import wording
from audit.render.branches import belongs, branches
from audit.render.charts import chart
from audit.render.describe import describe
from audit.render.grid import grid
from audit.render.measured import measured
from audit.render.verdict import advice
from dashboard import view
from dashboard.looks import LOOKS, escaped
from dashboard.walk import walk

#: A table with more rows scrolls by itself.
TALL = 12

#: A SHA-256 is shown in two halves, as a table would cut it off rather than break it.
FINGERPRINT = re.compile("[0-9a-f]{64}")


def badge(status: Status, number: int | None = None) -> None:
    """Show a state as sign, word and colour, with how many results are in it."""
    look, word = LOOKS[status], wording.WORDS[status]
    st.badge(word if number is None else f"{number:,} {word.lower()}", icon=look.icon, color=look.colour, help=look.meaning)


def badges(counts: Mapping[Status, int]) -> None:
    """Show how many results are in each state, in one line where there is room."""
    with st.container(horizontal=True, gap="small"):
        for status, number in counts.items():
            if number:
                badge(status, number)


def title(result: Result) -> None:
    """Show the state, code, title and place of a result in one line."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        badge(result.status)
        st.markdown(f"**{escaped(view.heading(result))}**", width="content")


def to_do(result: Result) -> None:
    """Show what to do about a result, where something needs doing."""
    if result.status in view.ATTENTION:
        st.markdown(f":material/arrow_forward: **What to do:** {escaped(advice(result))}")


def table(rows: pd.DataFrame) -> None:
    """Show a table of text: a small one in full, a tall one with a scroll bar of its own."""
    if len(rows) <= TALL:
        st.table(rows.map(_cell), hide_index=True, border="horizontal")
    else:
        st.dataframe(rows, hide_index=True)


def _cell(value: object) -> str:
    text = str(value)
    if FINGERPRINT.fullmatch(text):
        return f"`{text[:32]}` `{text[32:]}`"
    return escaped(text.replace(" %", "\u00a0%"))


def facts(rows: Mapping[str, str]) -> None:
    """Show names and values as a table of two columns."""
    cells = [(f"**{escaped(name)}**", _cell(value)) for name, value in rows.items()]
    st.table(pd.DataFrame(cells, columns=["What", "Which"]), hide_index=True, hide_header=True, border="horizontal")


def result(found: Result, key: str) -> None:
    """Show a result: state, title and sentence, what to do, its exhibits, and on request its numbers and limit.

    Parameters
    ----------
    found : Result
        What to show.
    key : str
        Tells its widgets from those of all others on the page.
    """
    with st.container(border=True):
        title(found)
        st.markdown(escaped(found.message))
        to_do(found)
        _proposal(found)
        exhibits(found, key)
        parts = ["limit", *(["numbers"] if found.measurements else []), "method"]
        details = st.expander(view.sentence(wording.listed(parts)).removesuffix("."), key=f"{key}-details", on_change="rerun")
        if details.open:
            with details:
                _details(found)


def _proposal(found: Result) -> None:
    if found.proposal:
        st.markdown("**To enforce this, add to the contract:**")
        st.code(found.proposal, language="yaml")


def line(found: Result, key: str) -> None:
    """Show a result in one line that opens on request: for many results of which nothing needs doing, or that are summed up elsewhere."""
    look, word = LOOKS[found.status], wording.WORDS[found.status]
    label = f":{look.colour}-badge[{look.icon} {word}] **{escaped(view.heading(found))}** · {escaped(found.message)}"
    opened = st.expander(label, key=f"{key}-details", on_change="rerun")
    if opened.open:
        with opened:
            to_do(found)
            _details(found)
            _proposal(found)
            exhibits(found, key)


def _details(found: Result) -> None:
    st.markdown(escaped(view.limit_sentence(found)))
    if found.measurements:
        numbers = measured(found)
        table(view.frame(numbers))
        if numbers.left_out:
            st.caption(f"{numbers.left_out:,} more are in run.json.")
    _list("Advice", [found.advice] if found.status not in view.ATTENTION and found.advice else [])
    _list("Bears on", found.clauses)
    _list("Measured after", found.cites)
    _list("Parameters", [f"{name} = {value}" for name, value in found.parameters.items() if value])
    st.caption(f"{wording.WORDS[found.status]}: {LOOKS[found.status].meaning} The check took {wording.duration(found.seconds)}.")


def _list(name: str, items: Iterable[str]) -> None:
    text = "; ".join(escaped(item) for item in items)
    if text:
        st.markdown(f"**{name}:** {text}")


def exhibits(found: Result, key: str) -> None:
    """Show all exhibits of a result."""
    for number, shown in enumerate(found.exhibits):
        if belongs(shown, found.exhibits):
            continue
        exhibit(shown, f"{key}-{number}")
        roots = branches(shown, found.exhibits)
        if roots:
            walk(roots, f"{key}-{number}")


def exhibit(shown: Exhibit, key: str) -> None:
    """Show an exhibit as an interactive chart with its table on request, or as the table alone where it is no picture."""
    picture = None if shown.kind is Kind.TABLE or not shown.rows else chart(shown)
    st.markdown(f"**{escaped(shown.title)}**")
    if not shown.rows:
        st.caption("There is nothing to show.")
    elif picture is None:
        cells = grid(shown)
        table(view.exhibit_rows(shown) if cells.left_out else view.frame(cells))
    else:
        # Streamlit would squeeze axes and legend into the height that the chart sets for its marks alone.
        fitted = picture.properties(autosize={"type": "fit-x", "contains": "padding"})
        st.altair_chart(fitted, alt=describe(shown), key=f"{key}-chart")
    if shown.note:
        st.caption(escaped(shown.note))
    if picture is not None and st.toggle("Show the data behind it", key=f"{key}-table"):
        st.dataframe(view.exhibit_rows(shown), hide_index=True)
