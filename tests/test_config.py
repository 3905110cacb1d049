"""The config: every key, its default, and what is wrong with what is not one."""

from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel

from audit.config import Config, make_config, read_config
from audit.core.errors import DataError, UsageError
from audit.render import FORMATS

#: Every key with a value other than its default.
EVERYTHING = """\
project: my project
data: orders.parquet
contract: orders.odcs.yaml
table: orders
tables: {people: people.csv}
roles:
  target: y
  positive: 1
  prediction: p
  score: s
  task: classification
  champion: old_p
  champion_score: old_s
  sensitive: [sex, race]
  bins: {age: [25, 45]}
  entity: person
  time: day
  split: part
  weight: w
  key: [id]
  quasi_identifiers: [zip]
  consent: agreed
  consent_until: until
  collected: since
  purpose: why
  lawful_basis: ground
split: {train: 0.5, validation: 0.25, test: 0.25, seed: 0}
training:
  candidates: [torch_mlp]
  metric: accuracy
  features: [a, b]
  exclude: [c]
  mitigate: {method: threshold_optimizer, constraint: equalized_odds, sensitive: sex}
  max_epochs: 3
audit:
  policy: strict
  limits:
    F001: {low: -0.5, high: 0.1, blocking: true, reason: agreed}
  skip: [S001]
  champion: last
  declared_only: true
  fail_on: never
gate: {clean: true}
gx: {context: great_expectations}
report: {formats: [json], folder: out}
"""


def config(**document) -> Config:
    return make_config({"data": "x.csv", **document})


def read(text: str, folder: Path) -> Config:
    path = folder / "assay.yaml"
    path.write_text(text, encoding="utf-8")
    return read_config(path)


def fields_set(model: BaseModel, prefix: str = ""):
    """Yield every key of every section with whether it was written."""
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        if field.exclude:
            continue
        inner = list(value.values()) if isinstance(value, dict) else [value]
        if inner and isinstance(inner[0], BaseModel):
            yield from fields_set(inner[0], f"{prefix}{name}.")
        yield f"{prefix}{name}", name in model.model_fields_set


def test_every_key_is_read(tmp_path):
    made = read(EVERYTHING, tmp_path)
    assert [key for key, written in fields_set(made) if not written] == []
    document = yaml.safe_load(EVERYTHING)
    document["roles"]["positive"] = "1"
    assert made.model_dump() == document
    assert (made.base, made.reports, made.seed) == (tmp_path, tmp_path / "out", 0)


def test_only_data_is_needed(tmp_path):
    made = read("data: x.csv\n", tmp_path)
    assert (made.project, made.contract, made.table, made.training) == ("assay", None, None, None)
    assert (made.split.train, made.split.validation, made.split.test, made.seed) == (0.70, 0.15, 0.15, 7)
    assert (made.audit.policy, made.audit.fail_on, made.audit.limits, made.audit.skip) == ("default", "failed", {}, [])
    assert (made.report.formats, made.reports) == (["html", "json", "junit", "markdown", "sarif"], tmp_path / "reports")
    assert made.roles.model_dump(exclude_defaults=True) == {}


def test_an_empty_training_section_trains_the_defaults(tmp_path):
    made = read("data: x.csv\ntraining: {}\n", tmp_path)
    assert made.training is not None
    assert made.training.candidates == ["logistic_regression", "hist_gradient_boosting", "torch_mlp"]
    assert (made.training.metric, made.training.max_epochs, made.training.mitigate) == ("roc_auc", 100, None)


@pytest.mark.parametrize(("written", "text"), [("1", "1"), ("0", "0"), ('"Yes"', "Yes"), ("1.5", "1.5"), ("true", "True")])
def test_the_positive_value_is_kept_as_text(written, text, tmp_path):
    assert read(f"data: x\nroles: {{positive: {written}}}\n", tmp_path).roles.positive == text


UNKNOWN = [
    ("dta: x\ndata: x\n", 1, "dta", "Did you mean 'data'?"),
    ("data: x\nroles: {tarket: y}\n", 2, "roles.tarket", "Did you mean 'target'?"),
    ("data: x\nsplit:\n  train: 0.7\n  sead: 3\n", 4, "split.sead", "Did you mean 'seed'?"),
    ("data: x\ntraining:\n  candidate: [a]\n", 3, "training.candidate", "Did you mean 'candidates'?"),
    ("data: x\ntraining:\n  mitigate:\n    constrain: x\n", 4, "training.mitigate.constrain", "Did you mean 'constraint'?"),
    ("data: x\naudit:\n  limit: {}\n", 3, "audit.limit", "Did you mean 'limits'?"),
    ("data: x\naudit:\n  limits:\n    F001:\n      hihg: 1\n", 5, "audit.limits.F001.hihg", "Did you mean 'high'?"),
    ("data: x\nreport: {format: [json]}\n", 2, "report.format", "Did you mean 'formats'?"),
    ("data: x\nbase: /etc\n", 2, "base", "Known: audit, contract, data"),
    ("data: x\nmonitor: {}\n", 2, "monitor", ""),
]


@pytest.mark.parametrize(("text", "line", "key", "hint"), UNKNOWN)
def test_unknown_keys_are_named_with_their_line_and_the_nearest_known_one(text, line, key, hint, tmp_path):
    with pytest.raises(UsageError) as refused:
        read(text, tmp_path)
    assert str(refused.value).startswith(f"assay.yaml:{line}: unknown key '{key}'. {hint}")


