from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.checks.near_duplicates.search import search
from audit.checks.quality.d021_near_duplicates import CLAUSE, NearDuplicates
from audit.contract.read import read_contract
from audit.core.check import ROW
from audit.core.errors import NotApplicable, UsageError
from audit.core.status import Status
from audit.engines.ask_engine import CheckAnswers
from tests.answers import findings, one, status, subject_of

ROWS = 1_200
LETTERS = np.array(list("abcdefghijklmnopqrstuvwxyz"))


def customers(rows: int = ROWS, seed: int = 5) -> pd.DataFrame:
    """A table of unrelated rows: a code, a name, numbers and categories."""
    rng = np.random.default_rng(seed)
    words = ["".join(rng.choice(LETTERS, 6)) + " " + "".join(rng.choice(LETTERS, 8)) for _ in range(rows)]
    return pd.DataFrame(
        {
            "code": [f"C{i:06d}" for i in rng.permutation(rows)],
            "name": words,
            "born": pd.Timestamp("1950-01-01") + pd.to_timedelta(rng.integers(0, 18_000, rows), unit="D"),
            "income": rng.lognormal(10, 0.6, rows).round(2),
            "height": rng.normal(170, 9, rows),
            "town": rng.choice(["Ashford", "Bree", "Combe", "Dale"], rows),
            "visits": rng.poisson(4, rows),
        }
    )


def with_twins(change) -> tuple[pd.DataFrame, list[int]]:
    """Append changed copies of 12 rows, each under a code of its own, and return where they are."""
    frame = customers()
    copies = frame.iloc[100:112].copy()
    copies["code"] = [f"X{i:06d}" for i in range(12)]
    return pd.concat([frame, change(copies)], ignore_index=True), list(range(ROWS, ROWS + 12))


def jittered(copies: pd.DataFrame) -> pd.DataFrame:
    return copies.assign(income=copies["income"] * 1.001, height=copies["height"] * 0.999)


def mistyped(copies: pd.DataFrame) -> pd.DataFrame:
    return copies.assign(name=copies["name"].str[:3] + "#" + copies["name"].str[4:])


def gapped(copies: pd.DataFrame) -> pd.DataFrame:
    copies = copies.assign(town=copies["town"].astype(object), income=copies["income"].astype(float))
    for i, label in enumerate(copies.index):
        copies.loc[label, "town" if i % 2 else "visits"] = None
        copies.loc[label, "income" if i % 3 else "name"] = None
    return copies


def together(copies: pd.DataFrame) -> pd.DataFrame:
    return gapped(mistyped(jittered(copies)))


def picked(found, subject, engine) -> list[int]:
    import ibis

    rows = subject.table.mutate(n=ibis.row_number(), bad=found.suspects[0].failing(subject.table)).filter(lambda t: t.bad)
    return sorted(int(v) for (v,) in engine.fetch(rows.select("n"))[1])


@pytest.mark.parametrize("change", [jittered, mistyped, gapped, together])
def test_changed_copies_are_found_and_nothing_else(change):
    frame, places = with_twins(change)
    subject, engine = subject_of(frame)
    found = findings(NearDuplicates(), subject, engine)
    assert picked(found, subject, engine) == places
    assert one(found, "suspect_rows").value == 12
    assert one(found, "near_duplicate_pairs").value == 12
    assert status(NearDuplicates(), found) is Status.WARNED
    assert found.message == (
        "12 of 1,212 rows (1.0 %) are nearly equal to an earlier row in 6 compared columns. Not compared, because every row has its own code: code."
    )
    pairs = {(row[0], row[1]) for row in found.exhibits[0].rows}
    assert pairs == {(ROWS + i, 100 + i) for i in range(12)}


def test_evidence_shows_how_columns_differ_and_no_value():
    frame, _ = with_twins(lambda copies: mistyped(jittered(copies)))
    subject, engine = subject_of(frame)
    found = findings(NearDuplicates(), subject, engine)
    told = found.exhibits[0].rows[0][3]
    assert told == "name by 1 letter, income by 0.1 % and height by 0.1 %"
    shown = str(found.exhibits) + found.message
    assert not any(str(value) in shown for value in frame.loc[100:111, "name"])
    assert not any(str(value) in shown for value in frame.loc[100:111, "income"])
    columns = {row[0]: row[1:] for row in found.exhibits[1].rows}
    assert columns["name"] == (0, 12, 0, 0, 0)
    assert columns["town"] == (12, 0, 0, 0, 0)


def test_a_copy_under_another_code_is_near_and_an_exact_copy_is_not():
    frame, places = with_twins(lambda copies: copies)
    subject, engine = subject_of(frame)
    assert picked(findings(NearDuplicates(), subject, engine), subject, engine) == places
    exact = pd.concat([customers(), customers().iloc[:40]], ignore_index=True)
    found = findings(NearDuplicates(), *subject_of(exact))
    assert one(found, "suspect_rows").value == 0
    assert status(NearDuplicates(), found) is Status.PASSED
    assert not found.suspects
    assert not found.proposal


