"""D008 on small tables."""

import pyarrow as pa
import pytest

from audit.checks.quality.d008_row_count import RowCount
from audit.core.limit import Limit
from audit.core.status import Status
from tests.answers import findings, one, status
from tests.predicates import planned, rule, subject_with


@pytest.mark.parametrize(
    ("rows", "limit", "state"),
    [
        (0, None, Status.FAILED),
        (1, None, Status.PASSED),
        (9, Limit(low=10, high=12), Status.FAILED),
        (10, Limit(low=10, high=12), Status.PASSED),
        (12, Limit(low=10, high=12), Status.PASSED),
        (13, Limit(low=10, high=12, blocking=False), Status.WARNED),
        (12, Limit(high=12, exclude_high=True), Status.FAILED),
        (7, Limit(low=7, high=7, inverse=True), Status.FAILED),
    ],
)
def test_the_number_of_rows_is_held_against_the_limit(rows, limit, state):
    subject, engine = subject_with({"a": pa.array([None] * rows, pa.int64())})
    check = RowCount(limit=limit) if limit else RowCount()
    found = findings(check, subject, engine)
    assert one(found, "row_count").value == rows
    assert status(check, found) is state


def test_the_sentence():
    subject, engine = subject_with({"a": list(range(1500))})
    check = RowCount(limit=Limit(low=2000))
    assert findings(check, subject, engine).message.startswith("The table has 1,500 rows; at least 2")


def test_the_plan_takes_every_rule_or_asks_for_a_row():
    assert planned(RowCount) == [RowCount()]
    checks = planned(RowCount, rules=[rule("rowCount", limit=Limit(low=5)), rule("rowCount", limit=Limit(high=9)), rule("duplicateValues")])
    assert [(c.limit.low, c.limit.high) for c in checks] == [(5, None), (None, 9)]