def test_all_faults_are_told_at_once(tmp_path):
    with pytest.raises(UsageError) as refused:
        read("dta: x\nsplit: {seed: -1}\n", tmp_path)
    assert sorted(str(refused.value).splitlines()) == [
        "assay.yaml:1: 'data' is missing",
        "assay.yaml:1: unknown key 'dta'. Did you mean 'data'?",
        "assay.yaml:2: 'split.seed': Input should be greater than or equal to 0; got -1",
    ]


@pytest.mark.parametrize(
    "split",
    [
        {"train": 0.8},
        {"train": 0.7, "validation": 0.3, "test": 0},
        {"train": 1.0},
        {"train": -0.1, "validation": 0.6, "test": 0.5},
        {"train": float("nan")},
        {"train": float("inf")},
        {"train": "most"},
        {"train": 70, "validation": 15, "test": 15},
        {"seed": -1},
        {"seed": 1.5},
        {"seed": True},
        {"seed": "7"},
        [0.7, 0.15, 0.15],
    ],
)
def test_absurd_splits(split):
    with pytest.raises(UsageError, match="the config: 'split"):
        config(split=split)


def test_shares_must_add_up_to_one_but_for_rounding():
    with pytest.raises(UsageError, match=r"must add up to 1; they add up to 0.9"):
        config(split={"train": 0.6})
    third = 1 / 3
    assert config(split={"train": third, "validation": third, "test": third}).split.test == third


@pytest.mark.parametrize(
    ("section", "where"),
    [
        ({"data": ""}, "data"),
        ({"data": None}, "data"),
        ({"data": ["a", "b"]}, "data"),
        ({"project": "../x"}, "project"),
        ({"project": "a/b"}, "project"),
        ({"project": ""}, "project"),
        ({"project": ".hidden"}, "project"),
        ({"contract": ""}, "contract"),
        ({"roles": ["y"]}, "roles"),
        ({"roles": {"sensitive": "sex"}}, "roles.sensitive"),
        ({"roles": {"target": ["y"]}}, "roles.target"),
        ({"training": {"candidates": []}}, "training.candidates"),
        ({"training": {"max_epochs": 0}}, "training.max_epochs"),
        ({"training": {"max_epochs": True}}, "training.max_epochs"),
        ({"training": {"mitigate": {"constraint": "fairness"}}}, "training.mitigate.constraint"),
        ({"audit": {"limits": {"F001": 0.1}}}, "audit.limits.F001"),
        ({"audit": {"limits": {"F001": {"high": float("nan")}}}}, "audit.limits.F001.high"),
        ({"audit": {"limits": {"F001": {"high": True}}}}, "audit.limits.F001.high"),
        ({"audit": {"limits": {"F001": {"high": "0.1"}}}}, "audit.limits.F001.high"),
        ({"audit": {"limits": {"F001": {"low": 2, "high": 1}}}}, "audit.limits.F001"),
        ({"audit": {"skip": "D001"}}, "audit.skip"),
        ({"audit": {"fail_on": "warning"}}, "audit.fail_on"),
        ({"report": {"formats": ["pdf"]}}, "report.formats.0"),
        ({"report": {"folder": None}}, "report.folder"),
    ],
)
def test_wrong_values(section, where):
    with pytest.raises(UsageError, match=f"the config: '{where}': ") as refused:
        config(**section)
    assert "; got " in str(refused.value)


def test_whole_numbers_are_limits_too():
    assert config(audit={"limits": {"D008": {"low": 100, "high": 100}}}).audit.limits["D008"].low == 100


def test_a_wrong_value_names_its_line(tmp_path):
    with pytest.raises(UsageError, match=r"assay.yaml:3: 'audit.fail_on'.*'never'; got 'warning'"):
        read("data: x\naudit:\n  fail_on: warning\n", tmp_path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "assay.yaml is empty or no mapping. Expected at least 'data: FILE'"),
        ("- data\n", "is empty or no mapping"),
        ("data: [\n", "assay.yaml:2 is not valid YAML"),
        ("data: x\ndata: y\n", "assay.yaml:2: the key 'data' was already written on line 1"),
        ("roles: {}\n", "assay.yaml:1: 'data' is missing"),
    ],
)
def test_files_that_are_no_config(text, words, tmp_path):
    with pytest.raises(UsageError, match=words):
        read(text, tmp_path)


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(UsageError, match=r"there is no config .*nowhere.yaml'. Name one, or give --data and --contract"):
        read_config(tmp_path / "nowhere.yaml")
    (tmp_path / "latin.yaml").write_bytes("data: größe".encode("latin-1"))
    with pytest.raises(UsageError, match=r"is not UTF-8 \(byte 8\)"):
        read_config(tmp_path / "latin.yaml")
    with pytest.raises(DataError, match="cannot read the config"):
        read_config(tmp_path)


def test_formats_are_those_there_are():
    assert config(report={"formats": list(FORMATS)}).report.formats == list(FORMATS)
    with pytest.raises(UsageError, match=r"there is no format 'sarf'. Did you mean 'sarif'\?"):
        config(report={"formats": ["json", "sarf"]})


def test_a_config_knows_its_file_and_takes_no_other_for_it(tmp_path):
    assert read("data: x.csv\n", tmp_path).file == tmp_path / "assay.yaml"
    with pytest.raises(UsageError, match="unknown key 'file'"):
        read("data: x.csv\nfile: y\n", tmp_path)


def test_a_config_cannot_be_changed():
    with pytest.raises(ValueError, match="frozen"):
        config().audit.fail_on = "never"
