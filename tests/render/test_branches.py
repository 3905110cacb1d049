"""Trees as branches and heat maps as cells: by hand, and on what breaks careless readers."""

from audit.core.exhibit import Exhibit, Kind
from audit.render.branches import DEEPEST, branches, walked
from audit.render.heat import heat
from tests.render.awkward_runs import EXHIBITS

TREE = Exhibit(
    Kind.TREE,
    "Where",
    ("id", "parent", "label", "value", "n", "low", "high", "share", "share of errors"),
    [
        ("0", None, "all rows", 0.2, 100, 0.1, 0.3, 1.0, 1.0),
        ("1", "0", "age ≤ 30", 0.4, 40, 0.3, 0.5, 0.4, 0.8),
        ("2", "0", "age > 30", 0.1, 60, 0.05, 0.2, 0.6, 0.2),
        ("3", "1", "town = Bree", None, 0, None, None, 0.0, None),
    ],
    "share misjudged",
)
KEYS = Exhibit(Kind.TABLE, "Misjudged rows", ("node", "leaf", "key"), [("2", "age > 30", "aa"), ("2", "age > 30", "bb")])


def test_branches_by_hand():
    [root] = branches(TREE, (TREE, KEYS))
    young, old = root.children
    assert [b.id for b in walked([root])] == ["0", "1", "3", "2"]
    assert root.sentence == "all rows (100 rows): share misjudged 20.0 % (10.0 to 30.0 %); share of the rows 100 %; share of errors 100 %."
    assert young.sentence == "40 rows with age ≤ 30: share misjudged 40.0 % (30.0 to 50.0 %); share of the rows 40.0 %; share of errors 80.0 %."
    assert (young.value, young.part, young.level) == ("40.0 %", 1.0, 1)
    assert (old.part, old.names, old.names_head) == (0.25, ["aa", "bb"], "Misjudged rows")
    assert young.children[0].sentence.startswith("0 rows with age ≤ 30 and town = Bree: share misjudged not estimable")


def test_other_kinds_have_no_branches_and_circles_end():
    assert branches(KEYS) == []
    assert len(walked(branches(EXHIBITS[Kind.TREE]))) == len(EXHIBITS[Kind.TREE].rows)


def test_a_chain_is_not_nested_without_end():
    chain = Exhibit(Kind.TREE, "t", ("id", "parent", "label", "value"), [(i, i - 1 if i else None, f"s{i}", 0.1) for i in range(900)])
    found = walked(branches(chain))
    assert len(found) == 900
    assert max(b.level for b in found) == DEEPEST
    assert "s1 and s2" in found[2].sentence


def test_heat_by_hand():
    cells = [("a", "k", 0.1, 50, 0.05, 0.2), ("b", "k", 0.3, 40, 0.2, 0.5), ("a", "l", None, 3, None, None)]
    found = heat(Exhibit(Kind.HEATMAP, "Error rate", ("x", "y", "value", "n", "low", "high"), cells, "p", "q"))
    assert (found.across, found.down, found.x, found.y) == (["a", "b"], ["k", "l"], "p", "q")
    first, second = found.lines[0]
    assert (first.text, first.part, first.more) == ("10.0 %", 0.0, "5.0 to 20.0 %, n = 50")
    assert (second.text, second.part) == ("30.0 %", 1.0)
    empty, absent = found.lines[1]
    assert (empty.text, empty.part, empty.more, absent) == ("–", None, "n = 3", None)


def test_without_intervals_a_heat_map_is_a_picture():
    assert heat(EXHIBITS[Kind.HEATMAP]) is None
    assert heat(KEYS) is None
