from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from audit.checks.privacy import banded_sample
from audit.checks.privacy.p009_proxies import Proxies
from audit.contract.read import read_contract
from audit.core.contract import Column, Contract
from audit.core.errors import NotApplicable
from audit.core.status import Status
from tests.answers import findings, one, status, subject_of

ROOT = Path(__file__).parents[3]


def table(n=1_000, seed=0):
    """Columns that tell the group by a code, by a number at both ends, by being empty, and not at all."""
    rng = np.random.default_rng(seed)
    group = rng.choice(["a", "b"], n, p=[0.7, 0.3])
    b = group == "b"
    mostly = np.where(rng.random(n) < 0.95, b, ~b)
    return pd.DataFrame(
        {
            "group": group,
            "postcode": np.where(mostly, rng.choice(["N1", "N2", "N3"], n), rng.choice(["S1", "S2"], n)),
            "ends": np.where(mostly, rng.choice([-1, 1], n) * rng.uniform(2, 3, n), rng.uniform(-2, 2, n)),
            "gap": np.where(mostly, np.nan, rng.normal(size=n)),
            "noise": rng.normal(size=n),
            "name": [f"row {i}" for i in range(n)],
            "label": rng.integers(0, 2, n),
        }
    )


def look(frame, contract=None, **roles):
    subject, engine = subject_of(frame, **({"target": "label", "sensitive": ("group",)} | roles))
    (check,) = Proxies.plan(subject, contract or Contract())
    found = findings(check, subject, engine)
    rows = {s.column: engine.fetch(subject.table.aggregate(n=subject.table.count(where=s.failing(subject.table))))[1][0][0] for s in found.suspects}
    assert rows == {s.column: s.rows for s in found.suspects}
    return check, found


def area(found, column, group="b", attribute="group"):
    return one(found, "proxy_roc_auc", {"attribute": attribute, "group": group, "column": column})


def test_planted_proxies_are_found_and_nothing_else():
    frame = table()
    check, found = look(frame)
    assert {s.column for s in found.suspects} == {"postcode", "ends", "gap"}
    assert status(check, found) is Status.WARNED
    # the code tells the group with 95 % both ways, so a pair is told apart with .95² and half of the rest is a tie
    expected = 0.95**2 + 0.95 * 0.05
    for column in ("postcode", "ends", "gap"):
        measured = area(found, column)
        assert measured.interval[0] < expected < measured.interval[1]
    for column in ("noise", "name"):
        assert area(found, column).interval[0] < 0.5 < area(found, column).interval[1]
    assert next(s.rows for s in found.suspects if s.column == "gap") == frame["gap"].notna().sum()
    assert one(found, "joint_roc_auc", {"attribute": "group", "group": "b"}).value > 0.94
    assert "'gap' tells 'group' = b (AUC 0.9" in found.message
    assert found.message.endswith("(0.5 is chance; in 1,000 rows).")


@pytest.mark.parametrize("n", [150, 400, 2_000])
def test_columns_of_chance_are_silent(n):
    for seed in range(5):
        rng = np.random.default_rng(seed)
        frame = pd.DataFrame({f"x{i}": rng.normal(size=n) for i in range(15)} | {f"c{i}": rng.choice(list("pqrst"), n) for i in range(10)})
        frame = frame.assign(group=rng.choice(["a", "b", "c"], n), label=0)
        check, found = look(frame)
        assert found.suspects == ()
        assert status(check, found) is Status.PASSED
        assert found.message.startswith("None of 25 columns is a proxy alone; nearest comes")


def test_rows_of_one_person_are_not_known_by_heart():
    rng = np.random.default_rng(4)
    person = rng.integers(0, 15, 900)
    frame = pd.DataFrame({"person": person, "desk": [f"desk {p}" for p in person], "label": 0})
    frame["group"] = np.where(rng.permutation(15)[person] < 6, "b", "a")
    assert [s.column for s in look(frame.drop(columns="person"))[1].suspects] == ["desk"]
    # who sits at a desk is one person: nothing is learned from it about others
    assert look(frame, entity="person")[1].suspects == ()


def test_each_of_several_groups_is_told_from_all_others():
    rng = np.random.default_rng(5)
    group = rng.choice(["a", "b", "c"], 900)
    frame = pd.DataFrame({"group": group, "is_c": np.where(group == "c", "y", "n"), "label": 0})
    frame.loc[:9, "group"] = None
    _, found = look(frame)
    # that it is not c leaves a and b, so half of the pairs of an a with another are told apart and half are ties
    assert [area(found, "is_c", g).value for g in "abc"] == pytest.approx([0.75, 0.75, 1.0], abs=0.02)
    assert area(found, "is_c", "c").n == 890