def test_copies_of_a_copy_are_counted_each():
    frame, places = with_twins(jittered)
    frame = pd.concat([frame, frame.iloc[[places[0]] * 3]], ignore_index=True)
    subject, engine = subject_of(frame)
    found = findings(NearDuplicates(), subject, engine)
    assert picked(found, subject, engine) == [*places, ROWS + 12, ROWS + 13, ROWS + 14]
    assert one(found, "suspect_rows").value == 15
    assert one(found, "near_duplicate_pairs").value == 12


def test_rows_are_named_by_their_position_in_the_source_where_the_table_has_it():
    frame, _ = with_twins(jittered)
    frame[ROW] = np.arange(len(frame)) + 7
    found = findings(NearDuplicates(), *subject_of(frame))
    assert {row[0] for row in found.exhibits[0].rows} == {ROWS + 7 + i for i in range(12)}


def test_a_key_by_role_is_left_out():
    frame, places = with_twins(jittered)
    frame["code"] = frame["code"].str[-2:]
    subject, engine = subject_of(frame, key=("code",))
    found = findings(NearDuplicates(), subject, engine)
    assert picked(found, subject, engine) == places
    assert "code" not in [row[0] for row in found.exhibits[1].rows]


# --- silence -------------------------------------------------------------------------------------------------------------------------


def measured(frame: pd.DataFrame, **roles) -> tuple[int, str]:
    found = findings(NearDuplicates(), *subject_of(frame, **roles))
    return one(found, "suspect_rows").value, found.message


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.integers(20, 900), st.integers(2, 12))
def test_unrelated_rows_are_silent(seed, rows, width):
    rng = np.random.default_rng(seed)
    common = rng.normal(size=rows)
    kinds = [
        lambda: rng.normal(size=rows) + rng.uniform(0, 1) * common,
        lambda: rng.lognormal(0, 1, rows).round(1),
        lambda: rng.integers(0, rng.integers(2, 60), rows),
        lambda: rng.choice(list("abcdefgh"), rows),
        lambda: np.where(rng.random(rows) < 0.9, 0.0, rng.gamma(2, 2, rows)),
    ]
    frame = pd.DataFrame({f"c{i}": kinds[rng.integers(0, len(kinds))]() for i in range(width)})
    assert measured(frame)[0] == 0


@pytest.mark.parametrize("name", ["iris", "wine", "breast_cancer", "diabetes"])
def test_data_without_copies_are_silent(name):
    import sklearn.datasets

    assert measured(getattr(sklearn.datasets, f"load_{name}")(as_frame=True).frame)[0] == 0


def test_rows_of_few_categories_agree_by_chance():
    frame = pd.read_parquet(Path(__file__).parents[3] / "data" / "arrests" / "arrests.parquet")
    value, message = measured(frame)
    assert value == 0
    assert "columns say too little" in message


def test_a_series_is_like_itself_a_moment_ago():
    rng, n = np.random.default_rng(0), 3_000
    walk = pd.DataFrame({f"s{i}": np.cumsum(rng.normal(size=n)) for i in range(8)})
    assert measured(walk)[0] == 0
    time = np.arange(n)
    smooth = pd.DataFrame({f"s{i}": 10 * np.sin(2 * np.pi * time / (200 + 37 * i)) + 0.01 * rng.normal(size=n) for i in range(8)})
    assert measured(smooth)[0] == 0
    assert measured(smooth.sample(frac=1, random_state=1))[0] == 0


def test_visits_of_one_person_are_told_apart_by_what_changes():
    rng = np.random.default_rng(1)
    people = customers(2_000).drop(columns=["visits", "code"])
    panel = people.loc[np.repeat(np.arange(2_000), 2)].assign(visit=np.tile([1, 2], 2_000), pressure=rng.normal(120, 15, 4_000).round())
    value, message = measured(panel.sample(frac=1, random_state=2))
    assert value == 0
    assert "2,000 pairs of rows alike otherwise differ in visit" in message


def test_lines_of_one_invoice_share_what_hangs_together():
    rng = np.random.default_rng(2)
    price, invoice, item = rng.lognormal(2, 1, 400).round(2), np.sort(rng.integers(0, 800, 4_000)), rng.integers(0, 400, 4_000)
    customer = rng.integers(0, 200, 800)
    frame = pd.DataFrame(
        {
            "invoice": invoice + 536_365,
            "stock": item + 10_000,
            "name": [f"item {i * 7_919 % 9_973}" for i in item],
            "quantity": rng.geometric(0.2, 4_000),
            "price": price[item],
            "customer": customer[invoice],
            "country": np.where(customer[invoice] % 10 == 0, "FR", "UK"),
        }
    )
    assert measured(frame)[0] == 0


