"""The target column, of every type that a table can hold."""

import decimal

import numpy as np
import pandas as pd
import pytest

from audit.core.errors import DataError, UsageError
from training.labels import read_labels


@pytest.mark.parametrize(
    ("values", "classes"),
    [
        (pd.Series(["yes", "no", None]), ["no", "yes"]),
        (pd.Series(["ja", "nein", "ja"], dtype="category"), ["ja", "nein"]),
        (pd.Series([True, False, True]), [False, True]),
        (pd.Series([True, None, False], dtype=object), [False, True]),
        (pd.Series([1, None, 0], dtype="Int64"), [0, 1]),
        (pd.Series([1.0, np.nan, 0.0]), [0.0, 1.0]),
        (pd.Series([True, None, False], dtype="boolean"), [False, True]),
        (pd.Series([decimal.Decimal("1"), decimal.Decimal("2"), None]), [1.0, 2.0]),
    ],
)
def test_two_classes_of_any_type(values, classes):
    labels = read_labels(values.rename("label"))
    assert labels.classes.tolist() == classes
    assert labels.positive == 1
    assert labels.missing == int(values.isna().sum())
    assert labels.classes[labels.codes].tolist() == labels.values.tolist()


@pytest.mark.parametrize(
    ("values", "positive", "position"),
    [(["yes", "no"], "no", 0), ([True, False], "False", 0), ([True, False], "True", 1), ([1, 2], "1", 0), ([1.0, 2.0], "2", 1)],
)
def test_the_declared_class_is_positive(values, positive, position):
    labels = read_labels(pd.Series(values, name="label"), positive)
    assert labels.positive == position
    assert labels.positive_text == str(labels.classes[position])


def test_three_classes_have_no_positive_one():
    labels = read_labels(pd.Series(["a", "b", "c"], name="label"), "a")
    assert labels.positive is None
    assert labels.positive_text is None


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([None, None], "target 'label' has no value in any of 2 rows. Expected a label to learn from"),
        (
            ["yes", "yes", None],
            "target 'label' has one class only (yes, 2 rows). Expected at least two; check 'roles: target' and whether the data were filtered "
            "by their outcome",
        ),
        ([0.5, 1.5, 2.25], "target 'label' holds 3 different fractional numbers. Expected classes; only classifiers are trained"),
    ],
)
def test_no_classes(values, message):
    with pytest.raises(DataError) as refused:
        read_labels(pd.Series(values, name="label"))
    assert str(refused.value) == message


def test_mixed_types_are_refused():
    with pytest.raises(DataError, match="mixes types that have no order"):
        read_labels(pd.Series(["a", 1, "b"], name="label", dtype=object))


@pytest.mark.parametrize(("values", "positive"), [(["yes", "no"], "Yes"), ([1, 0], "two")])
def test_a_positive_class_that_never_occurs_is_refused(values, positive):
    with pytest.raises(UsageError, match=f"'roles: positive' is '{positive}', which target 'label' never takes"):
        read_labels(pd.Series(values, name="label"), positive)
