"""The order of states, and the state of a whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.core.status import Status, worst

STATES = st.lists(st.sampled_from(Status))


def test_worst_first():
    assert [s.value for s in sorted(Status, key=lambda s: s.rank)] == [
        "error", "failed", "undecided", "warned", "passed", "not_applicable", "skipped",
    ]  # fmt: skip


def test_what_was_not_examined_is_not_evaluated():
    assert [s for s in Status if not s.evaluated] == [Status.NOT_APPLICABLE, Status.SKIPPED]


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        ([], "error"),
        (["skipped", "not_applicable"], "error"),
        (["passed", "skipped"], "passed"),
        (["passed", "warned", "undecided"], "undecided"),
        (["undecided", "failed"], "failed"),
        (["failed", "error", "passed"], "error"),
    ],
)
def test_a_whole_is_as_bad_as_its_worst_part_and_nothing_is_an_error(parts, whole):
    assert worst(Status(p) for p in parts) is Status(whole)


@given(STATES, STATES)
def test_more_results_never_make_it_better(some, more):
    evaluated = [s for s in some if s.evaluated]
    if evaluated:
        assert worst(some + more).rank <= worst(some).rank
        assert worst(some) in evaluated
