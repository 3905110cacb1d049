"""Runs on disk."""

from dataclasses import replace
from pathlib import Path

import pytest

from audit.core.errors import DataError
from audit.core.limit import Limit
from audit.core.result import Result
from audit.core.run import Document, Run
from audit.core.status import Status
from audit.store import Store, new_run_id


def run(status: Status = Status.PASSED, **changes: object) -> Run:
    result = Result("D001", "Schema", "quality", status, "said", limit=Limit(high=0))
    made = Run(new_run_id(), "p", "gate", "2026-01-01T00:00:00+00:00", 1.0, Document("d", "d.csv", "data1"), Document("c", "c.yaml", "contract1"))
    return replace(made, results=(result,), **changes)


def put(store: Store, made: Run) -> Path:
    with store.writing(made.project, made.id) as folder:
        store.write_run(folder, made)
    return store.root / made.project / made.id


def test_a_written_run_is_read_back_by_folder_file_and_id(tmp_path: Path) -> None:
    store, made = Store(tmp_path), run()
    folder = put(store, made)
    assert store.load(folder) == store.load(folder / "run.json") == store.load(made.id) == made
    assert store.projects() == ["p"]
    assert [e.id for e in store.runs()] == [made.id]


def test_a_block_that_fails_leaves_nothing(tmp_path: Path) -> None:
    store, made = Store(tmp_path), run()

    def broken() -> None:
        with store.writing("p", made.id) as folder:
            store.write_run(folder, made)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken()
    assert store.runs() == []
    assert list((tmp_path / "p").iterdir()) == []


def test_a_folder_that_was_never_finished_is_not_listed(tmp_path: Path) -> None:
    store = Store(tmp_path)
    (tmp_path / "p" / ".unfinished-x").mkdir(parents=True)
    assert store.runs() == []
    assert store.projects() == []


def test_damaged_runs_are_listed_or_refused_with_the_reason(tmp_path: Path) -> None:
    store, made = Store(tmp_path), run()
    folder = put(store, made)
    (folder / "run.json").write_text('{"schema_version": 1, "id"')
    with pytest.raises(DataError, match="not an Assay run"):
        store.load(folder)
    (folder / "run.json").unlink()
    assert store.runs()[0].problem == "has no run.json"
    with pytest.raises(DataError, match="Did you mean"):
        store.load(made.id[:-1])


def test_only_a_gate_that_passed_on_the_same_data_and_contract_vouches(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.passing_gate("p", "data1", "contract1") is None
    put(store, run(id="20260101T000000Z-000001"))
    assert store.passing_gate("p", "data1", "contract1") is not None
    assert store.passing_gate("p", "data2", "contract1") is None
    assert store.passing_gate("p", "data1", "contract2") is None
    assert store.passing_gate("q", "data1", "contract1") is None


@pytest.mark.parametrize("status", [Status.FAILED, Status.ERROR])
def test_a_later_refusal_counts_for_more_than_an_earlier_pass(tmp_path: Path, status: Status) -> None:
    store = Store(tmp_path)
    put(store, run(id="20260101T000000Z-000001"))
    put(store, run(status, id="20260102T000000Z-000002"))
    assert store.passing_gate("p", "data1", "contract1") is None


def test_data_without_a_fingerprint_are_vouched_for_by_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path)
    put(store, run(subject=Document("d", "d.csv", "")))
    assert store.passing_gate("p", "", "contract1") is None


def test_a_gate_that_was_told_never_to_fail_vouches_for_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path)
    put(store, run(fail_on="never"))
    assert store.passing_gate("p", "data1", "contract1") is None
