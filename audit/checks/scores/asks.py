"""What is asked about scores: counts by outcome fine enough for any curve, small enough for any number of rows, and what cannot be counted so."""

import ibis
import ibis.expr.types as ir

from audit.core.ask import Ask, rows, scalar
from audit.core.check import missing
from audit.core.errors import DataError
from audit.core.subject import Subject
from audit.core.values import as_text

BINS = 10_000
#: Bins where there are groups as well: fifty groups come back as at most 100,000 counts.
GROUP_BINS = 2_000
#: With more distinct scores than this they are rounded before they are grouped: grouping millions of numbers is slow.
MAX_DISTINCT = 100_000
DIGITS = 5


def score_asks(subject: Subject, score: str, of: str = "") -> dict[str, Ask]:
    """Ask for the counts of the two outcomes by score on the held-out rows.

    Up to 10,000 distinct scores each have their own bin; more of them share 10,000 bins with equally many distinct scores in each, so equal
    scores are never torn apart.

    Parameters
    ----------
    subject : Subject
        With a target and its positive value.
    score : str
        Column of numbers.
    of : str
        Whose scores, to tell the asks of several models apart.

    Raises
    ------
    DataError
        The column does not hold numbers.
    """
    return _asks(subject, score, of, {}, BINS)


def group_score_asks(subject: Subject, score: str, attribute: str) -> dict[str, Ask]:
    """Ask for the counts of the two outcomes by score and group, all groups in the same bins, and for the number of groups.

    Raises
    ------
    DataError
        The score column does not hold numbers.
    """
    group = subject.group(attribute, subject.held_out)
    return {"groups": scalar(group.nunique()), **_asks(subject, score, attribute, {"group": group}, GROUP_BINS)}


def decision_score_asks(subject: Subject, score: str, prediction: str) -> dict[str, Ask]:
    """Ask for the counts of the two outcomes by score and by what was decided: ``positive``, ``negative``, or null without a prediction.

    Raises
    ------
    DataError
        The score column does not hold numbers.
    """
    decided = ibis.ifelse(subject.is_positive(subject.held_out[prediction]), "positive", "negative")
    known = ibis.ifelse(missing(subject.held_out[prediction]), ibis.null("string"), decided)
    return _asks(subject, score, prediction, {"group": known}, BINS)


def need_scores(subject: Subject) -> str:
    """Return the score column of a subject with a binary target.

    Raises
    ------
    NotApplicable
        There is no score or no target, or the target is not binary.
    """
    score = subject.need("score")
    subject.is_positive(subject.table[subject.need("target")])  # refuses targets that are not binary
    return score


def quality_asks(subject: Subject, score: str) -> dict[str, Ask]:
    """Ask how many held-out rows there are, and how many have no label, no score, or a score that is no probability."""
    table = subject.held_out
    scored = _numbers(table, score)
    known = ~missing(scored)
    return {
        "rows": scalar(table.count()),
        "missing labels": scalar(table.count(where=missing(table[subject.need("target")]))),
        "missing scores": scalar(table.count(where=~known)),
        "infinite scores": scalar(table.count(where=known & scored.isinf())),
        "scores outside": scalar(table.count(where=known & ((scored < 0) | (scored > 1)))),
    }


def loss_asks(subject: Subject, score: str) -> dict[str, Ask]:
    """Ask for the sums of the squared and of the logarithmic loss, and how often something happened that was given no chance at all."""
    table = subject.held_out
    target, scored = table[subject.need("target")], _numbers(table, score)
    known = ~missing(target) & ~missing(scored)
    chance = ibis.ifelse(subject.is_positive(target), scored, 1 - scored)
    # engines refuse the logarithm of 0, in rows that are left out too
    log_loss = -ibis.ifelse(known & (chance > 0), chance, 1.0).ln()
    return {
        "squared losses": scalar(((1 - chance) * (1 - chance)).sum(where=known)),
        "log losses": scalar(log_loss.sum(where=known)),
        "no chance": scalar(table.count(where=known & (chance <= 0))),
        "certain": scalar(table.count(where=known & ((scored == 0) | (scored == 1)))),
    }


def _numbers(table: ir.Table, score: str) -> ir.FloatingColumn:
    column = table[score]
    if not column.type().is_numeric():
        raise DataError(f"the score column '{score}' is of type {column.type()}; expected numbers, such as the probability of the positive class")
    return column.cast("float64")


def _asks(subject: Subject, score: str, of: str, group: dict[str, ir.Column], bins: int) -> dict[str, Ask]:
    table = subject.held_out
    target, scored = table[subject.need("target")], _numbers(table, score)
    usable = ~missing(target) & ~missing(scored)
    known = table.filter(usable).select(positive=subject.is_positive(target), score=scored, **group)
    by = list(group)
    return {
        f"distinct scores {of}": scalar(scored.approx_nunique(where=usable)),
        f"scores {of}": _binned(known, by, bins),
        f"rounded scores {of}": _binned(known.mutate(score=_rounded(known["score"])), by, bins),
    }


def _binned(known: ir.Table, by: list[str], bins: int) -> Ask:
    distinct = known.group_by(["score", *by]).aggregate(n=known.count(), positives=known["positive"].sum())
    ranked = distinct.mutate(rank=ibis.dense_rank().over(order_by=distinct["score"]))
    ranked = ranked.mutate(width=(ranked["rank"].max().over(ibis.window()) / bins).floor().cast("int64") + 1)
    binned = ranked.mutate(bin=(ranked["rank"] / ranked["width"]).floor().cast("int64"))
    counted = binned.group_by(["bin", *by]).aggregate(
        lowest=binned["score"].min(),
        highest=binned["score"].max(),
        total=(binned["score"] * binned["n"]).sum(),
        width=binned["width"].max(),
        n=binned["n"].sum(),
        positives=binned["positives"].sum(),
    )
    return rows(counted.mutate(group=as_text(counted["group"])) if by else counted, when_needed=True)


def _rounded(score: ir.Column) -> ir.Column:
    """Round to five significant digits of the distance to 0, or to 1 where that is nearer: probabilities crowd at both ends."""
    near_one = (score > 0.5) & (score < 1)
    distance = ibis.ifelse(near_one, 1 - score, score.abs())
    plain = (distance < 1e-300) | score.isinf()
    scale = ibis.literal(10.0) ** (DIGITS - 1 - ibis.ifelse(plain, 1.0, distance).log10().floor())
    rounded = (distance * scale).round() / scale
    return ibis.ifelse(plain, score, ibis.ifelse(near_one, 1 - rounded, ibis.ifelse(score < 0, -rounded, rounded)))
