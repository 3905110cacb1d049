"""P007: how far the values of a sensitive column in each equivalence class are from those in the whole table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import ibis
import ibis.expr.types as ir

from audit.checks.privacy.earth_mover import equal_distance, ordered_distance
from audit.checks.privacy.equivalence_classes import banded
from audit.checks.privacy.sensitive_check import SensitiveCheck
from audit.core.ask import Answers, Asks, rows
from audit.core.check import Findings, rows_measured
from audit.core.contract import Rule
from audit.core.errors import DataError, UsageError
from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.wording import counted, percent

#: Lower ends of the bands that distances are shown in.
DISTANCES = tuple(i / 10 for i in range(10))
#: So many of the worst classes are listed, by their numbers alone.
WORST = 10
#: What stands for the band of one of these classes.
SINGLE = -1


@dataclass(frozen=True, kw_only=True)
class TCloseness(SensitiveCheck):
    """Rows in classes whose values of a sensitive column are distributed unlike those of all rows, by more than t.

    The distance is the earth mover's: how much of the distribution must be moved, and how far. Categories are all one step apart (the distance
    is then half the sum of differences of shares); numbers and dates are as far apart as their ranks among the different values. Small classes
    are far from the whole by chance alone, which reveals no less. Rows without a value stand or fall with their class.

    Parameters
    ----------
    t : float
        Greatest distance, from 0 to 1.
    distance : {"", "equal", "ordered"}
        How far values are apart; ordered for numbers and dates where empty, else equal.
    """

    code: ClassVar[str] = "P007"
    title: ClassVar[str] = "Rows beyond t-closeness"
    family: ClassVar[str] = "privacy"
    advice: ClassVar[str] = "Make the quasi-identifiers coarser, so that each class looks more like the whole, or leave these rows out."
    cites: ClassVar[tuple[str, ...]] = (
        "Li, Li and Venkatasubramanian (2007), t-closeness: privacy beyond k-anonymity and l-diversity",
        "ISO/IEC 20889:2018, Privacy enhancing data de-identification terminology and classification of techniques",
    )

    t: float = 0.2
    distance: str = ""

    @classmethod
    def limit_from(cls, rule: Rule) -> Limit:
        """Return a rule's own bounds, or that no row may be in a class further than the rule's ``t``."""
        own = super().limit_from(rule)
        return own if own.judges else replace(own, high=0, reason=own.reason or "declared: no class may be further than t from the whole")

    def revealing(self, table: ir.Table) -> ir.Table:
        """Return the classes that are too far from the whole."""
        classes = self._classes(table)
        return classes.filter(classes["distance"] > self.t)

    def reason(self) -> str:
        """Say what is wrong with the row."""
        return f"the values of '{self.column}' in its class are further than {self.t:g} from those of all rows"

    def asks(self, subject: Subject) -> Asks:
        """Ask for the number of classes by distance, and for the worst of them."""
        self.require(subject)
        classes = self._classes(subject.table)
        sized = classes.mutate(band=banded(classes["distance"], DISTANCES))
        by_distance = sized.group_by("band").aggregate(
            classes=sized.count(),
            rows=sized["rows"].sum().cast("int64"),
            known=sized["known"].sum().cast("int64"),
            distance=sized["distance"].max(),
            failing=sized["rows"].sum(where=sized["distance"] > self.t).fill_null(0).cast("int64"),
        )
        furthest = classes.order_by([ibis.desc("distance"), ibis.desc("rows")]).limit(WORST)
        none = ibis.literal(0, "int64")
        single = furthest.select("rows", "known", "distance", band=ibis.literal(SINGLE, "int64"), classes=none, failing=none)
        # in one query, so that the distances are computed once
        return {"distances": rows(ibis.union(by_distance, single.select(by_distance.columns)))}

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Measure the greatest distance of any class, and the rows in classes that are too far."""
        answered = list(answers.rows("distances"))
        found = {int(row["band"]): row for row in answered if row["band"] != SINGLE}
        total, known, failing = (sum(int(row[name]) for row in found.values()) for name in ("rows", "known", "failing"))
        measurements = rows_measured(failing, total, self.where)
        method = f"earth mover's distance, values {'by rank' if self._ordered(subject.table) else 'all one step apart'}"
        greatest = max((float(row["distance"]) for row in found.values()), default=None) if known else None
        measurements.append(Measurement("t_closeness", greatest, "distance", self.where, known, method=method))
        if greatest is None:
            return Findings(measurements, f"No row has a value of '{self.column}'." if total else "There are no rows.")
        exhibits = [self._by_distance(found)]
        if failing:
            furthest = [(int(row["rows"]), float(row["distance"])) for row in answered if row["band"] == SINGLE]
            exhibits.append(self._worst(sorted(furthest, key=lambda c: (-c[1], -c[0]))))
        return Findings(measurements, self._message(greatest, failing, total), exhibits)

    def _validate(self) -> None:
        place = "".join(self.clauses[:1])
        if isinstance(self.t, bool) or not isinstance(self.t, int | float) or not 0 <= self.t <= 1:
            raise UsageError(f"{place}: 't' is the greatest distance of a class, from 0 to 1; got {self.t!r}")
        if self.distance not in ("", "equal", "ordered"):
            raise UsageError(f"{place}: 'distance' is equal or ordered; got {self.distance!r}")

    def _ordered(self, table: ir.Table) -> bool:
        kind = table[self.column].type()
        sortable = kind.is_numeric() or kind.is_temporal()
        if self.distance == "ordered" and not (sortable or kind.is_string()):
            raise DataError(f"the column '{self.column}' is {kind}, which has no order; say 'distance: equal'")
        return self.distance == "ordered" or (not self.distance and bool(sortable))

    def _classes(self, table: ir.Table) -> ir.Table:
        measure = ordered_distance if self._ordered(table) else equal_distance
        return measure(table, self.quasi_identifiers, self.column)

    def _message(self, greatest: float, failing: int, total: int) -> str:
        text = f"In {self._alike()}, the values of '{self.column}' are at most {greatest:.3f} from those of all rows"
        if not failing:
            return f"{text}, so no class is further than {self.t:g}."
        verb = "is" if failing == 1 else "are"
        return f"{text}; {failing:,} of {total:,} rows ({percent(failing / total)}) {verb} in classes further than {self.t:g}."

    def _by_distance(self, found: Mapping[int, Mapping[str, Any]]) -> Exhibit:
        lines = [(low, round(low + 0.1, 1), int(found[i]["rows"]) if i in found else 0) for i, low in enumerate(DISTANCES)]
        classes = sum(int(row["classes"]) for row in found.values())
        return Exhibit(
            Kind.HISTOGRAM,
            f"Rows by how far their class is from all rows in '{self.column}'",
            ("low", "high", "count"),
            lines,
            x_label="earth mover's distance",
            y_label="rows",
            reference=self.t,
            reference_label="t",
            note=f"{counted(classes, 'class', 'classes')} alike in {', '.join(self.quasi_identifiers)}.",
        )

    def _worst(self, classes: Sequence[tuple[int, float]]) -> Exhibit:
        title = f"Classes furthest from all rows in '{self.column}'"
        note = f"At most {WORST}, the largest first among equals; their quasi-identifiers are not shown, since they may be one person's."
        return Exhibit(Kind.TABLE, title, ("rows", "distance"), classes, note=note)
