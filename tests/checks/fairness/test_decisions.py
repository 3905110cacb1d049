"""The counts that all checks of decisions share: summed right, asked once, weighted, and never silently less."""

import numpy as np
import pandas as pd
import pytest

from audit.checks.fairness.decisions import decision_asks, read_decisions
from audit.checks.fairness.f001_selection_rate_gap import SelectionRateGap
from audit.checks.fairness.f008_accuracy_gap import AccuracyGap
from audit.core.errors import DataError
from audit.engines.ask_engine import CheckAnswers
from audit.run import examine
from audit.stats.decision_rates import RATES
from audit.stats.rates import weighted_bounds
from tests.answers import findings, one, subject_of

RNG = np.random.default_rng(6)
ROWS = 600
FRAME = pd.DataFrame(
    {
        "race": RNG.choice(["A", "B", "C", None], ROWS, p=[0.4, 0.3, 0.2, 0.1]),
        "sex": RNG.choice(["f", "m", None], ROWS, p=[0.5, 0.4, 0.1]),
        "age": RNG.choice([20.0, 30.0, 50.0, np.nan], ROWS),
        "y": RNG.choice([0.0, 1.0, np.nan], ROWS, p=[0.5, 0.4, 0.1]),
        "p": RNG.choice([0.0, 1.0, np.nan], ROWS, p=[0.45, 0.45, 0.1]),
        "w": RNG.exponential(2, ROWS),
    }
)
ROLES = {"target": "y", "prediction": "p", "positive": "1", "sensitive": ("race", "sex", "age"), "bins": {"age": [25, 45]}}


def decisions(frame=FRAME, wanted=("race",), **roles):
    subject, engine = subject_of(frame, **(ROLES | roles))
    asks = decision_asks(subject, subject.roles.sensitive)
    return read_decisions(subject, CheckAnswers(asks, engine.prefetch(asks.values())), subject.roles.sensitive, wanted)


def by_hand(frame, name, where):
    part = frame
    for column, value in where.items():
        part = part[part[column].isna() if value is None else part[column] == value]
    both = part.dropna(subset=["y", "p"])
    rows = {"selection_rate": part.dropna(subset=["p"]), "true_positive_rate": both[both.y == 1], "accuracy": both}[name]
    hits = rows.y == rows.p if name == "accuracy" else rows.p == 1
    return int(hits.sum()), len(rows)


@pytest.mark.parametrize("attributes", [("race",), ("sex",), ("race", "sex"), ("sex", "race"), ()])
@pytest.mark.parametrize("rate", ["selection_rate", "true_positive_rate", "accuracy"])
def test_groups_are_summed_as_pandas_does(attributes, rate):
    groups = decisions().by(*attributes)
    counts = groups.counted(rate)
    for i, name in enumerate(groups.names):
        where = dict(zip(attributes, name, strict=True))
        assert (counts.successes[i], counts.trials[i]) == by_hand(FRAME, rate, where), where
    assert groups.cells.sum() == ROWS
    assert len(set(groups.names)) == len(groups.names)


def test_missing_groups_come_last_and_are_counted():
    groups = decisions().by("race", "sex")
    known = [None not in name for name in groups.names]
    assert known == sorted(known, reverse=True)
    assert groups.lost == int((FRAME.race.isna() | FRAME.sex.isna()).sum())
    assert groups.known.cells.sum() + groups.lost == ROWS


def test_bins_are_groups_in_order():
    groups = decisions().by("age")
    assert groups.names == (("< 25",), ("25 to < 45",), (">= 45",), (None,))
    assert groups.cells.sum(axis=(1, 2)).tolist() == [int((FRAME.age == a).sum()) for a in (20, 30, 50)] + [int(FRAME.age.isna().sum())]


def test_a_whole_run_counts_once():
    subject, _ = subject_of(FRAME, **ROLES)
    examination = examine(subject, verb="audit", families=("fairness",))
    counted = [q for q in examination.engine.queries if "GROUP BY" in q and "a0" in q]
    assert len(counted) == 1
    codes = {r.code for r in examination.run.results if r.status.value in ("passed", "warned", "undecided")}
    assert {"F001", "F002", "F003", "F005", "F006", "F007", "F008", "F009", "F010", "F011", "F012", "F013"} <= codes


def test_one_attribute_of_many_values_costs_the_others_nothing():
    frame = FRAME.assign(age=np.arange(ROWS))
    big = pd.concat([frame.assign(age=frame.age + ROWS * i) for i in range(60)])
    groups = decisions(big, bins={}).by("race")
    assert groups.counted("selection_rate").rows[0] == 60 * by_hand(FRAME, "selection_rate", {"race": "A"})[1]


