"""E002 and its tree: by hand, on noise, and that rates are those of rows on which it was not grown."""

import hashlib

import numpy as np
import pandas as pd
import pytest

from audit.checks.errors.conditions import coded
from audit.checks.errors.e002_error_tree import ErrorTree
from audit.checks.errors.tree import grow
from audit.core.exhibit import Kind
from audit.core.status import Status
from tests.answers import findings, one, status, subject_of
from tests.checks.errors.planted import ROLES, even, table


def test_tree_by_hand():
    # 'a' holds in the first half of the rows, and there every second row is misjudged
    n = 400
    frame = pd.DataFrame({"a": np.where(np.arange(n) < 200, "yes", "no"), "b": np.arange(n) % 3})
    loss = ((np.arange(n) < 200) & (np.arange(n) % 2 == 0)).astype(float)
    root, yes, no = grow(coded(frame, 20), loss, depth=3, min_leaf=20)
    assert (root.label, root.parent, root.leaf) == ("all rows", None, False)
    assert (yes.label, no.label) == ("a = yes", "a = no")  # what errs more comes first
    assert (yes.parent, no.parent, yes.leaf, no.leaf) == (root.id, root.id, True, True)


def test_noise_is_not_divided():
    rng = np.random.default_rng(0)
    grown = []
    for _ in range(40):
        frame = pd.DataFrame({f"x{i}": rng.normal(size=1_000) for i in range(10)})
        grown.append(len(grow(coded(frame, 30), (rng.random(1_000) < 0.2).astype(float), depth=4, min_leaf=30)) > 1)
    assert np.mean(grown) <= 0.12  # 5 %, and twice the standard error of 40 trees


def test_depth_is_kept():
    rng = np.random.default_rng(4)
    frame = pd.DataFrame({f"x{i}": rng.random(20_000) < 0.5 for i in range(5)}).astype(int)
    loss = (rng.random(20_000) < 0.05 + 0.15 * frame.sum(axis=1) / 2).astype(float).to_numpy()
    nodes = grow(coded(frame, 30), loss, depth=2, min_leaf=30)
    assert max(len(n.steps) for n in nodes) == 2
    assert len(nodes) == 7


def test_rates_are_counted_on_the_rows_on_which_it_was_not_grown():
    frame, _, wrong = table(extra=0.5)
    subject, engine = subject_of(frame, **ROLES)
    check = ErrorTree()
    found = findings(check, subject, engine)
    assert status(check, found) is Status.PASSED
    tree, keys = found.exhibits
    assert (tree.kind, keys.kind) == (Kind.TREE, Kind.TABLE)
    odd = ~frame["row"].map(even).to_numpy()
    rows = {r[0]: dict(zip(tree.columns, r, strict=True)) for r in tree.rows}
    assert (rows["0"]["n"], rows["0"]["value"]) == (odd.sum(), pytest.approx(wrong[odd].mean()))
    for name, row in rows.items():
        children = [r for r in rows.values() if r["parent"] == name]
        if children:
            assert sum(r["n"] for r in children) == row["n"]
            assert sum(r["share of errors"] for r in children) == pytest.approx(row["share of errors"])
    deep = next(r for r in rows.values() if r["label"] == "colour = Black" and rows[r["parent"]]["label"] == "checks ≥ 4")
    inside = odd & (frame["colour"] == "Black") & (frame["checks"] >= 4)
    assert (deep["n"], deep["value"]) == (inside.sum(), pytest.approx(wrong[inside].mean()))
    assert one(found, "error_rate", {"leaf": "checks ≥ 4 and colour = Black"}).n == inside.sum()
    assert "checks ≥ 4 and colour = Black" in found.message
    hashes = {hashlib.md5(str(r).encode()).hexdigest(): r for r in frame["row"]}
    listed = [hashes[h] for node, h in zip(keys.column("node"), keys.column("hash of the row's key"), strict=True) if node == deep["id"]]
    assert listed
    assert all(wrong[r] and even(r) and frame["colour"][r] == "Black" and frame["checks"][r] >= 4 for r in listed)


def test_nothing_to_divide_is_said():
    frame, _, _ = table(extra=0.0, seed=3)
    subject, engine = subject_of(frame, **ROLES)
    assert findings(ErrorTree(), subject, engine).message.startswith("No column divides 5,000 held-out rows into parts")
    subject, engine = subject_of(frame.assign(prediction=frame["label"]), **ROLES)
    assert findings(ErrorTree(), subject, engine).message == "The model errs on none of 5,000 held-out rows, so there are no errors to divide."


def test_sizes_of_errors_are_divided_too():
    frame, weak, _ = table()
    frame["prediction"] = 2.0 * frame["age"]
    frame["label"] = frame["prediction"] + np.random.default_rng(0).normal(size=5_000) * np.where(weak, 20, 3)
    subject, engine = subject_of(frame, **ROLES)
    found = findings(ErrorTree(), subject, engine)
    odd = ~frame["row"].map(even).to_numpy()
    size = (frame["label"] - frame["prediction"]).abs()
    assert one(found, "mean_absolute_error").value == pytest.approx(size[odd].mean())
    assert f"{size[odd & weak].mean():.4g} where checks ≥ 4 and colour = Black" in found.message
