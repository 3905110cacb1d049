"""``assay init``: what is written, what is guessed and on which evidence, and that the first gate has nothing to complain of but what is wrong."""

import json
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
import yaml
from typer.testing import CliRunner

from audit.cli import app
from audit.config import read_config
from audit.contract.read import read_contract
from audit.core.errors import DataError, UsageError
from audit.core.status import Status
from audit.verbs.gate import gate
from audit.verbs.init import init
from audit.verbs.lint_contract import lint_contract

ROOT = Path(__file__).parents[2]
ROWS = 600


def people() -> pd.DataFrame:
    """A table of persons whose columns mean what their names say."""
    rng = np.random.default_rng(4)
    given = rng.choice(["Emma", "Liam", "Olivia", "Noah", "Sophia", "Elias", "Hannah", "Lukas", "Maria", "Jonas"], ROWS)
    family = rng.choice(["Müller", "Schmidt", "Weber", "Wagner", "Becker", "Hoffmann", "Koch", "Richter", "Klein", "Wolf"], ROWS)
    return pd.DataFrame(
        {
            "application_id": [f"a-{i * 13:05d}" for i in range(ROWS)],
            "customer_id": rng.integers(1_000, 1_200, ROWS),
            "applied_on": pd.Timestamp("2025-01-01") + pd.to_timedelta(rng.integers(0, 500, ROWS), unit="D"),
            "email": [f"{g}.{f}.{i}@example.org".lower().replace("ü", "ue") for i, (g, f) in enumerate(zip(given, family, strict=True))],
            "age": rng.integers(18, 80, ROWS),
            "city": rng.choice(["Bonn", "Köln", "Trier", "Mainz"], ROWS),
            "gender": rng.choice(["female", "male"], ROWS),
            "religion": rng.choice(["Roman Catholic", "Protestant", "Muslim", "Jewish", "none"], ROWS),
            "amount": rng.gamma(3, 1_000, ROWS).round(2),
            "approved": rng.choice(["yes", "no"], ROWS),
        }
    )


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    people().to_csv("loans.csv", index=False)
    return tmp_path


def roles(contract) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for column in contract.columns:
        if "role" in column.custom:
            found.setdefault(column.custom["role"], []).append(column.name)
    return found


def test_what_is_written_is_a_contract_and_a_config(folder):
    written = init("loans.csv")
    assert (written.contract, written.config) == (Path("loans.odcs.yaml"), Path("assay.yaml"))
    config = read_config(Path("assay.yaml"))
    assert (config.project, config.data, config.contract) == ("loans", "loans.csv", "loans.odcs.yaml")
    contract = read_contract(Path("loans.odcs.yaml"))
    assert [c.name for c in contract.columns] == list(people().columns)
    assert [p.message.split(",")[0] for p in lint_contract(Path("loans.odcs.yaml")).problems] == [
        "personal data are declared (email",
    ]


def test_roles_are_guessed_and_marked_as_guesses_with_their_evidence(folder):
    init("loans.csv")
    contract = read_contract(Path("loans.odcs.yaml"))
    assert roles(contract) == {
        "target": ["approved"],
        "time": ["applied_on"],
        "entity": ["customer_id"],
        "sensitive": ["gender", "religion"],
        "quasi-identifier": ["age", "city"],
    }
    assert [c.name for c in contract.columns if c.primary_key] == ["application_id"]
    assert contract.column("approved").custom["positive"] == "yes"
    assert contract.column("email").classification == "restricted"
    assert contract.column("email").custom["personalData"] == "e-mail address"
    assert contract.column("religion").custom["specialCategory"] == "religious or philosophical beliefs"
    text = Path("loans.odcs.yaml").read_text()
    assert "# guess: target, by the name 'approved' and 2 different values. If it is not, take the role away.\n" in text
    assert "# guess: 'yes' is the outcome that counts as positive.\n" in text
    assert "# guess: personal data (e-mail address), by name and values." in text
    for word in ("purpose", "retentionDays", "lawfulBasis", "limitations"):
        assert word in text.split("schema:")[0]


def test_no_value_of_a_person_is_in_the_contract(folder):
    init("loans.csv")
    text = Path("loans.odcs.yaml").read_text()
    assert "@" not in text
    assert "emma" not in text.casefold()


