"""X003: whether the columns that move the output are those that the model's loss rests on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from audit.checks.explanation.importance import importance
from audit.checks.explanation.permutation_importance import Comparison, compared
from audit.checks.explanation.samples import explainable, explained_rows, sampled
from audit.checks.rate import LEVEL
from audit.core.ask import Answers, Asks
from audit.core.check import Check, Findings
from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.subject import TRAIN, Subject
from audit.core.wording import counted, listed, percent

#: Columns drawn.
SHOWN = 15


@dataclass(frozen=True, kw_only=True)
class DisagreementWithPermutationImportance(Check):
    """Mean absolute SHAP values beside what the loss grows by when a column is shuffled, for the model under audit.

    Parameters
    ----------
    rows : int
        Held-out rows, and training rows, on which columns are shuffled; taken by the hash of their key.
    explained : int
        How many of the held-out rows are explained.
    background : int
        Training rows to compare with.
    repeats : int
        Shuffles of each column.
    seed : int
        Of the shuffles and of the bands.
    """

    code: ClassVar[str] = "X003"
    title: ClassVar[str] = "Disagreement with permutation importance"
    family: ClassVar[str] = "explanation"
    judged: ClassVar[str] = "idle_attribution_share"
    advice: ClassVar[str] = (
        "Do not give these columns as reasons: they move the output, and on held-out rows the model is not measurably better for it. "
        "Train without them, or with stronger regularisation, and compare the losses."
    )
    cites: ClassVar[tuple[str, ...]] = (
        "Breiman (2001), Random forests",
        "Fisher, Rudin and Dominici (2019), All models are wrong, but many are useful",
    )
    slow: ClassVar[bool] = True

    limit: Limit = Limit(
        high=0.25,
        blocking=False,
        reason="a quarter of what moves the output would be told as reasons, though the model is no better for it",
        source="default of X003",
    )
    rows: int = 2_000
    explained: int = 500
    background: int = 100
    repeats: int = 10
    seed: int = 0

    def asks(self, subject: Subject) -> Asks:
        """Ask for labelled held-out and training rows."""
        model, target = explainable(subject)[0], subject.need("target")
        return {
            **explained_rows(subject, [model], self.rows, self.background, [target]),
            "train": sampled(subject, subject.part(TRAIN), self.rows, [*model.features, target]),
        }

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Explain the rows, shuffle the columns, and compare."""
        from audit.engines.explanation.shuffled_loss import shuffled_loss

        model, target, positive = explainable(subject)[0], subject.need("target"), subject.roles.positive
        rows, train = answers.frame("rows"), answers.frame("train")
        moved = importance(model, rows.head(self.explained), answers.frame("background"), self.seed, positive)
        lost = shuffled_loss(model, rows, rows[target], repeats=self.repeats, seed=self.seed, positive=positive)
        # without a split the held-out rows are all rows, and training rows would say nothing new
        seen = shuffled_loss(model, train, train[target], repeats=self.repeats, seed=self.seed, positive=positive) if subject.roles.split else None
        found = compared(moved, lost, seen, rows, self.seed)
        return Findings(_measured(found), _message(found, answers.scalar("size")), [_bars(found), _table(found)])


def _measured(found: Comparison) -> list[Measurement]:
    name, lost = found.moved.name, found.lost
    n = len(lost.own)
    how = f"growth of the {lost.loss} when the column is shuffled, mean of {lost.repeats} shuffles; interval over rows (Student's t)"
    result = []
    for i in found.moved.order:
        where = {"model": name, "feature": found.moved.columns[i]}
        result.append(Measurement("permutation_importance", found.loss[i], lost.loss, where, n, found.loss_interval(i), LEVEL, how))
    value, interval = found.rank_correlation
    how = "Kendall's tau of mean absolute attribution and growth of the loss; bootstrap of rows"
    how = how if value is not None else "not estimable: one of the two is the same for all columns"
    result.append(Measurement("rank_correlation", value, "", {"model": name}, n, interval, LEVEL if interval else None, how))
    value, interval = found.idle_share
    how = "attribution of columns whose shuffling does not measurably raise the loss, bootstrap of rows"
    how = how if value is not None else "not estimable: no column moves the output"
    result.append(Measurement("idle_attribution_share", value, "share", {"model": name}, found.moved.n, interval, LEVEL if interval else None, how))
    return result


def _message(found: Comparison, size: int) -> str:
    moved, lost = found.moved, found.lost
    n = len(lost.own)
    of = f"{n:,} of {size:,} held-out rows" if n < size else counted(n, "held-out row")
    value, interval = found.rank_correlation
    if value is None:
        nothing = f"no column moves the output of {moved.name} more than another, or no shuffling changes its {lost.loss}"
        return f"On {of} {nothing}: there is no order to compare."
    span = f", 95 % interval {interval[0]:.2f} to {interval[1]:.2f}" if interval else ""
    text = (
        f"What moves the output of {moved.name} and what its {lost.loss} rests on agree in order with a Kendall's tau of {value:.2f}{span}, on {of}."
    )
    by_cause: dict[str, list[int]] = {}
    for i in found.idle:
        by_cause.setdefault(found.cause(i), []).append(i)
    for cause, columns in by_cause.items():
        named = listed(f"'{moved.columns[i]}' ({percent(moved.share(i)[0] or 0.0)} of all attribution)" for i in columns)
        verb, them = ("moves", "it") if len(columns) == 1 else ("move", "them")
        text += f" {named} {verb} the output, but shuffling {them} does not measurably raise the loss: {cause}."
    pairs = [f"'{moved.columns[i]}' before '{moved.columns[j]}'" for i, j in found.reversed_pairs]
    if pairs:
        text += f" Attributions put {listed(pairs)}, and the loss the other way round, both beyond noise."
    if not pairs and not found.idle:
        text += " No leading column is out of place beyond noise."
    return text


def _bars(found: Comparison) -> Exhibit:
    """Return both importances as shares of their sums, since their units have nothing in common."""
    moved = found.moved
    total = sum(max(0.0, v) for v in found.loss)
    rows: list[Sequence[str | float | int | None]] = []
    for i in moved.order[:SHOWN]:
        share, band = moved.share(i)
        rows.append((moved.columns[i], share, *(band or (None, None)), moved.n, "share of attribution"))
        low, high = found.loss_interval(i) or (None, None)
        scaled = [None if v is None or not total else v / total for v in (found.loss[i], low, high)]
        rows.append((moved.columns[i], *scaled, len(found.lost.own), "share of the loss that shuffling adds"))
    return Exhibit(
        Kind.BARS, "What moves the output, and what the loss rests on", ("label", "value", "low", "high", "n", "series"), rows, "share",
        note=f"Attributions: {moved.how}. Shuffling: growth of the {found.lost.loss}, {found.lost.repeats} shuffles a column.",
    )  # fmt: skip


def _table(found: Comparison) -> Exhibit:
    rows = []
    for i in found.moved.order[:SHOWN]:
        low, high = found.loss_interval(i) or (None, None)
        rows.append((found.moved.columns[i], found.moved.share(i)[0], found.loss[i], low, high, None if found.seen is None else found.seen_loss[i]))
    columns = ("column", "share of attribution", "growth of the loss", "low", "high", "growth on training rows")
    return Exhibit(Kind.TABLE, "Both importances, column by column", columns, rows)
