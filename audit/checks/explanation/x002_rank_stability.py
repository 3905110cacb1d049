"""X002: whether the same columns matter when the model is trained again."""

from dataclasses import dataclass
from typing import ClassVar

from audit.checks.explanation.refit_importance import RefitImportance, refit_importance
from audit.checks.explanation.samples import explainable, explained_rows, sampled
from audit.checks.rate import LEVEL, rate
from audit.core.ask import Answers, Asks, scalar
from audit.core.check import Check, Findings
from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.subject import TRAIN, VALIDATION, Subject
from audit.core.wording import counted, listed, percent

#: Columns whose bands are printed.
SHOWN = 10


@dataclass(frozen=True, kw_only=True)
class RankStability(Check):
    """Ranks and importances of columns over refits of the model under audit, on training rows drawn anew with other random numbers.

    Parameters
    ----------
    refits : int
        How many times it is trained again, at most.
    seconds : float
        No refit is begun after that long, once three are made.
    train, rows, background : int
        Training rows to train on, held-out rows to explain, training rows to compare with; taken by the hash of their key.
    top : int
        How many columns count as leading.
    seed : int
        Of the first refit; each has its own.
    """

    code: ClassVar[str] = "X002"
    title: ClassVar[str] = "Rank stability of feature importance"
    family: ClassVar[str] = "explanation"
    judged: ClassVar[str] = "first_column_kept"
    advice: ClassVar[str] = (
        "Do not call one column the most important: trained again on the same data the model names another. Speak of the leading columns together, "
        "as far as their bands overlap, and look for columns that carry the same information."
    )
    cites: ClassVar[tuple[str, ...]] = (
        "Kendall (1945), The treatment of ties in ranking problems",
        "Hahn and Meeker (1991), Statistical Intervals: A Guide for Practitioners",
    )
    slow: ClassVar[bool] = True

    limit: Limit = Limit(
        low=0.5,
        blocking=False,
        reason="a most important column that training again does not name more often than not is named by chance",
        source="default of X002",
    )
    refits: int = 20
    seconds: float = 60.0
    train: int = 20_000
    rows: int = 500
    background: int = 100
    top: int = 3
    seed: int = 0

    def asks(self, subject: Subject) -> Asks:
        """Ask for rows to explain, and for training and validation rows with their labels."""
        model = explainable(subject)[0]
        target = subject.need("target")
        train = subject.part(TRAIN)
        asks = {
            **explained_rows(subject, [model], self.rows, self.background),
            "train_size": scalar(train.count()),
            "train": sampled(subject, train, self.train, [*model.features, target]),
        }
        if subject.roles.split:
            asks["validation"] = sampled(subject, subject.part(VALIDATION), self.train, [*model.features, target])
        return asks

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Train again and again, explain each refit on the same rows, and see what changes."""
        from audit.engines.explanation.refit import Refitting

        model, target = explainable(subject)[0], subject.need("target")
        train = answers.frame("train")
        held = answers.frame("validation") if subject.roles.split else None
        refitting = Refitting(model, train, train[target], held, None if held is None else held[target])
        found = refit_importance(
            model, refitting, answers.frame("rows"), answers.frame("background"),
            refits=self.refits, seconds=self.seconds, seed=self.seed, positive=subject.roles.positive,
        )  # fmt: skip
        whole = answers.scalar("train_size")
        on = f"{refitting.rows:,} of {whole:,} training rows" if refitting.rows < whole else counted(refitting.rows, "training row")
        how = f"{found.n} refits, each on {on} drawn with replacement"
        return Findings(
            self._measured(model.name, found, how), self._message(model.name, found, on), [_bars(found, how), self._table(model.name, found)]
        )

    def _measured(self, name: str, found: RefitImportance, how: str) -> list[Measurement]:
        result = []
        for i in found.order[:SHOWN]:
            where = {"model": name, "feature": found.columns[i]}
            method = f"mean over {how}; interval in which one more refit falls (Student's t)"
            result += [
                Measurement("refit_importance", float(found.refits[:, i].mean()), "", where, found.n, found.band(i), LEVEL, method),
                rate("in_leading_columns", int((found.ranks[:, i] <= self.top).sum()), found.n, where),
                Measurement("lowest_rank", int(found.ranks[:, i].max()), "rank", where, found.n, method=how),
                Measurement("highest_rank", int(found.ranks[:, i].min()), "rank", where, found.n, method=how),
            ]
        agreement = found.agreement()
        method = f"mean over pairs of {how}" if agreement else "not estimable: no column moves the output of any refit"
        result.append(Measurement("kendall_tau", agreement[0] if agreement else None, "", {"model": name}, found.n, method=method))
        if found.own.any():
            first = found.order[0]
            result.append(
                rate("first_column_kept", int((found.ranks[:, first] == 1).sum()), found.n, {"model": name, "feature": found.columns[first]})
            )
        return result

    def _message(self, name: str, found: RefitImportance, on: str) -> str:
        again = f"{name} was trained again {counted(found.n, 'time')} on {on} drawn anew"
        if found.n < self.refits:
            again += f" (of {self.refits} asked for, as far as {self.seconds:g} s went)"
        if not found.own.any():
            return f"{again}; no column moves the model's output on the rows explained, so there is no order to keep."
        first = found.order[0]
        kept = int((found.ranks[:, first] == 1).sum())
        text = f"{again}: '{found.columns[first]}' stays the most important column in {kept} of {found.n}"
        others = [found.columns[i] for i in found.order if i != first and (found.ranks[:, i] == 1).any()]
        text += f", else it is {listed(repr(c) for c in others)}." if kept < found.n else "."
        agreement = found.agreement()
        if agreement and len(found.columns) > 1:
            text += f" The orders of two refits agree with a Kendall's tau of {agreement[0]:.2f} (1 is the same order, 0 no relation)."
        ranks = found.ranks
        moving = [
            f"'{found.columns[i]}' (rank {ranks[:, i].min()} to {ranks[:, i].max()})"
            for i in found.order[:SHOWN]
            if (ranks[:, i] <= self.top).any() and not (ranks[:, i] <= self.top).all()
        ]
        if moving and len(found.columns) > self.top:
            text += f" {listed(moving)} {'is' if len(moving) == 1 else 'are'} among the first {self.top} in some refits and not in others."
        return text

    def _table(self, name: str, found: RefitImportance) -> Exhibit:
        rows = []
        for place, i in enumerate(found.order[:SHOWN], start=1):
            low, high = found.band(i) or (None, None)
            seen = found.ranks[:, i]
            share = percent(float((seen <= self.top).mean()))
            rows.append((found.columns[i], place, f"{seen.min()} to {seen.max()}", share, float(found.own[i]), low, high))
        columns = ("column", "rank", "ranks in refits", f"among the first {self.top}", "importance", "one more refit: low", "high")
        return Exhibit(Kind.TABLE, f"Columns of {name} when it is trained again", columns, rows)


def _bars(found: RefitImportance, how: str) -> Exhibit:
    rows = [(found.columns[i], float(found.own[i]), *(found.band(i) or (None, None)), found.n) for i in found.order[:SHOWN]]
    return Exhibit(
        Kind.BARS, "Importance to the model, and where one more refit would put it", ("label", "value", "low", "high", "n"), rows,
        "mean absolute attribution",
        note=f"The bar is the model's own; the band holds one more refit with 95 % probability ({how}).",
    )  # fmt: skip
