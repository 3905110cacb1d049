"""A check that found rows nobody declared sets them aside where its limit blocks: as many as its message counts, and those that were planted."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
import yaml

from audit.checks import discover
from audit.config import make_config
from audit.core.status import Status
from audit.run import GATE
from audit.verbs.gate import gate

N = 900
Planted = tuple[pd.DataFrame, dict[str, object], set[int] | None]


def plain(seed: int = 3) -> pd.DataFrame:
    """Unrelated rows in which there is nothing to find."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "number": np.arange(N) + 10_000,
            "weight": rng.normal(75, 12, N),
            "pressure": rng.normal(120, 15, N),
            "cost": rng.lognormal(6, 1, N).round(2),
            "ward": rng.choice(["Ashford", "Bree", "Combe", "Dover"], N),
            "ill": rng.integers(0, 2, N),
            "part": np.array(["train", "train", "test"])[np.arange(N) % 3],
        }
    )


def replaced(column: str, **values: object) -> pd.DataFrame:
    frame = plain()
    frame[column] = frame[column].astype(object)
    for row, value in values.items():
        frame.loc[int(row[1:]), column] = value
    return frame


def copied(frame: pd.DataFrame, pairs: dict[int, int]) -> pd.DataFrame:
    for source, place in pairs.items():
        frame.loc[place, ["weight", "pressure", "cost"]] = frame.loc[source, ["weight", "pressure", "cost"]] * 1.0005
        frame.loc[place, ["ward", "ill"]] = frame.loc[source, ["ward", "ill"]]
    return frame


def words_for_missing() -> Planted:
    return replaced("ward", r7="N/A", r8="unknown", r400="N/A"), {}, {7, 8, 400}


def broken_dependency() -> Planted:
    frame = plain()
    zips = np.random.default_rng(1).integers(0, 40, N)
    frame["zip"], frame["town"] = 10_000 + zips, np.array(["Esher", "Frome", "Goole", "Hull", "Ilkley", "Jarrow"])[zips % 6]
    frame.loc[[3, 77], "town"] = ["Esker", "Froome"]
    return frame, {}, {3, 77}


def words_among_numbers() -> Planted:
    frame = plain()
    frame["weight"] = frame["weight"].round(1).astype(str)
    frame.loc[[5, 6], "weight"] = ["heavy", "as before"]
    return frame, {}, {5, 6}


def spellings() -> Planted:
    return replaced("ward", r9="ashford", r10="Brée", r11="Ashfrod"), {}, {9, 10, 11}


def constant_column() -> Planted:
    return plain().assign(source="registry"), {}, set(range(N))


def frozen_series() -> Planted:
    frame = plain().assign(at=np.arange(N))
    frame.loc[200:240, "weight"] = 71.5
    return frame, {"time": "at"}, set(range(200, 241))


def far_outside() -> Planted:
    return replaced("weight", r12=75_000.0, r13=-9_000.0).astype({"weight": float}), {}, {12, 13}


def near_copies() -> Planted:
    return copied(plain(), {100: 502, 101: 503, 102: 705}), {"key": ["number"]}, {502, 503, 705}


def near_copies_between_splits() -> Planted:
    # rows 0 and 1 of three are for training, row 2 for testing
    return copied(plain(), {0: 302, 1: 305, 3: 308}), {"split": "part", "target": "ill", "key": ["number"]}, {302, 305, 308}


def torn_labels() -> Planted:
    frame = plain()
    features = ["weight", "pressure", "cost", "ward", "part"]
    for one, other in ((20, 820), (21, 821), (22, 822)):
        frame.loc[other, features] = frame.loc[one, features]
        frame.loc[[one, other], "ill"] = [0, 1]
    return frame, {"target": "ill", "key": ["number"]}, {20, 21, 22, 820, 821, 822}


def turned_labels() -> Planted:
    """A score that is the true chance, and one label of ten turned."""
    rng = np.random.default_rng(0)
    score = 1 / (1 + np.exp(-rng.normal(0, 5, 3_000)))
    label = (rng.random(3_000) < score).astype(int)
    turned = rng.random(3_000) < 0.1
    frame = pd.DataFrame({"number": np.arange(3_000), "part": "test", "score": score, "ill": np.where(turned, 1 - label, label)})
    return frame, {"target": "ill", "score": "score", "split": "part", "key": ["number"]}, None


def special_category() -> Planted:
    frame = plain().assign(religion="none")
    frame.loc[:99, "religion"] = None
    frame.loc[100:, "religion"] = np.array(["christian", "muslim", "jewish", "none"])[np.arange(N - 100) % 4]
    return frame, {"target": "ill"}, set(range(100, N))


def proxy() -> Planted:
    frame = plain().assign(sex=np.where(np.arange(N) % 2, "f", "m"))
    frame["locker"] = np.where(np.arange(N) % 2, 1.5, 2.5)
    frame.loc[:9, "locker"] = np.nan
    return frame, {"sensitive": ["sex"]}, set(range(10, N))


