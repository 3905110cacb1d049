"""Which rows are set aside, and why."""

from pathlib import Path
from typing import Any

import ibis
import pandas as pd
import pytest

from audit.checks.quality.d002_missing_values import MissingValues
from audit.checks.quality.d003_value_range import ValueRange
from audit.checks.quality.d006_key_uniqueness import KeyUniqueness
from audit.checks.quality.d007_exact_duplicates import ExactDuplicates
from audit.checks.quality.d008_row_count import RowCount
from audit.core.check import Check, Findings, Suspect
from audit.core.contract import Contract
from audit.core.errors import DataError
from audit.core.status import Status
from audit.engines.sources import Source, frame_source, open_source
from audit.run import Examined
from audit.verbs.clean import write_clean
from audit.verbs.faults import beyond_rows, faults_of
from audit.verbs.quarantine import ADDED, quarantined, write_table


def failed(*checks: Check, suspects: tuple[Suspect, ...] = ()) -> list[Examined]:
    return [Examined(check, Findings([], "", suspects=suspects), Status.FAILED) for check in checks]


def set_apart(frame: pd.DataFrame, examined: list[Examined], folder: Path, *, stored: bool = False, key: tuple[str, ...] = ()) -> pd.DataFrame:
    """Return the quarantine; the clean rows beside it must be all the others, in order, with their types."""
    frame.to_parquet(folder / "t.parquet", row_group_size=3)
    source = open_source("t.parquet", folder) if stored else frame_source(frame)
    with quarantined(source, faults_of(examined), Contract(version="3.1"), key) as bad:
        write_table(source.backend, bad, folder / "q.parquet", "the quarantine")
        write_clean(folder / "c.parquet", source, bad)
    rows, clean = pd.read_parquet(folder / "q.parquet"), pd.read_parquet(folder / "c.parquet")
    assert list(rows.columns) == [*ADDED, *frame.columns]
    assert (rows["assay_contract"] == "3.1").all()
    assert rows["assay_row"].is_monotonic_increasing
    assert all(len(codes) == len(reasons) for codes, reasons in zip(rows["assay_codes"], rows["assay_reasons"], strict=True))
    pd.testing.assert_frame_equal(rows[list(frame.columns)], frame.iloc[rows["assay_row"]].reset_index(drop=True), check_dtype=False)
    others = frame.drop(index=rows["assay_row"]).reset_index(drop=True)
    pd.testing.assert_frame_equal(clean, others, check_dtype=False)
    assert source.backend.con.execute("SELECT count(*) FROM duckdb_tables() WHERE temporary").fetchone() == (0,)
    return rows


def named(rows: pd.DataFrame, column: str = "assay_codes") -> list[tuple[int, list[str]]]:
    return [(int(row), list(values)) for row, values in zip(rows["assay_row"], rows[column], strict=True)]


FRAME = pd.DataFrame({"self": [1.0, 2.0, 2.0, None, 2.0, 900.0], "b": ["x", "y", "y", "z", "w", None]})
CHECKS = (
    ValueRange(column="self", minimum=0, maximum=10),
    MissingValues(column="b"),
    KeyUniqueness(columns=("self",)),
    ExactDuplicates(),
    RowCount(),
)


@pytest.mark.parametrize("stored", [False, True])
def test_rows_by_row_rules_and_by_comparison(tmp_path: Path, stored: bool) -> None:
    rows = set_apart(FRAME, failed(*CHECKS), tmp_path, stored=stored)
    assert named(rows) == [(1, ["D006"]), (2, ["D006", "D007"]), (4, ["D006"]), (5, ["D003", "D002"])]
    assert named(rows, "assay_columns") == [(1, ["self"]), (2, ["self", ""]), (4, ["self"]), (5, ["self", "b"])]
    assert rows["assay_reasons"][3][1] == "b is missing"
    assert beyond_rows(failed(*CHECKS)) == ["D008"]


