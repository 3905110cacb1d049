"""Numbers that others printed about decisions, through the checks, to the printed digits."""

from pathlib import Path

import pandas as pd
import pytest

from audit.core.run import Run
from audit.run import examine
from tests.answers import subject_of

pytestmark = pytest.mark.real_data


def value(run: Run, key: str, name: str, **where: str) -> float:
    found = [m.value for m in run.result(key).measurements if m.name == name and dict(m.where) == where]
    assert len(found) == 1, (key, name, where, found)
    assert found[0] is not None
    return float(found[0])


@pytest.fixture
def compas(real_data: Path) -> Run:
    frame = pd.read_csv(real_data / "compas" / "compas_for_aequitas.csv")
    subject, _ = subject_of(frame, target="label_value", prediction="score", sensitive=("race", "sex", "age_cat"))
    return examine(subject, verb="audit", families=("fairness",)).run


def test_compas_as_propublica_and_aequitas(compas: Run) -> None:
    black, white = {"race": "African-American"}, {"race": "Caucasian"}
    # ProPublica's notebook: predictive values of medium or high scores
    for where, digits in (({}, ("0.61", "0.69")), (black, ("0.63", "0.65")), (white, ("0.59", "0.71"))):
        for name, printed in zip(("positive_predictive_value", "negative_predictive_value"), digits, strict=True):
            assert f"{value(compas, 'F007:race', name, **where):.2f}" == printed
    # Aequitas' tutorial: disparities against Caucasian
    ratios = {
        "1.912093": value(compas, "F003:race", "false_positive_rate", **black) / value(compas, "F003:race", "false_positive_rate", **white),
        "0.586416": value(compas, "F002:race", "false_negative_rate", **black) / value(compas, "F002:race", "false_negative_rate", **white),
        "1.690224": value(compas, "F001:race", "selection_rate", **black) / value(compas, "F001:race", "selection_rate", **white),
        "0.990343": value(compas, "F003:sex", "false_positive_rate", sex="Female") / value(compas, "F003:sex", "false_positive_rate", sex="Male"),
    }
    assert [f"{ratio:.6f}" for ratio in ratios.values()] == list(ratios)


def test_compas_conflicts_as_chouldechova_says(compas: Run) -> None:
    """Chouldechova (2017), 2.6: in each group the false-positive rate follows from base rate, predictive value and true-positive rate."""
    for race in ("African-American", "Caucasian", "Hispanic"):
        p, ppv = value(compas, "F012:race", "base_rate", race=race), value(compas, "F007:race", "positive_predictive_value", race=race)
        implied = p / (1 - p) * (1 - ppv) / ppv * value(compas, "F002:race", "true_positive_rate", race=race)
        assert value(compas, "F003:race", "false_positive_rate", race=race) == pytest.approx(implied)
    assert "predictive parity (F007) and equal error rates (F002, F003) cannot both hold" in compas.result("F012:race").message


def test_german_credit(real_data: Path) -> None:
    frame = pd.read_csv(real_data / "german" / "german.csv", header=None)
    sex = frame[8].isin(["A92", "A95"]).map({True: "f", False: "m"})
    loans = pd.DataFrame({"good": frame[20], "decided": frame[20], "age": frame[12], "sex": sex})
    subject, _ = subject_of(loans, target="good", positive="1", prediction="decided", sensitive=("sex", "age"), bins={"age": [26]})
    run = examine(subject, verb="audit", families=("fairness",)).run
    # UCI Statlog: 201 of 310 women and 499 of 690 men
    assert f"{value(run, 'F005:sex', 'selection_rate_ratio'):.12f}" == "0.896567328205"
    # AIF360's tutorial: up to 25 years, and older
    assert f"{value(run, 'F001:age', 'selection_rate_difference'):.6f}" == "0.149448"
    assert f"{value(run, 'F005:age', 'selection_rate_ratio'):.6f}" == "0.794826"
    assert "Below four fifths and significant" in run.result("F005:age").message
