"""A run as Markdown, for the summary page of a CI step or a comment on a change."""

import re

from audit.core.result import Result
from audit.core.run import Run
from audit.core.status import Status
from audit.render.verdict import advice, by_severity, findings, verdict
from audit.render.wording import MARKS, WORDS, clean, count, family_title, line, listed, when

#: CI servers refuse a longer step summary (GitHub: 1 MiB).
MAX_BYTES = 1_000_000


def markdown(run: Run, most: int = MAX_BYTES) -> str:
    """Return a run as GitHub-flavoured Markdown: the verdict, what to do, a table of all that is not green, and the rest folded away.

    Parameters
    ----------
    run : Run
        What is shown.
    most : int
        Number of bytes that it may take; what holds goes first, then the text is cut.
    """
    blocking, remarks = findings(run)
    head = [
        f"## {_mark(run)} {verdict(run).word}: {escaped(run.project)}",
        "",
        escaped(verdict(run).sentence),
        "",
        _examined(run),
        "",
        *_to_do(blocking or remarks),
        *_findings(blocking + remarks),
        *(f"> {escaped(notice)}\n" for notice in run.notices),
    ]
    quiet = by_severity([r for r in run.results if r.status.rank > Status.WARNED.rank])
    held = [r for r in quiet if r.status is Status.PASSED]
    rest = [*_folded("held", held), *_folded("not examined", [r for r in quiet if r.status is not Status.PASSED]), _provenance(run), ""]
    text = "\n".join([*head, *rest])
    if len(text.encode()) <= most:
        return text
    short = "\n".join([*head, f"{count(len(quiet), 'further result')}: see the report; they are too many for this page.", "", _provenance(run), ""])
    return short.encode()[:most].decode(errors="ignore")


def escaped(text: str) -> str:
    """Return a text on one line that Markdown shows as it is, in a table too."""
    return re.sub(r"([\\`*_\[\]|~#])", r"\\\1", line(text)).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def code(text: str) -> str:
    """Return a text as a code span that holds whatever the text holds, in a table too."""
    text = line(text).replace("|", "\\|")
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {text} {fence}" if longest else f"{fence}{text}{fence}"


def fenced(text: str) -> str:
    """Return a text as a block of code that holds whatever the text holds."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(longest + 1, 3)
    return f"{fence}text\n{clean(text).strip()}\n{fence}"


def _mark(run: Run) -> str:
    return {"good": "✅", "attention": "⚠️", "bad": "❌"}[verdict(run).tone]


def _examined(run: Run) -> str:
    rows = f", {run.subject.rows:,} rows" if run.subject.rows is not None else ""
    contract = f" · contract {escaped(run.contract.name)} {escaped(run.contract.version)}".rstrip() if run.contract.name else ""
    return f"`assay {line(run.verb)}` on {escaped(run.subject.name)}{rows}{contract} · {escaped(when(run.started))}"


def _to_do(results: list[Result]) -> list[str]:
    steps: dict[str, list[str]] = {}
    for result in results:
        steps.setdefault(advice(result), [])
        if result.code not in steps[advice(result)]:
            steps[advice(result)].append(result.code)
    if not steps:
        return []
    return ["### What to do", "", *(f"{i}. **{escaped(listed(codes))}** {escaped(step)}" for i, (step, codes) in enumerate(steps.items(), 1)), ""]


def _findings(results: list[Result]) -> list[str]:
    if not results:
        return []
    rows = [f"| {_state(r)} | {code(r.key)} | {escaped(r.title)} | {escaped(r.message)} |" for r in results]
    return ["### What was found", "", "| State | Check | What it examines | Finding |", "|---|---|---|---|", *rows, ""]


def _folded(what: str, results: list[Result]) -> list[str]:
    if not results:
        return []
    lines = []
    for family in dict.fromkeys(r.family for r in results):
        lines += ["", f"**{escaped(family_title(family))}**", ""]
        lines += [f"- {_state(r)} {code(r.key)} {escaped(r.title)}: {escaped(r.message)}" for r in results if r.family == family]
    return [f"<details><summary>{count(len(results), 'check')} {what}</summary>", *lines, "", "</details>", ""]


def _state(result: Result) -> str:
    return f"{MARKS[result.status]} {WORDS[result.status]}"


def _provenance(run: Run) -> str:
    data = f" · data sha256 {code(run.subject.sha256[:12])}" if run.subject.sha256 else ""
    return f"<sub>run {code(run.id)}{data}</sub>"
