"""What the columns of a table mean to an audit."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields

from audit.core.bins import fault
from audit.core.errors import UsageError

#: Where each role is used, for messages that ask for it.
PURPOSE: dict[str, str] = {
    "target": "the true outcome",
    "task": "whether the target is of classes or a quantity",
    "positive": "the value of the target that counts as the positive outcome",
    "prediction": "the predicted outcome",
    "score": "the predicted probability of the positive outcome",
    "champion": "what the model in use predicts, with which the new one is compared",
    "champion_score": "the probability of the positive outcome that the model in use predicts",
    "sensitive": "the attributes whose groups are compared",
    "bins": "the edges that sort a continuous attribute into groups",
    "entity": "the person or thing a row is about",
    "time": "when a row was observed",
    "split": "which rows were used for training, validation and test",
    "weight": "how much a row counts",
    "key": "what identifies a row",
    "quasi_identifiers": "columns that together could identify a person",
    "consent": "whether the person consented",
    "consent_until": "when the consent ends",
    "collected": "when the row was collected, from which its retention is counted",
    "purpose": "the purposes a row may be used for",
    "lawful_basis": "the legal ground on which a row is processed",
}


#: What a target may be: of classes, or a quantity.
CLASSIFICATION, REGRESSION = "classification", "regression"
TASKS = (CLASSIFICATION, REGRESSION)

#: More distinct values than this are no classes.
MAX_CLASSES = 100

#: Roles that are no columns.
NOT_COLUMNS = ("task", "positive")


@dataclass(frozen=True, kw_only=True)
class Roles:
    """Names of the columns that play a part; ``None`` or empty where no column does.

    Parameters
    ----------
    target, prediction, score, entity, time, split, weight : str or None
        Column names.
    task : {"classification", "regression"} or None
        Whether the target is of classes or a quantity; where not given, the values of target and prediction say so.
    champion, champion_score : str or None
        Outputs of an earlier model, with which the one under audit is compared.
    positive : str or None
        The target value that counts as positive, as text; the larger one by order where not given.
    sensitive, key, quasi_identifiers : tuple of str
        Column names.
    bins : mapping of str to sequence of float
        Edges of the groups of continuous attributes, by column.
    consent, consent_until, collected, purpose, lawful_basis : str or None
        Columns that govern whether a row may be used.

    Raises
    ------
    UsageError
        Edges of bins are none: empty, no numbers, or not ascending.
    """

    target: str | None = None
    task: str | None = None
    positive: str | None = None
    prediction: str | None = None
    score: str | None = None
    champion: str | None = None
    champion_score: str | None = None
    sensitive: tuple[str, ...] = ()
    bins: Mapping[str, Sequence[float]] = field(default_factory=dict)
    entity: str | None = None
    time: str | None = None
    split: str | None = None
    weight: str | None = None
    key: tuple[str, ...] = ()
    quasi_identifiers: tuple[str, ...] = ()
    consent: str | None = None
    consent_until: str | None = None
    collected: str | None = None
    purpose: str | None = None
    lawful_basis: str | None = None

    def __post_init__(self) -> None:
        """Accept lists where tuples are meant, and refuse bins that are none."""
        for name in ("sensitive", "key", "quasi_identifiers"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        for column, edges in self.bins.items():
            if wrong := fault(edges):
                raise UsageError(f"bins of '{column}': {wrong}")
        object.__setattr__(self, "bins", {column: tuple(float(e) for e in edges) for column, edges in self.bins.items()})

    def columns(self) -> Iterator[tuple[str, str]]:
        """Yield each role with each column that plays it."""
        for role in fields(self):
            value = getattr(self, role.name)
            if role.name in NOT_COLUMNS or not value:
                continue
            for column in (value,) if isinstance(value, str) else value:
                yield role.name, column

    def bookkeeping(self) -> set[str]:
        """Columns that are no features: labels, outputs, keys and fields of consent and time of collection."""
        governing = ("consent", "consent_until", "collected", "purpose", "lawful_basis")
        names = ("target", "prediction", "score", "champion", "champion_score", "entity", "split", "weight", "key", *governing)
        return {column for role, column in self.columns() if role in names}
