"""E001 on planted weaknesses, on noise, and on tables it must refuse."""

import hashlib

import numpy as np
import pandas as pd
import pytest

from audit.checks.errors.e001_weakest_segments import WeakestSegments, _even
from audit.core.ask import frame as frame_ask
from audit.core.errors import NotApplicable
from audit.core.exhibit import Kind
from audit.core.status import Status
from tests.answers import findings, one, status, subject_of


def table(n=5_000, extra=0.3, seed=0):
    """A colour × checks conjunction of 3 % of the rows in which the model errs more often."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "row": range(n),
            "colour": rng.choice(["Black", "White", "Other"], n, p=[0.3, 0.6, 0.1]),
            "checks": rng.choice(6, n, p=[0.3, 0.3, 0.2, 0.1, 0.08, 0.02]),
            "age": rng.integers(16, 70, n),
        }
    )
    weak = (frame["colour"] == "Black") & (frame["checks"] >= 4)
    frame["label"] = rng.choice(["No", "Yes"], n)
    wrong = rng.random(n) < np.where(weak, 0.15 + extra, 0.15)
    frame["prediction"] = np.where(wrong, np.where(frame["label"] == "Yes", "No", "Yes"), frame["label"])
    return frame, weak.to_numpy(), wrong


ROLES = {"target": "label", "prediction": "prediction", "key": ("row",)}


def even(row):
    return hashlib.md5(str(row).encode()).hexdigest()[-1] in "02468ace"


def test_a_planted_conjunction_is_found_and_counted_on_the_other_half():
    frame, weak, wrong = table()
    assert 0.02 < weak.mean() < 0.04
    subject, engine = subject_of(frame, **ROLES)
    check = WeakestSegments()
    found = findings(check, subject, engine)
    assert status(check, found) is Status.WARNED
    segment = {m.where["segment"] for m in found.measurements if m.where} & {"colour = Black and checks ≥ 4", "checks ≥ 4 and colour = Black"}
    [text] = segment
    odd = np.array([not even(r) for r in frame["row"]])
    inside, outside = weak & odd, ~weak & odd
    rate = one(found, "error_rate", {"segment": text})
    assert (rate.value, rate.n) == (pytest.approx(wrong[inside].mean()), inside.sum())
    difference = one(found, "error_rate_difference", {"segment": text})
    assert difference.value == pytest.approx(wrong[inside].mean() - wrong[outside].mean())
    assert difference.interval[0] < difference.value < difference.interval[1]
    assert one(found, "error_rate").value == pytest.approx(wrong.mean())
    assert f"Of {inside.sum()} rows with {text}, {wrong[inside].mean():.1%}".replace("%", " %") in found.message
    assert "Found on one half of 5,000 held-out rows, counted on the other." in found.message


def test_exhibits_are_aggregates_of_the_confirmation_half():
    frame, _, _ = table()
    subject, engine = subject_of(frame, **ROLES)
    bars, listed, tree = findings(WeakestSegments(), subject, engine).exhibits
    assert [e.kind for e in (bars, listed, tree)] == [Kind.BARS, Kind.TABLE, Kind.TREE]
    odd = sum(not even(r) for r in frame["row"])
    assert tree.rows[0][:3] == ("0", None, "all rows")
    assert tree.column("n")[0] == odd
    children = [n for n, parent in zip(tree.column("n"), tree.column("parent"), strict=True) if parent == "0"]
    assert sum(children) == odd


def test_the_same_model_without_a_weakness_passes():
    frame, _, _ = table(extra=0.0, seed=1)
    subject, engine = subject_of(frame, **ROLES)
    check = WeakestSegments()
    found = findings(check, subject, engine)
    assert status(check, found) is Status.PASSED
    assert found.message.startswith("No segment errs clearly more than the rest: of ")
    assert "A tenth of the rows would be noticed four times out of five if they erred " in found.message


def test_what_is_too_small_to_be_noticed_is_not_promised():
    # halves of about 200 rows: a tenth of them is less than the 30 that a segment needs
    frame, _, _ = table(n=400, extra=0.0, seed=1)
    subject, engine = subject_of(frame, **ROLES)
    message = findings(WeakestSegments(), subject, engine).message
    assert message.endswith(" A tenth of the rows would be too few to be noticed: a segment needs 30 of each half.")
    assert "four times out of five" in findings(WeakestSegments(min_rows=10), subject, engine).message


def test_a_perfect_model_has_no_weak_segment():
    frame, _, _ = table(n=400)
    subject, engine = subject_of(frame.assign(prediction=frame["label"]), **ROLES)
    found = findings(WeakestSegments(), subject, engine)
    assert one(found, "error_rate").value == 0
    assert one(found, "confirmed_segments").value == 0


def test_a_sample_says_so_and_is_the_same_again():
    frame, _, _ = table(n=2_000)
    subject, engine = subject_of(frame, **ROLES)
    check = WeakestSegments(rows=1_000)
    first, second = (findings(check, subject, engine) for _ in range(2))
    assert first == second
    assert "1,000 of 2,000 held-out rows" in first.message


def test_rows_of_one_person_stay_in_one_half():
    # every person has four alike rows; were they split, a person's own errors would confirm themselves
    rng = np.random.default_rng(2)
    people = pd.DataFrame({"person": range(300), "town": rng.choice(list("abcdefghij"), 300), "wrong": rng.random(300) < 0.2})
    frame = people.loc[people.index.repeat(4)].reset_index(drop=True).assign(row=range(1_200), label="x")
    frame["prediction"] = np.where(frame.pop("wrong"), "y", "x")
    frame.loc[:9, "label"] = "y"
    subject, engine = subject_of(frame, entity="person", **ROLES)
    halved = engine.one(frame_ask(subject.table.select("person", half=_even(subject, subject.table))))
    assert halved["half"].tolist() == [even(person) for person in halved["person"]]


def test_labels_and_predictions_may_have_other_types_and_gaps():
    frame, _, wrong = table()
    frame["label"] = (frame["label"] == "Yes").astype("boolean")
    frame["prediction"] = (frame["prediction"] == "Yes").astype(float)
    frame.loc[:99, "label"] = pd.NA
    frame.loc[100:149, "prediction"] = np.nan
    subject, engine = subject_of(frame, **ROLES)
    found = findings(WeakestSegments(), subject, engine)
    assert one(found, "error_rate").n == 4_850
    assert one(found, "error_rate").value == pytest.approx(wrong[150:].mean())


def test_whole_numbers_match_their_text():
    frame, _, _ = table(n=1_000)
    frame["label"] = np.random.default_rng(0).choice(["1", "2", "3"], 1_000)
    frame["prediction"] = np.where(frame["age"] > 40, frame["label"].astype(float), 1.0)
    subject, engine = subject_of(frame, **ROLES)
    expected = (frame["label"].astype(float) != frame["prediction"]).mean()
    assert one(findings(WeakestSegments(), subject, engine), "error_rate").value == pytest.approx(expected)


def test_three_classes_are_judged_by_right_or_wrong():
    frame, _, _ = table(n=1_000)
    rng = np.random.default_rng(0)
    frame["label"] = rng.choice(list("abc"), 1_000)
    frame["prediction"] = np.where(frame["age"] > 40, frame["label"], "a")
    subject, engine = subject_of(frame, **ROLES)
    found = findings(WeakestSegments(), subject, engine)
    assert one(found, "error_rate").value == pytest.approx((frame["label"] != frame["prediction"]).mean())
    assert one(found, "confirmed_segments").value >= 1


@pytest.mark.parametrize(
    ("change", "roles", "message"),
    [
        (lambda f: f.assign(label=np.linspace(0, 1, len(f)), prediction=0.5), {}, "is no class"),
        (lambda f: f[:100], {}, "needs about 120 held-out rows"),
        (lambda f: f[["row", "label", "prediction"]], {}, "needs columns beside label and prediction"),
        (lambda f: f, {"prediction": None}, "needs a prediction column"),
    ],
    ids=["continuous", "few", "no columns", "no prediction"],
)
def test_what_cannot_be_examined_says_why(change, roles, message):
    frame, _, _ = table(n=500)
    subject, engine = subject_of(change(frame), **(ROLES | roles))
    with pytest.raises(NotApplicable, match=message):
        findings(WeakestSegments(), subject, engine)


def test_awkward_column_names_and_nested_columns():
    frame, _, _ = table(n=800)
    frame = frame.rename(columns={"colour": 'c o"l.our ü', "age": "assay 'age'"}).assign(tags=[["a"]] * 800)
    subject, engine = subject_of(frame, **ROLES)
    assert one(findings(WeakestSegments(), subject, engine), "error_rate").n == 800
