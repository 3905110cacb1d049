from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from audit.checks.balance.b007_rows_lost_by_group import RowsLostByGroup
from audit.core.contract import Contract
from audit.core.errors import NotApplicable
from audit.core.status import Status
from audit.stats.range_of_rates import range_of_rates
from tests.answers import findings, one, status, subject_of


def rows(at_fault="age", **counts):
    """Return ``(all rows, lost rows)`` of a table with ``group=(lost, all)`` rows each."""
    everything = pd.DataFrame({"group": [g for g, (_, n) in counts.items() for _ in range(n)]})
    lost = pd.DataFrame({"group": [g for g, (k, _) in counts.items() for _ in range(k)]})
    lost["assay_columns"] = pd.Series([[at_fault]] * len(lost), dtype="object")
    return everything, lost


def found_in(everything, lost, **roles):
    subject, engine = subject_of(everything, sensitive=("group",), **roles)
    lost = lost if len(lost) else pd.DataFrame({"group": pd.Series([], dtype="str"), "assay_columns": pd.Series([], dtype="object")})
    import pyarrow as pa

    columns = pa.array([list(v) for v in lost["assay_columns"]], pa.list_(pa.string()))
    engine.backend.con.register("lost_rows", pa.Table.from_pandas(lost.drop(columns="assay_columns")).append_column("assay_columns", columns))
    subject = replace(subject, set_aside=engine.backend.table("lost_rows"))
    check = next(iter(RowsLostByGroup.plan(subject, Contract())))
    return check, findings(check, subject, engine)


def test_rates_and_gap():
    check, found = found_in(*rows(a=(120, 1000), b=(30, 1000)))
    expected = range_of_rates([120, 30], [1000, 1000])
    gap = one(found, "loss_rate_gap")
    assert (gap.value, gap.interval) == (pytest.approx(0.09), pytest.approx(expected.interval))
    assert one(found, "p_value").value == pytest.approx(expected.p_value)
    assert one(found, "loss_rate", {"group": "a"}).value == 0.12
    assert status(check, found) is Status.WARNED
    low, high = (100 * end for end in gap.interval)
    assert found.message == f"Set aside by 'group': 12.0 % of a and 3.0 % of b; a gap of 9.0 points (95 % interval {low:.1f} to {high:.1f})."
    assert found.exhibits[0].reference == 0.075


def test_a_gap_that_few_rows_cannot_tell_is_undecided_and_says_what_would_decide():
    check, found = found_in(*rows(a=(12, 100), b=(3, 100)))
    assert status(check, found) is Status.UNDECIDED
    assert "Whether it is above 5.0 points is undecided; about" in found.message
    assert "more rows would decide." in found.message


def test_a_small_gap_passes():
    check, found = found_in(*rows(a=(120, 9000), b=(110, 9000)))
    assert status(check, found) is Status.PASSED


def test_nothing_lost_is_no_gap():
    check, found = found_in(*rows(a=(0, 100), b=(0, 5)))
    assert (one(found, "loss_rate_gap").value, one(found, "loss_rate_gap").interval) == (0, None)
    assert found.message == "No row was set aside, so no group lost any."
    assert status(check, found) is Status.PASSED


def test_a_misspelt_group_is_no_group_that_lost_all_its_rows():
    everything, lost = rows(a=(1, 500), b=(1, 500))
    wrong = pd.DataFrame({"group": ["bb"] * 9 + [None] * 3, "assay_columns": [["group"]] * 12})
    check, found = found_in(pd.concat([everything, wrong[["group"]]]), pd.concat([lost, wrong]))
    assert one(found, "loss_rate_gap").value == 0
    assert one(found, "lost_rows_without_group").value == 12
    assert {m.where["group"] for m in found.measurements if m.name == "loss_rate"} == {"a", "b"}
    assert found.message.endswith("12 rows were set aside whose 'group' is missing or itself at fault.")
    assert status(check, found) is Status.PASSED


def test_only_misspelt_groups_lost():
    everything, lost = rows(a=(0, 500), b=(0, 500))
    wrong = pd.DataFrame({"group": ["bb"], "assay_columns": [["group"]]})
    _, found = found_in(pd.concat([everything, wrong[["group"]]]), pd.concat([lost, wrong]))
    assert found.message == "No row with a valid 'group' was set aside. 1 row was set aside whose 'group' is missing or itself at fault."


def test_one_group():
    check, found = found_in(*rows(a=(10, 40)))
    assert found.message == "Only one group, a: 25.0 % of its 40 rows were set aside."
    assert status(check, found) is Status.PASSED


def test_many_groups_are_named_by_their_extremes_and_nan_is_no_group():
    groups = pd.DataFrame({"group": np.repeat([1.0, 2, 3, 4, 5, np.nan], 40)})
    lost = pd.DataFrame({"group": [2.0] * 30 + [np.nan] * 2, "assay_columns": [["x"]] * 32})
    _, found = found_in(groups, lost)
    assert "0 % of 1 and 75.0 % of 2 (the lowest and the highest of 5 groups)" in found.message
    assert one(found, "lost_rows_without_group").value == 2


def test_attributes_and_target_are_looked_at_once_each():
    frame = pd.DataFrame({"group": ["a", "b"], "label": [0, 1]})
    subject, _ = subject_of(frame, sensitive=("group",), target="label")
    assert [(c.attribute, c.looks) for c in RowsLostByGroup.plan(subject, Contract())] == [("group", 2), ("label", 2)]
    subject, _ = subject_of(frame, target="label")
    assert [(c.attribute, c.looks) for c in RowsLostByGroup.plan(subject, Contract())] == [("label", 1)]


def test_not_applicable():
    subject, engine = subject_of(pd.DataFrame({"group": ["a"]}), sensitive=("group",))
    with pytest.raises(NotApplicable, match="known only after bad rows were set aside"):
        RowsLostByGroup(attribute="group").asks(subject)
    subject, engine = subject_of(pd.DataFrame({"group": ["a"]}))
    (check,) = RowsLostByGroup.plan(subject, Contract())
    with pytest.raises(NotApplicable, match="needs a sensitive column"):
        findings(check, subject, engine)
    for n in (60, 1_200):
        with pytest.raises(NotApplicable, match="more than 50 distinct values"):
            found_in(pd.DataFrame({"group": range(n)}), pd.DataFrame({"group": [3], "assay_columns": [["x"]]}))
