"""What changed between two runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from audit.core.measurement import Measurement
from audit.core.result import Result
from audit.core.run import Run
from audit.render import figures, wording
from dashboard import looks, view

Key = tuple[str, int]


@dataclass(frozen=True)
class Change:
    """A result that is in another state than before."""

    before: Result
    after: Result

    @property
    def direction(self) -> Literal["worse", "better"]:
        """Whether the new state is the worse one."""
        return "worse" if self.after.status.rank < self.before.status.rank else "better"


@dataclass(frozen=True)
class Move:
    """A measurement that has another value than before."""

    result: Result
    before: Measurement
    after: Measurement

    @property
    def apart(self) -> bool | None:
        """Whether the two intervals have no value in common; ``None`` where one of the numbers has no interval."""
        if self.before.interval is None or self.after.interval is None:
            return None
        return self.before.interval[1] < self.after.interval[0] or self.after.interval[1] < self.before.interval[0]


@dataclass(frozen=True)
class Comparison:
    """What changed between two runs.

    Parameters
    ----------
    changed : list of Change
        Results in another state, those that got worse first.
    moved : list of Move
        Measurements with another value; those whose intervals lie apart first.
    new, vanished : list of Result
        Results that only the later, or only the earlier run has.
    unchanged : int
        Results that both have in the same state.
    different : list of str
        What the two runs do not have in common: data, contract, policy, seed.
    """

    changed: list[Change]
    moved: list[Move]
    new: list[Result]
    vanished: list[Result]
    unchanged: int
    different: list[str]


def compare(before: Run, after: Run) -> Comparison:
    """Return what changed from one run to another. Results are matched by their key, measurements also by name and place."""
    old, fresh = _keyed(before), _keyed(after)
    pairs = [(old[key], result) for key, result in fresh.items() if key in old]
    changed = [Change(a, b) for a, b in pairs if a.status is not b.status]
    moved = [move for a, b in pairs for move in _moves(a, b)]
    return Comparison(
        changed=sorted(changed, key=lambda c: (c.direction == "better", c.after.status.rank)),
        moved=sorted(moved, key=lambda m: not m.apart),
        new=[r for key, r in fresh.items() if key not in old],
        vanished=[r for key, r in old.items() if key not in fresh],
        unchanged=len(pairs) - len(changed),
        different=_different(before, after),
    )


def _keyed(run: Run) -> dict[Key, Result]:
    """Results by key; several with the same key (two rules on one column) are told apart by their order."""
    keyed: dict[Key, Result] = {}
    for result in run.results:
        number = 0
        while (result.key, number) in keyed:
            number += 1
        keyed[result.key, number] = result
    return keyed


def _moves(before: Result, after: Result) -> list[Move]:
    known: Mapping[tuple[object, ...], Measurement] = {_name(m): m for m in before.measurements}
    return [Move(after, known[_name(m)], m) for m in after.measurements if _name(m) in known and known[_name(m)].value != m.value]


def _name(measurement: Measurement) -> tuple[object, ...]:
    return measurement.name, tuple(sorted(measurement.where.items()))


def _different(before: Run, after: Run) -> list[str]:
    pairs = {
        "the data": (before.subject.sha256, after.subject.sha256),
        "the contract": (before.contract.sha256, after.contract.sha256),
        "the policy": (before.policy, after.policy),
        "the command": (before.verb, after.verb),
        "the seed": (before.seed, after.seed),
        "versions of packages": (dict(before.environment), dict(after.environment)),
    }
    return [name for name, (a, b) in pairs.items() if a != b]


def change_rows(changes: list[Change]) -> pd.DataFrame:
    """Return changed states as text."""
    rows = [
        (f"{looks.state(c.before.status)} → {looks.state(c.after.status)}, {c.direction}", view.heading(c.after), c.after.message) for c in changes
    ]
    return pd.DataFrame(rows, columns=["State", "Check", "What is the case now"])


def move_rows(moves: list[Move]) -> pd.DataFrame:
    """Return moved measurements as text, each with both intervals."""
    words = {True: "yes", False: "no", None: "no interval"}
    rows = [(view.heading(m.result), _number_name(m.after), _estimate(m.before), _estimate(m.after), words[m.apart]) for m in moves]
    return pd.DataFrame(rows, columns=["Check", "Number", "Before", "Now", "Intervals apart"])


def result_rows(results: list[Result]) -> pd.DataFrame:
    """Return results as text: state, check, sentence."""
    return pd.DataFrame([(looks.state(r.status), view.heading(r), r.message) for r in results], columns=["State", "Check", "What is the case"])


def _number_name(measurement: Measurement) -> str:
    return ", ".join(part for part in (wording.plain_name(measurement.name), view.where(measurement.where)) if part)


def _estimate(measurement: Measurement) -> str:
    unit = figures.unit(measurement)
    text = figures.number(measurement.value, unit)
    return f"{text} ({figures.interval(measurement.interval, unit)})" if measurement.interval else text
