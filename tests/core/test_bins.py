"""Continuous attributes as groups: declared in the config, the contract or Python, the same on every way."""

from decimal import Decimal

import pyarrow as pa
import pytest

from audit.checks import discover
from audit.checks.outcomes import cell_counts
from audit.config import make_config, read_config
from audit.contract.roles import contract_roles, merge_roles
from audit.core.bins import fault
from audit.core.contract import Column, Contract
from audit.core.errors import DataError, UsageError
from audit.core.roles import Roles
from audit.core.serial import dumps, loads
from audit.run import examine
from tests.predicates import subject_with

AGES = {"age": pa.array([24.9, 25.0, 44.0, 45.0, None, float("nan"), -1.0]), "sex": ["f", "m", "f", "m", "f", "m", "f"]}


def groups(subject, engine, table=None):
    column = subject.group("age", table)
    return [v for (v,) in engine.fetch(column.name("g").as_table())[1]]


def test_edges_belong_to_the_bin_above_and_missing_stays_missing():
    subject, engine = subject_with(AGES, sensitive=("age",), bins={"age": [25, 45]})
    assert groups(subject, engine) == ["< 25", "25 to < 45", "25 to < 45", ">= 45", None, None, "< 25"]


def test_one_edge_and_many():
    subject, engine = subject_with({"age": [1, 2, 3, 4]}, bins={"age": [3]})
    assert groups(subject, engine) == ["< 3", "< 3", ">= 3", ">= 3"]
    subject, engine = subject_with({"age": [1, 2, 3, 4]}, bins={"age": [1.5, 2.5, 3.5]})
    assert groups(subject, engine) == ["< 1.5", "1.5 to < 2.5", "2.5 to < 3.5", ">= 3.5"]


def test_without_bins_the_groups_are_the_values():
    subject, engine = subject_with({"age": [1, 2, None]}, sensitive=("age",))
    assert groups(subject, engine) == [1, 2, None]


def test_other_rows_are_sorted_alike():
    subject, engine = subject_with({"age": [20, 50], "part": ["train", "test"]}, bins={"age": [25, 45]}, split="part")
    assert groups(subject, engine, subject.held_out) == [">= 45"]


@pytest.mark.parametrize(
    ("edges", "words"),
    [
        ([], "at least one edge"),
        ([45, 25], "edges of bins ascend, .*; 25 follows 45"),
        ([25, 25], "25 follows 25"),
        (["a"], "edges of bins are numbers"),
        ([True], "edges of bins are numbers"),
        ([float("nan")], "edges of bins are numbers"),
        ([1, float("inf")], "edges of bins are numbers"),
        (25, "bins are a list of edges"),
        ("25", "bins are a list of edges"),
    ],
)
def test_absurd_bins_are_refused(edges, words):
    with pytest.raises(UsageError, match=f"bins of 'age': .*{words}"):
        Roles(bins={"age": edges})
    with pytest.raises(UsageError, match=f"c.odcs.yaml:9: bins of 'age': .*{words}"):
        contract_roles(Contract(columns=[Column("age", {"": 3, "bins": 9}, "c.odcs.yaml", custom={"bins": edges})]))


def test_decimals_of_a_contract_are_numbers():
    assert fault([Decimal("0.5"), Decimal("1.5")]) == ""


def test_a_config_names_the_line_of_absurd_bins(tmp_path):
    file = tmp_path / "assay.yaml"
    file.write_text("data: t.csv\nroles:\n  bins:\n    age: [45, 25]\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"assay.yaml:4: 'roles.bins.age': edges of bins ascend"):
        read_config(file)


def test_bins_of_a_column_that_is_not_there_are_refused():
    with pytest.raises(DataError, match=r"role 'bins' names the column 'agee', .* Did you mean 'age'?"):
        subject_with(AGES, bins={"agee": [25]})


@pytest.mark.parametrize("kind", ["string", "boolean", "date"])
def test_only_numbers_are_sorted_into_bins(kind):
    columns = [Column("age", {"": 3, "bins": 9}, "c.odcs.yaml", kind, custom={"bins": [25]})]
    with pytest.raises(UsageError, match=f"c.odcs.yaml:9: bins of 'age': only numbers are sorted into bins, and the column is declared as {kind}"):
        contract_roles(Contract(columns=columns))


@pytest.mark.parametrize("values", [["1", "2"], [True, False]])
def test_bins_of_a_column_without_numbers_are_an_error_of_the_checks_that_compare_groups(values):
    subject, _ = subject_with({"age": values, "y": [0, 1], "p": [0, 1]}, target="y", prediction="p", sensitive=("age",), bins={"age": [25]})
    with pytest.raises(DataError, match="bins are declared for 'age', whose values are no numbers"):
        subject.group("age")
    results = examine(subject, verb="audit", families=("fairness", "balance")).run.results
    about_age = [r for r in results if r.where.get("attribute") == "age" and r.code in ("F001", "F002", "F003", "B002", "B003", "B005")]
    assert {(r.code, r.status.value) for r in about_age} == {(c, "error") for c in ("F001", "F002", "F003", "B002", "B003", "B005")}


def test_the_config_wins_over_the_contract_column_by_column():
    contract = Contract(columns=[Column("age", custom={"bins": [30]}), Column("pay", custom={"bins": [1000]})])
    merged = merge_roles(contract, make_config({"data": "t.csv", "roles": {"bins": {"age": [25, 45]}}}).roles.model_dump())
    assert merged.bins == {"age": (25, 45), "pay": (1000,)}
    assert merge_roles(contract, {"bins": {}}).bins == {"age": (30,), "pay": (1000,)}


def test_rates_are_counted_by_bins():
    columns = {"age": [20, 30, 50, 60], "y": [0, 1, 1, 0], "p": [0, 1, 1, 1]}
    subject, engine = subject_with(columns, target="y", prediction="p", positive="1", sensitive=("age",), bins={"age": [25, 45]})
    counted = engine.one(cell_counts(subject, "p", "age"))
    assert sorted((r["group"], r["label"], r["prediction"], r["n"]) for r in counted) == [
        ("25 to < 45", "1", "1", 1),
        ("< 25", "0", "0", 1),
        (">= 45", "0", "1", 1),
        (">= 45", "1", "1", 1),
    ]


BY_GROUP = ("B002", "B003", "B005", "F001", "F002", "F003")


def test_every_comparison_of_groups_uses_the_bins():
    rows = 400
    columns = {
        "age": [18 + i % 60 for i in range(rows)],
        "sex": ["f" if i % 3 else "m" for i in range(rows)],
        "y": [i % 2 for i in range(rows)],
        "p": [(i // 2) % 2 for i in range(rows)],
        "x": [None if i % 7 == 0 else i for i in range(rows)],
    }
    subject, _ = subject_with(columns, target="y", prediction="p", sensitive=("age", "sex"), bins={"age": [25, 45]})
    run = examine(subject, verb="audit", families=("fairness", "balance")).run
    names = {"< 25", "25 to < 45", ">= 45"}
    for code in BY_GROUP:
        (result,) = [r for r in run.results if r.code == code and r.where.get("attribute") == "age"]
        assert result.status.value in ("passed", "warned", "undecided"), result.message
        assert {m.where["age"] for m in result.measurements if "age" in m.where} <= names
    assert set(BY_GROUP) <= set(discover())
    assert loads(dumps(run)).roles["bins"] == {"age": [25.0, 45.0]}
