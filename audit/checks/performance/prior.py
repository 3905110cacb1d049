"""Losses of a score against those of the prior, which gives every row the share of the positive class: from sums by outcome."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import ibis

from audit.checks.performance.paired_scores import scored_rows
from audit.checks.rate import LEVEL
from audit.core.ask import Ask, Rows, rows
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.stats.intervals import normal_quantile

#: A score of exactly 0 or 1 that is wrong would cost infinitely much.
NEAREST = 1e-15
WHERE = {"baseline": "prior"}


def loss_sums(subject: Subject) -> Ask:
    """Ask for the sums of both losses and of their squares, by outcome, and for the range of the score."""
    held_out = subject.held_out
    table = scored_rows(subject, held_out, score=held_out[subject.need("score")])
    score, positive = table["score"], table["positive"]
    away = (score - positive) * (score - positive)
    surely = ibis.ifelse(positive == 1, score, 1 - score)
    cost = -ibis.ifelse(surely < NEAREST, ibis.literal(NEAREST), ibis.ifelse(surely > 1, ibis.literal(1.0), surely)).ln()
    both = table.select(positive=positive, score=score, brier=away, log=cost)
    brier, log = both["brier"], both["log"]
    sums = {"brier": brier.sum(), "brier2": (brier * brier).sum(), "log": log.sum(), "log2": (log * log).sum()}
    return rows(both.group_by("positive").aggregate(n=both.count(), **sums, low=both["score"].min(), high=both["score"].max()))


@dataclass(frozen=True)
class _Side:
    n: int
    total: float
    squares: float
    prior: float


def losses(found: Rows) -> list[Measurement]:
    """Return the losses of the prior and what the score saves of them; nothing where the score is no probability, or only one class occurs."""
    sides: dict[int, Mapping[str, float]] = {int(r["positive"]): r for r in found}
    if set(sides) != {0, 1} or any(not (float(r["low"]) >= 0 and float(r["high"]) <= 1) for r in sides.values()):
        return []
    n1, n0 = (int(sides[k]["n"]) for k in (1, 0))
    share = n1 / (n0 + n1)
    priors = {"brier": {1: (1 - share) ** 2, 0: share**2}, "log": {1: -math.log(share), 0: -math.log(1 - share)}}
    measured = []
    for loss, name in (("brier", "brier_score"), ("log", "log_loss")):
        parts = [_Side(int(sides[k]["n"]), float(sides[k][loss]), float(sides[k][f"{loss}2"]), priors[loss][k]) for k in (1, 0)]
        measured += _loss(name, parts)
    return measured


def _loss(name: str, parts: list[_Side]) -> list[Measurement]:
    n = sum(p.n for p in parts)
    prior = sum(p.n * p.prior for p in parts) / n
    saved = prior - sum(p.total for p in parts) / n
    squares = sum(p.squares - 2 * p.prior * p.total + p.n * p.prior**2 for p in parts) / n
    half = normal_quantile(LEVEL) * math.sqrt(max(squares - saved**2, 0.0) / max(n - 1, 1))
    interval = (saved - half, saved + half)
    return [
        Measurement(f"baseline_{name}", prior, "", WHERE, n, method="every row given the share of the positive class"),
        Measurement(f"{name}_gain", saved, "", WHERE, n, interval, LEVEL, "paired mean of losses, normal"),
    ]
