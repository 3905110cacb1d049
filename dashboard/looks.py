"""How states and families look on a page, and text made safe for Markdown."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from audit.core.run import Run
from audit.core.status import Status
from audit.render import wording
from audit.render.verdict import verdict

#: Those of Streamlit's names of colours that states and verdicts use.
Colour = Literal["red", "orange", "yellow", "green", "gray"]


@dataclass(frozen=True)
class Look:
    """What stands beside the word of a state or verdict; never shown without that word.

    Parameters
    ----------
    icon : str
        A Material symbol.
    colour : Colour
        Of the badge.
    meaning : str
        What the state says, in a sentence.
    """

    icon: str
    colour: Colour
    meaning: str = ""


LOOKS: dict[Status, Look] = {
    Status.ERROR: Look(":material/report:", "red", "The check could not be run, so nothing is known."),
    Status.FAILED: Look(":material/cancel:", "red", "A limit that has to hold is broken."),
    Status.UNDECIDED: Look(":material/help:", "orange", "There are too few rows to tell whether the limit holds."),
    Status.WARNED: Look(":material/warning:", "yellow", "A limit is broken that does not stop the run."),
    Status.PASSED: Look(":material/check_circle:", "green", "The limit holds, or there was nothing to judge."),
    Status.NOT_APPLICABLE: Look(":material/do_not_disturb_on:", "gray", "The check has nothing to examine here."),
    Status.SKIPPED: Look(":material/skip_next:", "gray", "The check was switched off."),
}

TONES: dict[str, Look] = {
    "bad": Look(":material/cancel:", "red"),
    "attention": Look(":material/warning:", "orange"),
    "good": Look(":material/check_circle:", "green"),
}

#: What each family of checks asks, in the order in which a reviewer wants to know.
QUESTIONS: dict[str, str] = {
    "quality": "Are the data what the contract says they are?",
    "balance": "Are there enough rows of each outcome and of each group?",
    "privacy": "Do the data hold only what they may, for as long as they may?",
    "leakage": "Could the model see in training what it must not know?",
    "performance": "How good is the model on rows it has not seen?",
    "fairness": "How differently do the data and the model treat groups of people?",
    "explanation": "Which columns move the predictions?",
    "errors": "For whom is the model wrong most often?",
    "shift": "Have the data moved over time?",
}

#: What each command does, by its name.
VERBS: dict[str, str] = {"gate": "Gate on the data", "train": "Training", "audit": "Audit of predictions", "run": "Gate, training and audit"}


def state(status: Status) -> str:
    """Return mark and word of a state, for tables and lists: ``✕ Failed``."""
    return f"{wording.MARKS[status]} {wording.WORDS[status]}"


def tone(run: Run) -> Look:
    """Return what stands beside the verdict on a run."""
    return TONES[verdict(run).tone]


def command(run: Run) -> str:
    """Return what a run did, in words."""
    return VERBS.get(run.verb, run.verb)


def title(run: Run) -> str:
    """Return a run in one short line, for lists to choose from: mark and first words of the verdict, time, command."""
    said = verdict(run)
    mark = wording.MARKS[{"bad": Status.FAILED, "attention": Status.WARNED, "good": Status.PASSED}[said.tone]]
    return f"{mark} {said.word.split(',')[0]} · {_short(run.started)} · {run.verb}"


def _short(started: str) -> str:
    try:
        return f"{datetime.fromisoformat(started):%d %b %Y %H:%M}"
    except ValueError:
        return started


def escaped(text: str) -> str:
    """Return a text that Markdown shows as it is: column names and messages may hold any character."""
    return re.sub(r"([\\`*_{}\[\]()#+\-!|<>$:~^&])", r"\\\1", wording.line(text))
