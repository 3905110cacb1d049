"""E001 on planted weaknesses, on noise, and on tables it must refuse."""

import hashlib
import hmac

import numpy as np
import pandas as pd
import pytest
import scipy.stats

from audit.checks.errors.e001_weakest_segments import WeakestSegments
from audit.checks.errors.held_out import HeldOut
from audit.core.ask import frame as frame_ask
from audit.core.errors import NotApplicable
from audit.core.exhibit import Kind
from audit.core.status import Status
from tests.answers import findings, one, status, subject_of
from tests.checks.errors.planted import ROLES, even, table


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
    every = one(found, "error_rate")
    assert (every.value, every.n) == (pytest.approx(wrong[odd].mean()), odd.sum())
    assert f"Of {inside.sum()} rows with {text}, {wrong[inside].mean():.1%}".replace("%", " %") in found.message
    assert "Found on one half of 5,000 held-out rows, counted on the other." in found.message


def test_exhibits_are_counts_of_the_confirmation_half_and_hashes_of_keys():
    frame, weak, wrong = table()
    subject, engine = subject_of(frame, **ROLES)
    bars, listed, keys = findings(WeakestSegments(), subject, engine).exhibits
    assert [e.kind for e in (bars, listed, keys)] == [Kind.BARS, Kind.TABLE, Kind.TABLE]
    assert keys.columns == ("segment", "hash of the row's key")
    hashes = {hashlib.md5(str(r).encode()).hexdigest(): r for r in frame["row"]}
    rows = [hashes[h] for h in keys.column("hash of the row's key")]
    assert len(rows) == 25
    assert all(weak[r] and wrong[r] and even(r) for r in rows)


def test_a_secret_makes_names_that_nobody_can_guess(monkeypatch):
    frame, _, _ = table()
    subject, engine = subject_of(frame, **ROLES)
    plain = findings(WeakestSegments(), subject, engine).exhibits[-1].column("hash of the row's key")
    monkeypatch.setenv("ASSAY_MASK_KEY", "a secret")
    named = findings(WeakestSegments(), subject, engine).exhibits[-1].column("hash of the row's key")
    assert named == [hmac.new(b"a secret", h.encode(), "sha256").hexdigest()[:32] for h in plain]


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
    assert found.message == "The model errs on none of 400 held-out rows, so there are no errors to describe."


def test_a_model_that_is_always_wrong_is_not_praised():
    frame, _, _ = table(n=400)
    subject, engine = subject_of(frame.assign(prediction=np.where(frame["label"] == "Yes", "No", "Yes")), **ROLES)
    with pytest.raises(NotApplicable, match="errs on all 400 held-out rows"):
        findings(WeakestSegments(), subject, engine)


def test_a_sample_says_so_and_is_the_same_again():
    frame, _, _ = table(n=2_000)
    subject, engine = subject_of(frame, **ROLES)
    check = WeakestSegments(rows=400)
    first, second = (findings(check, subject, engine) for _ in range(2))
    assert first == second
    assert "a sample of 400 rows of one half of 2,000 held-out rows" in first.message
    assert one(first, "error_rate").n == sum(not even(r) for r in range(2_000))


def test_rows_of_one_person_stay_in_one_half():
    # every person has four alike rows; were they split, a person's own errors would confirm themselves
    rng = np.random.default_rng(2)
    people = pd.DataFrame({"person": range(300), "town": rng.choice(list("abcdefghij"), 300), "wrong": rng.random(300) < 0.2})
    frame = people.loc[people.index.repeat(4)].reset_index(drop=True).assign(row=range(1_200), label="x")
    frame["prediction"] = np.where(frame.pop("wrong"), "y", "x")
    frame.loc[:9, "label"] = "y"
    subject, engine = subject_of(frame, entity="person", **ROLES)
    held = HeldOut.of(subject)
    assert held.described == ("town",)
    by_row = frame.set_index("row")["person"]
    hashes = {hashlib.md5(str(row).encode()).hexdigest(): person for row, person in by_row.items()}
    halved = engine.one(frame_ask(held.table.select("identity", "first")))
    assert halved["first"].tolist() == [even(hashes[h]) for h in halved["identity"]]


def test_labels_and_predictions_may_have_other_types_and_gaps():
    frame, _, wrong = table()
    frame["label"] = (frame["label"] == "Yes").astype("boolean")
    frame["prediction"] = (frame["prediction"] == "Yes").astype(float)
    frame.loc[:99, "label"] = pd.NA
    frame.loc[100:149, "prediction"] = np.nan
    subject, engine = subject_of(frame, **ROLES)
    found = findings(WeakestSegments(), subject, engine)
    odd = np.array([not even(r) for r in frame["row"]]) & (np.arange(5_000) >= 150)
    assert one(found, "error_rate").n == odd.sum()
    assert one(found, "error_rate").value == pytest.approx(wrong[odd].mean())


