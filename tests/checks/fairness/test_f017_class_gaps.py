from typing import Any

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import MetricFrame
from sklearn import metrics as sk

from audit.checks.fairness.f017_class_gaps import ClassGaps
from audit.core.check import Findings
from audit.core.contract import Contract, Place, Rule
from audit.core.errors import NotApplicable, UsageError
from audit.core.exhibit import Kind
from audit.core.limit import Limit
from audit.core.status import Status
from tests.answers import findings, one, status, subject_of

NAMES = np.array(["cat", "dog", "fox"])


def frame(n: int = 900, seed: int = 1, worse: float = 0.0) -> pd.DataFrame:
    """Rows of three classes in two groups; in group b, foxes are taken for dogs more often."""
    rng = np.random.default_rng(seed)
    y, group = NAMES[rng.integers(0, 3, n)], rng.choice(["a", "b"], n)
    p = np.where(rng.random(n) < 0.8, y, NAMES[rng.integers(0, 3, n)])
    p = np.where((group == "b") & (y == "fox") & (rng.random(n) < worse), "dog", p)
    return pd.DataFrame({"y": y, "p": p, "g": group})


def measured(data: pd.DataFrame, rate: str, **parameters: Any) -> tuple[Findings, Status]:
    subject, engine = subject_of(data, target="y", prediction="p", sensitive=("g",))
    check = ClassGaps(attribute="g", rate=rate, **parameters)
    found = findings(check, subject, engine)
    return found, status(check, found)


def test_by_hand() -> None:
    # a: cat 3 of 4, dog 1 of 2, fox 1 of 1 right; b: cat 1 of 2, dog 2 of 2, fox 1 of 4
    rows = [*[("cat", "cat", "a")] * 3, ("cat", "dog", "a"), ("dog", "dog", "a"), ("dog", "cat", "a"), ("fox", "fox", "a"),
            ("cat", "cat", "b"), ("cat", "dog", "b"), *[("dog", "dog", "b")] * 2, ("fox", "fox", "b"), *[("fox", "dog", "b")] * 3]  # fmt: skip
    data = pd.DataFrame(rows, columns=["y", "p", "g"])
    found, _ = measured(data, "recall")
    assert one(found, "recall_difference", {"class": "cat"}).value == pytest.approx(3 / 4 - 1 / 2)
    assert one(found, "recall_difference", {"class": "fox"}).value == pytest.approx(3 / 4)
    assert one(found, "largest_difference", {"rate": "recall"}).value == pytest.approx(3 / 4)
    assert one(found, "recall", {"g": "b", "class": "fox"}).value == pytest.approx(1 / 4)
    assert one(found, "balanced_accuracy", {"g": "a"}).value == pytest.approx((3 / 4 + 1 / 2 + 1) / 3)
    assert "Among those labelled 'fox', predicted so: 25.0 % where g is b (n = 4) and 100 % where g is a (n = 1)" in found.message
    found, _ = measured(data, "selection_rate")
    assert one(found, "selection_rate_difference", {"class": "dog"}).value == pytest.approx(6 / 8 - 2 / 7)
    assert one(found, "selection_rate", {"g": "a", "class": "cat"}).value == pytest.approx(4 / 7)
    found, _ = measured(data, "accuracy")
    assert one(found, "largest_difference", {"rate": "accuracy"}).value == pytest.approx(5 / 7 - 4 / 8)


def test_rates_are_those_of_fairlearn() -> None:
    data = frame(seed=3, worse=0.3)
    found, _ = measured(data, "recall")
    for name in NAMES:
        theirs = MetricFrame(
            metrics=lambda y, p, name=name: sk.recall_score(y, p, labels=[name], average="macro"), y_true=data["y"], y_pred=data["p"],
            sensitive_features=data["g"],
        )  # fmt: skip
        assert one(found, "recall_difference", {"class": name}).value == pytest.approx(theirs.difference())
    balanced = MetricFrame(metrics=sk.balanced_accuracy_score, y_true=data["y"], y_pred=data["p"], sensitive_features=data["g"]).by_group
    for group in "ab":
        assert one(found, "balanced_accuracy", {"g": group}).value == pytest.approx(balanced[group])


def test_a_planted_gap_is_found_in_its_class() -> None:
    found, state = measured(frame(3_000, worse=0.4), "recall")
    assert state is Status.WARNED
    assert "Among those labelled 'fox'" in found.message
    assert "the widest of 3 classes" in found.message
    assert one(found, "recall_difference", {"class": "cat"}).interval[0] == 0
    assert found.exhibits[0].rows[0][1] == "fox"


