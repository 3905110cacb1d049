"""Examines a subject: plans the checks, asks the engine once, measures, judges. The one place where a crash becomes a result."""

import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

import duckdb
from ibis.common.exceptions import IbisError
from ibis.expr.types import Expr

from audit.checks import discover
from audit.checks.task import distinct, doubtful, signs, told
from audit.config import LimitConfig
from audit.core.ask import Ask, Asks, scalar
from audit.core.check import Check, Findings, missing
from audit.core.contract import Contract
from audit.core.errors import AssayError, NotApplicable, UsageError, did_you_mean
from audit.core.limit import FROM_CONFIG, Limit
from audit.core.measurement import Measurement
from audit.core.result import Result
from audit.core.roles import REGRESSION
from audit.core.run import Document, Run
from audit.core.status import Status, worst
from audit.core.subject import Subject
from audit.engines.ask_engine import Answered, AskEngine, CheckAnswers, one_line
from audit.environment import environment
from audit.policies.load import read_policy, under_policy
from audit.store import new_run_id
from audit.unevaluated import unevaluated

GATE = ("quality", "balance", "privacy", "leakage")
MODEL = ("leakage", "performance", "fairness", "explanation", "errors", "shift")

Progress = Callable[[int, int, str], None]
T = TypeVar("T")


@dataclass(frozen=True)
class Settings:
    """How an examination is run.

    Parameters
    ----------
    project : str
        From the config.
    limits : mapping of str to LimitConfig
        Limits by code that replace defaults.
    skip : sequence of str
        Codes that are switched off.
    declared_only : bool
        Whether checks that look for what nobody declared are left out.
    policy : str
        Where default limits come from.
    fail_on : str
        The least bad state that fails the run.
    seed : int
        Of everything random.
    """

    project: str = "assay"
    limits: Mapping[str, LimitConfig] = field(default_factory=dict)
    skip: Sequence[str] = ()
    declared_only: bool = False
    policy: str = "default"
    fail_on: str = "failed"
    seed: int = 0


@dataclass(frozen=True)
class Examination:
    """A run, with what is needed to act on it.

    Parameters
    ----------
    run : Run
        The document.
    subject : Subject
        With its roles resolved.
    examined : sequence of Examined
        Every check that was measured, with what it brought back.
    engine : AskEngine
        Which knows the queries that were sent.
    """

    run: Run
    subject: Subject
    examined: Sequence["Examined"]
    engine: AskEngine

    @property
    def failed(self) -> list["Examined"]:
        """Those whose limit was broken and blocks."""
        return [e for e in self.examined if e.status is Status.FAILED]


@dataclass(frozen=True)
class Examined:
    """A check that was measured.

    Parameters
    ----------
    check : Check
        With the limit it was judged by.
    findings : Findings
        What it brought back.
    status : Status
        What became of it.
    """

    check: Check
    findings: Findings
    status: Status


