"""L007: rows that are equal in every feature and differ in the label."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import ibis
import ibis.expr.types as ir
import numpy as np

from audit.checks.found import JUDGED, LIMIT
from audit.checks.leakage.sampled import examined, read, row_hash_of, sampled
from audit.checks.plain import null_if_missing
from audit.core.ask import Answers, Ask, Asks, rows, scalar
from audit.core.check import Check, Findings, Suspect, missing, require_column
from audit.core.errors import NotApplicable
from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.wording import counted, percent
from audit.stats.intervals import normal_quantile

METHOD = "count of all rows"
#: Chance at which a count of conflicts is no coincidence, and how far columns that hang together may raise the expected count.
SURE, MARGIN = 0.001, 3
CLAUSE = "quality:\n  - type: custom\n    engine: assay\n    implementation: {check: L007}\n"


@dataclass(frozen=True, kw_only=True)
class ConflictingLabels(Check):
    """Rows with equal features and different labels, and the best accuracy that any model can reach on these rows because of them.

    With few coarse features such rows are what overlapping classes look like, so they are doubtful only where equal rows cannot be a
    coincidence: where there are more conflicting pairs than the most telling feature would let agree by chance among rows that are equal in
    all the others. A rule in the contract that names this check says that equal features must have one label, and then all of them count.

    Parameters
    ----------
    columns : tuple of str
        Features that rows are compared in; all where none is named.
    """

    code: ClassVar[str] = "L007"
    title: ClassVar[str] = "Conflicting labels"
    family: ClassVar[str] = "leakage"
    judged: ClassVar[str] = JUDGED
    advice: ClassVar[str] = "Have these rows labelled again, or find the column that tells them apart and was left out."
    cites: ClassVar[tuple[str, ...]] = ("Fukunaga 1990, Introduction to statistical pattern recognition, section 3.1 (Bayes error)",)
    seeks: ClassVar[bool] = True

    columns: tuple[str, ...] = ()
    limit: Limit = LIMIT

    def asks(self, subject: Subject) -> Asks:
        """Ask for the groups of rows with equal features and more than one label."""
        target, features = subject.need_classes(), self._features(subject)
        labelled = _labelled(subject.table, target)
        asks = {"total": scalar(labelled.count()), "conflicts": rows(_summary(_groups(labelled, target, features)))}
        return asks if self.columns else {**asks, "sample": sampled(subject)}

    def _features(self, subject: Subject) -> tuple[str, ...]:
        for column in self.columns:
            require_column(subject, column)
        return self.columns or examined(subject)

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Count the conflicts, and tell whether they can be a coincidence."""
        target, features = subject.need("target"), self._features(subject)
        total = int(answers.scalar("total"))
        if not total:
            raise NotApplicable(f"needs rows with a label in '{target}'; none has one")
        found = next(iter(answers.rows("conflicts")))
        groups, conflicting, minority, pairs = (int(found[name]) for name in ("groups", "rows", "minority", "pairs"))
        share = conflicting / total
        width = counted(len(features), "feature")
        measurements = [
            Measurement("conflicting_rows", conflicting, "rows", {}, total, method=METHOD),
            Measurement("conflicting_share", share, "share", {}, total, method=METHOD),
            Measurement("highest_accuracy", 1 - minority / total, "share", {}, total, method="most frequent label of each set of equal rows"),
        ]
        if not conflicting:
            measurements.insert(0, Measurement(JUDGED, 0, "rows", {}, total, method=METHOD))
            return Findings(measurements, f"No two of {total:,} rows with equal values in all {width} have different labels.")
        message = (
            f"{conflicting:,} of {counted(total, 'row')} ({percent(share)}) are equal in all {width} to a row with another label, in "
            f"{counted(groups, 'set')}; no model can be right on more than {percent(1 - minority / total)} of these data"
        )
        exhibits = [self._exhibit(subject, answers)]
        expected = 0.0 if self.clauses or self.columns else self._by_chance(subject, answers, features)
        if not (self.clauses or self.columns):
            value = expected if math.isfinite(expected) else None
            measurements.append(Measurement("pairs_by_chance", value, "pairs", {}, total, method="agreement in the most telling feature"))
            if not beyond_chance(pairs, MARGIN * expected):
                measurements.insert(0, Measurement(JUDGED, 0, "rows", {}, total, method=METHOD))
                return Findings(measurements, f"{message}. The features are so coarse that such rows may be different cases.", exhibits)
        measurements.insert(0, Measurement(JUDGED, conflicting, "rows", {"column": target}, total, method=METHOD))
        suspect = Suspect(
            target,
            "equal features have another label elsewhere",
            conflicting,
            lambda table: _in_conflict(table, target, features),
            CLAUSE,
            compares_rows=True,
        )
        return Findings(measurements, f"{message}.", exhibits, proposal="" if self.clauses else CLAUSE, suspects=(suspect,))

    def _by_chance(self, subject: Subject, answers: Answers, features: Sequence[str]) -> float:
        """Return how many pairs would agree in the most telling feature by chance, of those that agree in all the others."""
        sample = read(subject, answers.frame("sample")).rows
        telling = min(features, key=lambda c: float(np.sum(np.square(sample[c].value_counts(dropna=False)))))
        labelled = _labelled(subject.table, subject.need("target"))
        others = [c for c in features if c != telling]
        if not others:
            return math.inf
        values = {"same": null_if_missing(labelled[telling]), "others": row_hash_of(labelled, others), "all": row_hash_of(labelled, features)}
        more = answers.more({name: _equal_pairs(labelled, value) for name, value in values.items()})
        same, alike, equal = (float(more.scalar(name)) for name in values)
        total = int(answers.scalar("total"))
        # copies are equal in everything, so they say nothing about how often the telling feature agrees by chance
        different = total * (total - 1) / 2 - alike
        return alike * (same - equal) / different if different else math.inf

    def _exhibit(self, subject: Subject, answers: Answers) -> Exhibit:
        target, features = subject.need("target"), self._features(subject)
        labelled = _labelled(subject.table, target)
        torn = labelled.filter(_in_conflict(labelled, target, features)).select(label=labelled[target].cast("string"))
        counts = torn.group_by("label").aggregate(n=lambda t: t.count())
        more = answers.more({"labels": rows(counts.order_by([counts.n.desc(), counts.label]).limit(20))})
        lines = [(row["label"], int(row["n"])) for row in more.rows("labels")]
        return Exhibit(Kind.BARS, "Labels of the rows in conflict", ("label", "value"), lines, x_label="rows", note="All rows were compared.")


