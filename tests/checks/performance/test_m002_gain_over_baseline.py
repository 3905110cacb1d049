import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest
from sklearn.dummy import DummyClassifier
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from audit.checks.performance.cuts import cut
from audit.checks.performance.m002_gain_over_baseline import GainOverBaseline
from audit.core.contract import Column, Contract
from audit.core.status import Status
from tests.answers import findings, one, status, subject_of

MAJORITY, PRIOR = {"baseline": "majority class"}, {"baseline": "prior"}


def measured(labels: list[Any], predictions: list[Any]) -> Any:
    subject, engine = subject_of(pd.DataFrame({"y": labels, "p": predictions}), target="y", prediction="p")
    check = GainOverBaseline()
    found = findings(check, subject, engine)
    return found, status(check, found)


def signal(n: int, seed: int = 0) -> pd.DataFrame:
    """A label that follows x by 0.9, and t not at all; predictions that are right nine times in ten."""
    rng = np.random.default_rng(seed)
    x = rng.random(n)
    y = (x > 0.4) ^ (rng.random(n) < 0.1)
    p = y ^ (rng.random(n) < 0.1)
    score = np.clip(np.where(p, 0.8, 0.2) + rng.normal(0, 0.05, n), 0.01, 0.99)
    return pd.DataFrame({"y": y.astype(int), "p": p.astype(int), "s": score, "x": x, "t": rng.choice(["Bree", "Combe", None], n)})


def test_by_hand() -> None:
    # 60 zeros of which 50 are right, 40 ones of which 30 are right: 80 right; the constant 0 is right on 60
    found, state = measured([0] * 60 + [1] * 40, [0] * 50 + [1] * 10 + [1] * 30 + [0] * 10)
    gain = one(found, "accuracy_gain", MAJORITY)
    assert gain.value == pytest.approx(0.2)
    assert one(found, "baseline_accuracy", MAJORITY).value == pytest.approx(0.6)
    # 30 rows only the model has right, 10 only the constant: 31/102 − 11/102 ± 1.96 · sqrt((42/102 − (20/102)²)/102)
    half = 1.959964 * ((42 / 102 - (20 / 102) ** 2) / 102) ** 0.5
    assert gain.interval == pytest.approx((20 / 102 - half, 20 / 102 + half), abs=1e-6)
    assert state is Status.PASSED
    assert "a gain of 20.0 points" in found.message
    assert one(found, "exact_p_value", MAJORITY).value == pytest.approx(binomtest(30, 40).pvalue)
    assert (one(found, "p_value", MAJORITY).value or 1) < binomtest(30, 40).pvalue
    # drawn by class shares: right with 0.6² + 0.4²
    assert one(found, "baseline_accuracy", PRIOR).value == pytest.approx(0.52)
    assert one(found, "expected_gain", PRIOR).value == pytest.approx(0.8 - 0.52)


def test_no_better_than_the_constant_warns_or_is_undecided() -> None:
    found, state = measured([0] * 90 + [1] * 10, [0] * 60 + [1] * 30 + [1] * 10)
    assert state is Status.WARNED
    assert "a loss of 20.0 points" in found.message
    assert "more row" not in found.message
    found, state = measured([0] * 12 + [1] * 8, [0] * 10 + [1] * 2 + [1] * 4 + [0] * 4)
    assert state is Status.UNDECIDED
    # a gain of 2 in 20 with 6 discordant: about 1.96² · (0.3 − 0.01) / 0.01 = 111 rows in all, and a few for the two rows that are added
    more = re.search(r"About (\d+) more rows would decide", found.message)
    assert more is not None
    assert 91 <= int(more[1]) <= 110


def test_a_model_that_is_the_baseline_is_named() -> None:
    found, state = measured(["no"] * 30 + ["yes"] * 10, ["no"] * 40)
    assert "answers as the baseline does" in found.message
    assert state is Status.UNDECIDED
    assert one(found, "accuracy_gain", MAJORITY).value == 0


def test_three_classes() -> None:
    found, _ = measured(["a"] * 5 + ["b"] * 3 + ["c"] * 2, ["a"] * 5 + ["b"] * 3 + ["a"] * 2)
    assert one(found, "accuracy_gain", MAJORITY).value == pytest.approx(0.3)
    assert one(found, "baseline_accuracy", PRIOR).value == pytest.approx(0.25 + 0.09 + 0.04)


def test_the_prior_is_sklearns_dummy() -> None:
    frame = signal(500)
    subject, engine = subject_of(frame, target="y", prediction="p", score="s")
    found = findings(GainOverBaseline(), subject, engine)
    dummy = DummyClassifier(strategy="prior").fit(frame[["x"]], frame["y"]).predict_proba(frame[["x"]])[:, 1]
    y, s = frame["y"], frame["s"]
    assert one(found, "baseline_brier_score", PRIOR).value == pytest.approx(brier_score_loss(y, dummy))
    assert one(found, "baseline_log_loss", PRIOR).value == pytest.approx(log_loss(y, dummy))
    assert one(found, "brier_score_gain", PRIOR).value == pytest.approx(brier_score_loss(y, dummy) - brier_score_loss(y, s))
    saved = one(found, "log_loss_gain", PRIOR)
    assert saved.value == pytest.approx(log_loss(y, dummy) - log_loss(y, s))
    row = -np.where(y, np.log(dummy), np.log(1 - dummy)) + np.where(y, np.log(s), np.log(1 - s))
    half = 1.959964 * row.std(ddof=1) / len(y) ** 0.5
    assert saved.interval == pytest.approx((row.mean() - half, row.mean() + half), rel=1e-6)


