"""The exported model is Python that stands alone, and a model like any other of pandera."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pandera.errors
import pandera.pandas as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandera.typing import DataFrame

from audit.contract.exchange.pandera_import import from_pandera
from audit.contract.exchange.pandera_source import class_name, data_frame_model, literal, pandera_source
from audit.contract.read import read_contract
from audit.core.contract import Column, Contract
from tests.clauses import EVERYTHING, NONE, contract, with_columns

ROOT = Path(__file__).parents[2]
GOOD = {"id": 1, "age": 40, "mail": "a@b.de"}
PEOPLE = (
    {"name": "id", "logicalType": "integer", "primaryKey": True},
    {"name": "age", "logicalType": "integer", "logicalTypeOptions": {"minimum": 12, "maximum": 99}},
    {"name": "mail", "logicalType": "string", "required": True, "logicalTypeOptions": {"format": "email"}},
)


def broken(model: type[pa.DataFrameModel], frame: pd.DataFrame) -> set[tuple[str, str]]:
    """Return which check of which column fails."""
    with pytest.raises(pandera.errors.SchemaErrors) as caught:
        model.validate(frame, lazy=True)
    cases = caught.value.failure_cases
    return set(zip(cases["column"].astype(str), cases["check"].astype(str), strict=True))


def test_it_guards_a_function(tmp_path: Path) -> None:
    people = data_frame_model(with_columns(tmp_path, *PEOPLE))

    @pa.check_types(lazy=True)
    def older(frame: DataFrame[people]) -> DataFrame[people]:  # type: ignore[valid-type]
        return frame.assign(age=frame["age"] + 1)

    assert older(pd.DataFrame([GOOD]))["age"].tolist() == [41]
    with pytest.raises(pandera.errors.SchemaErrors):
        older(pd.DataFrame([GOOD | {"mail": "nowhere"}]))
    with pytest.raises(pandera.errors.SchemaErrors):
        older(pd.DataFrame([GOOD | {"age": 99}]))  # broken by what the function returns


def test_it_needs_nothing_of_ours(tmp_path: Path) -> None:
    file = tmp_path / "people.py"
    text = pandera_source(with_columns(tmp_path, *PEOPLE))
    used = f"T.validate(pd.DataFrame([{GOOD!r}]), lazy=True)"
    file.write_text(f"{text}\nimport sys\n{used}\nprint('audit' in sys.modules)\n")
    done = subprocess.run([sys.executable, "-W", "ignore", "people.py"], cwd=tmp_path, env={}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "False\n"), done.stderr
    assert "import audit" not in text
    assert "from audit" not in text


@pytest.mark.parametrize("name", ["arrests", "loans"])
@pytest.mark.filterwarnings("ignore::pandera.errors.SchemaWarning")
def test_the_samples_pass(name: str) -> None:
    model = data_frame_model(read_contract(ROOT / "data" / name / f"{name}.odcs.yaml"))
    frame = pd.read_parquet(ROOT / "data" / name / f"{name}.parquet")
    assert len(model.validate(frame, lazy=True)) == len(frame)


def test_all_that_is_left_out_stands_at_the_top(tmp_path: Path) -> None:
    text = pandera_source(contract(tmp_path, EVERYTHING, "orders"))
    head = " ".join(line.removeprefix("#").strip() for line in text.splitlines() if line.startswith("#"))
    for said in (
        "relationships of town",
        "D021",
        "expect_column_sum_to_be_between",
        "service level of sent latency 2 days",
        "as the post spells them",
    ):
        assert said in head, said


def test_a_warning_warns(tmp_path: Path) -> None:
    rule = {"metric": "invalidValues", "arguments": {"validValues": ["x"]}, **NONE, "severity": "warning"}
    model = data_frame_model(with_columns(tmp_path, {"name": "a", "quality": [rule]}))
    with pytest.warns(pandera.errors.SchemaWarning, match="validValues"):
        model.validate(pd.DataFrame({"a": ["y"]}), lazy=True)


def test_wrong_types_are_faults_and_not_mended(tmp_path: Path) -> None:
    model = data_frame_model(with_columns(tmp_path, *PEOPLE))
    assert ("age", "logicalType integer") in broken(model, pd.DataFrame([GOOD | {"age": "40"}]))
    # numbers with gaps are floats to pandas
    assert len(model.validate(pd.DataFrame([GOOD, GOOD | {"id": 2, "age": None}]), lazy=True)) == 2


def test_a_last_line_break_does_not_end_a_text(tmp_path: Path) -> None:
    model = data_frame_model(with_columns(tmp_path, {"name": "a", "logicalType": "string", "logicalTypeOptions": {"pattern": "^[a-c]$"}}))
    assert broken(model, pd.DataFrame({"a": ["a\n"]})) == {("a", "pattern ^[a-c]$")}


@pytest.mark.parametrize(
    ("operator", "passes"),
    [({"mustBe": 2}, [2]), ({"mustNotBe": 2}, [1, 3]), ({"mustBeGreaterThan": 1}, [2, 3]), ({"mustBeLessThan": 2.5}, [1, 2]),
     ({"mustBeBetween": [2, 3]}, [2, 3]), ({"mustNotBeBetween": [2, 3]}, [1])],
)  # fmt: skip
def test_numbers_of_rows(operator: dict[str, object], passes: list[int], tmp_path: Path) -> None:
    model = data_frame_model(with_columns(tmp_path, {"name": "a"}, quality=[{"metric": "rowCount", **operator}]))
    for n in (1, 2, 3):
        frame = pd.DataFrame({"a": range(n)})
        if n in passes:
            assert len(model.validate(frame, lazy=True)) == n
        else:
            assert len(broken(model, frame)) == 1


def test_sql_that_counts_rows_is_stated_and_other_sql_is_listed(tmp_path: Path) -> None:
    columns = [{"name": "start", "logicalType": "date"}, {"name": "end", "logicalType": "date"}]
    counts = {"type": "sql", "query": 'SELECT COUNT(*) FROM {object} WHERE start > "end"', **NONE}
    other = {"type": "sql", "query": "SELECT AVG(start - start) FROM {object}", **NONE}
    given = with_columns(tmp_path, *columns, quality=[counts, other])
    frame = pd.DataFrame({"start": pd.to_datetime(["2024-01-02", "2024-01-02", None]), "end": pd.to_datetime(["2024-01-01", None, "2024-01-01"])})
    with pytest.raises(pandera.errors.SchemaErrors) as caught:
        data_frame_model(given).validate(frame, lazy=True)
    assert set(caught.value.failure_cases["index"]) == {0}
    # where a comment is wrapped depends on how long the file's name is
    assert "AVG(start - start)" in " ".join(pandera_source(given).split("import")[0].replace("#", " ").split())


@settings(max_examples=60, deadline=None)
@given(
    names=st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=4, unique=True),
    said=st.text(max_size=30),
    pattern=st.sampled_from(["^a\\\\$", '"""\'', "'", '"', "\\n", "a#b", "{x}"]),
)
def test_whatever_a_contract_says_is_data_and_never_code(names: list[str], said: str, pattern: str) -> None:
    columns = tuple(Column(n, file=said, description=said, enum=(said, n), options={"pattern": pattern}) for n in names)
    given = Contract(name=said or "x", table=said, path=said, columns=columns, custom={said: said})
    model = data_frame_model(given)
    schema = model.to_schema()
    assert list(schema.columns) == names
    assert schema.name == (said or "x")
    assert all((c.description or "") == said for c in schema.columns.values())


@pytest.mark.parametrize("text", ['"; import os #', "a\nb", "\\", "'\"", '"""', "\x00\u2028", "{0}"])
def test_literals_read_back_as_what_they_were(text: str) -> None:
    assert eval(literal(text)) == text
    assert eval(literal([text, 1.5, float("inf"), None, (text,)])) == [text, 1.5, float("inf"), None, (text,)]


@pytest.mark.parametrize(("table", "name"), [("order items", "OrderItems"), ("2024", "Table2024"), ("", "Table"), ("integer", "TableInteger")])
def test_names_of_classes(table: str, name: str) -> None:
    assert class_name(Contract(table=table)) == name


def test_columns_with_names_that_python_or_pandera_wants_for_itself() -> None:
    names = ["class", "validate", "Config", "a b", "_x", "is_string", "2nd", "a_b", "pa"]
    given = Contract(table="t", columns=tuple(Column(n, required=True, logical_type="string") for n in names))
    frame = pd.DataFrame({n: ["x"] for n in names})
    assert list(data_frame_model(given).validate(frame, lazy=True).columns) == names
    assert [c["name"] for c in from_pandera(data_frame_model(given)).document["schema"][0]["properties"]] == names