def test_a_number_is_split_at_its_median_and_small_groups_are_left_out():
    rng = np.random.default_rng(6)
    age = rng.integers(18, 80, 600)
    frame = pd.DataFrame({"age": age, "graduation": 2000 - age, "group": ["a"] * 580 + ["b"] * 20, "label": 0})
    _, found = look(frame, sensitive=("age", "group"))
    middle = f"above {np.median(age):g}"
    assert {m.where["group"] for m in found.measurements if m.name == "proxy_roc_auc"} == {middle}
    assert found.suspects[0].what == f"tells 'age' {middle} (AUC 1.00)"
    with pytest.raises(NotApplicable, match="has a group of at least 30 rows"):
        look(frame.drop(columns="age"))


def test_declared_proxies_and_columns_kept_from_models():
    said = {"postcode": {"proxyFor": "group"}, "ends": {"proxyFor": ["other", "group"]}, "gap": {"feature": False}}
    contract = Contract(columns=[Column(name, custom=custom) for name, custom in said.items()])
    _, found = look(table(), contract)
    assert found.suspects == ()
    assert one(found, "joint_roc_auc", {"attribute": "group", "group": "b"}).value > 0.9
    other = Contract(columns=[Column("postcode", custom={"proxyFor": "other"})])
    assert "postcode" in {s.column for s in look(table(), other)[1].suspects}


def test_the_proposal_can_be_pasted_and_silences(tmp_path):
    frame = table().rename(columns={"postcode": "self: 'é'"})
    _, found = look(frame)
    document = {"apiVersion": "v3.1.0", "kind": "DataContract", "id": "x", "version": "1.0.0", "status": "active"}
    (tmp_path / "c.odcs.yaml").write_text(yaml.safe_dump(document | {"schema": [{"name": "t", "properties": yaml.safe_load(found.proposal)}]}))
    read = read_contract(tmp_path / "c.odcs.yaml")
    assert {c.name for c in read.columns} == {"self: 'é'", "ends", "gap"}
    assert look(frame, read)[1].suspects == ()


@pytest.mark.parametrize("roles", [{}, {"key": ("name",)}])
def test_a_large_table_is_sampled_the_same_way_each_time(monkeypatch, roles):
    monkeypatch.setattr(banded_sample, "SIZE", 800)
    frame = table(5_000)
    _, found = look(frame, **roles)
    n = area(found, "postcode").n
    assert 700 < n < 900
    assert {s.column for s in found.suspects} == {"postcode", "ends", "gap"}
    assert found.message.endswith(f"(0.5 is chance; in a sample of {n:,} of 5,000 rows).")
    # rows are counted in all of the table, and taken by what they hold, whatever their order
    assert next(s.rows for s in found.suspects if s.column == "postcode") == 5_000
    assert found.measurements == look(frame.sample(frac=1, random_state=1).reset_index(drop=True), **roles)[1].measurements


def test_not_applicable():
    with pytest.raises(NotApplicable, match="roles: sensitive"):
        look(table(), sensitive=())
    with pytest.raises(NotApplicable, match="another column that a model may learn from"):
        look(table()[["group", "label"]])


def test_awkward_values():
    frame = table().assign(inf=np.inf, empty=np.nan, constant="x", nothing=None, flag=[True, False] * 500, when=pd.Timestamp("1850-01-01"))
    frame.loc[::3, "inf"] = -np.inf
    _, found = look(frame)
    assert {s.column for s in found.suspects} == {"postcode", "ends", "gap"}
    assert area(found, "constant").value == area(found, "empty").value == 0.5


def test_the_loans_hold_one_proxy_that_any_reader_sees():
    frame = pd.read_parquet(ROOT / "data" / "loans" / "loans.parquet")
    _, found = look(frame, target="reject", sensitive=("black", "hispan", "male", "married"))
    # neither Black nor Hispanic
    assert [s.column for s in found.suspects] == ["white"]
    assert found.suspects[0].what.startswith("tells 'black' = 1 (AUC 0.9")
    assert area(found, "white", "1", "black").value == pytest.approx(0.966, abs=0.01)
    assert area(found, "dep", "0", "married").value == pytest.approx(0.70, abs=0.01)
