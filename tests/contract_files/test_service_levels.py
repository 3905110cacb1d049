"""Service levels: which of them the data answer, and in which words they are written."""

import pytest

from audit.core.errors import UsageError
from tests.contract_files.test_read import contract

HEAD = """\
kind: DataContract
slaDefaultElement: {default}
slaProperties:
  - {entry}
schema:
  - {{name: orders, physicalName: orders_v2, properties: [{{name: at, physicalName: placed_at}}, {{name: paid}}]}}
"""
OTHER = "  - {name: shops, properties: [{name: opened}]}\n"


def levels(tmp_path, entry: str, *, default: str = "null", other: bool = False):
    read = contract(HEAD.format(entry=entry, default=default) + OTHER * other, tmp_path, table="orders")
    return read, [(level.kind, level.amount, level.unit, level.column) for level in read.service_levels]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("{property: latency, value: 4, unit: d, element: orders.at}", ("latency", "4", "days", "placed_at")),
        ("{property: Freshness, value: '24', unit: hr, element: orders_v2.placed_at}", ("latency", "24", "hours", "placed_at")),
        ("{property: ly, value: 1.5, unit: H, element: at}", ("latency", "1.5", "hours", "placed_at")),
        ("{property: RE, value: 3, unit: years, element: paid}", ("retention", "3", "years", "paid")),
        ("{property: retention, value: 3, unit: M, element: paid}", ("retention", "3", "months", "paid")),
        ("{property: latency, value: 3, unit: m, element: paid}", ("latency", "3", "minutes", "paid")),
        ("{property: latency, value: PT36H, element: paid}", ("latency", "36", "hours", "paid")),
        ("{property: latency, value: P1M, element: paid}", ("latency", "1", "months", "paid")),
        ("{property: latency, value: 25h, element: paid}", ("latency", "25", "hours", "paid")),
        ("{property: latency, value: 1, unit: w}", ("latency", "1", "weeks", "")),
        ("{property: latency, value: 1, unit: w, element: orders}", ("latency", "1", "weeks", "")),
    ],
)
def test_what_the_data_answer(entry, expected, tmp_path):
    assert levels(tmp_path, entry)[1] == [expected]


def test_the_default_element_and_several_elements(tmp_path):
    assert [c for *_, c in levels(tmp_path, "{property: latency, value: 1, unit: d}", default="orders.at")[1]] == ["placed_at"]
    assert [c for *_, c in levels(tmp_path, "{property: latency, value: 1, unit: d, element: 'orders.at, orders.paid'}")[1]] == ["placed_at", "paid"]


def test_an_element_of_another_table_is_judged_there(tmp_path):
    read, found = levels(tmp_path, "{property: latency, value: 1, unit: d, element: shops.opened}", other=True)
    assert found == []
    assert [what for _, what in read.beyond_data] == ["the service level 'latency' is about shops.opened, another table"]


@pytest.mark.parametrize(
    "name",
    [
        "availability",
        "av",
        "throughput",
        "errorRate",
        "frequency",
        "timeOfAvailability",
        "generalAvailability",
        "endOfLife",
        "timeToRepair",
        "support",
    ],
)
def test_what_no_data_answer_is_told_with_the_reason(name, tmp_path):
    read, found = levels(tmp_path, f"{{property: {name}, value: 1}}")
    assert found == []
    ((place, why),) = read.beyond_data
    assert place.line == 4
    assert why.startswith(f"the service level '{name}' is not judged: ")
    assert read.unevaluated == ()


def test_what_is_not_known_stays_unknown(tmp_path):
    read, _ = levels(tmp_path, "{property: freshnes, value: 1}")
    assert [what for _, what in read.unevaluated] == ["the service level 'freshnes' is none that is known here. Did you mean 'freshness'?"]


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("{property: latency, value: soon}", "a period is a number from 0 with a 'unit'.*got 'soon'"),
        ("{property: latency, value: true, unit: d}", "a period is a number from 0.*got True"),
        ("{property: latency, value: -1, unit: d}", "a period is a number from 0.*got -1"),
        ("{property: latency, value: 1}", "a period has a unit; got ''"),
        ("{property: latency, value: 1, unit: dys}", "a period has a unit; got 'dys'. Did you mean 'days'"),
        ("{property: latency, value: 1.5, unit: months}", "months are counted in whole numbers; got 1.5"),
        ("{property: latency, value: 1, unit: d, element: orders.att}", "the table 'orders' has no column 'att'. Did you mean 'at'"),
    ],
)
def test_entries_that_say_nothing(entry, words, tmp_path):
    with pytest.raises(UsageError, match=f"^c.odcs.yaml:4: {words}"):
        levels(tmp_path, entry)
