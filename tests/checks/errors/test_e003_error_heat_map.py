"""E003: the pair is the planted one, cells are counts of the other half, empty where few."""

import numpy as np
import pandas as pd
import pytest

from audit.checks.errors.e003_error_heat_map import ErrorHeatMap
from audit.core.exhibit import Kind
from tests.answers import findings, one, subject_of
from tests.checks.errors.planted import ROLES, even, table


def test_the_planted_pair_is_chosen_and_its_cells_are_counted_on_the_other_half():
    frame, _, wrong = table(n=20_000, extra=0.4)
    subject, engine = subject_of(frame, **ROLES)
    found = findings(ErrorHeatMap(), subject, engine)
    [picture] = found.exhibits
    assert picture.kind is Kind.HEATMAP
    assert {picture.x_label, picture.y_label} == {"colour", "checks"}
    odd = ~frame["row"].map(even).to_numpy()
    by_cell = frame.assign(wrong=wrong)[odd].groupby([frame["colour"][odd], frame["checks"][odd]])["wrong"].agg(["size", "mean"])
    colour = {"≤ 0": 0, "1": 1, "2": 2, "3": 3, "4": 4, "≥ 5": 5}
    assert sum(picture.column("n")) == odd.sum()
    for x, y, value, n, low, high in picture.rows:
        cell = by_cell.loc[(x, colour[y])] if picture.x_label == "colour" else by_cell.loc[(y, colour[x])]
        assert n == cell["size"]
        if n < 30:
            assert (value, low, high) == (None, None, None)
        else:
            assert value == pytest.approx(cell["mean"])
            assert low <= value <= high
    assert one(found, "error_rate").value == pytest.approx(wrong[odd].mean())
    assert one(found, "p_value", {"columns": f"{picture.x_label}, {picture.y_label}"}).value < 0.001
    assert found.message.startswith("Of 3 pairs of columns, ")
    assert "(colour = Black, checks" in found.message


def test_without_any_relation_no_pair_is_shown_more_often_than_akaike_errs():
    shown = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        frame = pd.DataFrame(
            {"a": rng.choice(list("xyz"), 2_000), "b": rng.choice(list("klm"), 2_000), "row": range(2_000), "label": rng.choice(["n", "y"], 2_000)}
        )
        frame["prediction"] = np.where(rng.random(2_000) < 0.2, np.where(frame["label"] == "y", "n", "y"), frame["label"])
        subject, engine = subject_of(frame, **ROLES)
        found = findings(ErrorHeatMap(), subject, engine)
        shown.append(bool(found.exhibits))
        assert found.exhibits or "more about the errors of 2,000 held-out rows than chance" in found.message
    # a gain of 16 over 8 degrees of freedom is passed by 4 % of draws of chance
    assert np.mean(shown) <= 0.2


def test_named_columns_are_shown_and_values_beyond_a_side_share_a_cell():
    frame, _, _ = table(n=6_000)
    rng = np.random.default_rng(0)
    frame["town"] = rng.choice([f"t{i:02}" for i in range(15)], 6_000)
    frame.loc[:300, "town"] = None
    subject, engine = subject_of(frame, **ROLES)
    [picture] = findings(ErrorHeatMap(columns=("town", "colour")), subject, engine).exhibits
    assert (picture.x_label, picture.y_label) == ("town", "colour")
    towns = list(dict.fromkeys(picture.column("x")))
    assert len(towns) == 9
    assert towns[-2:] == ["other", "missing"]
    odd = ~frame["row"].map(even)
    shown = sum(n for x, n in zip(picture.column("x"), picture.column("n"), strict=True) if x == "missing")
    assert shown == frame["town"].isna()[odd].sum()
    assert sum(picture.column("n")) == odd.sum()


def test_sizes_of_errors_and_a_perfect_model():
    frame, weak, _ = table(n=20_000)
    frame["prediction"] = 2.5 * frame["age"]
    frame["label"] = frame["prediction"] + np.random.default_rng(0).normal(size=20_000) * np.where(weak, 20, 3)
    subject, engine = subject_of(frame, **ROLES)
    found = findings(ErrorHeatMap(), subject, engine)
    assert {found.exhibits[0].x_label, found.exhibits[0].y_label} == {"colour", "checks"}
    assert "the mean absolute error goes from" in found.message
    subject, engine = subject_of(frame.assign(label=frame["prediction"]), **ROLES)
    assert (
        findings(ErrorHeatMap(), subject, engine).message == "The model errs on none of 20,000 held-out rows, so there is nothing to show by column."
    )


def test_many_columns_are_narrowed_to_those_that_say_most():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({f"h{i}": (rng.random(1_500) < 0.5).astype(int) for i in range(150)}).assign(
        row=range(1_500), label=rng.choice(["n", "y"], 1_500)
    )
    wrong = rng.random(1_500) < np.where((frame["h7"] == 1) & (frame["h9"] == 1), 0.6, 0.1)
    frame["prediction"] = np.where(wrong, np.where(frame["label"] == "y", "n", "y"), frame["label"])
    subject, engine = subject_of(frame, **ROLES)
    found = findings(ErrorHeatMap(), subject, engine)
    assert "Of 7,140 pairs of columns, h9 and h7" in found.message  # 120 of 150 columns
    assert "(h9 = 1, h7 = 1; n = " in found.message


def test_too_few_rows_for_two_cells_are_said():
    frame, _, _ = table(n=200, extra=0.6)
    subject, engine = subject_of(frame, **ROLES)
    message = findings(ErrorHeatMap(columns=("colour", "age")), subject, engine).message
    assert message == "Of colour and age no cell has 30 rows in the half that is counted."
