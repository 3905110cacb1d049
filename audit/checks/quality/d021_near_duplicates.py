"""D021: rows that are nearly equal to another row."""

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np

from audit.checks.found import JUDGED, LIMIT
from audit.checks.near_duplicates.chance import CHANCE_PAIRS
from audit.checks.near_duplicates.compared_rows import differing_by_nature, is_one_of
from audit.checks.near_duplicates.comparison import Bounds
from audit.checks.near_duplicates.evidence import columns_shown, pairs_shown, remarks
from audit.checks.near_duplicates.search import search
from audit.core.ask import Answers, Asks, scalar
from audit.core.check import Check, Findings, Suspect
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.wording import counted, percent

CLAUSE = "quality:\n  - type: custom\n    engine: assay\n    implementation: {check: D021}\n"


@dataclass(frozen=True, kw_only=True)
class NearDuplicates(Check):
    """Rows that agree with an earlier row in so much that chance is ruled out, and are not equal to it.

    Without bounds, two rows are near duplicates when what they agree in is evidence against chance, and at most 30 % of what they say differs. With
    bounds, they are when every compared column is equal, or close by the bounds.

    Parameters
    ----------
    columns : tuple of str
        Columns to compare; all where empty, but for keys, splits and columns in which every row has its own code.
    ignore : tuple of str
        Columns that differ by nature.
    tolerance : float or None
        Largest difference of two numbers, relative to the larger, with which they are close.
    similarity : float or None
        Smallest share of right letters with which two texts are close.
    differing : int or None
        How many columns may differ, or be missing on one side, all the same.
    """

    code: ClassVar[str] = "D021"
    title: ClassVar[str] = "Near duplicates"
    family: ClassVar[str] = "quality"
    judged: ClassVar[str] = JUDGED
    advice: ClassVar[str] = (
        "Look at the pairs: delete the copies, or merge what each of them knows; where both rows are right, keep them on one side of every split."
    )
    cites: ClassVar[tuple[str, ...]] = (
        "Fellegi & Sunter 1969, A theory for record linkage, Journal of the American Statistical Association 64(328)",
        "Winkler 1990, String comparator metrics and enhanced decision rules in the Fellegi-Sunter model of record linkage",
    )
    slow: ClassVar[bool] = True
    seeks: ClassVar[bool] = True

    columns: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    tolerance: float | None = None
    similarity: float | None = None
    differing: int | None = None
    limit: Limit = LIMIT

    def asks(self, subject: Subject) -> Asks:
        """Ask for the number of rows; what else is asked depends on it."""
        return {"total": scalar(subject.table.count())}

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Search, and count the later row of each pair."""
        total = int(answers.scalar("total"))
        without = differing_by_nature(subject, self.ignore)
        found = search(subject, answers, total, only=self.columns, without=without, bounds=self._bounds())
        near = found.verdict.near
        width = counted(len(found.profiles), "compared column")
        method = f"blocking, then comparison of {counted(found.compared, 'pair')}"
        if not near.any():
            message = f"No row of {total:,} is a near duplicate of another in {width}.{remarks(found)}"
            return Findings([Measurement(JUDGED, 0, "rows", {}, total, method=method)], message)
        later = np.unique(found.identities[near, 1])
        rows = int(answers.more({"rows": scalar(is_one_of(subject.table, later).sum())}).scalar("rows"))
        pairs = int(near.sum())
        message = f"{rows:,} of {counted(total, 'row')} ({percent(rows / total)}) are nearly equal to an earlier row in {width}.{remarks(found)}"
        measurements = [
            Measurement(JUDGED, rows, "rows", {}, total, method=method),
            Measurement("suspect_share", rows / total, "share", {}, total, method=method),
            Measurement("near_duplicate_pairs", pairs, "pairs", {}, total, method=method),
            Measurement("evidence_needed", round(found.needed, 1), "bits", {}, total, method=f"at most {CHANCE_PAIRS} pairs expected by chance"),
        ]
        suspect = Suspect("whole row", "nearly equal to an earlier row", rows, partial(is_one_of, identities=later), CLAUSE, compares_rows=True)
        exhibits = [pairs_shown(found, near, "Near duplicates"), columns_shown(found, near)]
        return Findings(measurements, message, exhibits, proposal="" if self.clauses else CLAUSE, suspects=(suspect,))

    def _bounds(self) -> Bounds | None:
        if self.tolerance is None and self.similarity is None and self.differing is None:
            return None
        return Bounds(self.tolerance or 0.0, 1.0 if self.similarity is None else self.similarity, self.differing or 0)
