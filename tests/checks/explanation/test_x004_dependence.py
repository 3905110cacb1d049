"""X004 on functions whose courses are known by hand."""

import numpy as np
import pandas as pd
import pytest

from audit.checks.explanation.curve_wording import along, among
from audit.checks.explanation.x004_dependence import Dependence
from audit.core.exhibit import Kind
from audit.core.status import Status
from audit.core.subject import Model
from tests.answers import findings, one, status, subject_of

ROLES = {"target": "label", "positive": "yes", "prediction": "p", "key": ("row",)}


def crossed(a=range(5)):
    rows = [(x, town) for x in a for town in ("x", "y") for _ in range(10)]
    made = pd.DataFrame(rows, columns=["a", "town"]).assign(label="yes", p="yes")
    return made.assign(row=range(len(made)), label=np.where(np.arange(len(made)) % 2 == 0, "yes", "no"))


def found(frame, function, features=("a", "town"), **parameters):
    subject, engine = subject_of(frame, [Model("made", "p", "", function, features)], **ROLES)
    check = Dependence(**parameters)
    return check, findings(check, subject, engine)


def test_courses_of_a_sum():
    check, result = found(crossed(), lambda x: (0.1 + 0.1 * x["a"] + 0.2 * (x["town"] == "x")).to_numpy(dtype=float))
    # the mean of a is 2, and half of the rows are in x
    assert result.message.startswith(
        "By made, the chance of 'yes' rises from 20.0 % to 60.0 % as 'a' goes from 0 to 4; it is 30.0 % with 'town' = y and 50.0 % with x. "
        "Asked on 100 held-out rows."
    )
    where = {"model": "made", "feature": "a"}
    assert one(result, "partial_dependence_change", where).value == pytest.approx(0.4)
    assert one(result, "accumulated_effect", where).value == pytest.approx(0.4)
    assert one(result, "accumulated_effect", where).interval == pytest.approx((0.4, 0.4))
    assert one(result, "off_data_share", where).value == 0
    assert one(result, "interaction_move", {**where, "with": "town"}).value == pytest.approx(0, abs=1e-12)
    assert status(check, result) is Status.PASSED
    lines, bars = result.exhibits[:2]
    assert (lines.kind, bars.kind) == (Kind.LINES, Kind.BARS)
    assert lines.column("y")[:5] == pytest.approx([0.2, 0.3, 0.4, 0.5, 0.6])
    # the band holds the rows in x (0.1 more than the mean) and those in y
    assert (lines.column("low")[0], lines.column("high")[0]) == pytest.approx((0.1, 0.3))
    assert lines.column("y")[5:] == pytest.approx([0.2, 0.3, 0.4, 0.5, 0.6])
    assert dict(zip(bars.column("label"), bars.column("value"), strict=True)) == pytest.approx({"x": 0.5, "y": 0.3})


def test_columns_that_work_together_are_named_and_drawn():
    _, result = found(crossed(), lambda x: np.where(x["town"] == "x", 0.1 + 0.2 * x["a"], 0.5))
    assert "'a' and 'town' work together most" in result.message
    (heatmap,) = [e for e in result.exhibits if e.kind is Kind.HEATMAP]
    cells = {(r[0], r[1]): r[2] for r in heatmap.rows}
    cells |= {(y, x): v for (x, y), v in cells.items()}
    assert cells["4", "x"] == pytest.approx(0.9)
    assert cells["4", "y"] == pytest.approx(0.5)


def test_columns_that_go_together_are_told_and_read_locally():
    frame = crossed(range(20)).assign(b=lambda d: d["a"] * 3.0)
    _, result = found(frame, lambda x: (0.5 + 0.02 * (x["a"] - x["b"] / 3)).to_numpy(dtype=float), features=("a", "b"))
    assert one(result, "off_data_share", {"model": "made", "feature": "a"}).value == pytest.approx(7 / 8, abs=0.02)
    assert "'a' goes with 'b', so its course is read from rows near its own value." in result.message
    assert "goes with" in result.exhibits[0].note


@pytest.mark.parametrize(
    ("y", "said"),
    [
        ([0.1, 0.2, 0.3, 0.3, 0.3], "rises from 10.0 % to 30.0 % as 'c' goes from 0 to 4, flat above 2"),
        ([0.5, 0.5, 0.5, 0.2, 0.1], "falls from 50.0 % to 10.0 % as 'c' goes from 0 to 4, flat below 2"),
        ([0.1, 0.4, 0.9, 0.4, 0.1], "is lowest (10.0 %) where 'c' is 0 and highest (90.0 %) where it is 2"),
        ([0.1, 0.101, 0.1, 0.1, 0.1], "hardly moves with 'c' (by 0.1 points)"),
    ],
)
def test_a_course_in_words(y, said):
    assert along("c", range(5), y, "probability") == said


def test_categories_in_words():
    assert among("c", ["u", "v", "w"], [0.4, 0.9, 0.1], "probability") == "is 10.0 % with 'c' = w and 90.0 % with v"
    assert among("c", ["u", "v"], [-1.0, 2.5], "decision function") == "is -1.00 with 'c' = u and 2.50 with v"
