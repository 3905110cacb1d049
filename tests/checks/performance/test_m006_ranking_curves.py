from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as sk

from audit.checks.performance.m006_ranking_curves import RankingCurves
from audit.core.check import Findings
from audit.core.errors import NotApplicable
from audit.core.exhibit import Exhibit
from tests.answers import findings, one, subject_of


def measured(frame: pd.DataFrame, check: RankingCurves | None = None, **roles: Any) -> Findings:
    return findings(check or RankingCurves(), *subject_of(frame, target="y", score="s", **roles))


def curve(found: Findings, title: str) -> tuple[Exhibit, np.ndarray]:
    exhibit = next(e for e in found.exhibits if e.title.startswith(title))
    return exhibit, np.array([row[:4] for row in exhibit.rows if row[4] == "score"], dtype=float)


def simulated(n: int) -> pd.DataFrame:
    rng = np.random.default_rng(2)
    y = rng.random(n) < 0.3
    return pd.DataFrame({"y": y.astype(int), "s": rng.standard_normal(n) + 1.5 * y})


def test_lift_by_hand() -> None:
    # the best ten of a hundred hold six of the twenty positive rows
    frame = pd.DataFrame({"s": np.arange(100, 0, -1), "y": [1] * 6 + [0] * 4 + [1] * 14 + [0] * 76})
    found = measured(frame)
    lift, capture = one(found, "lift", {"top": "10.0 %"}), one(found, "capture_rate", {"top": "10.0 %"})
    assert capture.value == pytest.approx(6 / 20)
    assert lift.value == pytest.approx(3)
    assert (lift.n, capture.n) == (10, 20)
    assert lift.interval is not None
    assert capture.interval is not None
    assert lift.interval == pytest.approx((10 * capture.interval[0], 10 * capture.interval[1]))


def test_equal_scores_are_taken_together() -> None:
    frame = pd.DataFrame({"s": [3.0] * 30 + [1.0] * 70, "y": [1] * 15 + [0] * 15 + [1] * 5 + [0] * 65})
    found = measured(frame)
    assert one(found, "lift", {"top": "10.0 %"}).n == 30
    assert one(found, "lift", {"top": "10.0 %"}).value == pytest.approx(15 / 20 / 0.3)
    assert found.message.startswith("The best-scored 30.0 % of 100 rows")


@pytest.mark.parametrize("n", [60, 3_000, 30_000])
def test_curves_agree_with_sklearn(n: int) -> None:
    frame = simulated(n)
    found = measured(frame)
    x, y, _ = sk.roc_curve(frame.y, frame.s, drop_intermediate=False)
    exhibit, roc = curve(found, "ROC curve")
    assert len(exhibit.rows) <= 1_000
    if n < 10_000:  # every point shown is one of the curve, and the lines between them leave its area
        assert {(round(a, 9), round(b, 9)) for a, b in roc[:, :2]} <= {(round(a, 9), round(b, 9)) for a, b in zip(x, y, strict=True)}
    assert sk.auc(roc[:, 0], roc[:, 1]) == pytest.approx(sk.roc_auc_score(frame.y, frame.s), abs=2e-3)
    assert np.all((roc[:, 2] <= roc[:, 1]) & (roc[:, 1] <= roc[:, 3]))
    precision, recall, _ = sk.precision_recall_curve(frame.y, frame.s, drop_intermediate=False)
    at = {(round(r, 9), round(p, 9)) for r, p in zip(recall, precision, strict=True)}
    _, pr = curve(found, "Precision-recall curve")
    if n < 10_000:
        assert all((round(r, 9), round(p, 9)) in at for r, p in pr[:, :2])
    assert np.all((pr[:, 2] <= pr[:, 1]) & (pr[:, 1] <= pr[:, 3]))
    _, gains = curve(found, "Gains")
    assert gains[0, :2].tolist() == [0, 0]
    assert gains[-1, :2].tolist() == [1, 1]
    assert f"{sk.average_precision_score(frame.y, frame.s):.3f}" in found.message


def test_bands_say_what_they_are() -> None:
    notes = {e.title.split(",")[0].split(":")[0]: e.note for e in measured(simulated(100)).exhibits}
    assert "simultaneous" in notes["ROC curve"]
    assert "pointwise" in notes["Precision-recall curve"]
    assert "pointwise" in notes["Gains"]


def test_another_share_may_be_asked_for() -> None:
    frame = simulated(1_000)
    found = measured(frame, RankingCurves(top=0.25))
    best = frame.nlargest(250, "s")
    assert one(found, "lift", {"top": "25.0 %"}).value == pytest.approx(best.y.mean() / frame.y.mean())


def test_degenerate_scores() -> None:
    found = measured(pd.DataFrame({"y": [0, 1] * 20, "s": 0.5}))
    assert "Every row has the same score, 0.5, so there is no ranking." in found.message
    assert one(found, "lift", {"top": "10.0 %"}).value == 1
    with pytest.raises(NotApplicable, match="there is one only"):
        measured(pd.DataFrame({"y": [1] * 20, "s": np.arange(20)}), positive="1")
    found = measured(simulated(50).assign(s=lambda f: f.s.where(f.index != 3, -np.inf)))
    assert one(found, "infinite_scores").value == 1
