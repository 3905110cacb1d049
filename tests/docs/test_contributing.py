"""The worked example of CONTRIBUTING is code that runs."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import audit.checks
import audit.checks.quality
from audit.core.contract import Contract
from audit.core.status import Status
from audit.core.subject import Subject
from audit.engines.sources import frame_source
from audit.run import examine

TEXT = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text(encoding="utf-8")


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Put the example's one file where checks are found, and return its test."""
    check, test = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    (tmp_path / "d090_stray_spaces.py").write_text(check, encoding="utf-8")
    monkeypatch.setattr(audit.checks.quality, "__path__", [*audit.checks.quality.__path__, str(tmp_path)])
    audit.checks.discover.cache_clear()
    yield test
    audit.checks.discover.cache_clear()


def test_the_example_check_passes_its_example_test(example: str) -> None:
    names: dict[str, Any] = {}
    exec(example, names)
    names["test_counts_text_with_spaces_at_its_ends"]()


def test_the_example_check_takes_part_in_a_run(example: str) -> None:
    import pandas as pd

    source = frame_source(pd.DataFrame({"town": ["Bree", "Bree "]}))
    run = examine(Subject("t", source.table), verb="gate", families=("quality",), contract=Contract()).run
    assert run.result("D090:town").status is Status.WARNED
