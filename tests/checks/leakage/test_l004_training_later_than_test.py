import numpy as np
import pandas as pd
import pytest

from audit.checks.leakage.l004_training_later_than_test import TrainingLaterThanTest
from audit.core.errors import NotApplicable
from audit.core.status import Status
from tests.answers import findings, one, status, subject_of

# training years 1, 2, 2, 4 against test years 2, 3: of 8 pairs the training row is later in 2 (4 after 2, 4 after 3), earlier in 4, level in 2
ROWS = pd.DataFrame({"part": ["train"] * 4 + ["test"] * 2 + ["train", None], "year": [1.0, 2, 2, 4, 2, 3, np.nan, 9]})
ROLES = {"split": "part", "time": "year"}


def test_pairs_by_hand():
    subject, engine = subject_of(ROWS, **ROLES)
    found = findings(TrainingLaterThanTest(), subject, engine)
    assert one(found, "later_share", {"part": "test"}).value == 2 / 8
    assert one(found, "later_share_by_chance", {"part": "test"}).value == (2 + 4) / 8 / 2
    assert one(found, "rows_after_first", {"part": "test"}).value == 1
    assert one(found, "missing_rows").value == 2
    assert "2 rows without time or split left out" in found.message
    assert found.exhibits[0].rows == (("train", 4, "1.0", "4.0", None), ("test", 2, "2.0", "3.0", 1))
    assert status(TrainingLaterThanTest(), found) is Status.WARNED


def test_counts_agree_with_counting_all_pairs():
    rng = np.random.default_rng(4)
    frame = pd.DataFrame({"part": rng.choice(["train", "test", "validation"], 300), "year": rng.integers(0, 40, 300), "who": rng.integers(0, 9, 300)})
    subject, engine = subject_of(frame, **ROLES, entity="who")
    found = findings(TrainingLaterThanTest(), subject, engine)
    train = frame[frame.part == "train"]
    for name in ("test", "validation"):
        pairs = train.merge(frame[frame.part == name], how="cross")
        assert one(found, "later_share", {"part": name}).value == pytest.approx((pairs.year_x > pairs.year_y).mean())
        same = pairs[pairs.who_x == pairs.who_y]
        assert one(found, "later_share", {"part": name, "within": "who"}).value == pytest.approx((same.year_x > same.year_y).mean())


@pytest.mark.parametrize("zone", [None, "UTC", "America/New_York"])
@pytest.mark.parametrize("unit", ["h", "us"])
def test_a_split_by_time_holds_in_every_type_of_time(zone, unit):
    times = pd.Timestamp("1890-03-01", tz=zone) + pd.to_timedelta(np.arange(10), unit=unit)
    frame = pd.DataFrame({"part": ["train"] * 6 + ["test"] * 4, "year": times})
    subject, engine = subject_of(frame, **ROLES)
    found = findings(TrainingLaterThanTest(), subject, engine)
    assert one(found, "later_share", {"part": "test"}).value == 0
    assert one(found, "later_share_by_chance", {"part": "test"}).value == 0.5
    assert status(TrainingLaterThanTest(), found) is Status.PASSED
    assert ("UTC" in found.message) == (zone is not None)


def test_two_zones_are_one_line_of_time():
    # 01:00 in Berlin is before 00:30 in London on that day
    moments = pd.to_datetime(["2024-06-01T01:00:00+02:00", "2024-06-01T00:30:00+01:00"], utc=True)
    subject, engine = subject_of(pd.DataFrame({"part": ["train", "test"], "year": moments}), **ROLES)
    assert one(findings(TrainingLaterThanTest(), subject, engine), "later_share", {"part": "test"}).value == 0


def test_entities_kept_apart_have_no_pairs_of_their_own():
    frame = pd.DataFrame({"part": ["train", "train", "test", "test"], "year": [1, 4, 2, 3], "who": ["a", "a", "b", None]})
    subject, engine = subject_of(frame, **ROLES, entity="who")
    found = findings(TrainingLaterThanTest(), subject, engine)
    assert [m.where for m in found.measurements if m.name == "later_share"] == [{"part": "test"}]


def test_names_may_be_awkward():
    frame = pd.DataFrame({"moment": ["train", "test", "test"], "split": pd.to_datetime(["2024-01-03", "2024-01-02", "2024-01-01"]), "at": [1, 1, 2]})
    subject, engine = subject_of(frame, split="moment", time="split", entity="at")
    found = findings(TrainingLaterThanTest(), subject, engine)
    assert one(found, "later_share", {"moment": "test", "within": "at"}).value == 1
    assert one(found, "later_share", {"moment": "test"}).value == 1


@pytest.mark.parametrize(
    ("frame", "roles", "words"),
    [
        (ROWS, {"split": "part"}, "needs a time column"),
        (ROWS, {"time": "year"}, "needs a split column"),
        (ROWS[:4], ROLES, "found 'train'"),
        (ROWS[:0], ROLES, "found none"),
        (ROWS.assign(part="fit"), ROLES, "found 'fit'"),
        (ROWS.assign(year="May"), ROLES, "has the type string; give it as dates"),
    ],
)
def test_not_applicable(frame, roles, words):
    subject, engine = subject_of(frame.reset_index(drop=True), **roles)
    with pytest.raises(NotApplicable, match=words):
        findings(TrainingLaterThanTest(), subject, engine)
