"""A contract to begin with, as YAML for people: what was inferred, what was guessed, and what is for them to decide."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from audit.contract.guesses import Guess
from audit.contract.profile import ColumnProfile

#: Keys of a column in the order in which they are written.
KEYS = ("logicalType", "required", "primaryKey", "unique", "classification", "logicalTypeOptions", "customProperties", "quality")


@dataclass(frozen=True)
class Draft:
    """All that goes into a contract's first version.

    Parameters
    ----------
    document : mapping
        What was inferred, as an ODCS document.
    columns : sequence of ColumnProfile
        What the columns look like.
    source : str
        What the data are called.
    guesses : sequence of Guess
        Roles.
    undecided : sequence of str
        Roles that several columns would do for.
    key : str
        The column that identifies a row; empty where none does.
    personal : mapping of str to (kind, evidence)
        Columns that hold personal data.
    suspected : mapping of str to (kind, evidence)
        Columns that may.
    special : mapping of str to str
        Columns that look like special categories of personal data.
    """

    document: Mapping[str, Any]
    columns: Sequence[ColumnProfile]
    source: str
    guesses: Sequence[Guess] = ()
    undecided: Sequence[str] = ()
    key: str = ""
    personal: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    suspected: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    special: Mapping[str, str] = field(default_factory=dict)


def draft_text(draft: Draft) -> str:
    """Return a contract with comments: the same text for the same data."""
    return "\n".join([*_head(draft), *_table(draft), *_columns(draft)]) + "\n"


def flow(value: Any) -> str:
    """Return a value as YAML on one line."""
    text: str = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10**6, sort_keys=False)
    return text.removesuffix("\n").removesuffix("\n...")


def _head(draft: Draft) -> Iterator[str]:
    document = draft.document
    rows = draft.columns[0].rows if draft.columns else 0
    yield f"# What {_plain(draft.source)} promises, drafted by 'assay init' from {rows:,} rows, in the Open Data Contract Standard."
    yield "# A clause is here because the data keep it, ranges with room to spare; lists of values are what was seen, mistakes included. Nobody has"
    yield "# agreed to any of it yet: read it, change what is wrong, and look for"
    yield "#   guess:  what a column seems to mean, with what that rests on"
    yield "#   decide: what no data can tell"
    yield "# 'assay contract lint' tells mistakes with their lines, 'assay gate' holds the data to this file."
    yield ""
    for key in ("apiVersion", "kind", "id", "name", "version", "status"):
        yield f"{key}: {flow(document[key])}"
    personal = bool(draft.personal or draft.special)
    yield ""
    yield "# decide: what the data are for, and what they must not be used for." + (
        " Personal data need a purpose (GDPR, article 5)." if personal else ""
    )
    yield "# description:"
    yield "#   purpose: …"
    yield "#   limitations: …"
    yield "#   usage: …"
    yield ""
    yield "# decide: how long a row may be kept, counted from the column with the role 'collected', and on which ground it may be processed."
    yield "# customProperties:"
    yield "#   - {property: purpose, value: …}"
    yield "#   - {property: retentionDays, value: 365}"
    yield "#   - {property: lawfulBasis, value: legitimate interests}"
    yield ""


def _table(draft: Draft) -> Iterator[str]:
    table = draft.document["schema"][0]
    yield "schema:"
    yield f"  - name: {flow(table['name'])}"
    yield "    logicalType: object"
    yield "    # decide: how many rows a delivery has, at least."
    yield "    quality:"
    for rule in table["quality"]:
        yield f"      - {flow(rule)}"
    for text in draft.undecided:
        yield f"    # decide: {_plain(text)}; give one of them the role."
    if not draft.key:
        yield "    # decide: no single column was seen to identify a row. Where several together do, give each 'primaryKey: true'."
    yield "    properties:"


def _columns(draft: Draft) -> Iterator[str]:
    guesses = {g.column: g for g in draft.guesses}
    written = {p["name"]: p for p in draft.document["schema"][0]["properties"]}
    for column in draft.columns:
        yield from _column(draft, column, dict(written[column.name]), guesses.get(column.name))
        yield ""


def _column(draft: Draft, column: ColumnProfile, found: dict[str, Any], guess: Guess | None) -> Iterator[str]:
    name = column.name
    custom: list[dict[str, Any]] = []
    notes: list[str] = []
    hidden = name in draft.personal or name in draft.suspected
    if guess is not None:
        custom.append({"property": "role", "value": guess.role})
        notes.append(f"guess: {guess.role}, by {guess.evidence}. If it is not, take the role away.")
        if guess.role == "target":
            custom += [{"property": "positive", "value": guess.positive}] if guess.positive else []
            notes += _about_positive(column, guess)
    if name == draft.key:
        found.pop("unique", None)
        found["primaryKey"] = True
        notes.append("guess: identifies a row, since every value was seen once and none is missing. If that is chance, take 'primaryKey' away.")
    if name in draft.personal:
        kind, evidence = draft.personal[name]
        found["classification"] = "restricted"
        custom.append({"property": "personalData", "value": kind})
        notes.append(f"guess: personal data ({kind}), by {evidence}. If it is not, write 'none'. decide: is the column needed at all?")
    elif name in draft.special:
        found["classification"] = "restricted"
        custom.append({"property": "specialCategory", "value": draft.special[name]})
        notes.append(
            f"guess: {draft.special[name]}, a special category of personal data. If it is not, write 'none'. decide: on which ground is it used?"
        )
    elif name in draft.suspected:
        kind, evidence = draft.suspected[name]
        notes.append(f"decide: personal data ({kind})? There is a sign of it, by {evidence}: 'personalData: {kind}', or 'none'.")
    if hidden:
        _hide(found)
    if not found.get("logicalType"):
        notes.append(f"decide: the type; '{column.type}' has no name in the standard.")
    if custom:
        found["customProperties"] = custom
    if not hidden and (seen := _seen(column)):
        yield f"      # seen: {seen}"
    yield from (f"      # {_plain(note)}" for note in notes)
    yield f"      - name: {flow(name)}"
    for key in KEYS:
        if key not in found:
            continue
        if isinstance(found[key], list):
            yield f"        {key}:"
            yield from (f"          - {flow(entry)}" for entry in found[key])
        else:
            yield f"        {key}: {flow(found[key])}"


def _hide(found: dict[str, Any]) -> None:
    """Take away clauses that would show values of people: their lists and their extremes."""
    if "minimum" in found.get("logicalTypeOptions", {}) or "maximum" in found.get("logicalTypeOptions", {}):
        del found["logicalTypeOptions"]
    rules = [r for r in found.get("quality", []) if r["metric"] != "invalidValues"]
    found.pop("quality", None)
    if rules:
        found["quality"] = rules


def _about_positive(column: ColumnProfile, guess: Guess) -> Iterator[str]:
    if guess.positive:
        yield f"guess: '{guess.positive}' is the outcome that counts as positive."
    elif len(column.values) == 2:
        values = sorted(column.values)
        yield f"decide: which outcome counts as positive, '{values[0]}' or '{values[1]}'? Until then the larger by order. Custom property 'positive'."


def _seen(column: ColumnProfile) -> str:
    """Return what was seen of a column that holds nobody's personal data."""
    parts = []
    if column.missing:
        parts.append(f"{column.missing:,} of {column.rows:,} values missing")
    if column.lowest is not None and (column.type.is_numeric() or column.type.is_temporal()) and column.distinct > 1:
        parts.append(f"{_short(column.lowest)} to {_short(column.highest)}")
    elif len(column.values) == 1:
        parts.append("one value only, which tells a model nothing")
    return ", ".join(parts)


def _short(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _plain(text: str) -> str:
    """Return a text that stays on its line of comment."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
