import ibis
import numpy as np
import pandas as pd
import pytest

from audit.checks import discover
from audit.checks.leakage.l003_near_duplicates_between_splits import CLAUSE, NearDuplicatesBetweenSplits
from audit.contract.read import read_contract
from audit.core.errors import NotApplicable
from audit.core.roles import Roles
from audit.core.status import Status
from audit.core.subject import Subject
from audit.engines.ask_engine import AskEngine
from audit.engines.sources import frame_source
from audit.run import Settings, examine
from tests.answers import findings, one, status, subject_of

ROWS = 900


def patients(seed: int = 3) -> pd.DataFrame:
    """900 unrelated rows, every third of them for testing."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "number": np.arange(ROWS) + 10_000,
            "weight": rng.normal(75, 12, ROWS),
            "pressure": rng.normal(120, 15, ROWS),
            "cost": rng.lognormal(6, 1, ROWS).round(2),
            "seen": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 10**8, ROWS), unit="s"),
            "ward": rng.choice(list("abcde"), ROWS),
            "ill": rng.integers(0, 2, ROWS),
            "part": np.array(["train", "train", "test"])[np.arange(ROWS) % 3],
        }
    )


def twin(frame: pd.DataFrame, source: int, place: int, factor: float = 1.0005) -> None:
    """Put a jittered copy of one row in the place of another, but for its number and its split."""
    kept = ("number", "part")
    for name in frame.columns:
        if name not in kept:
            value = frame.at[source, name]
            frame.at[place, name] = value * factor if isinstance(value, float) else value


ROLES = {"split": "part", "target": "ill", "key": ("number",)}


def test_rows_of_other_splits_with_a_twin_in_training():
    frame = patients()
    twin(frame, 0, 302)  # training and test
    twin(frame, 5, 301)  # test and training, the test row first
    twin(frame, 3, 304)  # training and training
    twin(frame, 8, 305)  # test and test
    subject, engine = subject_of(frame, **ROLES)
    found = findings(NearDuplicatesBetweenSplits(), subject, engine)
    assert found.message == "Nearly equal to a training row in 6 compared columns: 2 of 300 rows of 'test' (0.7 %)."
    assert one(found, "suspect_rows").value == 2
    assert one(found, "suspect_rows").n == 300
    assert one(found, "near_share", {"part": "test"}).value == 2 / 300
    assert {(row[0], row[1]) for row in found.exhibits[0].rows} == {(302, 0), (301, 5)}
    rows = subject.table.mutate(n=ibis.row_number(), bad=found.suspects[0].failing(subject.table)).filter(lambda t: t.bad)
    assert sorted(v for (v,) in engine.fetch(rows.select("n"))[1]) == [5, 302]
    assert status(NearDuplicatesBetweenSplits(), found) is Status.WARNED


def test_rows_equal_to_a_training_row_are_left_to_l001():
    frame = patients()
    twin(frame, 0, 302, factor=1.0)
    found = findings(NearDuplicatesBetweenSplits(), *subject_of(frame, **ROLES))
    assert one(found, "suspect_rows").value == 0
    assert not found.suspects
    # the number is no key by role here: L001 compares it and finds nothing, so this check has to
    roles = {k: v for k, v in ROLES.items() if k != "key"}
    assert one(findings(NearDuplicatesBetweenSplits(), *subject_of(frame, **roles)), "suspect_rows").value == 1


def test_each_split_is_measured_and_rows_without_one_are_left_out():
    frame = patients()
    twin(frame, 0, 302)
    twin(frame, 3, 305)
    twin(frame, 6, 308)
    frame.loc[305, "part"] = "validation"
    frame.loc[308, "part"] = None
    found = findings(NearDuplicatesBetweenSplits(), *subject_of(frame, **ROLES))
    assert one(found, "suspect_rows").value == 2
    assert one(found, "near_share", {"part": "test"}).value == 1 / 298
    assert one(found, "near_share", {"part": "validation"}).value == 1


def test_unrelated_rows_are_silent():
    found = findings(NearDuplicatesBetweenSplits(), *subject_of(patients(), **ROLES))
    assert one(found, "suspect_rows").value == 0
    assert status(NearDuplicatesBetweenSplits(), found) is Status.PASSED


@pytest.mark.parametrize("parts", [["train"] * ROWS, ["test"] * ROWS, [None] * ROWS])
def test_needs_training_rows_and_others(parts):
    with pytest.raises(NotApplicable, match="needs rows of 'train' and of another split"):
        findings(NearDuplicatesBetweenSplits(), *subject_of(patients().assign(part=pd.Series(parts, dtype="str")), **ROLES))


def test_needs_a_split():
    with pytest.raises(NotApplicable, match="needs a split column"):
        NearDuplicatesBetweenSplits().asks(subject_of(patients())[0])


def test_bounds_by_hand():
    frame = pd.DataFrame({"size": [100.0, 100.9, 102.0], "kind": ["a", "a", "a"], "part": ["train", "test", "test"]})
    check = NearDuplicatesBetweenSplits(tolerance=0.01, clauses=("c.yaml:1",))
    found = findings(check, *subject_of(frame, split="part"))
    assert found.message == "Nearly equal to a training row in 2 compared columns: 1 of 2 rows of 'test' (50.0 %)."


CONTRACT = "apiVersion: v3.1.0\nkind: DataContract\nid: x\nversion: 1.0.0\nstatus: active\nschema:\n  - name: t\n    properties: [{name: kind}]\n"


def test_the_proposed_clause_is_read_back(tmp_path):
    (tmp_path / "x.odcs.yaml").write_text(CONTRACT + "".join(f"    {line}\n" for line in CLAUSE.splitlines()))
    (check,) = NearDuplicatesBetweenSplits.plan(subject_of(patients())[0], read_contract(tmp_path / "x.odcs.yaml"))
    assert check.clauses


def test_both_checks_of_near_duplicates_share_one_search(monkeypatch):
    frame = patients()
    twin(frame, 0, 302)
    source = frame_source(frame)
    others = tuple(code for code, check in discover().items() if check.family in ("quality", "leakage") and code not in ("D021", "L003"))
    sent = []
    fetch = AskEngine.fetch_frame
    monkeypatch.setattr(AskEngine, "fetch_frame", lambda engine, table: sent.append(1) or fetch(engine, table))
    run = examine(Subject("t", source.table, Roles(**ROLES)), verb="gate", families=("quality", "leakage"), settings=Settings(skip=others)).run
    warned = {r.code for r in run.results if r.status is Status.WARNED}
    assert warned == {"D021", "L003"}
    assert len(sent) == 2
