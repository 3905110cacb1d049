"""What the README shows is what there is."""

import re
from pathlib import Path

import typer
import yaml

from audit.cli import app
from audit.config import make_config

TEXT = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)


def test_the_config_is_a_config() -> None:
    config = make_config(yaml.safe_load(BLOCKS[0]))
    assert config.training is not None
    assert config.roles.positive == "yes"


def test_the_clauses_are_known_to_the_standard() -> None:
    from audit.contract.keys import unknown_keys

    document = {"schema": [{"name": "people", **yaml.safe_load(BLOCKS[1])}]}
    assert list(unknown_keys(document)) == []


def test_every_verb_shown_exists_and_every_verb_is_shown() -> None:
    group = typer.main.get_command(app)
    verbs = set(group.list_commands(None))
    shown = set(re.findall(r"^    assay (\w+)", TEXT, re.MULTILINE))
    assert shown == verbs
    for option in ("--json", "--out", "--fail-on", "--quiet"):
        assert option in TEXT
        assert any(option in p.opts for p in group.get_command(None, "gate").params)


def test_make_targets_exist() -> None:
    makefile = (Path(__file__).parents[2] / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"make (\w+)", TEXT):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
