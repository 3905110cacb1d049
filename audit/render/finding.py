"""What CI servers are told of a run: how grave a finding is, in what words, at which line of the repository, and under which lasting name."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Literal

from audit.core.limit import FROM_CONFIG, Verdict
from audit.core.result import Result
from audit.core.run import FAIL_ON, Run
from audit.core.status import Status
from audit.render.figures import estimate, judged, limit_of, limit_words, unit
from audit.render.verdict import advice, severity, stops, verdict
from audit.render.wording import line, plain_name

Level = Literal["error", "warning", "note"]

#: Code of the finding that a run makes in which nothing was examined.
NOTHING_EVALUATED = "nothing_evaluated"

_STATES: dict[Status, str] = {
    Status.ERROR: "could not be examined, so nothing is known here (run.json and the report name the cause)",
    Status.FAILED: "failed",
    Status.UNDECIDED: "undecided",
    Status.WARNED: "warned",
}
#: Where a result was found among others of its kind; these hold line numbers, which move.
_MOVES = ("clause", "entry")


@dataclass(frozen=True)
class Location:
    """A place in the repository.

    Parameters
    ----------
    file : str
        From the root of the repository.
    line : int or None
        ``None`` for the file as a whole.
    """

    file: str
    line: int | None = None


@dataclass(frozen=True)
class Finding:
    """A result that is not green.

    Parameters
    ----------
    result : Result
        What was found.
    level : {"error", "warning", "note"}
        How grave it is.
    sentence : str
        What is wrong and what to do, without any value of the data: more people see a CI server than may see the data.
    locations : tuple of Location
        The clauses it bears on, at least one.
    fingerprint : str
        A name that stays when counts, lines and wordings change.
    """

    result: Result
    level: Level
    sentence: str
    locations: tuple[Location, ...]
    fingerprint: str


def ci_findings(run: Run) -> list[Finding]:
    """Return everything in a run that is not green, worst first; a run in which nothing was examined has at least that to tell."""
    named = zip(run.results, fingerprints(run), strict=True)
    found = [
        Finding(r, level(run, r.status), sentence(r), locations(run, r), name)
        for r, name in sorted(named, key=lambda pair: severity(pair[0]))
        if r.status.rank <= Status.WARNED.rank
    ]
    if not any(r.status.evaluated for r in run.results):
        nothing = Result(NOTHING_EVALUATED, "Something was examined", "run", Status.ERROR, verdict(run).sentence)
        found.append(Finding(nothing, "error", nothing.message, locations(run, nothing), _digest(_owner(run), NOTHING_EVALUATED)))
    return found


def level(run: Run, status: Status) -> Level:
    """Return how grave a finding is.

    Errors, failures and whatever stops the run are errors. Else undecided and warned results are warnings, and notes in a run that lets even
    failures through.
    """
    if stops(run, status):
        return "error"
    lenient = FAIL_ON[run.fail_on] in (None, Status.ERROR)
    return "note" if lenient else "warning"


def sentence(result: Result) -> str:
    """Return what is wrong, in numbers but without values of the data, and what to do.

    The result's own message may name extremes, categories or the text that a tool choked on; this is made of the title, the columns and the
    judged numbers alone.
    """
    where = line(", ".join(v if k in ("column", "attribute") else f"{k} {v}" for k, v in result.where.items() if k not in _MOVES))
    told = f"{line(result.title)}{f' ({where})' if where else ''}: {_STATES[result.status]}"
    return f"{told}{_numbers(result)}. {line(advice(result))}".strip()


def locations(run: Run, result: Result) -> tuple[Location, ...]:
    """Return the lines that a result bears on: those of its clauses, else where its limit was set, else the files that the run rests on."""
    at = [found for text in (*result.clauses, result.limit.source) if (found := _clause(run, text)) is not None]
    if at:
        return tuple(dict.fromkeys(at))
    if result.limit.source == FROM_CONFIG and FROM_CONFIG in run.paths:
        return (Location(run.paths[FROM_CONFIG]),)
    # a finding that no clause speaks of belongs where its clause would be written
    for name in (run.contract.location, FROM_CONFIG, run.subject.location):
        if name in run.paths:
            return (Location(run.paths[name]),)
    return (Location(PurePath(line(run.contract.location or run.subject.location or FROM_CONFIG)).name or FROM_CONFIG),)


def fingerprints(run: Run) -> list[str]:
    """Return a lasting name for each result of a run, in their order.

    It is made of the contract's id, the check and the place. Where a contract asks twice for the same, the parameters of the clause tell
    the two apart, and where even they are alike their order does. Counts, messages and line numbers take no part.
    """
    names: list[str] = []
    seen: Counter[str] = Counter()
    for result in run.results:
        identity = _digest(_owner(run), *_identity(result))
        seen[identity] += 1
        names.append(identity if seen[identity] == 1 else _digest(identity, str(seen[identity])))
    return names


def _owner(run: Run) -> str:
    return run.contract.id or run.contract.name or run.project


def _identity(result: Result) -> Iterator[str]:
    yield result.code
    yield _stable({k: v for k, v in result.where.items() if k not in _MOVES})
    if any(k in result.where for k in _MOVES):
        yield _stable(result.parameters)
        yield f"{judged(result)} {result.limit}"
        if not result.measurements and not result.parameters:
            # such a result is about the clause itself, and says so in words
            yield result.message.replace(result.where.get("clause", ""), "")


def _stable(parts: Mapping[str, str]) -> str:
    return json.dumps(dict(parts), sort_keys=True)


def _digest(*parts: str) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def _clause(run: Run, text: str) -> Location | None:
    found = re.fullmatch(r"(.+):(\d+)", text, re.DOTALL)
    if found is None:
        return None
    file, number = found[1], int(found[2])
    if file in run.paths:
        return Location(run.paths[file], max(number, 1))
    return Location(PurePath(file).name, max(number, 1)) if file == run.contract.location else None


def _numbers(result: Result) -> str:
    if result.status is Status.ERROR or not result.limit.judges:
        return ""
    held_against = [m for m in result.measurements if m.name == judged(result)]
    beyond = [m for m in held_against if result.limit.verdict(m) is not Verdict.HOLDS]
    if not beyond:
        return ""
    name = plain_name(beyond[0].name)
    if len(held_against) > 1:
        return f", {len(beyond):,} of {len(held_against):,} values of {name} beyond the limit, {limit_of(result)}"
    shown = replace(beyond[0], unit="") if beyond[0].unit in name.split() else beyond[0]
    return f", {name} {estimate(shown)}, limit {limit_words(result.limit, unit(shown))}"
