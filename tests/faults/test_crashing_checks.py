"""A check that misbehaves is an error that names it, whatever it does; the others go on, and the run ends in 3."""

import importlib.metadata
import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

import audit.checks
from audit.checks import discover
from audit.core.ask import Ask, scalar
from audit.core.check import Check, Findings
from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.status import Status
from tests.faults.conftest import CONFIG, Assay, Project, refused

#: What a check does, by a name: in which step, how, and what is said of it; nothing where it is no crash.
BEHAVIOURS: dict[str, tuple[str, Callable[..., Any], str]] = {}


def raising(error: BaseException) -> Callable[..., Any]:
    def step(*arguments: Any) -> Any:
        raise error

    return step


def bringing(value: Any) -> Callable[..., Any]:
    return lambda *arguments: value


def measuring(**changes: Any) -> Callable[..., Any]:
    return lambda *arguments: Findings([Measurement(**{"name": "toys", "value": 0, **changes})], "measured")


def endless(*arguments: Any) -> Any:
    return endless(*arguments)


for error in (
    ValueError("x"),
    MemoryError(),
    RecursionError("x"),
    KeyError("x"),
    AssertionError(),
    OSError("x"),
    StopIteration(),
    ZeroDivisionError("x"),
):
    for step in ("plan", "asks", "measure"):
        BEHAVIOURS[f"{step} raises {type(error).__name__}"] = step, raising(error), type(error).__name__
for code in (0, 1, None, "bye"):
    for step in ("plan", "asks", "measure"):
        BEHAVIOURS[f"{step} leaves with {code!r}"] = step, raising(SystemExit(code)), "SystemExit"
BEHAVIOURS |= {
    "measure never ends calling itself": ("measure", endless, "RecursionError"),
    "plan gives None": ("plan", bringing(None), "TypeError"),
    "plan gives no checks": ("plan", bringing(["D001"]), "expected checks"),
    "asks gives None": ("asks", bringing(None), "expected asks by name"),
    "asks gives a list": ("asks", bringing([scalar]), "expected asks by name"),
    "asks gives no asks": ("asks", bringing({"total": 1}), "expected asks by name"),
    "asks gives SQL": ("asks", bringing({"total": Ask("SELECT 1")}), "expected asks by name"),
    "measure gives None": ("measure", bringing(None), "NoneType; expected Findings"),
    "measure gives a number": ("measure", bringing(0.0), "float; expected Findings"),
    "measure gives a status": ("measure", bringing(Status.PASSED), "expected Findings"),
    "measure gives no measurements": ("measure", bringing(Findings([0], "x")), "int; expected Findings"),
    "measure gives None for measurements": ("measure", bringing(Findings(None, "x")), "TypeError"),
    "a value that is text": ("measure", measuring(value="0"), "is a str; expected a number"),
    "a value that is a list": ("measure", measuring(value=[0]), "is a list; expected a number"),
    "an interval upside down": ("measure", measuring(interval=(0.3, 0.1)), "upside down"),
    "an interval of one end": ("measure", measuring(interval=(0.3,)), "IndexError"),
    "an interval of texts": ("measure", measuring(interval=("a", "b")), "TypeError"),
    "too many rows of evidence": (
        "measure",
        lambda *arguments: Findings([], "x", [Exhibit(Kind.TABLE, "t", ("a",), [(1,)] * 1_001)]),
        "at most 1000 are shown",
    ),
    "no such answer": ("measure", lambda check, subject, answers: answers.scalar("nothing"), "KeyError"),
    "a measurement under another name": ("measure", measuring(name="bears"), ""),
    "a value that is NaN": ("measure", measuring(value=math.nan), ""),
    "an interval of NaN": ("measure", measuring(interval=(math.nan, math.nan)), ""),
    "no value": ("measure", measuring(value=None), ""),
    "no measurements": ("measure", bringing(Findings([], "x")), ""),
}


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[dict[str, Any]], None]]:
    """Plant a package that brings a check."""

    def plant(**steps: Any) -> None:
        module = ModuleType("planted")
        given = {"asks": bringing({}), "measure": measuring(), **steps, "__module__": "planted"}
        given |= {"plan": classmethod(steps["plan"])} if "plan" in steps else {}
        named = {"code": "D901", "title": "Planted", "family": "quality", "judged": "toys", "limit": Limit(high=0)}
        module.Planted = dataclass(frozen=True, kw_only=True)(type("Planted", (Check,), {**given, **named, "__annotations__": {"limit": Limit}}))
        brought(monkeypatch, lambda: module)

    yield plant
    discover.cache_clear()


