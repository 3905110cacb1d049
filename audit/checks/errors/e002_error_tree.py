"""E002: a small tree that divides the rows by how often the model errs on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from audit.checks.errors.held_out import Halves, HeldOut
from audit.checks.errors.losses import NAMES, measured
from audit.checks.errors.row_keys import HEAD, OF_EACH, misjudged, note
from audit.checks.errors.tree import Node, grow
from audit.core.ask import Answers, Asks
from audit.core.check import Check, Findings
from audit.core.exhibit import MAX_ROWS, Exhibit, Kind
from audit.core.measurement import Measurement, Scalar
from audit.core.subject import Subject
from audit.core.wording import counted, percent
from audit.stats.moments import Moments


@dataclass(frozen=True, kw_only=True)
class ErrorTree(Check):
    """A tree grown on one half of the held-out rows; its rates, shares and intervals are counted on the other.

    Parameters
    ----------
    rows : int
        Rows to grow it on, at most; taken by the hash of their key from one half. All rows of the other half are counted.
    depth : int
        Conditions on the way to a leaf, at most.
    min_rows : int
        Rows of the growing half in each leaf.
    """

    code: ClassVar[str] = "E002"
    title: ClassVar[str] = "Error tree"
    family: ClassVar[str] = "errors"
    judged: ClassVar[str] = "error_rate"
    advice: ClassVar[str] = (
        "Begin with the leaf that holds most errors: read its way as a sentence, look at its rows by their keys, and ask what the model cannot "
        "know of them."
    )
    cites: ClassVar[tuple[str, ...]] = ("Breiman et al. (1984), Classification and Regression Trees",)
    slow: ClassVar[bool] = True

    rows: int = 50_000
    depth: int = 4
    min_rows: int = 30

    def asks(self, subject: Subject) -> Asks:
        """Ask for a bounded sample of one half of the held-out rows."""
        return HeldOut.of(subject).asks(self.rows)

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Grow the tree on one half and count it on the other."""
        halves = HeldOut.of(subject).read(answers, self.min_rows)
        nodes = grow(halves.coded(self.min_rows), halves.searched, depth=self.depth, min_leaf=self.min_rows)
        whole, *others = halves.count(answers, [n.steps for n in nodes[1:]])
        losses = [whole, *others]
        every = measured(whole, quantity=halves.quantity)
        leaves = [(n, m) for n, m in zip(nodes, losses, strict=True) if n.leaf]
        numbers = [measured(m, quantity=halves.quantity, where={"leaf": n.path}) for n, m in leaves if n.steps]
        count = Measurement("leaves", len(leaves), "leaves", {}, len(halves.values), method=f"grown on {halves.of}, counted on the other")
        message = _message(leaves, whole, halves)
        return Findings([every, count, *numbers], message, [_picture(nodes, losses, halves), *_keys(nodes, halves)])


def _message(leaves: Sequence[tuple[Node, Moments]], whole: Moments, halves: Halves) -> str:
    told = [(n, m) for n, m in leaves if m.n and n.steps]
    rows = counted(halves.first + halves.second, "held-out row")
    if not halves.wrong:
        return f"The model errs on none of {rows}, so there are no errors to divide."
    if len(told) < 2:
        return f"No column divides {rows} into parts that are misjudged more and less often than chance would have it."
    worst, best = max(told, key=lambda t: t[1].mean), min(told, key=lambda t: t[1].mean)
    # not the rate but the errors beyond it say where most is to be gained
    most = max(told, key=lambda t: t[1].total - t[1].n * whole.mean)
    if halves.quantity:
        text = f"The error is {best[1].mean:.4g} on average where {best[0].path}, and {worst[1].mean:.4g} where {worst[0].path}"
    else:
        text = f"Misjudged are from {percent(best[1].mean)} of the rows with {best[0].path} to {percent(worst[1].mean)} of those with {worst[0].path}"
    shares = f"holds {percent(most[1].n / whole.n)} of the rows and {percent(most[1].total / whole.total)} of the errors" if whole.total else ""
    which = "the latter" if most is worst else f"the leaf with {most[0].path}"
    return f"{text}; {which} {shares}. Grown on {halves.of}, counted on the other."


def _picture(nodes: Sequence[Node], losses: Sequence[Moments], halves: Halves) -> Exhibit:
    total = losses[0]
    lines: list[tuple[Scalar, ...]] = []
    for node, loss in zip(nodes, losses, strict=True):
        number = measured(loss, quantity=halves.quantity)
        errors = loss.total / total.total if total.total else None
        ends = number.interval or (None, None)
        lines.append((node.id, node.parent, node.label, number.value, loss.n, *ends, loss.n / total.n if total.n else None, errors))
    return Exhibit(
        Kind.TREE, "Where the errors are", ("id", "parent", "label", "value", "n", "low", "high", "share", "share of errors"), lines,
        NAMES[halves.quantity][1], note=f"Grown on {halves.of}; rates, counts and 95 % intervals are of the other half.",
    )  # fmt: skip


def _keys(nodes: Sequence[Node], halves: Halves) -> list[Exhibit]:
    lines: list[tuple[Scalar, ...]] = []
    for node in nodes:
        if node.leaf and node.steps:
            lines += [(node.id, node.path, name) for name in misjudged(halves, halves.met(node.steps))]
    if not lines:
        return []
    title = f"{'Rows with the largest errors' if halves.quantity else 'Misjudged rows'} in the leaves"
    told_of = f"Up to {OF_EACH} of each leaf, of the half on which the tree was grown. {note()}"
    return [Exhibit(Kind.TABLE, title, ("node", "leaf", HEAD), lines[:MAX_ROWS], note=told_of)]
