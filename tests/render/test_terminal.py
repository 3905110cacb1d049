import io

import pytest
from rich.console import Console

from audit.core.status import Status as S
from audit.render.terminal import ROOM, terminal
from tests.render.awkward_runs import awkward_run, empty_run, run_with


def shown(run, width):
    console = Console(file=io.StringIO(), width=width)
    console.print(terminal(run))
    return console.file.getvalue()


@pytest.mark.parametrize("width", [80, 100, 160])
def test_fits_on_a_screen(width):
    many = run_with(*[S.FAILED] * 30, S.ERROR, S.PASSED, S.UNDECIDED, S.WARNED, S.SKIPPED)
    for run in (awkward_run(), many):
        assert len(shown(run, width).splitlines()) <= 15


def test_nothing_of_the_data_steers_the_terminal():
    text = shown(awkward_run(), 400)
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "[red]" in text


def test_shows_verdict_counts_and_worst_first():
    text = shown(run_with(S.WARNED, S.PASSED, S.FAILED, S.ERROR), 120)
    assert text.startswith("Not passed  p: gate on d, 10 rows")
    assert "‼ 1 error   ✗ 1 failed   ! 1 warned   ✓ 1 passed" in text
    assert text.index("Q003") < text.index("Q002") < text.index("Q000")


def test_says_how_many_more():
    assert "… and 3 more, all in the report: Q009, Q010, Q011" in shown(run_with(*[S.FAILED] * (ROOM + 3)), 120)
    assert "more" not in shown(run_with(*[S.FAILED] * ROOM), 120)


def test_empty():
    assert "Nothing was examined" in shown(empty_run(), 80)


def test_every_code_of_a_few_findings_is_named():
    run = run_with(*[S.FAILED] * 12)
    assert all(f"Q{i:03d}" in shown(run, 80) for i in range(12))
