"""L004: training rows that are later than the rows a model is tested on."""

from dataclasses import dataclass
from typing import Any, ClassVar

import ibis
import ibis.expr.types as ir
import numpy as np

from audit.core.ask import Answers, Asks, rows, scalar
from audit.core.check import Check, Findings, missing
from audit.core.errors import NotApplicable
from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.wording import counted, listed, percent

METHOD = "count of all pairs of rows"
MOST_SHOWN = 20


@dataclass(frozen=True, kw_only=True)
class TrainingLaterThanTest(Check):
    """How often a training row is later than a row of another split, over all pairs of the two.

    A split by time gives none, one drawn at random gives one half. Where an entity is declared, pairs of rows about the same entity are
    looked at as well. Rows without a time or a split are left out and counted.

    Parameters
    ----------
    train : str
        How the split column calls the training rows.
    """

    code: ClassVar[str] = "L004"
    title: ClassVar[str] = "Training rows later than test rows"
    family: ClassVar[str] = "leakage"
    judged: ClassVar[str] = "later_share"
    advice: ClassVar[str] = (
        "Split by time, so that every training row is earlier than the rows the model is tested on; otherwise the test lets the model know "
        "what production cannot: the future. Where the order does not matter, take the time role away or raise the limit with the reason."
    )
    cites: ClassVar[tuple[str, ...]] = (
        "Kapoor & Narayanan 2023, Leakage and the reproducibility crisis in machine-learning-based science, Patterns 4(9)",
    )

    train: str = "train"
    limit: Limit = Limit(
        high=0.01,
        blocking=False,
        reason="rows have a time, and in production a model is asked about times later than any it was trained on",
        source="default of L004",
    )

    def asks(self, subject: Subject) -> Asks:
        """Ask for the times of each split, and in how many pairs with a training row the training row is later, or earlier."""
        known, unknown = self._known(subject)
        asks = {
            "unknown": scalar(subject.table.count(where=unknown)),
            "spans": rows(known.group_by("split").aggregate(rows=known.count(), first=_shown(known.moment.min()), last=_shown(known.moment.max()))),
            "pairs": rows(self._pairs(known, [])),
        }
        if subject.roles.entity:
            asks["pairs within"] = rows(self._pairs(known.filter(~missing(known.entity)), ["entity"]))
        return asks

    def _known(self, subject: Subject) -> tuple[ir.Table, ir.BooleanValue]:
        """Return splits and times (and entities) of the rows that have them, and where the subject's rows lack them."""
        split, time, entity = subject.need("split"), subject.need("time"), subject.roles.entity
        table, kind = subject.table, subject.table[time].type()
        if not (kind.is_date() or kind.is_timestamp() or kind.is_numeric()):
            raise NotApplicable(f"the time column '{time}' has the type {kind}; give it as dates, timestamps or numbers such as years")
        unknown = missing(table[time]) | table[split].isnull()
        named = {"split": table[split].cast("string"), "moment": table[time]} | ({"entity": table[entity]} if entity else {})
        return table.filter(~unknown).select(**named), unknown

    def _pairs(self, known: ir.Table, by: list[str]) -> ir.Table:
        """Return, for each other split, its pairs with a training row (of the same entity), and in how many the latter is later or earlier."""
        is_train = known.split == self.train
        times = known.group_by([*by, "moment"]).aggregate(at=is_train.sum().cast("int64"))
        group = [times[name] for name in by]
        times = times.mutate(
            up_to=times["at"].sum().over(ibis.cumulative_window(group_by=group, order_by=times.moment)),
            all=times["at"].sum().over(ibis.window(group_by=group)),
        )
        others = known.filter(~is_train).group_by(["split", *by, "moment"]).aggregate(n=lambda t: t.count())
        both = others.join(times, [*by, "moment"])
        # products of counts of a large table do not fit into 64 bits, but into a float with 53 exact bits nearly always
        n, every, up_to, at = (both[c].cast("float64") for c in ("n", "all", "up_to", "at"))
        return both.group_by("split").aggregate(pairs=(n * every).sum(), later=(n * (every - up_to)).sum(), earlier=(n * (up_to - at)).sum())

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Measure in what share of pairs the training row is the later one."""
        split, entity = subject.need("split"), subject.roles.entity
        spans = {row["split"]: row for row in answers.rows("spans")}
        if self.train not in spans or len(spans) < 2:
            found = listed(f"'{name}'" for name in spans)
            raise NotApplicable(f"needs rows of '{self.train}' and of another split in '{split}' that have a time; found {found}")
        trained = int(spans[self.train]["rows"])
        after = self._after_first(subject, answers, [name for name in spans if name != self.train])
        measurements, parts = [], []
        for pair in sorted(answers.rows("pairs"), key=lambda row: str(row["split"])):
            name = pair["split"]
            share = pair["later"] / pair["pairs"]
            by_chance = (pair["later"] + pair["earlier"]) / pair["pairs"] / 2
            where = {split: name}
            measurements += [
                Measurement("later_share", share, "share", where, trained + int(spans[name]["rows"]), method=METHOD),
                Measurement("later_share_by_chance", by_chance, "share", where, method="expected of a split drawn at random"),
                Measurement("rows_after_first", after[name], "rows", where, trained, method="count of all rows"),
            ]
            parts.append(
                f"{percent(share)} of all pairs with a row of '{name}' (a split drawn at random gives {percent(by_chance)}; "
                f"{after[name]:,} of {counted(trained, 'training row')} are later than its first row, {_time(spans[name]['first'])})"
            )
        message = f"A training row is the later one in {listed(parts)}."
        for pair in sorted(answers.rows("pairs within"), key=lambda row: str(row["split"])) if entity else ():
            if pair["pairs"]:
                share = pair["later"] / pair["pairs"]
                where = {split: pair["split"], "within": str(entity)}
                measurements.append(Measurement("later_share", share, "share", where, method=f"{METHOD} that share a value of '{entity}'"))
                message += f" Among pairs with one value of '{entity}' it is {percent(share)} for '{pair['split']}'."
        unknown = int(answers.scalar("unknown"))
        if unknown:
            measurements.append(Measurement("missing_rows", unknown, "rows", {}, method="count of all rows"))
            message += f" {counted(unknown, 'row')} without time or split left out."
        return Findings(measurements, message, [_exhibit(spans, self.train, after)])

    def _after_first(self, subject: Subject, answers: Answers, splits: list[str]) -> dict[str, int]:
        """Return how many training rows are later than the first row of each other split."""
        known, _ = self._known(subject)
        asks = {}
        for name in splits:
            first = known.filter(known.split == name).aggregate(first=lambda t: t.moment.min()).as_scalar()
            asks[name] = scalar(known.count(where=(known.split == self.train) & (known.moment > first)))
        more = answers.more(asks)
        return {name: int(more.scalar(name)) for name in splits}


def _shown(moment: ir.Scalar) -> ir.Scalar:
    """Return a time in a form that means the same wherever it is read: with a zone, as seconds since 1970."""
    kind = moment.type()
    if kind.is_timestamp() and kind.timezone is not None:
        return ibis.literal("@") + moment.epoch_seconds().floor().cast("int64").cast("string")
    return moment.cast("string")


def _time(text: Any) -> str:
    if str(text).startswith("@"):
        # numpy's times know every year, Python's end at 9999
        return f"{np.datetime64(int(str(text)[1:]), 's')} UTC".replace("T", " ", 1)
    return str(text)


def _exhibit(spans: dict[str, Any], train: str, after: dict[str, int]) -> Exhibit:
    lines = [
        (name, int(span["rows"]), _time(span["first"]), _time(span["last"]), after.get(name))
        for name, span in sorted(spans.items(), key=lambda item: (item[0] != train, str(item[0])))
    ]
    return Exhibit(
        Kind.TABLE,
        "Times of each split",
        ("split", "rows", "first", "last", "training rows later than its first"),
        lines[:MOST_SHOWN],
        note="All rows with a time were counted.",
    )
