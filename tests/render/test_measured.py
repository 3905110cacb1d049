from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.result import Result
from audit.core.status import Status
from audit.render.measured import SHOWN, measured, methods


def result(*measurements, **options):
    return Result("Q001", "t", "quality", Status.PASSED, "", measurements=measurements, **options)


def test_columns_that_would_be_empty_are_left_out():
    table = measured(result(Measurement("row_count", 12, "rows")))
    assert (table.heads, table.rows) == (["Measured", "Value"], [["row count", "12 rows"]])


def test_one_level_stands_in_the_heading_and_several_with_their_intervals():
    one = Measurement("recall", 0.5, "share", n=10, interval=(0.2, 0.8), level=0.95)
    two = Measurement("roc_auc", 0.7, "", interval=(0.6, 0.8), level=0.99)
    assert measured(result(one)).heads == ["Measured", "Value", "95 % interval", "Rows"]
    assert measured(result(one)).rows == [["recall", "50.0 %", "20.0 to 80.0 %", "10"]]
    assert [row[2] for row in measured(result(one, two)).rows] == ["20.0 to 80.0 % (95 %)", "0.600 to 0.800 (99 %)"]


def test_what_is_judged_is_marked():
    pair = (Measurement("a", 1), Measurement("b", 2))
    assert measured(result(*pair, judged="b", limit=Limit(high=3))).marked == {1}
    assert measured(result(*pair, judged="b", limit=Limit(high=3, measurement="a"))).marked == {0}
    assert measured(result(*pair, judged="b")).marked == frozenset()


def test_the_place_of_the_result_is_not_repeated():
    here, there = Measurement("a", 1, where={"column": "x"}), Measurement("a", 2, where={"column": "x", "sex": "F"})
    assert measured(result(here, where={"column": "x"})).heads == ["Measured", "Value"]
    assert [row[1] for row in measured(result(here, there, where={"column": "x"})).rows] == ["", "column = x, sex = F"]


def test_methods_are_grouped():
    rows = [Measurement("a_b", 1, method="wilson"), Measurement("a_b", 1, method="wilson"), Measurement("c", 1, method="wilson"), Measurement("d", 1)]
    assert methods(result(*rows)) == [("a b and c", "wilson")]


def test_long_lists_say_what_they_leave_out():
    table = measured(result(*[Measurement("a", i) for i in range(SHOWN + 5)]))
    assert (len(table.rows), table.left_out) == (SHOWN, 5)


def test_not_estimable_is_said():
    assert measured(result(Measurement("a", None, "share", n=0))).rows == [["a", "not estimable", "0"]]