# --- declared ------------------------------------------------------------------------------------------------------------------------

HAND = pd.DataFrame(
    {
        "name": ["Anna Lind", "Anna Lindt", "Bo Ek", "Bo Ek", "Cy Dahl"],
        "size": [100.0, 101.0, 50.0, 60.0, None],
        "kind": ["a", "a", "b", "b", "c"],
    }
)


@pytest.mark.parametrize(
    ("bounds", "pairs"),
    [
        # 1 of 10 letters is wrong, and 101 is 0.99 % more than 100
        ({"tolerance": 0.01, "similarity": 0.9}, {(1, 0)}),
        ({"tolerance": 0.009, "similarity": 0.9}, set()),
        ({"tolerance": 0.01, "similarity": 0.95}, set()),
        ({"tolerance": 0.01, "similarity": 0.95, "differing": 1}, {(1, 0), (3, 2)}),
        ({"tolerance": 0.2, "similarity": 1.0}, {(3, 2)}),
        ({"columns": ("name", "kind"), "differing": 0}, {(3, 2)}),
        ({"ignore": ("size",), "similarity": 0.9}, {(1, 0), (3, 2)}),
    ],
)
def test_declared_bounds_by_hand(bounds, pairs):
    found = findings(NearDuplicates(clauses=("c.yaml:1",), **bounds), *subject_of(HAND))
    assert {(row[0], row[1]) for e in found.exhibits[:1] for row in e.rows} == pairs
    assert one(found, "suspect_rows").value == len(pairs)
    assert not found.proposal


CONTRACT = "apiVersion: v3.1.0\nkind: DataContract\nid: x\nversion: 1.0.0\nstatus: active\nschema:\n  - name: t\n    properties: [{name: name}]\n"


def test_the_proposed_clause_is_read_back_and_takes_the_place_of_the_search(tmp_path):
    (tmp_path / "x.odcs.yaml").write_text(CONTRACT + "".join(f"    {line}\n" for line in CLAUSE.splitlines()))
    contract = read_contract(tmp_path / "x.odcs.yaml")
    subject, _ = subject_of(HAND)
    (check,) = NearDuplicates.plan(subject, contract)
    assert check.clauses
    assert check.limit.blocking
    assert check == NearDuplicates(limit=check.limit, clauses=check.clauses)


@pytest.mark.parametrize("frame", [HAND.iloc[:0], HAND.iloc[:1], HAND[["name"]]])
def test_too_little_to_compare(frame):
    with pytest.raises(NotApplicable, match="at least two"):
        findings(NearDuplicates(), *subject_of(frame))


def test_unknown_columns_are_refused():
    with pytest.raises(UsageError, match="Did you mean 'name'"):
        findings(NearDuplicates(columns=("nmae",)), *subject_of(HAND))
    with pytest.raises(UsageError, match="Did you mean 'kind'"):
        findings(NearDuplicates(ignore=("knd",)), *subject_of(HAND))


def test_bounds_over_columns_that_tell_nothing_apart_are_not_evaluated():
    frame = pd.DataFrame({"a": [0, 1] * 500, "b": ["x", "y", "z", "w"] * 250})
    with pytest.raises(NotApplicable, match="tell too few rows apart"):
        findings(NearDuplicates(tolerance=0.1), *subject_of(frame))


def test_thousands_of_copies_of_one_row_are_one_row():
    frame, places = with_twins(jittered)
    frame = pd.concat([frame, frame.iloc[np.zeros(20_000, dtype=int)]], ignore_index=True)
    subject, engine = subject_of(frame)
    found = findings(NearDuplicates(), subject, engine)
    assert picked(found, subject, engine) == places


def test_restaurants_listed_by_two_guides(real_data):
    folder = real_data / "dup_fodors_zagats"
    fodors, zagats = pd.read_csv(folder / "fodors.csv"), pd.read_csv(folder / "zagats.csv")
    matches = pd.read_csv(folder / "match_fodors_zagats_more_attrs.csv")
    both = pd.concat([fodors, zagats], ignore_index=True)
    row = {("f", v): i for i, v in enumerate(fodors["id"])} | {("z", v): len(fodors) + i for i, v in enumerate(zagats["id"])}
    truth = {(row["f", f], row["z", z]) for f, z in zip(matches["fodors_id"], matches["zagats_id"], strict=True)}
    assert len(truth) == 112
    subject, engine = subject_of(both, key=("id",))
    asks = NearDuplicates().asks(subject)
    found = search(subject, CheckAnswers(asks, engine.prefetch(asks.values())), len(both), without=("id",))
    pairs = {(int(a), int(b)) for a, b in found.rows[found.verdict.near]}
    assert len(pairs & truth) / 112 > 0.85
    assert len(pairs & truth) / len(pairs) > 0.97
