"""The one document that crosses folders."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from audit.core.result import Result
from audit.core.status import Status, worst

SCHEMA_VERSION = 1

#: What ``--fail-on`` may be, with the state from which on a run ends in exit code 1.
FAIL_ON: dict[str, Status | None] = {
    "error": Status.ERROR,
    "failed": Status.FAILED,
    "undecided": Status.UNDECIDED,
    "warned": Status.WARNED,
    "never": None,
}


@dataclass(frozen=True)
class Document:
    """A file the run rests on: the data or the contract.

    Parameters
    ----------
    name : str
        What people call it.
    location : str
        Path or URL, relative to the config.
    sha256 : str
        Fingerprint; empty where none could be taken.
    version : str
        For contracts.
    id : str
        For contracts: the identifier that stays when name, file and version change.
    rows, columns : int or None
        For data.
    """

    name: str = ""
    location: str = ""
    sha256: str = ""
    version: str = ""
    id: str = ""
    rows: int | None = None
    columns: int | None = None


@dataclass(frozen=True)
class Run:
    """Everything one command found out, ready to be read by any renderer.

    Parameters
    ----------
    id : str
        Sortable: time of start and six random hexadecimal digits.
    project : str
        From the config.
    verb : {"gate", "train", "audit", "run"}
        The command.
    started, seconds : str, float
        UTC time in ISO 8601, and how long it took.
    subject, contract : Document
        What was examined, and by what.
    roles : mapping
        What the columns meant.
    policy : str
        Name of the policy the default limits came from.
    environment : mapping of str to str
        Versions of Python and of the packages that did the work.
    seed : int
        Of everything random.
    results : sequence of Result
        Every check that was planned, exactly once.
    training : mapping
        What was trained: split, candidates, choice, learning curves, files; empty where nothing was.
    artefacts : mapping of str to str
        Other files of the run's folder by name, with their SHA-256.
    notices : sequence of str
        What a reader must know beside the results, such as rules that no engine here can run.
    fail_on : str
        The least bad state that failed this run.
    paths : mapping of str to str
        Files that results point at, by the names they have there, as the root of the repository sees them.
    """

    id: str
    project: str
    verb: str
    started: str
    seconds: float
    subject: Document
    contract: Document = field(default_factory=Document)
    roles: Mapping[str, Any] = field(default_factory=dict)
    policy: str = "default"
    environment: Mapping[str, str] = field(default_factory=dict)
    seed: int = 0
    results: Sequence[Result] = ()
    training: Mapping[str, Any] = field(default_factory=dict)
    artefacts: Mapping[str, str] = field(default_factory=dict)
    notices: Sequence[str] = ()
    fail_on: str = "failed"
    paths: Mapping[str, str] = field(default_factory=dict)
    schema_version: int = SCHEMA_VERSION

    @property
    def status(self) -> Status:
        """The worst state of all results; a run in which nothing was evaluated is an error."""
        return worst(r.status for r in self.results)

    @property
    def counts(self) -> dict[Status, int]:
        """How many results are in each state."""
        return {s: sum(r.status is s for r in self.results) for s in Status}

    @property
    def families(self) -> list[str]:
        """Families that have results, in order of appearance."""
        return list(dict.fromkeys(r.family for r in self.results))

    @property
    def passes(self) -> bool:
        """Whether the run lets its data or model through. An error never does, whatever ``fail_on`` says."""
        return self.exit_code == 0 and self.fail_on != "never" and self.status is not Status.ERROR

    @property
    def exit_code(self) -> int:
        """0 pass, 1 findings fail, 3 a check could not be run or nothing was evaluated."""
        threshold = FAIL_ON[self.fail_on]
        if threshold is None:
            return 0
        if self.status is Status.ERROR:
            return 3
        return 1 if self.status.evaluated and self.status.rank <= threshold.rank else 0

    def result(self, key: str) -> Result:
        """Return a result by its key (``D003:age``) or, where only one has it, by its code."""
        for result in self.results:
            if result.key == key:
                return result
        same = [r for r in self.results if r.code == key]
        if len(same) == 1:
            return same[0]
        raise KeyError(f"run {self.id} has no single result '{key}'; it has {[r.key for r in self.results]}")

    def with_results(self, results: Sequence[Result]) -> "Run":
        """Return the run with other results."""
        return replace(self, results=tuple(results))
