"""D005 on small tables."""

import datetime as dt
import ipaddress
import re

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.checks.quality.d005_pattern import Pattern
from audit.contract.formats import FORMATS
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
    "ipv6": ["::1", "2001:db8::8a2e:370:7334", "::ffff:192.0.2.1", "::", "1:2:3:4:5:6:7:8", "fe80::"],
    "binary": ["", "QUJD", "QUI=", "QQ=="],
    "date": ["2024-02-29", "1850-12-31", "2000-02-29", "0001-01-01"],
    "time": ["00:00:00", "23:59:60", "12:30:05.125Z", "12:30:05+02:00"],
    "date-time": ["2024-02-29T12:30:05Z", "1850-01-01 00:00:00.5-08:00", "2024-01-01t00:00:00z"],
    "phone": ["+49 30 1234567", "(020) 7946 0018", "+14155552671", "0041-44-668-18-00"],
    "password": ["", "x"],
    "byte": ["", "x"],
}
REFUSED = {
    "email": ["", "a@b", "a b@c.de", "@c.de", "a@.de", "a@b..de", "a@b.de "],
    "uuid": ["", "123e4567e89b12d3a456426614174000", "123e4567-e89b-12d3-a456-42661417400g"],
    "uri": ["", "x.org", "http: //x"],
    "hostname": ["", "-a.de", "a-.de", "a..de", "a_b", "a" * 64 + ".de"],
    "ipv4": ["", "256.1.1.1", "1.1.1", "1.1.1.1.1", "1.1.1.a"],
    "ipv6": ["", "1.2.3.4", "::g", "abc", ":::", "1::2::3", "1:2:3:4:5:6:7:8:9", "12345::"],
    "binary": ["QUJ", "QU=D", "Q==="],
    "date": ["", "2023-02-29", "1900-02-29", "2024-04-31", "2024-13-01", "24-01-01", "2024-1-1", "2024-01-01 "],
    "time": ["", "24:00:00", "12:60:00", "12:30", "12:30:05+2"],
    "date-time": ["", "2024-01-01", "2024-01-01T12:30:05", "2023-02-29T00:00:00Z", "2024-01-01T25:00:00Z"],
    "phone": ["", "12345", "+49 30 12345678901234567", "030x123456", "+", "++4930123456"],
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


GROUPS = st.lists(st.sampled_from(["", "0", "ab12", "fffff", "1.2.3.4", "g"]), min_size=1, max_size=9)


@settings(max_examples=300, deadline=None)
@given(GROUPS)
def test_python_reads_the_same_addresses(groups):
    text = ":".join(groups)
    try:
        ipaddress.IPv6Address(text)
        right = True
    except ValueError:
        right = False
    assert bool(re.search(FORMATS["ipv6"], text)) is right


@settings(max_examples=300, deadline=None)
@given(st.integers(1, 9999), st.integers(0, 14), st.integers(0, 33))
def test_python_reads_the_same_dates(year, month, day):
    text = f"{year:04}-{month:02}-{day:02}"
    try:
        dt.date.fromisoformat(text)
        right = True
    except ValueError:
        right = False
    assert bool(re.search(FORMATS["date"], text)) is right


@pytest.mark.parametrize(
    ("form", "good", "bad"),
    [
        ("yyyy-MM-dd", ["2024-01-31", "1850-12-01"], ["31.01.2024", "2024-1-31", "2024-13-01"]),
        ("dd.MM.yyyy", ["31.01.2024"], ["31x01x2024", "2024-01-31"]),
        ("yyyy-MM-dd'T'HH:mm:ss", ["2024-01-31T23:59:59"], ["2024-01-31 23:59:59", "2024-01-31T24:00:00"]),
        ("yyyy-MM-ddTHH:mm:ssZ", ["2024-01-31T23:59:59Z", "2024-01-31T23:59:59+0200"], ["2024-01-31T23:59:59"]),
        ("h:mm a", ["9:05 AM", "12:59 pm"], ["13:00 PM", "9:05"]),
        ("HH:mm:ss.SSS", ["23:59:59.125"], ["23:59:59", "23:59:59.12"]),
    ],
)
def test_dates_kept_as_text_have_the_declared_form(form, good, bad):
    (check,) = planned(Pattern, Column("a", logical_type="timestamp", options={"format": form}))
    assert broken(check, {"a": [*good, *bad]}) == list(range(len(good), len(good) + len(bad)))
    assert check.name == form


def test_stored_dates_have_no_written_form():
    (check,) = planned(Pattern, Column("a", logical_type="date", options={"format": "yyyy-MM-dd"}))
    subject, _ = subject_with({"a": [dt.date(2024, 1, 1)]})
    with pytest.raises(NotApplicable, match="a is stored as date, which is written in no form in particular"):
        check.asks(subject)
    assert planned(Pattern, Column("a", logical_type="date", options={"format": "QQQ yyyy"})) == []


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
