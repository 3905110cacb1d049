"""The statement, by the rules of in-toto's Statement v1 and test-result v0.1."""

import json
import re
from dataclasses import replace

import pytest

from audit.core.errors import UsageError
from audit.core.run import Document
from audit.core.status import Status as S
from audit.render.intoto import intoto
from tests.render.awkward_runs import awkward_run, empty_run, run_with
from tests.runs import passing_gate, sample_run

DATA = Document("d", "data/d.csv", "ab" * 32, rows=10)
CONTRACT = Document("c", "c.odcs.yaml", "cd" * 32, "1.0.0", "urn:c")


def about(run):
    return replace(run, subject=DATA, contract=CONTRACT)


def result(run) -> str:
    return json.loads(intoto(about(run)))["predicate"]["result"]


@pytest.mark.parametrize("run", [awkward_run(), sample_run(), passing_gate(), about(empty_run()), about(run_with(*S))])
def test_shape(run):
    made = json.loads(intoto(run))
    assert set(made) == {"_type", "subject", "predicateType", "predicate"}
    assert made["_type"] == "https://in-toto.io/Statement/v1"
    assert made["predicateType"] == "https://in-toto.io/attestation/test-result/v0.1"
    assert made["subject"]
    for described in (*made["subject"], *made["predicate"]["configuration"]):
        assert isinstance(described["name"], str)
        assert all(re.fullmatch(r"[0-9a-f]{64}", digest) for digest in described["digest"].values())
        assert set(described["digest"]) <= {"sha256", "assayTable"}
    predicate = made["predicate"]
    assert set(predicate) == {"result", "configuration", "passedTests", "warnedTests", "failedTests"}
    assert predicate["result"] in ("PASSED", "WARNED", "FAILED")
    assert all(isinstance(t, str) for k in ("passedTests", "warnedTests", "failedTests") for t in predicate[k])


def test_data_are_the_subject_and_the_contract_the_configuration():
    made = json.loads(intoto(about(run_with(S.PASSED, S.WARNED, S.UNDECIDED, S.FAILED, S.ERROR, S.SKIPPED))))
    assert made["subject"] == [{"name": "data/d.csv", "digest": {"sha256": "ab" * 32}}]
    assert made["predicate"]["configuration"] == [{"name": "c.odcs.yaml", "digest": {"sha256": "cd" * 32}}]
    lists = [made["predicate"][k] for k in ("passedTests", "warnedTests", "failedTests")]
    assert lists == [["Q000"], ["Q001", "Q002"], ["Q003", "Q004"]]


@pytest.mark.parametrize(
    ("statuses", "fail_on", "expected"),
    [
        ([S.PASSED, S.SKIPPED, S.NOT_APPLICABLE], "failed", "PASSED"),
        ([S.PASSED, S.WARNED], "failed", "WARNED"),
        ([S.PASSED, S.WARNED], "warned", "FAILED"),
        ([S.PASSED, S.UNDECIDED], "failed", "WARNED"),
        ([S.PASSED, S.UNDECIDED], "undecided", "FAILED"),
        ([S.PASSED, S.FAILED], "failed", "FAILED"),
        ([S.PASSED, S.FAILED], "error", "FAILED"),
        ([S.PASSED, S.FAILED], "never", "FAILED"),
        ([S.PASSED, S.ERROR], "failed", "FAILED"),
        ([S.PASSED, S.ERROR], "never", "FAILED"),
        ([S.PASSED], "never", "WARNED"),
        ([S.SKIPPED], "failed", "FAILED"),
        ([], "never", "FAILED"),
    ],
)
def test_only_a_run_that_passes_with_nothing_beside_is_passed(statuses, fail_on, expected):
    assert result(run_with(*statuses, fail_on=fail_on)) == expected


@pytest.mark.parametrize(
    ("location", "algorithm"),
    [("d.csv", "sha256"), ("file:///d.csv", "sha256"), ("part-*.csv", "assayTable"), ("duckdb://d.db#t", "assayTable")],
)
def test_only_the_digest_of_one_file_is_called_sha256(location, algorithm):
    made = json.loads(intoto(replace(run_with(S.PASSED), subject=replace(DATA, location=location))))
    assert made["subject"][0]["digest"] == {algorithm: "ab" * 32}


def test_there_is_no_statement_about_data_without_a_digest():
    with pytest.raises(UsageError, match="has no digest of its data"):
        intoto(run_with(S.PASSED))
