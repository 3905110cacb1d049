"""One check on one small frame, asked and answered by the real engine, without planning a run."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from audit.core.check import Check, Findings
from audit.core.measurement import Measurement
from audit.core.roles import Roles
from audit.core.status import Status
from audit.core.subject import Model, Subject
from audit.engines.ask_engine import AskEngine, CheckAnswers
from audit.engines.sources import connect
from audit.run import judge, resolve_positive


def subject_of(frame: pd.DataFrame, models: Sequence[Model] = (), **roles: Any) -> tuple[Subject, AskEngine]:
    """Return a frame as a subject with its roles resolved, and the engine that answers for it."""
    backend = connect()
    backend.con.register("frame_under_test", frame)
    engine = AskEngine(backend)
    subject = Subject("frame", backend.table("frame_under_test"), Roles(**roles), models=models)
    return resolve_positive(subject, engine), engine


def findings(check: Check, subject: Subject, engine: AskEngine) -> Findings:
    """Return what a check finds."""
    asks = check.asks(subject)
    return check.measure(subject, CheckAnswers(asks, engine.prefetch(asks.values())))


def status(check: Check, found: Findings) -> Status:
    """Return the state its limit puts a check in."""
    return judge(check, found.measurements)


def one(found: Findings, name: str, where: Mapping[str, str] | None = None) -> Measurement:
    """Return the single measurement of a name and place."""
    same = [m for m in found.measurements if m.name == name and dict(m.where) == dict(where or {})]
    assert len(same) == 1, f"{name} {where}: {len(same)} of {[(m.name, dict(m.where)) for m in found.measurements]}"
    return same[0]
