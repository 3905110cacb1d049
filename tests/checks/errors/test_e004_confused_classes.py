"""E004: counts by hand, intervals for all pairs together, and where the two errors of a binary model differ."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import fisher_exact

from audit.checks.errors.e004_confused_classes import ConfusedClasses
from audit.core.exhibit import Kind
from audit.stats.rates import rate_interval
from tests.answers import findings, one, subject_of
from tests.checks.errors.planted import even


def test_three_classes_by_hand():
    # 50 a: 40 right, 6 as b, 4 as c; 30 b: 27 right, 3 as a; 20 c: all right
    rows = [("a", "a", 40), ("a", "b", 6), ("a", "c", 4), ("b", "b", 27), ("b", "a", 3), ("c", "c", 20)]
    frame = pd.DataFrame([(y, p) for y, p, n in rows for _ in range(n)], columns=["label", "prediction"])
    subject, engine = subject_of(frame, target="label", prediction="prediction")
    found = findings(ConfusedClasses(), subject, engine)
    assert (one(found, "error_rate").value, one(found, "error_rate").n) == (0.13, 100)
    confusion = one(found, "confusion_rate", {"label": "a", "prediction": "b"})
    assert (confusion.value, confusion.n) == (0.12, 50)
    # six pairs could be confused, so each interval is at 1 - 0.05 / 6
    assert confusion.level == pytest.approx(1 - 0.05 / 6)
    assert confusion.interval == rate_interval(6, 50, 1 - 0.05 / 6)
    assert found.message == (
        "Of 100 held-out rows, 13 are misjudged: a is taken for b in 6 of 50 rows (12.0 %), 46.2 % of all errors; "
        "a is taken for c in 4 of 50 rows (8.0 %), 30.8 % of all errors; b is taken for a in 3 of 30 rows (10.0 %), 23.1 % of all errors."
    )
    bars, matrix = found.exhibits
    assert bars.column("label") == ["a taken for b", "a taken for c", "b taken for a"]
    assert matrix.kind is Kind.HEATMAP
    cells = {(r[1], r[0]): r[2] for r in matrix.rows}
    assert len(cells) == 9
    assert (cells["a", "a"], cells["b", "a"], cells["c", "b"]) == (0.8, 0.1, 0.0)


@pytest.fixture
def two_errors():
    """Among young people errors are false positives, among others false negatives."""
    rng = np.random.default_rng(0)
    n = 6_000
    frame = pd.DataFrame({"row": range(n), "age": rng.integers(18, 70, n), "town": rng.choice(list("xyz"), n), "label": rng.choice(["No", "Yes"], n)})
    chance = np.where(frame["label"] == "No", np.where(frame["age"] < 30, 0.4, 0.1), np.where(frame["age"] < 30, 0.1, 0.2))
    wrong = rng.random(n) < chance
    frame["prediction"] = np.where(wrong, np.where(frame["label"] == "Yes", "No", "Yes"), frame["label"])
    return frame


def test_where_the_two_kinds_of_error_differ_is_found_on_one_half_and_tested_on_the_other(two_errors):
    frame = two_errors
    subject, engine = subject_of(frame, target="label", prediction="prediction", key=("row",))
    found = findings(ConfusedClasses(), subject, engine)
    table = found.exhibits[-1]
    first = dict(zip(table.columns, table.rows[0], strict=True))
    assert first["condition"].startswith("age")
    assert len({r[0].split()[0] for r in table.rows}) == len(table.rows)  # one condition of each column
    wrong = frame[(frame["label"] != frame["prediction"]) & ~frame["row"].map(even)]
    edge = int(first["condition"].split()[-1])
    inside = wrong["age"] <= edge if "≤" in first["condition"] else wrong["age"] >= edge
    positive = wrong["prediction"] == "Yes"
    assert first["errors"] == inside.sum()
    assert first["share of false positives"] == pytest.approx(positive[inside].mean())
    assert first["share in the rest"] == pytest.approx(positive[~inside].mean())
    kind = positive if first["more of"] == "false positives" else ~positive
    p = fisher_exact(
        [[(kind & inside).sum(), (~kind & inside).sum()], [(kind & ~inside).sum(), (~kind & ~inside).sum()]], alternative="greater"
    ).pvalue
    assert first["adjusted p"] == pytest.approx(min(1, p * len(table.rows)), rel=1e-6) or first["adjusted p"] < 1e-6
    assert "Among errors with age" in found.message


def test_nothing_is_confused_by_a_perfect_model(two_errors):
    subject, engine = subject_of(two_errors.assign(prediction=two_errors["label"]), target="label", prediction="prediction")
    found = findings(ConfusedClasses(), subject, engine)
    assert found.message == "All 6,000 held-out rows with label and prediction are predicted right."


def test_predictions_that_are_no_class_are_counted_as_confusions():
    frame = pd.DataFrame({"label": [0, 1] * 50, "prediction": [0, 1] * 45 + [2, 1] * 5})
    subject, engine = subject_of(frame, target="label", prediction="prediction")
    found = findings(ConfusedClasses(), subject, engine)
    assert one(found, "confusion_rate", {"label": "0", "prediction": "2"}).value == 0.1


def test_many_classes_stay_within_an_exhibit():
    rng = np.random.default_rng(0)
    label = rng.integers(0, 60, 6_000)
    frame = pd.DataFrame({"label": label, "prediction": np.where(rng.random(6_000) < 0.3, rng.integers(0, 60, 6_000), label)})
    subject, engine = subject_of(frame, target="label", prediction="prediction", task="classification")
    bars, matrix = findings(ConfusedClasses(), subject, engine).exhibits
    assert len(bars.rows) == 20
    assert len(matrix.rows) == 31 * 31
    assert "The 31 most frequent of 60 classes." in matrix.note
