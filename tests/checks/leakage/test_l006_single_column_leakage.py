from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from audit.checks.leakage.cells import cells_of
from audit.checks.leakage.l006_single_column_leakage import SingleColumnLeakage
from audit.checks.leakage.sampled import read, sampled
from audit.contract.read import read_contract
from audit.core.errors import NotApplicable
from audit.core.limit import Limit
from audit.core.status import Status
from tests.answers import findings, one, status, subject_of

ROWS = 1_000


def base(seed=0, positives=0.3):
    """An honest table: one strong predictor (area under the curve about 0.9), weak ones, an identifier, values missing at random."""
    rng = np.random.default_rng(seed)
    y = (rng.random(ROWS) < positives).astype(int)
    weak = rng.normal(size=ROWS) + 0.5 * y
    weak[rng.random(ROWS) < 0.2 + 0.2 * y] = np.nan
    return pd.DataFrame(
        {
            "strong": rng.normal(size=ROWS) + 1.8 * y,
            "weak": weak,
            "town": rng.choice([f"town {i}" for i in range(300)], ROWS),
            "code": [f"{v:08d}" for v in rng.permutation(ROWS)],
            "number": rng.permutation(ROWS),
            "y": y,
        }
    )


def noisy(y, share, seed=1):
    return np.where(np.random.default_rng(seed).random(len(y)) < share, 1 - y, y)


def found_in(frame, check=None, **roles):
    subject, engine = subject_of(frame, **{"target": "y", **roles})
    return findings(check or SingleColumnLeakage(), subject, engine)


def leaking(found):
    return [row[0] for exhibit in found.exhibits for row in exhibit.rows]


@pytest.mark.parametrize("seed", range(4))
def test_honest_columns_are_left_alone(seed):
    found = found_in(base(seed))
    assert leaking(found) == []
    assert found.message == "None of 5 columns gives 'y' (2 classes) away on its own."
    assert status(SingleColumnLeakage(), found) is Status.PASSED


@pytest.mark.parametrize("positives", [0.1, 0.5, 0.9])
@pytest.mark.parametrize(
    "leak",
    [
        lambda y: noisy(y, 0.02),
        lambda y: noisy(y, 0.02).astype(str),
        lambda y: y * 0.5 + np.random.default_rng(1).random(len(y)) * 0.45,
        lambda y: np.where(y == 1, np.random.default_rng(1).choice([3, 8], len(y)), np.random.default_rng(2).choice([1, 5, 9], len(y))),
        lambda y: pd.to_datetime("2024-01-01") + pd.to_timedelta(np.where(y == 1, 5, 900), unit="D"),
        lambda y: pd.Series(np.where(noisy(y, 0.01) == 1, "left on request", None), dtype="str"),
    ],
)
def test_planted_leaks_are_found(leak, positives):
    frame = base(positives=positives)
    frame["leak"] = leak(frame.y.to_numpy())
    found = found_in(frame)
    assert leaking(found) == ["leak"]
    assert status(SingleColumnLeakage(), found) is Status.WARNED
    assert one(found, "roc_auc", {"column": "leak"}).value > 0.96
    declared = replace(SingleColumnLeakage(), limit=Limit(high=0))
    assert status(declared, found) is Status.FAILED


@pytest.mark.parametrize("filled", [0.2, 0.9])
def test_a_column_that_is_empty_for_one_class_is_found_by_its_missing_values(filled):
    frame = base()
    rng = np.random.default_rng(3)
    frame["closed"] = np.where((frame.y == 1) & (rng.random(ROWS) < filled), rng.random(ROWS), np.nan)
    found = found_in(frame)
    assert leaking(found) == ["closed"]
    share = frame.closed[frame.y == 1].notna().mean()
    assert one(found, "filled_share", {"column": "closed", "class": "1"}).value == pytest.approx(share)
    assert "is empty in every row of '0' and filled in" in found.message


def test_emptiness_that_may_be_chance_or_small_is_no_leak():
    frame = base()
    rows = np.flatnonzero(frame.y == 1)
    frame["seldom"] = np.nan
    frame.loc[rows[:10], "seldom"] = 1.0  # 3 % of the class
    assert leaking(found_in(frame)) == []
    frame["half"] = np.where((frame.y == 1) | (np.arange(ROWS) % 2 == 0), 1.0, np.nan)  # never missing in one class, which is no leak
    assert leaking(found_in(frame)) == []


