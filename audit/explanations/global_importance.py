"""Which columns move a model's output, how sure that is, whether the loss agrees, and what training again would change."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from audit.checks.explanation.importance import Importance, importance
from audit.checks.explanation.permutation_importance import Comparison, compared
from audit.checks.explanation.refit_importance import RefitImportance, refit_importance
from audit.core.errors import UsageError
from audit.core.exhibit import MAX_ROWS, Exhibit, Kind
from audit.core.wording import counted, listed
from audit.explanations.given import drawn, frame_of, labels_of, model_of, text_of

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, repr=False, eq=False)
class GlobalImportance:
    """Importance of each column to a model; a notebook shows it as sentences and a table.

    Parameters
    ----------
    importance : Importance
        Mean absolute attributions with their bands.
    index : sequence
        Labels of the explained rows, in the frame that was given.
    of : str
        Which rows were explained, and compared with, in words.
    loss : Comparison or None
        Against permutation importance, where labels were given.
    refits : RefitImportance or None
        Over refits, where training rows were given.
    """

    importance: Importance
    index: Sequence[Any]
    of: str
    loss: Comparison | None = None
    refits: RefitImportance | None = None

    @property
    def unit(self) -> str:
        """Of values, base and importance: ``log-odds``, ``probability`` and so on."""
        return self.importance.first.unit

    @property
    def method(self) -> str:
        """How the values were computed, and on how many rows."""
        return self.importance.how

    @property
    def additivity_error(self) -> float:
        """Largest difference between base plus values and the model's own output, relative to the largest move from the base."""
        return self.importance.additivity_error

    @property
    def base(self) -> "float | pd.Series":
        """What the values start from; by class for a model with more than two."""
        import pandas as pd

        found = self.importance.found
        return self.importance.first.base if len(found) == 1 else pd.Series({name: f.base for name, f in found.items()})

    @cached_property
    def values(self) -> "pd.DataFrame":
        """What each column added to each row's output; columns by class and column for a model with more than two."""
        import pandas as pd

        found = self.importance.found
        index = [self.index[i] for i in self.importance.first.rows]
        frames = {name: pd.DataFrame(f.values, index=index, columns=list(f.columns)) for name, f in found.items()}
        return next(iter(frames.values())) if len(frames) == 1 else pd.concat(frames, axis=1)

    @cached_property
    def frame(self) -> "pd.DataFrame":
        """One row a column, the most important first.

        Importance and share with 95 % bands; with labels what shuffling adds to the loss; with training rows where one more refit would fall and
        which ranks came up.
        """
        import pandas as pd

        rows = []
        for i in self.importance.order:
            low, high = self.importance.band(i) or (None, None)
            share, band = self.importance.share(i)
            row: dict[str, Any] = {"column": self.importance.columns[i], "importance": float(self.importance.mean[i]), "low": low, "high": high}
            row |= {"share": share, "share_low": band[0] if band else None, "share_high": band[1] if band else None}
            if self.loss is not None:
                interval = self.loss.loss_interval(i) or (None, None)
                row |= {"loss": self.loss.loss[i], "loss_low": interval[0], "loss_high": interval[1]}
            if self.refits is not None:
                interval, ranks = self.refits.band(i) or (None, None), self.refits.ranks[:, i]
                row |= {"refit_low": interval[0], "refit_high": interval[1], "highest_rank": int(ranks.min()), "lowest_rank": int(ranks.max())}
            rows.append(row)
        return pd.DataFrame(rows).set_index("column")

    @property
    def message(self) -> str:
        """The result in sentences."""
        text = self.importance.told(self.of) + self.importance.doubts()
        if self.loss is not None and self.loss.idle:
            named = [f"'{self.importance.columns[i]}'" for i in self.loss.idle]
            text += f" Shuffling {listed(named)} does not measurably raise the {self.loss.lost.loss}."
        if self.refits is not None and self.refits.own.any():
            first = self.refits.order[0]
            kept = int((self.refits.ranks[:, first] == 1).sum())
            text += f" Trained again {counted(self.refits.n, 'time')}, the model keeps '{self.refits.columns[first]}' first in {kept}."
        return text

    @property
    def exhibits(self) -> Sequence[Exhibit]:
        """The table behind it."""
        frame = self.frame.reset_index().head(MAX_ROWS)
        rows = [[None if value != value else value for value in row] for row in frame.astype(object).to_numpy().tolist()]  # NaN differs from itself
        note = f"{self.unit}; 95 % bands over rows explained and compared with. {self.method}; additivity error {self.additivity_error:.1e}."
        return [Exhibit(Kind.TABLE, "Importance of columns", tuple(frame.columns), rows, note=note)]

    def __str__(self) -> str:
        """Return the message."""
        return self.message

    def __repr__(self) -> str:
        """Return the message, and the leading columns under it."""
        return f"{self.message}\n{self.frame.head(10).round(4).to_string()}"

    def _repr_html_(self) -> str:
        from audit.render.analysis import analysis

        return analysis(self.message, self.exhibits)


