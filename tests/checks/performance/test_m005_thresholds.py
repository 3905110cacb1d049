from typing import Any

import numpy as np
import pandas as pd
import pytest

from audit.checks.performance.m005_thresholds import Thresholds
from audit.checks.performance.threshold_costs import Costs, Cuts, saving
from audit.checks.scores.counts import Scores
from audit.core.check import Findings
from audit.core.contract import Place, Rule
from audit.core.errors import NotApplicable, UsageError
from audit.core.limit import Limit
from audit.core.status import Status
from tests.answers import findings, one, status, subject_of


def measured(frame: pd.DataFrame, check: Thresholds | None = None, **roles: Any) -> tuple[Findings, Status]:
    subject, engine = subject_of(frame, target="y", score="s", **roles)
    check = check or Thresholds()
    found = findings(check, subject, engine)
    return found, status(check, found)


def simulated(n: int, threshold: float = 0.5) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    odds = 1.5 * rng.normal(size=n)
    s = 1 / (1 + np.exp(-odds))
    return pd.DataFrame({"y": (rng.random(n) < s).astype(int), "s": s, "p": (s >= threshold).astype(int)})


def test_cuts_by_hand() -> None:
    # scores 1, 2, 3 with two negatives and one positive, one and two, none and four
    cuts = Cuts.of(np.array([2, 1, 0]), np.array([1, 2, 4]))
    assert cuts.fp.tolist() == [3, 1, 0, 0]
    assert cuts.fn.tolist() == [0, 1, 3, 7]
    assert cuts.tp.tolist() == [7, 6, 4, 0]
    assert cuts.cost(Costs(1, 2)).tolist() == [3, 3, 6, 14]


def test_a_saving_is_judged_on_rows_it_was_not_chosen_on() -> None:
    # every score from 0.5 on is positive, and present decisions answer positively from 0.8 on
    grid = np.arange(10) / 10
    counts = np.full(10, 100)
    above, decided = grid >= 0.5, grid >= 0.8
    both = {
        name: Scores(grid, grid, grid, np.where(part & ~above, counts, 0), np.where(part & above, counts, 0), exact=True)
        for name, part in (("positive", decided), ("negative", ~decided))
    }
    found = saving(both, Costs(1, 1))
    assert found is not None
    assert found.cut == 5
    assert found.after == (0, 0)
    # scores .5, .6 and .7 are now positive: three of ten rows of the other half, about 500
    assert found.n == pytest.approx(500, abs=60)
    assert found.before[0] == 0
    assert found.value == pytest.approx(found.before[1] / found.n)
    assert found.value == pytest.approx(0.3, abs=0.06)
    assert found.interval[0] < 0.3 < found.interval[1]


def test_a_threshold_that_is_as_good_already_saves_nothing_for_sure() -> None:
    found, state = measured(simulated(4_000), prediction="p")
    gain = one(found, "cost_saving")
    assert gain.interval is not None
    assert gain.interval[0] <= 0 <= gain.interval[1]
    assert "which may be chance" in found.message
    assert state is Status.PASSED  # nothing is judged by default
    assert 1_800 < (gain.n or 0) < 2_200


def test_a_bad_threshold_is_found_out() -> None:
    found, _ = measured(simulated(4_000, 0.95), prediction="p")
    gain = one(found, "cost_saving")
    assert gain.interval is not None
    assert gain.interval[0] > 0
    frame = simulated(4_000, 0.95)
    present = one(found, "expected_cost", {"decisions": "present predictions"})
    assert present.value == pytest.approx((frame.y != frame.p).mean())


def test_the_saving_is_honest_where_nothing_can_be_saved() -> None:
    rng = np.random.default_rng(7)
    cheaper = []
    for _ in range(60):
        frame = pd.DataFrame({"y": rng.integers(0, 2, 200), "s": rng.random(200).round(2), "p": 1})
        found, _ = measured(frame, prediction="p")
        interval = one(found, "cost_saving").interval or (0, 0)
        cheaper.append(interval[0] > 0)
    assert np.mean(cheaper) <= 0.05


def test_costs_move_the_threshold() -> None:
    frame = simulated(20_000)
    dear, _ = measured(frame, Thresholds(cost_false_positive=1, cost_false_negative=9), prediction="p")
    named = {m.where.get("threshold"): m for m in dear.measurements if m.name == "expected_cost"}
    assert "0.1, cheapest if scores are chances" in named
    chosen = next(float(name) for name in named if name and "," not in name)
    assert chosen == pytest.approx(0.1, abs=0.06)
    balanced = named["0.1, cheapest if scores are chances"]
    answer = frame.s >= 0.1
    assert balanced.value == pytest.approx(((answer & (frame.y == 0)).sum() + 9 * (~answer & (frame.y == 1)).sum()) / len(frame))
    assert dear.message.startswith("A false positive costs 1, a false negative 9.")


