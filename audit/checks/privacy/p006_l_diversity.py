"""P006: how many values of a sensitive column each equivalence class holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import ibis
import ibis.expr.types as ir

from audit.checks.privacy.equivalence_classes import banded, bands_named, comparable, keyed, names
from audit.checks.privacy.sensitive_check import SensitiveCheck
from audit.core.ask import Answers, Asks, rows
from audit.core.check import Findings, rows_measured
from audit.core.contract import Rule
from audit.core.errors import UsageError
from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.wording import counted, percent

#: Lower ends of the bands that numbers of values are shown in.
VALUES = (0, 1, 2, 3, 4, 5, 10)
#: So many of the worst classes are listed, by their numbers alone.
WORST = 10
#: The band of classes without any value, and what stands for the band of one of the worst classes.
NONE, SINGLE = 0, -1


@dataclass(frozen=True, kw_only=True)
class LDiversity(SensitiveCheck):
    """Rows in classes with too few different values of a sensitive column: who finds a person's class then knows, or nearly knows, the value.

    Missing values of the sensitive column are no values. A class without any gives nothing away and breaks no limit; rows without a value in
    another class stand or fall with it.

    Parameters
    ----------
    diversity : float
        Least number of values in a class; a rule writes it as ``l``.
    entropy : bool
        Whether values count by how evenly they occur: the exponential of their entropy, which is l where l values are equally frequent.
    """

    code: ClassVar[str] = "P006"
    title: ClassVar[str] = "Rows short of l-diversity"
    family: ClassVar[str] = "privacy"
    advice: ClassVar[str] = "Make the quasi-identifiers coarser, so that the classes mix more values, or leave these rows out."
    cites: ClassVar[tuple[str, ...]] = (
        "Machanavajjhala, Kifer, Gehrke and Venkitasubramaniam (2007), l-diversity: privacy beyond k-anonymity",
        "ISO/IEC 20889:2018, Privacy enhancing data de-identification terminology and classification of techniques",
    )

    diversity: float = 2
    entropy: bool = False
    limit: Limit = Limit(
        high=0,
        blocking=False,
        reason="where all rows of a class have one value, finding the class is enough to know it",
        source="default of P006",
    )

    @classmethod
    def from_rule(cls, rule: Rule) -> Self:
        """Build a check from a rule, whose ``l`` is the least number of values."""
        return super().from_rule(replace(rule, implementation={"diversity" if k == "l" else k: v for k, v in rule.implementation.items()}))

    def revealing(self, table: ir.Table) -> ir.Table:
        """Return the classes with too few values."""
        classes = self._classes(table)
        return classes.filter(classes["failing"])

    def reason(self) -> str:
        """Say what is wrong with the row."""
        kind = "an entropy l" if self.entropy else "fewer values"
        return f"its class has {kind} {'below' if self.entropy else 'than'} {self.diversity:g} of '{self.column}'"

    def asks(self, subject: Subject) -> Asks:
        """Ask for the number of classes by how many values they hold, and for the worst of them."""
        self.require(subject)
        classes = self._classes(subject.table)
        known = classes.mutate(band=banded(classes["distinct"], VALUES))
        by_values = known.group_by("band").aggregate(
            classes=known.count(),
            rows=known["rows"].sum().cast("int64"),
            distinct=known["distinct"].min(),
            entropy=known["entropy"].min(),
            failing=known["rows"].sum(where=known["failing"]).fill_null(0).cast("int64"),
        )
        fewest = classes.filter(classes["failing"]).order_by(["entropy" if self.entropy else "distinct", ibis.desc("rows")]).limit(WORST)
        none = ibis.literal(0, "int64")
        single = fewest.select("rows", "distinct", "entropy", band=ibis.literal(SINGLE, "int64"), classes=none, failing=none)
        # in one query, so that the classes are formed once
        return {"values": rows(ibis.union(by_values, single.select(by_values.columns)))}

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Measure the fewest values of any class, and the rows in classes that hold too few."""
        answered = list(answers.rows("values"))
        values = {int(row["band"]): row for row in answered if row["band"] not in (SINGLE, NONE)}
        silent = sum(int(row["rows"]) for row in answered if row["band"] == NONE)
        total = silent + sum(int(row["rows"]) for row in values.values())
        failing = sum(int(row["failing"]) for row in values.values())
        distinct = min((int(row["distinct"]) for row in values.values()), default=None)
        entropy = min((float(row["entropy"]) for row in values.values()), default=None)
        measurements = rows_measured(failing, total, self.where)
        method = "count of all rows"
        measurements.append(Measurement("l_diversity", distinct, "values", self.where, total - silent, method=method))
        measurements.append(Measurement("entropy_l_diversity", entropy, "values", self.where, total - silent, method="exponential of the entropy"))
        if silent:
            measurements.append(Measurement("rows_without_value_in_class", silent, "rows", self.where, total, method=method))
        if distinct is None or entropy is None:
            return Findings(measurements, f"No row has a value of '{self.column}'." if total else "There are no rows.")
        exhibits = [self._by_values(values, total)]
        if failing:
            fewest = [(int(row["rows"]), int(row["distinct"]), float(row["entropy"])) for row in answered if row["band"] == SINGLE]
            exhibits.append(self._worst(sorted(fewest, key=lambda c: (c[2] if self.entropy else c[1], -c[0]))))
        return Findings(measurements, self._message(distinct, entropy, failing, total, silent), exhibits)

    def _validate(self) -> None:
        if isinstance(self.diversity, bool) or not isinstance(self.diversity, int | float) or not self.diversity >= 1:
            raise UsageError(f"{''.join(self.clauses[:1])}: 'l' is the least number of values in a class, from 1 on; got {self.diversity!r}")

    def _classes(self, table: ir.Table) -> ir.Table:
        """Return the classes with their rows, different values, entropy l, and whether these are too few."""
        keys = names(self.quasi_identifiers)
        alike = keyed(table, self.quasi_identifiers, value=comparable(table[self.column]))
        cells = alike.group_by([*keys, "value"]).aggregate(n=alike.count())
        known = cells["value"].notnull()
        size = cells["n"].cast("float64")
        classes = cells.group_by(keys).aggregate(
            rows=cells["n"].sum().cast("int64"),
            known=size.sum(where=known),
            weighted=(size * size.ln()).sum(where=known),
            distinct=cells["value"].count(),
        )
        # rounded, because the order in which an engine adds up is not always the same
        entropy = (classes["known"].ln() - classes["weighted"] / classes["known"]).exp().round(9)
        classes = classes.mutate(entropy=entropy)
        judged = classes["entropy"] if self.entropy else classes["distinct"]
        return classes.mutate(failing=((judged < self.diversity) & (classes["distinct"] > 0)).fill_null(False))

    def _message(self, distinct: int, entropy: float, failing: int, total: int, silent: int) -> str:
        least = f"the fewest values of '{self.column}' in a class are {distinct:,} (entropy l {entropy:.2f})"
        bound = f"an entropy l below {self.diversity:g}" if self.entropy else f"fewer than {self.diversity:g}"
        without = f"; {counted(silent, 'row is', 'rows are')} in classes that have none at all" if silent else ""
        if not failing:
            return f"In {self._alike()}, {least}, so no class has {bound}{without}."
        verb = "is" if failing == 1 else "are"
        return f"In {self._alike()}, {least}; {failing:,} of {total:,} rows ({percent(failing / total)}) {verb} in classes with {bound}{without}."

    def _by_values(self, values: Mapping[int, Mapping[str, Any]], total: int) -> Exhibit:
        found = [(label, int(values[i]["classes"]), int(values[i]["rows"])) for i, label in bands_named(VALUES).items() if i in values]
        return Exhibit(
            Kind.BARS,
            f"Rows by the values of '{self.column}' in their class",
            ("label", "value", "n"),
            [(f"{label} ({counted(classes, 'class', 'classes')})", n / total, n) for label, classes, n in found],
            x_label="share of rows",
            note=f"Classes alike in {', '.join(self.quasi_identifiers)}.",
        )

    def _worst(self, classes: Sequence[tuple[int, int, float]]) -> Exhibit:
        title = f"Classes with the fewest values of '{self.column}'"
        note = f"At most {WORST}, the largest first among equals; their quasi-identifiers are not shown, since they may be one person's."
        return Exhibit(Kind.TABLE, title, ("rows", "values", "entropy l"), classes, note=note)
