"""Every check × every promise × every awkward table."""

from dataclasses import replace
from functools import cache

import pandas as pd
import pytest

from audit.checks import FAMILIES, discover
from audit.core.check import Check
from audit.core.roles import Roles
from audit.core.run import Run
from audit.core.serial import dumps, loads
from audit.core.status import Status
from audit.core.subject import Model, Subject
from audit.engines.sources import frame_source
from audit.render import FORMATS
from audit.run import Settings, examine
from tests.contract.awkward import Awkward, contract_for, tables

TABLES = tables()
CODES = tuple(discover())

#: Words in the names of measurements that may be negative though they are shares.
SIGNED = ("difference", "gain", "change")


def examined(table: Awkward, frame: pd.DataFrame) -> Run:
    source = frame_source(frame)
    roles = Roles(**table.roles)
    models = (Model("chosen", str(roles.prediction), str(roles.score)), Model("mitigated", str(roles.prediction), chosen=False))
    subject = Subject("table", source.table, roles, models=models)
    settings = Settings(seed=5, fail_on="warned")
    run = examine(subject, verb="run", families=FAMILIES, contract=contract_for(table.names), settings=settings).run
    return replace(run, id="x", started="2026-01-01T00:00:00+00:00", seconds=0.0, results=tuple(replace(r, seconds=0.0) for r in run.results))


@cache
def run_of(name: str) -> Run:
    return examined(TABLES[name], TABLES[name].frame)


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("code", CODES)
def test_never_breaks(code: str, name: str) -> None:
    broken = {r.key: r.message for r in run_of(name).results if r.code == code and r.status is Status.ERROR}
    assert not broken


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("code", CODES)
def test_says_what_it_found_or_why_not(code: str, name: str) -> None:
    for result in (r for r in run_of(name).results if r.code == code):
        assert len(result.message) > 10, result.key
        assert "nan" not in result.message.casefold().replace("financ", "").split(), result.message
        for measurement in result.measurements:
            if measurement.interval is not None:
                low, high = measurement.interval
                assert low <= high, measurement
                assert measurement.level, measurement
            if measurement.value is not None and measurement.unit == "share":
                assert 0 <= measurement.value <= 1 or any(w in measurement.name for w in SIGNED), measurement


@pytest.mark.parametrize("name", ["plain", "one row", "strange names", "infinite and missing"])
def test_input_is_not_changed(name: str) -> None:
    frame = TABLES[name].frame
    before = frame.copy(deep=True)
    examined(TABLES[name], frame)
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize("name", ["plain", "extra category", "all rows equal"])
def test_same_seed_same_numbers(name: str) -> None:
    assert dumps(examined(TABLES[name], TABLES[name].frame)) == dumps(run_of(name))


@pytest.mark.parametrize("name", TABLES)
def test_survives_the_round_trip_through_json(name: str) -> None:
    once = loads(dumps(run_of(name)))
    assert dumps(once) == dumps(run_of(name))
    assert loads(dumps(once)) == once
    assert once.status == run_of(name).status


UNRUN = {Status.NOT_APPLICABLE, Status.SKIPPED}
QUIET = {Status.PASSED, *UNRUN}


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("name", ["plain", "empty", "strange names", "extra category"])
def test_every_result_reaches_every_reader(name: str, format_name: str) -> None:
    run = run_of(name)
    run = replace(run, subject=replace(run.subject, sha256="0" * 64))  # a statement is about a digest
    text = FORMATS[format_name].render(run)
    # a report of code quality has no place for what is in order, and a statement names tests that were run
    absent = {"gitlab": QUIET, "intoto": UNRUN}.get(format_name, set())
    for code in {r.code for r in run.results if r.status not in absent}:
        assert code in text


@pytest.mark.parametrize("name", TABLES)
def test_results_are_told_apart(name: str) -> None:
    keys = [r.key for r in run_of(name).results]
    assert len(keys) == len(set(keys)), sorted(k for k in keys if keys.count(k) > 1)


@pytest.mark.parametrize("code", CODES)
def test_class_promises(code: str) -> None:
    check = discover()[code]
    assert issubclass(check, Check)
    assert check.family in FAMILIES
    assert check.__doc__
    assert check.title[0].isupper()
    limit = check.limit
    assert not limit.judges or limit.high is not None or limit.low is not None
    assert code[0] == {"quality": "D", "balance": "B", "privacy": "P", "leakage": "L", "performance": "M", "fairness": "F"}.get(
        check.family, {"explanation": "X", "errors": "E", "shift": "S"}.get(check.family, "?")
    )


@pytest.mark.parametrize("code", CODES)
def test_every_check_is_planned_or_says_why_not(code: str) -> None:
    """A check that is registered appears in a run, unless the contract has no clause for it."""
    clause_bound = {"D002", "D003", "D004", "D005", "D006", "D009", "D012", "D013", "D014", "D015"}
    codes = {r.code for r in run_of("plain").results}
    assert code in codes or code in clause_bound