def test_equal_costs_are_said_to_be_undeclared() -> None:
    found, _ = measured(simulated(200), prediction="p")
    assert "nobody declared costs, so the two count the same" in found.message
    found, _ = measured(simulated(200), Thresholds(clauses=("c.yaml:3",)), prediction="p")
    assert "nobody declared" not in found.message


def test_costs_come_from_a_rule_and_are_checked() -> None:
    def rule(**parameters: Any) -> Rule:
        return Rule("custom", Place("c.yaml", 3), engine="assay", implementation={"check": "M005", **parameters}, limit=Limit())

    check = Thresholds.from_rule(rule(cost_false_positive=5, cost_false_negative=1))
    assert (check.cost_false_positive, check.cost_false_negative) == (5, 1)
    for wrong in (
        rule(cost_false_positive=-1),
        rule(cost_false_negative="much"),
        rule(cost_false_positive=True),
        rule(cost_false_positive=float("inf")),
    ):
        with pytest.raises(UsageError, match="is a cost, a number of at least 0"):
            measured(simulated(20), Thresholds.from_rule(wrong))
    with pytest.raises(UsageError, match="cannot both cost nothing"):
        measured(simulated(20), Thresholds(cost_false_positive=0, cost_false_negative=0))
    with pytest.raises(UsageError, match="Did you mean 'cost_false_positive'"):
        Thresholds.from_rule(rule(cost_false_positiv=2))


def test_net_benefit_by_hand() -> None:
    frame = pd.DataFrame({"y": [1] * 6 + [0] * 4, "s": [0.9] * 5 + [0.2] + [0.9] + [0.2] * 3})
    found, _ = measured(frame)
    curve = next(e for e in found.exhibits if e.title == "Net benefit by threshold")
    at = {(row[4], row[0]): row[1] for row in curve.rows}
    # at 0.5 five true and one false positive: (5 - 1) / 10; answering all positively (6 - 4) / 10
    assert at["score", 0.5] == pytest.approx(0.4)
    assert at["all positive", 0.5] == pytest.approx(0.2)
    # at 0.1 all are positive: 6 / 10 - 4 / 10 / 9
    assert at["score", 0.1] == pytest.approx(0.6 - 0.4 / 9)


def test_the_table_of_thresholds_by_hand() -> None:
    frame = pd.DataFrame({"y": [1] * 6 + [0] * 4, "s": [0.9] * 5 + [0.2] + [0.9] + [0.2] * 3})
    found, _ = measured(frame)
    table = next(e for e in found.exhibits if e.title == "Thresholds")
    assert table.rows == (("0.2", 1.0, 0.6, 1.0, 1.0, 0.4), ("0.9", 0.6, pytest.approx(5 / 6), pytest.approx(5 / 6), 0.25, pytest.approx(0.2)))


def test_without_a_prediction_there_is_no_saving_but_a_curve() -> None:
    found, _ = measured(simulated(500))
    assert one(found, "cost_saving").value is None
    assert "There are no predictions to compare a threshold with" in found.message
    assert {e.title for e in found.exhibits} == {"Expected cost by threshold", "Net benefit by threshold", "Thresholds"}


def test_scores_of_any_range_have_costs_and_no_net_benefit() -> None:
    frame = simulated(500)
    frame["s"] = 1_000 * frame.s - 3
    frame.loc[3, "s"] = np.inf
    found, _ = measured(frame, prediction="p")
    assert "Net benefit by threshold" not in {e.title for e in found.exhibits}
    assert "so the scores are no probabilities" in found.message
    assert one(found, "cost_saving").value is not None


def test_degenerate_scores_are_named() -> None:
    frame = pd.DataFrame({"y": [0, 1] * 50, "s": 0.5, "p": 1})
    found, _ = measured(frame, prediction="p")
    assert "Every row has the same score, 0.5" in found.message
    found, _ = measured(frame.assign(y=1), prediction="p", positive="1")
    assert "All these rows have the same outcome" in found.message
    with pytest.raises(NotApplicable, match="no held-out row has both"):
        measured(frame.assign(s=np.nan), prediction="p")


def test_rows_without_a_prediction_cost_by_threshold_only() -> None:
    frame = simulated(400).astype({"p": float})
    frame.loc[:99, "p"] = np.nan
    found, _ = measured(frame, prediction="p")
    assert one(found, "expected_cost", {"decisions": "present predictions"}).n == 300
    assert next(m for m in found.measurements if "cheapest" in str(m.where)).n == 400
