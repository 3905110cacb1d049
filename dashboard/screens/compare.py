"""What changed from another run to the one that is open."""

from pathlib import Path

import streamlit as st

from audit.core.run import Run
from audit.render import wording
from audit.render.verdict import verdict
from audit.store import RunEntry
from dashboard import comparison, draw, looks, shelf
from dashboard.looks import escaped


def page(root: Path, entries: list[RunEntry], run: Run) -> None:
    """Show the page.

    Parameters
    ----------
    root : Path
        The store.
    entries : list of RunEntry
        Runs that may be compared with, newest first.
    run : Run
        The open run.
    """
    st.title("Compare two runs")
    others = [e for e in entries if e.id != run.id and not e.problem]
    if not others:
        st.info(f"The project {escaped(run.project)} has only this run. Make another one, and this page shows what changed.")
        return
    earlier = [e for e in others if e.id < run.id]
    start = others.index(earlier[0]) if earlier else 0
    chosen = st.selectbox(
        "Compare the open run with", others, index=start, format_func=lambda e: shelf.label(shelf.read(root, e)), key=f"with-{run.id}"
    )
    other = shelf.read(root, chosen)
    if other.run is None:
        st.error(f"That run cannot be read: {escaped(other.problem)}", icon=":material/broken_image:")
        return
    before, after = sorted((other.run, run), key=lambda r: r.id)
    _verdicts(before, after, run)
    _changes(comparison.compare(before, after))


def _verdicts(before: Run, after: Run, opened: Run) -> None:
    for column, name, one in zip(st.columns(2), ("Before", "Now"), (before, after), strict=True):
        with column, st.container(border=True):
            look, said = looks.tone(one), verdict(one)
            st.caption(name + (" (the open run)" if one is opened else ""))
            st.badge(escaped(said.word), icon=look.icon, color=look.colour)
            st.markdown(f"**{escaped(wording.when(one.started))}**")
            st.markdown(escaped(said.sentence))


def _changes(found: comparison.Comparison) -> None:
    if found.different:
        st.info(f"The two runs do not share {escaped(', '.join(found.different))}.", icon=":material/info:")
    else:
        st.caption("Both runs rest on the same data, contract, policy, seed and packages.")
    worse = sum(c.direction == "worse" for c in found.changed)
    st.markdown(
        f"Got worse: **{worse:,}** · got better: **{len(found.changed) - worse:,}** · same state: **{found.unchanged:,}** · "
        f"new: **{len(found.new):,}** · gone: **{len(found.vanished):,}**"
    )
    if found.changed:
        st.subheader("Changed state")
        draw.table(comparison.change_rows(found.changed))
    if found.moved:
        st.subheader("Moved numbers")
        st.caption("Where the intervals overlap, the move may be chance; where they lie apart, it hardly is.")
        draw.table(comparison.move_rows(found.moved))
    for title, results in (("New checks", found.new), ("Checks that are gone", found.vanished)):
        if results:
            st.subheader(title)
            draw.table(comparison.result_rows(results))