@pytest.mark.parametrize("key", [(), ("self",), ("b",), ("self", "b")])
def test_the_narrowing_key_changes_nothing(tmp_path: Path, key: tuple[str, ...]) -> None:
    doubled = pd.concat([FRAME, FRAME.iloc[[3, 5]]], ignore_index=True)  # copies with nulls in either column
    assert named(set_apart(doubled, failed(ExactDuplicates(key=key)), tmp_path)) == [(2, ["D007"]), (6, ["D007"]), (7, ["D007"])]


def test_the_key_is_written_as_text(tmp_path: Path) -> None:
    frame = FRAME.assign(id=[10, 11, 12, 13, 14, 15])
    rows = set_apart(frame, failed(*CHECKS), tmp_path, key=("id", "b"))
    assert named(rows, "assay_key") == [(1, ["11", "y"]), (2, ["12", "y"]), (4, ["14", "w"]), (5, ["15", None])]


def test_rows_that_nobody_declared_are_set_aside_where_the_limit_blocks(tmp_path: Path) -> None:
    own = Suspect("b", "x may stand for missing", 1, lambda t: t.b == "x")
    compared = Suspect("self", "repeats", 3, lambda t: t.count().over(group_by="self") > 1, compares_rows=True)
    rows = set_apart(FRAME, failed(RowCount(), suspects=(own, compared)), tmp_path)
    assert named(rows) == [(0, ["D008"]), (1, ["D008"]), (2, ["D008"]), (4, ["D008"])]
    assert rows["assay_reasons"][0].tolist() == ["b: x may stand for missing"]
    assert named(rows, "assay_columns")[1] == (1, ["self"])


def test_more_bad_rows_than_good_ones_keep_their_order(tmp_path: Path) -> None:
    frame = pd.DataFrame({"n": range(5_000), "bad": [i % 7 != 0 for i in range(5_000)]})
    suspect = Suspect("bad", "is true", 4_285, lambda t: t.bad)
    assert len(set_apart(frame, failed(RowCount(), suspects=(suspect,)), tmp_path, stored=True)) == 4_285


def test_no_row_is_to_blame_for_a_fault_of_the_whole() -> None:
    assert faults_of(failed(RowCount())) == []


def test_a_column_that_is_called_like_one_of_the_quarantine_is_told(tmp_path: Path) -> None:
    frame = FRAME.assign(assay_codes="mine")
    with pytest.raises(DataError, match="the data have a column 'assay_codes'"):
        set_apart(frame, failed(*CHECKS), tmp_path)


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    source = frame_source(FRAME)
    with (
        quarantined(source, faults_of(failed(*CHECKS)), Contract()) as bad,
        pytest.raises(DataError, match=r"cannot write the quarantine: .* Free some space"),
    ):
        write_table(source.backend, bad, tmp_path / "nowhere" / "q.parquet", "the quarantine")


class Elsewhere:
    """A backend that nothing is written to, as a database server is: every step is part of one query."""

    name = "elsewhere"

    def __init__(self, backend: Any) -> None:
        self.backend = backend

    def to_parquet(self, table: Any, path: str) -> None:
        self.backend.to_parquet(table, path)


def test_a_server_answers_in_one_query(tmp_path: Path) -> None:
    own = frame_source(FRAME)
    source = Source(own.table, Elsewhere(own.backend), "elsewhere")
    with quarantined(source, faults_of(failed(*CHECKS)), Contract()) as bad:
        write_table(source.backend, bad, tmp_path / "q.parquet", "the quarantine")
        write_clean(tmp_path / "c.parquet", source, bad, faults_of(failed(*CHECKS)))
    written = pd.read_parquet(tmp_path / "q.parquet")
    assert written["assay_row"].isna().all(), "rows of a server have no position"
    assert sorted(list(codes) for codes in written["assay_codes"]) == [["D003", "D002"], ["D006"], ["D006"], ["D006", "D007"]]
    assert sorted(pd.read_parquet(tmp_path / "c.parquet")["b"]) == ["x", "z"]


def test_the_query_can_be_put_to_a_server() -> None:
    own = frame_source(FRAME.assign(id=1))
    with quarantined(Source(own.table, Elsewhere(own.backend), "elsewhere"), faults_of(failed(*CHECKS)), Contract(), ("id",)) as bad:
        assert "assay_codes" in str(ibis.to_sql(bad, dialect="postgres"))
