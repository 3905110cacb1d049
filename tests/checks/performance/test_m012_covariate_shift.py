from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from audit.checks.performance import shifted_sample
from audit.checks.performance.m012_covariate_shift import CovariateShift
from audit.core.check import Findings
from audit.core.contract import Contract
from audit.core.errors import NotApplicable
from audit.core.status import Status
from audit.engines import density_ratio
from tests.answers import findings, one, status, subject_of

REFERENCE = "the reference table"


def table(n: int = 8_000, seed: int = 0) -> pd.DataFrame:
    """Right on 60 % in Combe (a fifth of the rows), on 90 % elsewhere; z says nothing."""
    rng = np.random.default_rng(seed)
    town = rng.choice(["Ashford", "Bree", "Combe"], n, p=[0.5, 0.3, 0.2])
    y = rng.integers(0, 2, n)
    wrong = rng.random(n) < np.where(town == "Combe", 0.4, 0.1)
    return pd.DataFrame({"y": y, "p": np.where(wrong, 1 - y, y), "town": town, "z": rng.normal(size=n)})


def measured(frame: pd.DataFrame, reference: pd.DataFrame | None = None, **roles: Any) -> Findings:
    subject, engine = subject_of(frame, **({"target": "y", "prediction": "p"} | roles))
    if reference is not None:
        engine.backend.con.register("reference_under_test", reference)
        subject = replace(subject, reference=engine.backend.table("reference_under_test"))
    check = CovariateShift()
    found = findings(check, subject, engine)
    assert status(check, found) is Status.PASSED
    return found


def test_the_worst_population_along_a_column() -> None:
    found = measured(table())
    worst = one(found, "worst_case_accuracy", {"column": "town", "share": "0.25"})
    # a fifth of the rows is Combe: 0.8 of the population from there, 0.2 from elsewhere
    assert worst.value == pytest.approx(0.8 * 0.6 + 0.2 * 0.9, abs=0.02)
    low, high = worst.interval or (0, 0)
    assert low < 0.66 < high
    assert worst.level == pytest.approx(0.975)  # two columns
    assert "Along 'town' the worst 25.0 % of the rows, mostly town 'Combe'" in found.message
    # along a column that says nothing the worst quarter is like all
    assert one(found, "worst_case_accuracy", {"column": "z", "share": "0.25"}).value == pytest.approx(0.84, abs=0.02)
    lines = {(row[4], row[0]): row[1] for row in found.exhibits[0].rows}
    assert lines["town", 1.0] == pytest.approx(one(found, "accuracy").value, abs=0.002)
    assert lines["town", 0.1] == pytest.approx(0.6, abs=0.03)


def test_towards_a_reference() -> None:
    rng = np.random.default_rng(9)
    reference = pd.DataFrame({"town": rng.choice(["Ashford", "Bree", "Combe"], 5_000, p=[0.1, 0.1, 0.8]), "z": rng.normal(size=5_000)})
    found = measured(table(), reference)
    alone = one(found, "reweighed_accuracy", {"target": REFERENCE, "columns": "town"})
    assert alone.value == pytest.approx(0.2 * 0.9 + 0.8 * 0.6, abs=0.025)
    whole = one(found, "reweighed_accuracy", {"target": REFERENCE, "columns": "all columns"})
    assert whole.value == pytest.approx(0.66, abs=0.025)
    # Kish: (Σ w)² / Σ w² of 8,000 rows with ratios 0.2, 1/3, 4 in shares .5, .3, .2
    expected = 8_000 / (0.5 * 0.2**2 + 0.3 / 9 + 0.2 * 16)
    assert f"{expected:,.0f}"[:1] in alone.method
    assert float(alone.method.split(", ")[1].split(" effective")[0].replace(",", "")) == pytest.approx(expected, rel=0.06)
    assert one(found, "reweighed_accuracy", {"target": REFERENCE, "columns": "z"}).value == pytest.approx(0.84, abs=0.02)
    assert (one(found, "domain_auc", {"target": REFERENCE, "columns": "all columns"}).value or 0) > 0.7
    steps = [row for row in found.exhibits[1].rows if row[4] == "all columns"]
    assert steps[0][1] == pytest.approx(one(found, "accuracy").value)
    assert steps[0][1] > steps[-1][1]