def brought(monkeypatch: pytest.MonkeyPatch, load: Callable[[], Any]) -> None:
    point = SimpleNamespace(load=load, value="planted", name="planted")
    monkeypatch.setattr(
        audit.checks, "entry_points", lambda group: [point] if group == "audit.checks" else importlib.metadata.entry_points(group=group)
    )
    discover.cache_clear()


@pytest.mark.parametrize("case", [c for c, (_, _, says) in BEHAVIOURS.items() if says])
def test_a_check_that_misbehaves_is_an_error_and_the_others_go_on(case: str, planted: Any, project: Project, assay: Assay) -> None:
    step, act, says = BEHAVIOURS[case]
    planted(**{step: act})
    done = assay("gate", "--json")
    assert done.code == 3, done.err
    assert done.err == ""
    (broken,) = [r for r in json.loads(done.out)["results"] if r["code"] == "D901"]
    assert broken["status"] == "error"
    assert says in broken["message"]
    assert "\n" not in broken["message"]
    assert {"passed"} == {r["status"] for r in json.loads(done.out)["results"] if r["code"] in ("D001", "D002", "D003")}
    assert len(project.runs()) == 1


@pytest.mark.parametrize("case", [c for c, (_, _, says) in BEHAVIOURS.items() if not says])
def test_a_number_that_is_none_is_undecided_and_never_passes(case: str, planted: Any, project: Project, assay: Assay) -> None:
    step, act, _ = BEHAVIOURS[case]
    planted(**{step: act})
    done = assay("gate", "--json", "--fail-on", "undecided")
    assert done.code == 1, done.err
    assert [r["status"] for r in json.loads(done.out)["results"] if r["code"] == "D901"] == ["undecided"]


LOADING: dict[str, tuple[Callable[..., Any], str]] = {
    "is not installed": (raising(ModuleNotFoundError("No module named 'shop'")), "No module named 'shop'"),
    "has no such name": (raising(AttributeError("module 'shop' has no attribute 'checks'")), "no attribute 'checks'"),
    "raises ValueError": (raising(ValueError("no licence")), "ValueError: no licence"),
    "raises SyntaxError": (raising(SyntaxError("invalid syntax")), "SyntaxError"),
    "raises RecursionError": (raising(RecursionError("deep")), "RecursionError"),
    "leaves with 0": (raising(SystemExit(0)), "SystemExit"),
    "leaves with a text": (raising(SystemExit("good bye")), "good bye"),
    "is no module": (bringing(42), "is no module"),
}


@pytest.mark.parametrize("case", LOADING)
def test_a_package_of_checks_that_cannot_be_loaded(case: str, monkeypatch: pytest.MonkeyPatch, project: Project, assay: Assay) -> None:
    load, says = LOADING[case]
    brought(monkeypatch, load)
    try:
        refused(assay("gate"), project, 2, says)
    finally:
        monkeypatch.undo()
        discover.cache_clear()


def test_nothing_examined_is_an_error(project: Project, assay: Assay) -> None:
    quality = [code for code, check in discover().items() if check.family in ("quality", "balance", "privacy", "leakage")]
    project.write("assay.yaml", CONFIG.replace("declared_only: true", f"skip: [{', '.join(quality)}]"))
    done = assay("gate")
    assert done.code == 3
    assert "Nothing was examined" in done.err


def test_a_table_without_rows_is_no_pass(project: Project, assay: Assay) -> None:
    project.write("people.csv", "id,age,town\n")
    assert assay("gate").code == 1
