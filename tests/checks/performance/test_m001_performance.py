from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as sk

from audit.checks.performance.m001_performance import Performance
from audit.core.contract import Contract
from audit.core.errors import DataError, NotApplicable
from audit.core.limit import Limit
from audit.core.status import Status
from tests.answers import findings, one, status, subject_of

# ten rows: TP 3, FN 1, FP 2, TN 4
LABELS = [1, 1, 1, 1, 0, 0, 0, 0, 0, 0]
PREDICTED = [1, 1, 1, 0, 1, 1, 0, 0, 0, 0]


def measured(frame: pd.DataFrame, **roles: Any) -> Any:
    subject, engine = subject_of(frame, target="y", prediction="p", **roles)
    check = next(iter(Performance.plan(subject, Contract())))
    found = findings(check, subject, engine)
    return found, status(check, found)


def test_by_hand() -> None:
    found, state = measured(pd.DataFrame({"y": LABELS, "p": PREDICTED}))
    assert one(found, "accuracy").value == pytest.approx(0.7)
    assert one(found, "balanced_accuracy").value == pytest.approx((3 / 4 + 4 / 6) / 2)
    assert one(found, "precision").value == pytest.approx(3 / 5)
    assert one(found, "precision").n == 5
    assert one(found, "recall").value == pytest.approx(3 / 4)
    assert one(found, "f1").value == pytest.approx(6 / 9)
    assert state is Status.PASSED  # nothing to judge without a score
    assert {e.title for e in found.exhibits} == {"Metrics with their 95 % intervals", "Label and prediction"}
    cells = {(row[0], row[1]): row[3] for row in found.exhibits[1].rows}
    assert cells == {("0", "0"): 4, ("1", "0"): 2, ("0", "1"): 1, ("1", "1"): 3}


def test_agrees_with_sklearn() -> None:
    rng = np.random.default_rng(3)
    y = rng.integers(0, 2, 400)
    score = np.round(np.clip(rng.normal(0.4 + 0.2 * y, 0.2), 0, 1), 2)
    p = (score > 0.5).astype(int)
    found, state = measured(pd.DataFrame({"y": y, "p": p, "s": score}), score="s")
    for name, theirs in {
        "accuracy": sk.accuracy_score(y, p), "balanced_accuracy": sk.balanced_accuracy_score(y, p), "precision": sk.precision_score(y, p),
        "recall": sk.recall_score(y, p), "f1": sk.f1_score(y, p), "roc_auc": sk.roc_auc_score(y, score),
    }.items():  # fmt: skip
        mine = one(found, name)
        assert mine.value == pytest.approx(theirs)
        assert mine.interval is not None
        assert mine.interval[0] < theirs < mine.interval[1]
        assert mine.level == 0.95
    assert state is Status.PASSED
    assert "held-out" not in found.message


def test_more_than_ten_thousand_scores_are_binned_and_said_so() -> None:
    rng = np.random.default_rng(4)
    y = rng.integers(0, 2, 30_000)
    score = rng.normal(y * 0.5) ** 3  # skewed, outside 0 to 1
    found, _ = measured(pd.DataFrame({"y": y, "p": (score > 0).astype(int), "s": score}), score="s")
    area = one(found, "roc_auc")
    assert area.value == pytest.approx(sk.roc_auc_score(y, score), abs=1e-5)
    assert "bins" in area.method
    assert area.n == 30_000


def test_very_many_scores_are_rounded_first() -> None:
    rng = np.random.default_rng(6)
    y = rng.integers(0, 2, 150_000)
    logit = rng.normal(y * 1.0, 6)  # crowded near 0 and near 1
    for score in (1 / (1 + np.exp(-logit)), logit, np.where(y == 1, np.inf, logit)):
        found, _ = measured(pd.DataFrame({"y": y, "p": (logit > 0).astype(int), "s": score}), score="s")
        finite = np.where(np.isinf(score), 1e9, score)
        assert one(found, "roc_auc").value == pytest.approx(sk.roc_auc_score(y, finite), abs=2e-5)
        assert "bins" in one(found, "roc_auc").method


def test_text_as_score_is_an_error() -> None:
    with pytest.raises(DataError, match="expected numbers"):
        measured(pd.DataFrame({"y": LABELS, "p": PREDICTED, "s": ["high"] * 10}), score="s")


def test_score_the_wrong_way_round_is_broken() -> None:
    y = np.tile([0, 1], 100)
    found, state = measured(pd.DataFrame({"y": y, "p": y, "s": 1 - y + np.linspace(0, 0.5, 200)}), score="s")
    assert one(found, "roc_auc").value is not None
    assert state is Status.FAILED
    assert found.message.startswith("100 %")


@pytest.mark.parametrize(
    ("labels", "predictions"),
    [
        ([True, False], [1, 0]),
        ([1, 0], [1.0, 0.0]),
        ([1.0, 0.0], ["1", "0"]),
        (["yes", "no"], ["yes", "no"]),
        (["True", "False"], [True, False]),
        (["1", "0"], [1, 0]),
    ],
)
def test_classes_match_over_types(labels: list[Any], predictions: list[Any]) -> None:
    found, _ = measured(pd.DataFrame({"y": labels * 5, "p": predictions * 5}))
    assert one(found, "accuracy").value == 1
    assert one(found, "recall").value == 1