def beyond_chance(count: int, expected: float) -> bool:
    """Return whether a count is larger than one that is Poisson distributed around the expected one would be, once in a thousand times.

    >>> beyond_chance(1, 0.0009), beyond_chance(1, 0.0011)
    (True, False)
    """
    if count <= expected or expected == 0:
        return count > expected
    if expected > 1_000:
        return count - expected > normal_quantile(1 - 2 * SURE) * math.sqrt(expected)
    below = math.fsum(math.exp(i * math.log(expected) - expected - math.lgamma(i + 1)) for i in range(min(count, 10_000)))
    return 1 - below < SURE


def _labelled(table: ir.Table, target: str) -> ir.Table:
    return table.filter(~missing(table[target]))


def _groups(labelled: ir.Table, target: str, features: Sequence[str]) -> ir.Table:
    """Return the sets of rows with equal features and more than one label: rows, rows of the most frequent label, pairs of different labels."""
    names = [f"f{i}" for i in range(len(features))]
    named = {n: null_if_missing(labelled[c]) for n, c in zip(names, features, strict=True)}
    # hashes narrow the rows down, so that whole rows are compared only where they can be in conflict
    table = labelled.select(label=labelled[target], assay_hash=row_hash_of(labelled, features), **named)
    torn = table.group_by("assay_hash").aggregate(first=table.label.min(), last=table.label.max())
    candidates = table.semi_join(torn.filter(torn["first"] != torn["last"]), "assay_hash")
    cells = candidates.group_by([*names, "label"]).aggregate(n=lambda t: t.count())
    groups = cells.group_by(names).aggregate(rows=cells.n.sum(), most=cells.n.max(), squares=(cells.n * cells.n).sum(), labels=cells.count())
    return groups.filter(groups.labels > 1)


def _summary(groups: ir.Table) -> ir.Table:
    size = groups["rows"]
    pairs = (size.cast("float64") * size - groups.squares) / 2
    sums = {"rows": size.sum(), "minority": (size - groups.most).sum(), "pairs": pairs.sum()}
    return groups.aggregate(groups=groups.count(), **{name: value.fill_null(0) for name, value in sums.items()})


def _in_conflict(table: ir.Table, target: str, features: Sequence[str]) -> ir.BooleanValue:
    """Return where a row has a label, and another row with equal features has another one."""
    window = ibis.window(group_by=[null_if_missing(table[c]) for c in features])
    label = null_if_missing(table[target])
    return label.notnull() & (label.min().over(window) != label.max().over(window))


def _equal_pairs(table: ir.Table, value: ir.Value) -> Ask:
    """Ask for the number of pairs of rows that are equal in a value."""
    sizes = table.select(value=value).group_by("value").aggregate(n=lambda t: t.count())
    n = sizes.n.cast("float64")
    return scalar((n * (n - 1) / 2).sum().fill_null(0))
