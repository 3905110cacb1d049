"""The runner of GitHub Actions, as far as steps can tell: the files it reads back, and the lines it takes for commands.

Written after the documentation of workflow commands, on its own, so that what we write is read by other code than ours.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Annotation:
    """An annotation as the runner shows it."""

    command: str
    properties: dict[str, str]
    message: str


def outputs(text: str) -> dict[str, str]:
    """Read a file of ``name=value`` and ``name<<END`` entries; the last entry of a name counts."""
    found: dict[str, str] = {}
    lines = iter(text.splitlines())
    for entry in lines:
        if not entry:
            continue
        heredoc, plain = entry.find("<<"), entry.find("=")
        if heredoc != -1 and (plain == -1 or heredoc < plain):
            name, end = entry.split("<<", 1)
            value = []
            for more in lines:
                if more == end:
                    break
                value.append(more)
            else:
                raise ValueError(f"no end '{end}' for '{name}'")
            found[name] = "\n".join(value)
        elif plain != -1:
            name, found_value = entry.split("=", 1)
            found[name] = found_value
        else:
            raise ValueError(f"neither name=value nor name<<END: {entry!r}")
    return found


def annotations(log: str) -> list[Annotation]:
    """Read the annotations from a log."""
    found = []
    for text in log.splitlines():
        match = re.match(r"\s*::(error|warning|notice)(?: (.*?))?::(.*)$", text)
        if match:
            pairs = [p.split("=", 1) for p in (match[2] or "").split(",") if p]
            found.append(Annotation(match[1], {k: _unescaped(v, (":", "3A"), (",", "2C")) for k, v in pairs}, _unescaped(match[3])))
    return found


def _unescaped(text: str, *more: tuple[str, str]) -> str:
    for character, code in (*more, ("\r", "0D"), ("\n", "0A"), ("%", "25")):
        text = text.replace(f"%{code}", character)
    return text
