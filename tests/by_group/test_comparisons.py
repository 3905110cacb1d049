"""Gaps, tests, verdicts, references, intersections and resampled bands."""

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from scipy.stats import false_discovery_control, fisher_exact

from audit import fairness
from audit.core.errors import UsageError
from audit.stats.range_of_rates import more_rows

RNG = np.random.default_rng(5)


def table(counts: dict[str, tuple[int, int, int, int]]) -> dict:
    """Return rows of groups that have so many true positives, false negatives, false positives and true negatives."""
    cells = [(1, 1), (1, 0), (0, 1), (0, 0)]
    rows = [(g, *cell) for g, ns in counts.items() for cell, n in zip(cells, ns, strict=True) for _ in range(n)]
    group, y, pred = zip(*rows, strict=True)
    return {"y_true": y, "y_pred": pred, "sensitive_features": {"group": group}}


TWO = {"a": (30, 10, 20, 40), "b": (18, 22, 6, 54)}


def test_equalized_odds_is_the_larger_gap_with_one_interval_for_both():
    ours = fairness.by_group(**table(TWO))
    odds = ours.equalized_odds()
    # true positive rates 30/40 and 18/40, false positive rates 20/60 and 6/60
    assert odds.loc["difference", "value"] == pytest.approx(0.30)
    assert odds.loc["difference", "of"] == "true_positive_rate"
    assert odds.loc["ratio", "value"] == pytest.approx(0.30)
    assert odds.loc["ratio", "of"] == "false_positive_rate"
    p_values = [fisher_exact([[30, 10], [18, 22]])[1], fisher_exact([[20, 40], [6, 54]])[1]]
    assert odds["p_value"].tolist() == pytest.approx([2 * min(p_values)] * 2)
    alone = fairness.by_group(**table(TWO), level=0.975).difference()
    rates = ["true_positive_rate", "false_positive_rate"]
    assert odds.loc["difference", "low"] == pytest.approx(alone.loc[rates, "low"].max())
    assert odds.loc["difference", "high"] == pytest.approx(alone.loc[rates, "high"].max())


def test_tests_are_adjusted_by_holm():
    ours = fairness.by_group(**table(TWO), metrics=["tpr", "fpr", "ppv"]).test()
    p = np.array([fisher_exact(t)[1] for t in ([[30, 10], [18, 22]], [[20, 40], [6, 54]], [[30, 20], [18, 6]])])
    np.testing.assert_allclose(ours["p_value"], p)
    order = np.argsort(p)
    by_hand = np.maximum.accumulate(p[order] * [3, 2, 1])
    np.testing.assert_allclose(ours["p_adjusted"].to_numpy()[order], np.minimum(by_hand, 1))
    assert ours["alike"].tolist() == (ours["p_adjusted"] > 0.05).tolist()
    assert (ours["p_adjusted"] >= false_discovery_control(p) - 1e-12).all()


def test_verdicts_are_three_valued_and_say_how_many_rows_would_decide():
    apart = fairness.by_group(**table({"a": (0, 0, 700, 300), "b": (0, 0, 300, 700)}), metrics="selection_rate").verdict(0.1)
    near = fairness.by_group(**table({"a": (0, 0, 501, 499), "b": (0, 0, 500, 500)}), metrics="selection_rate").verdict(0.1)
    few = fairness.by_group(**table({"a": (0, 0, 8, 12), "b": (0, 0, 7, 13)}), metrics="selection_rate").verdict(0.1)
    assert [v["verdict"].item() for v in (apart, near, few)] == ["broken", "holds", "undecided"]
    assert [v["rows_needed"].item() for v in (apart, near)] == [0, 0]
    assert few["rows_needed"].item() == more_rows([8, 7], [20, 20], 0.1, 0.95, 1)
    assert "more rows like these would decide" in few["sentence"].item()
    assert "is not at most 10 points" in apart["sentence"].item()


def test_verdicts_on_ratios():
    four_fifths = fairness.by_group(**table({"a": (0, 0, 900, 100), "b": (0, 0, 450, 550)}), metrics="selection_rate").verdict(0.8, of="ratio")
    assert four_fifths["verdict"].item() == "broken"
    few = fairness.by_group(**table({"a": (0, 0, 12, 8), "b": (0, 0, 9, 11)}), metrics="selection_rate").verdict(0.8, of="ratio").iloc[0]
    assert few["verdict"] == "undecided"
    more = {"a": (0, 0, 12, 8), "b": (0, 0, 9, 11)}
    factor = int(few["rows_needed"] / 40 * 1.1 + 2)
    decided = fairness.by_group(**table({g: tuple(n * factor for n in ns) for g, ns in more.items()}), metrics="selection_rate")
    assert decided.verdict(0.8, of="ratio")["verdict"].item() == "broken"
    with pytest.raises(UsageError, match="of a difference or of a ratio"):
        decided.verdict(0.8, of="quotient")
    with pytest.raises(UsageError, match="lies between 0 and 1"):
        decided.verdict(80)


