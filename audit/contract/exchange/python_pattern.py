r"""Regular expressions of a contract, which RE2 reads, in the words in which Python says the same.

Python takes ``$`` to match before a last line break, too, and ``\d``, ``\w`` and ``\s`` to mean all of Unicode; RE2 does not.
"""

import re

_TOKENS = re.compile(r"\\.|\[:\^?[a-z]+:\]|.", re.DOTALL)
#: Members of the classes that the two read differently.
_MEMBERS = {"d": "0-9", "w": "0-9A-Za-z_", "s": r"\t\n\f\r "}
_NAMED = {
    "alnum": "0-9A-Za-z", "alpha": "A-Za-z", "blank": r"\t ", "digit": "0-9", "lower": "a-z", "space": r"\t\n\v\f\r ", "upper": "A-Z",
    "word": "0-9A-Za-z_", "xdigit": "0-9A-Fa-f", "punct": r"!-/:-@\[-`{-~", "cntrl": r"\x00-\x1f\x7f", "print": " -~", "graph": "!-~",
    "ascii": r"\x00-\x7f",
}  # fmt: skip


def python_pattern(pattern: str, end: str = r"\Z") -> str:
    r"""Return a pattern that Python reads as RE2 reads the one given.

    Parameters
    ----------
    pattern : str
        As a contract has it.
    end : str
        What stands for the end of the text.

    >>> python_pattern(r"^\d{2}[\w$]$"), python_pattern("a$|[[:upper:]]")
    ('^[0-9]{2}[0-9A-Za-z_$]\\Z', 'a\\Z|[A-Z]')
    """
    lines = re.search(r"\(\?[a-zA-Z]*m", pattern) is not None
    found, inside = [], False
    # the first sign of a class stands for itself, even if it closes one elsewhere
    first = False
    for token in (m[0] for m in _TOKENS.finditer(pattern)):
        said = token
        if token.startswith("[:") and not inside:
            # an ordinary class whose first sign is a colon
            said, inside, first = token, not token.endswith("]"), False
        elif token.startswith("[:"):
            said = _NAMED.get(token[2:-2], token)
        elif token[0] == "\\" and token[1].lower() in _MEMBERS:
            said = _class(token[1], inside)
        elif token == "[" and not inside:
            inside, first = True, True
            found.append(said)
            continue
        elif token == "]" and inside and not first:
            inside = False
        elif token == "$" and not inside and not lines:
            said = end
        elif token == "[" and inside:
            said = r"\["  # Python warns of a set inside a set
        first = first and token == "^"
        found.append(said)
    return "".join(found)


def written_pattern(pattern: str) -> str:
    r"""Return a pattern of Python as a contract writes it.

    >>> written_pattern(r"^[a-c]{1,2}\Z")
    '^[a-c]{1,2}$'
    """
    return "".join("$" if token in (r"\Z", r"\z") else token for token in (m[0] for m in re.finditer(r"\\.|.", pattern, re.DOTALL)))


def _class(letter: str, inside: bool) -> str:
    members = _MEMBERS[letter.lower()]
    if letter.islower():
        return members if inside else f"[{members}]"
    # a negated class within a class has no spelling of its own: all of Unicode but these
    return f"[^{members}]" if not inside else rf"\{letter}"