def test_the_numbers_by_hand():
    # 100 rows of each class; a column that is right in all of 'a' and in 96 of 'b'
    frame = pd.DataFrame({"y": ["a"] * 100 + ["b"] * 100, "x": ["u"] * 100 + ["v"] * 96 + ["u"] * 4, "n": np.arange(200)})
    found = found_in(frame)
    measured = one(found, "balanced_accuracy", {"column": "x"})
    assert measured.value == 0.98
    assert measured.n == 200
    assert measured.level == 1 - 0.05 / 2
    assert measured.interval[0] < 0.98 < measured.interval[1]


def test_several_classes():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"y": rng.choice(list("abcd"), 800), "weak": rng.normal(size=800)})
    assert leaking(found_in(frame)) == []
    frame["leak"] = frame.y.map({"a": 4, "b": 1, "c": 7, "d": 3})
    assert leaking(found_in(frame)) == ["leak"]


def test_a_quantity():
    rng = np.random.default_rng(0)
    y = rng.lognormal(3, 1, ROWS)
    frame = pd.DataFrame({"y": y, "strong": y * rng.lognormal(0, 0.3, ROWS), "weak": rng.normal(size=ROWS)})
    assert leaking(found_in(frame)) == []
    frame["leak"] = np.sqrt(y) + rng.normal(0, 0.01, ROWS)
    found = found_in(frame)
    assert leaking(found) == ["leak"]
    assert "(a quantity)" in found_in(frame[["y", "weak"]]).message
    measured = one(found, "variance_explained", {"column": "leak"})
    assert measured.interval[0] <= measured.value <= measured.interval[1]


def test_a_rare_class_is_asked_for_apart():
    rng = np.random.default_rng(0)
    y = np.zeros(60_000, dtype=int)
    y[:60] = 1
    frame = pd.DataFrame({"y": y, "leak": y + rng.normal(0, 0.05, len(y)), "weak": rng.normal(size=len(y))})
    found = found_in(frame)
    assert leaking(found) == ["leak"]
    assert one(found, "balanced_accuracy", {"column": "leak"}).n == 60_000


def test_declared_columns_are_left_out(tmp_path):
    frame = base().assign(leak=lambda f: f.y)
    found = found_in(frame)
    head = "apiVersion: v3.1.0\nkind: DataContract\nid: t\nversion: 1.0.0\nstatus: active\nschema:\n- name: t\n  properties:\n"
    (tmp_path / "t.odcs.yaml").write_text(head + "\n".join(f"  {line}" for line in found.proposal.splitlines()), encoding="utf-8")
    subject, engine = subject_of(frame, target="y")
    (check,) = SingleColumnLeakage.plan(subject, read_contract(tmp_path / "t.odcs.yaml"))
    assert leaking(findings(check, subject, engine)) == []


def test_the_sample_and_the_engine_cut_alike():
    frame = base().assign(words=lambda f: np.where(f.index % 7 == 0, None, f.town), few=lambda f: f.number % 4, inf=lambda f: 1 / f.number)
    subject, engine = subject_of(frame, target="y")
    sample = read(subject, engine.one(sampled(subject)))
    for column in ("strong", "weak", "town", "words", "few", "inf", "code"):
        cut = cells_of(sample, column)
        table = subject.table
        theirs = dict(engine.fetch(table.select(cell=cut.in_engine(table)).group_by("cell").aggregate(n=lambda t: t.count()))[1])
        assert sorted(theirs.values()) == sorted(n for n in np.bincount(cut.of_sample(sample)) if n), column


def test_breast_cancer_is_no_leak():
    from sklearn.datasets import load_breast_cancer

    frame = load_breast_cancer(as_frame=True).frame
    assert leaking(found_in(frame, target="target")) == []


@pytest.mark.parametrize(
    ("frame", "roles", "words"),
    [
        (base(), {"target": None}, "needs a target column"),
        (base()[["y"]], {}, "needs columns that a model may learn from"),
        (base()[:0], {}, "needs two classes of at least 20 rows in 'y'; found 0"),
        (base().assign(y=1), {}, "found 1"),
        (base().assign(y=base().code), {}, "found 0"),
        (base().assign(y=[f"class {i % 30}" for i in range(ROWS)]), {}, "needs at most 20 classes, or a quantity; 'y' has 21 classes"),
        (base()[:30].assign(y=np.arange(30) + 0.5), {}, "needs at least 40 rows with a number"),
    ],
)
def test_not_applicable(frame, roles, words):
    with pytest.raises(NotApplicable, match=words):
        found_in(frame, **roles)
