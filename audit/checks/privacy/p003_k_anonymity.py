"""P003: how many rows share each combination of quasi-identifiers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import ibis
import ibis.expr.types as ir

from audit.checks.privacy.equivalence_classes import (
    banded,
    bands_named,
    in_classes,
    keyed,
    names,
    require_quasi_identifiers,
    role_places,
    together,
)
from audit.core.ask import Answers, Asks, rows
from audit.core.check import Findings, RowCheck, require_column, rows_measured
from audit.core.contract import Contract
from audit.core.errors import UsageError
from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.wording import counted, percent

#: Lower ends of the bands that sizes of classes are shown in.
SIZES = (1, 2, 3, 5, 10, 20, 50, 100)
#: At most so many quasi-identifiers are left out in turn.
MOST_LEFT_OUT = 10
RULE = "{check: P003, k: 5, quasi_identifiers: [age, postcode]}"


@dataclass(frozen=True, kw_only=True)
class KAnonymity(RowCheck):
    """Rows in equivalence classes of fewer than k: rows that are alike in all quasi-identifiers with fewer than k - 1 others.

    Where it is known whom a row is about, k counts different entities and not rows: five rows of one person hide nobody. A missing value is
    a value of its own. No combination of values is shown, since that of a small class may be one person's.

    Parameters
    ----------
    k : int
        Least size of a class.
    quasi_identifiers : tuple of str
        Columns that together could identify a person (role ``quasi_identifiers``).
    entity : str
        Whom a row is about (role ``entity``); where empty, each row is about somebody else.
    """

    code: ClassVar[str] = "P003"
    title: ClassVar[str] = "Rows short of k-anonymity"
    family: ClassVar[str] = "privacy"
    advice: ClassVar[str] = "Make the quasi-identifiers coarser (years into decades, places into regions), or leave these rows out."
    cites: ClassVar[tuple[str, ...]] = (
        "Sweeney (2002), k-anonymity: a model for protecting privacy",
        "ISO/IEC 20889:2018, Privacy enhancing data de-identification terminology and classification of techniques",
        "Regulation (EU) 2016/679 (GDPR), Recital 26",
    )
    compares_rows: ClassVar[bool] = True

    k: int = 5
    quasi_identifiers: tuple[str, ...] = ()
    entity: str = ""
    limit: Limit = Limit(
        high=0,
        blocking=False,
        reason="whoever knows the quasi-identifiers of a person picks the right one of k with a chance of 1 in k",
        source="default of P003",
    )

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Yield one check for each rule, or one of the columns that have the role."""
        roles = subject.roles
        for check in list(cls.declared(contract)) or [cls(clauses=role_places(contract, roles.quasi_identifiers))]:
            if isinstance(check.k, bool) or not isinstance(check.k, int) or check.k < 2:
                raise UsageError(f"{''.join(check.clauses[:1])}: 'k' is the least size of a class, a whole number from 2 on; got {check.k!r}")
            yield replace(check, quasi_identifiers=check.quasi_identifiers or roles.quasi_identifiers, entity=check.entity or roles.entity or "")

    def failing(self, table: ir.Table) -> ir.BooleanValue:
        """Return where fewer than k are alike."""
        classes = self._classes(table, self.quasi_identifiers)
        return in_classes(table, self.quasi_identifiers, classes.filter(classes["size"] < self.k))

    def reason(self) -> str:
        """Say what is wrong with the row."""
        return f"fewer than {self.k} {self._units} are alike in {together(self.quasi_identifiers)}"

    def asks(self, subject: Subject) -> Asks:
        """Ask for the number of classes by size, and how it would be without each quasi-identifier."""
        columns = self.quasi_identifiers
        require_quasi_identifiers(subject, columns, RULE)
        if self.entity:
            require_column(subject, self.entity)
        classes = self._classes(subject.table, columns)
        sized = classes.mutate(band=banded(classes["size"], self._edges))
        by_size = sized.group_by("band").aggregate(
            classes=sized.count(), rows=sized["rows"].sum(), smallest=sized["size"].min(), total=sized["size"].sum()
        )
        asks = {"sizes": rows(by_size)}
        if len(columns) > 1:
            asks["left out"] = rows(self._left_out(subject.table, classes), when_needed=True)
        return asks

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Measure the smallest class, the rows in small classes, and what each quasi-identifier adds to them."""
        sizes = {int(row["band"]): row for row in answers.rows("sizes")}
        classes, total = (sum(int(row[name]) for row in sizes.values()) for name in ("classes", "rows"))
        small = [row for band, row in sizes.items() if self._edges[band] < self.k]
        failing = sum(int(row["rows"]) for row in small)
        k = min((int(row["smallest"]) for row in sizes.values()), default=None)
        counts = {"k_anonymity": (k, self._units), "equivalence_classes": (classes, "classes")}
        counts["classes_below_k"] = (sum(int(row["classes"]) for row in small), "classes")
        risks = {
            "highest_prosecutor_risk": 1 / k if k else None,
            "average_prosecutor_risk": classes / sum(int(row["total"]) for row in sizes.values()) if sizes else None,
        }
        method = "count of all rows" + (f", different '{self.entity}' in each class" if self.entity else "")
        measurements = rows_measured(failing, total, self.where)
        measurements += [Measurement(name, value, unit, {}, total, method=method) for name, (value, unit) in counts.items()]
        measurements += [Measurement(name, value, "share", {}, total, method=method) for name, value in risks.items()]
        if k is None:
            return Findings(measurements, "There are no rows.")
        without = self._without(answers) if failing and len(self.quasi_identifiers) > 1 else {}
        measurements += [Measurement("failing_rows_without", n, "rows", {"column": c}, total, method=method) for c, n in without.items()]
        exhibits = [self._by_size(sizes, total), *([self._contributions(without, total)] if without else [])]
        return Findings(measurements, self._message(k, classes, failing, total, without), exhibits, self._advice(failing, without))

    @property
    def _edges(self) -> list[int]:
        return sorted({*SIZES, self.k})

    @property
    def _units(self) -> str:
        return "entities" if self.entity else "rows"

    def _counted(self, n: int) -> str:
        return counted(n, "entity", "entities") if self.entity else counted(n, "row")

    def _classes(self, table: ir.Table, columns: tuple[str, ...]) -> ir.Table:
        """Return the classes with their rows and their size: rows, or different entities, rows without one counting as one."""
        if not self.entity:
            alike = keyed(table, columns)
            counted_rows = alike.group_by(names(columns)).aggregate(rows=alike.count())
            return counted_rows.mutate(size=counted_rows["rows"])
        alike = keyed(table, columns, entity=table[self.entity])
        entities = alike["entity"].nunique() + alike["entity"].isnull().max().cast("int64")
        return alike.group_by(names(columns)).aggregate(rows=alike.count(), size=entities)

    def _left_out(self, table: ir.Table, classes: ir.Table) -> ir.Table:
        parts = []
        for i, name in list(enumerate(names(self.quasi_identifiers)))[:MOST_LEFT_OUT]:
            if self.entity:
                rest = (*self.quasi_identifiers[:i], *self.quasi_identifiers[i + 1 :])
                merged = self._classes(table, rest)
            else:
                # rows add up over classes, so the table need not be read again
                kept = [n for n in names(self.quasi_identifiers) if n != name]
                added = classes.group_by(kept).aggregate(rows=classes["rows"].sum())
                merged = added.mutate(size=added["rows"])
            below = merged["rows"].sum(where=merged["size"] < self.k).fill_null(0).cast("int64")
            parts.append(merged.aggregate(column=ibis.literal(i, "int64"), failing=below))
        return ibis.union(*parts) if len(parts) > 1 else parts[0]

    def _without(self, answers: Answers) -> dict[str, int]:
        """Return the rows in small classes that would be left without each quasi-identifier, the fewest first."""
        found = {self.quasi_identifiers[int(row["column"])]: int(row["failing"]) for row in answers.rows("left out")}
        return dict(sorted(found.items(), key=lambda item: (item[1], self.quasi_identifiers.index(item[0]))))

    def _message(self, k: int, classes: int, failing: int, total: int, without: Mapping[str, int]) -> str:
        text = f"Alike in {together(self.quasi_identifiers)}, {counted(total, 'row')} fall into {counted(classes, 'class', 'classes')}"
        text += f"; the smallest has {self._counted(k)}"
        if not failing:
            return f"{text}, so none has fewer than {self.k}."
        verb = "is" if failing == 1 else "are"
        text += f", and {counted(failing, 'row')} ({percent(failing / total)}) {verb} in classes of fewer than {self.k}"
        if without:
            column, left = next(iter(without.items()))
            text += f"; without '{column}' it would be {left:,}"
        return f"{text}."

    def _advice(self, failing: int, without: Mapping[str, int]) -> str:
        if not failing or not without:
            return ""
        column = next(iter(without))
        few = "the row" if failing == 1 else f"the {counted(failing, 'row')}"
        return f"Make '{column}' coarser first, which makes most of the small classes, or leave out {few} in them."

    def _by_size(self, sizes: Mapping[int, Mapping[str, int]], total: int) -> Exhibit:
        labels = bands_named(self._edges)
        found = [(label, int(sizes[i]["classes"]) if i in sizes else 0, int(sizes[i]["rows"]) if i in sizes else 0) for i, label in labels.items()]
        return Exhibit(
            Kind.BARS,
            "Rows by the size of their class",
            ("label", "value", "n"),
            [(f"{label} ({counted(classes, 'class', 'classes')})", n / total, n) for label, classes, n in found],
            x_label="share of rows",
            note=f"A class is all rows alike in {together(self.quasi_identifiers)}; its size counts {self._units}.",
        )

    def _contributions(self, without: Mapping[str, int], total: int) -> Exhibit:
        lines = [(column, n, n / total) for column, n in without.items()]
        return Exhibit(Kind.TABLE, f"Rows in classes of fewer than {self.k} without one quasi-identifier", ("left out", "rows", "share"), lines)
