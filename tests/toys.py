"""Small tables that a model can learn, and the shortest way to train on them."""

from typing import Any

import numpy as np
import pandas as pd

from audit.config import Config, TrainingConfig
from audit.core.contract import Contract
from audit.core.result import Result
from audit.core.roles import Roles
from audit.core.run import Document, Run
from audit.core.status import Status
from audit.core.subject import Subject
from audit.engines.sources import frame_table
from training.pipeline import Trained, train

DATA_SHA, CONTRACT_SHA = "d" * 64, "c" * 64


def separable(rows: int = 400, seed: int = 0) -> pd.DataFrame:
    """Two classes that a number and a level tell apart with little noise; two groups with different base rates."""
    rng = np.random.default_rng(seed)
    group = np.where(np.arange(rows) % 3 == 0, "b", "a")
    score = rng.normal(size=rows) + np.where(group == "a", 0.6, -0.6)
    label = np.where(score + 0.3 * rng.normal(size=rows) > 0, "yes", "no")
    level = np.where(rng.random(rows) < 0.8, np.where(label == "yes", "red", "blue"), "green")
    return pd.DataFrame({"number": score, "level": level, "noise": rng.normal(size=rows), "group": group, "label": label})


def gate_run(status: Status = Status.PASSED, *, data: str = DATA_SHA, contract: str = CONTRACT_SHA, **rest: Any) -> Run:
    """A gate with one result."""
    result = Result("D002", "Missing values", "quality", status, "as it is", {"column": "age"})
    return Run(
        "gate-1", "toy", "gate", "2026-01-01T00:00:00Z", 0.1, Document("toy", sha256=data), Document(sha256=contract), results=(result,), **rest
    )


def subject(frame: pd.DataFrame, **roles: Any) -> Subject:
    """The frame as a subject whose target is ``label`` and whose sensitive attribute is ``group``."""
    given = {"target": "label", "sensitive": ("group",) if "group" in frame else ()} | roles
    return Subject("toy", frame_table(frame), Roles(**given), sha256=DATA_SHA)


def config(**training: Any) -> Config:
    """A config with few, fast candidates unless told otherwise."""
    return Config(data="toy.parquet", training=TrainingConfig(**({"candidates": ["logistic_regression"]} | training)))


def trained(frame: pd.DataFrame, roles: dict[str, Any] | None = None, contract: Contract | None = None, **training: Any) -> Trained:
    """Train on a frame that a passing gate vouches for."""
    contract = contract or Contract(sha256=CONTRACT_SHA)
    return train(subject(frame, **(roles or {})), contract, config(**training), gate_run())
