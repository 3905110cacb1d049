"""P009: columns that tell a sensitive attribute."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, ClassVar, Self

import ibis.expr.types as ir
import numpy as np
import yaml
from numpy.typing import NDArray

from audit.checks.found import JUDGED, LIMIT, findings_of
from audit.checks.privacy.banded_sample import BandedSample, plain_columns, sample_ask, size_asks
from audit.checks.privacy.telling_apart import Area, alone, together
from audit.checks.rate import LEVEL, bar
from audit.core.ask import Answers, Asks, scalar
from audit.core.check import Check, Findings, Suspect, missing
from audit.core.contract import Contract
from audit.core.errors import NotApplicable
from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit
from audit.core.measurement import Measurement, Scalar
from audit.core.subject import Subject
from audit.core.wording import counted, listed

CLAUSE = "proxyFor"
#: From this area on a single column is called a proxy, if its interval, which allows for all looks, lies above the second.
FLOOR, SURE = 0.75, 0.65
#: Rows that a group, and the rest, must have in the sample.
ENOUGH_ROWS = 30
#: An attribute with more different values is compared at its median if it is a number, and left out otherwise.
MOST_GROUPS = 10
#: Columns shown and measured for each group; all are looked at.
SHOWN = 10


OMITTED = "without what refitting changes"
JOINT = f"ridge regression on the levels of all columns, cross-fitted; newcombe's interval, {OMITTED}"


@dataclass(frozen=True)
class Group:
    """Rows that are told from the others.

    Parameters
    ----------
    attribute, value : str
        The sensitive attribute, and which of its values, or side of its median.
    member : ndarray of bool, shape (rows,)
        Which rows belong to it.
    known : ndarray of bool, shape (rows,)
        Which rows have a value of the attribute.
    """

    attribute: str
    value: str
    member: NDArray[np.bool_]
    known: NDArray[np.bool_]

    def __str__(self) -> str:
        """Return the group as messages name it."""
        return f"'{self.attribute}' {self.value}" if self.value.startswith("above") else f"'{self.attribute}' = {self.value}"


@dataclass(frozen=True)
class Told:
    """How well each column, and all together, tell a group from the others.

    Parameters
    ----------
    group : Group
        Which rows.
    by_column : mapping of str to (area, interval)
        The best first.
    joint : tuple of (area, interval), or None
        Of all columns together, where it was measured.
    """

    group: Group
    by_column: Mapping[str, Area]
    joint: Area | None


@dataclass(frozen=True, kw_only=True)
class Proxies(Check):
    """How well the other columns tell each group of a sensitive attribute from the rest, one by one and together.

    A model that may not see an attribute can still learn it from a proxy. Each column is sorted into at most 20 levels; a row's score is the
    group's share at its level in the other four fifths of the rows, so nothing is learned by heart, and the area under the ROC curve says how well
    that works: 0.5 is chance, 1 is certainty. All columns together go into a regression on their levels, which is reported and not judged: in data
    about people, everything together nearly always tells something.

    Parameters
    ----------
    kept : tuple of str
        Columns that the contract keeps from models (``feature: false``).
    declared_proxies : mapping of str to tuple of str
        Sensitive attributes by column that the contract declares a proxy for them (``proxyFor``).
    """

    code: ClassVar[str] = "P009"
    title: ClassVar[str] = "Proxies of sensitive attributes"
    family: ClassVar[str] = "privacy"
    seeks: ClassVar[bool] = True
    slow: ClassVar[bool] = True
    judged: ClassVar[str] = JUDGED
    advice: ClassVar[str] = (
        "Keep these columns from models, as the clauses do, or say why they must stay: "
        "'customProperties: [{property: proxyFor, value: ATTRIBUTE}]' declares a proxy, which is then not found again. Leaving out the attribute "
        "alone hides it from the audit and not from the model."
    )
    cites: ClassVar[tuple[str, ...]] = (
        "Feldman, Friedler, Moeller, Scheidegger and Venkatasubramanian (2015), Certifying and removing disparate impact",
        "Regulation (EU) 2024/1689, Article 10(2)(f)",
    )

    kept: tuple[str, ...] = ()
    declared_proxies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    limit: Limit = LIMIT

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Yield one check that knows what the contract keeps from models and which proxies it declares."""
        kept = tuple(c.name for c in contract.columns if str(c.custom.get("feature", True)).casefold() == "false")
        proxies = {c.name: _named(c.custom[CLAUSE]) for c in contract.columns if c.custom.get(CLAUSE)}
        for check in list(cls.declared(contract)) or [cls()]:
            yield replace(check, kept=(*check.kept, *kept), declared_proxies={**check.declared_proxies, **proxies})

    def asks(self, subject: Subject) -> Asks:
        """Ask for the size of the table; the sample follows from it."""
        attributes = plain_columns(subject.table, subject.need_many("sensitive"))
        if not attributes or not self._columns(subject):
            raise NotApplicable("needs a sensitive attribute and another column that a model may learn from; no other is left")
        return size_asks(subject)

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Tell each group from the others by each column and by all together."""
        total, columns = int(answers.scalar("total")), self._columns(subject)
        attributes = plain_columns(subject.table, subject.roles.sensitive)
        taken = [*attributes, *columns]
        distinct = {} if subject.roles.key else {c: int(answers.scalar(f"distinct {c}")) for c in plain_columns(subject.table, subject.table.columns)}
        rows = answers.more({"sample": sample_ask(subject, taken, total, distinct)}).frame("sample")
        sample = BandedSample.of(rows, taken, entities=bool(subject.roles.entity))
        groups = [group for a in attributes for group in _groups(sample, a)]
        if not groups:
            raise NotApplicable(
                f"no sensitive attribute has a group of at least {ENOUGH_ROWS} rows beside at least {ENOUGH_ROWS} others, among at most "
                f"{MOST_GROUPS} groups; sort its values into fewer"
            )
        told = self._told(groups, columns, sample)
        looks = len(groups) * len(columns)
        method = f"predictions for one fifth of {len(sample):,} rows from the others; newcombe's interval for {looks:,} looks, {OMITTED}"
        suspects = _suspects(_proxies(told), answers, subject.table)
        message = _message(told, len(columns), len(sample), total)
        findings = findings_of(
            suspects, total, message, title="Columns that tell a sensitive attribute", exhibits=[_bars(t, len(sample)) for t in told]
        )
        return replace(findings, measurements=(*findings.measurements, *_measured(told, method, looks)))

    def _columns(self, subject: Subject) -> list[str]:
        return [c for c in plain_columns(subject.table, subject.features) if c not in (*subject.roles.sensitive, *self.kept)]

    def _told(self, groups: Sequence[Group], columns: Sequence[str], sample: BandedSample) -> list[Told]:
        levels, level = {c: sample.levels(c) for c in columns}, _level_of_each(len(groups) * len(columns))
        told: list[Told] = []
        for same in _known_alike(groups):
            known, members = same[0].known, [g.member[same[0].known] for g in same]
            placed, fold = {c: levels[c][known] for c in columns}, sample.fold[known]
            areas = [{c: a for c in columns if (a := alone(placed[c], member, fold, level)) is not None} for member in members]
            order = sorted(columns, key=lambda c: (-max((a[c][0] for a in areas if c in a), default=0.0), c))
            joint = together([placed[c] for c in order], members, fold, LEVEL)
            for group, area, both in zip(same, areas, joint, strict=True):
                undeclared = [c for c in area if group.attribute not in self.declared_proxies.get(c, ())]
                told.append(Told(group, {c: area[c] for c in sorted(undeclared, key=lambda c: (-area[c][0], c))}, both))
        place = {(g.attribute, g.value): i for i, g in enumerate(groups)}
        return sorted(told, key=lambda t: place[t.group.attribute, t.group.value])


def _known_alike(groups: Sequence[Group]) -> list[list[Group]]:
    """Return groups whose attributes are known in the same rows together: one regression serves them all."""
    alike: dict[bytes, list[Group]] = {}
    for group in groups:
        alike.setdefault(group.known.tobytes(), []).append(group)
    return list(alike.values())


def _level_of_each(looks: int) -> float:
    """Return the level at which the intervals of all looks hold together at ``LEVEL`` (Bonferroni)."""
    return 1 - (1 - LEVEL) / looks


def _proxies(told: Sequence[Told]) -> dict[str, str]:
    """Return which groups each proxy tells, in words."""
    tells: dict[str, list[str]] = {}
    for t in told:
        for column, area in t.by_column.items():
            if _is_proxy(area):
                tells.setdefault(column, []).append(f"{t.group} (AUC {area[0]:.2f})")
    return {column: f"tells {listed(groups)}" for column, groups in tells.items()}


def _suspects(proxies: Mapping[str, str], answers: Answers, table: ir.Table) -> list[Suspect]:
    if not proxies:
        return []
    present = answers.more({c: scalar(table.count(where=~missing(table[c]))) for c in proxies})
    return [Suspect(c, what, int(present.scalar(c)), partial(_present, column=c), _clause(c)) for c, what in proxies.items()]


def _present(table: ir.Table, column: str) -> ir.BooleanValue:
    return ~missing(table[column])


def _named(value: Any) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list | tuple) else (str(value),)


def _is_proxy(area: Area) -> bool:
    value, (low, _) = area
    return value >= FLOOR and low >= SURE


def _groups(sample: BandedSample, attribute: str) -> Iterator[Group]:
    """Yield the groups of an attribute; of two, only the smaller, since telling one from the other is telling the other from it."""
    column = sample.rows[attribute]
    known = column.notna().to_numpy()
    values = column[known].value_counts()
    if len(values) > MOST_GROUPS:
        if sample.is_number(attribute):
            middle = float(np.median(column[known]))
            groups = {f"above {middle:g}": (column > middle).fillna(False).to_numpy(dtype=bool)}
        else:
            groups = {}
    else:
        order = sorted(values.index, key=lambda v: (values[v], v))
        groups = {_written(v): (column == v).fillna(False).to_numpy(dtype=bool) for v in (order[:1] if len(order) == 2 else order)}
    for value, member in groups.items():
        n = int(member.sum())
        if n >= ENOUGH_ROWS and int(known.sum()) - n >= ENOUGH_ROWS:
            yield Group(attribute, value, member, known)


def _written(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _clause(column: str) -> str:
    clause = [{"name": column, "customProperties": [{"property": "feature", "value": False}]}]
    return yaml.safe_dump(clause, sort_keys=False, allow_unicode=True, width=1_000).rstrip()


def _measured(told: Sequence[Told], method: str, looks: int) -> Iterator[Measurement]:
    for t in told:
        where, n = {"attribute": t.group.attribute, "group": t.group.value}, int(t.group.known.sum())
        for column, (value, interval) in list(t.by_column.items())[:SHOWN]:
            yield Measurement("proxy_roc_auc", value, "", {**where, "column": column}, n, interval, _level_of_each(looks), method)
        if t.joint is not None:
            value, interval = t.joint
            yield Measurement("joint_roc_auc", value, "", where, n, interval, LEVEL, JOINT)


def _message(told: Sequence[Told], columns: int, sampled: int, total: int) -> str:
    of = f"in a sample of {sampled:,} of {total:,} rows" if sampled < total else f"in {counted(total, 'row')}"
    single = [(t.group, c, a[0]) for t in told for c, a in t.by_column.items()]
    proxies = _proxies(told)
    if proxies:
        text = "Alone, " + listed(f"'{c}' {what}" for c, what in proxies.items())
    elif single:
        group, column, area = max(single, key=lambda item: (item[2], item[1]))
        text = f"None of {counted(columns, 'column')} is a proxy alone; nearest comes '{column}' for {group} with an AUC of {area:.2f}"
    else:
        text = "All columns are declared proxies"
    joint = [f"{t.group} {t.joint[0]:.2f}" for t in told if t.joint is not None]
    return f"{text}{'; all columns together tell ' + listed(joint) if joint else ''} (0.5 is chance; {of})."


def _bars(told: Told, sampled: int) -> Exhibit:
    lines: list[Sequence[Scalar]] = []
    for name, (value, interval) in [*list(told.by_column.items())[:SHOWN], *([("all columns together", told.joint)] if told.joint else [])]:
        lines.append(bar(name, Measurement("roc_auc", value, "", {}, int(told.group.known.sum()), interval)))
    return Exhibit(
        Kind.BARS,
        f"How well columns tell {told.group} from the other rows",
        ("label", "value", "low", "high", "n"),
        lines,
        x_label="area under the ROC curve, 0.5 is chance",
        reference=FLOOR,
        reference_label="called a proxy from here",
        note=f"{sampled:,} rows; the best {SHOWN} columns. Intervals of single columns allow for all looks; that of all together is at 95 %.",
    )
