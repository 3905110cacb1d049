"""Words that all readers share: states, families, dates, and text made safe to show."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from audit.core.status import Status

#: Mark and word of each state; both are always shown, so that nothing hangs on colour.
MARKS: dict[Status, str] = {
    Status.ERROR: "‼",
    Status.FAILED: "✗",
    Status.UNDECIDED: "?",
    Status.WARNED: "!",
    Status.PASSED: "✓",
    Status.NOT_APPLICABLE: "–",
    Status.SKIPPED: "○",
}
WORDS: dict[Status, str] = {
    Status.ERROR: "Error",
    Status.FAILED: "Failed",
    Status.UNDECIDED: "Undecided",
    Status.WARNED: "Warned",
    Status.PASSED: "Passed",
    Status.NOT_APPLICABLE: "Not applicable",
    Status.SKIPPED: "Skipped",
}

#: Heading of each family of checks and the question it answers.
FAMILIES: dict[str, tuple[str, str]] = {
    "quality": ("Data quality", "Are the data what the contract says they are?"),
    "balance": ("Balance", "Are there enough rows of each outcome and each group?"),
    "privacy": ("Privacy", "Do the data hold only what they may, for as long as they may?"),
    "leakage": ("Leakage", "Does the model see anything in training that it must not know?"),
    "performance": ("Performance", "How good is the model on rows it has not seen?"),
    "fairness": ("Fairness", "How differently do data and model treat groups of people?"),
    "explanation": ("Explanation", "Which columns move the predictions?"),
    "errors": ("Errors", "For whom and where is the model wrong most often?"),
    "shift": ("Shift", "Have the data moved over time?"),
}

# Control characters are not allowed in XML 1.0 and move a terminal's cursor; direction marks can make a text read other than it is.
_UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def clean(text: Any) -> str:
    """Return text without characters that XML forbids or that could steer a terminal; each becomes the replacement character."""
    return _UNSAFE.sub("\ufffd", str(text))


def line(text: Any) -> str:
    """Return clean text on one line."""
    return " ".join(clean(text).split())


def family_title(family: str) -> str:
    """Return the heading of a family of checks; one that is not known here keeps its own name."""
    return FAMILIES[family][0] if family in FAMILIES else line(family).replace("_", " ").capitalize() or "Other"


def plain_name(name: str) -> str:
    """Return a snake_case name as words: ``roc_auc`` becomes ``ROC AUC``, ``selection_rate`` ``selection rate``."""
    return " ".join(word.upper() if word in ("roc", "auc", "id", "shap") else word for word in clean(name).split("_"))


def when(started: str) -> str:
    """Return an ISO 8601 time as people write it, in UTC; a text that is no time is returned as it is."""
    try:
        moment = datetime.fromisoformat(started)
    except ValueError:
        return clean(started)
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"


def duration(seconds: float) -> str:
    """Return a duration: ``0.31 s``, ``12 s``, ``3 min 20 s``."""
    if 0 < seconds < 0.01:
        return "under 0.01 s"
    if seconds < 10:
        return f"{seconds:.2f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{int(seconds // 60)} min {int(seconds % 60)} s"


def count(n: int, singular: str, plural: str = "") -> str:
    """Return a count with its noun: ``1 check``, ``12 checks``."""
    return f"{n:,} {singular if n == 1 else plural or singular + 's'}"


def listed(parts: Sequence[str]) -> str:
    """Join parts as a sentence does: ``a, b and c``."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""
