"""Tables of hundreds and thousands of columns, with every check on and with a clause for each column."""

from pathlib import Path

import duckdb
import pytest


def wide(folder: Path, columns: int, rows: int) -> None:
    kinds = ("(hash(i * {j}) % 10007) / 16.0", "'text ' || (i + {j}) % 9", "DATE '2026-01-01' + ((i * {j}) % 300)::INTEGER", "(i * {j}) % 40")
    made = ", ".join(f"{kinds[j % 4].format(j=j)} AS c{j}" for j in range(columns))
    duckdb.connect().execute(f"COPY (SELECT i AS id, i % 2 AS y, 'g' || i % 3 AS g, {made} FROM range({rows}) r(i)) TO '{folder / 't.parquet'}'")


@pytest.mark.slow
def test_every_check_on_hundreds_of_columns(gate, tmp_path: Path) -> None:
    wide(tmp_path, 300, 80)
    # without a key, a row is known by all its columns
    done = gate("t.parquet", roles={"target": "y", "sensitive": ["g"]})
    assert done.code == 0
    assert not [r.message for r in done.run.results if r.status.value == "error"]
    assert done.run.subject.columns == 303


@pytest.mark.slow
def test_a_clause_for_each_of_hundreds_of_columns(gate, tmp_path: Path) -> None:
    wide(tmp_path, 300, 40)
    promises = {1: {"enum": [{"value": f"text {n}"} for n in range(9)]}, 3: {"logicalType": "integer", "logicalTypeOptions": {"maximum": 38}}}
    columns = [{"name": f"c{j}", "required": True, **promises.get(j % 4, {})} for j in range(300)]
    done = gate("t.parquet", [{"name": n} for n in ("id", "y", "g")] + columns, "--declared")
    assert done.code == 1
    assert len([r for r in done.run.results if r.code == "D002"]) == 300
    # 39 is reached where i times j leaves 39 over when divided by 40: for i = 39 / j only, where j has no factor with 40 in common
    over = {f"c{j}": [i for i in range(40) if i * j % 40 == 39] for j in range(3, 300, 4)}
    for name, rows in over.items():
        assert done.number(f"D003:{name}", "failing_rows") == len(rows)
    assert done.set_aside == sorted({row for rows in over.values() for row in rows})


@pytest.mark.slow
def test_five_thousand_columns(gate, tmp_path: Path) -> None:
    wide(tmp_path, 5_000, 30)
    done = gate("t.parquet", [{"name": "c4999", "logicalType": "integer", "required": True}], "--declared")
    assert done.code == 0
    assert done.run.subject.columns == 5_003
    assert done.result("D011").message.startswith("5002 of 5003 columns are not in the contract")