def test_weights_by_hand():
    groups = decisions(weight="w").by("race")
    counts = groups.counted("accuracy")
    part = FRAME[(FRAME.race == "B")].dropna(subset=["y", "p"])
    value = part.w[part.y == part.p].sum() / part.w.sum()
    effective = part.w.sum() ** 2 / (part.w**2).sum()
    assert counts.values[1] == pytest.approx(value)
    assert counts.trials[1] == int(effective)
    measured = counts.measured(1, {"race": "B"})
    low, high = weighted_bounds(value, int(effective))
    assert measured.interval == pytest.approx((float(low), float(high)))
    assert measured.n == len(part)
    assert measured.method == f"weighted; korn-graubard with an effective n of {int(effective):,}"


def test_weights_reach_the_findings():
    subject, engine = subject_of(FRAME, **(ROLES | {"weight": "w"}))
    found = findings(AccuracyGap(attribute="race"), subject, engine)
    assert "Rows count by 'w':" in found.message
    rates = [one(found, "accuracy", {"race": g}).value for g in "ABC"]
    gap = one(found, "accuracy_difference")
    assert gap.value == pytest.approx(max(rates) - min(rates))
    assert gap.interval[0] <= gap.value <= gap.interval[1]
    assert "effective counts" in one(found, "p_value").method


def test_equal_weights_are_no_weights():
    for weight in (1.0, 7.0, 0.25):
        subject, engine = subject_of(FRAME.assign(w=weight), **(ROLES | {"weight": "w"}))
        weighted = findings(SelectionRateGap(attribute="race"), subject, engine)
        subject, engine = subject_of(FRAME, **ROLES)
        expected = findings(SelectionRateGap(attribute="race"), subject, engine)
        for name in ("selection_rate_difference", "selection_rate_ratio", "p_value"):
            assert one(weighted, name).value == pytest.approx(one(expected, name).value)
            if one(expected, name).interval:
                assert one(weighted, name).interval == pytest.approx(one(expected, name).interval)


def test_rows_without_a_weight_are_counted():
    frame = FRAME.assign(w=np.where(np.arange(ROWS) < 17, np.nan, 1.0))
    subject, engine = subject_of(frame, **(ROLES | {"weight": "w"}))
    found = findings(SelectionRateGap(attribute="race"), subject, engine)
    assert one(found, "missing_weights").value == 17
    assert "17 rows without a weight" in found.message
    assert one(found, "selection_rate").n == by_hand(FRAME.iloc[17:], "selection_rate", {})[1]


def test_rows_that_weigh_nothing_leave_no_rate():
    frame = FRAME.assign(w=np.where(FRAME.race == "C", 0.0, 1.0))
    subject, engine = subject_of(frame, **(ROLES | {"weight": "w"}))
    found = findings(SelectionRateGap(attribute="race"), subject, engine)
    assert one(found, "selection_rate", {"race": "C"}).value is None
    rates = [one(found, "selection_rate", {"race": g}).value for g in "AB"]
    assert one(found, "selection_rate_difference").value == pytest.approx(max(rates) - min(rates))


@pytest.mark.parametrize(
    ("weights", "words"), [(np.where(np.arange(ROWS) < 3, -1.0, 1.0), "3 weights in 'w' are negative"), (np.array(["a"] * ROWS), "are no numbers")]
)
def test_absurd_weights_are_refused(weights, words):
    with pytest.raises(DataError, match=words):
        decisions(FRAME.assign(w=weights), weight="w")


def test_weights_with_a_known_design_cover():
    """Weighted rates of an unequal sample: their intervals hold the rate of the population."""
    rng = np.random.default_rng(9)
    held = []
    for _ in range(150):
        stratum = rng.random(400) < 0.5  # half the sample from a tenth of the population
        y = rng.random(400) < np.where(stratum, 0.7, 0.3)
        frame = pd.DataFrame({"g": "a", "y": y.astype(int), "p": y.astype(int), "w": np.where(stratum, 0.2, 1.8)})
        cells = decisions(frame, wanted=("g",), sensitive=("g",), bins={}, weight="w").by("g")
        low, high = cells.counted("selection_rate").measured(0, {}).interval
        held.append(low <= 0.1 * 0.7 + 0.9 * 0.3 <= high)
    assert np.mean(held) >= 0.93


def test_rates_of_everyone_are_those_of_all_cells():
    everyone = decisions().by("race").everyone
    assert everyone.counted("accuracy").values[0] == pytest.approx(float(RATES["accuracy"].value(decisions().cells.sum(axis=0))))