def test_two_columns_shift_together() -> None:
    """Errors where both are 1; the reference has the two together more often, though each as often as here."""
    rng = np.random.default_rng(3)
    n = 10_000
    a, b = rng.integers(0, 2, n), rng.integers(0, 2, n)
    y = rng.integers(0, 2, n)
    frame = pd.DataFrame({"y": y, "p": np.where((a == 1) & (rng.random(n) < 0.5), 1 - y, y), "a": a.astype(str), "b": b.astype(str)})
    reference = pd.DataFrame({"a": ["1"] * 900 + ["0"] * 100, "b": (["1"] * 5 + ["0"] * 5) * 100})
    found = measured(frame, reference)
    assert one(found, "reweighed_accuracy", {"target": REFERENCE, "columns": "all columns"}).value == pytest.approx(0.9 * 0.5 + 0.1, abs=0.03)


def test_later_rows_are_set_beside_what_the_columns_explain() -> None:
    frame = table(10_000)
    rng = np.random.default_rng(2)
    late = np.arange(len(frame)) >= 5_000
    frame["day"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.where(late, 400, 0) + rng.integers(0, 300, len(frame)), unit="D")
    # later the model errs on 10 points more rows, whatever the town
    spoilt = late & (rng.random(len(frame)) < 0.1) & (frame["p"] == frame["y"])
    frame.loc[spoilt, "p"] = 1 - frame.loc[spoilt, "y"]
    found = measured(frame, time="day")
    rest = one(found, "unexplained_change", {"period": "later"})
    assert rest.value == pytest.approx(-0.1 * 0.84, abs=0.02)
    assert (rest.interval or (0, 0))[1] < 0
    assert one(found, "accuracy", {"period": "later"}).n == 5_000
    assert "beyond what the shift of the columns explains" in found.message


def test_a_shift_that_the_columns_explain_leaves_nothing() -> None:
    frame = table(12_000).sort_values("town", kind="stable").reset_index(drop=True)
    rng = np.random.default_rng(4)
    # Combe is frequent among the later rows
    frame["year"] = 2000 + (rng.random(len(frame)) < np.where(frame["town"] == "Combe", 0.9, 0.4)).astype(int)
    found = measured(frame, time="year")
    low, high = one(found, "unexplained_change", {"period": "later"}).interval or (1, 1)
    assert low < 0 < high
    early, late = (one(found, "accuracy", {"period": p}).value or 0 for p in ("earlier", "later"))
    assert early - late > 0.05


def test_without_scikit_learn_columns_are_weighed_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(density_ratio, "installed", lambda: False)
    reference = pd.DataFrame({"town": ["Combe"] * 80 + ["Bree"] * 20})
    found = measured(table(), reference)
    assert "With 'town' alone distributed as in the reference table" in found.message
    assert "install scikit-learn" in found.message
    assert not [m for m in found.measurements if m.where.get("columns") == "all columns"]


def test_tables_that_hardly_overlap() -> None:
    reference = pd.DataFrame({"town": ["Dover"] * 500, "z": np.linspace(50, 60, 500)})
    found = measured(table(500), reference)
    alone = one(found, "reweighed_accuracy", {"target": REFERENCE, "columns": "town"})
    # every unknown town shares a cell, in which no row is
    assert alone.value is None
    assert alone.method.startswith("not estimable: the two hardly overlap")
    few = shifted_sample.shifted([], pd.DataFrame(index=range(3)), np.ones(3, dtype=bool), pd.DataFrame(index=range(3)), "x")
    assert few.measured == []


def test_awkward_tables() -> None:
    with pytest.raises(NotApplicable, match="needs columns along which"):
        measured(table(50)[["y", "p"]])
    found = measured(table(50).assign(town="Bree", z=1.0))
    assert "No column has values along which the rows could shift." in found.message
    found = measured(table(3))
    assert "of 3 rows" in found.message
    gaps = table(200).assign(day=pd.NaT)
    gaps.loc[:20, "z"] = [np.nan] * 10 + [np.inf] * 11
    assert not [m for m in measured(gaps, time="day").measurements if "period" in m.where]
    three = pd.DataFrame({"y": ["a", "b", "c"] * 50, "p": ["a", "b", "b"] * 50, "z": np.arange(150.0)})
    assert one(measured(three), "accuracy").value == pytest.approx(2 / 3)


def test_parameters_of_a_rule_are_checked() -> None:
    from audit.core.contract import Place, Rule
    from audit.core.errors import UsageError

    rule = Rule("custom", Place("c.yaml", 3), engine="assay", implementation={"check": "M012", "share": 0})
    subject, _ = subject_of(table(20), target="y", prediction="p")
    with pytest.raises(UsageError, match="give a share above 0"):
        list(CovariateShift.plan(subject, Contract(rules=(rule,))))
