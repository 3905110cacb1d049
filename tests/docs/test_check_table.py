"""The table of checks in the documentation is the one that the classes give."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from audit.checks.table import check_table, with_table
from audit.core.wording import anchor

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "checks" / "README.md"


def test_the_table_is_current():
    page = PAGE.read_text(encoding="utf-8")
    assert with_table(page) == page, "docs/checks/README.md is stale; write it again with: make docs (or python -m audit.checks.table)"


def test_a_row_says_what_stops_what_warns_and_what_only_reports():
    rows = {line.split("|")[1].strip()[1:5]: line for line in check_table().splitlines()[2:]}
    assert rows["D003"] == "| [D003](quality.md#d003-value-range) | Value range | failing rows | at most 0 | stops the run |"
    assert rows["D007"].endswith("| at most 0 | warns |")
    assert rows["B003"].endswith("| no limit | reported only |")


def test_the_anchor_is_the_one_that_github_makes():
    assert anchor("F001", "Selection-rate gap") == "f001-selection-rate-gap"
    assert anchor("X009", "Who, what & why?") == "x009-who-what--why"


def test_a_page_without_markers_is_refused():
    with pytest.raises(ValueError, match="lacks the markers"):
        with_table("# Checks\n")


def test_the_command_writes_the_page_again(tmp_path):
    page = tmp_path / "README.md"
    shutil.copy(PAGE, page)
    current = page.read_text(encoding="utf-8")
    page.write_text(current.replace("Value range", "Something else"), encoding="utf-8")
    subprocess.run([sys.executable, "-W", "ignore", "-m", "audit.checks.table", str(page)], cwd=ROOT, check=True, capture_output=True)
    assert page.read_text(encoding="utf-8") == current
