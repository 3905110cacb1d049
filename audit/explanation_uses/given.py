"""A model and rows that were handed over in Python, as a subject that checks can examine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from audit.core.errors import UsageError, did_you_mean
from audit.core.roles import Roles
from audit.core.subject import Model, Subject
from audit.engines.ask_engine import AskEngine
from audit.engines.sources import frame_source
from audit.run import resolve_positive

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

#: Columns that a frame gets beside its own.
POSITION, LABEL, PREDICTION, SPLIT = "assay_position", "assay_y", "assay_prediction", "assay_split"


@dataclass(frozen=True)
class Given:
    """What was handed over, as one frame.

    Parameters
    ----------
    model : Model
        The model, with the columns that it takes.
    frame : pandas.DataFrame
        Rows numbered from 0, with labels, attributes and positions beside their own columns.
    index : pandas.Index
        Their own index.
    sensitive : tuple of str
        Columns of the attributes.
    positive : str or None
        The positive class.
    labelled, divided : bool
        Whether there are labels, and whether the rows are divided into training and test.
    """

    model: Model
    frame: "pd.DataFrame"
    index: "pd.Index"
    sensitive: tuple[str, ...]
    positive: str | None
    labelled: bool
    divided: bool

    @classmethod
    def of(
        cls,
        model: Any,
        X: Any,
        features: Sequence[str] | None,
        positive: Any,
        y: Any = None,
        sensitive: Any = None,
        train: tuple[Any, Any, Any] | None = None,
    ) -> "Given":
        """Put together what was handed over.

        Raises
        ------
        UsageError
            Lengths differ, or a name is no column.
        """
        import numpy as np
        import pandas as pd

        frame = framed(X)
        index, names = frame.index, [str(c) for c in frame.columns]
        fitted = [str(c) for c in getattr(model, "feature_names_in_", ())]
        taken = [str(c) for c in features] if features is not None else fitted if fitted and set(fitted) <= set(names) else names
        frame, attributes = _with(frame, y, sensitive)
        if features is None and not fitted and not isinstance(sensitive, Mapping):
            taken = [c for c in taken if c in names]
        for name in taken:
            if name not in frame.columns:
                raise UsageError(f"'features' names '{name}', which is no column. {did_you_mean(name, names)}")
        divided = train is not None or (y is not None and sensitive is not None)
        if train is not None:
            learnt, _ = _with(framed(train[0]), train[1], train[2])
            frame = pd.concat([learnt.assign(**{SPLIT: "train"}), frame.assign(**{SPLIT: "test"})], ignore_index=True)
        elif divided:
            frame[SPLIT] = np.where(np.arange(len(frame)) < len(frame) // 2, "train", "test")
        classes = list(getattr(model, "classes_", ()))
        wanted = str(positive) if positive is not None else str(classes[1]) if len(classes) == 2 else None
        named = Model(
            type(model).__name__ if not callable(model) or classes else getattr(model, "__name__", "model"), PREDICTION, "", model, tuple(taken)
        )
        frame[POSITION] = np.arange(len(frame))
        return cls(named, frame, index, attributes, wanted, y is not None, divided)

    def subject(self) -> tuple[Subject, AskEngine]:
        """Return the frame as a subject, with the model's own answers beside the labels."""
        from audit.engines.asked_model import AskedModel

        frame = self.frame
        if self.labelled:
            asked = AskedModel(self.model, self.positive)
            _, known = asked.settle(frame)
            frame = frame.assign(**{PREDICTION: _answers(asked, frame, known, frame[LABEL], self.positive)})
        roles: dict[str, Any] = {"key": (POSITION,), "sensitive": self.sensitive}
        if self.labelled:
            roles |= {"target": LABEL, "prediction": PREDICTION, "positive": self.positive}
        if self.divided:
            roles["split"] = SPLIT
        source = frame_source(frame)
        engine = AskEngine(source.backend)
        model = self.model if self.labelled else replace(self.model, prediction=POSITION)
        return resolve_positive(Subject("data", source.table, Roles(**roles), models=(model,)), engine), engine


def _answers(asked: Any, frame: "pd.DataFrame", known: "np.ndarray", labels: "pd.Series", positive: str | None) -> Any:
    """Return the model's answers in the words of the labels; missing where it refuses the row."""
    import pandas as pd

    from audit.engines.classifier import raw_features

    values = sorted(labels.dropna().unique(), key=str)
    yes = next((v for v in values if str(v) == positive), values[-1] if values else None)
    no = next((v for v in values if v != yes), None)
    said = asked.says_yes(raw_features(frame[known], asked.columns))
    answers = pd.Series([None] * len(frame), dtype=object)
    answers[known] = [yes if s else no for s in said]
    return answers.astype(labels.dtype) if known.all() and no is not None else answers


def framed(X: Any) -> "pd.DataFrame":
    """Return rows as a frame whose columns are named by text; those of an array are called x0, x1 and so on."""
    import numpy as np
    import pandas as pd

    if hasattr(X, "to_pandas") and not isinstance(X, pd.DataFrame):
        X = X.to_pandas()
    if not isinstance(X, pd.DataFrame):
        array = np.asarray(X)
        if array.ndim != 2:
            raise UsageError(f"X is an array of shape {array.shape}; expected a frame, or an array of rows and columns")
        X = pd.DataFrame(array, columns=[f"x{i}" for i in range(array.shape[1])])
    return X.rename(columns=str)


def _with(frame: "pd.DataFrame", y: Any, sensitive: Any) -> "tuple[pd.DataFrame, tuple[str, ...]]":
    """Return a frame, numbered from 0, with labels and with attributes that are not among its columns."""
    import numpy as np

    frame = frame.reset_index(drop=True)
    if y is not None:
        if len(y) != len(frame):
            raise UsageError(f"y has {len(y):,} values, and X has {len(frame):,} rows; give one for each row, in their order")
        frame[LABEL] = np.asarray(y)
    if sensitive is None:
        return frame, ()
    if isinstance(sensitive, Mapping):
        for name, values in sensitive.items():
            if len(values) != len(frame):
                raise UsageError(f"sensitive '{name}' has {len(values):,} values, and X has {len(frame):,} rows")
            frame[str(name)] = np.asarray(values)
        return frame, tuple(str(name) for name in sensitive)
    names = (sensitive,) if isinstance(sensitive, str) else tuple(str(s) for s in sensitive)
    for name in names:
        if name not in frame.columns:
            raise UsageError(f"'sensitive' names '{name}', which is no column. {did_you_mean(name, frame.columns)}")
    return frame, names
