"""Regular expressions that the engines cannot run, told before the data are read."""

import re
import warnings
from functools import cache

#: Each token of a pattern that matters here; an escaped character is one token, so that ``\\(?=`` is no look-ahead.
_TOKENS = re.compile(r"\\.|\(\?(?:<?[=!]|[>#(]|<[A-Za-z]|P=)|[*+?}]\+|\{\d*,?\d{4,}\}|\{\d{4,},?\d*\}", re.DOTALL)

#: Characters of a pattern that a message shows.
SHOWN = 200
_RULES = "state each condition as a rule of its own, since all rules must hold, or write {check: D014, failing: …}"
#: What the engines lack, by how it begins: its name, and what to write instead.
_LACKING: dict[str, tuple[str, str]] = {
    "(?=": ("a look-ahead", _RULES),
    "(?!": ("a negative look-ahead", _RULES),
    "(?<=": ("a look-behind", _RULES),
    "(?<!": ("a negative look-behind", _RULES),
    "(?P=": ("a back-reference", "compare the two parts with {check: D014, failing: …}"),
    "(?>": ("an atomic group", "write a plain group; the engines never backtrack"),
    "(?#": ("a comment", "move it to the clause's description"),
    "(?(": ("a condition", "write both cases as alternatives"),
    "(?<": ("a named group", "write a plain group"),
    "{": ("a repetition of more than 1,000 times", "bound the length with minLength and maxLength"),
    "\\Z": ("\\Z", "write $"),
    "\\z": ("\\z", "write $"),
    "\\u": ("\\u", "write the character itself"),
    "\\p": ("a class of Unicode", "list the characters"),
    "\\h": ("\\h", "write [ \\t]"),
    "\\R": ("\\R", "write \\r?\\n"),
}


@cache
def cannot_run(pattern: str) -> str | None:
    """Return why a regular expression cannot be run by the engines, and what to write instead; ``None`` where it can.

    The engines are RE2 (DuckDB), Java (Spark) and Python (pandera): a pattern is to mean the same in all of them.
    """
    import duckdb

    reason = None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about classes that later versions of Python may read otherwise
            re.compile(pattern)
    except (re.error, OverflowError) as error:
        reason = str(error)
    except RecursionError:
        reason = "it is nested too deeply"
    if reason is None:
        with duckdb.connect() as engine:
            try:
                engine.execute("SELECT regexp_matches('', ?)", [pattern]).fetchall()
            except duckdb.Error as error:
                reason = str(error).splitlines()[0].partition(": ")[2]
    if reason is None:
        return None
    for match in _TOKENS.finditer(pattern):
        name, instead = _lacking(match[0])
        if name:
            return f"the pattern '{_short(pattern)}' has {name} at character {match.start() + 1}, which the engines do not run: {instead}"
    return f"the pattern '{_short(pattern)}' is no regular expression that the engines can run: {reason}"


def _short(pattern: str) -> str:
    return pattern if len(pattern) <= SHOWN else f"{pattern[: SHOWN - 1]}…"


def _lacking(token: str) -> tuple[str, str]:
    if re.fullmatch(r"\\[1-9]", token):
        return _LACKING["(?P="]
    if token.endswith("+"):
        return "a possessive repetition", "drop the last '+'; the engines never backtrack"
    for length in (4, 3, 2, 1):
        if token[:length] in _LACKING and (len(token) > 1 or length == 1):
            return _LACKING[token[:length]]
    return "", ""
