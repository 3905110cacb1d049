"""Finds pairs of rows that are nearly equal: learn from a sample, meet under keys, compare, judge."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt

from audit.checks.near_duplicates.blocking import ALL_PAIRS, hashes, keys_for, meetings, pairs_of, tally_of
from audit.checks.near_duplicates.chance import floor_of, threshold
from audit.checks.near_duplicates.columns import compared_columns, identity
from audit.checks.near_duplicates.comparison import Bounds, compared
from audit.checks.near_duplicates.profile import Codes, Floats, Profile, learn, sampled
from audit.checks.near_duplicates.verdict import BAND, Judged, declared, judged
from audit.core.ask import Answers, frame, scalar
from audit.core.errors import NotApplicable
from audit.core.subject import Subject

#: Pairs that are looked at one by one, those with most evidence first.
MOST_JUDGED = 50_000
#: Share of rows with a code of their own from which a column identifies rows.
NEARLY_UNIQUE = 0.98


@dataclass(frozen=True)
class LeftOut:
    """Columns that are not compared: those in which every row has its own code, and those for which there is no room."""

    identifying: Sequence[str] = ()
    no_room: Sequence[str] = ()


def _none(width: int = 2) -> Codes:
    return np.empty((0, width), dtype=np.int64)


@dataclass(frozen=True)
class Search:
    """What was compared and what came of it.

    Parameters
    ----------
    profiles : sequence of Profile
        Of the compared columns.
    without : LeftOut
        Columns that were not compared.
    needed : float
        Bits a pair needed.
    rows : array of shape (pairs, 2)
        Positions of the rows of all pairs that passed the first comparison, the earlier row first.
    identities : array of shape (pairs, 2)
        Hashes of these rows.
    evidence : array of shape (pairs,)
        In bits.
    gaps, differences : array of shape (pairs, columns)
        How each column differs, and by how much.
    splits : array of shape (pairs, 2)
        The splits of these rows as text, where the data have any.
    verdict : Judged
        Which of them are near duplicates.
    compared, too_many : int
        Pairs that met under a key, and pairs in blocks too large to compare.
    passed : int
        Pairs that passed the first comparison, also those beyond what was looked at.
    too_little : bool
        Whether the columns together say too little to tell copies from chance, so that nothing was compared.
    """

    profiles: Sequence[Profile]
    without: LeftOut
    needed: float
    rows: Codes = field(default_factory=_none)
    identities: Codes = field(default_factory=_none)
    evidence: Floats = field(default_factory=lambda: np.empty(0))
    gaps: Floats = field(default_factory=lambda: np.empty((0, 0)))
    differences: Floats = field(default_factory=lambda: np.empty((0, 0)))
    splits: npt.NDArray[np.object_] = field(default_factory=lambda: np.empty((0, 2), dtype=object))
    verdict: Judged = field(default_factory=lambda: Judged(np.empty(0, dtype=bool)))
    compared: int = 0
    too_many: int = 0
    passed: int = 0
    too_little: bool = False


def search(
    subject: Subject, answers: Answers, total: int, *, only: Collection[str] = (), without: Collection[str] = (), bounds: Bounds | None = None
) -> Search:
    """Search a table for rows that are nearly equal.

    Parameters
    ----------
    subject : Subject
        Whose table is searched.
    answers : Answers
        Through which more is asked.
    total : int
        Its rows.
    only, without : collection of str
        Columns to compare, and columns that differ by nature.
    bounds : Bounds, optional
        What a contract calls near. Without them, evidence against chance decides.

    Raises
    ------
    NotApplicable
        There is too little to compare, or the engine lacks what comparing texts needs.
    """
    table = subject.table
    if table.get_backend().name != "duckdb":
        raise NotApplicable("compares rows in DuckDB only; export the table to Parquet and gate that file")
    if total < 2:
        raise NotApplicable(f"needs at least two rows to compare; there {'is one' if total else 'are none'}")
    columns, no_room = compared_columns(table, only=only, without=without)
    sample = answers.more({"sample": frame(sampled(table, columns, total), when_needed=True)}).frame("sample")
    learnt = learn(sample, columns)
    identifying = () if only else _identifying(table, answers, learnt.profiles, total)
    learnt = learnt.without(identifying)
    left_out = LeftOut(identifying, no_room)
    floor = floor_of(total)
    keys = keys_for(learnt, total) if total > ALL_PAIRS else []
    if bounds is not None and total > ALL_PAIRS and not keys:
        raise NotApplicable("the compared columns tell too few rows apart to search for pairs; name more of them under 'columns', or ignore fewer")
    if (bounds is None and sum(p.bits for p in learnt.profiles) < floor) or (total > ALL_PAIRS and not keys):
        return Search(learnt.profiles, left_out, floor, too_little=True)
    hashed = hashes(table, learnt.profiles, keys)
    met = meetings(hashed)
    told = compared(table, pairs_of(met), learnt.profiles, floor - BAND, bounds, split=subject.roles.split)
    ask = frame(_with_tally(told, tally_of(met)), when_needed=True, keeping=(hashed, met))
    pairs = answers.more({"pairs": ask}).frame("pairs")
    found = replace(
        Search(learnt.profiles, left_out, floor), compared=int(pairs["brought"].fillna(0).iloc[0]), too_many=int(pairs["left_out"].fillna(0).iloc[0])
    )
    pairs = pairs[pairs["left"].notna()]
    if pairs.empty:
        return found
    gaps = pairs[[f"g{i}" for i in range(len(learnt.profiles))]].to_numpy(dtype=np.float64)
    evidence = pairs["evidence"].to_numpy(dtype=np.float64)
    rows = pairs[["left", "right"]].to_numpy(dtype=np.int64)
    needed = max(threshold(learnt, total)) if bounds is None else floor
    verdict = judged(gaps, evidence, rows, learnt.profiles, needed, total) if bounds is None else declared(gaps, bounds)
    identities = pairs[["left_identity", "right_identity"]].to_numpy(dtype=np.int64)
    told_differences = pairs[[c for c in pairs.columns if c[0] == "d" and c[1:].isdigit()]].to_numpy(dtype=np.float64)
    return replace(
        found,
        differences=amounts(told_differences, learnt.profiles),
        splits=pairs[["left_split", "right_split"]].to_numpy(dtype=object) if subject.roles.split else found.splits,
        rows=rows,
        identities=identities,
        evidence=evidence,
        gaps=gaps,
        verdict=verdict,
        needed=needed,
        passed=int(pairs["passed"].iloc[0]),
    )


def amounts(differences: Floats, profiles: Sequence[Profile]) -> Floats:
    """Return differences as a table with a column for each profile; categories have none."""
    filled = np.full((len(differences), len(profiles)), np.nan)
    filled[:, [i for i, p in enumerate(profiles) if p.column.form != "category"]] = differences
    return filled


def _with_tally(told: ir.Table, tally: ir.Table) -> ir.Table:
    """Return one row for each pair, or a single row without a pair where there are none; all say how many pairs were met."""
    told = told.mutate(passed=told.count().over())
    told = told.order_by([told.evidence.desc(), told.left, told.right]).limit(MOST_JUDGED)
    return tally.left_join(told, [ibis.literal(True)])


def _identifying(table: ir.Table, answers: Answers, profiles: Sequence[Profile], total: int) -> tuple[str, ...]:
    """Return the columns in which nearly every row has its own code, exact copies left out."""
    maybe = [p.column.name for p in profiles if p.maybe_key]
    if not maybe:
        return ()
    counts = answers.more({name: scalar(table[name].nunique(), when_needed=True) for name in maybe})
    different = {name: int(counts.scalar(name)) for name in maybe}
    rows = total
    if any(n < NEARLY_UNIQUE * total for n in different.values()):
        # copies repeat their codes, so rows that differ are what codes have to be as many as
        rows = int(answers.more({"rows": scalar(identity(table).nunique(), when_needed=True)}).scalar("rows"))
    return tuple(name for name, n in different.items() if n >= NEARLY_UNIQUE * rows)
