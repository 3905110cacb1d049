from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from audit.checks.performance.m011_robustness import Robustness
from audit.core.check import Findings
from audit.core.contract import Contract, Place, Rule
from audit.core.errors import DataError, NotApplicable, UsageError
from audit.core.status import Status
from audit.core.subject import Model
from audit.engines.ask_engine import AskEngine
from tests.answers import findings, one, status, subject_of
from tests.toys import separable, trained

FEATURES = ("x", "z", "town")


def table(n: int = 600, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"x": rng.normal(size=n), "z": rng.normal(size=n), "town": rng.choice(["Bree", "Combe"], n)})
    frame["y"] = np.where(frame["x"] > 0, "yes", "no")
    frame["group"] = np.where(frame["x"] + rng.normal(size=n) > 0, "a", "b")
    return frame


def by_x(frame: pd.DataFrame) -> Any:
    """A callable that looks at x alone, and takes a gap for 0.2."""
    return np.where(frame["x"].fillna(0.2) > 0, "yes", "no")


def measured(answer: Any, frame: pd.DataFrame | None = None, features: tuple[str, ...] = FEATURES, **fields: Any) -> tuple[Findings, Status]:
    frame = table() if frame is None else frame
    frame = frame.assign(p=np.where(frame["x"].fillna(0.2) > 0, "yes", "no"))
    subject, engine = subject_of(
        frame, (Model("own", "p", estimator=answer, features=features),), target="y", positive="yes", prediction="p", sensitive=("group",)
    )
    check = Robustness(**fields)
    found = findings(check, subject, engine)
    return found, status(check, found)


def change(found: Findings, kind: str, strength: str) -> float:
    return float(one(found, "accuracy_change", {"model": "own", "perturbation": kind, "strength": strength}).value or 0)


def test_a_rule_on_one_column_loses_what_can_be_worked_out() -> None:
    found, state = measured(by_x, rows=600, draws=20)
    # noise of 1 sd turns the sign of x with probability 1/4: two equal normals, angle of 45°
    assert change(found, "noise in numbers", "1") == pytest.approx(-0.25, abs=0.02)
    # a gap is taken for a yes, which is wrong for the half that are no
    assert change(found, "missing values", "0.5") == pytest.approx(-0.25, abs=0.02)
    assert change(found, "swapped categories", "0.5") == 0
    assert change(found, "typing errors", "0.5") == 0
    worst = [m for m in found.measurements if m.name == "accuracy_change" and "column" in m.where]
    assert worst[0].where["column"] == "x"
    assert all(m.value == 0 for m in worst if m.where["column"] != "x")
    assert "Of single columns 'x' does most harm" in found.message
    assert one(found, "accuracy", {"model": "own"}).value == 1
    flipped = one(found, "flipped_share", {"model": "own", "perturbation": "missing values", "strength": "0.5"})
    assert flipped.value == pytest.approx(0.25, abs=0.02)
    assert (flipped.interval or (1, 0))[0] < 0.25 < (flipped.interval or (1, 0))[1]
    # 5 % of values missing cost 2.5 points, noise of 0.1 sd turns atan(0.1)/pi = 3.2 %
    assert state is Status.PASSED


def test_the_limit_is_about_mild_errors() -> None:
    fragile, state = measured(lambda f: np.where((f["x"].fillna(9) > 0) & f["town"].isin(["Bree", "Combe"]), "yes", "no"), shares=(0.3, 0.5))
    assert state is Status.WARNED
    assert change(fragile, "typing errors", "0.3") < -0.1


def test_same_seed_same_numbers() -> None:
    assert measured(by_x)[0] == measured(by_x)[0]
    assert measured(by_x)[0] != measured(by_x, seed=1)[0]


def test_a_change_has_an_interval_also_where_nothing_changes() -> None:
    found, _ = measured(lambda f: ["yes"] * len(f))
    still = one(found, "accuracy_change", {"model": "own", "perturbation": "noise in numbers", "strength": "1"})
    assert still.value == 0
    low, high = still.interval or (0, 0)
    assert low < 0 < high


def test_scores_and_gaps() -> None:
    frame = table()
    fitted = LogisticRegression().fit(frame[["x", "z"]], frame["y"])
    found, _ = measured(fitted, frame, ("x", "z"))
    where = {"model": "own", "perturbation": "noise in numbers", "strength": "1"}
    lost = one(found, "roc_auc_change", where)
    clean = roc_auc_score(frame["y"] == "yes", fitted.predict_proba(frame[["x", "z"]])[:, 1])
    # AUC with noise as large as the signal, by simulation with another generator
    rng = np.random.default_rng(99)
    noisy = frame[["x", "z"]] + rng.normal(size=(len(frame), 2)) * frame[["x", "z"]].std().to_numpy()
    assert lost.value == pytest.approx(roc_auc_score(frame["y"] == "yes", fitted.predict_proba(noisy)[:, 1]) - clean, abs=0.05)
    gaps = [m for m in found.measurements if m.name == "selection_rate_gap" and m.where["attribute"] == "group"]
    assert len(gaps) == 1 + 4 + 4
    assert gaps[0].value == pytest.approx(abs(np.diff(pd.Series(fitted.predict(frame[["x", "z"]]) == "yes").groupby(frame["group"]).mean())[0]))
    assert {e.title for e in found.exhibits} >= {"Accuracy of own as errors increase", "Selection-rate gap by group as errors increase"}


