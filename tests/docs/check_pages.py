"""Reads the pages of checks: sections by code, and the examples in them."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "checks"
HEADINGS = ("How it is detected", "Why it matters", "How to reduce the risk", "Example")


@dataclass(frozen=True)
class Section:
    """One check on its page: its heading, and the text under each of its sub-headings in order."""

    page: str
    code: str
    title: str
    parts: dict[str, str]

    @property
    def table(self) -> str | None:
        """The example's data as CSV; a last column ``times`` says how often a row occurs, and rows without an ``id`` get their number."""
        block = _block(self.parts["Example"], "csv")
        if block is None or not block.splitlines()[0].endswith(",times"):
            return block
        rows = [line.rpartition(",") for line in block.splitlines()]
        repeated = [row for row, _, times in rows[1:] for _ in range(int(times))]
        return "\n".join([rows[0][0], *(f"{i}{row}" if row.startswith(",") else row for i, row in enumerate(repeated))]) + "\n"

    @property
    def clauses(self) -> dict[str, object]:
        """The example's contract clauses and config keys."""
        return yaml.safe_load(_block(self.parts["Example"], "yaml") or "{}") or {}

    @property
    def outcomes(self) -> list[tuple[str, str]]:
        """State and sentence of each quoted result."""
        joined = re.sub(r"\n> (?!\*\*)", " ", self.parts["Example"])
        return re.findall(r"^> \*\*(\w+)\*\* (.+)$", joined, flags=re.MULTILINE)


@cache
def sections() -> dict[str, Section]:
    """Return every section whose heading starts with a code."""
    found: dict[str, Section] = {}
    for page in sorted(PAGES.glob("*.md")):
        text = page.read_text(encoding="utf-8")
        for chunk in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
            heading, _, body = chunk.partition("\n")
            match = re.fullmatch(r"([A-Z]\d{3}) (.+)", heading.strip())
            if match is None:
                continue
            assert match[1] not in found, f"{match[1]} has two sections"
            pieces = re.split(r"^### (.+)$", body, flags=re.MULTILINE)
            parts = dict(zip((h.strip() for h in pieces[1::2]), (p.strip() for p in pieces[2::2]), strict=True))
            found[match[1]] = Section(page.stem, match[1], match[2], parts)
    return found


def _block(text: str, language: str) -> str | None:
    match = re.search(rf"^```{language}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    return match[1] if match else None