def test_the_first_gate_passes(folder):
    init("loans.csv")
    run = gate(read_config(Path("assay.yaml"))).run
    assert run.exit_code == 0
    assert [r.key for r in run.results if r.status in (Status.FAILED, Status.ERROR)] == []


def test_the_gate_names_what_is_wrong_in_later_data(folder):
    init("loans.csv")
    later = people()
    later.loc[3, "gender"] = "femal"
    later.loc[[5, 6], "application_id"] = "a-00000"
    later.drop(columns="city").to_csv("loans.csv", index=False)
    run = gate(read_config(Path("assay.yaml"))).run
    failed = {(r.code, r.where.get("column", "")) for r in run.results if r.status is Status.FAILED}
    assert failed == {("D001", ""), ("D004", "gender"), ("D006", "application_id")}


def test_the_same_data_give_the_same_text(folder):
    init("loans.csv", Path("one"))
    init("loans.csv", Path("two"))
    for name in ("loans.odcs.yaml", "assay.yaml"):
        assert Path("one", name).read_text() == Path("two", name).read_text()
    assert read_config(Path("one/assay.yaml")).data == "../loans.csv"


@pytest.mark.parametrize("there", ["loans.odcs.yaml", "assay.yaml"])
def test_nothing_is_overwritten_and_nothing_half_written(there, folder):
    Path(there).write_text("mine")
    with pytest.raises(UsageError, match=f"{there} exists already, and nothing was written. Name another folder with --out"):
        init("loans.csv")
    assert Path(there).read_text() == "mine"
    assert sorted(p.name for p in folder.iterdir()) == sorted(["loans.csv", there])


def test_a_file_that_appears_in_the_meantime_is_kept_and_the_other_one_removed(folder, monkeypatch):
    monkeypatch.setattr("audit.verbs.init._refuse_existing", lambda *files: None)
    Path("assay.yaml").write_text("mine")
    with pytest.raises(UsageError, match=r"'assay.yaml' exists already, and nothing was written"):
        init("loans.csv")
    assert Path("assay.yaml").read_text() == "mine"
    assert not Path("loans.odcs.yaml").exists()


def test_a_folder_that_cannot_be_made(folder):
    with pytest.raises(DataError, match=r"cannot write .*nothing was written"):
        init("loans.csv", Path("loans.csv/inside"))


@pytest.mark.parametrize("header", [True, False])
def test_a_file_without_names_of_columns_is_refused_without_showing_its_rows(header, folder):
    frame = pd.DataFrame({"age": [39, 50, 38] * 50, "pay": [1.5, 2.5, 3.5] * 50, "sex": ["Male", "Female", "Male"] * 50})
    frame.to_csv("x.csv", index=False, header=header)
    if header:
        init("x.csv")
        return
    with pytest.raises(UsageError, match="looks like one more row, not like names of columns") as refused:
        init("x.csv")
    assert "Male" not in str(refused.value)
    assert "39" not in str(refused.value)
    assert not Path("assay.yaml").exists()


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("red,blue\n" + "red,green\ngreen,blue\n" * 60, True),
        ("colour,other\n" + "red,green\ngreen,blue\n" * 60, False),
        ("country,2019,2020\n" + "Chad,1,2\nMali,3,4\n" * 60, False),
        ("country,1,2\n" + "Chad,1,2\nMali,3,4\n" * 60, True),
        ("id,2\n" + "1,2\n3,4\n" * 60, False),
    ],
)
def test_names_that_are_values_and_names_that_only_look_so(text, refused, folder):
    Path("x.csv").write_text(text)
    if refused:
        with pytest.raises(UsageError, match="one more row"):
            init("x.csv")
    else:
        init("x.csv")


def test_codes_keep_their_leading_zeros(folder):
    pd.DataFrame({"code": [f"{i % 90:05d}" for i in range(300)], "n": range(300)}).to_csv("x.csv", index=False)
    init("x.csv")
    kinds = {c.name: c.logical_type for c in read_contract(Path("x.odcs.yaml")).columns}
    assert kinds == {"code": "string", "n": "integer"}


def test_a_target_may_be_a_quantity(folder):
    frame = people().drop(columns="approved").rename(columns={"amount": "y"})
    frame.to_csv("x.csv", index=False)
    (guess,) = [g for g in init("x.csv").draft.guesses if g.role == "target"]
    assert (guess.column, guess.quantity, guess.positive) == ("y", True, "")
    assert guess.evidence.startswith("the name 'y' and numbers, ")
    config = Path("assay.yaml").read_text()
    assert "#   target: y\n#   sensitive" in config  # no positive value
    assert "# training: {} needs a target of classes" in config


