"""Functional dependencies that hold almost everywhere, and the pairs of values that break them."""

from collections.abc import Sequence
from dataclasses import dataclass

import ibis.expr.types as ir

from audit.checks.quality.dependency import SEPARATOR, Dependency, Strength, among, surprise
from audit.checks.quality.dependency_candidates import MIN_GROUPS, Candidate
from audit.core.ask import Answers

#: Least share of the rows in groups of three or more, and least share of the variation that is explained.
LEAST_SUPPORT, LEAST_EXPLAINED = 0.3, 0.75
#: Most rows, among those, that differ from their group's majority, and that have no majority.
MOST_VIOLATIONS, MOST_UNCLEAR, SLACK = 0.06, 0.05, 0.01
#: A second value that is so unlikely to recur by chance within its group is a rule of its own, and no error.
RECURRENCE = 0.02


@dataclass(frozen=True)
class Violated:
    """A dependency that almost holds.

    Parameters
    ----------
    dependency : Dependency
        Which.
    strength : Strength
        How well it holds.
    pairs : tuple of str
        Determinant and dependent, joined, of the cells that break it.
    """

    dependency: Dependency
    strength: Strength
    pairs: tuple[str, ...]

    def broken(self, table: ir.Table) -> ir.BooleanValue:
        """Return where a row breaks it."""
        return among(self.dependency.pair_text(table), self.pairs).fill_null(False)


def holds(strength: Strength, total: int) -> bool:
    """Return whether a dependency holds in all rows, or in almost all."""
    violations, unclear = (n / max(strength.supported, 1) for n in (strength.violations, strength.unclear))
    return (
        strength.supported >= LEAST_SUPPORT * total
        and strength.groups >= MIN_GROUPS
        and strength.explained >= LEAST_EXPLAINED
        and violations <= MOST_VIOLATIONS
        # random errors hardly ever leave a group without a majority: many such groups mean that it was never a dependency
        and unclear <= min(MOST_UNCLEAR, violations + SLACK)
    )


def violated(candidates: Sequence[Candidate], table: ir.Table, answers: Answers, total: int) -> tuple[list[Violated], list[Dependency]]:
    """Return the dependencies that almost hold and are broken by single cells, and those that hold everywhere.

    Parameters
    ----------
    candidates : sequence of Candidate
        What to try.
    table : ibis table
        All rows.
    answers : Answers
        Where to ask.
    total : int
        Rows of the table.
    """
    tried = [(Dependency((c.determinant,), c.dependent), c.chance) for c in candidates]
    counted = answers.more({str(i): d.ask_strength(table) for i, (d, _) in enumerate(tried)})
    strengths = [Strength.of(counted.rows(str(i)), chance) for i, (_, chance) in enumerate(tried)]
    holding = [(d, s) for (d, _), s in zip(tried, strengths, strict=True) if holds(s, total)]
    exact = [d for d, s in holding if not s.violations and not s.unclear]
    almost = [(d, s) for d, s in holding if s.violations]
    fetched = answers.more({str(i): d.ask_violations(table) for i, (d, _) in enumerate(almost)})
    found: list[Violated] = []
    for i, (dependency, strength) in enumerate(almost):
        rate = strength.violations / strength.supported
        single, recurring = [], 0
        for group, value, n, size in fetched.rows(str(i)).values:
            if n > 1 and surprise(int(n), int(size), rate) < RECURRENCE:
                recurring += int(n)
            else:
                single.append(group + SEPARATOR + value)
        if single and recurring <= strength.violations / 2:
            found.append(Violated(dependency, strength, tuple(single)))
    return found, exact
