import itertools

import numpy as np
import pandas as pd
import pytest

from audit.checks.near_duplicates.blocking import Token, hashes, keys_for, meetings, pairs_of, tally_of
from audit.checks.near_duplicates.columns import compared_columns, identity
from audit.checks.near_duplicates.comparison import compared, evidence
from audit.checks.near_duplicates.profile import learn, sampled
from audit.checks.near_duplicates.texts import Texts, words, written
from audit.core.ask import frame as frame_ask
from audit.core.errors import NotApplicable
from tests.answers import subject_of

ROWS = 2_000


def numbers(seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({f"f{i}": rng.normal(size=ROWS) for i in range(6)})
    frame["income"] = rng.lognormal(8, 1.5, ROWS)
    frame["kind"] = rng.choice(list("abcdefghijkl"), ROWS)
    frame["day"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 300, ROWS), unit="D")
    frame.loc[rng.random(ROWS) < 0.1, "f1"] = np.nan
    return frame


def learnt_from(frame):
    subject, engine = subject_of(frame)
    columns, _ = compared_columns(subject.table)
    return subject.table, engine, learn(engine.one(frame_ask(sampled(subject.table, columns, len(frame)))), columns)


def test_chances_of_agreement_by_hand():
    frame = pd.DataFrame({"kind": ["a"] * 3 + ["b"] * 2 + [None], "flag": [True, False] * 3})
    _, _, learnt = learnt_from(frame)
    # copies count once: rows 0 and 2 are equal, as are none of the others; of 10 pairs of 5 rows, 1 + 1 agree in kind
    kind = learnt.profiles[0]
    assert len(learnt.drawn) == 5
    assert kind.agree == pytest.approx((2 + 1) / 11)


def test_probability_of_closeness_is_that_of_the_density():
    rng = np.random.default_rng(1)
    _, _, learnt = learnt_from(pd.DataFrame({"x": rng.uniform(0, 10, 4_000), "y": rng.integers(0, 2, 4_000)}))
    # two uniform numbers on (0, 10) come closer than d with probability 2d/10, so 2 % are closer than 0.1
    assert learnt.profiles[0].reach == pytest.approx(0.1, rel=0.1)
    assert learnt.profiles[1].reach == 0
    assert learnt.profiles[1].bits == pytest.approx(1, abs=0.01)


def test_large_numbers_are_compared_relative_to_their_size():
    rng = np.random.default_rng(2)
    _, _, learnt = learnt_from(pd.DataFrame({"x": rng.lognormal(5, 2, 3_000), "y": rng.normal(size=3_000)}))
    income, plain = learnt.profiles
    assert income.scale > 0
    assert plain.scale == 0
    near, far = income.scaled(np.array([100.0, 101.0, 10_000.0, 10_100.0])).reshape(2, 2)
    assert near[1] - near[0] == pytest.approx(far[1] - far[0], rel=0.1)


def test_sql_and_numpy_weigh_alike():
    frame = numbers()
    frame.iloc[1_000:1_050] = frame.iloc[:50].assign(f0=lambda t: t["f0"] + 1e-4, income=lambda t: t["income"] * 1.001).to_numpy()
    frame = frame.astype({**{f"f{i}": float for i in range(6)}, "income": float})
    frame["day"] = pd.to_datetime(frame["day"])
    table, engine, learnt = learnt_from(frame)
    met = meetings(hashes(table, learnt.profiles, keys_for(learnt, ROWS)))
    pairs = engine.one(frame_ask(compared(table, pairs_of(met), learnt.profiles, -1e9, None, split=None)))
    assert len(pairs) > 100
    place = {int(row): i for i, row in enumerate(learnt.rows)}
    left, right = (np.array([place[int(v)] for v in pairs[side]]) for side in ("left", "right"))
    np.testing.assert_allclose(pairs["evidence"], evidence(learnt.profiles, left, right), rtol=1e-9, atol=1e-9)


