"""The examples of the page about Python are true."""

import doctest
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "python.md"
CONTRACT = """\
kind: DataContract
version: 1.0.0
schema:
  - name: people
    properties:
      - {name: id, logicalType: integer, required: true}
      - {name: age, logicalType: integer, logicalTypeOptions: {minimum: 0, maximum: 120}}
"""


def test_examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "people.odcs.yaml").write_text(CONTRACT)
    monkeypatch.chdir(tmp_path)
    outcome = doctest.testfile(str(PAGE), module_relative=False, encoding="utf-8")
    assert outcome.attempted >= 25
    assert outcome.failed == 0
    assert sorted(f.name for f in tmp_path.iterdir()) == ["applicants.parquet", "people.odcs.yaml"]


def test_every_argument_is_on_the_page() -> None:
    import inspect

    from audit import fairness, gate

    page = PAGE.read_text(encoding="utf-8")
    for function, said_otherwise in ((gate, ["name"]), (fairness.by_group, []), (fairness.of, ["table"])):
        assert [name for name in inspect.signature(function).parameters if f"`{name}`" not in page and name not in said_otherwise] == []


def test_everything_that_fairness_offers_is_on_the_page() -> None:
    from audit import fairness
    from audit.by_group.metrics import COMPOSITES, SCORES
    from audit.stats.decision_rates import RATES

    page = PAGE.read_text(encoding="utf-8")
    offered = [n for n in fairness.__all__ if n not in ("GroupMetrics", "Subsets", "by_group", "of")]
    asked = [n for n in vars(fairness.GroupMetrics) if not n.startswith("_") and n not in fairness.GroupMetrics.__dataclass_fields__]
    asked = [n for n in asked if n not in ("cells", "eligible", "names")]
    assert [n for n in (*offered, *asked, *RATES, *COMPOSITES, *SCORES) if f"`{n}" not in page] == []
