"""F013: Simpson's paradox, named."""

import numpy as np
import pandas as pd
import pytest

from audit.checks.fairness.f013_gap_within_strata import GapWithinStrata
from audit.core.errors import NotApplicable, UsageError
from audit.core.status import Status
from tests.answers import findings, one, status, subject_of
from tests.berkeley import admissions


def measured(frame, attribute="sex", weight=None, bins=None, positive="Admitted", **parameters):
    subject, engine = subject_of(
        frame, target="admission", prediction="decision", positive=positive, sensitive=(attribute,), weight=weight, bins=bins or {}
    )
    check = GapWithinStrata(attribute=attribute, among=(attribute,), **parameters)
    found = findings(check, subject, engine)
    return found, status(check, found)


@pytest.fixture(scope="module")
def berkeley():
    frame = admissions()
    return frame.assign(decision=frame.admission)


def test_the_paradox_of_berkeley_is_named(berkeley):
    found, state = measured(berkeley)
    assert state is Status.WARNED
    assert "Simpson's paradox in 'department': over all rows 44.5 % of Male and 30.4 % of Female are selected, a gap of 14.2 points" in found.message
    assert "The rate of Female is the higher one in 4 of 6 values" in found.message
    where = {"column": "department", "first": "Male", "second": "Female"}
    assert one(found, "crude_difference", where).value == pytest.approx(1198 / 2691 - 557 / 1835)
    low, high = one(found, "standardised_difference", where).interval
    assert low < 0 < high  # nothing for sure within departments
    assert "the gap is gone, if it does not turn round" in found.message
    assert found.exhibits[0].rows[0] == ("A", 825, 512 / 825, 108, 89 / 108)


def test_a_gap_that_turns_round_for_sure():
    rows = []
    for unit, counts in {"easy": (("m", 810, 900), ("f", 97, 100)), "hard": (("m", 20, 100), ("f", 270, 900))}.items():
        for sex, selected, total in counts:
            rows += [(unit, sex, "Admitted")] * selected + [(unit, sex, "Rejected")] * (total - selected)
    frame = pd.DataFrame(rows, columns=["unit", "sex", "admission"])
    found, _ = measured(frame.assign(decision=frame.admission))
    assert "within its values the gap turns round" in found.message
    assert one(found, "reversing_columns").value == 1


def test_a_gap_that_stays_passes(berkeley):
    rng = np.random.default_rng(1)
    frame = berkeley.drop(columns="department").assign(coin=rng.choice(["heads", "tails"], len(berkeley)))
    found, state = measured(frame)
    assert state is Status.PASSED
    assert "The sure gap in selection by 'sex' does not vanish or turn round for sure within any column, of 1 column looked within." in found.message


def test_without_a_sure_gap_nothing_is_searched(berkeley):
    frame = berkeley.iloc[:: len(berkeley) // 12]
    found, state = measured(frame)
    assert state is Status.PASSED
    assert "No two groups of 'sex' differ in selection rate for sure" in found.message


def test_columns_of_many_values_are_no_strata(berkeley):
    frame = berkeley.assign(number=np.arange(len(berkeley)), score=np.linspace(0, 1, len(berkeley))).drop(columns="department")
    with pytest.raises(NotApplicable, match="no other column of at most 50 values"):
        measured(frame)
    # a continuous column with declared bins is one
    codes = berkeley.department.map({d: i + 0.5 for i, d in enumerate("ABCDEF")})
    found, _ = measured(frame.assign(score=codes), bins={"score": [1, 2, 3, 4, 5]})
    assert "Simpson's paradox in 'score'" in found.message


def test_named_columns_only(berkeley):
    frame = berkeley.assign(coin=np.arange(len(berkeley)) % 2)
    assert measured(frame, strata=("coin",))[1] is Status.PASSED
    assert measured(frame, strata=("coin", "department"))[1] is Status.WARNED
    with pytest.raises(UsageError, match=r"F013: 'strata' names the column 'departement', which the data do not have. Did you mean 'department'?"):
        measured(frame, strata=("departement",))


def test_equal_weights_change_nothing(berkeley):
    plain, _ = measured(berkeley)
    weighted, _ = measured(berkeley.assign(w=2.5), weight="w")
    where = {"column": "department", "first": "Male", "second": "Female"}
    for name in ("crude_difference", "standardised_difference"):
        assert one(weighted, name, where).value == pytest.approx(one(plain, name, where).value)
        assert one(weighted, name, where).interval == pytest.approx(one(plain, name, where).interval)
