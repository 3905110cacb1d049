"""Which rows are set aside, and why."""

from pathlib import Path

import pandas as pd
import pytest

from audit.checks.quality.d002_missing_values import MissingValues
from audit.checks.quality.d003_value_range import ValueRange
from audit.checks.quality.d006_key_uniqueness import KeyUniqueness
from audit.checks.quality.d007_exact_duplicates import ExactDuplicates
from audit.checks.quality.d008_row_count import RowCount
from audit.core.check import Check, Findings
from audit.core.contract import Contract
from audit.core.status import Status
from audit.engines.sources import frame_source, open_source
from audit.run import Examined
from audit.verbs.quarantine import write_quarantine


def quarantined(frame: pd.DataFrame, checks: list[Check], folder: Path, *, stored: bool = False) -> list[tuple[int, list[str]]]:
    frame.to_parquet(folder / "t.parquet")
    source = open_source("t.parquet", folder) if stored else frame_source(frame)
    path = folder / "q.parquet"
    failed = [Examined(check, Findings([], ""), Status.FAILED) for check in checks]
    count = write_quarantine(path, source, failed, Contract(version="3.1"))
    if not count:
        assert not path.exists()
        return []
    rows = pd.read_parquet(path)
    assert len(rows) == count
    assert (rows["assay_contract"] == "3.1").all()
    pd.testing.assert_frame_equal(rows[list(frame.columns)], frame.iloc[rows["assay_row"]].reset_index(drop=True), check_dtype=False)
    return [(int(row), list(codes)) for row, codes in zip(rows["assay_row"], rows["assay_codes"], strict=True)]


FRAME = pd.DataFrame({"self": [1.0, 2.0, 2.0, None, 2.0, 900.0], "b": ["x", "y", "y", "z", "w", None]})


@pytest.mark.parametrize("stored", [False, True])
def test_rows_by_row_rules_and_by_comparison(tmp_path: Path, stored: bool) -> None:
    checks: list[Check] = [
        ValueRange(column="self", minimum=0, maximum=10),
        MissingValues(column="b"),
        KeyUniqueness(columns=("self",)),
        ExactDuplicates(),
        RowCount(),
    ]
    assert quarantined(FRAME, checks, tmp_path, stored=stored) == [(1, ["D006"]), (2, ["D006", "D007"]), (4, ["D006"]), (5, ["D003", "D002"])]


@pytest.mark.parametrize("key", [(), ("self",), ("b",), ("self", "b")])
def test_the_narrowing_key_changes_nothing(tmp_path: Path, key: tuple[str, ...]) -> None:
    doubled = pd.concat([FRAME, FRAME.iloc[[3, 5]]], ignore_index=True)  # copies with nulls in either column
    assert quarantined(doubled, [ExactDuplicates(key=key)], tmp_path) == [(2, ["D007"]), (6, ["D007"]), (7, ["D007"])]


def test_no_file_where_no_row_is_to_blame(tmp_path: Path) -> None:
    assert quarantined(FRAME, [RowCount()], tmp_path) == []
