"""Held-out rows that are nearly equal to a training row, and whether that row has another label."""

from collections.abc import Mapping
from dataclasses import dataclass

import ibis.expr.types as ir
import numpy as np

from audit.checks.errors.held_out import differ
from audit.checks.near_duplicates.columns import identity
from audit.checks.near_duplicates.compared_rows import differing_by_nature, is_one_of
from audit.checks.near_duplicates.evidence import remarks
from audit.checks.near_duplicates.search import search
from audit.core.ask import Answers, rows
from audit.core.check import missing
from audit.core.subject import TEST, TRAIN, Subject
from audit.core.values import as_text


@dataclass(frozen=True)
class Twins:
    """Counts of held-out rows with label and prediction.

    Parameters
    ----------
    counts : mapping of str to (int, int)
        Rows and misjudged rows: ``conflicting`` have a near twin in training with another label, ``agreeing`` have one, all with their label.
    remarks : str
        What could not be compared, in sentences.
    told : bool
        Whether the columns say enough to tell near twins from rows that are alike by chance.
    """

    counts: Mapping[str, tuple[int, int]]
    remarks: str
    told: bool = True


def twins(subject: Subject, answers: Answers, total: int) -> Twins:
    """Search for pairs of a held-out row and a training row that are alike in all but label and bookkeeping.

    Raises
    ------
    NotApplicable
        There is too little to compare, or the engine cannot compare rows.
    """
    target = subject.need("target")
    found = search(subject, answers, total, without=differing_by_nature(subject, (target,)))
    in_training, held_out = found.splits == TRAIN, found.splits == TEST
    apart = found.verdict.near & in_training.any(axis=1) & held_out.any(axis=1)
    pairs, trained = found.identities[apart], in_training[apart]
    if not len(pairs):
        return Twins({}, remarks(found), told=not found.too_little)
    ours, theirs = np.where(trained[:, 0], pairs[:, 1], pairs[:, 0]), np.where(trained[:, 0], pairs[:, 0], pairs[:, 1])
    table = subject.table
    label, predicted = table[target], table[subject.need("prediction")]
    wrong, wanted = differ(subject, label, predicted), is_one_of(table, pairs.ravel())
    rows_of = table.select(identity=identity(table), label=as_text(label), wrong=wrong, found=wanted & ~missing(label))
    rows_of = rows_of.filter(rows_of.found)
    counted: ir.Table = rows_of.group_by(["identity", "label", "wrong"]).aggregate(n=rows_of.count())
    labels: dict[int, str] = {}
    judged: dict[int, tuple[int, bool]] = {}
    for row in answers.more({"twins": rows(counted)}).rows("twins"):
        labels[int(row["identity"])] = row["label"]
        if row["wrong"] is not None:
            judged[int(row["identity"])] = (int(row["n"]), bool(row["wrong"]))
    conflicting: dict[int, bool] = {}
    for own, other in zip(ours.tolist(), theirs.tolist(), strict=True):
        if own in judged and other in labels:
            conflicting[own] = conflicting.get(own, False) or labels[own] != labels[other]
    counts = {}
    for name, conflict in (("conflicting", True), ("agreeing", False)):
        members = [judged[i] for i, apart_in_label in conflicting.items() if apart_in_label is conflict]
        counts[name] = (sum(n for n, _ in members), sum(n for n, wrong in members if wrong))
    return Twins(counts, remarks(found))
