"""D007 on small tables."""

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.checks.quality.d007_exact_duplicates import ExactDuplicates
from audit.core.contract import Column
from audit.core.errors import NotApplicable
from audit.core.limit import Limit
from audit.core.status import Status
from tests.answers import findings, one, status
from tests.predicates import NAN, broken, found_and_picked, planned, rule, subject_with

WIDE = {"d": [1, 1, 1, 2], "e": ["x", "x", "x", "x"], "f": [0.5, 0.5, 0.5, 0.5]}


@pytest.mark.parametrize(
    ("columns", "copies"),
    [
        ({"a": [1, 1, 1, 2], "b": ["x", "x", "y", "x"]}, 1),
        ({"a": pa.array([None, None, NAN, NAN, 1.0])}, 2),
        ({"a": pa.array([None, None, None, 1]), "b": pa.array(["x", "x", None, "x"]), **WIDE}, 1),
        ({"a": pa.array([NAN, NAN, 1.0, None]), "b": [True] * 4, "c": pa.array([None] * 4, pa.string()), **WIDE}, 1),
        ({"a": [1] * 4, "b": ["x"] * 4, "c": [0.5] * 4, "d": [True] * 4}, 3),
        ({"a": pa.array([], pa.int64()), "b": pa.array([], pa.string())}, 0),
        ({"größe": ["ß", "ss"]}, 0),
    ],
)
@pytest.mark.parametrize("key", [(), ("a",), ("not there",)])
def test_copies_beyond_the_first_fail_and_nulls_are_equal(columns, copies, key):
    assert len(broken(ExactDuplicates(key=key), columns)) == copies


def test_the_copies_are_counted_and_the_largest_group():
    found, _ = found_and_picked(ExactDuplicates(), {"a": [1, 1, 1, 2, 2, 3], "b": list("xxxyyz")})
    assert {m.name: m.value for m in found.measurements} == {"failing_rows": 3, "failing_share": 0.5, "largest_group": 3}
    assert found.message == "3 of 6 rows (50.0 %) repeat an earlier row in all 2 columns; the data have no key, so equal rows may be different cases."
    found, _ = found_and_picked(ExactDuplicates(), {"a": [1, 2]})
    assert found.message == "No two of 2 rows are equal in all 1 column."


def test_with_a_key_equal_rows_are_copies():
    subject, engine = subject_with({"a": [1, 1]}, key=("a",))
    assert findings(ExactDuplicates(), subject, engine).message == "1 of 2 rows (50.0 %) repeat an earlier row in all 1 column."


def test_by_default_copies_only_warn():
    subject, engine = subject_with({"a": [1, 1]})
    check = ExactDuplicates()
    assert status(check, findings(check, subject, engine)) is Status.WARNED


def test_the_plan_takes_rules_about_whole_rows():
    assert planned(ExactDuplicates) == [ExactDuplicates()]
    keyed = [Column("a"), Column("b", unique=True), Column("c", primary_key=True)]
    percent = rule("duplicateValues", limit=Limit(high=0.1, measurement="failing_share"))
    (check,) = planned(ExactDuplicates, *keyed, rules=[percent, rule("duplicateValues", arguments={"properties": ["a"]}), rule("rowCount")])
    assert (check.key, check.limit.high, check.limit.measurement) == (("b",), 0.1, "failing_share")


def test_nested_columns_cannot_be_compared():
    subject, _ = subject_with({"a": [[1], [1]]})
    with pytest.raises(NotApplicable, match="nested columns"):
        ExactDuplicates().asks(subject)


ROWS = st.tuples(
    st.sampled_from([None, NAN, 0.0, 1.0]),
    st.sampled_from([None, "", "x"]),
    st.sampled_from([None, True, False]),
    st.integers(0, 1),
    st.integers(0, 1),
)


@settings(max_examples=15, deadline=None)
@given(st.lists(ROWS, max_size=25))
def test_pandas_counts_the_same(rows):
    types = (pa.float64(), pa.string(), pa.bool_(), pa.int64(), pa.int64())
    lists = [list(c) for c in zip(*rows, strict=True)] or [[]] * 5
    columns = {name: pa.array(values, kind) for name, values, kind in zip("abcde", lists, types, strict=True)}
    # NaN and null are different values to the engine, and one to pandas
    frame = pd.DataFrame({"a": [str(v) for v in lists[0]], **{n: pd.Series(v, dtype=object) for n, v in zip("bcde", lists[1:], strict=True)}})
    expected = int(frame.duplicated().sum())
    assert len(broken(ExactDuplicates(), columns)) == expected
    found, _ = found_and_picked(ExactDuplicates(key=("d",)), columns)
    assert one(found, "failing_rows").value == expected