def test_keys_of_the_first_round_share_no_column_and_tell_rows_apart():
    _, _, learnt = learnt_from(numbers())
    keys = keys_for(learnt, 50_000)
    first, second = ({t.column for t in key} for key in keys[:2])
    assert not first & second
    # strangers who meet under a key: 50,000² / 2 pairs, of which 5,000
    assert all(sum(t.bits for t in key) >= np.log2(50_000**2 / 2 / 5_000) for key in keys)


def test_shifted_grids_part_no_pair_in_every_key():
    # pairs a thousandth of a standard deviation apart in every column: each grid alone parts some of them
    rng = np.random.default_rng(4)
    base = rng.normal(size=(ROWS, 8))
    twins = base[:500] + rng.uniform(-1e-3, 1e-3, (500, 8))
    table, engine, learnt = learnt_from(pd.DataFrame(np.vstack([base, twins])).add_prefix("x"))
    met = meetings(hashes(table, learnt.profiles, keys_for(learnt, ROWS + 500)))
    names = [v for (v,) in engine.fetch(table.select(h=identity(table)))[1]]
    pairs = {frozenset(pair) for pair in engine.fetch(pairs_of(met).select("one", "other"))[1]}
    assert sum(frozenset((names[i], names[ROWS + i])) in pairs for i in range(500)) >= 495


