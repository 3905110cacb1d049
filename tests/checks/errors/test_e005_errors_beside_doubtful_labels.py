"""E005 on planted twins with another label and on planted wrong labels."""

import numpy as np
import pandas as pd
import pytest

from audit.checks.errors.e005_errors_beside_doubtful_labels import ErrorsBesideDoubtfulLabels
from audit.core.errors import NotApplicable
from audit.stats.one_sided import more_successes
from tests.answers import findings, one, subject_of

ROLES = {"target": "label", "prediction": "prediction", "score": "score", "split": "split", "key": ("id",)}
NUMBERS = [f"x{i}" for i in range(8)]
TWINS = 60


@pytest.fixture(scope="module")
def planted():
    """Rows of test, of which the first 60 are near copies of training rows, every second with the other label; 5 % of all labels are turned."""
    rng = np.random.default_rng(0)
    n = 3_000
    frame = pd.DataFrame({c: rng.normal(size=n).round(4) for c in NUMBERS}).assign(town=rng.choice(list("abcdefgh"), n), id=range(n))
    frame["split"] = np.where(frame["id"] < n // 2, "train", "test")
    copies = slice(n // 2, n // 2 + TWINS - 1)
    frame.loc[copies, [*NUMBERS, "town"]] = frame.loc[: TWINS - 1, [*NUMBERS, "town"]].to_numpy()
    frame = frame.astype(dict.fromkeys(NUMBERS, float))
    frame.loc[copies, "x7"] *= 1.001
    chance = 1 / (1 + np.exp(-6 * (frame["x0"] + frame["x1"])))
    turned = rng.random(n) < 0.05
    frame["label"] = ((rng.random(n) < chance) ^ turned).astype(int)
    odd = np.arange(TWINS) % 2
    frame.loc[copies, "label"] = np.where(odd, frame["label"][:TWINS], 1 - frame["label"][:TWINS])
    frame["score"], frame["prediction"] = chance, (chance > 0.5).astype(int)
    return frame, turned


def test_errors_beside_twins_with_another_label(planted):
    frame, _ = planted
    subject, engine = subject_of(frame, **ROLES)
    found = findings(ErrorsBesideDoubtfulLabels(), subject, engine)
    test = frame[frame["split"] == "test"]
    wrong = (test["label"] != test["prediction"]).to_numpy()
    beside = np.zeros(len(test), dtype=bool)
    beside[:TWINS:2] = True
    conflicting = one(found, "error_rate", {"beside": "twin with another label"})
    assert (conflicting.n, conflicting.value) == (TWINS // 2, pytest.approx(wrong[beside].mean()))
    agreeing = one(found, "error_rate", {"beside": "twin with the same label"})
    assert (agreeing.n, agreeing.value) == (TWINS // 2, pytest.approx(wrong[1:TWINS:2].mean()))
    p = one(found, "p_value", {"beside": "twin with another label"}).value
    assert p == pytest.approx(more_successes(int(wrong[beside].sum()), TWINS // 2, int(wrong.sum()), len(test)))
    assert found.message.startswith("Of 30 held-out rows with a near twin of another label in training")


def test_the_estimated_share_of_wrong_labels_holds_the_planted_one(planted):
    frame, turned = planted
    subject, engine = subject_of(frame, **ROLES)
    found = findings(ErrorsBesideDoubtfulLabels(), subject, engine)
    test = (frame["split"] == "test").to_numpy()
    wrong_labels = turned[test].mean() + TWINS / 2 / test.sum()
    low, high = one(found, "label_error_share").interval
    assert low <= wrong_labels <= high
    errors = (frame["label"] != frame["prediction"])[test]
    mended = one(found, "accuracy", {"if": "likely wrong labels are mended"})
    assert mended.interval[0] == pytest.approx(1 - errors.mean())
    # were all turned labels mended, the model would be right where it is against the labels drawn by its own scores
    assert mended.interval[0] < mended.value <= mended.interval[1] <= 1


def test_overlapping_classes_are_no_wrong_labels(planted):
    frame, _ = planted
    rng = np.random.default_rng(1)
    frame = frame.assign(label=(rng.random(len(frame)) < frame["score"]).astype(int)).iloc[:1_500].assign(split="test")
    subject, engine = subject_of(frame, **ROLES)
    found = findings(ErrorsBesideDoubtfulLabels(), subject, engine)
    mended = one(found, "accuracy", {"if": "likely wrong labels are mended"})
    assert mended.value == mended.interval[0] == mended.interval[1]
    assert "no wrong label can be told from overlapping classes" in found.message
    assert "'split' has no rows of 'train'" in found.message


@pytest.mark.parametrize(
    ("change", "roles", "message"),
    [
        (lambda f: f, {"split": None, "score": None}, "needs training rows to look for near twins among"),
        (lambda f: f.assign(label=f["x0"]), {}, "is about classes"),
        (lambda f: f.assign(prediction=None), {}, "no held-out row has both"),
    ],
    ids=["neither", "quantity", "no predictions"],
)
def test_what_cannot_be_examined_says_why(planted, change, roles, message):
    subject, engine = subject_of(change(planted[0]), **(ROLES | roles))
    with pytest.raises(NotApplicable, match=message):
        findings(ErrorsBesideDoubtfulLabels(), subject, engine)


def test_a_perfect_model_and_too_few_rows(planted):
    frame, _ = planted
    subject, engine = subject_of(frame.assign(prediction=frame["label"]), **ROLES)
    assert "so no error can come from a label" in findings(ErrorsBesideDoubtfulLabels(), subject, engine).message
    subject, engine = subject_of(frame[frame["id"] % 100 == 0], **ROLES)
    assert "Labels were not doubted: that needs 200 held-out rows" in findings(ErrorsBesideDoubtfulLabels(), subject, engine).message
