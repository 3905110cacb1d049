"""Regular expressions of a contract, which RE2 reads, in the dialect of ECMAScript that JSON Schema asks for."""

import re

from audit.contract.exchange.python_pattern import python_pattern

#: What may follow a backslash in that dialect, beside digits.
_ESCAPED = set("^$\\.*+?()[]{}|/-tnvfrbBcxu")


def ecma_pattern(pattern: str) -> str | None:
    r"""Return a pattern that ECMAScript reads as RE2 reads the one given; ``None`` where it has no words for it.

    >>> ecma_pattern(r"^\d+\@(?P<host>[[:lower:]]+)$"), ecma_pattern("(?i)yes")
    ('^[0-9]+@(?<host>[a-z]+)$', None)
    """
    if re.search(r"\(\?[a-zA-Z-]+[:)]", pattern.replace(r"\(", "")):
        return None  # flags inside a pattern
    said = python_pattern(pattern, "$").replace("(?P<", "(?<")
    said = re.sub(r"\\(.)", lambda m: "^" if m[1] == "A" else r"\x07" if m[1] == "a" else m[0] if _may_follow(m[1]) else m[1], said, flags=re.DOTALL)
    return None if re.search(r"\\[ZzCpPQEG]", said) else said


def _may_follow(sign: str) -> bool:
    return sign in _ESCAPED or sign.isalnum()
