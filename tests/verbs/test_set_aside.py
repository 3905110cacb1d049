"""What the gate leaves behind when it sets rows aside: clean rows where they are asked for, and who lost rows."""

from pathlib import Path

import pandas as pd
import pytest

from audit.config import Config, make_config
from audit.core.status import Status
from audit.verbs.gate import Written, gate

CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: people
version: 2.0.0
status: active
schema:
  - name: people
    quality:
      - {{metric: rowCount, mustBeGreaterThan: {rows}}}
    properties:
      - {{name: id, logicalType: integer, primaryKey: true}}
      - name: income
        logicalType: number
        logicalTypeOptions: {{minimum: 0, maximum: 900}}
"""


def people() -> pd.DataFrame:
    """1,000 women of whom 120 have an impossible income, and 1,000 men of whom 30 have one."""
    bad = [i < 120 for i in range(1000)] + [i < 30 for i in range(1000)]
    return pd.DataFrame(
        {
            "id": range(2000),
            "sex": ["Female"] * 1000 + ["Male"] * 1000,
            "income": [-1.0 if b else 30.5 for b in bad],
            "hired": [i % 2 for i in range(2000)],
            "since": pd.Timestamp("2024-01-01"),
        }
    )


def gated(folder: Path, frame: pd.DataFrame, *, rows: int = 1, clean: bool = True, **config: object) -> Written:
    frame.to_parquet(folder / "people.parquet", row_group_size=300)
    (folder / "people.odcs.yaml").write_text(CONTRACT.format(rows=rows))
    document = {
        "project": "people",
        "data": "people.parquet",
        "contract": "people.odcs.yaml",
        "gate": {"clean": clean},
        "report": {"formats": ["json"]},
    }
    opened: Config = make_config({**document, **config}, folder)
    return gate(opened)


def test_clean_rows_are_the_others_in_order_with_their_types(tmp_path: Path) -> None:
    frame = people()
    done = gated(tmp_path, frame)
    clean = pd.read_parquet(done.folder / "clean.parquet")
    pd.testing.assert_frame_equal(clean, frame[frame["income"] >= 0].reset_index(drop=True), check_dtype=False)
    bad = pd.read_parquet(done.folder / "quarantine.parquet")
    assert bad["assay_row"].tolist() == [*range(120), *range(1000, 1030)]
    assert bad["assay_key"].tolist()[0].tolist() == ["0"]
    assert set(bad["assay_contract"]) == {"2.0.0"}
    assert set(done.run.artefacts) == {"clean.parquet", "quarantine.parquet"}
    assert "150 rows broke a blocking rule and are in quarantine.parquet" in done.run.notices[0]
    assert "The other rows are in clean.parquet" in done.run.notices[1]


def test_clean_rows_are_written_on_request_only(tmp_path: Path) -> None:
    done = gated(tmp_path, people(), clean=False)
    assert set(done.run.artefacts) == {"quarantine.parquet"}
    assert len(done.run.notices) == 1


def test_no_file_pretends_to_be_clean_where_the_table_as_a_whole_is_at_fault(tmp_path: Path) -> None:
    done = gated(tmp_path, people(), rows=5000)
    assert set(done.run.artefacts) == {"quarantine.parquet"}
    assert done.run.notices[1] == "clean.parquet was not written: D008 is about no single row, so that the other rows would not be clean either."


def test_nothing_is_written_where_nothing_is_bad(tmp_path: Path) -> None:
    done = gated(tmp_path, people().assign(income=1.0), roles={"sensitive": ["sex"]})
    assert done.run.artefacts == {}
    assert done.run.notices == ()
    assert done.run.result("B007").status is Status.PASSED
    assert done.run.result("B007").message == "No row was set aside, so no group lost any."


def test_who_lost_rows_is_told_once_and_in_its_place(tmp_path: Path) -> None:
    done = gated(tmp_path, people(), roles={"sensitive": ["sex"], "target": "hired"})
    codes = [r.code for r in done.run.results]
    assert codes.count("B007") == 2
    assert codes.index("B007") == codes.index("B006") + 1
    by_sex, by_class = done.run.result("B007:sex"), done.run.result("B007:hired")
    assert by_sex.status is Status.WARNED
    assert by_sex.message.startswith("Set aside by 'sex': 12.0 % of Female and 3.0 % of Male; a gap of 9.0 points")
    assert by_class.status is Status.PASSED
    # the example in the docs is this one
    page = (Path(__file__).parents[2] / "docs" / "checks" / "balance.md").read_text(encoding="utf-8").replace("\n> ", " ")
    assert by_sex.message in page


@pytest.mark.parametrize("skip", [["B007"], ["B001", "B003"]])
def test_what_is_switched_off_stays_off(tmp_path: Path, skip: list[str]) -> None:
    done = gated(tmp_path, people(), roles={"sensitive": ["sex"], "target": "hired"}, audit={"skip": skip})
    off = {r.code for r in done.run.results if r.status is Status.SKIPPED}
    assert off == set(skip)
    assert len({r.key for r in done.run.results}) == len(done.run.results)


def test_limits_of_the_config_hold_for_who_lost_rows(tmp_path: Path) -> None:
    limits = {"B007": {"high": 0.2, "blocking": True, "reason": "agreed"}}
    done = gated(tmp_path, people(), roles={"sensitive": ["sex"]}, audit={"limits": limits})
    assert done.run.result("B007").status is Status.PASSED
    assert done.run.result("B007").limit.source == "assay.yaml"


def test_a_rule_that_asks_for_more_failing_rows_is_broken_by_none(tmp_path: Path) -> None:
    frame = people().assign(income=1.0)
    rule = "quality: [{{metric: invalidValues, arguments: {{validValues: [Female, Male]}}, mustBeGreaterThan: 3}}]"
    contract = CONTRACT + f"      - {{{{name: sex, logicalType: string, {rule}}}}}\n"
    (tmp_path / "people.odcs.yaml").write_text(contract.format(rows=1))
    frame.to_parquet(tmp_path / "people.parquet")
    done = gate(make_config({"data": "people.parquet", "contract": "people.odcs.yaml", "gate": {"clean": True}}, tmp_path))
    assert done.run.result("D004").status is Status.FAILED
    assert set(done.run.artefacts) == set()
    assert done.run.notices == ()
