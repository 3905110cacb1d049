"""L008: labels that are probably wrong, by confident learning."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

from audit.checks.found import JUDGED, LIMIT
from audit.checks.leakage.agreement import LEVEL, Evidence, best_agreement
from audit.checks.leakage.not_features import barred
from audit.checks.leakage.out_of_fold import out_of_fold
from audit.checks.leakage.sampled import SIZE, Sample, examined, read, sampled, with_target
from audit.checks.plain import null_if_missing
from audit.core.ask import Answers, Asks, frame, row_hash, sample, scalar
from audit.core.check import Check, Findings, Suspect, missing, require_column
from audit.core.contract import Contract
from audit.core.errors import NotApplicable, UsageError
from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.wording import counted, percent
from audit.stats.confident_learning import joint, label_errors, self_confidence
from audit.stats.lapse import SURE

LEAST_ROWS, LEAST_OF_CLASS, MOST_CLASSES = 200, 20, 20
#: Error rate of the test, and share of rows that must be all but certain for it to mean anything.
SIGNIFICANCE, LEAST_SURE = 0.01, 0.05
#: Chance from which a flagged label is called wrong.
PROBABLE = 0.5
MOST_SHOWN = 25
CLAUSE = "quality:\n  - type: custom\n    engine: assay\n    implementation: {check: L008}\n"


@dataclass(frozen=True, kw_only=True)
class LabelErrors(Check):
    """Rows whose label a model that did not see them contradicts, and how many more there are than overlapping classes give.

    Confident learning flags rows. Where classes overlap it flags right labels too, so flagged rows are called suspect only if labels go
    on disagreeing where the model is sure: overlap alone brings agreement to 1 as the model's log-odds rise, wrong labels keep it below. The
    share of labels that disagree beyond overlap is the estimated share of errors.

    Parameters
    ----------
    probabilities : tuple of str
        Columns with the probability of each class, in the order of the classes as text, predicted without the row. Where none is named, the
        role ``score`` serves for a binary target on held-out rows, and else a model is fitted five times on a sample.
    rows : int
        Rows to look at, taken by the hash of their key.
    least_share : float
        Estimated share of errors below which nothing is said.
    seed : int
        Of the folds and of the bootstrap.
    not_features : tuple of str
        Columns that no model learns from; the contract's ``feature: false`` adds to them.
    """

    code: ClassVar[str] = "L008"
    title: ClassVar[str] = "Label errors"
    family: ClassVar[str] = "leakage"
    judged: ClassVar[str] = JUDGED
    advice: ClassVar[str] = (
        "Have the rows with the least self-confidence looked at by a person who does not see the given label; set aside or correct those that are "
        "wrong, in the test data first."
    )
    cites: ClassVar[tuple[str, ...]] = (
        "Northcutt, Jiang & Chuang 2021, Confident learning: estimating uncertainty in dataset labels, JAIR 70, 1373-1411",
        "Wichmann & Hill 2001, The psychometric function I, Perception & Psychophysics 63, 1293-1313 (the lapse rate)",
    )
    slow: ClassVar[bool] = True
    seeks: ClassVar[bool] = True

    limit: Limit = LIMIT
    probabilities: tuple[str, ...] = ()
    rows: int = SIZE
    least_share: float = 0.01
    seed: int = 0
    not_features: tuple[str, ...] = ()

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Yield one check that knows which columns are no features."""
        for check in list(cls.declared(contract)) or [cls()]:
            yield replace(check, not_features=tuple(dict.fromkeys((*check.not_features, *barred(contract)))))

    def asks(self, subject: Subject) -> Asks:
        """Ask for a sample: of labels and probabilities where there are any, else of labels and features."""
        target = subject.need("target")
        if subject.table[target].type().is_floating() and subject.roles.positive is None:
            raise NotApplicable(f"needs classes; the target '{target}' is a quantity")
        total = scalar(subject.table.count())
        columns = self._columns(subject)
        if not columns:
            return {"total": total, "features": sampled(subject, self.rows)}
        table = subject.held_out
        key = subject.roles.key or with_target(subject)
        picked = sample(table.filter(~missing(table[target])), self.rows, key)
        named = [null_if_missing(picked[c]).cast("float64").name(f"p{i}") for i, c in enumerate(columns)]
        label = picked[target].cast("string").name("label")
        positive = subject.is_positive(picked[target]).name("positive") if subject.roles.positive is not None else label.name("positive")
        return {"total": total, "given": frame(picked.select([*named, label, positive, row_hash(picked, key).name("identity")]), when_needed=True)}

    def _columns(self, subject: Subject) -> tuple[str, ...]:
        for column in self.probabilities:
            if not require_column(subject, column).type().is_numeric():
                raise UsageError(
                    f"L008: 'probabilities' names '{column}', which has the type {subject.table[column].type()}; give numbers from 0 to 1"
                )
        if self.probabilities:
            return self.probabilities
        score = subject.roles.score
        numeric = score and subject.table[score].type().is_numeric()
        # without a split nobody knows whether the rows were held out when the score was learnt
        return (str(score),) if numeric and subject.roles.positive is not None and subject.roles.split else ()

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Flag labels, and hold their number against what overlap gives."""
        columns = self._columns(subject)
        candidates = [self._given(subject, answers, columns)] if columns else self._fitted(subject, answers)
        agreement, p_value = best_agreement(candidates, self.seed)
        evidence = agreement.evidence
        flagged = label_errors(evidence.labels, evidence.probabilities)
        n = len(flagged)
        share, interval = agreement.share()
        sure = float(np.mean(agreement.right_agrees() >= SURE))
        wrong = agreement.wrong_if_disagreeing()
        suspect = flagged & (wrong >= PROBABLE)
        told = p_value < SIGNIFICANCE and sure >= LEAST_SURE and share >= self.least_share
        by_overlap = agreement.flagged_by_overlap(self.seed, overlap_only=not told)
        if not told:
            suspect[:] = False
            interval = (0.0, interval[1])
        method = f"{evidence.by}, sample of {n:,} rows by hash"
        flags = int(flagged.sum())
        measurements = [
            Measurement(JUDGED, int(suspect.sum()), "rows", {"column": str(subject.roles.target)}, n, method=method),
            Measurement("flagged_rows", flags, "rows", {}, n, method=f"confident learning, prune by noise rate; {method}"),
            Measurement("flagged_share", flags / n, "share", {}, n, method=f"confident learning, prune by noise rate; {method}"),
            Measurement("flagged_by_overlap", by_overlap[0], "rows", {}, n, (by_overlap[1], by_overlap[2]), LEVEL, "labels drawn with overlap only"),
            Measurement("label_error_share", share, "share", {}, n, interval, LEVEL, "disagreement beyond overlap, parametric bootstrap"),
        ]
        message = (
            f"Confident learning flags {flags:,} of {counted(n, 'row')} ({percent(flags / n)}); were every label right it would flag about "
            f"{by_overlap[0]:,.0f} ({by_overlap[1]:,.0f} to {by_overlap[2]:,.0f})"
        )
        if not told:
            why = (
                f"only {percent(sure)} of the rows can be predicted surely, too few to tell errors from overlap"
                if sure < LEAST_SURE
                else f"where the model ({evidence.by}) is sure, labels agree with it, so no errors can be told from overlap"
            )
            return Findings(measurements, f"{message}. {why[0].upper()}{why[1:]}.", [_joint(evidence)])
        message += (
            f". Even where the model ({evidence.by}) is sure, {percent(share)} of the labels disagree "
            f"({percent(interval[0])} to {percent(interval[1])}); {counted(int(suspect.sum()), 'flagged row is', 'flagged rows are')} more "
            "probably wrong than not."
        )
        exhibits = [self._worst(evidence, suspect, wrong), _joint(evidence)]
        suspects = [self._suspect(subject, evidence, suspect)] if suspect.any() else []
        return Findings(measurements, message, exhibits, proposal="" if self.clauses else CLAUSE, suspects=suspects)

    def _given(self, subject: Subject, answers: Answers, columns: Sequence[str]) -> Evidence:
        answer = answers.frame("given")
        p = answer[[f"p{i}" for i in range(len(columns))]].to_numpy(dtype=float)
        if len(columns) == 1:
            classes = [f"not {subject.roles.positive}", str(subject.roles.positive)]
            labels = answer["positive"].to_numpy(dtype=bool).astype(np.int64)
            p = np.column_stack([1 - p[:, 0], p[:, 0]])
        else:
            classes = sorted(set(answer["label"]))
            if len(classes) != len(columns):
                raise UsageError(
                    f"L008: 'probabilities' names {counted(len(columns), 'column')}, and '{subject.roles.target}' has "
                    f"{counted(len(classes), 'class', 'classes')}; name one for each, in their order"
                )
            labels = np.array([classes.index(name) for name in answer["label"]], dtype=np.int64)
        usable = np.all((p >= 0) & (p <= 1), axis=1)
        identities = answer["identity"].to_numpy(dtype=object)
        return _enough(Evidence(labels[usable], p[usable], identities[usable], classes, f"given by {', '.join(columns)}"))

    def _fitted(self, subject: Subject, answers: Answers) -> list[Evidence]:
        drawn = read(subject, answers.frame("features"))
        names, counts = np.unique([str(name) for name in drawn.labels if name is not None], return_counts=True)
        classes = [str(name) for name, n in zip(names, counts, strict=True) if n >= LEAST_OF_CLASS]
        if not 2 <= len(classes) <= MOST_CLASSES:
            raise NotApplicable(
                f"needs 2 to {MOST_CLASSES} classes of at least {LEAST_OF_CLASS} rows in '{subject.roles.target}'; found {len(classes)}"
            )
        kept = drawn.keep(np.isin(drawn.labels.astype(str), classes) & np.array([name is not None for name in drawn.labels]))
        if len(kept) < LEAST_ROWS:
            raise NotApplicable(f"needs at least {LEAST_ROWS} labelled rows; found {len(kept)}")
        kept = _in_order(kept)
        labels = np.array([classes.index(name) for name in kept.labels], dtype=np.int64)
        features = [c for c in examined(subject) if c not in self.not_features]
        found = out_of_fold(kept.rows[features], labels, self.seed)
        return [Evidence(labels, p, kept.identities, classes, f"{name}, out of fold") for name, p in found.items()]

    @staticmethod
    def _worst(evidence: Evidence, suspect: NDArray[np.bool_], wrong: NDArray[np.float64]) -> Exhibit:
        predicted = evidence.predicted
        confidence = self_confidence(evidence.labels, evidence.probabilities)
        worst = [i for i in np.argsort(confidence, kind="stable") if suspect[i]][:MOST_SHOWN]
        lines = [
            (
                str(evidence.identities[i]),
                evidence.classes[evidence.labels[i]],
                evidence.classes[predicted[i]],
                round(float(confidence[i]), 4),
                round(float(wrong[i]), 3),
            )
            for i in worst
        ]
        columns = ("hash of the row's key", "label", "predicted", "probability of the label", "chance of an error")
        return Exhibit(Kind.TABLE, "Labels most probably wrong", columns, lines, note="Predicted by a model that did not see the row.")

    def _suspect(self, subject: Subject, evidence: Evidence, suspect: NDArray[np.bool_]) -> Suspect:
        key = subject.roles.key or with_target(subject)
        hashes = sorted({str(identity) for identity in evidence.identities[suspect]})

        def failing(table: ir.Table) -> ir.BooleanValue:
            return row_hash(table, key).isin(hashes)

        return Suspect(str(subject.roles.target), "the label is probably wrong", int(suspect.sum()), failing, "" if self.clauses else CLAUSE)


def _enough(evidence: Evidence) -> Evidence:
    seen = np.bincount(evidence.labels, minlength=len(evidence.classes))
    if len(evidence.labels) < LEAST_ROWS or seen.min() < LEAST_OF_CLASS:
        raise NotApplicable(
            f"needs at least {LEAST_ROWS} labelled rows with probabilities from 0 to 1, {LEAST_OF_CLASS} of each class; "
            f"found {len(evidence.labels)}, {seen.min()} of the rarest"
        )
    return evidence


def _in_order(drawn: Sample) -> Sample:
    """Return the rows in an order that depends on nothing but their content."""
    import pandas as pd

    content = pd.util.hash_pandas_object(drawn.rows, index=False).to_numpy()
    order = np.lexsort((content, drawn.identities.astype(str)))
    return Sample(drawn.rows.iloc[order].reset_index(drop=True), drawn.labels[order], drawn.identities[order])


def _joint(evidence: Evidence) -> Exhibit:
    cells = joint(evidence.labels, evidence.probabilities)
    lines = [
        (f"truly {evidence.classes[j]}", f"labelled {evidence.classes[i]}", round(float(cells[i, j]), 6))
        for i in range(len(cells))
        for j in range(len(cells))
    ]
    return Exhibit(
        Kind.HEATMAP, "Given and true labels, as confident learning estimates them", ("x", "y", "value"), lines, note="Shares of all rows; sum to 1."
    )