def test_alike_groups_pass_once_there_are_rows_enough() -> None:
    for rate in ("selection_rate", "recall", "accuracy"):
        found, state = measured(frame(12_000), rate)
        assert state is Status.PASSED
        assert "Chance alone could explain it" in found.message
    found, state = measured(frame(60), "selection_rate")
    assert state is Status.UNDECIDED
    assert "These rows cannot decide whether the widest gap is above 10.0 points" in found.message


def test_a_class_that_only_one_group_has_is_named() -> None:
    data = frame(300)
    data = data[(data["y"] != "fox") | (data["g"] == "a")]
    found, _ = measured(data, "recall")
    assert "Not estimable for 'fox': fewer than two groups have rows to count among." in found.message
    assert "over the 2 classes in every group" in one(found, "balanced_accuracy", {"g": "a"}).method


def test_the_same_answer_for_all_is_no_praise() -> None:
    for rate in ("selection_rate", "recall", "accuracy"):
        found, state = measured(frame(300).assign(p="cat"), rate)
        assert state is Status.UNDECIDED
        assert found.message.startswith("The model predicts the same class for every row")


def test_missing_values_are_shown_and_left_out() -> None:
    data = frame(300)
    data.loc[:4, "g"] = None
    data.loc[5:7, "p"] = None
    data.loc[8, "y"] = None
    found, _ = measured(data, "selection_rate")
    assert one(found, "missing_predictions").value == 3
    assert one(found, "missing_labels").value == 1
    assert one(found, "selection_rate", {"g": "(missing)", "class": "cat"}).n == 5
    assert "5 rows without a value of 'g' are shown and left out of the gaps." in found.message
    assert one(found, "largest_difference", {"rate": "selection_rate"}).n == 300 - 5 - 3  # a row without a label is selected all the same


def test_predictions_of_other_names_count_in_the_denominator() -> None:
    data = frame(300)
    data.loc[data.index % 10 == 0, "p"] = "wolf"
    found, _ = measured(data, "selection_rate")
    shares = sum(one(found, "selection_rate", {"g": "a", "class": name}).value for name in NAMES)
    assert shares == pytest.approx((data[data["g"] == "a"]["p"] != "wolf").mean())


def test_too_many_groups_or_combinations_are_undecided() -> None:
    found, state = measured(frame(3_000).assign(g=np.arange(3_000)), "recall")
    assert state is Status.UNDECIDED
    assert "more than 50 groups" in found.message
    rng = np.random.default_rng(2)
    data = pd.DataFrame({"y": rng.integers(0, 60, 60_000), "p": rng.integers(0, 60, 60_000), "g": rng.integers(0, 20, 60_000)})
    found, state = measured(data, "recall")
    assert state is Status.UNDECIDED
    assert "more than 20,000 combinations" in found.message


def test_is_planned_for_each_attribute_and_rate_with_shared_looks() -> None:
    subject, _ = subject_of(frame(60).assign(h=np.arange(60) % 3), target="y", prediction="p", sensitive=("g", "h"))
    rule = Rule("custom", Place("c.yaml", 3), column="h", engine="assay", implementation={"check": "F017", "rate": "recall"}, limit=Limit(high=0.3))
    checks = list(ClassGaps.plan(subject, Contract(rules=(rule,))))
    assert [(c.attribute, c.rate, c.looks) for c in checks] == [(a, r, 6) for a in "gh" for r in ("accuracy", "selection_rate", "recall")]
    assert [c.limit.high for c in checks] == [0.1, 0.1, 0.1, 0.1, 0.1, 0.3]

    assert dict(checks[0].where) == {"attribute": "g", "rate": "accuracy"}


def test_what_it_is_not_about_is_refused_in_words() -> None:
    with pytest.raises(UsageError, match=r"there is no rate 'recal'\. Did you mean 'recall'"):
        measured(frame(60), "recal")
    with pytest.raises(NotApplicable, match="is about several classes, and 'y' is judged by its positive outcome 'b'"):
        measured(pd.DataFrame({"y": ["a", "b"] * 9, "p": ["a", "b"] * 9, "g": ["x"] * 18}), "recall")
    with pytest.raises(NotApplicable, match="is a quantity"):
        measured(pd.DataFrame({"y": np.linspace(0, 1, 300), "p": np.linspace(0, 1, 300), "g": ["x", "z"] * 150}), "recall")
    with pytest.raises(NotApplicable, match="has one group only"):
        measured(frame(60).assign(g="a"), "recall")


def test_pictures_show_every_class_and_group() -> None:
    found, _ = measured(frame(300), "recall")
    assert [(e.kind, len(e.rows)) for e in found.exhibits] == [(Kind.HEATMAP, 6), (Kind.TABLE, 3)]
