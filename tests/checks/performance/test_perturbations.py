import numpy as np
import pandas as pd
import pytest

from audit.checks.performance.perturbations import Perturbation, affected, draws_of, mistyped, perturbed

N = 4_000


@pytest.fixture
def frame() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "income": rng.normal(50, 12, N),
            "age": rng.integers(20, 70, N),
            "children": rng.integers(0, 4, N),
            "town": rng.choice(["Ashford", "Bree", "Combe"], N, p=[0.7, 0.2, 0.1]),
            "member": rng.random(N) < 0.3,
            "since": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 900, N), unit="D"),
            "same": "x",
        }
    )


def test_which_columns_each_kind_is_for(frame):
    assert affected(frame, Perturbation.NOISE) == ("income", "age")
    assert affected(frame, Perturbation.MISSING) == tuple(frame.columns)
    assert affected(frame, Perturbation.SWAP) == ("children", "town", "member", "since")
    assert affected(frame, Perturbation.TYPO) == ("town", "same")


def test_noise_is_measured_in_standard_deviations(frame):
    noisy = perturbed(frame, Perturbation.NOISE, 0.5, ("income", "age"), draws_of(0))
    assert (noisy["income"] - frame["income"]).std() == pytest.approx(0.5 * frame["income"].std(), rel=0.05)
    assert (noisy["age"] == noisy["age"].round()).all()  # whole numbers stay whole
    assert noisy["town"].equals(frame["town"])
    gaps = frame.assign(income=frame["income"].where(frame.index > 9))
    gaps.loc[20, "income"] = np.inf
    assert perturbed(gaps, Perturbation.NOISE, 1.0, ("income",), draws_of(0))["income"].isna().sum() == 10


def test_shares_are_kept(frame):
    gaps = perturbed(frame, Perturbation.MISSING, 0.25, tuple(frame.columns), draws_of(0))
    assert gaps.isna().mean().to_numpy() == pytest.approx(0.25, abs=0.03)
    swapped = perturbed(frame, Perturbation.SWAP, 0.5, ("town",), draws_of(0))["town"]
    # half are drawn anew, and the draw is the old value with 0.7² + 0.2² + 0.1² = 0.54
    assert (swapped != frame["town"]).mean() == pytest.approx(0.5 * 0.46, abs=0.03)
    assert swapped.value_counts(normalize=True)["Ashford"] == pytest.approx(0.7, abs=0.03)
    typed = perturbed(frame, Perturbation.TYPO, 0.2, ("town",), draws_of(0))["town"]
    assert (typed != frame["town"]).mean() == pytest.approx(0.2, abs=0.03)
    assert not set(typed[typed != frame["town"]]) & set(frame["town"])


def test_the_frame_is_left_as_it_was_and_a_place_gives_the_same_draw(frame):
    before = frame.copy(deep=True)
    once = perturbed(frame, Perturbation.SWAP, 0.5, ("town", "member"), draws_of(3, 1, 2))
    pd.testing.assert_frame_equal(frame, before)
    pd.testing.assert_frame_equal(once, perturbed(frame, Perturbation.SWAP, 0.5, ("town", "member"), draws_of(3, 1, 2)))
    assert not once.equals(perturbed(frame, Perturbation.SWAP, 0.5, ("town", "member"), draws_of(3, 1, 3)))


def test_a_typing_error_is_one_error():
    rng = np.random.default_rng(0)
    made = {mistyped("Bree", rng) for _ in range(400)}
    assert {"rBee", "Bere", "ree", "Bre", "BBree", "Brree", "Breee"} <= made
    # the two e in each other's place are no error
    assert all(abs(len(text) - 4) <= 1 for text in made)
    assert mistyped("", rng) == ""
    assert mistyped("x", rng) != "x"
