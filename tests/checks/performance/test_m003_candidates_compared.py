import numpy as np
import pandas as pd
import pytest

from audit.checks.performance.m003_candidates_compared import CandidatesCompared
from audit.core.errors import NotApplicable
from audit.core.exhibit import Kind
from audit.core.status import Status
from audit.core.subject import Model
from tests.answers import findings, one, status, subject_of

FRAME = pd.DataFrame(
    {
        "y": [1, 1, 0, 0, 1, 1, 0, 0],
        "colour": ["Black"] * 4 + ["White"] * 4,
        "p1": [1, 0, 0, 0, 1, 1, 1, 0],
        "s1": [0.9, 0.3, 0.2, 0.1, 0.8, 0.7, 0.6, 0.1],
        "p2": [1, 1, 1, 0, 1, 1, 1, 0],
    }
)
MODELS = (Model("first", "p1", "s1"), Model("mitigated", "p2", chosen=False))


def test_by_hand() -> None:
    subject, engine = subject_of(FRAME, MODELS, target="y", prediction="p1", score="s1", sensitive=("colour",))
    check = CandidatesCompared()
    found = findings(check, subject, engine)
    assert status(check, found) is Status.PASSED
    assert one(found, "accuracy", {"model": "first"}).value == pytest.approx(6 / 8)
    # pairs of a positive and a negative: 16; only the positive with 0.3 scores below the negative with 0.6
    assert one(found, "roc_auc", {"model": "first"}).value == pytest.approx(15 / 16)
    assert one(found, "selection_rate", {"model": "first", "colour": "Black"}).value == pytest.approx(1 / 4)
    assert one(found, "selection_rate", {"model": "mitigated", "colour": "White"}).value == pytest.approx(3 / 4)
    table, bars = found.exhibits
    assert table.rows[0] == ("first (chosen)", 0.75, 8, 15 / 16, 0.5)
    assert table.rows[1] == ("mitigated", 0.75, 8, None, 0.0)
    assert bars.kind is Kind.BARS
    assert {(row[0], row[5]): row[1] for row in bars.rows} == {
        ("Black", "observed"): 0.5, ("White", "observed"): 0.5, ("Black", "first"): 0.25, ("White", "first"): 0.75,
        ("Black", "mitigated"): 0.75, ("White", "mitigated"): 0.75,
    }  # fmt: skip


def test_without_attributes_and_with_three_classes() -> None:
    frame = pd.DataFrame({"y": ["a", "b", "c"] * 3, "p1": ["a", "b", "c"] * 3, "p2": ["a"] * 9})
    models = (Model("first", "p1"), Model("second", "p2", chosen=False))
    subject, engine = subject_of(frame, models, target="y", prediction="p1", sensitive=())
    found = findings(CandidatesCompared(), subject, engine)
    assert one(found, "accuracy", {"model": "second"}).value == pytest.approx(1 / 3)
    assert found.message.endswith("The same class for every row, and so no gap whatever the groups: second.")
    assert len(found.exhibits) == 1


def test_missing_groups_are_shown_and_left_out_of_the_gap() -> None:
    frame = pd.concat([FRAME, pd.DataFrame({"y": [1], "colour": [None], "p1": [1], "s1": [np.nan], "p2": [0]})])
    subject, engine = subject_of(frame, MODELS, target="y", prediction="p1", score="s1", sensitive=("colour",))
    found = findings(CandidatesCompared(), subject, engine)
    assert found.exhibits[0].rows[1][4] == 0.0
    assert one(found, "selection_rate", {"model": "mitigated", "colour": "(missing)"}).value == 0


def test_one_model_is_nothing_to_compare() -> None:
    subject, engine = subject_of(FRAME, MODELS[:1], target="y", prediction="p1")
    with pytest.raises(NotApplicable, match="training: candidates"):
        findings(CandidatesCompared(), subject, engine)
