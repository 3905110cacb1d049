"""Whether a target is of classes or a quantity: by its values, by those of the predictions, or as declared."""

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from audit.checks import discover
from audit.core.contract import Contract
from audit.core.errors import NotApplicable, UsageError
from audit.core.roles import CLASSIFICATION, REGRESSION
from tests.answers import findings, subject_of

MANY = list(range(101))
ROWS = np.arange(300)


def task(values: Any, predictions: Any = None, **roles: Any) -> str:
    frame = pd.DataFrame({"y": values})
    if predictions is not None:
        frame["p"] = predictions
        roles["prediction"] = "p"
    subject, _ = subject_of(frame, target="y", **roles)
    return REGRESSION if subject.is_quantity else CLASSIFICATION


@pytest.mark.parametrize(
    ("values", "predictions", "expected"),
    [
        (MANY, None, REGRESSION),
        (MANY[:100], None, CLASSIFICATION),
        (MANY * 3, MANY * 3, REGRESSION),
        ([float(v) for v in range(50)], None, CLASSIFICATION),  # whole numbers kept as decimals, as gaps make them
        ([1.5, 2.0, 3.0], None, REGRESSION),
        ([0.5, 1.5, 0.5], None, CLASSIFICATION),  # two values are two classes
        ([1, 2, 3, 4, 5], [1, 2, 3, 4, 5], CLASSIFICATION),
        ([1, 2, 3, 4, 5], [1.2, 2.0, 3.1, 4.0, 5.0], REGRESSION),  # stars, predicted with decimals
        ([0, 1, 0, 1], [0.2, 0.7, 0.1, 0.9], CLASSIFICATION),  # a score under the name of a prediction
        ([0, 1, 2, 3], ["0", "1", "2", "3"], CLASSIFICATION),
        ([str(v) for v in MANY], None, CLASSIFICATION),
        ([Decimal("1.25"), Decimal("2.50"), Decimal("3.75")], None, REGRESSION),
        ([1.0, 2.0, np.inf, np.nan], None, CLASSIFICATION),
        ([True, False, True], None, CLASSIFICATION),
        ([np.nan, np.nan], None, CLASSIFICATION),
    ],
)
def test_values_tell(values: Any, predictions: Any, expected: str) -> None:
    assert task(values, predictions) == expected


def test_what_is_declared_wins() -> None:
    assert task([1, 2, 3], task=REGRESSION) == REGRESSION
    assert task(MANY, task=CLASSIFICATION) == CLASSIFICATION
    assert task([0.5, 1.0, 1.5], positive="1.5") == CLASSIFICATION


def test_far_more_values_than_classes_may_have_are_not_counted_one_by_one() -> None:
    subject, engine = subject_of(pd.DataFrame({"y": np.arange(5_000.0)}), target="y")
    assert subject.is_quantity
    assert not any("SELECT DISTINCT" in query.upper() for query in engine.queries)


@pytest.mark.parametrize(
    ("values", "roles", "words"),
    [
        (["a", "b"], {"task": REGRESSION}, "is of type string; expected numbers"),
        ([True, False], {"task": REGRESSION}, "is of type boolean; expected numbers"),
        ([1, 2], {"task": REGRESSION, "positive": "2"}, "a quantity has no positive value"),
    ],
)
def test_a_quantity_needs_numbers_and_no_positive_value(values: Any, roles: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError) as refused:
        task(values, **roles)
    assert words in str(refused.value)


def test_each_side_says_why_it_does_not_apply_and_what_to_declare() -> None:
    quantity, _ = subject_of(pd.DataFrame({"y": MANY}), target="y")
    with pytest.raises(NotApplicable, match=r"the target 'y' is a quantity; M007 and F016 .* 'roles: task: classification'"):
        quantity.need_classes()
    with pytest.raises(NotApplicable, match="the target 'y' is a quantity"):
        quantity.is_positive(quantity.table["y"])
    stars, _ = subject_of(pd.DataFrame({"y": [1, 2, 3]}), target="y")
    with pytest.raises(NotApplicable, match=r"the target 'y' is of classes\. If its numbers are a quantity, say so under 'roles: task: regression'"):
        stars.need_quantity()
    words, _ = subject_of(pd.DataFrame({"y": ["a", "b", "c"]}), target="y")
    with pytest.raises(NotApplicable, match=r"is of classes$"):
        words.need_quantity()


def test_checks_of_classes_do_not_apply_to_a_quantity_and_say_so() -> None:
    frame = pd.DataFrame(
        {"y": np.arange(300) / 7, "p": np.arange(300) / 6, "s": np.linspace(0, 1, 300), "g": ["a", "b"] * 150, "x": np.arange(300) % 9}
    )
    subject, _ = subject_of(frame, target="y", prediction="p", score="s", sensitive=("g",))
    about_classes = {"B001", "B003", "B004", "L007", "M001", "M002", "M004", "M005", "M006", "M008", "F001", "F002", "F003", "F014", "F015", "F017"}
    for code in about_classes:
        for check in discover()[code].plan(subject, Contract()):
            with pytest.raises(NotApplicable, match="the target 'y' is a quantity"):
                check.asks(subject)
    assert [c.where for c in discover()["B007"].plan(subject, Contract())] == [{"attribute": "g"}]


def test_a_quantity_of_few_values_is_one_for_the_search_for_leaks_too() -> None:
    rng = np.random.default_rng(1)
    stars = rng.integers(1, 6, 400)
    subject, engine = subject_of(pd.DataFrame({"y": stars, "twin": stars * 2.5 + 1, "noise": rng.normal(size=400)}), target="y", task=REGRESSION)
    (check,) = discover()["L006"].plan(subject, Contract())
    assert "'twin' explains" in findings(check, subject, engine).message
