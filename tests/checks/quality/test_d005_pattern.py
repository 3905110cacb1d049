"""D005 on small tables."""

import ipaddress
import re

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.checks.quality.d005_pattern import FORMATS, Pattern
from audit.core.contract import Column
from audit.core.errors import NotApplicable, UsageError
from audit.core.limit import Limit
from tests.predicates import broken, found_and_picked, planned, rule, subject_with


@pytest.mark.parametrize(
    ("pattern", "rows"),
    [
        ("^P[0-9]+$", [1, 2, 3, 5]),
        ("[0-9]", [1, 2]),
        ("(?i)^p1$", [1, 2, 3, 5]),
        ("^.*ß$", [0, 1, 3, 5]),
        ("^$", [0, 2, 3, 5]),
        ("'", [0, 1, 2, 3, 5]),
    ],
)
def test_the_pattern_must_match_somewhere(pattern, rows):
    assert broken(Pattern(column="größe", pattern=pattern), {"größe": pa.array(["P1", "", "Pß", "p1x", None, "P1\n"])}) == rows


ACCEPTED = {
    "email": ["a@b.de", "o'neil+x@mail.example.org", "A_1%-@x-y.info"],
    "uuid": ["123e4567-e89b-12d3-a456-426614174000", "123E4567-E89B-12D3-A456-426614174000"],
    "uri": ["https://x.org/a?b#c", "mailto:a@b.de", "urn:isbn:1"],
    "hostname": ["x", "a-b.example.org", "1.de"],
    "ipv4": ["0.0.0.0", "255.255.255.255", "192.168.1.10"],
    "ipv6": ["::1", "2001:db8::8a2e:370:7334", "::ffff:192.0.2.1"],
    "binary": ["", "QUJD", "QUI=", "QQ=="],
    "password": ["", "x"],
    "byte": ["", "x"],
}
REFUSED = {
    "email": ["", "a@b", "a b@c.de", "@c.de", "a@.de", "a@b..de", "a@b.de "],
    "uuid": ["", "123e4567e89b12d3a456426614174000", "123e4567-e89b-12d3-a456-42661417400g"],
    "uri": ["", "x.org", "http: //x"],
    "hostname": ["", "-a.de", "a-.de", "a..de", "a_b", "a" * 64 + ".de"],
    "ipv4": ["", "256.1.1.1", "1.1.1", "1.1.1.1.1", "1.1.1.a"],
    "ipv6": ["", "1.2.3.4", "::g", "abc"],
    "binary": ["QUJ", "QU=D", "Q==="],
    "password": [],
    "byte": [],
}


@pytest.mark.parametrize("name", FORMATS)
def test_named_formats(name):
    values = ACCEPTED[name] + REFUSED[name]
    (check,) = planned(Pattern, Column("a", logical_type="string", options={"format": name}))
    assert broken(check, {"a": values}) == list(range(len(ACCEPTED[name]), len(values)))
    assert check.reason() == f"a does not have the form {name}"


@pytest.mark.parametrize(("name", "parse"), [("ipv4", ipaddress.IPv4Address), ("ipv6", ipaddress.IPv6Address)])
def test_addresses_that_python_reads_are_accepted(name, parse):
    for value in ACCEPTED[name]:
        parse(value)


def test_the_sentence():
    found, _ = found_and_picked(Pattern(column="id", pattern="^P"), {"id": ["P", "x", None]})
    assert found.message == "1 of 3 values of id are not of the form ^P."
    found, _ = found_and_picked(Pattern(column="id", pattern="@", name="email"), {"id": ["x"]})
    assert found.message == "1 of 1 values of id are not of the form email."


def test_the_plan_takes_patterns_formats_and_rules():
    checks = planned(
        Pattern,
        Column("a", {"": 3, "pattern": 4, "format": 5}, "t.odcs.yaml", "string", options={"pattern": "^x", "format": "uuid"}),
        Column("b", logical_type="integer", options={"format": "i32"}),
        Column("c", rules=(rule("invalidValues", column="c", arguments={"pattern": "y"}, limit=Limit(high=0.5, measurement="failing_share")),)),
    )
    assert [(c.column, c.pattern, c.limit.source) for c in checks[:2]] == [("a", "^x", "t.odcs.yaml:4"), ("a", FORMATS["uuid"], "t.odcs.yaml:5")]
    assert [(c.column, c.pattern, c.limit.high) for c in checks[2:]] == [("c", "y", 0.5)]


def test_an_unknown_format_is_a_mistake_in_the_contract():
    with pytest.raises(UsageError, match=r"t.odcs.yaml:5: no string format 'emial'. Did you mean 'email'?"):
        planned(Pattern, Column("a", {"format": 5}, "t.odcs.yaml", "string", options={"format": "emial"}))


@pytest.mark.parametrize(
    ("values", "pattern", "error", "words"),
    [
        ([1], "x", NotApplicable, "a is int64; a pattern is about text"),
        (["x"], "", UsageError, "D005 on 'a' has no pattern"),
        (["x"], "[a", UsageError, r"t.odcs.yaml:4: the pattern '\[a' is no regular expression"),
    ],
)
def test_what_cannot_be_matched_says_why(values, pattern, error, words):
    subject, _ = subject_with({"a": values})
    with pytest.raises(error, match=words):
        Pattern(column="a", pattern=pattern, limit=Limit(high=0, source="t.odcs.yaml:4")).asks(subject)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(alphabet="aB0- 'ß", max_size=4)), max_size=20))
def test_pandas_picks_the_same_rows(values):
    series = pd.Series(values, dtype=object)
    known = series[series.notna()]
    expected = [int(i) for i in known.index if not re.search("^[aß]+0?$", known[i])]
    assert broken(Pattern(column="a", pattern="^[aß]+0?$"), {"a": pa.array(values, pa.string())}) == expected