def test_a_score_that_is_no_probability_has_no_loss() -> None:
    subject, engine = subject_of(signal(200).assign(s=lambda f: 10 * f["s"]), target="y", prediction="p", score="s")
    names = {m.name for m in findings(GainOverBaseline(), subject, engine).measurements}
    assert "roc_auc_gain" in names
    assert not names & {"log_loss_gain", "brier_score_gain"}


def test_one_column_is_learnt_from_train_rows_and_judged_on_test_rows() -> None:
    frame = signal(3_000).assign(part=np.where(np.arange(3_000) < 2_000, "train", "test"))
    subject, engine = subject_of(frame, target="y", prediction="p", score="s", split="part")
    found = findings(GainOverBaseline(), subject, engine)
    where = {"baseline": "one column", "column": "x"}
    train, test = frame[:2_000], frame[2_000:]
    cells = cut("x", train["x"])
    answers = train.groupby(cells.of_frame(train["x"]))["y"].mean()
    rule = answers.reindex(cells.of_frame(test["x"])).to_numpy()
    right, by_rule = (test["p"] == test["y"]).to_numpy(), (rule > 0.5) == (test["y"] == 1).to_numpy()
    assert one(found, "baseline_accuracy", where).value == pytest.approx(by_rule.mean())
    assert one(found, "accuracy_gain", where).value == pytest.approx(right.mean() - by_rule.mean())
    assert one(found, "accuracy_gain", where).n == 1_000
    # the share is drawn to the whole by one row, which leaves the order as it is here
    expected = roc_auc_score(test["y"], test["s"]) - roc_auc_score(test["y"], rule)
    assert one(found, "roc_auc_gain", where).value == pytest.approx(expected, abs=1e-9)
    assert "learnt from the train rows" in found.message
    assert "'x' of 2 columns" in found.message


def test_without_a_split_one_half_is_learnt_from() -> None:
    subject, engine = subject_of(signal(1_000), target="y", prediction="p", score="s")
    found = findings(GainOverBaseline(), subject, engine)
    gain = one(found, "accuracy_gain", {"baseline": "one column", "column": "x"})
    assert 400 < (gain.n or 0) < 600
    assert "learnt from half of the rows" in found.message


def test_a_model_no_better_than_its_one_column_warns() -> None:
    frame = signal(4_000)
    frame["p"] = ((frame["x"] > 0.4) ^ (np.arange(4_000) % 5 == 0)).astype(int)
    subject, engine = subject_of(frame, target="y", prediction="p", score="s")
    check = GainOverBaseline()
    found = findings(check, subject, engine)
    assert status(check, found) is Status.WARNED
    assert (one(found, "accuracy_gain", {"baseline": "one column", "column": "x"}).interval or (0, 0))[1] < 0


def test_noise_columns_are_no_rule() -> None:
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"y": rng.integers(0, 2, 600), "id_like": [f"v{i}" for i in range(600)], "z": rng.normal(size=600)})
    frame["p"] = frame["y"]
    subject, engine = subject_of(frame, target="y", prediction="p")
    found = findings(GainOverBaseline(), subject, engine)
    rules = [m for m in found.measurements if m.name == "baseline_accuracy" and m.where["baseline"] == "one column"]
    assert 0.4 < (rules[0].value or 0) < 0.6


def test_columns_barred_by_the_contract_are_left_out() -> None:
    columns = (Column("x", {}, "c.yaml", "number", custom={"feature": "false"}),)
    subject, engine = subject_of(signal(400), target="y", prediction="p", score="s")
    (check,) = GainOverBaseline.plan(subject, Contract(columns=columns))
    assert check.not_features == ("x",)
    assert all(m.where.get("column") in (None, "t") for m in findings(check, subject, engine).measurements)


def test_dates_truth_values_infinities_and_few_rows() -> None:
    frame = signal(400)
    frame.loc[:3, "x"] = [np.nan, np.inf, -np.inf, 0.2]
    frame["d"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(400), unit="D")
    frame["b"] = np.arange(400) % 3 == 0
    subject, engine = subject_of(frame, target="y", prediction="p", score="s")
    assert any(m.where.get("column") == "x" for m in findings(GainOverBaseline(), subject, engine).measurements)
    subject, engine = subject_of(frame[:30], target="y", prediction="p", score="s")
    assert not any("column" in m.where for m in findings(GainOverBaseline(), subject, engine).measurements)
