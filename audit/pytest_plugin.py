"""Gates in tests: the fixture ``assay_gate``, and ``assay.yaml`` files as tests of their own. Nothing heavy is imported before a gate runs."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from audit.verbs.gate_result import GateResult

CONFIG = "assay.yaml"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare what may be set on the command line and in the ini file."""
    group = parser.getgroup("assay", "data against their contracts")
    group.addoption("--assay", action="store_true", help=f"Collect each {CONFIG} as a test that gates its data.")
    parser.addini("assay_contracts", "Folder, relative to the ini file, in which assay_gate looks for contracts; the test's own where silent.")


@pytest.fixture
def assay_gate(request: pytest.FixtureRequest) -> "Callable[..., GateResult]":
    """Gate data inside a test, which fails with the findings where they do not pass.

    The arguments are those of :func:`audit.gate`. A relative ``contract`` is looked for in the folder that the ini file names under
    ``assay_contracts``, or beside the test.
    """

    def gate_or_fail(data: Any, *, contract: Any = None, **options: Any) -> "GateResult":
        __tracebackhide__ = True
        if isinstance(contract, (str, Path)):
            contract = _folder(request) / contract
        return _passed(data, contract=contract, **options)

    return gate_or_fail


def _folder(request: pytest.FixtureRequest) -> Path:
    named = request.config.getini("assay_contracts")
    return request.config.rootpath / named if named else request.path.parent


def _passed(data: Any, **options: Any) -> "GateResult":
    """Gate data, and fail the test where they do not pass or cannot be examined."""
    __tracebackhide__ = True
    from audit import gate
    from audit.core.errors import AssayError

    try:
        result = gate(data, **options)
    except AssayError as error:
        pytest.fail(f"the gate could not be run: {error}", pytrace=False)
    if not result.passes:
        pytest.fail(str(result), pytrace=False)
    return result


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "pytest.Collector | None":
    """Collect a config where ``--assay`` asks for it."""
    if file_path.name == CONFIG and parent.config.getoption("--assay"):
        return GatedConfig.from_parent(parent, path=file_path)
    return None


class GatedConfig(pytest.File):
    """An ``assay.yaml``."""

    def collect(self) -> Iterable[pytest.Item]:
        """Yield the one test it stands for."""
        yield GatedData.from_parent(self, name="gate")


class GatedData(pytest.Item):
    """The data of an ``assay.yaml``, which pass the gate or do not. Nothing is written."""

    def runtest(self) -> None:
        """Gate them."""
        _passed(self.path)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Say what is tested."""
        return self.path, None, f"assay: {self.path.name}"
