"""Fixtures that every room's tests may use."""

import os
from pathlib import Path

import pytest


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
