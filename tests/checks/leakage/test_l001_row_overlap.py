import itertools

import pandas as pd
import pytest

from audit.checks.leakage.l001_row_overlap import RowOverlap
from audit.core.errors import NotApplicable
from audit.core.limit import Limit
from audit.core.status import Status
from audit.core.subject import Model
from tests.answers import findings, one, status, subject_of

# two test rows of three have a twin in training (one only because missing equals missing); the validation row has one in the test rows only
ROWS = pd.DataFrame(
    {
        "id": range(8),
        "part": ["train", "train", "train", "train", "test", "test", "test", "validation"],
        "a": [1.0, 1.0, None, 4.0, 1.0, None, 5.0, 5.0],
        "b": ["x", "y", "z", "x", "x", "z", "x", "x"],
        "y": [0, 1, 1, 0, 0, 1, 1, 1],
        "guess": [0, 1, 0, 1, 1, 0, 1, 0],
    }
)
ROLES = {"target": "y", "split": "part", "key": ("id",), "prediction": "guess"}


def test_shared_rows_by_hand():
    subject, engine = subject_of(ROWS, **ROLES)
    found = findings(RowOverlap(), subject, engine)
    assert one(found, "shared_share", {"part": "test"}).value == pytest.approx(2 / 3)
    assert one(found, "shared_rows", {"part": "test"}).n == 3
    assert one(found, "shared_share", {"part": "validation"}).value == 0
    assert "2 of 3 rows of 'test' (66.7 %) and 0 of 1 row of 'validation' (0 %)" in found.message
    assert "3 compared columns" in found.message
    assert "equal rows may be different people" in found.message
    assert status(RowOverlap(), found) is Status.WARNED


def test_the_target_tells_rows_apart_and_an_entity_silences_the_doubt():
    subject, engine = subject_of(ROWS.assign(y=[0, 1, 1, 0, 1, 1, 1, 1]), **ROLES, entity="id")
    found = findings(RowOverlap(), subject, engine)
    assert one(found, "shared_rows", {"part": "test"}).value == 1
    assert "may be different people" not in found.message


def test_outputs_of_all_models_are_left_out():
    subject, engine = subject_of(ROWS, models=[Model("m", "guess")], target="y", split="part", key=("id",))
    assert one(findings(RowOverlap(), subject, engine), "shared_rows", {"part": "test"}).value == 2


def test_no_shared_row():
    subject, engine = subject_of(ROWS.assign(a=range(8)), **ROLES)
    found = findings(RowOverlap(), subject, engine)
    assert status(RowOverlap(), found) is Status.PASSED
    assert not [m for m in found.measurements if m.name == "expected_share"]


def test_expected_share_is_the_mean_over_all_splits():
    values = ["a", "a", "a", "b", "b", "c"]
    frame = pd.DataFrame({"a": values, "part": ["train", "train", "test", "train", "test", "test"]})
    subject, engine = subject_of(frame, split="part")
    found = findings(RowOverlap(), subject, engine)
    # every way to draw three of the six rows for training, counted out
    shares = []
    for drawn in itertools.combinations(range(6), 3):
        trained = {values[i] for i in drawn}
        shares += [values[i] in trained for i in range(6) if i not in drawn]
    assert one(found, "expected_share").value == pytest.approx(sum(shares) / len(shares))


def test_awkward_names_and_values():
    frame = pd.DataFrame({"split": ["train", "test", None], "n": ["é", "é", "é"], 'c0 "q"': [float("nan")] * 3, "in_train": [True] * 3})
    subject, engine = subject_of(frame, split="split")
    found = findings(RowOverlap(), subject, engine)
    assert one(found, "shared_rows", {"split": "test"}).value == 1
    assert [m.n for m in found.measurements if m.name == "shared_share"] == [1]


def test_another_name_for_training():
    subject, engine = subject_of(ROWS.assign(part=ROWS.part.replace("train", "fit")), **ROLES)
    with pytest.raises(NotApplicable, match="needs rows of 'train'"):
        findings(RowOverlap(), subject, engine)
    check = RowOverlap(train="fit", limit=Limit(high=0.9))
    assert status(check, findings(check, subject, engine)) is Status.PASSED


@pytest.mark.parametrize(
    ("frame", "roles", "words"),
    [
        (ROWS, {"target": "y"}, "needs a split column"),
        (ROWS[:0], ROLES, "needs rows of 'train'"),
        (ROWS[:4], ROLES, "none of another split"),
        (ROWS.assign(part=pd.Series([None] * 8, dtype="str")), ROLES, "needs rows of 'train'"),
        (ROWS[["id", "part"]], {"split": "part", "key": ("id",)}, "needs columns to compare"),
    ],
)
def test_not_applicable(frame, roles, words):
    subject, engine = subject_of(frame.reset_index(drop=True), **roles)
    with pytest.raises(NotApplicable, match=words):
        findings(RowOverlap(), subject, engine)
