"""L001: rows of the test and validation data that also occur in the training data."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

import ibis
import ibis.expr.types as ir

from audit.core.ask import Answers, Asks, rows
from audit.core.check import Check, Findings
from audit.core.errors import NotApplicable
from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.wording import counted, listed, percent

METHOD = "count of all rows"


@dataclass(frozen=True, kw_only=True)
class RowOverlap(Check):
    """Share of the rows of each other split that are identical to a training row.

    Rows are compared in the target and in every column that a model may learn from; keys, splits, entities and outputs of models are left out.

    Parameters
    ----------
    train : str
        How the split column calls the training rows.
    """

    code: ClassVar[str] = "L001"
    title: ClassVar[str] = "Row overlap between splits"
    family: ClassVar[str] = "leakage"
    judged: ClassVar[str] = "shared_share"
    advice: ClassVar[str] = (
        "Remove repeated rows before splitting, or split so that all rows of a person stay together; "
        "otherwise the test partly asks what was learnt by heart."
    )
    cites: ClassVar[tuple[str, ...]] = (
        "Kapoor & Narayanan 2023, Leakage and the reproducibility crisis in machine-learning-based science, Patterns 4(9)",
    )

    train: str = "train"
    limit: Limit = Limit(
        high=0.01,
        blocking=False,
        reason="a model that learns rows by heart gains at most as many points of accuracy as there are shared rows in a hundred",
        source="default of L001",
    )

    def asks(self, subject: Subject) -> Asks:
        """Ask for the rows of each split, and how many of them occur in training."""
        split, compared = subject.need("split"), _compared(subject)
        names = {f"c{i}": subject.table[c] for i, c in enumerate(compared)}
        table = subject.table.select(split=subject.table[split].cast("string"), **names)
        table = table.filter(table.split.notnull())
        shared = self._shared(table, list(names))
        return {
            "splits": rows(table.group_by("split").aggregate(rows=table.count())),
            "shared": rows(shared.group_by("split").aggregate(shared=shared.n.sum())),
            "repeats": rows(_repeats(table, list(names)), when_needed=True),
        }

    def _shared(self, table: ir.Table, names: list[str]) -> ir.Table:
        """Return the different rows of each split that also occur in training, ``n`` times each."""
        # hashes narrow the rows down, so that whole rows are compared only where two hashes are equal
        hashed = table.mutate(assay_hash=ibis.struct({name: table[name] for name in names}).hash())
        trained = hashed.split == self.train
        both = hashed.group_by("assay_hash").aggregate(trained=trained.any(), other=(~trained).any())
        candidates = hashed.semi_join(both.filter(both.trained & both.other), "assay_hash")
        different = candidates.group_by(["split", *names]).aggregate(n=candidates.count())
        marked = different.mutate(in_train=(different.split == self.train).any().over(group_by=[different[name] for name in names]))
        return marked.filter(marked.in_train & (marked.split != self.train))

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Measure the share of shared rows in each split."""
        split = subject.need("split")
        shares = {row["split"]: int(row["shared"]) for row in answers.rows("shared")}
        counts = {row["split"]: (int(row["rows"]), shares.get(row["split"], 0)) for row in answers.rows("splits")}
        trained, _ = counts.pop(self.train, (0, 0))
        if not trained or not counts:
            found = listed(f"'{name}'" for name in counts)
            raise NotApplicable(
                f"needs rows of '{self.train}' and of another split in '{split}'; found {found if counts else 'none of another split'}"
            )
        measurements = [
            Measurement("shared_share", shared / n, "share", {split: name}, n, method=METHOD) for name, (n, shared) in sorted(counts.items())
        ]
        measurements += [Measurement("shared_rows", shared, "rows", {split: name}, n, method=METHOD) for name, (n, shared) in sorted(counts.items())]
        width = len(_compared(subject))
        parts = [f"{shared:,} of {counted(n, 'row')} of '{name}' ({percent(shared / n)})" for name, (n, shared) in sorted(counts.items())]
        message = f"Identical to a training row in {counted(width, 'compared column')}: {listed(parts)}."
        if any(shared for _, shared in counts.values()):
            expected = _expected(answers.rows("repeats"), trained)
            measurements.append(
                Measurement("expected_share", expected, "share", {}, method="expected of a split drawn row by row, given the repeated rows")
            )
            message += f" A split drawn row by row would share {percent(expected)}."
            if not subject.roles.entity:
                message += " No column says whom a row is about, so equal rows may be different people who look alike in these columns."
        return Findings(measurements, message, [_exhibit(counts, self.limit)])


def _compared(subject: Subject) -> list[str]:
    target = subject.roles.target
    columns = [*subject.features, *([target] if target else [])]
    if not columns:
        raise NotApplicable("needs columns to compare; all columns are keys, splits or outputs of models")
    return columns


def _repeats(table: ir.Table, names: list[str]) -> ir.Table:
    """Return how many different rows occur once, how many twice, and so on."""
    sizes = table.group_by(names).aggregate(size=lambda t: t.count())
    return sizes.group_by("size").aggregate(different=sizes.count())


def _expected(repeats: Iterable[dict[str, Any]], trained: int) -> float:
    """Return the share of rows outside training that would have a twin in it, were training rows drawn at random.

    A row with ``m − 1`` twins has none in training with probability C(N − m, t) / C(N − 1, t): the t training rows are drawn from the N − 1 others.
    """
    sizes = [(int(row["size"]), int(row["different"])) for row in repeats]
    total = sum(m * k for m, k in sizes)
    others = total - 1
    alone = 0.0
    for m, k in sizes:
        probability = 1.0
        for i in range(m - 1):
            probability *= max(others - trained - i, 0) / (others - i)
            if probability < 1e-12:
                break
        alone += m * k * probability
    return 1 - alone / total


def _exhibit(counts: dict[str, tuple[int, int]], limit: Limit) -> Exhibit:
    return Exhibit(
        Kind.BARS,
        "Rows that also occur in the training data",
        ("label", "value", "n"),
        [(name, shared / n, n) for name, (n, shared) in sorted(counts.items())],
        x_label="share of the split's rows",
        reference=limit.high,
        reference_label="highest share allowed" if limit.high is not None else "",
        note="All rows were compared; keys, entities and outputs of models were left out.",
    )
