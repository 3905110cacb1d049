"""What the checks that compare classes or quantities over the groups of one attribute have in common: which there are, and what they refuse."""

from collections.abc import Sequence
from dataclasses import dataclass

from audit.checks.fairness.per_attribute import PerAttribute
from audit.checks.outcomes import MAX_GROUPS
from audit.core.check import Findings
from audit.core.errors import NotApplicable
from audit.core.measurement import Measurement
from audit.core.wording import counted


@dataclass(frozen=True, kw_only=True)
class ComparedGroups(PerAttribute):
    """Base of the checks that compare what is predicted, no yes or no, over the groups of a sensitive attribute."""

    def refused(self, names: Sequence[str]) -> Findings | None:
        """Return what is said of groups that are too many to compare; ``None`` where they can be compared.

        Parameters
        ----------
        names : sequence of str
            The groups, the missing one left out.

        Raises
        ------
        NotApplicable
            There are fewer than two.
        """
        if not names:
            raise NotApplicable(f"'{self.attribute}' has no value in any held-out row, so there are no groups to compare")
        if len(names) == 1:
            raise NotApplicable(f"'{self.attribute}' has one group only ({names[0]}) among the held-out rows, so there is nothing to compare")
        if len(names) <= MAX_GROUPS:
            return None
        bins = f"'roles: {{bins: {{{self.attribute}: [25, 45]}}}}' in assay.yaml"
        message = (
            f"'{self.attribute}' has more than {MAX_GROUPS} groups, too many to compare one by one. Sort numbers into bins, such as {bins}, "
            "or name a column with fewer values; until then nothing is known of its groups."
        )
        method = f"not estimable: more than {MAX_GROUPS} groups"
        return Findings([Measurement(self.judged, None, method=method)], message)


def without_group(rows: int, attribute: str) -> str:
    """Return a sentence on rows whose group is missing, with a space before it; nothing where there are none."""
    return f" {counted(rows, 'row')} without a value of '{attribute}' {'is' if rows == 1 else 'are'} shown and left out of the gaps." if rows else ""