def test_no_guess_where_two_columns_would_do(folder):
    frame = people().rename(columns={"approved": "reject"})
    frame["accepted"] = frame["reject"].map({"yes": "no", "no": "yes"})
    frame["amount2"] = frame["amount"]
    frame.to_csv("x.csv", index=False)
    written = init("x.csv")
    assert "target" not in {g.role for g in written.draft.guesses}
    assert written.draft.undecided == ["which is the target, reject or accepted? Each would do"]
    assert "# decide: which is the target, reject or accepted? Each would do; give one of them the role.\n" in Path("x.odcs.yaml").read_text()


def test_a_table_about_things_gets_no_roles_of_persons(folder):
    rng = np.random.default_rng(1)
    shops = pd.DataFrame({"city": rng.choice(["Bonn", "Mainz"], 300), "colour": rng.choice(["black", "white"], 300), "price": rng.random(300)})
    shops.to_csv("x.csv", index=False)
    assert init("x.csv").draft.guesses == []


@pytest.mark.parametrize("kind", ["parquet", "json", "glob", "database"])
def test_every_kind_of_source(kind, folder):
    frame = people()
    Path("in").mkdir()
    if kind == "parquet":
        frame.to_parquet("in/loans.parquet")
        data, expected = "in/loans.parquet", "in/loans.parquet"
    elif kind == "json":
        frame.assign(applied_on=frame["applied_on"].astype(str)).to_json("in/loans.json", orient="records", lines=True)
        data, expected = "in/loans.json", "in/loans.json"
    elif kind == "glob":
        frame[:300].to_csv("in/loans-1.csv", index=False)
        frame[300:].to_csv("in/loans-2.csv", index=False)
        data, expected = "in/loans-*.csv", "in/loans-*.csv"
    else:
        with duckdb.connect("in/loans.db") as con:
            con.execute("CREATE TABLE loans AS SELECT * FROM 'loans.csv'")
        data, expected = "duckdb://in/loans.db#loans", "duckdb://in/loans.db#loans"
    written = init(data, Path("out"))
    assert written.contract == Path("out/loans.odcs.yaml")
    shown = yaml.safe_load(written.config.read_text())["data"]
    assert shown == (f"duckdb://../{expected.removeprefix('duckdb://')}" if kind == "database" else f"../{expected}")
    assert gate(read_config(written.config)).run.exit_code == 0


def test_data_that_are_not_there_or_empty(folder):
    with pytest.raises(DataError, match="there is no file"):
        init("none.csv")
    Path("x.csv").write_text("a,b\n")
    with pytest.raises(DataError, match=r"'x.csv' has no rows"):
        init("x.csv")
    assert not Path("assay.yaml").exists()


def test_the_command_says_what_comes_next(folder):
    done = CliRunner().invoke(app, ["init", "loans.csv"])
    assert (done.exit_code, done.stdout) == (0, "loans.odcs.yaml\nassay.yaml\n")
    assert "Guess: 'approved' is target, by the name 'approved' and 2 different values\n" in done.stderr
    assert done.stderr.endswith("Next: assay gate\n")
    again = CliRunner().invoke(app, ["init", "loans.csv", "--out", "sub", "--quiet"])
    assert (again.exit_code, again.stderr) == (0, "")


def test_the_command_for_machines(folder):
    done = CliRunner().invoke(app, ["init", "loans.csv", "--json"])
    record = json.loads(done.stdout)
    assert (record["contract"], record["rows"], record["columns"], record["key"]) == ("loans.odcs.yaml", ROWS, 10, "application_id")
    assert {"column": "approved", "role": "target", "evidence": "the name 'approved' and 2 different values", "positive": "yes"} in record["guesses"]
    assert done.stderr == ""


@pytest.mark.parametrize("sample", ["arrests/arrests.parquet", "loans/loans.parquet"])
def test_the_samples_pass_their_first_gate(sample, tmp_path):
    written = init(str(ROOT / "data" / sample), tmp_path)
    run = gate(read_config(written.config)).run
    assert [r.key for r in run.results if r.status in (Status.FAILED, Status.ERROR)] == []
    assert run.exit_code == 0
