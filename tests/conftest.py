"""Fixtures that every room's tests may use."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# how long an example takes says how busy the machine is, not whether the code is right
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("untimed_ci", settings.get_profile("untimed"), derandomize=True)
settings.load_profile("untimed_ci" if "CI" in os.environ else "untimed")

# pyspark, which Great Expectations imports where it is there, takes a main module without a file for a doctest and ends the process
if not hasattr(sys.modules["__main__"], "__file__"):
    sys.modules["__main__"].__file__ = "worker"


@pytest.fixture(autouse=True)
def nobody_to_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where these tests run on a CI server, the commands under test do not tell it of their runs."""
    for variable in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT", "GITHUB_WORKSPACE", "CI_PROJECT_DIR", "TF_BUILD"):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture
def real_data() -> Path:
    """The folder of published data sets. They are other people's and no part of the project: without the folder, such a test is skipped."""
    if "ASSAY_REAL_DATA" not in os.environ:
        pytest.skip("ASSAY_REAL_DATA names no folder with the published data sets")
    return Path(os.environ["ASSAY_REAL_DATA"])


@pytest.fixture(autouse=True)
def moments_keep_their_offsets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Undo what tests that import pandera themselves do to all others: it tells pyarrow to drop the offset of every moment with a time zone."""
    monkeypatch.delenv("PYARROW_IGNORE_TIMEZONE", raising=False)
