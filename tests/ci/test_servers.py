"""Which server is told, and by which commands."""

import pytest

from audit.ci import CHOICES, azure, github, server, server_of
from audit.core.errors import UsageError


@pytest.mark.parametrize(
    ("choice", "environment", "expected"),
    [
        ("auto", {}, None),
        ("auto", {"GITHUB_ACTIONS": "true"}, github),
        ("auto", {"GITHUB_ACTIONS": "false"}, None),
        ("auto", {"TF_BUILD": "True"}, azure),
        ("github", {}, github),
        ("azure", {"GITHUB_ACTIONS": "true"}, azure),
        ("none", {"GITHUB_ACTIONS": "true"}, None),
    ],
)
def test_the_server_is_the_one_that_was_asked_for_or_that_makes_itself_known(choice, environment, expected):
    assert server(choice, environment) is expected


def test_choices():
    assert CHOICES == ("auto", "github", "azure", "none")
    with pytest.raises(UsageError, match=r"--ci knows no 'gitub'. Did you mean 'github'\?"):
        server("gitub")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["gate", "--ci", "github"], (github, "gate")),
        (["gate", "assay.yaml", "--ci=azure", "--bogus"], (azure, "gate")),
        (["run", "--ci", "nonsense"], (None, "run")),
        (["gate", "--ci"], (None, "gate")),
        (["gate"], (None, "gate")),
        (["report", "RUN", "--ci", "github"], (None, "report")),
        (["contract", "lint"], (None, "contract")),
        (["--help"], (None, "")),
        ([], (None, "")),
    ],
)
def test_only_commands_that_end_in_a_run_have_somebody_to_tell(arguments, expected):
    assert server_of(arguments) == expected


def test_a_command_line_that_makes_no_sense_is_told_by_the_environment(monkeypatch):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert server_of(["gate", "--ci", "nonsense"]) == (github, "gate")
