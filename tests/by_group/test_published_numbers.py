"""Numbers that others printed, to the printed digits: those of the benchmark, which says where each is from."""

import importlib.util
import os
from pathlib import Path
from types import ModuleType

import pytest

FILE = Path(__file__).parents[2] / "benchmarks" / "published_numbers.py"


def benchmark() -> ModuleType:
    import sys

    spec = importlib.util.spec_from_file_location("published_numbers", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_berkeley():
    assert [(n.rounded, n.agrees) for n in benchmark().berkeley()] == [("44.5", True), ("30.4", True)]


@pytest.mark.real_data
@pytest.mark.parametrize("source", ["compas", "german", "law_school", "adult"])
def test_printed_digits(source):
    folder = os.environ.get("ASSAY_REAL_DATA")
    if folder is None:
        pytest.skip("ASSAY_REAL_DATA names no folder of real data")
    numbers = list(getattr(benchmark(), source)(Path(folder)))
    assert len(numbers) > 1
    assert [(n.what, n.rounded) for n in numbers] == [(n.what, n.printed) for n in numbers]
