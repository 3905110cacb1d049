"""Which step of the version a change asks for, and whether it was made."""

import re
from collections.abc import Iterable
from typing import Literal

from audit.core.contract_diff import Change, Compatibility, VersionAdvice

Step = Literal["none", "patch", "minor", "major"]
#: The numbers of a version, first to last, by what a step in them is called.
NUMBERS: tuple[Step, ...] = ("major", "minor", "patch")
STEPS: tuple[Step, ...] = ("none", "patch", "minor", "major")
_THREE = re.compile(r"v?(\d+)\.(\d+)\.(\d+)(?:[-+].*)?")


def version_advice(before: str, after: str, changes: Iterable[Change], *, told: bool) -> VersionAdvice:
    """Return what semantic versioning asks for.

    Parameters
    ----------
    before, after : str
        The versions of the two contracts.
    changes : iterable of Change
        What differs.
    told : bool
        Whether anything else differs, such as a description.

    Notes
    -----
    A change that breaks something for anyone is major, any other change of a promise is minor, of words alone a patch. Before 1.0.0 a breaking
    change is minor and all else a patch, as usual with such versions. A change that cannot be decided counts as minor: whether it breaks
    something is for people to say.
    """
    sides = [side for c in changes for side in (c.effect.producers, c.effect.consumers)]
    old, new = _THREE.fullmatch(before.strip()), _THREE.fullmatch(after.strip())
    asked: Step = "major" if Compatibility.BREAKING in sides else "minor" if sides else "patch" if told else "none"
    if old is None or new is None:
        return VersionAdvice(before, after, asked, "unknown", asked == "none", "")
    first, second = (tuple(map(int, m.groups())) for m in (old, new))
    if first[0] == 0 and second[0] == 0:
        asked = "minor" if asked == "major" else "patch" if asked == "minor" else asked
    step: Step = next((name for name, a, b in zip(NUMBERS, first, second, strict=True) if a != b), "none")
    made: Step | Literal["back"] = "back" if second < first else step
    enough = made != "back" and STEPS.index(step) >= STEPS.index(asked)
    return VersionAdvice(before, after, asked, made, enough, _next(first, asked))


def _next(version: tuple[int, ...], step: Step) -> str:
    major, minor, patch = version
    parts = {"major": (major + 1, 0, 0), "minor": (major, minor + 1, 0), "patch": (major, minor, patch + 1), "none": version}[step]
    return ".".join(map(str, parts))
