"""``assay init``: a contract and a config from a table that nobody has described yet."""

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis.expr.types as ir

from audit.checks.privacy.p001_undeclared_personal_data import UndeclaredPersonalData
from audit.checks.privacy.p008_special_categories import SpecialCategories
from audit.contract.draft import Draft, draft_text, flow
from audit.contract.guesses import Guess, guess_roles, key_of
from audit.contract.header import looks_like_a_row
from audit.contract.infer import inferred
from audit.contract.profile import ColumnProfile, profile
from audit.core.ask import scalar
from audit.core.errors import DataError, UsageError
from audit.core.subject import Subject
from audit.engines.ask_engine import AskEngine
from audit.engines.sources import Source, open_source
from audit.run import Examined, hold

Progress = Callable[[int, int, str], None]

CONFIG_FILE = "assay.yaml"
CSV = (".csv", ".tsv", ".csv.gz")


@dataclass(frozen=True)
class Initialised:
    """What was written.

    Parameters
    ----------
    contract, config : Path
        The two files.
    draft : Draft
        What the contract says, and what it rests on.
    """

    contract: Path
    config: Path
    draft: Draft

    def record(self) -> dict[str, Any]:
        """Return it as plain values, for JSON."""
        draft = self.draft
        return {
            "contract": str(self.contract),
            "config": str(self.config),
            "rows": draft.columns[0].rows if draft.columns else 0,
            "columns": len(draft.columns),
            "key": draft.key or None,
            "guesses": [{"column": g.column, "role": g.role, "evidence": g.evidence, "positive": g.positive or None} for g in draft.guesses],
            "undecided": list(draft.undecided),
            "personal": [{"column": name, "kind": kind, "evidence": why} for name, (kind, why) in draft.personal.items()],
            "suspected": [{"column": name, "kind": kind, "evidence": why} for name, (kind, why) in draft.suspected.items()],
            "special": [{"column": name, "category": category} for name, category in draft.special.items()],
        }


def init(data: str, out: Path = Path(), *, progress: Progress | None = None) -> Initialised:
    """Write ``<name>.odcs.yaml`` and ``assay.yaml`` for some data.

    Parameters
    ----------
    data : str
        Path, glob or ibis URL.
    out : Path
        Folder to write to; it is made where it does not exist.
    progress : callable, optional
        Told ``(done, total, what)`` before each step.

    Raises
    ------
    DataError
        The data cannot be read, or the files cannot be written.
    UsageError
        A file is there already, or the data have no names of columns.
    """
    tell = progress or (lambda done, total, what: None)
    name = _name(data)
    contract, config = out / f"{name}.odcs.yaml", out / CONFIG_FILE
    _refuse_existing(contract, config)
    tell(0, 3, "one scan of the data")
    source, columns = _measured(data)
    tell(1, 3, "search for personal data")
    draft = _draft(source, columns, data, name)
    tell(2, 3, "writing")
    _write({contract: draft_text(draft), config: _config_text(draft, name, data, contract, out)})
    return Initialised(contract, config, draft)


def _name(data: str) -> str:
    stem = Path(data.rpartition("#")[2] if "#" in data else data).name
    for suffix in (".csv.gz", *Path(stem).suffixes[-1:]):
        stem = stem.removesuffix(suffix)
    name = re.sub(r"[^\w.-]+", "_", stem).strip("._-")
    return name or "data"


def _refuse_existing(*files: Path) -> None:
    there = [str(f) for f in files if f.exists()]
    if there:
        raise UsageError(
            f"{' and '.join(there)} {'exists' if len(there) == 1 else 'exist'} already, and nothing was written. Name another folder with --out, "
            "or move what is there"
        )


def _measured(data: str) -> tuple[Source, list[ColumnProfile]]:
    """Open the data and measure their columns; a CSV has no types, so that codes with leading zeros are kept as text."""
    source = open_source(data)
    columns = profile(source.table, AskEngine(source.backend))
    if not columns or not columns[0].rows:
        raise DataError(f"'{data}' has no rows, so nothing can be inferred from it")
    if not source.files or not source.files[0].name.lower().endswith(CSV):
        return source, columns
    if looks_like_a_row(columns):
        raise UsageError(
            f"the first line of '{data}' looks like one more row, not like names of columns: there are numbers, or values, where names should be. "
            "Nothing was written. Put a line of names before it, such as: (echo age,sex,income; cat FILE.csv) > NAMED.csv"
        )
    padded = _padded(data, columns)
    if not padded:
        return source, columns
    source = open_source(data, promised=dict.fromkeys(padded, "string"))
    return source, profile(source.table, AskEngine(source.backend))


def _padded(data: str, columns: Sequence[ColumnProfile]) -> list[str]:
    """Return the columns of whole numbers that are written with leading zeros, such as postal codes."""
    whole = [c.name for c in columns if c.type.is_integer()]
    if not whole:
        return []
    written = open_source(data, promised=dict.fromkeys(whole, "string"))
    asks = {name: scalar(written.table.count(where=written.table[name].re_search(r"^\s*0[0-9]"))) for name in whole}
    answered = AskEngine(written.backend).prefetch(asks.values())
    return [name for name, ask in asks.items() if answered.look_up(ask)]


