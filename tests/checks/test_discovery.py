"""How checks are found: in their folder, and in packages that bring their own."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

import audit.checks
from audit.checks import FAMILIES, discover
from audit.core.errors import UsageError
from audit.core.status import Status
from audit.core.subject import Subject
from audit.engines.sources import frame_source
from audit.run import examine

CHECK = """
from dataclasses import dataclass
from audit.core.ask import scalar
from audit.core.check import Check, Findings
from audit.core.limit import Limit
from audit.core.measurement import Measurement

@dataclass(frozen=True, kw_only=True)
class Even(Check):
    code = "D901"
    title = "Even number of rows"
    family = "quality"
    judged = "odd_rows"
    limit: Limit = Limit(high=0)

    def asks(self, subject):
        return {"n": scalar(subject.table.count())}

    def measure(self, subject, answers):
        n = answers.scalar("n")
        return Findings([Measurement("odd_rows", n % 2, "rows", n=n)], f"The table has {n} rows.")
"""

Install = Callable[[str], None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Install a package that brings one module of checks, as pip would leave it."""

    def put(code: str) -> None:
        (tmp_path / "guest_checks.py").write_text(code)
        metadata = tmp_path / "guest-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: guest\nVersion: 1.0\n")
        (metadata / "entry_points.txt").write_text("[audit.checks]\nguest = guest_checks\n")
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.delitem(sys.modules, "guest_checks", raising=False)
        discover.cache_clear()

    yield put
    discover.cache_clear()


def test_the_folder_is_walked() -> None:
    files = {f.name.split("_")[0].upper() for f in Path(audit.checks.__path__[0]).glob("*/[a-z][0-9][0-9][0-9]_*.py")}
    assert set(discover()) == files
    assert [c.family for c in discover().values()] == sorted((c.family for c in discover().values()), key=FAMILIES.index)


def test_a_package_brings_a_check_that_takes_part_in_a_run(install: Install) -> None:
    install(CHECK)
    source = frame_source(pd.DataFrame({"a": [1, 2, 3]}))
    result = examine(Subject("t", source.table), verb="gate", families=["quality"]).run.result("D901")
    assert result.status is Status.FAILED
    assert result.message == "The table has 3 rows."


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (CHECK.replace("D901", "D003"), "code D003 is taken twice: by ValueRange and by Even"),
        (CHECK.replace('"Even number of rows"', '""'), "check Even in guest_checks has no 'title'"),
        (CHECK.replace("def measure", "def mesure"), "check Even in guest_checks has no measure"),
        (CHECK.replace('"quality"', '"qualtiy"'), "Did you mean 'quality'?"),
        ("import no_such_module_anywhere", "cannot be loaded: No module named 'no_such_module_anywhere'"),
    ],
)
def test_a_faulty_package_is_refused_by_name(install: Install, fault: str, said: str) -> None:
    install(fault)
    with pytest.raises(UsageError) as refused:
        discover()
    assert said in str(refused.value)
