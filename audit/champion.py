"""Answers of an earlier model that lie in a file of their own, put beside the rows that they are about."""

from dataclasses import replace
from pathlib import Path

import ibis

from audit.config import Config
from audit.core.check import missing
from audit.core.errors import DataError, UsageError, did_you_mean
from audit.core.subject import Subject
from audit.core.values import as_text
from audit.engines.source import Source
from audit.engines.sources import open_source
from audit.engines.urls import masked
from audit.store import Store

#: Columns that hold the earlier model's answers once they are beside the rows.
CHAMPION, CHAMPION_SCORE = "assay_champion", "assay_champion_score"
LAST = "last"


def names_a_run(config: Config) -> bool:
    """Return whether ``audit: champion`` means a stored run: ``last``, the folder of one, or the id of one of the project."""
    which = config.audit.champion or ""
    folders = (config.base / which, config.reports / config.project / which)
    return which == LAST or any((folder / "run.json").is_file() for folder in folders)


def with_champion_file(subject: Subject, config: Config) -> Subject:
    """Return the subject with the earlier answers as two more columns, where ``audit: champion`` names a file of them.

    Parameters
    ----------
    subject : Subject
        With the role ``key``: its columns are those by which rows are matched.
    config : Config
        Its ``audit: champion``, and the columns under ``roles``.

    Raises
    ------
    DataError
        The file is missing, lacks a column, or answers for one key more than once.
    UsageError
        There is no key to match by.
    """
    location = config.audit.champion
    if location is None:
        return subject
    _refuse_nothing(location, config)
    key = config.roles.key or [k for k in subject.roles.key if not k.startswith("assay_")]
    if not key:
        raise UsageError(
            f"'audit: champion' is the file '{masked(location)}', whose rows are matched by their key, and no column is one. "
            "Name the columns that identify a row under 'roles: key', or give the earlier predictions as a column of the data under 'roles: champion'"
        )
    prediction = config.roles.champion or config.roles.prediction or subject.roles.prediction
    if not prediction:
        raise UsageError(f"'audit: champion' is the file '{masked(location)}'; name its column of predictions under 'roles: champion'")
    score = config.roles.champion_score or (config.roles.score if not config.roles.champion else None) or ""
    held = Source(subject.table, subject.table.get_backend(), subject.location)
    earlier = open_source(location, config.base, beside=held).table
    for column in (*key, prediction):
        if column not in earlier.columns:
            raise DataError(
                f"'{masked(location)}' under 'audit: champion' has no column '{column}'. {did_you_mean(column, earlier.columns)} "
                "Name the one that holds the predictions under 'roles: champion'"
            )
    if config.roles.champion_score and score not in earlier.columns:
        raise DataError(f"'{masked(location)}' under 'audit: champion' has no column '{score}'. {did_you_mean(score, earlier.columns)}")
    keys = {f"assay_key_{i}": as_text(earlier[k]) for i, k in enumerate(key)}
    answers = {CHAMPION: earlier[prediction], **({CHAMPION_SCORE: earlier[score]} if score in earlier.columns else {})}
    right = earlier.filter(*(~missing(earlier[k]) for k in key)).select(**keys, **answers)
    _refuse_repeated(right, list(keys), key, location)
    table = subject.table
    joined = table.left_join(right, [as_text(table[k]) == right[name] for k, name in zip(key, keys, strict=True)]).drop(*keys)
    roles = replace(subject.roles, champion=CHAMPION, champion_score=CHAMPION_SCORE if CHAMPION_SCORE in answers else None)
    return replace(subject, table=joined, roles=roles)


def _refuse_nothing(location: str, config: Config) -> None:
    """Refuse a name that is neither of a run nor of a file, with the runs there are."""
    looks_like_a_run = "://" not in location and not Path(location).suffix and not (config.base / location).exists()
    if looks_like_a_run:
        runs = [entry.id for entry in Store(config.reports).runs(config.project)]
        raise DataError(
            f"'audit: champion' is '{location}', which is neither a run of '{config.project}' nor a file. "
            f"{did_you_mean(location, [*runs, LAST])} A file of predictions ends in .parquet, .csv or the like"
        )


def _refuse_repeated(right: ibis.Table, keys: list[str], named: list[str], location: str) -> None:
    counted = right.aggregate(rows=right.count(), keys=right.select(*keys).distinct().count().as_scalar())
    rows, distinct = counted.to_pyarrow().to_pylist()[0].values()
    if rows != distinct:
        raise DataError(
            f"'{masked(location)}' under 'audit: champion' answers more than once for some keys: {rows:,} rows, {distinct:,} different values of "
            f"{', '.join(named)}. Keep one row for each"
        )
