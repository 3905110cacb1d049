"""Fixtures that every room's tests may use."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# how long an example takes says how busy the machine is, not whether the code is right
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("untimed_ci", settings.get_profile("untimed"), derandomize=True)
settings.load_profile("untimed_ci" if "CI" in os.environ else "untimed")


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
