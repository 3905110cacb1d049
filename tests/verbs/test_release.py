"""Repaired rows put back: what is examined, what is written, and what is refused."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from audit.config import Config, read_config
from audit.core.errors import AssayError, DataError, UsageError
from audit.core.fingerprint import file_sha256
from audit.store import Store
from audit.verbs.gate import gate
from audit.verbs.release import release

CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: people
version: 1.0.0
status: active
schema:
  - name: people
    quality:
      - {metric: rowCount, mustBeGreaterOrEqualTo: 5}
    properties:
      - {name: id, logicalType: integer, required: true, primaryKey: true}
      - name: age
        logicalType: integer
        logicalTypeOptions: {minimum: 0, maximum: 120}
      - {name: town, logicalType: string, required: true}
"""
ROWS = "id,age,town\n1,34,Bree\n2,612,Ashford\n3,45,\n4,7,Bree\n4,8,Combe\n5,9,Combe\n"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    (tmp_path / "people.csv").write_text(ROWS)
    (tmp_path / "people.odcs.yaml").write_text(CONTRACT)
    (tmp_path / "assay.yaml").write_text("project: people\ndata: people.csv\ncontract: people.odcs.yaml\nreport: {formats: [json]}\n")
    return read_config(tmp_path / "assay.yaml")


def repaired(frame: pd.DataFrame) -> pd.DataFrame:
    """All four bad rows, as they should have been."""
    frame = frame.set_index("assay_row")
    frame.loc[1, "age"] = 61
    frame.loc[2, "town"] = "Ashford"
    frame.loc[4, "id"] = 6
    return frame.reset_index()


def quarantine_of(folder: Path) -> pd.DataFrame:
    return pd.read_parquet(folder / "quarantine.parquet")


def handed_back(config: Config, frame: pd.DataFrame) -> Path:
    frame.to_parquet(config.base / "repaired.parquet", index=False)
    return config.base / "repaired.parquet"


def test_repaired_rows_are_put_back_in_their_places(config: Config) -> None:
    before = gate(config)
    assert before.run.exit_code == 1
    assert quarantine_of(before.folder)["assay_row"].tolist() == [1, 2, 3, 4]
    back = handed_back(config, repaired(quarantine_of(before.folder)))
    done = release(config, back, before.run.id)
    assert done.run.exit_code == 0, [r.message for r in done.run.results]
    whole = pd.read_parquet(done.folder / "released.parquet")
    assert whole.to_dict("list") == {
        "id": [1, 2, 3, 4, 6, 5], "age": [34, 61, 45, 7, 8, 9], "town": ["Bree", "Ashford", "Ashford", "Bree", "Combe", "Combe"],
    }  # fmt: skip
    assert done.run.verb == "gate"
    assert done.run.subject.rows == 6
    assert done.run.subject.sha256 == file_sha256(done.folder / "released.parquet") == done.run.artefacts["released.parquet"]
    assert done.run.artefacts["repaired.parquet"] == file_sha256(back)
    assert done.run.subject.location.endswith("released.parquet")
    assert f"gate run {before.run.id}" in done.run.notices[0]
    # what was released is a file that training accepts
    passing = Store(config.reports).passing_gate("people", done.run.subject.sha256, done.run.contract.sha256)
    assert passing is not None
    assert passing.id == done.run.id
    assert not (done.folder / "quarantine.parquet").exists()


def test_rows_that_still_fail_stay_in_quarantine_under_their_number_in_the_source(config: Config) -> None:
    before = gate(config)
    frame = repaired(quarantine_of(before.folder)).query("assay_row != 1")
    frame.loc[frame["assay_row"] == 4, "id"] = 5  # now the same as a row that was clean
    done = release(config, handed_back(config, frame), str(before.folder))
    assert done.run.exit_code == 1
    assert not (done.folder / "released.parquet").exists()
    still = quarantine_of(done.folder)
    assert still["assay_row"].tolist() == [4, 5]
    assert [list(c) for c in still["assay_codes"]] == [["D006"], ["D006"]]
    assert still["town"].tolist() == ["Combe", "Combe"]
    assert "1 row of that quarantine was not handed back and is left out." in done.run.notices[0]
    assert any("2 rows of the merged table still break a blocking rule" in n for n in done.run.notices)
    assert any("Not released" in n for n in done.run.notices)


def test_the_whole_is_examined_again_rules_about_the_table_too(config: Config) -> None:
    before = gate(config)
    frame = repaired(quarantine_of(before.folder)).query("assay_row == 2")  # 3 rows are left, 5 are promised
    done = release(config, handed_back(config, frame), before.run.id)
    assert done.run.result("D008").status == "failed"
    assert not (done.folder / "released.parquet").exists()
    assert not (done.folder / "quarantine.parquet").exists()


def test_nothing_repaired_leaves_everything_out(config: Config) -> None:
    before = gate(config)
    done = release(config, handed_back(config, quarantine_of(before.folder).iloc[:0]), before.run.id)
    assert "4 rows of that quarantine were not handed back" in done.run.notices[0]
    assert done.run.subject.rows == 2


