"""A run on one screen of a terminal."""

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from audit.core.result import Result
from audit.core.run import Run
from audit.core.status import Status
from audit.render.verdict import by_severity, findings, verdict
from audit.render.wording import MARKS, WORDS, clean, line

#: Lines for findings in all.
ROOM = 9

_STYLES: dict[Status, str] = {
    Status.ERROR: "bold magenta",
    Status.FAILED: "bold red",
    Status.UNDECIDED: "bold blue",
    Status.WARNED: "bold yellow",
    Status.PASSED: "green",
    Status.NOT_APPLICABLE: "dim",
    Status.SKIPPED: "dim",
}
_TONES = {"good": "bold green", "attention": "bold yellow", "bad": "bold red"}


class Summary:
    """The verdict, the counts and the worst findings of a run, as something that rich prints: at most fifteen lines.

    Texts are shown as they are: what looks like markup in a column name stays a column name, and control characters never reach the terminal.

    Parameters
    ----------
    run : Run
        What is summed up.
    """

    def __init__(self, run: Run) -> None:
        self.run = run

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the lines, fitted to the width of the terminal."""
        run, outcome = self.run, verdict(self.run)
        rows = f", {run.subject.rows:,} rows" if run.subject.rows is not None else ""
        yield _fitted(
            Text.assemble((outcome.word, _TONES[outcome.tone]), "  ", line(f"{run.project}: {run.verb} on {run.subject.name}{rows}")), options, 1
        )
        yield _fitted(Text(line(outcome.sentence)), options, 2)
        yield _counts(run)
        blocking, remarks = findings(run)
        left, room = by_severity(blocking + remarks), ROOM
        tallest = 3 if len(left) <= ROOM // 3 else 2
        while left:
            text = _fitted(_finding(left[0]), options, tallest)
            room -= len(text.wrap(console, options.max_width))
            if room < 0:
                break
            yield text
            left = left[1:]
        if left:
            keys = ", ".join(f"{r.code} {line(r.place)}".strip() for r in left)
            yield _fitted(Text(f"… and {len(left):,} more, all in the report: {keys}", style="dim"), options, 2)


def terminal(run: Run) -> Summary:
    """Return the summary of a run for a rich console."""
    return Summary(run)


def _counts(run: Run) -> Text:
    parts = [Text(f"{MARKS[s]} {n:,} {WORDS[s].lower()}", style=_STYLES[s]) for s, n in run.counts.items() if n]
    return Text("   ").join(parts) if parts else Text("no checks")


def _finding(result: Result) -> Text:
    place = f" {line(result.place)}" if result.place else ""
    return Text.assemble(
        (f"{MARKS[result.status]} {WORDS[result.status]:<9} ", _STYLES[result.status]),
        (clean(result.code), "bold"),
        (place, "bold"),
        f"  {line(result.message)}",
    )


def _fitted(text: Text, options: ConsoleOptions, lines: int) -> Text:
    # A limit on characters, because wrapping at words needs a little more than their sum.
    room = options.max_width * lines - (12 if lines > 1 else 0)
    text.truncate(max(room, 20), overflow="ellipsis")
    return text
