"""A run goes through JSON and comes back as it was."""

import datetime as dt
import json
import math
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.core.errors import DataError
from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.result import Result
from audit.core.run import SCHEMA_VERSION, Document, Run
from audit.core.serial import dumps, loads, plain
from audit.core.status import Status
from tests.runs import earlier_run, passing_gate, sample_run

INF, NAN = float("inf"), float("nan")


def run(*results, **rest):
    return Run("id-1", "p", "gate", "2026-01-01T00:00:00+00:00", 0.5, Document("d"), results=results, **rest)


def result(**rest):
    return Result("D003", "Value range", "quality", Status.PASSED, "fine", **rest)


@pytest.mark.parametrize("written", [sample_run(), earlier_run(), passing_gate(), run()])
def test_runs_come_back_as_they_were(written):
    assert dumps(loads(dumps(written))) == dumps(written)
    assert loads(dumps(loads(dumps(written)))) == loads(dumps(written))


# the texts "inf" and "-inf" are how infinities are written, and lone surrogates are no Unicode text
TEXT = st.text(st.characters(exclude_categories=["Cs"])).filter(lambda t: t not in ("inf", "-inf"))
FINITE = st.none() | st.integers() | st.floats(allow_nan=False)
PAIR = st.tuples(st.floats(allow_nan=False), st.floats(allow_nan=False)).map(sorted).map(tuple)
WHERE = st.dictionaries(TEXT, TEXT, max_size=3)
MEASUREMENTS = st.builds(
    Measurement, name=TEXT, value=FINITE, unit=TEXT, where=WHERE, n=st.none() | st.integers(), interval=st.none() | PAIR,
    level=st.none() | st.floats(0, 1), method=TEXT,
)  # fmt: skip
EXHIBITS = st.builds(
    Exhibit, kind=st.just(Kind.TABLE), title=TEXT, columns=st.just(("a", "b")),
    rows=st.lists(st.tuples(TEXT | FINITE | st.booleans(), TEXT | FINITE), max_size=3), reference=st.none() | st.floats(allow_nan=False), note=TEXT,
)  # fmt: skip
LIMITS = st.builds(Limit, low=FINITE, high=FINITE, exclude_low=st.booleans(), inverse=st.booleans(), blocking=st.booleans(), reason=TEXT, source=TEXT)
RESULTS = st.builds(
    Result, code=TEXT, title=TEXT, family=TEXT, status=st.sampled_from(Status), message=TEXT, where=WHERE, advice=TEXT,
    measurements=st.lists(MEASUREMENTS, max_size=2).map(tuple), limit=LIMITS, exhibits=st.lists(EXHIBITS, max_size=1).map(tuple),
    clauses=st.lists(TEXT, max_size=2).map(tuple), parameters=WHERE, seconds=st.floats(0, 1e9),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(RESULTS, max_size=2))
def test_any_run_comes_back_as_it_was(results):
    written = run(*results)
    assert loads(dumps(written)) == written


@pytest.mark.parametrize("value", [INF, -INF])
def test_infinities_come_back_as_numbers(value):
    measured = result(measurements=(Measurement("m", value, interval=(-INF, INF)),), limit=Limit(high=value))
    (back,) = loads(dumps(run(measured))).results
    assert back == measured
    assert isinstance(back.measurements[0].value, float)


def test_nan_comes_back_as_nothing():
    (back,) = loads(dumps(run(result(measurements=(Measurement("m", NAN),))))).results
    assert back.measurements[0].value is None


def test_state_and_counts_are_written_for_readers_that_know_no_schema():
    document = json.loads(dumps(run(result(), replace(result(), status=Status.WARNED))))
    assert document["status"] == "warned"
    assert document["counts"]["passed"] == document["counts"]["warned"] == 1
    assert document["counts"]["error"] == 0
    assert document["schema_version"] == SCHEMA_VERSION


def test_unicode_is_written_as_it_is():
    assert "größe 年齢 👩" in dumps(run(replace(result(), message="größe 年齢 👩")))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.int64(3), 3),
        (np.float32(0.5), 0.5),
        (np.bool_(True), True),
        (np.float64(NAN), None),
        (np.float64(INF), "inf"),
        (Decimal("1.5"), 1.5),
        (dt.date(2024, 2, 29), "2024-02-29"),
        (dt.datetime(2024, 2, 29, 1, 2, 3), "2024-02-29T01:02:03"),
        (dt.time(1, 2), "01:02:00"),
        (pd.Timestamp("2024-02-29"), "2024-02-29T00:00:00"),
        ({"b", "a"}, ["a", "b"]),
        ((1, [2, None]), [1, [2, None]]),
        ({1: {"x": Status.FAILED}}, {"1": {"x": "failed"}}),
        (Document("d"), {"name": "d", "location": "", "sha256": "", "version": "", "id": "", "rows": None, "columns": None}),
        (b"ab", "b'ab'"),
        (1 + 2j, "(1+2j)"),
    ],
)
def test_everything_becomes_what_json_knows(value, expected):
    made = plain(value)
    assert made == expected
    assert type(made) is type(expected)
    json.dumps(made, allow_nan=False)


@pytest.mark.parametrize("version", [SCHEMA_VERSION + 1, 99])
def test_a_newer_format_is_refused(version):
    document = json.loads(dumps(run())) | {"schema_version": version}
    with pytest.raises(DataError, match=f"run.json has run format {version}; this Assay reads up to {SCHEMA_VERSION}. Install a newer one"):
        loads(json.dumps(document), "run.json")


def test_keys_that_a_later_format_adds_are_passed_over():
    document = json.loads(dumps(run(result())))
    document["colour"] = document["results"][0]["colour"] = "red"
    assert loads(json.dumps(document)) == loads(dumps(run(result())))


@pytest.mark.parametrize("text", ["", "{", "[]", "[1]", "1", "null", '"x"', "{}", '{"a": 1}', "\0"])
def test_what_is_no_run_is_refused(text):
    with pytest.raises(DataError, match=r"there is not an Assay run: .*Expected the run.json"):
        loads(text, "there")


@pytest.mark.parametrize(
    "damage",
    [
        {"schema_version": "1"},
        {"schema_version": None},
        {"results": 5},
        {"results": [5]},
        {"results": ["D003"]},
        {"results": [{}]},
        {"results": [{"code": "D003", "title": "t", "family": "f", "status": "fine", "message": ""}]},
        {"subject": "people"},
        {"subject": None},
    ],
)
def test_a_damaged_run_is_refused(damage):
    with pytest.raises(DataError, match="a damaged Assay run"):
        loads(json.dumps(json.loads(dumps(run(result()))) | damage), "run.json")


def test_a_run_that_lacks_what_every_run_has_is_refused():
    document = json.loads(dumps(run()))
    del document["subject"]
    with pytest.raises(DataError, match="a damaged Assay run"):
        loads(json.dumps(document))


def test_a_cut_file_is_refused():
    text = dumps(sample_run())
    for end in (1, len(text) // 2, len(text) - 2):
        with pytest.raises(DataError, match="is not an Assay run"):
            loads(text[:end])


def test_numbers_are_not_rounded():
    value = math.pi / 3e-7
    (back,) = loads(dumps(run(result(measurements=(Measurement("m", value),))))).results
    assert back.measurements[0].value == value
