"""B004: whether the target has at least two classes, without which nothing can be learnt."""

from dataclasses import dataclass
from typing import ClassVar

from audit.checks.balance.groups import ask_groups, read_groups
from audit.core.ask import Answers, Asks
from audit.core.check import Check, Findings
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.wording import counted, listed


@dataclass(frozen=True, kw_only=True)
class NumberOfClasses(Check):
    """How many classes occur. Kept apart from B001, because few rows of a class is a warning and a single class is a stop."""

    code: ClassVar[str] = "B004"
    title: ClassVar[str] = "Number of classes"
    family: ClassVar[str] = "balance"
    judged: ClassVar[str] = "classes"
    advice: ClassVar[str] = "Find out where the other class was lost: a filter, a join, or a file that holds one outcome only."

    limit: Limit = Limit(low=2, reason="a model can be trained only where at least two outcomes occur", source="default of B004")

    def asks(self, subject: Subject) -> Asks:
        """Ask how many rows each class has."""
        return {"classes": ask_groups(subject.table[subject.need_classes()])}

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Count the classes."""
        target = subject.need("target")
        classes = read_groups(answers.rows("classes"), target, "class label")
        found = Measurement("classes", len(classes.sizes), "classes", {"column": target}, classes.total, method="count of all rows")
        match len(classes.sizes):
            case 0:
                message = f"No row has a label ('{target}' is missing in {counted(classes.missing, 'row')}): no model can be trained."
            case 1:
                message = (
                    f"Only one class, {next(iter(classes.sizes))}, in all {counted(classes.total, 'row')} with a label: no model can be trained."
                )
            case n:
                message = f"'{target}' has {n} classes: {listed(classes.sizes)}."
        return Findings([found], message)