def test_blocks_that_bring_too_many_pairs_are_left_out_and_counted(monkeypatch):
    import audit.checks.near_duplicates.blocking as blocking

    frame = pd.DataFrame({"a": [0] * 60 + [1, 1] + list(range(2, 400)), "b": np.arange(460)})
    table, engine, learnt = learnt_from(frame)
    key = (blocking.Token(0, "equal", np.zeros(1, dtype=np.int64), 0.5),)
    monkeypatch.setattr(blocking, "MOST_PAIRS", 100)
    met = meetings(hashes(table, learnt.profiles, [key]))
    names = [v for (v,) in engine.fetch(table.select(h=identity(table)))[1]]
    assert [set(pair) for pair in engine.fetch(pairs_of(met).select("one", "other"))[1]] == [{names[60], names[61]}]
    assert engine.fetch(tally_of(met))[1] == [(1, 60 * 59 // 2)]


def test_exact_copies_meet_others_once_and_each_other_never():
    # under the key a, rows 0, 1 and 3 meet, of which 1 and 3 are one row; rows 2 and 5 are exact copies, and no pair
    frame = pd.DataFrame({"a": [7, 7, 8, 7, 9, 8], "b": [0.5, 1.5, 2.5, 1.5, 3.5, 2.5]})
    table, engine, learnt = learnt_from(frame)
    one_of = [(Token(0, "equal", np.zeros(1, dtype=np.int64), 0.5),), (Token(1, "equal", np.zeros(1, dtype=np.int64), 0.5),)]
    met = meetings(hashes(table, learnt.profiles, one_of))
    names = [v for (v,) in engine.fetch(table.select(h=identity(table)))[1]]
    ((one, other, one_first, other_first),) = engine.fetch(pairs_of(met))[1]
    # row 0 has no copies, and the first of the copies of row 3 is row 1
    assert {one: one_first, other: other_first} == {names[0]: None, names[1]: 1}
    assert engine.fetch(tally_of(met))[1] == [(1, 0)]


def test_without_keys_all_rows_meet():
    table, engine, learnt = learnt_from(pd.DataFrame({"a": [1, 2, 3, 1], "b": [4, 5, 6, 4]}))
    met = meetings(hashes(table, learnt.profiles, []))
    assert len(engine.fetch(pairs_of(met))[1]) == 3


def test_the_first_of_exact_copies_stands_for_them():
    frame = numbers()
    frame.iloc[[900, 950]] = frame.iloc[[10, 10]].assign(f0=lambda t: t["f0"] + 1e-4).to_numpy()
    frame = frame.astype({**{f"f{i}": float for i in range(6)}, "income": float})
    frame["day"] = pd.to_datetime(frame["day"])
    table, engine, learnt = learnt_from(frame)
    met = meetings(hashes(table, learnt.profiles, keys_for(learnt, ROWS)))
    pairs = engine.one(frame_ask(compared(table, pairs_of(met), learnt.profiles, 30, None, split=None)))
    assert pairs[["left", "right"]].to_numpy().tolist() == [[10, 900]]


def test_spelling_is_learnt_from_pairs_of_different_rows():
    # of exact copies one is drawn, so no text is compared with that of its own copy
    names = [f"{w}{w[::-1]}" for w in ("anna", "bo", "cyril", "dee", "eli", "fay", "gil", "hal")]
    subject, engine = subject_of(pd.DataFrame({"name": names * 3, "x": list(range(8)) * 3}))
    columns, _ = compared_columns(subject.table)
    rows = engine.one(frame_ask(sampled(subject.table, columns, 24)))
    drawn = rows[rows["drawn"]]
    assert sorted(drawn["row"]) == list(range(8))
    assert drawn["e0"].notna().sum() == 7
    ordered = drawn.sort_values("identity")
    expected = [editing_distance(a, b) for a, b in itertools.pairwise(ordered["x0"])]
    assert ordered["e0"].dropna().tolist() == expected
    assert not rows.loc[~rows["drawn"], "a0"].any()


def editing_distance(a: str, b: str) -> int:
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row, before = [i], row
        for j, y in enumerate(b, 1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (x != y)))
    return row[-1]


def test_columns_without_room_are_named():
    subject, _ = subject_of(pd.DataFrame({f"c{i}": [1, 2] for i in range(103)}))
    columns, no_room = compared_columns(subject.table)
    assert len(columns) == 100
    assert no_room == ["c100", "c101", "c102"]


def test_nested_and_binary_columns_are_never_compared():
    subject, _ = subject_of(pd.DataFrame({"a": [[1], [2]], "b": [b"x", b"y"], "c": [1, 2], "d": [3, 4]}))
    assert [c.name for c in compared_columns(subject.table)[0]] == ["c", "d"]
    with pytest.raises(NotApplicable):
        compared_columns(subject.table, only=("a", "c"))


@pytest.mark.parametrize(
    ("left", "right", "edits", "same_words", "abbreviates"),
    [
        ("310/246-1501", "310-246-1501", 0, True, True),
        ("Hotel Bel-Air", "bel-air hotel", 0, True, True),
        ("arts deli", "arts delicatessen", 8, False, True),
        ("Grüße", "grüße", 0, True, True),
        ("zanna lind", "anna lind", 1, False, False),
        ("2450 broadway", "2450 broadway between 90th and 91st sts.", 26, False, True),
        ("abcd", "abce", 1, False, False),
        ("ny", "ny city", 5, False, False),
    ],
)
def test_texts_by_hand(left, right, edits, same_words, abbreviates):
    subject, engine = subject_of(pd.DataFrame({"l": [left], "r": [right]}))
    t = subject.table
    pair = Texts(written(t.l), words(t.l), written(t.r), words(t.r))
    answer = engine.fetch(t.select(e=pair.edits, s=pair.same_words, a=pair.abbreviates))[1]
    assert answer == [(edits, same_words, abbreviates)]


def test_a_very_long_text_is_compared_by_its_beginning():
    subject, engine = subject_of(pd.DataFrame({"l": ["a" * 1_000_000], "r": ["a" * 900_000]}))
    t = subject.table
    assert engine.fetch(t.select(e=Texts(written(t.l), words(t.l), written(t.r), words(t.r)).edits))[1] == [(0,)]


def test_texts_of_one_length_are_no_short_forms_of_each_other():
    rng = np.random.default_rng(5)
    codes = pd.DataFrame({"c": [f"{a:05d} {b:05d}" for a, b in rng.integers(0, 99_999, (600, 2))], "x": rng.normal(size=600)})
    _, _, learnt = learnt_from(codes)
    assert not learnt.profiles[0].abbreviates
    _, _, learnt = learnt_from(codes.assign(c=codes["c"] + np.where(codes["x"] > 0, " east", "")))
    assert learnt.profiles[0].abbreviates