def test_whole_numbers_match_their_text():
    frame, _, _ = table(n=1_000)
    frame["label"] = np.random.default_rng(0).choice(["1", "2", "3"], 1_000)
    frame["prediction"] = np.where(frame["age"] > 40, frame["label"].astype(float), 1.0)
    subject, engine = subject_of(frame, **ROLES)
    expected = (frame["label"].astype(float) != frame["prediction"])[~frame["row"].map(even)].mean()
    assert one(findings(WeakestSegments(), subject, engine), "error_rate").value == pytest.approx(expected)


def test_three_classes_are_judged_by_right_or_wrong():
    frame, _, _ = table(n=1_000)
    rng = np.random.default_rng(0)
    frame["label"] = rng.choice(list("abc"), 1_000)
    frame["prediction"] = np.where(frame["age"] > 40, frame["label"], "a")
    subject, engine = subject_of(frame, **ROLES)
    found = findings(WeakestSegments(), subject, engine)
    assert one(found, "error_rate").value == pytest.approx((frame["label"] != frame["prediction"])[~frame["row"].map(even)].mean())
    assert one(found, "confirmed_segments").value >= 1


@pytest.mark.parametrize(
    ("change", "roles", "message"),
    [
        (lambda f: f.assign(label=[f"p{i}" for i in range(len(f))], prediction="p1"), {}, "is no class"),
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
    assert one(findings(WeakestSegments(), subject, engine), "error_rate").n == sum(not even(r) for r in range(800))


def test_numbers_are_judged_by_the_size_of_the_error():
    frame, weak, _ = table()
    rng = np.random.default_rng(0)
    frame["prediction"] = 2.0 * frame["age"]
    frame["label"] = frame["prediction"] + rng.normal(size=5_000) * np.where(weak, 9, 3)
    subject, engine = subject_of(frame, **ROLES)
    found = findings(WeakestSegments(), subject, engine)
    size, odd = (frame["label"] - frame["prediction"]).abs(), ~frame["row"].map(even)
    inside, outside = size[odd & weak], size[odd & ~weak]
    [text] = {m.where["segment"] for m in found.measurements if "Black" in m.where.get("segment", "")}
    mean = one(found, "mean_absolute_error", {"segment": text})
    assert (mean.value, mean.n) == (pytest.approx(inside.mean()), len(inside))
    assert mean.interval == pytest.approx(scipy.stats.t.interval(0.95, len(inside) - 1, inside.mean(), scipy.stats.sem(inside)), rel=1e-4)
    apart = one(found, "mean_absolute_error_difference", {"segment": text})
    welch = scipy.stats.ttest_ind(inside, outside, equal_var=False).confidence_interval()
    assert apart.interval == pytest.approx(tuple(welch), rel=1e-4)
    assert found.message.startswith(f"For {len(inside)} rows with {text}, the error is {inside.mean():.4g} on average")


@pytest.mark.parametrize(
    "change",
    [
        lambda f: f[["row", "label", "prediction", "colour"]],
        lambda f: f.assign(colour="a", checks=1, age=7.5),
        lambda f: pd.concat([f, pd.DataFrame(np.eye(600)[np.arange(len(f)) % 600].astype(int)).add_prefix("h")], axis=1),
        lambda f: f.assign(age=[f"name {i}" for i in range(len(f))]),
        lambda f: f.assign(age=np.where(f["row"] % 3 == 0, np.nan, np.inf)),
    ],
    ids=["one feature", "constant columns", "one-hot columns", "a name in each row", "gaps and infinities"],
)
def test_unhelpful_columns_do_no_harm(change):
    frame, _, wrong = table(n=1_200)
    subject, engine = subject_of(change(frame), **ROLES)
    found = findings(WeakestSegments(), subject, engine)
    assert one(found, "error_rate").value == pytest.approx(wrong[~frame["row"].map(even)].mean())


def test_columns_that_never_vary_make_no_segments():
    frame, _, _ = table(n=400)
    subject, engine = subject_of(frame.assign(colour="a", checks=1, age=7.5), **ROLES)
    assert findings(WeakestSegments(), subject, engine).message == (
        "No column of one half of 400 held-out rows has a condition that 30 rows meet and 30 do not, so there are no segments."
    )