def test_against_a_reference_group():
    counts = {**TWO, "c": (10, 0, 3, 27)}
    ours = fairness.by_group(**table(counts), metrics=["tpr", "fpr"]).against("a")
    assert list(ours.index) == [(g, m) for g in "bc" for m in ("true_positive_rate", "false_positive_rate")]
    row = ours.loc[("b", "true_positive_rate")]
    assert (row["difference"], row["ratio"]) == (pytest.approx(18 / 40 - 30 / 40), pytest.approx(18 / 30))
    assert row["p_value"] == pytest.approx(fisher_exact([[18, 22], [30, 10]])[1])
    assert row["ratio_low"] < row["ratio"] < row["ratio_high"] < 1
    assert row["difference_low"] < row["difference"] < row["difference_high"] < 0
    with pytest.raises(UsageError, match=r"no group 'd' of group\. Known: a, b, c"):
        fairness.by_group(**table(counts)).against("d")


def test_against_by_draws_agrees_with_against_by_intervals():
    big = {g: tuple(40 * n for n in ns) for g, ns in TWO.items()}
    given = table(big)
    exact = fairness.by_group(**given, metrics="tpr").against("a").iloc[0]
    drawn = fairness.by_group(**given, metrics="tpr", sample_weight=np.ones(len(given["y_true"]))).against("a").iloc[0]
    for name in ("difference", "difference_low", "difference_high", "ratio", "ratio_low", "ratio_high"):
        assert drawn[name] == pytest.approx(exact[name], abs=0.005), name
    assert drawn["p_value"] == pytest.approx(2 / 2001)


def test_disparate_impact_and_disparities():
    group = ["men"] * 80 + ["women"] * 40
    hired = [1] * 48 + [0] * 32 + [1] * 12 + [0] * 28
    for reference in ("men", None):
        ours = fairness.disparate_impact(hired, sensitive_features=group, reference=reference)
        assert list(ours.index) == ["women"]
        assert ours.loc["women", "value"] == pytest.approx(0.5)
        assert ours.loc["women", "p_value"] == pytest.approx(fisher_exact([[48, 32], [12, 28]])[1])
    many = fairness.disparate_impact(hired * 10, sensitive_features=group * 10)
    assert many.loc["women", "four_fifths"] == "broken"
    ours = fairness.disparities(**table(TWO))
    assert ours.loc[("b", "false_positive_rate"), "ratio"] == pytest.approx(6 / 20)
    assert ours.loc[("b", "selection_rate"), "ratio"] == pytest.approx(24 / 50)


@pytest.fixture(scope="module")
def scored() -> pd.DataFrame:
    n = 4_000
    frame = pd.DataFrame({"sex": RNG.choice(["F", "M"], n), "race": RNG.choice(["A", "B", "C"], n), "age": RNG.choice(["old", "young"], n)})
    frame["y"] = (RNG.random(n) < 0.4).astype(int)
    frame["pred"] = (RNG.random(n) < 0.3 + 0.2 * frame["y"] + 0.1 * (frame["sex"] == "M")).astype(int)
    return frame


def test_intersections_to_any_depth(scored):
    ours = fairness.of(scored, target="y", prediction="pred", sensitive=["sex", "race", "age"], metrics=["selection_rate", "tpr"])
    sets = ours.subsets()
    assert [p.attributes for p in sets] == [
        ("sex",), ("race",), ("age",), ("sex", "race"), ("sex", "age"), ("race", "age"), ("sex", "race", "age"),
    ]  # fmt: skip
    assert [len(p.by_group) for p in sets] == [2, 3, 2, 6, 4, 6, 12]
    for part in sets:
        rates = scored.groupby(list(part.attributes))["pred"].mean()
        np.testing.assert_allclose(part.values["selection_rate"], rates)
    assert len(ours.subsets(depth=1)) == 3
    pd.testing.assert_frame_equal(ours[["race", "sex"]].values.reorder_levels(["sex", "race"]).sort_index(), ours["sex", "race"].values)
    with pytest.raises(UsageError, match="depth is from 1 to 3"):
        ours.subsets(depth=4)
    with pytest.raises(UsageError, match="no attribute 'gender' was counted"):
        ours["gender"]


