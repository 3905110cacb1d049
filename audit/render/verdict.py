"""What a run comes to, in words, and what to do about it."""

from dataclasses import dataclass
from typing import Literal

from audit.core.result import Result
from audit.core.run import FAIL_ON, Run
from audit.core.status import Status
from audit.render.wording import count, listed

#: What to do where a check gives no advice of its own.
_DEFAULT_ADVICE: dict[Status, str] = {
    Status.ERROR: "Remove the cause that the message names and run again; until then nothing is known here.",
    Status.FAILED: "Correct the data or the model, or change the limit and give the reason for it.",
    Status.UNDECIDED: "Bring more rows, or have a person decide and record why; the numbers at hand cannot.",
    Status.WARNED: "Look at the evidence and decide whether it matters for the intended use.",
}

_REMARKS: dict[Status, tuple[str, str]] = {
    Status.ERROR: ("ended in an error", "ended in an error"),
    Status.FAILED: ("failed", "failed"),
    Status.UNDECIDED: ("is undecided", "are undecided"),
    Status.WARNED: ("warns", "warn"),
}


@dataclass(frozen=True)
class Verdict:
    """What a run comes to.

    Parameters
    ----------
    word : str
        A few words: "Passed", "Undecided", "Not passed", "No verdict".
    sentence : str
        Why, with counts.
    tone : {"good", "attention", "bad"}
        How it is to be shown.
    """

    word: str
    sentence: str
    tone: Literal["good", "attention", "bad"]


def verdict(run: Run) -> Verdict:
    """Return the verdict on a run, which follows its exit code and nothing else."""
    evaluated = sum(r.status.evaluated for r in run.results)
    if not evaluated:
        return Verdict("No verdict", "Nothing was examined, so nothing is shown to be sound.", "bad")
    found = listed([count(n, *_REMARKS[s]) for s, n in run.counts.items() if n and s in _REMARKS])
    held = f"{'The one check' if evaluated == 1 else f'All {evaluated:,} checks'} that could be examined held"
    sentence = f"Of {count(evaluated, 'check')} examined, {found}" if found else held
    if run.status is Status.ERROR:
        return Verdict("Not passed" if run.counts[Status.FAILED] else "No verdict", f"{sentence}; a run with an error never passes.", "bad")
    if FAIL_ON[run.fail_on] is None:
        return Verdict("Not judged", f"{sentence}. This run was told to stop for nothing (fail-on: never).", "attention")
    if not run.passes:
        return Verdict("Not passed", f"{sentence}.", "bad")
    if run.counts[Status.FAILED]:
        return Verdict("Passed, with failures let through", f"{sentence}; only an error stops this run (fail-on: {run.fail_on}).", "attention")
    if run.status is Status.UNDECIDED:
        return Verdict("Undecided", f"{sentence}; nothing stops the run, and what is undecided is not shown to be sound.", "attention")
    if found:
        return Verdict("Passed, with remarks", f"{sentence}; none of this stops the run.", "attention")
    return Verdict("Passed", f"{sentence}.", "good")


def stops(run: Run, status: Status) -> bool:
    """Whether a result in this state counts against its run: an error and a failure always, the rest where ``fail_on`` says so."""
    threshold = FAIL_ON[run.fail_on] or Status.FAILED
    return status.rank <= max(threshold.rank, Status.FAILED.rank)


def severity(result: Result) -> tuple[int, str, str]:
    """Return what results are sorted by: worst first; among equals by code and place."""
    return result.status.rank, result.code, result.place


def by_severity(results: list[Result]) -> list[Result]:
    """Return results worst first."""
    return sorted(results, key=severity)


def findings(run: Run) -> tuple[list[Result], list[Result]]:
    """Return what stops the run and what else deserves a look, worst first.

    Where a run stops for nothing, errors and failures are returned as if they stopped it.
    """
    threshold = FAIL_ON[run.fail_on] or Status.FAILED
    worst_first = by_severity([r for r in run.results if r.status.rank <= Status.WARNED.rank])
    return [r for r in worst_first if r.status.rank <= threshold.rank], [r for r in worst_first if r.status.rank > threshold.rank]


def advice(result: Result) -> str:
    """Return what to do about a result: its own advice, or what its state calls for."""
    return result.advice or _DEFAULT_ADVICE.get(result.status, "")