def _draft(source: Source, columns: Sequence[ColumnProfile], data: str, name: str) -> Draft:
    personal, suspected, special = _personal(source.table, source.backend)
    document = inferred(columns, name=name)
    unique = [p["name"] for p in document["schema"][0]["properties"] if p.get("unique")]
    guesses, undecided = guess_roles(columns, special, {n: kind for n, (kind, _) in personal.items()})
    key = key_of(columns, unique)
    guesses = [g for g in guesses if g.column != key]
    return Draft(document, columns, _shown(data), guesses, undecided, key, personal, suspected, special)


def _shown(data: str) -> str:
    return data if "://" in data else Path(data).name


def _personal(table: ir.Table, backend: Any) -> tuple[dict[str, tuple[str, str]], dict[str, tuple[str, str]], dict[str, str]]:
    """Return the columns that hold personal data, those that may, and those that look like special categories, as the gate would find them."""
    subject = Subject("data", table)
    checks = (UndeclaredPersonalData(), SpecialCategories())
    outcomes, _ = hold([(subject, check) for check in checks], AskEngine(backend))
    found: dict[str, tuple[str, str]] = {}
    suspected: dict[str, tuple[str, str]] = {}
    special: dict[str, str] = {}
    first, second = outcomes
    if isinstance(first, Examined):
        for exhibit in first.findings.exhibits:
            for row in exhibit.rows:
                cells = dict(zip(exhibit.columns, row, strict=True))
                target = found if cells["decision"] == "personal" else suspected
                target[str(cells["column"])] = (str(cells["kind"]), str(cells["evidence"]))
    if isinstance(second, Examined):
        special = {s.column: _category(s.what) for s in second.findings.suspects}
    return found, suspected, special


def _category(what: str) -> str:
    """Return the category of a suspect's description: ``looks like religious beliefs (GDPR, Article 9), by name``."""
    return what.removeprefix("looks like ").partition(" (GDPR")[0]


def _config_text(draft: Draft, name: str, data: str, contract: Path, out: Path) -> str:
    target = next((g for g in draft.guesses if g.role == "target"), None)
    lines = [
        f"# How {_shown(data)} is audited. Every path is relative to this file; every key but 'data' has a default (docs/config.md).",
        "",
        f"project: {flow(name)}",
        f"data: {flow(_relative(data, out))}",
        f"contract: {flow(contract.name)}",
        "",
        "# Roles: the contract gives them, as guesses until somebody has read them. What is written here goes before it.",
        "# roles:",
        *_roles(draft),
        "",
        "# decide: which limits bind you, with the reason; 'assay gate' lists each check with its code.",
        "# audit:",
        "#   limits: {D007: {high: 0, blocking: true, reason: …}}",
        "",
        "# decide: what is to be trained, if anything. The gate works without.",
        "# training: {candidates: [logistic_regression, hist_gradient_boosting], metric: roc_auc}"
        if target and not target.quantity
        else "# training: {} needs a target of classes",
    ]
    return "\n".join(lines) + "\n"


def _roles(draft: Draft) -> list[str]:
    """Return the guessed roles as they would be written in the config."""
    by_role: Mapping[str, list[Guess]] = {g.role: [h for h in draft.guesses if h.role == g.role] for g in draft.guesses}
    lines = []
    for role in ("target", "sensitive", "time", "entity", "quasi-identifier"):
        names = [g.column for g in by_role.get(role, [])]
        key = {"quasi-identifier": "quasi_identifiers"}.get(role, role)
        many = role in ("sensitive", "quasi-identifier")
        lines.append(f"#   {key}: {flow(names if many else names[0])}" if names else f"#   {key}: …")
        if role == "target" and names and not by_role[role][0].quantity:
            lines.append(f"#   positive: {flow(by_role[role][0].positive) if by_role[role][0].positive else '…'}")
    return lines


def _relative(data: str, out: Path) -> str:
    """Return where the data are as seen from the folder of the config."""
    if data.startswith("duckdb://"):
        file, _, table = data.removeprefix("duckdb://").partition("#")
        return f"duckdb://{_relative(file, out)}#{table}"
    if "://" in data or Path(data).is_absolute():
        return data
    return Path(os.path.relpath(data, out)).as_posix()


def _write(files: Mapping[Path, str]) -> None:
    """Write all files or none; one that is there is never touched.

    Raises
    ------
    DataError
        They cannot be written.
    UsageError
        One of them appeared in the meantime.
    """
    written: list[Path] = []
    try:
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as stream:
                written.append(path)
                stream.write(text)
    except OSError as error:
        for path in written:
            path.unlink(missing_ok=True)
        if isinstance(error, FileExistsError):
            raise UsageError(f"'{error.filename}' exists already, and nothing was written. Name another folder with --out") from error
        raise DataError(f"cannot write '{error.filename}': {error.strerror}; nothing was written") from error
