"""The page about exit codes agrees with the run that computes them."""

import re
from pathlib import Path

import pytest

from audit.core.result import Result
from audit.core.run import FAIL_ON, Document, Run
from audit.core.status import Status

PAGE = Path(__file__).parents[2] / "docs" / "exit-codes.md"
ROWS = dict(re.findall(r"^\| `(\w+)`(?: \(default\))? \| (.+) \|$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE))


def run(status: Status, fail_on: str) -> Run:
    result = Result("D003", "Value range", "quality", status, "")
    return Run("1", "p", "gate", "2026-01-01T00:00:00+00:00", 0.0, Document(), results=(result,), fail_on=fail_on)


def test_every_choice_is_listed():
    assert set(ROWS) == set(FAIL_ON)


@pytest.mark.parametrize("status", [Status.FAILED, Status.UNDECIDED, Status.WARNED, Status.PASSED])
@pytest.mark.parametrize("fail_on", FAIL_ON)
def test_a_state_ends_in_1_exactly_where_the_page_says_so(status, fail_on):
    listed = ROWS[fail_on].split("|")[0]
    assert run(status, fail_on).exit_code == (1 if f"`{status.value}`" in listed else 0)


@pytest.mark.parametrize("fail_on", FAIL_ON)
def test_what_could_not_be_run_ends_in_3_except_under_never(fail_on):
    expected = 3 if ROWS[fail_on].split("|")[1].strip() == "yes" else 0
    assert run(Status.ERROR, fail_on).exit_code == expected
    assert run(Status.SKIPPED, fail_on).exit_code == expected
    assert not run(Status.ERROR, fail_on).passes
