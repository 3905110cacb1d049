"""Tables that break careless code, each with a contract and roles that switch on as many checks as possible."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from audit.core.contract import Column, Contract, Place, Relationship, Rule
from audit.core.limit import Limit

PLACE = Place("table.odcs.yaml", 7)


def people(n: int = 60, seed: int = 3) -> pd.DataFrame:
    """A small plain table with everything that roles can name."""
    rng = np.random.default_rng(seed)
    label = rng.integers(0, 2, n)
    score = np.clip(0.3 * label + 0.7 * rng.random(n), 0, 1)
    return pd.DataFrame(
        {
            "id": [f"P{i:04d}" for i in range(n)],
            "person": [f"E{i % (n // 2 or 1):03d}" for i in range(n)],
            "age": rng.integers(18, 80, n),
            "income": rng.lognormal(3, 1, n).round(2),
            "town": rng.choice(["Ashford", "Bree", "Combe"], n),
            "group": rng.choice(["a", "b", "c"], n),
            "when": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 700, n), unit="D"),
            "consented": rng.random(n) < 0.9,
            "consent_until": pd.Timestamp("2030-01-01"),
            "purposes": "research",
            "part": np.array(["train", "validation", "test"])[np.arange(n) % 3],
            "label": label,
            "prediction": (score > 0.5).astype(int),
            "score": score,
        }
    )


ROLES: dict[str, Any] = {
    "target": "label",
    "prediction": "prediction",
    "score": "score",
    "sensitive": ("group",),
    "entity": "person",
    "time": "when",
    "split": "part",
    "key": ("id",),
    "quasi_identifiers": ("age", "town"),
    "consent": "consented",
    "consent_until": "consent_until",
    "collected": "when",
    "purpose": "purposes",
}


def contract_for(names: dict[str, str]) -> Contract:
    """A contract with every kind of clause about the columns of :func:`people`, under the names they go by in a table."""
    at = names.get

    def column(name: str, kind: str, **rest: Any) -> Column:
        return Column(at(name, name), {"": 9}, "table.odcs.yaml", kind, **rest)

    def rule(**rest: Any) -> Rule:
        return Rule("library", PLACE, limit=Limit(high=0, source=str(PLACE)), **rest)

    def own(check: str, **parameters: Any) -> Rule:
        implementation = {"check": check, **parameters}
        return Rule("custom", PLACE, engine="assay", implementation=implementation, limit=Limit(source=str(PLACE)))

    quoted = {name: '"' + at(name, name).replace('"', '""') + '"' for name in ("age", "income")}
    ordered = own("D014", failing=f"{quoted['age']} < 18 or {quoted['income']} > {quoted['age']} * 1000")
    recent = own("D015", column=at("when", "when"), at_most=10, unit="years", as_of="2026-01-01")
    counted = Rule("sql", PLACE, query=f"SELECT COUNT({quoted['age']}) FROM {{object}}", limit=Limit(low=1, source=str(PLACE)))
    columns = (
        column("id", "string", required=True, primary_key=True, options={"pattern": "^P[0-9]+$", "minLength": 2, "maxLength": 9}),
        column("age", "integer", required=True, options={"minimum": 18, "maximum": 99}),
        column(
            "income", "number", options={"exclusiveMinimum": 0, "multipleOf": 0.01}, rules=(rule(metric="nullValues", column=at("income", "income")),)
        ),
        column("town", "string", enum=("Ashford", "Bree", "Combe"), unique=False),
        column("group", "string", required=True, custom={"groupReference": {"a": 0.4, "b": 0.3, "c": 0.3}, "groupReferenceSource": "made up"}),
        column("when", "timestamp", custom={"retentionDays": 3650}),
        column("label", "integer", rules=(rule(metric="invalidValues", arguments={"validValues": [0, 1]}, column=at("label", "label")),)),
    )
    return Contract(
        id="t", name="table", version="1.2.3", path="table.odcs.yaml", sha256="c0", table="table", columns=columns,
        rules=(Rule("library", PLACE, metric="rowCount", limit=Limit(low=1, source=str(PLACE))), ordered, recent, counted),
        relationships=(
            Relationship((at("person", "person"),), "table", (at("person", "person"),), PLACE),
            Relationship((at("town", "town"), at("group", "group")), "elsewhere", ("town", "group"), PLACE),
        ),
        custom={"purpose": "research", "retentionDays": 3650}, place=PLACE,
    )  # fmt: skip


@dataclass(frozen=True)
class Awkward:
    """A table, and the names its columns go by."""

    frame: pd.DataFrame
    names: dict[str, str] = field(default_factory=dict)

    @property
    def roles(self) -> dict[str, Any]:
        """The roles, under this table's names."""
        return {r: tuple(self.names.get(c, c) for c in v) if isinstance(v, tuple) else self.names.get(v, v) for r, v in ROLES.items()}


def _all_missing() -> pd.DataFrame:
    frame = people(20)
    for name in ("age", "income", "label", "prediction", "score"):
        frame[name] = np.nan
    for name in ("town", "group", "purposes", "person"):
        frame[name] = pd.Series([None] * 20, dtype="str")
    frame["consented"] = pd.Series([None] * 20, dtype="boolean")
    frame["when"] = pd.NaT
    return frame


def _strange_names() -> Awkward:
    strange = ['"quoted"', "a b", "tab\tand.dot", "größe", "年齢", "semi;colon", "it's", "100%", "a,b", "[x]", "{y}", "select", "=z", "~"]
    names = dict(zip(people(1).columns, strange, strict=True))
    return Awkward(people(60).rename(columns=names), names)


def tables() -> dict[str, Awkward]:
    """All awkward tables by name."""
    plain = people()
    infinite = people()
    infinite.loc[[1, 4, 9], "income"] = [np.inf, -np.inf, np.nan]
    infinite.loc[[2, 3], "score"] = [np.nan, 7.5]
    return {
        "plain": Awkward(plain),
        "one row": Awkward(people(1)),
        "empty": Awkward(plain.iloc[:0]),
        "all missing": Awkward(_all_missing()),
        "one group": Awkward(plain.assign(group="a")),
        "a group of one": Awkward(plain.assign(group=["b"] + ["a"] * 59)),
        "one class": Awkward(plain.assign(label=1)),
        "constant prediction": Awkward(plain.assign(prediction=0, score=0.25)),
        "duplicate index": Awkward(plain.set_index(pd.Index([0] * len(plain)))),
        "strange names": _strange_names(),
        "extra category": Awkward(plain.assign(group=np.where(np.arange(60) == 5, "Ωmega <script>", plain["group"]))),
        "infinite and missing": Awkward(infinite),
        "text labels": Awkward(plain.assign(label=plain["label"].map({0: "No", 1: "Yes"}), prediction=plain["prediction"].map({0: "No", 1: "Yes"}))),
        "boolean labels": Awkward(plain.assign(label=plain["label"] == 1, prediction=plain["prediction"] == 1)),
        "three classes": Awkward(plain.assign(label=np.arange(60) % 3, prediction=np.arange(60) % 3)),
        "a quantity": Awkward(plain.assign(label=plain["income"] * 10 + 0.5, prediction=plain["income"] * 9 + plain["age"])),
        "all rows equal": Awkward(pd.concat([plain.iloc[[0]]] * 40)),
    }
