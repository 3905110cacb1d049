"""L002: people or things that occur in more than one split."""

from dataclasses import dataclass
from typing import ClassVar

from audit.core.ask import Answers, Asks, rows, scalar
from audit.core.check import Check, Findings, missing
from audit.core.errors import NotApplicable
from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.wording import counted, percent

METHOD = "count of all rows"
MOST_SHOWN = 20


@dataclass(frozen=True, kw_only=True)
class EntityOverlap(Check):
    """Entities whose rows lie in more than one split. Rows without an entity or a split are left out and counted."""

    code: ClassVar[str] = "L002"
    title: ClassVar[str] = "Entity overlap between splits"
    family: ClassVar[str] = "leakage"
    judged: ClassVar[str] = "shared_entities"
    advice: ClassVar[str] = (
        "Split by entity, so that all rows of one person or thing stay together; the test then asks about strangers, as production does."
    )
    cites: ClassVar[tuple[str, ...]] = (
        "Kapoor & Narayanan 2023, Leakage and the reproducibility crisis in machine-learning-based science, Patterns 4(9)",
    )

    limit: Limit = Limit(high=0, reason="a model may know an entity it was trained on by heart", source="default of L002")

    def asks(self, subject: Subject) -> Asks:
        """Ask how many entities there are, and how many are in more than one split."""
        split, entity = subject.need("split"), subject.need("entity")
        table = subject.table.select(entity=subject.table[entity], split=subject.table[split].cast("string"))
        unknown = missing(table.entity) | table.split.isnull()
        known = table.filter(~unknown)
        # the first and the last split of an entity differ where it has several
        entities = known.group_by("entity").aggregate(first=known.split.min(), last=known.split.max(), n=known.count())
        spread = entities.first != entities.last
        torn = known.semi_join(entities.filter(spread), "entity")
        by_split = torn.group_by("split").aggregate(entities=torn.entity.nunique(), rows=torn.count())
        return {
            "unknown": scalar(table.count(where=unknown)),
            "first": scalar(table.split.min(where=~unknown)),
            "last": scalar(table.split.max(where=~unknown)),
            "entities": scalar(entities.count()),
            "shared": scalar(entities.count(where=spread)),
            "shared_rows": scalar(entities.n.sum(where=spread).fill_null(0)),
            "by_split": rows(by_split.order_by("split").limit(MOST_SHOWN), when_needed=True),
        }

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Count the entities in more than one split."""
        split, entity = subject.need("split"), subject.need("entity")
        if answers.scalar("first") == answers.scalar("last"):
            raise NotApplicable(f"needs rows of at least two splits in '{split}' that have a value of '{entity}'")
        total, shared, shared_rows = (int(answers.scalar(name)) for name in ("entities", "shared", "shared_rows"))
        unknown = int(answers.scalar("unknown"))
        measurements = [
            Measurement("shared_entities", shared, "entities", {}, total, method=METHOD),
            Measurement("shared_entity_share", shared / total, "share", {}, total, method=METHOD),
            Measurement("shared_entity_rows", shared_rows, "rows", {}, method=METHOD),
        ]
        message = f"{shared:,} of {total:,} values of '{entity}' ({percent(shared / total)}) occur in more than one split"
        message += f", with {counted(shared_rows, 'row')}."
        if not shared:
            message = f"None of {total:,} values of '{entity}' occurs in more than one split."
        if unknown:
            measurements.append(Measurement("missing_rows", unknown, "rows", {}, method=METHOD))
            message += f" {counted(unknown, 'row')} without entity or split left out."
        exhibits = []
        if shared:
            columns = ("split", "entities that are in another split too", "rows of these")
            cells = [(r["split"], int(r["entities"]), int(r["rows"])) for r in answers.rows("by_split")]
            exhibits = [Exhibit(Kind.TABLE, "Entities in more than one split", columns, cells, note="All rows were compared.")]
        return Findings(measurements, message, exhibits)
