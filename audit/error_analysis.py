"""The checks of errors on data at hand, without a run: what :mod:`audit.errors` offers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from audit.core.ask import frame as frame_ask
from audit.core.ask import row_hash
from audit.core.check import Check, Findings
from audit.core.errors import NotApplicable, UsageError, did_you_mean
from audit.core.exhibit import Exhibit, Kind
from audit.core.roles import Roles
from audit.core.subject import Subject
from audit.engines.ask_engine import AskEngine, CheckAnswers
from audit.engines.opened import opened
from audit.render.analysis import Analysis
from audit.render.figures import estimate
from audit.run import resolve_positive

if TYPE_CHECKING:
    import pandas as pd

#: Columns that labels, predictions and times get beside a frame that has them not.
LABEL, PREDICTION, TIME = "y_true", "y_pred", "time"


@dataclass(frozen=True, repr=False, eq=False)
class ErrorAnalysis(Analysis):
    """What came out of one look at errors.

    Parameters
    ----------
    positions : mapping of str to int
        Positions of listed rows in the frame that was given, by their names.
    """

    positions: Mapping[str, list[int]] = field(default_factory=dict)

    @property
    def frame(self) -> "pd.DataFrame":
        """The main result: segments that stood out, nodes of the tree, confusions, cells, periods, or columns that explain errors."""
        tables = [e for e in self.exhibits if "hash of the row's key" not in e.columns]
        kinds = (Kind.TREE, Kind.TABLE, Kind.HEATMAP, Kind.LINES, Kind.BARS)
        best = min(tables, key=lambda e: kinds.index(e.kind) if e.kind in kinds else len(kinds), default=None)
        return _frame(best) if best is not None else _frame(Exhibit(Kind.TABLE, "none", (), ()))

    @property
    def rows(self) -> "pd.DataFrame":
        """The rows that are listed, by their names (:func:`audit.errors.row_keys`), with their positions in the frame that was given."""
        import pandas as pd

        found = [_frame(e) for e in self.exhibits if "hash of the row's key" in e.columns]
        if not found:
            return pd.DataFrame({"key": [], "position": []})
        frame = pd.concat(found).rename(columns={"hash of the row's key": "key"}).drop(columns="node", errors="ignore")
        places = [(name, p) for name in dict.fromkeys(frame["key"]) for p in self.positions.get(name, [None])]
        return frame.merge(pd.DataFrame(places, columns=["key", "position"]), on="key").astype({"position": "Int64"})

    @property
    def sentences(self) -> list[str]:
        """The message, sentence by sentence."""
        import re

        return re.split(r"(?<=[.])\s+(?=[A-Z])", self.message)

    def __repr__(self) -> str:
        """Return the message, and the main numbers under it."""
        lines = [f"  {m.name}{_placed(m.where)}: {estimate(m)}" for m in list(self.findings.measurements)[:12]]
        return "\n".join([self.message, *lines])


def examined(check: Check, data: Any, y_true: Any, y_pred: Any, **given: Any) -> ErrorAnalysis:
    """Run one check on data at hand.

    Parameters
    ----------
    check : Check
        Which.
    data : frame, array, ibis table, str or path, or None
        The columns that may describe rows.
    y_true, y_pred : array_like or str
        Labels and predictions; names of columns of ``data``, or their values.
    **given
        Further roles: ``time`` as an array or a name, ``key``, ``entity``, ``task``, ``positive``, ``split``, ``score``.

    Raises
    ------
    UsageError
        Lengths differ, or a name is no column.
    DataError
        The data cannot be read.
    """
    columns = {"target": (LABEL, y_true), "prediction": (PREDICTION, y_pred), "time": (TIME, given.pop("time", None))}
    data, names = _with_columns(data, {role: column for role, column in columns.items() if column[1] is not None})
    source = opened(data, doing="look at the errors in")
    roles = {**names, **{k: v for k, v in given.items() if v is not None}}
    roles["key"] = _listed(roles.get("key"))
    for role, value in roles.items():
        for name in _listed(value) if role not in ("task", "positive") else ():
            if name not in source.table.columns:
                called = {"target": LABEL, "prediction": PREDICTION}.get(role, role)
                raise UsageError(f"{called} names '{name}', which is no column. {did_you_mean(str(name), source.table.columns)}")
    engine = AskEngine(source.backend)
    subject = resolve_positive(Subject("data", source.table, Roles(**roles)), engine)
    try:
        asks = check.asks(subject)
        findings = check.measure(subject, CheckAnswers(asks, engine.prefetch(asks.values())))
    except NotApplicable as reason:
        text = str(reason)
        return ErrorAnalysis(f"Nothing to examine: {text}.", Findings([], text))
    return ErrorAnalysis(findings.message, findings, _positions(findings, subject, engine) if source.backend.name == "duckdb" else {})


def named(data: Any, key: Any = None) -> Any:
    """Return the names under which rows are listed, one for each row of the data, in their order."""
    source = opened(data, doing="name the rows of")
    wanted = _listed(key)
    for name in wanted:
        if name not in source.table.columns:
            raise UsageError(f"key names '{name}', which is no column. {did_you_mean(str(name), source.table.columns)}")
    from audit.checks.errors.row_keys import masked

    found = AskEngine(source.backend).one(frame_ask(source.table.select(key=row_hash(source.table, wanted))))
    found["key"] = masked(found["key"])
    return found["key"]


def _with_columns(data: Any, columns: Mapping[str, tuple[str, Any]]) -> tuple[Any, dict[str, str]]:
    """Return the data with the columns that were given as values, and which column plays each role."""
    import numpy as np
    import pandas as pd

    names = {role: value for role, (_, value) in columns.items() if isinstance(value, str)}
    values = {role: (name, value) for role, (name, value) in columns.items() if role not in names}
    if isinstance(data, np.ndarray):
        array = data.reshape(len(data), -1) if data.ndim != 2 else data
        data = pd.DataFrame(array, columns=[f"x{i}" for i in range(array.shape[1])])
    if not values:
        return data, names
    if data is None:
        data = pd.DataFrame(index=range(len(next(iter(values.values()))[1])))
    if hasattr(data, "collect") and not hasattr(data, "to_arrow"):
        data = data.collect()
    if hasattr(data, "to_pandas"):
        data = data.to_pandas()
    if not isinstance(data, pd.DataFrame):
        raise UsageError(f"data that are a {type(data).__name__} hold labels and predictions themselves: give their columns by name")
    data = data.rename(columns=str).reset_index(drop=True)
    for role, (name, value) in values.items():
        own = name
        while own in data.columns:
            own += "_"
        series = value.reset_index(drop=True) if isinstance(value, pd.Series) else pd.Series(np.asarray(value))
        if len(series) != len(data):
            raise UsageError(f"{name} has {len(series):,} values, and the data have {len(data):,} rows; give one for each row, in their order")
        data, names[role] = data.assign(**{own: series}), own
    return data, names


def _listed(value: Any) -> tuple[str, ...]:
    return () if value is None else (value,) if isinstance(value, str) else tuple(value)


def _positions(findings: Findings, subject: Subject, engine: AskEngine) -> dict[str, list[int]]:
    from audit.checks.errors.row_keys import HEAD, masked

    listed = {name for e in findings.exhibits if HEAD in e.columns for name in e.column(HEAD)}
    if not listed:
        return {}
    found = engine.one(frame_ask(subject.table.select(key=row_hash(subject.table, subject.roles.key))))
    places: dict[str, list[int]] = {}
    for position, name in enumerate(masked(found["key"])):
        if name in listed:
            places.setdefault(name, []).append(position)
    return places


def _frame(exhibit: Exhibit) -> "pd.DataFrame":
    import pandas as pd

    return pd.DataFrame(list(exhibit.rows), columns=list(exhibit.columns))


def _placed(where: Mapping[str, str]) -> str:
    return f" ({', '.join(f'{k} = {v}' for k, v in where.items())})" if where else ""
