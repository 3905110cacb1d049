import pytest

from audit.core.status import Status as S
from audit.render.verdict import advice, findings, verdict
from tests.render.awkward_runs import empty_run, run_with


@pytest.mark.parametrize(
    ("statuses", "fail_on", "word", "tone"),
    [
        ([S.PASSED, S.NOT_APPLICABLE], "failed", "Passed", "good"),
        ([S.PASSED, S.WARNED, S.UNDECIDED], "failed", "Undecided", "attention"),
        ([S.PASSED, S.WARNED], "failed", "Passed, with remarks", "attention"),
        ([S.PASSED, S.WARNED], "warned", "Not passed", "bad"),
        ([S.UNDECIDED], "undecided", "Not passed", "bad"),
        ([S.FAILED, S.PASSED], "failed", "Not passed", "bad"),
        ([S.FAILED], "error", "Passed, with failures let through", "attention"),
        ([S.FAILED], "never", "Not judged", "attention"),
        ([S.PASSED], "never", "Not judged", "attention"),
        ([S.ERROR, S.PASSED], "never", "No verdict", "bad"),
        ([S.ERROR, S.FAILED], "failed", "Not passed", "bad"),
        ([S.SKIPPED, S.NOT_APPLICABLE], "failed", "No verdict", "bad"),
    ],
)
def test_verdict_follows_the_exit_code(statuses, fail_on, word, tone):
    run = run_with(*statuses, fail_on=fail_on)
    assert (verdict(run).word, verdict(run).tone) == (word, tone)
    assert (verdict(run).tone == "good") <= run.passes
    assert run.exit_code == 0 or verdict(run).tone == "bad"


def test_sentence_counts_what_was_examined():
    run = run_with(S.FAILED, S.FAILED, S.UNDECIDED, S.WARNED, S.PASSED, S.SKIPPED)
    assert verdict(run).sentence == "Of 5 checks examined, 2 failed, 1 is undecided and 1 warns."
    assert verdict(run_with(S.PASSED)).sentence == "The one check that could be examined held."
    assert verdict(empty_run()).sentence == "Nothing was examined, so nothing is shown to be sound."


def test_findings_are_split_by_what_stops_the_run():
    run = run_with(S.WARNED, S.PASSED, S.UNDECIDED, S.FAILED, S.ERROR, S.SKIPPED, fail_on="undecided")
    blocking, remarks = findings(run)
    assert [r.status for r in blocking] == [S.ERROR, S.FAILED, S.UNDECIDED]
    assert [r.status for r in remarks] == [S.WARNED]


def test_every_finding_has_advice():
    blocking, remarks = findings(run_with(S.WARNED, S.UNDECIDED, S.FAILED, S.ERROR))
    assert all(advice(r) for r in blocking + remarks)