def test_types_that_tools_change_on_the_way_are_changed_back(config: Config) -> None:
    before = gate(config)
    frame = repaired(quarantine_of(before.folder)).astype({"age": "float64", "assay_row": "float64"})
    frame.loc[frame["assay_row"] == 2, "age"] = None
    frame = frame.drop(columns=["assay_codes", "assay_reasons"])
    done = release(config, handed_back(config, frame), before.run.id)
    assert done.run.exit_code == 0
    kinds = duckdb.sql(f"SELECT column_type FROM (DESCRIBE FROM '{done.folder / 'released.parquet'}')").fetchall()
    assert kinds == [("BIGINT",), ("BIGINT",), ("VARCHAR",)]


def test_rows_of_a_database_are_released_too(config: Config) -> None:
    with duckdb.connect(str(config.base / "people.db")) as connection:
        connection.execute(f"CREATE TABLE people AS SELECT * FROM read_csv('{config.base / 'people.csv'}')")
        connection.execute("ALTER TABLE people ALTER id SET NOT NULL")
    own = config.model_copy(update={"data": "duckdb://people.db#people"})
    before = gate(own)
    done = release(own, handed_back(own, repaired(quarantine_of(before.folder))), before.run.id)
    assert done.run.exit_code == 0
    assert pd.read_parquet(done.folder / "released.parquet")["id"].tolist() == [1, 2, 3, 4, 6, 5]


def _change(column: str, values: Any) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda frame: frame.assign(**{column: values})


WRONG: dict[str, tuple[Callable[[pd.DataFrame], pd.DataFrame], str]] = {
    "no row number": (lambda f: f.drop(columns="assay_row"), "has no column 'assay_row'"),
    "a column too few": (lambda f: f.rename(columns={"town": "twon"}), "lacks 'town', which the data have. Did you mean 'twon'?"),
    "a column too many": (_change("note", "x"), "has 'note', which the data do not have"),
    "text for a number": (_change("age", "34"), "the column 'age' is string and in the data int64; 4 values would not survive"),
    "a number for text": (_change("town", 7), "the column 'town' is int64 and in the data string"),
    "a fraction in a column of integers": (_change("age", [34.5, 1, 2, 3]), "'age' is float64 and in the data int64; 1 value would not survive"),
    "truth for a number": (_change("age", True), "the column 'age' is boolean"),
    "a row of no quarantine": (_change("assay_row", [1, 2, 3, 5]), "rows that were not set aside: assay_row 5"),
    "a row twice": (_change("assay_row", [1, 2, 3, 3]), "more than one row with assay_row 3"),
    "a new row": (_change("assay_row", [1, 2, 3, None]), "1 row without 'assay_row'"),
}


@pytest.mark.parametrize("case", WRONG)
def test_rows_that_cannot_be_put_back_are_refused(config: Config, case: str) -> None:
    change, words = WRONG[case]
    before = gate(config)
    back = handed_back(config, change(quarantine_of(before.folder)))
    with pytest.raises(DataError) as refused:
        release(config, back, before.run.id)
    assert words in str(refused.value)
    assert [f.name for f in (config.reports / "people").iterdir()] == [before.run.id]


def test_data_and_contract_must_be_those_of_the_run(config: Config) -> None:
    before = gate(config)
    back = handed_back(config, repaired(quarantine_of(before.folder)))

    def refused(kind: type[AssayError], words: str) -> None:
        with pytest.raises(kind, match=words):
            release(config, back, before.run.id)

    (config.base / "people.csv").write_text(ROWS + "7,1,Bree\n")
    refused(DataError, "the data in 'people.csv' are not those of run .* they changed since")
    (config.base / "people.csv").write_text(ROWS)
    (config.base / "people.odcs.yaml").write_text(CONTRACT.replace("1.0.0", "1.1.0"))
    refused(UsageError, "version 1.0.0 then, 1.1.0 now")
    (config.base / "people.odcs.yaml").write_text(CONTRACT)
    quarantine_of(before.folder).iloc[:3].to_parquet(before.folder / "quarantine.parquet")
    refused(DataError, "was changed after the run")
    (before.folder / "quarantine.parquet").unlink()
    refused(DataError, "is gone")


def test_a_release_starts_from_a_gate_run(config: Config) -> None:
    before = gate(config)
    back = handed_back(config, repaired(quarantine_of(before.folder)))
    done = release(config, back, before.run.id)
    with pytest.raises(UsageError, match="is a release itself"):
        release(config, back, done.run.id)
    (config.base / "people.csv").write_text("id,age,town\n1,34,Bree\n2,1,Bree\n3,1,Bree\n4,1,Bree\n5,1,Bree\n")
    with pytest.raises(UsageError, match="set no rows aside"):
        release(config, back, gate(config).run.id)
    with pytest.raises(DataError, match="there is no run"):
        release(config, back, "nothing")


@pytest.mark.parametrize(("name", "content", "kind", "words"), [
    ("r.csv", b"assay_row\n1\n", UsageError, "is no Parquet file"),
    ("r.parquet", b"assay_row", DataError, "cannot read"),
    ("missing.parquet", None, DataError, "there is no file"),
])  # fmt: skip
def test_files_that_are_no_repaired_rows(config: Config, name: str, content: bytes | None, kind: type[AssayError], words: str) -> None:
    before = gate(config)
    if content is not None:
        (config.base / name).write_bytes(content)
    with pytest.raises(kind, match=words):
        release(config, config.base / name, before.run.id)
