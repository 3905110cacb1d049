import numpy as np
import pandas as pd
import pytest

from audit.checks.leakage.copies import Kind, find_copies, one_for_one
from audit.checks.leakage.l005_copied_columns import CopiedColumns
from audit.checks.leakage.sampled import Sample
from audit.contract.read import read_contract
from audit.core.contract import Column, Contract
from audit.core.errors import NotApplicable
from audit.core.status import Status
from audit.engines.ask_engine import CheckAnswers
from tests.answers import findings, one, status, subject_of

ROWS = 400


def base(seed=0):
    """Columns without a copy among them, though some hang together closely."""
    rng = np.random.default_rng(seed)
    size = rng.lognormal(3, 1, ROWS)
    return pd.DataFrame(
        {
            "size": size,
            "weight": size * rng.normal(1, 0.1, ROWS),
            "age": rng.integers(18, 80, ROWS),
            "serial": np.arange(ROWS),
            "invoice": np.cumsum(rng.integers(1, 9, ROWS)),
            "town": rng.choice(list("abcde"), ROWS),
            "rare": (rng.random(ROWS) < 0.01).astype(int),
            "seldom": (rng.random(ROWS) < 0.01).astype(int),
            "note": [f"note {v}" for v in rng.integers(0, 10**9, ROWS)],
            "y": rng.choice(["yes", "no"], ROWS),
        }
    )


def found_in(frame, check=None, **roles):
    subject, engine = subject_of(frame, **{"target": "y", **roles})
    return findings(check or CopiedColumns(), subject, engine)


def copies(found):
    return {m.where["column"]: (m.where["copy_of"], m.value) for m in found.measurements if m.name == "differing_share"}


@pytest.mark.parametrize("seed", range(5))
def test_columns_that_only_hang_together_are_no_copies(seed):
    found = found_in(base(seed))
    assert one(found, "copied_columns").value == 0
    assert status(CopiedColumns(), found) is Status.PASSED
    assert found.message == "None of 10 columns says the same as another (looked for in 400 rows)."


@pytest.mark.parametrize(
    ("make", "original", "how"),
    [
        (lambda f: f["size"], "size", "equals"),
        (lambda f: f["note"], "note", "equals"),
        (lambda f: f["age"].astype(str), "age", "equals"),
        (lambda f: f["age"].astype(float), "age", "equals"),
        (lambda f: f["size"] * 1.8 + 32, "size", "on another scale"),
        (lambda f: 2024 - f["age"], "age", "in other words"),
        (lambda f: (-3 * f["size"]).round(1), "size", "on another scale"),
        (lambda f: f["size"] * np.random.default_rng(1).normal(1, 0.0003, ROWS), "size", "on another scale"),
        (lambda f: np.log(f["size"]), "size", "orders the rows as"),
        (lambda f: f["town"].map(dict(zip("abcde", [7, 3, 9, 1, 4], strict=True))), "town", "in other words"),
        (lambda f: f["y"] == "no", "y", "is the target 'y' in other words"),
    ],
)
def test_copies_of_every_kind_are_found(make, original, how):
    frame = base()
    frame["copy"] = make(frame)
    found = found_in(frame)
    assert copies(found) == {"copy": (original, 0)}
    assert how in found.message
    assert status(CopiedColumns(), found) is Status.WARNED
    assert ("Do not learn from copy" in found.advice) == (original == "y")


@pytest.mark.parametrize("column", ["size", "age", "town", "y", "note"])
def test_a_few_rows_may_differ_and_are_counted(column):
    frame = base()
    frame["copy"] = frame[column]
    others = frame[column].drop_duplicates().to_list()
    for row in (7, 80, 300):
        frame.loc[row, "copy"] = next(v for v in others if v != frame.loc[row, "copy"])
    assert copies(found_in(frame)) == {"copy": (column, 3 / ROWS)}
    assert copies(found_in(frame, CopiedColumns(differing=0.001))) == {}


def test_missing_values_are_compared_too():
    frame = base()
    frame.loc[:9, "size"] = np.nan
    frame["copy"] = frame["size"]
    assert copies(found_in(frame)) == {"copy": ("size", 0)}
    frame["copy"] = frame["size"].fillna(5)
    assert copies(found_in(frame)) == {}


def test_columns_of_few_telling_rows_are_left_alone():
    frame = base().assign(copy=lambda f: f["rare"])
    assert frame["rare"].sum() < 20
    assert copies(found_in(frame)) == {}


def test_each_copy_is_named_once_and_clauses_silence_it(tmp_path):
    frame = base().assign(one=lambda f: f["y"] == "yes", two=lambda f: (f["y"] == "no").astype(int), three=lambda f: f["size"])
    found = found_in(frame)
    assert copies(found) == {"one": ("y", 0), "two": ("y", 0), "three": ("size", 0)}
    head = "apiVersion: v3.1.0\nkind: DataContract\nid: t\nversion: 1.0.0\nstatus: active\nschema:\n- name: t\n  properties:\n"
    (tmp_path / "t.odcs.yaml").write_text(head + "\n".join(f"  {line}" for line in found.proposal.splitlines()), encoding="utf-8")
    contract = read_contract(tmp_path / "t.odcs.yaml")
    subject, engine = subject_of(frame, target="y")
    (check,) = CopiedColumns.plan(subject, contract)
    assert copies(findings(check, subject, engine)) == {}


def test_a_copy_of_the_sample_is_counted_in_all_rows():
    frame = base()
    pairs = {"town": "town two", "size": "size two", "note": "note two"}
    seen = frame.assign(**{two: frame[one_] for one_, two in pairs.items()})
    sampled = find_copies(Sample(seen, seen.y.to_numpy(), seen.y.to_numpy()), list(seen), 0.02)
    assert [c.kind for c in sampled] == [Kind.EQUAL] * 3
    turned = frame.index % 3 == 0
    real = seen.assign(**{two: seen[two].where(~turned, seen[two].shift(-1)) for two in pairs.values()})
    subject, engine = subject_of(real)
    counted = CopiedColumns()._verified(subject, CheckAnswers({}, engine.prefetch([])), sampled, ROWS)
    for copy, off in counted:
        assert off == (real[copy.column].astype(object) != real[copy.original].astype(object)).sum() > 50


def test_one_for_one_by_hand():
    assert one_for_one(np.array([[5, 1, 0], [0, 0, 4], [2, 3, 0]])) == 5 + 4 + 3
    assert one_for_one(np.zeros((2, 2), dtype=int)) == 0


def test_awkward_names_and_contracts_without_the_column():
    frame = base().rename(columns={"size": 'a "b"\\', "town": "self"}).assign(c0=lambda f: f["self"])
    found = found_in(frame)
    assert copies(found) == {"c0": ("self", 0)}
    subject, _ = subject_of(frame)
    (check,) = CopiedColumns.plan(subject, Contract(columns=(Column("gone", custom={"feature": False}),)))
    assert check.not_features == ("gone",)


def test_nothing_to_compare():
    with pytest.raises(NotApplicable, match="needs columns that a model may learn from"):
        found_in(base()[["y"]])
    assert one(found_in(base()[:0]), "copied_columns").value == 0
