import pandas as pd
import pytest

from audit.checks.balance.b004_number_of_classes import NumberOfClasses
from audit.core.errors import NotApplicable
from audit.core.status import Status
from tests.answers import findings, one, status, subject_of


@pytest.mark.parametrize(
    ("values", "classes", "state", "words"),
    [
        (["a", "b", None], 2, Status.PASSED, "2 classes: a and b"),
        (["a", "a", None], 1, Status.FAILED, "Only one class, a, in all 2 rows with a label: no model can be trained."),
        ([None, None], 0, Status.FAILED, "No row has a label"),
        ([], 0, Status.FAILED, "missing in 0 rows"),
    ],
)
def test_at_least_two_classes(values, classes, state, words):
    subject, engine = subject_of(pd.DataFrame({"y": pd.Series(values, dtype="str")}), target="y")
    found = findings(NumberOfClasses(), subject, engine)
    assert one(found, "classes", {"column": "y"}).value == classes
    assert status(NumberOfClasses(), found) is state
    assert words in found.message


def test_nan_is_no_class():
    subject, engine = subject_of(pd.DataFrame({"y": [1.0, float("nan")]}), target="y")
    assert status(NumberOfClasses(), findings(NumberOfClasses(), subject, engine)) is Status.FAILED


def test_a_measurement_is_no_class_label():
    subject, engine = subject_of(pd.DataFrame({"y": [k / 7 for k in range(60)]}), target="y")
    with pytest.raises(NotApplicable):
        findings(NumberOfClasses(), subject, engine)