def test_a_model_that_refuses_gaps_is_told_not_crashed() -> None:
    frame = table()
    fitted = LogisticRegression().fit(frame[["x", "z"]], frame["y"])
    found, state = measured(fitted, frame, ("x", "z"))
    assert "Own refuses rows with missing values (ValueError); a row without an answer counts as not right." in found.message
    assert state is Status.WARNED
    where = {"model": "own", "perturbation": "missing values", "strength": "0.5"}
    # three quarters of the rows have a gap in one of two columns
    assert (one(found, "refused_share", where).value or 0) >= 0.7
    assert not [m for m in found.measurements if m.name == "roc_auc_change" and m.where == where]


def test_a_model_that_refuses_some_rows_as_they_are() -> None:
    frame = table()
    frame.loc[:9, "x"] = np.nan
    fitted = LogisticRegression().fit(frame[["x", "z"]].fillna(0), frame["y"])
    found, _ = measured(fitted, frame, ("x", "z"))
    assert 10 <= (one(found, "refused_share", {"model": "own"}).value or 0) * 600 <= 10 * 18
    assert "It gives no answer on" in found.message
    with pytest.raises(DataError, match="answers none of 600 held-out rows: it raises ZeroDivisionError"):
        measured(lambda f: 1 / 0)
    with pytest.raises(DataError, match=r"shape \(3,\) for 600 rows"):
        measured(lambda f: np.array(["yes", "no", "yes"]))


def test_answers_that_differ_from_the_table_are_told() -> None:
    found, _ = measured(lambda f: np.where(f["x"] > 0, "no", "yes"))
    assert "answers 100 % of these rows otherwise than the predictions in the table" in found.message


def test_awkward_tables() -> None:
    with pytest.raises(NotApplicable, match="only predictions are at hand"):
        measured(None)
    half = table(20).assign(part=lambda f: np.where(f.index > 9, "train", "test"))
    unlabelled = half.assign(y=half["y"].where(half.index > 9), p="no")
    model = Model("own", "p", estimator=by_x, features=FEATURES)
    subject, engine = subject_of(unlabelled, (model,), target="y", prediction="p", split="part")
    with pytest.raises(NotApplicable, match="no held-out row has a label"):
        findings(Robustness(), subject, engine)
    found, _ = measured(by_x, table(4))
    assert "On 4 held-out rows" in found.message
    constant = table(50).assign(x=1.0)
    found, _ = measured(by_x, constant, ("x",))
    assert change(found, "missing values", "0.5") == 0
    with pytest.raises(DataError, match=r"trained on the columns \['gone'\]"):
        measured(by_x, features=("gone",))


def test_many_columns_are_bounded_and_said_so() -> None:
    rng = np.random.default_rng(0)
    wide = pd.concat([table(80), pd.DataFrame(rng.normal(size=(80, 60)), columns=[f"c{i}" for i in range(60)])], axis=1)
    found, _ = measured(by_x, wide, ("x", *(f"c{i}" for i in range(60))), draws=1)
    assert "21 further columns were not looked at alone." in found.message


@pytest.mark.parametrize("given", [{"shares": [0.2, 0.1]}, {"shares": [2]}, {"noise": []}, {"draws": 0}, {"rows": 0}])
def test_parameters_of_a_rule_make_sense(given: dict[str, Any]) -> None:
    rule = Rule("custom", Place("c.yaml", 3), engine="assay", implementation={"check": "M011", **given})
    subject, _ = subject_of(table(20), target="y")
    with pytest.raises(UsageError, match=r"c.yaml:3: M011 takes"):
        list(Robustness.plan(subject, Contract(rules=(rule,))))


@pytest.mark.slow
def test_every_model_that_training_makes() -> None:
    subject = trained(separable(500), candidates=["logistic_regression", "hist_gradient_boosting", "torch_mlp"], max_epochs=3).subject
    found = findings(Robustness(rows=60, draws=2), subject, AskEngine(subject.table.get_backend()))
    for model in ("logistic_regression", "hist_gradient_boosting", "torch_mlp"):
        assert one(found, "differs_from_table", {"model": model}).value == 0
        kinds = {m.where["perturbation"] for m in found.measurements if m.name == "accuracy_change" and m.where.get("model") == model}
        assert len(kinds) == 4
        assert any(m.name == "roc_auc_change" and m.where.get("model") == model for m in found.measurements)
