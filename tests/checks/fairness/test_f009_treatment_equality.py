"""F009: false negatives per false positive."""

import pytest

from audit.checks.fairness.f009_treatment_equality import TreatmentEquality
from audit.core.limit import Limit
from audit.core.status import Status
from audit.stats.rates import rate_interval
from tests.answers import findings, one, status, subject_of
from tests.checks.fairness.decided import table

QUOTIENT = "false_negatives_per_false_positive"


def measured(frame, **parameters):
    subject, engine = subject_of(frame, target="y", prediction="p", sensitive=("g",), positive="1")
    check = TreatmentEquality(attribute="g", **parameters)
    found = findings(check, subject, engine)
    return found, status(check, found)


def test_by_hand():
    found, state = measured(table(a=(50, 30, 15, 50), b=(50, 10, 40, 50)))
    assert one(found, QUOTIENT, {"g": "a"}).value == pytest.approx(2)
    assert one(found, QUOTIENT, {"g": "b"}).value == pytest.approx(0.25)
    assert one(found, QUOTIENT).value == pytest.approx(40 / 55)
    assert one(found, QUOTIENT, {"g": "a"}).n == 45
    judged = one(found, "treatment_equality_ratio")
    assert judged.value == pytest.approx(0.125)
    assert judged.interval[1] < 1
    low, high = rate_interval(30, 45)
    assert one(found, QUOTIENT, {"g": "a"}).interval == pytest.approx((low / (1 - low), high / (1 - high)))
    assert "0.25 where g is b (n = 50 errors) and 2.00 where g is a (n = 45 errors); the one is 0.12 of the other" in found.message
    assert state is Status.PASSED  # it judges nothing


def test_without_false_positives_there_is_no_quotient():
    found, _ = measured(table(a=(50, 30, 15, 50), b=(50, 10, 40, 50), c=(50, 9, 0, 50)))
    lonely = one(found, QUOTIENT, {"g": "c"})
    assert (lonely.value, lonely.n, lonely.interval) == (None, 9, None)
    assert one(found, "treatment_equality_ratio").value == pytest.approx(0.125)
    assert "Not estimable for 'c': no false positives to count by." in found.message


def test_with_a_limit_nothing_to_compare_is_undecided():
    found, state = measured(table(a=(50, 30, 15, 50), b=(50, 9, 0, 50)), limit=Limit(low=0.5))
    assert one(found, "treatment_equality_ratio").value is None
    assert state is Status.UNDECIDED
    assert "Fewer than two groups of 'g' have both" in found.message


def test_chance_is_said():
    found, _ = measured(table(a=(50, 5, 4, 50), b=(50, 4, 5, 50)))
    assert "Chance alone could explain it" in found.message
    assert one(found, "treatment_equality_ratio").interval[1] == 1