def test_all_sets_share_one_error_rate(scored):
    ours = fairness.of(scored, target="y", prediction="pred", sensitive=["sex", "race"], metrics=["selection_rate", "tpr"])
    tests = ours.subsets().test()
    assert len(tests) == 6
    lowest = tests["p_value"].idxmin()
    assert tests.loc[lowest, "p_adjusted"] == pytest.approx(6 * tests.loc[lowest, "p_value"])
    verdicts = ours.subsets().verdict()
    assert verdicts["level"].tolist() == pytest.approx([1 - 0.05 / 6] * 6)
    assert ours["sex"].verdict()["level"].tolist() == pytest.approx([1 - 0.05 / 2] * 2)
    assert (verdicts.loc["sex", "high"] > ours["sex"].verdict()["high"]).all()


def test_bands_are_those_of_a_bootstrap_of_the_rows(scored):
    ours = fairness.of(scored, target="y", prediction="pred", sensitive=["sex", "race"], metrics=["selection_rate", "tpr", "f1_score"])
    bands = ours.subsets().resampled(draws=4_000, seed=3).loc["sex × race"]
    rng, draws = np.random.default_rng(8), []
    y, p = scored["y"].to_numpy(), scored["pred"].to_numpy()
    here = ((scored["sex"] == "F") & (scored["race"] == "B")).to_numpy()
    for _ in range(4_000):
        rows = rng.integers(0, len(scored), len(scored))
        yy, pp = y[rows][here[rows]], p[rows][here[rows]]
        tp = (yy & pp).sum()
        draws.append([pp.mean(), tp / yy.sum(), 2 * tp / (yy.sum() + pp.sum())])
    for name, drawn in zip(("selection_rate", "true_positive_rate", "f1_score"), np.array(draws).T, strict=True):
        band = bands.loc[("F, B", name)]
        # a 2.5 % quantile of 4,000 draws has a standard error of 0.042 standard deviations; each side has one
        assert abs(band["low"] - np.quantile(drawn, 0.025)) < 0.25 * drawn.std(), name
        assert abs(band["high"] - np.quantile(drawn, 0.975)) < 0.25 * drawn.std(), name
    pd.testing.assert_frame_equal(bands, ours.subsets().resampled(draws=4_000, seed=3).loc["sex × race"])
    assert not bands.equals(ours.subsets().resampled(draws=4_000, seed=4).loc["sex × race"])


def test_bands_of_what_cannot_be_estimated_are_nan():
    ours = fairness.by_group(**table({"a": (5, 5, 5, 5), "b": (0, 0, 5, 5)}), metrics=["tpr", "fpr"]).resampled()
    assert np.isnan(ours.loc[("b", "true_positive_rate")]).all()
    assert not np.isnan(ours.loc[("b", "false_positive_rate")]).any()


def test_gaps_of_composites_can_hold_no_difference():
    found = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        y, p, g = rng.integers(0, 2, 600), rng.integers(0, 2, 600), rng.integers(0, 5, 600)
        gap = fairness.by_group(y, p, sensitive_features=g, metrics="f1_score").difference().iloc[0]
        assert gap["value"] > 0
        assert (gap["low"] == 0) == (gap["p_value"] > 0.05)
        found.append(gap["low"] > 0)
    # under the null about 5 % are found; more than 7 of 40 would have a chance of 1 in 700
    assert sum(found) <= 7
    planted = fairness.by_group(**table({"a": (90, 10, 10, 90), "b": (50, 50, 50, 50)}), metrics="f1_score").difference().iloc[0]
    assert planted["low"] > 0.2
    assert planted["value"] == pytest.approx(0.4)


def test_shown_as_text_and_as_html(scored):
    named = scored.assign(race=scored["race"].replace("C", "<script>alert(1)</script>"))
    ours = fairness.of(named, target="y", prediction="pred", sensitive=["sex", "race"])
    text = str(ours["sex"])
    assert text.startswith("2 groups of sex, 4,000 rows; positive outcome '1', 95 % intervals")
    assert "selection rate" in text
    assert repr(ours["sex"]) == text
    page = ours._repr_html_()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "95 % intervals" in page
    sets = ours.subsets()
    assert "sex × race" in str(sets)
    assert "sex × race" in sets._repr_html_()


def test_html_names_what_is_left_out():
    ours = fairness.by_group([1, 0, 1, 0, 1, None], [1, 0, 0, 0, 1, 1], sensitive_features=["a", "a", "b", "b", "c", None], min_n=2)
    page = ours._repr_html_()
    assert "1 row without label" in page
    assert "1 row in groups too small to compare" in page
    assert "Groups marked * take no part in comparisons." in page


def test_import_is_light_and_the_module_is_found_without_an_import_of_its_own():
    code = (
        "import sys, json, audit; before = [m for m in ('duckdb', 'ibis', 'pandas', 'numpy') if m in sys.modules]; audit.fairness.by_group;"
        "print(json.dumps([before, 'fairness' in dir(audit), [m for m in ('torch', 'sklearn', 'shap', 'streamlit') if m in sys.modules]]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [[], True, []]
