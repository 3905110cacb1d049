"""What a run's results make of it."""

import itertools

import pytest

from audit.core.result import Result
from audit.core.run import FAIL_ON, Document, Run
from audit.core.status import Status


def run(*states, fail_on="failed"):
    results = tuple(Result(f"D{i:03}", "t", "quality", Status(s), "m") for i, s in enumerate(states))
    return Run("1", "p", "gate", "2026-01-01T00:00:00+00:00", 0.0, Document(), results=results, fail_on=fail_on)


EXIT_CODES = {
    #             error failed undecided warned passed not_applicable skipped
    "error":     (3,    0,     0,        0,     0,     3,             3),
    "failed":    (3,    1,     0,        0,     0,     3,             3),
    "undecided": (3,    1,     1,        0,     0,     3,             3),
    "warned":    (3,    1,     1,        1,     0,     3,             3),
    "never":     (0,    0,     0,        0,     0,     0,             0),
}  # fmt: skip


@pytest.mark.parametrize(("fail_on", "state"), list(itertools.product(EXIT_CODES, Status)))
def test_exit_codes(fail_on, state):
    expected = EXIT_CODES[fail_on][state.rank]
    assert run(state, fail_on=fail_on).exit_code == expected
    if state.evaluated:
        assert run(state, "passed", "skipped", fail_on=fail_on).exit_code == expected


def test_the_table_is_about_every_choice():
    assert set(EXIT_CODES) == set(FAIL_ON)


def test_nothing_evaluated_is_an_error():
    for made in (run(), run("skipped", "not_applicable")):
        assert made.status is Status.ERROR
        assert made.exit_code == 3
        assert not made.passes


@pytest.mark.parametrize(
    ("states", "fail_on", "passes"),
    [
        (["passed"], "failed", True),
        (["warned"], "failed", True),
        (["warned"], "warned", False),
        (["undecided"], "failed", True),
        (["failed"], "failed", False),
        (["failed"], "error", True),
        (["error"], "error", False),
        (["passed"], "never", False),
        (["error"], "never", False),
    ],
)
def test_what_lets_its_data_through(states, fail_on, passes):
    assert run(*states, fail_on=fail_on).passes is passes


def test_counts_and_families():
    made = run("passed", "passed", "failed")
    assert made.counts[Status.PASSED] == 2
    assert sum(made.counts.values()) == 3
    other = made.with_results([Result("F001", "t", "fairness", Status.PASSED, "m"), *made.results])
    assert other.families == ["fairness", "quality"]
    assert (len(made.results), other.id) == (3, made.id)


def test_results_are_found_by_key_or_by_a_code_that_only_one_has():
    by_column = [Result("D003", "t", "quality", Status.PASSED, "m", {"column": c}) for c in ("age", "pay")]
    alone = Result("F001", "t", "fairness", Status.PASSED, "m", {"attribute": "sex", "model": "mlp"})
    made = run().with_results([*by_column, alone])
    assert alone.key == "F001:sex, model=mlp"
    assert made.result("D003:pay") is by_column[1]
    assert made.result("F001") is alone
    for wrong in ("D003", "D003:agee", "X001"):
        with pytest.raises(KeyError, match="has no single result"):
            made.result(wrong)
