"""A contract or a config that nobody can have meant, or that would take the machine down."""

import os
from collections.abc import Callable

import pytest

from tests.faults.conftest import CONFIG, CONTRACT, Assay, Project, refused

BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12))
MERGES = "a0: &a0 {x: 1}\n" + "".join(f"a{i}: &a{i} {{<<: [{', '.join([f'*a{i - 1}'] * 9)}], y{i}: 1}}\n" for i in range(1, 12))
LARGE = CONTRACT + "# " + "x" * 50_000_000 + "\n"


def instead(name: str, make: Callable[[str], object]) -> Callable[[Project], object]:
    def change(project: Project) -> None:
        (project.folder / name).unlink()
        make(str(project.folder / name))

    return change


def content(name: str, text: str | bytes) -> Callable[[Project], object]:
    return lambda project: project.write(name, text)


CASES: dict[str, tuple[Callable[[Project], object], int, str]] = {
    "contract that is not there": (lambda p: (p.folder / "people.odcs.yaml").unlink(), 3, "there is no contract"),
    "contract that is a folder": (instead("people.odcs.yaml", os.mkdir), 3, "it is a folder"),
    "contract that is a pipe": (instead("people.odcs.yaml", os.mkfifo), 3, "no regular file"),
    "contract that never ends": (instead("people.odcs.yaml", lambda at: os.symlink("/dev/zero", at)), 3, "no regular file"),
    "contract that links to itself": (instead("people.odcs.yaml", lambda at: os.symlink("people.odcs.yaml", at)), 3, "cannot read the contract"),
    "contract of 50 MB": (content("people.odcs.yaml", LARGE), 3, "bytes; expected YAML that people wrote"),
    "contract of no bytes": (content("people.odcs.yaml", ""), 2, "is no data contract"),
    "contract that is binary": (content("people.odcs.yaml", b"PAR1" + bytes(range(256))), 3, "is not UTF-8"),
    "contract of control characters": (content("people.odcs.yaml", b"\x00\x01\x02"), 2, "is not valid YAML"),
    "contract that is a list": (content("people.odcs.yaml", "- a\n- b\n"), 2, "is no data contract"),
    "contract that is a number": (content("people.odcs.yaml", "42\n"), 2, "is no data contract"),
    "contract of anchors that multiply": (content("people.odcs.yaml", CONTRACT + BOMB), 2, "more than 1,000,000 entries"),
    "contract of merges that multiply": (content("people.odcs.yaml", CONTRACT + MERGES), 2, "more than 1,000,000 entries"),
    "contract that contains itself": (content("people.odcs.yaml", CONTRACT + "x: &x [*x]\n"), 2, "contains itself"),
    "contract nested 100,000 deep": (content("people.odcs.yaml", "[" * 100_000), 2, "nested too deeply"),
    "contract nested 600 deep": (content("people.odcs.yaml", CONTRACT + "x: " + "[" * 600 + "]" * 600 + "\n"), 2, "people.odcs.yaml"),
    "contract that makes objects": (content("people.odcs.yaml", CONTRACT + "x: !!python/object/apply:os.system [true]\n"), 2, "not valid YAML"),
    "contract that is cut off": (content("people.odcs.yaml", CONTRACT[:-40]), 2, "not valid YAML"),
    "contract that describes nothing": (content("people.odcs.yaml", CONTRACT[: CONTRACT.index("schema")]), 2, "has no 'schema'"),
    "contract without a column": (content("people.odcs.yaml", CONTRACT[: CONTRACT.index("    properties")]), 2, "nothing would be checked"),
    "config that is a folder": (instead("assay.yaml", os.mkdir), 3, "it is a folder"),
    "config that is a pipe": (instead("assay.yaml", os.mkfifo), 3, "no regular file"),
    "config that is binary": (content("assay.yaml", bytes(range(256))), 2, "is not UTF-8"),
    "config of anchors that multiply": (content("assay.yaml", CONFIG + BOMB), 2, "more than 1,000,000 entries"),
    "config nested 100,000 deep": (content("assay.yaml", "[" * 100_000), 2, "nested too deeply"),
    "config of 50 MB": (content("assay.yaml", CONFIG + "# " + "x" * 50_000_000), 3, "expected YAML that people wrote"),
}


@pytest.mark.parametrize("case", CASES)
def test_what_nobody_can_have_meant(case: str, project: Project, assay: Assay) -> None:
    prepare, code, says = CASES[case]
    prepare(project)
    done = assay("gate")
    refused(done, project, code, says)
    assert len(done.err) < 1_000
