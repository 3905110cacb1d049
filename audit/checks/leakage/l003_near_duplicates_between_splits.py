"""L003: rows of other splits that are nearly equal to a training row."""

from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np

from audit.checks.found import JUDGED, LIMIT
from audit.checks.near_duplicates.compared_rows import differing_by_nature, is_one_of
from audit.checks.near_duplicates.comparison import BOTH_MISSING, EQUAL, Bounds
from audit.checks.near_duplicates.evidence import columns_shown, pairs_shown, remarks
from audit.checks.near_duplicates.profile import Codes
from audit.checks.near_duplicates.search import Search, search
from audit.checks.near_duplicates.verdict import Mask
from audit.core.ask import Answers, Asks, rows, scalar
from audit.core.check import Check, Findings, Suspect
from audit.core.errors import NotApplicable
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.wording import counted, listed, percent

CLAUSE = "quality:\n  - type: custom\n    engine: assay\n    implementation: {check: L003}\n"


@dataclass(frozen=True, kw_only=True)
class NearDuplicatesBetweenSplits(Check):
    """Rows of each other split with a near twin in training. Rows that are equal in target and features are L001's.

    Parameters
    ----------
    columns, ignore : tuple of str
        Columns to compare, and columns that differ by nature.
    tolerance, similarity : float or None
        When numbers and texts are close, as for D021.
    differing : int or None
        How many columns may differ, or be missing on one side, all the same.
    train : str
        How the split column calls the training rows.
    """

    code: ClassVar[str] = "L003"
    title: ClassVar[str] = "Near duplicates between splits"
    family: ClassVar[str] = "leakage"
    judged: ClassVar[str] = JUDGED
    advice: ClassVar[str] = (
        "Remove near duplicates before splitting, or keep the rows of one pair in one split; otherwise the test partly asks what was learnt by heart."
    )
    cites: ClassVar[tuple[str, ...]] = (
        "Kapoor & Narayanan 2023, Leakage and the reproducibility crisis in machine-learning-based science, Patterns 4(9)",
        "Fellegi & Sunter 1969, A theory for record linkage, Journal of the American Statistical Association 64(328)",
    )
    slow: ClassVar[bool] = True
    seeks: ClassVar[bool] = True

    columns: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    tolerance: float | None = None
    similarity: float | None = None
    differing: int | None = None
    train: str = "train"
    limit: Limit = LIMIT

    def asks(self, subject: Subject) -> Asks:
        """Ask for the rows of each split; what else is asked depends on them."""
        table = subject.table.select(split=subject.table[subject.need("split")].cast("string"))
        table = table.filter(table.split.notnull())
        return {"total": scalar(subject.table.count()), "splits": rows(table.group_by("split").aggregate(rows=table.count()))}

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Search, and count the rows of other splits that have a twin in training."""
        split, total = subject.need("split"), int(answers.scalar("total"))
        counts = {row["split"]: int(row["rows"]) for row in answers.rows("splits")}
        trained = counts.pop(self.train, 0)
        if not trained or not counts:
            others = listed(f"'{name}'" for name in counts)
            raise NotApplicable(
                f"needs rows of '{self.train}' and of another split in '{split}'; found {others if counts else 'none of another split'}"
            )
        without = differing_by_nature(subject, self.ignore)
        found = search(subject, answers, total, only=self.columns, without=without, bounds=self._bounds())
        in_training = found.splits == self.train
        apart = found.verdict.near & (in_training.sum(axis=1) == 1) & ~_missing(found)
        apart &= ~_equal(found, subject)
        outside = np.where(in_training[:, 0], found.identities[:, 1], found.identities[:, 0])[apart]
        twins = self._twins(subject, answers, outside) if apart.any() else Counter[str]()
        method = f"blocking, then comparison of {counted(found.compared, 'pair')}"
        parts = [f"{twins[name]:,} of {counted(n, 'row')} of '{name}' ({percent(twins[name] / n)})" for name, n in sorted(counts.items())]
        message = f"Nearly equal to a training row in {counted(len(found.profiles), 'compared column')}: {listed(parts)}.{remarks(found)}"
        shares = [Measurement("near_share", twins[name] / n, "share", {split: name}, n, method=method) for name, n in sorted(counts.items())]
        number = sum(twins.values())
        measurements = [Measurement(JUDGED, number, "rows", {}, sum(counts.values()), method=method), *shares]
        if not number:
            return Findings(measurements, message)
        suspect = Suspect(split, "nearly equal to a training row", number, partial(is_one_of, identities=outside), CLAUSE, compares_rows=True)
        exhibits = [pairs_shown(found, apart, "Near duplicates between splits"), columns_shown(found, apart)]
        return Findings(measurements, message, exhibits, proposal="" if self.clauses else CLAUSE, suspects=(suspect,))

    def _twins(self, subject: Subject, answers: Answers, outside: Codes) -> Counter[str]:
        """Return how many rows of each other split have a twin in training, exact copies of one another counted each."""
        table = subject.table
        found = table.select(split=table[subject.need("split")].cast("string"), found=is_one_of(table, outside))
        found = found.filter(found.found)
        more = answers.more({"twins": rows(found.group_by("split").aggregate(rows=found.count()))})
        return Counter({row["split"]: int(row["rows"]) for row in more.rows("twins") if row["split"] is not None})

    def _bounds(self) -> Bounds | None:
        if self.tolerance is None and self.similarity is None and self.differing is None:
            return None
        return Bounds(self.tolerance or 0.0, 1.0 if self.similarity is None else self.similarity, self.differing or 0)


def _missing(found: Search) -> Mask:
    """Return the pairs of which a row belongs to no split."""
    return np.array([not all(isinstance(name, str) for name in pair) for pair in found.splits], dtype=bool)


def _equal(found: Search, subject: Subject) -> Mask:
    """Return the pairs that are equal in target and features: those are L001's."""
    names = [p.column.name for p in found.profiles]
    examined = {*subject.features, *([subject.roles.target] if subject.roles.target else [])}
    if not len(found.rows) or not examined <= set(names):
        return np.zeros(len(found.rows), dtype=bool)
    gaps = found.gaps[:, [i for i, name in enumerate(names) if name in examined]]
    return np.asarray(np.isin(gaps, (EQUAL, BOTH_MISSING)).all(axis=1))
