"""B006: intersections of sensitive attributes with too few rows to say anything about."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from audit.checks.balance.groups import refuse_many
from audit.checks.balance.intersections import all_intersections, coded, deepest
from audit.checks.rate import LEVEL
from audit.core.ask import Answers, Asks, rows
from audit.core.check import Check, Findings, require_column
from audit.core.errors import NotApplicable, UsageError
from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit
from audit.core.measurement import Measurement, Scalar
from audit.core.subject import Subject
from audit.core.values import as_text
from audit.core.wording import counted, listed, points
from audit.stats.intervals import normal_quantile

MOST_CELLS = 10_000
#: So many intersections are listed, pairs before triples and the smallest first; all are counted.
SHOWN = 100


@dataclass(frozen=True, kw_only=True)
class GroupsTooSmall(Check):
    """Rows of every intersection of the sensitive attributes that occurs, to any depth, and how many more it would need.

    An intersection is too small where a rate measured in it may be off by more than ``half_width``: the 95 % Wilson interval of a rate of one
    half is then wider than that to either side. A rate near 0 or 1 is known better, a rate among a part of the rows only, such as the true
    positive rate, worse. Single attributes are the matter of B002.

    Parameters
    ----------
    attributes : tuple of str
        The columns that are crossed; the sensitive ones where empty.
    half_width : float
        How far off a rate may be, as a share.
    """

    code: ClassVar[str] = "B006"
    title: ClassVar[str] = "Groups too small to audit"
    family: ClassVar[str] = "balance"
    judged: ClassVar[str] = "small_intersections"
    advice: ClassVar[str] = (
        "Collect more rows of these intersections, or merge values that may be merged, and say in the report that nothing is known about the rest: "
        "a model can treat each attribute evenly and their intersections not."
    )
    cites: ClassVar[tuple[str, ...]] = (
        "Crenshaw 1989, Demarginalizing the Intersection of Race and Sex, University of Chicago Legal Forum",
        "Buolamwini & Gebru 2018, Gender Shades, PMLR 81",
        "Wilson 1927, JASA 22, 209-212",
    )

    attributes: tuple[str, ...] = ()
    half_width: float = 0.10
    limit: Limit = Limit(
        high=0,
        blocking=False,
        reason="below these rows a rate is known to no better than 10 points, the gap that is usually asked about",
        source="default of B006",
    )

    @property
    def needed(self) -> int:
        """Rows from which on the interval of a rate of one half is narrow enough.

        The Wilson interval of a rate of one half reaches z / (2 √(n + z²)) to either side.
        """
        z = normal_quantile(LEVEL)
        return max(math.ceil((z / (2 * self.half_width)) ** 2 - z * z), 1)

    def asks(self, subject: Subject) -> Asks:
        """Ask for the rows of the finest intersection; all others are sums of its cells."""
        if isinstance(self.half_width, bool) or not isinstance(self.half_width, (int, float)) or not 0 < self.half_width < 0.5:
            raise UsageError(f"B006: 'half_width' is a share between 0 and 0.5, such as 0.1; got {self.half_width!r}")
        crossed = self._crossed(subject)
        table = subject.table.select(**{f"a{i}": subject.group(c) for i, c in enumerate(crossed)})
        names = list(table.columns)
        cells = table.group_by(names).aggregate(n=table.count())
        return {"cells": rows(cells.select(**{name: as_text(cells[name]) for name in names}, n=cells["n"]).limit(MOST_CELLS + 1))}

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Add the cells up to every intersection, and list those that are too small."""
        crossed, cells = self._crossed(subject), answers.rows("cells").values
        if len(cells) > MOST_CELLS:
            raise NotApplicable(f"{listed(crossed)} have more than {MOST_CELLS:,} intersections; sort their values into fewer bands first")
        total = sum(int(c[-1]) for c in cells)
        codes, values = coded([c[:-1] for c in cells] or [[None] * len(crossed)])
        for column, known in zip(crossed, values, strict=True):
            refuse_many(len(known), column, "group")
        counts = np.array([int(c[-1]) for c in cells] or [0], dtype=np.int64)
        there, small = 0, []
        for attributes, groups, sizes in all_intersections(codes, counts):
            there += len(sizes)
            small += [(len(attributes), int(sizes[i]), attributes, groups[i]) for i in np.flatnonzero(sizes < self.needed)]
        small.sort(key=lambda s: (s[0], s[1], s[2], s[3].tolist()))
        lines = [({crossed[a]: values[a][v] for a, v in zip(attributes, group, strict=True)}, n) for _, n, attributes, group in small[:SHOWN]]
        method = f"fewer than {self.needed} rows"
        measurements = [
            Measurement(self.judged, len(small), "intersections", {}, total, method=method),
            Measurement("intersections", there, "intersections", {}, total, method="those that occur"),
            *(Measurement("intersection_rows", n, "rows", where, total, method="count of all rows") for where, n in lines),
        ]
        message = self._message(crossed, there, [s[0] for s in small], lines)
        return Findings(measurements, message, [self._exhibit(crossed, lines, len(small))] if lines else [])

    def _crossed(self, subject: Subject) -> tuple[str, ...]:
        crossed = tuple(dict.fromkeys(self.attributes or subject.need_many("sensitive")))
        for column in crossed:
            require_column(subject, column)
        if len(crossed) < 2:
            raise NotApplicable(f"needs two sensitive attributes to cross; '{crossed[0]}' is the only one, and B002 tells how large its groups are")
        return crossed

    def _message(self, crossed: Sequence[str], there: int, depths: Sequence[int], lines: Sequence[tuple[dict[str, str], int]]) -> str:
        depth = deepest(len(crossed))
        names = listed(f"'{c}'" for c in crossed)
        beyond = f" Only intersections of up to {depth} attributes were looked at in full." if depth < len(crossed) else ""
        precise = f"{self.needed:,} rows, from which on a rate is known to within {points(self.half_width).removesuffix('.0')} points"
        if not there:
            return f"No row has a value of two of {names}."
        if not lines:
            return f"Every one of the {there:,} intersections of {names} that occur has at least {precise}.{beyond}"
        where, n = lines[0]
        smallest = f"{' and '.join(where.values())} with {counted(n, 'row')} ({self.needed - n:,} more needed)"
        pairs = sum(d == 2 for d in depths)
        of = f"{len(depths):,} of {there:,} intersections of {names} {'has' if len(depths) == 1 else 'have'} fewer than {precise}"
        among = f"{counted(pairs, 'pair')} among them; the smallest" if pairs and len(crossed) > 2 else "the smallest"
        return f"{of}: {among} is {smallest}.{beyond}"

    def _exhibit(self, crossed: Sequence[str], lines: Sequence[tuple[dict[str, str], int]], small: int) -> Exhibit:
        table: list[tuple[Scalar, ...]] = [(*(where.get(c, "any") for c in crossed), n, self.needed - n) for where, n in lines]
        beyond = f" {small - len(lines):,} more are not listed." if small > len(lines) else ""
        return Exhibit(
            Kind.TABLE,
            f"Intersections with fewer than {self.needed:,} rows",
            (*(c if c not in ("rows", "rows needed") else f"{c} (attribute)" for c in crossed), "rows", "rows needed"),
            table,
            note=f"Pairs first, the smallest first.{beyond}",
        )
