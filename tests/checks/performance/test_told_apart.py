import pandas as pd
import pytest

from audit.checks.performance.told_apart import half, spread_sample
from audit.engines.ask_engine import AskEngine
from audit.engines.sources import frame_table

FRAME = pd.DataFrame({"town": ["Bree"] * 700 + ["Combe"] * 300})


def fetched(table):
    return AskEngine(table.get_backend()).fetch_frame(table)


def test_equal_rows_do_not_stay_together():
    table = frame_table(FRAME)
    taken = fetched(spread_sample(table, 200, ()))["town"]
    assert len(taken) == 200
    assert (taken == "Bree").mean() == pytest.approx(0.7, abs=0.1)
    first, second = (fetched(half(table, (), second=side)) for side in (False, True))
    assert len(first) + len(second) == 1_000
    assert len(first) == pytest.approx(500, abs=60)
    assert (first["town"] == "Bree").mean() == pytest.approx(0.7, abs=0.08)


def test_the_order_of_the_rows_makes_no_difference():
    shuffled = FRAME.sample(frac=1, random_state=3)
    one, other = (fetched(spread_sample(frame_table(f), 100, ()))["town"].tolist() for f in (FRAME, shuffled))
    assert one == other


def test_a_key_is_enough():
    table = frame_table(FRAME.assign(id=range(1_000)))
    first, second = (set(fetched(half(table, ("id",), second=side))["id"]) for side in (False, True))
    assert not first & second
    assert len(first | second) == 1_000