def global_importance(
    model: Any,
    X: Any,
    background: Any = None,
    y: Any = None,
    *,
    positive: Any = None,
    features: Sequence[str] | None = None,
    rows: int = 500,
    background_rows: int = 100,
    train: tuple[Any, Any] | None = None,
    refits: int = 20,
    seconds: float = 60.0,
    seed: int = 0,
) -> GlobalImportance:
    """Say which columns move a model's output, and how sure that is.

    Parameters
    ----------
    model : estimator or callable
        Fitted: scikit-learn, LightGBM, XGBoost, a torch module, or any function from rows to one number a row, or to one for each class.
    X : frame or array
        Rows to explain, best held out.
    background : frame or array, optional
        Rows that stand for "the column is not known", best training rows; ``X`` itself where not given.
    y : array_like, optional
        Labels of ``X``: then each column is shuffled too, and what that adds to the loss stands beside.
    positive : optional
        The class to explain; the second of two where silent. Of more than two classes each is explained, at most ten.
    features : sequence of str, optional
        Columns the model takes; those it was fitted on where silent.
    rows, background_rows : int
        How many rows are explained, and compared with, at most; drawn at random.
    train : tuple of frame and array_like, optional
        Training rows and their labels: then the model is trained again on rows drawn anew, and where one more refit would fall stands beside.
    refits : int
        How often it is trained again, at most.
    seconds : float
        No refit is begun after that long, once three are made.
    seed : int
        Of all that is drawn.

    Returns
    -------
    GlobalImportance
        ``frame`` with one row a column, ``values``, ``base``, ``method``, ``additivity_error``; printed, the result in sentences.

    Raises
    ------
    UsageError
        There are no rows, lengths differ, or a name is no column.
    DataError
        The model refuses all rows, or answers in a shape that is no answer.
    NotApplicable
        The model cannot be trained again, or labels cannot be held against its answers.
    """
    frame = frame_of(X, "X")
    given = model_of(model, X, frame, features)
    compared_with = frame if background is None else frame_of(background, "background")
    picked, reference = drawn(frame, rows, seed), drawn(compared_with, background_rows, seed + 1)
    found = importance(given, picked, reference, seed, text_of(positive))
    of = f"{found.n:,} of {len(frame):,} rows" if found.n < len(frame) else counted(found.n, "row")
    comparison = None
    if y is not None:
        from audit.engines.explanation.shuffled_loss import shuffled_loss

        labels = labels_of(y, len(frame)).set_axis(frame.index)
        some = drawn(frame, max(rows, 2_000), seed)
        place = frame.index.get_indexer(some.index) if frame.index.is_unique else None
        own = labels.iloc[place] if place is not None else labels.loc[some.index]
        lost = shuffled_loss(given, some, own, seed=seed, positive=text_of(positive))
        comparison = compared(found, lost, None, picked, seed)
    again = None
    if train is not None:
        from audit.engines.explanation.refit import Refitting

        if not isinstance(train, tuple) or len(train) != 2:
            raise UsageError("train is a pair: training rows and their labels")
        learnt = frame_of(train[0], "the training rows")
        refitting = Refitting(given, learnt, labels_of(train[1], len(learnt)))
        again = refit_importance(
            given, refitting, picked, reference, refits=refits, seconds=seconds, seed=seed, positive=text_of(positive)
        )  # fmt: skip
    return GlobalImportance(found, list(picked.index), of, comparison, again)
