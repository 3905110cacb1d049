from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from audit.checks.fairness.f014_scores_by_group import ScoresByGroup
from audit.core.check import Findings
from audit.core.contract import Contract
from audit.core.errors import NotApplicable
from audit.core.status import Status
from tests.answers import findings, one, status, subject_of


def measured(frame: pd.DataFrame, attribute: str = "g", **roles: Any) -> tuple[Findings, Status]:
    subject, engine = subject_of(frame, target="y", score="s", sensitive=(attribute,), **roles)
    (check,) = ScoresByGroup.plan(subject, Contract())
    found = findings(check, subject, engine)
    return found, status(check, found)


def simulated(n: int, shifts: dict[str, float], seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    parts = []
    for name, shift in shifts.items():
        y = rng.integers(0, 2, n)
        parts.append(pd.DataFrame({"g": name, "y": y, "s": (rng.standard_normal(n) + shift * y).round(4)}))
    return pd.concat(parts, ignore_index=True)


def test_agrees_with_sklearn() -> None:
    frame = simulated(300, {"a": 1.0, "b": 2.0, "c": 1.5})
    found, _ = measured(frame)
    for name in "abc":
        rows, others = frame[frame.g == name], frame[frame.g != name]
        mine = one(found, "roc_auc", {"g": name})
        assert mine.value == pytest.approx(roc_auc_score(rows.y, rows.s))
        assert mine.n == 300
        assert one(found, "mean_score", {"g": name}).value == pytest.approx(rows.s.mean())
        crossed = pd.concat([rows[rows.y == 0], others[others.y == 1]])
        assert one(found, "background_positive_subgroup_negative_auc", {"g": name}).value == pytest.approx(roc_auc_score(crossed.y, crossed.s))
        crossed = pd.concat([rows[rows.y == 1], others[others.y == 0]])
        assert one(found, "background_negative_subgroup_positive_auc", {"g": name}).value == pytest.approx(roc_auc_score(crossed.y, crossed.s))
    areas = [roc_auc_score(rows.y, rows.s) for _, rows in frame.groupby("g")]
    assert one(found, "roc_auc_difference").value == pytest.approx(max(areas) - min(areas))
    assert one(found, "roc_auc").value == pytest.approx(roc_auc_score(frame.y, frame.s))
    means = frame.groupby("g").s.mean()
    assert one(found, "mean_score_difference").value == pytest.approx(means.max() - means.min())


def test_a_large_gap_warns_and_none_passes() -> None:
    found, state = measured(simulated(2_000, {"a": 0.2, "b": 2.0}))
    assert state is Status.WARNED
    assert "The ROC AUC is 0.5" in found.message
    assert "Chance alone" not in found.message
    found, state = measured(simulated(8_000, {"a": 1.0, "b": 1.0}))
    assert state is Status.PASSED
    assert "Chance alone could explain it" in found.message


def test_few_rows_are_undecided_and_more_are_asked_for() -> None:
    found, state = measured(simulated(30, {"a": 1.0, "b": 1.5}))
    assert state is Status.UNDECIDED
    assert "These rows cannot decide whether the gap is above 0.1" in found.message


def test_alike_groups_are_not_called_apart() -> None:
    apart = []
    for seed in range(100):
        found, _ = measured(simulated(60, {"a": 1.0, "b": 1.0, "c": 1.0}, seed))
        apart.append((one(found, "roc_auc_difference").interval or (0, 1))[0] > 0)
    assert np.mean(apart) <= 0.05


def test_the_looks_of_the_run_share_the_error_rate() -> None:
    subject, _ = subject_of(simulated(30, {"a": 1, "b": 1}).assign(h="x"), target="y", score="s", sensitive=("g", "h"))
    checks = list(ScoresByGroup.plan(subject, Contract()))
    assert [c.attribute for c in checks] == ["g", "h"]
    assert checks[0].looks > 2
    assert checks[0].where == {"attribute": "g"}


def test_a_group_of_one_outcome_is_left_out_and_said() -> None:
    frame = simulated(100, {"a": 1.0, "b": 1.0})
    frame = pd.concat([frame, pd.DataFrame({"g": "c", "y": 1, "s": [0.1, 0.2]})])
    found, _ = measured(frame)
    assert one(found, "roc_auc", {"g": "c"}).value is None
    assert "Not estimable for 'c': rows of one outcome only." in found.message
    assert one(found, "mean_score", {"g": "c"}).value == pytest.approx(0.15)
    found, state = measured(frame[(frame.g == "a") | (frame.y == 1)])
    assert state is Status.UNDECIDED
    assert "no gap in the ROC AUC to measure" in found.message


def test_rows_without_a_group_are_shown_and_left_out() -> None:
    frame = simulated(100, {"a": 1.0, "b": 1.0})
    frame.loc[:9, "g"] = None
    found, _ = measured(frame)
    assert one(found, "roc_auc", {"g": "(missing)"}).n == 10
    assert "10 rows without a value of 'g' are shown and left out of the gap." in found.message
    assert one(found, "roc_auc_difference").n == 190


def test_a_constant_score_is_never_praised() -> None:
    found, state = measured(simulated(100, {"a": 1.0, "b": 1.0}).assign(s=0.3))
    assert state is Status.UNDECIDED
    assert one(found, "roc_auc_difference").value is None
    assert found.message.startswith("Every row has the same score, 0.3, so the groups are ranked alike by construction.")


def test_what_cannot_be_compared() -> None:
    frame = simulated(50, {"a": 1.0, "b": 1.0})
    with pytest.raises(NotApplicable, match=r"one group only \(a\)"):
        measured(frame.assign(g="a"))
    with pytest.raises(NotApplicable, match="has no value in any held-out row"):
        measured(frame.assign(g=pd.Series([None] * 100, dtype="str")))
    with pytest.raises(NotApplicable, match="needs a score column"):
        findings(ScoresByGroup(attribute="g"), *subject_of(frame, target="y", sensitive=("g",)))
    with pytest.raises(NotApplicable, match="needs a sensitive column"):
        findings(ScoresByGroup(), *subject_of(frame, target="y", score="s"))
    found, state = measured(frame.assign(g=np.arange(100)))
    assert state is Status.UNDECIDED
    assert found.message.startswith("'g' has 100 groups, too many to compare one by one (at most 50).")
    frame.loc[3, "s"] = np.inf
    found, _ = measured(frame)
    assert one(found, "mean_score_difference").value is None
    assert one(found, "roc_auc_difference").value is not None


def test_a_binned_attribute() -> None:
    frame = simulated(200, {"a": 1.0, "b": 1.0}).assign(age=np.arange(400) % 60)
    found, _ = measured(frame, "age", bins={"age": [30]})
    assert one(found, "roc_auc", {"age": "< 30"}).n == (frame.age < 30).sum()
