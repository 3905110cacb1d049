"""Regular expressions mean the same to RE2, to Python and to JSON Schema."""

import re

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.contract.exchange.ecma_pattern import ecma_pattern
from audit.contract.exchange.python_pattern import python_pattern, written_pattern
from audit.contract.formats import FORMATS

PATTERNS = [r"^\d+$", r"\w\s\w", r"^[\w.]+$", r"[^\d]$", r"\D\S\W", "[[:alpha:]][[:digit:]]", r"a$|^b", r"\$", "[$]", "[]a]", "[^]a]", r"[\]a]$",
            "(?m)^a$", r"^\[x\]$", "[[]", "[:a]"]  # fmt: skip
TEXTS = st.text(alphabet="a0 \n$b_é٣\v\u00a0[]:-", max_size=4)


@settings(max_examples=120, deadline=None)
@given(text=TEXTS, pattern=st.sampled_from(PATTERNS))
def test_python_reads_the_translation_as_re2_reads_the_pattern(text: str, pattern: str) -> None:
    ((theirs,),) = duckdb.execute("SELECT regexp_matches(?, ?)", [text, pattern]).fetchall()
    assert (re.search(python_pattern(pattern), text) is not None) == theirs, (pattern, python_pattern(pattern))


def test_untranslated_they_differ() -> None:
    """The reason for the translation; where this fails, it is not needed any more."""
    assert re.search(r"^\d$", "٣\n") is not None
    assert duckdb.execute("SELECT regexp_matches('٣' || chr(10), '^\\d$')").fetchall() == [(False,)]


@pytest.mark.parametrize("pattern", [*FORMATS.values(), r"^\d+\.\d$"])
def test_what_is_translated_can_be_written_again(pattern: str) -> None:
    assert written_pattern(python_pattern(pattern)).replace("[0-9]", r"\d") == pattern.replace("[0-9]", r"\d").replace(r"\S", r"[^\t\n\f\r ]")


@pytest.mark.parametrize(
    ("pattern", "theirs"),
    [(r"\A[[:upper:]]\@", "^[A-Z]@"), (r"(?P<a>x)", "(?<a>x)"), (r"a\.b\-c$", r"a\.b\-c$"), ("(?i)a", None), (r"(?s:.)", None), (r"\(?a", r"\(?a")],
)
def test_patterns_of_json_schema(pattern: str, theirs: str | None) -> None:
    assert ecma_pattern(pattern) == theirs