def examine(
    subject: Subject,
    *,
    verb: str,
    families: Sequence[str],
    contract: Contract | None = None,
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> Examination:
    """Run every check of some families on a subject.

    Parameters
    ----------
    subject : Subject
        What is examined.
    verb : {"gate", "train", "audit", "run"}
        The command this is done for.
    families : sequence of str
        Which checks.
    contract : Contract, optional
        What was promised.
    settings : Settings, optional
        Limits, policy, seed.
    progress : callable, optional
        Told ``(done, total, what)`` before each step.

    Raises
    ------
    DataError
        The data cannot be read.
    UsageError
        The contract or the config asks for what does not exist.
    """
    started, clock = datetime.now(UTC), time.perf_counter()
    contract, settings = contract or Contract(), settings or Settings()
    engine = AskEngine(subject.table.get_backend())
    subject = resolve_positive(subject, engine)
    planned, unplanned = plan(subject, contract, families, settings)
    tell = progress or (lambda done, total, what: None)
    size = scalar(subject.table.count())
    tell(0, len(planned) + 1, "one scan of the data")
    asked = [_asked(check, subject) for check in planned]
    answered = engine.prefetch([size, *(ask for asks in asked if not isinstance(asks, Result) for ask in asks.values())])
    if id(size) not in answered.store:
        engine.probe(subject.table)
    results: list[Result] = list(unplanned)
    examined: list[Examined] = []
    for check, asks in zip(planned, asked, strict=True):
        tell(len(results) - len(unplanned) + 1, len(planned) + 1, f"{check.code} {check.title}")
        clock_of_check = time.perf_counter()
        found = _measured(check, subject, asks, answered)
        if isinstance(found, Examined):
            examined.append(found)
            found = _result(found, time.perf_counter() - clock_of_check)
        results.append(found)
    results += [_skipped(code, "switched off in assay.yaml under 'audit: skip'") for code in settings.skip if discover()[code].family in families]
    results += _left_out(planned, families, settings)
    results += list(unevaluated(contract)) if "quality" in families else []
    results = _told_apart(results)
    run = Run(
        id=new_run_id(),
        project=settings.project,
        verb=verb,
        started=started.isoformat(timespec="seconds"),
        seconds=round(time.perf_counter() - clock, 3),
        subject=Document(subject.name, subject.location, subject.sha256, rows=answered.look_up(size), columns=len(subject.table.columns)),
        contract=Document(contract.name, contract.path, contract.sha256, contract.version, contract.id),
        roles={k: v for k, v in asdict(subject.roles).items() if v},
        policy=settings.policy,
        environment=environment(),
        seed=settings.seed,
        results=tuple(results),
        fail_on=settings.fail_on,
    )
    return Examination(run, subject, examined, engine)


def hold(checks: Sequence[tuple[Subject, Check]], engine: AskEngine, also: Iterable[Ask] = ()) -> tuple[list[Examined | Result], Answered]:
    """Carry out some checks, each on its subject, in one scan with other questions; nothing is made of the outcome.

    Parameters
    ----------
    checks : sequence of (Subject, Check)
        Over one table.
    engine : AskEngine
        Where the table lives.
    also : iterable of Ask
        What else is asked.

    Returns
    -------
    tuple
        What became of each check, and the answers to all that was asked.
    """
    asked = [_asked(check, subject) for subject, check in checks]
    answered = engine.prefetch([*also, *(ask for asks in asked if not isinstance(asks, Result) for ask in asks.values())])
    return [_measured(check, subject, asks, answered) for (subject, check), asks in zip(checks, asked, strict=True)], answered


def resolve_task(subject: Subject, engine: AskEngine) -> Subject:
    """Settle whether the target is of classes or a quantity: as declared, or as the values say.

    Raises
    ------
    UsageError
        A quantity is declared, and the target holds no numbers or has a positive value.
    """
    roles = subject.roles
    if roles.target is None:
        return subject
    if roles.task == REGRESSION:
        kind = subject.table[roles.target].type()
        if not kind.is_numeric():
            raise UsageError(f"roles.task is '{REGRESSION}', and the target '{roles.target}' is of type {kind}; expected numbers")
        if roles.positive is not None:
            raise UsageError(
                f"roles.task is '{REGRESSION}', and roles.positive is '{roles.positive}'; a quantity has no positive value. Leave one out"
            )
    if roles.task is not None or roles.positive is not None:
        return subject
    asked = signs(subject.table, roles.target, roles.prediction)
    if asked is None:
        return subject
    columns, found = engine.fetch(asked)
    sign = dict(zip(columns, found[0], strict=True))
    values = len(engine.fetch(distinct(subject.table, roles.target))[1]) if doubtful(sign) else int(sign["values"])
    task = told(values, bool(sign["fractions"]))
    return replace(subject, roles=replace(roles, task=task)) if task == REGRESSION else subject


def resolve_positive(subject: Subject, engine: AskEngine) -> Subject:
    """Settle what kind of target there is, and which value of a binary one counts as positive: the declared one, or the larger of the two.

    Raises
    ------
    UsageError
        The declared one does not occur in the data, or the declared task does not go with the target.
    """
    subject = resolve_task(subject, engine)
    roles = subject.roles
    if roles.target is None or subject.is_quantity:
        return subject
    target = subject.table[roles.target]
    plain = target.type().is_string() or target.type().is_boolean() or target.type().is_numeric()
    # of other types the engine says how it writes them, since that is what is compared
    written = target if plain else target.cast("string")
    distinct = subject.table.select(value=written).filter(lambda t: ~missing(t.value)).distinct().order_by("value").limit(3)
    values = [v for (v,) in engine.fetch(distinct)[1]]
    if roles.positive is not None:
        positive = subject.table.filter(subject.is_positive(target)).select(value=written).limit(1)
        matched = engine.fetch(positive)[1]
        if values and not matched:
            shown = [_written(v) for v in values]
            raise UsageError(f"roles.positive is '{roles.positive}', which '{roles.target}' never is. {did_you_mean(roles.positive, shown)}")
        return replace(subject, roles=replace(roles, positive=_written(matched[0][0]))) if matched else subject
    return replace(subject, roles=replace(roles, positive=_written(values[1]))) if len(values) == 2 else subject


def _written(value: Any) -> str:
    """Return a value of the target as messages write it: 1.0 is 1."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def plan(subject: Subject, contract: Contract, families: Sequence[str], settings: Settings) -> tuple[list[Check], list[Result]]:
    """Return every check that will be run, with the limit it is judged by; then a result for each kind of check whose planning crashed.

    A limit in the contract wins over the config, the config over the policy, the policy over the check's default.
    """
    known = discover()
    for code in (*settings.limits, *settings.skip):
        if code not in known:
            raise UsageError(f"assay.yaml: there is no check '{code}'. {did_you_mean(code, known)}")
    for rule in contract.all_rules():
        code = str(rule.implementation.get("check", ""))
        if rule.kind == "custom" and rule.engine == "assay" and code not in known:
            raise UsageError(f"{rule.place}: there is no check '{code}'. {did_you_mean(code, known)}")
    policy = read_policy(settings.policy)
    planned: list[Check] = []
    crashed: list[Result] = []
    for code, check_class in known.items():
        if check_class.family in families and code not in settings.skip:
            checks = _attempt(partial(_of_class, check_class), partial(_planned, check_class, subject, contract), passing=AssayError)
            if isinstance(checks, Result):
                crashed.append(checks)
                continue
            if check_class.seeks and settings.declared_only:
                checks = [c for c in checks if c.clauses]
            planned += [_with_limit(check, contract, policy, settings.limits.get(code)) for check in checks]
    return planned, crashed


def _planned(check_class: type[Check], subject: Subject, contract: Contract) -> list[Check]:
    """Return the checks of one kind; those of other packages may plan anything."""
    checks: list[Any] = list(check_class.plan(subject, contract))
    if not all(isinstance(c, Check) for c in checks):
        raise TypeError(f"plan gave {_kinds(checks)}; expected checks")
    return checks


def judge(check: Check, measurements: Iterable[Any]) -> Status:
    """Return the worst state that the judged measurements put a check in.

    A check without a limit passes once it has measured; where what it is about could not be estimated, it has not.
    """
    name = check.limit.measurement or check.judged
    judged = [m for m in measurements if m.name == name]
    if not check.limit.judges:
        return Status.UNDECIDED if judged and not any(m.estimable for m in judged) else Status.PASSED
    return worst([check.limit.status(m) for m in judged]) if judged else Status.UNDECIDED


def _with_limit(check: Check, contract: Contract, policy: dict[str, Any], own: LimitConfig | None) -> Check:
    limit = check.limit
    if contract.path and limit.source.startswith(contract.path):
        return check
    limit = under_policy(limit, check.code, policy)
    if own is not None:
        written = {k: v for k, v in own.model_dump().items() if v is not None}
        if "low" in written or "high" in written:
            limit = replace(limit, low=None, high=None, exclude_low=False, exclude_high=False, inverse=False)
        limit = replace(limit, **written, source=FROM_CONFIG)
    return replace(check, limit=limit)


def _asked(check: Check, subject: Subject) -> Asks | Result:
    return _attempt(partial(result_of, check), partial(_asks, check, subject))


def _measured(check: Check, subject: Subject, asks: Asks | Result, answered: Answered) -> Examined | Result:
    if isinstance(asks, Result):
        return asks
    return _attempt(partial(result_of, check), partial(_examined, check, subject, CheckAnswers(asks, answered)))


def _attempt(told: Callable[[Status, str], Result], step: Callable[[], T], *, passing: type[Exception] | tuple[()] = ()) -> T | Result:
    """Return what a step of a check gives; a refusal or a crash becomes the check's result, made by ``told``."""
    try:
        return step()
    except passing:
        raise
    except NotApplicable as reason:
        return told(Status.NOT_APPLICABLE, str(reason))
    except (AssayError, duckdb.Error, IbisError) as error:
        return told(Status.ERROR, f"could not be run: {one_line(error)}")
    except (Exception, SystemExit) as error:
        # the one boundary: a crashed check is a result that says so, never a missing one, and may not end the program with a code of its own
        if str(error) == "Query interrupted":  # what DuckDB makes of Ctrl-C
            raise KeyboardInterrupt from error
        frame = traceback.extract_tb(error.__traceback__)[-1]
        text = f"crashed: {type(error).__name__}: {one_line(error)} ({frame.filename.rsplit('/', 1)[-1]}:{frame.lineno})"
        return told(Status.ERROR, text)


def _asks(check: Check, subject: Subject) -> Asks:
    """Return what a check wants to know; checks of other packages may say anything."""
    asks: Any = check.asks(subject)
    if not isinstance(asks, Mapping) or not all(isinstance(a, Ask) and isinstance(a.expr, Expr) for a in asks.values()):
        raise TypeError(f"asks gave {_kinds(asks.values() if isinstance(asks, Mapping) else asks)}; expected asks by name")
    return asks


def _examined(check: Check, subject: Subject, answers: CheckAnswers) -> Examined:
    """Measure and judge; checks of other packages may bring back anything."""
    found: Any = check.measure(subject, answers)
    if not isinstance(found, Findings) or not all(isinstance(m, Measurement) for m in found.measurements):
        raise TypeError(f"measure gave {_kinds(found.measurements if isinstance(found, Findings) else found)}; expected Findings with measurements")
    return Examined(check, found, judge(check, found.measurements))


def _kinds(value: Any) -> str:
    many = isinstance(value, Iterable) and not isinstance(value, (str, bytes))
    return ", ".join(sorted({type(v).__name__ for v in value})) or "nothing" if many else type(value).__name__


def _result(examined: Examined, seconds: float) -> Result:
    check, findings, status = examined.check, examined.findings, examined.status
    return result_of(
        check,
        status,
        findings.message,
        advice="" if status is Status.PASSED else findings.advice or check.advice,
        proposal=findings.proposal,
        measurements=tuple(findings.measurements),
        exhibits=tuple(findings.exhibits),
        seconds=round(seconds, 4),
    )


def result_of(check: Check, status: Status, message: str, **rest: Any) -> Result:
    """Return the result of a check."""
    shown = {f.name: str(getattr(check, f.name)) for f in fields(check) if f.name not in ("limit", "clauses") and getattr(check, f.name)}
    return Result(
        code=check.code,
        title=check.title,
        family=check.family,
        status=status,
        message=message,
        where=dict(check.where),
        judged=check.limit.measurement or check.judged,
        limit=check.limit,
        clauses=check.clauses,
        cites=check.cites,
        parameters=shown,
        **rest,
    )


def _told_apart(results: list[Result]) -> list[Result]:
    """Give results that would share a key, as two rules of one kind on one column do, the contract line each is about."""
    times = Counter(r.key for r in results)
    named = [replace(r, where={**r.where, "clause": ", ".join(r.clauses)}) if times[r.key] > 1 and r.clauses else r for r in results]
    seen: Counter[str] = Counter()
    for i, result in enumerate(named):
        seen[result.key] += 1
        if seen[result.key] > 1 and result.clauses:
            # several clauses may stand on one line
            named[i] = replace(result, where={**result.where, "entry": str(seen[result.key])})
    return named


def _left_out(planned: Sequence[Check], families: Sequence[str], settings: Settings) -> list[Result]:
    """Return a result for each check that looks for what nobody declared, where only what is declared is examined."""
    if not settings.declared_only:
        return []
    there = {c.code for c in planned} | set(settings.skip)
    codes = [code for code, check in discover().items() if check.seeks and check.family in families and code not in there]
    return [_skipped(code, "looks for what the contract does not declare; left out by '--declared' or 'audit: declared_only'") for code in codes]


def _skipped(code: str, why: str) -> Result:
    return _of_class(discover()[code], Status.SKIPPED, why)


def _of_class(check_class: type[Check], status: Status, message: str) -> Result:
    return Result(check_class.code, check_class.title, check_class.family, status, message, limit=Limit())