PLANTED: dict[str, Callable[[], Planted]] = {
    "D010": words_for_missing,
    "D016": broken_dependency,
    "D017": words_among_numbers,
    "D018": spellings,
    "D019": constant_column,
    "D019 in time": frozen_series,
    "D020": far_outside,
    "D021": near_copies,
    "L003": near_copies_between_splits,
    "L007": torn_labels,
    "L008": turned_labels,
    "P008": special_category,
    "P009": proxy,
}
#: Checks that look for what nobody declared and find columns or groups, no rows.
ABOUT_NO_ROW = {"B005", "L005", "L006", "P001"}


def test_every_check_that_finds_rows_is_here() -> None:
    seeking = {code for code, check in discover().items() if check.seeks and check.family in GATE}
    assert seeking == {name[:4] for name in PLANTED} | ABOUT_NO_ROW


@pytest.mark.parametrize("kind", ["parquet", "csv without a key"])
@pytest.mark.parametrize("name", PLANTED)
def test_as_many_rows_are_set_aside_as_the_message_counts(tmp_path: Path, name: str, kind: str) -> None:
    code = name[:4]
    frame, roles, planted = PLANTED[name]()
    if "without" in kind:
        # a row is then known by all its columns, and must be even where it has a number beside them
        kind, roles = "csv", {r: c for r, c in roles.items() if r != "key"}
        frame = frame if code == "L008" else frame.drop(columns="number")
    getattr(frame, f"to_{kind}")(tmp_path / f"t.{kind}", index=False)
    others = [c for c, check in discover().items() if check.family in GATE and c not in (code, "B007")]
    audit = {"skip": others, "limits": {code: {"blocking": True}}}
    done = gate(
        make_config({"data": f"t.{kind}", "roles": roles, "audit": audit, "gate": {"clean": True}, "report": {"formats": ["json"]}}, tmp_path)
    )
    (found,) = [r for r in done.run.results if r.code == code]
    assert found.status is Status.FAILED, found.message
    counted = {(m.where.get("column"), m.where.get("what")): m.value for m in found.measurements if m.name == found.judged}
    quarantine = done.folder / "quarantine.parquet"
    told = duckdb.sql(
        f"SELECT assay_row, unnest(assay_codes) AS code, unnest(assay_columns) AS col, unnest(assay_reasons) AS why FROM '{quarantine}'"
    ).df()
    assert set(told["code"]) == {code}
    for (column, what), rows in counted.items():
        mine = told if what is None else told[told["why"] == f"{column}: {what}"]
        assert mine["assay_row"].nunique() == len(mine) == rows, (column, what)
        assert f"{int(rows):,}" in found.message or len(counted) > 1 or code.startswith("P") or name == "D019"
    assert len(told) == sum(counted.values())
    if planted is not None:
        assert set(told["assay_row"]) == planted
    kept = duckdb.sql(f"SELECT count(*) FROM '{done.folder / 'clean.parquet'}'").fetchall()
    assert kept == [(len(frame) - told["assay_row"].nunique(),)]


RULES = {
    "D016": ("broken_dependency", {"check": "D016", "determinant": ["zip"], "dependent": ["town"]}, {3, 77}),
    "D019": ("frozen_series", {"check": "D019", "column": "weight", "longest_run": 20}, set(range(200, 241))),
    "D020": ("far_outside", {"check": "D020", "column": "weight"}, {12, 13}),
    "D021": ("near_copies", {"check": "D021"}, {502, 503, 705}),
    "D010": ("words_for_missing", {"check": "D010"}, {7, 8, 400}),
    "L007": ("torn_labels", {"check": "L007"}, {20, 21, 22, 820, 821, 822}),
}


@pytest.mark.parametrize("code", RULES)
def test_a_rule_of_the_contract_blocks_by_itself(tmp_path: Path, code: str) -> None:
    made, implementation, planted = RULES[code]
    frame, roles, _ = globals()[made]()
    frame.to_parquet(tmp_path / "t.parquet")
    rule = {"type": "custom", "engine": "assay", "implementation": implementation, "mustBe": 0, "severity": "error"}
    head = {"apiVersion": "v3.1.0", "kind": "DataContract", "id": "x", "version": "1.0.0", "status": "active"}
    (tmp_path / "t.odcs.yaml").write_text(yaml.safe_dump({**head, "schema": [{"name": "t", "quality": [rule], "properties": [{"name": "number"}]}]}))
    done = gate(make_config({"data": "t.parquet", "contract": "t.odcs.yaml", "roles": roles, "report": {"formats": ["json"]}}, tmp_path))
    failed = [r for r in done.run.results if r.status is Status.FAILED]
    assert [r.code for r in failed] == [code], [(r.code, r.message) for r in done.run.results if r.code == code]
    rows = duckdb.sql(f"SELECT assay_row FROM '{done.folder / 'quarantine.parquet'}' WHERE list_contains(assay_codes, '{code}')").fetchall()
    assert {row for (row,) in rows} == planted
