"""Fixtures that every room's tests may use."""

import os
from pathlib import Path

import pytest


@pytest.fixture
def real_data() -> Path:
    """The folder of published data sets. They are other people's and no part of the project: without the folder, such a test is skipped."""
    if "ASSAY_REAL_DATA" not in os.environ:
        pytest.skip("ASSAY_REAL_DATA names no folder with the published data sets")
    return Path(os.environ["ASSAY_REAL_DATA"])