def test_missing_values_are_counted_and_left_out() -> None:
    frame = pd.DataFrame({"y": [*LABELS, np.nan, 1, np.nan], "p": [*PREDICTED, 1, np.nan, np.nan], "s": np.linspace(0, 1, 13)})
    frame.loc[0, "s"] = np.nan
    found, _ = measured(frame, score="s", positive="1")
    assert one(found, "accuracy").n == 10
    assert one(found, "missing_labels").value == 2
    assert one(found, "missing_predictions").value == 2
    assert one(found, "missing_predictions").n == 13
    assert one(found, "roc_auc").n == 10  # eleven labels, one of them without a score
    assert "2 rows have no label" in found.message


def test_unknown_class_counts_as_wrong_and_is_named() -> None:
    found, _ = measured(pd.DataFrame({"y": ["a", "b"] * 10, "p": ["a", "b"] * 8 + ["maybe"] * 4}))
    assert one(found, "accuracy").value == pytest.approx(0.8)
    assert "4 predictions are no class of the target (maybe) and counted as wrong." in found.message


def test_predictions_of_other_classes_altogether_are_an_error() -> None:
    with pytest.raises(DataError, match=r"no prediction in 'p' is a class of 'y': got no, yes, expected 0, 1"):
        measured(pd.DataFrame({"y": [0, 1] * 5, "p": ["no", "yes"] * 5}))


def test_a_score_under_prediction_is_an_error() -> None:
    y = np.tile([0, 1], 300)
    with pytest.raises(DataError, match="roles: score"):
        measured(pd.DataFrame({"y": y, "p": np.concatenate([[0.0, 1.0], np.linspace(0.01, 0.9, 598)])}))


def test_one_class_and_constant_answers_are_named() -> None:
    found, state = measured(pd.DataFrame({"y": [1] * 6, "p": [1] * 6, "s": [0.5] * 6}), score="s", positive="1")
    assert state is Status.UNDECIDED
    for name in ("balanced_accuracy", "roc_auc"):
        assert one(found, name).value is None
    assert "All these rows have the label '1'" in found.message
    assert "predicts '1' for every row" in found.message
    assert "same score, 0.5" in found.message


def test_never_positive_has_no_precision() -> None:
    found, _ = measured(pd.DataFrame({"y": LABELS, "p": [0] * 10}))
    assert one(found, "precision").value is None
    assert one(found, "recall").value == 0
    assert one(found, "f1").value == 0
    assert one(found, "f1").interval[1] > 0.2


def test_three_classes_agree_with_sklearn() -> None:
    rng = np.random.default_rng(9)
    y = rng.choice(["red", "green", "blue"], 300, p=[0.6, 0.3, 0.1])
    p = np.where(rng.random(300) < 0.7, y, rng.choice(["red", "green", "blue"], 300))
    found, state = measured(pd.DataFrame({"y": y, "p": p}))
    assert one(found, "macro_f1").value == pytest.approx(sk.f1_score(y, p, average="macro"))
    assert one(found, "balanced_accuracy").value == pytest.approx(sk.balanced_accuracy_score(y, p))
    assert one(found, "recall", {"y": "blue"}).value == pytest.approx(sk.recall_score(y, p, labels=["blue"], average="macro"))
    assert state is Status.PASSED
    low, high = one(found, "macro_f1").interval or (0, 0)
    assert low < sk.f1_score(y, p, average="macro") < high


def test_only_the_test_split_counts() -> None:
    frame = pd.DataFrame({"y": [1, 0, 1, 0], "p": [1, 0, 0, 1], "part": ["test", "test", "train", "train"]})
    found, _ = measured(frame, split="part")
    assert one(found, "accuracy").n == 2
    assert "2 held-out rows" in found.message


def test_nothing_to_measure() -> None:
    with pytest.raises(NotApplicable, match="no held-out row has both"):
        measured(pd.DataFrame({"y": [1.0, 0.0, np.nan], "p": [np.nan, np.nan, 1.0]}), positive="1")
    with pytest.raises(NotApplicable, match="the target 'y' is a quantity"):
        measured(pd.DataFrame({"y": np.linspace(0, 1, 500), "p": np.linspace(0, 1, 500)}))


def test_limit_of_the_contract_is_kept_without_a_score() -> None:
    subject, _ = subject_of(pd.DataFrame({"y": LABELS, "p": PREDICTED}), target="y", prediction="p")
    (check,) = Performance.plan(subject, Contract())
    assert not check.limit.judges
    own = Limit(low=0.6, measurement="accuracy")
    assert Performance(limit=own).limit.low == 0.6


def test_awkward_column_names() -> None:
    frame = pd.DataFrame({'la"bel n': LABELS, "прогноз, n": PREDICTED, "n": np.linspace(0, 1, 10)})
    subject, engine = subject_of(frame, target='la"bel n', prediction="прогноз, n", score="n")
    assert one(findings(Performance(), subject, engine), "accuracy").value == pytest.approx(0.7)
