"""The groups that thresholds are fitted for are those that the audit compares."""

import numpy as np
import pandas as pd
import pytest

from audit.core.errors import UsageError
from tests.predicates import subject_with
from training.correct import groups_of
from training.transformers import MISSING


@pytest.mark.parametrize("kind", ["float64", "Int64"])
def test_bins_are_those_of_the_audit(kind):
    values = [18, 25, 44, 45, 90, None]
    subject, engine = subject_with({"age": values}, bins={"age": [25, 45]})
    audited = [v for (v,) in engine.fetch(subject.group("age").name("g").as_table())[1]]
    ours = groups_of(pd.Series(values, dtype=kind, name="age"), (25.0, 45.0))
    assert ours.tolist() == [MISSING if v is None else v for v in audited]


def test_without_bins_the_values_are_the_groups():
    assert groups_of(pd.Series(["a", None, "b"])).tolist() == ["a", MISSING, "b"]


@pytest.mark.parametrize("values", [["1", "2"], np.array([True, False])])
def test_only_numbers_are_sorted_into_bins(values):
    with pytest.raises(UsageError, match="bins are declared for 'age', whose values are no numbers"):
        groups_of(pd.Series(values, name="age"), (25.0,))
