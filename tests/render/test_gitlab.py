"""The code quality report, by the keys that GitLab documents."""

import json

import pytest

from audit.core.status import Status as S
from audit.render.gitlab import gitlab
from audit.render.sarif import sarif
from tests.render.awkward_runs import awkward_run, empty_run, run_with
from tests.runs import sample_run

SEVERITIES = {"info", "minor", "major", "critical", "blocker"}


@pytest.mark.parametrize("run", [awkward_run(), empty_run(), sample_run(), run_with(*S)])
def test_every_violation_has_what_gitlab_reads(run):
    found = json.loads(gitlab(run))
    assert len({v["fingerprint"] for v in found}) == len(found) > 0
    for violation in found:
        assert set(violation) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert all(isinstance(violation[k], str) and violation[k] for k in ("description", "check_name", "fingerprint", "severity"))
        assert violation["severity"] in SEVERITIES
        assert set(violation["location"]) == {"path", "lines"}
        assert not violation["location"]["path"].startswith(("./", "/"))
        assert violation["location"]["lines"]["begin"] >= 1


def severities(*statuses, fail_on="failed"):
    return [v["severity"] for v in json.loads(gitlab(run_with(*statuses, fail_on=fail_on)))]


def test_severities():
    everything = (S.WARNED, S.UNDECIDED, S.FAILED, S.ERROR, S.PASSED, S.SKIPPED)
    assert severities(*everything) == ["blocker", "critical", "major", "minor"]
    assert severities(*everything, fail_on="warned") == ["blocker", "critical", "critical", "critical"]
    assert severities(*everything, fail_on="never") == ["blocker", "critical", "info", "info"]


def test_an_empty_list_is_a_run_in_which_all_held():
    assert json.loads(gitlab(run_with(S.PASSED, S.SKIPPED))) == []
    assert [v["check_name"] for v in json.loads(gitlab(empty_run()))] == ["nothing_evaluated"]


def test_fingerprints_are_those_of_sarif():
    results = json.loads(sarif(sample_run()))["runs"][0]["results"]
    names = [r["partialFingerprints"]["assayFinding/v1"] for r in results]
    assert [v["fingerprint"] for v in json.loads(gitlab(sample_run()))] == names
