"""Patterns as DuckDB reads them (RE2), rewritten so that other engines find the same: Java's for Spark, the advanced ones of Postgres.

What is rewritten has no flags and no classes of its own meaning left: each class is spelt out, and so are the ends of text and the letters
that differ only in case.
"""

import re
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from ibis.common.exceptions import UnsupportedOperationError

Engine = Literal["java", "postgres"]
Ranges = list[tuple[int, int]]

LAST = 0x10FFFF
#: Repetitions that Postgres can count; RE2 counts to 1,000.
POSTGRES_REPEATS = 255
_DIGITS: Ranges = [(48, 57)]
_WORD: Ranges = [(48, 57), (65, 90), (95, 95), (97, 122)]
_SPACE: Ranges = [(9, 10), (12, 13), (32, 32)]
_POSIX: dict[str, Ranges] = {
    "alnum": [(48, 57), (65, 90), (97, 122)], "alpha": [(65, 90), (97, 122)], "ascii": [(0, 127)], "blank": [(9, 9), (32, 32)],
    "cntrl": [(0, 31), (127, 127)], "digit": _DIGITS, "graph": [(33, 126)], "lower": [(97, 122)], "print": [(32, 126)],
    "punct": [(33, 47), (58, 64), (91, 96), (123, 126)], "space": [(9, 13), (32, 32)], "upper": [(65, 90)], "word": _WORD,
    "xdigit": [(48, 57), (65, 70), (97, 102)],
}  # fmt: skip
_CLASSES = {"d": _DIGITS, "w": _WORD, "s": _SPACE}
_SIGNS = {"n": 10, "t": 9, "r": 13, "f": 12, "v": 11, "a": 7}
_QUANTIFIER = re.compile(r"(?:[*+?]|\{(\d+)(,(\d*))?\})(\??)")
_GROUP = re.compile(r"\(\?(?:P?<(\w+)>|([ims]*)(?:-([ims]+))?([:)]))")


class PatternNotKnown(UnsupportedOperationError):
    """A pattern that an engine cannot search for as DuckDB does."""


@cache
def rewritten(pattern: str, engine: Engine) -> str:
    r"""Return a pattern that finds on another engine what RE2 finds with this one.

    Parameters
    ----------
    pattern : str
        As RE2 takes it.
    engine : {"java", "postgres"}
        Whose syntax to write.

    Raises
    ------
    PatternNotKnown
        The engine has nothing that means the same.

    Examples
    --------
    >>> rewritten("^[ab]c$", "java"), rewritten("a.b", "postgres")
    ('^[a-b]c\\z', 'a[^\\u000a]b')
    """
    return _Rewriting(pattern, engine).whole()


@dataclass
class _Rewriting:
    """One pattern on its way."""

    pattern: str
    engine: Engine
    at: int = 0
    flags: frozenset[str] = frozenset()
    parts: list[str] = field(default_factory=list)
    #: Where each open group begins among the parts, with the flags outside of it.
    open: list[tuple[int, frozenset[str]]] = field(default_factory=list)

    def whole(self) -> str:
        while self.at < len(self.pattern):
            sign = self.pattern[self.at]
            if sign == "(":
                self._group()
            elif sign == ")":
                self._close()
            elif sign == "|":
                self._take("|")
            elif (times := _QUANTIFIER.match(self.pattern, self.at)) and self.parts and self.parts[-1] not in ("(", "(?:", "|"):
                self.at = times.end()
                self._repeat(times)
            elif sign == "[":
                self.parts.append(self._class())
            elif sign == "\\":
                self.parts.append(self._escape())
            elif sign in "^$.":
                self._take(self._anchor(sign))
            else:
                self._take(self._letter(ord(sign)))
        return "".join(self.parts)

    def _take(self, written: str) -> None:
        self.parts.append(written)
        self.at += 1

    def _group(self) -> None:
        head = _GROUP.match(self.pattern, self.at)
        if head is None:
            if self.pattern.startswith("(?", self.at):
                raise PatternNotKnown(f"the pattern '{self.pattern}' has a group that RE2 does not know, at character {self.at + 1}")
            self.open.append((len(self.parts), self.flags))
            return self._take("(")
        self.at = head.end()
        within = (self.flags | set(head[2] or "")) - set(head[3] or "")
        if head[4] == ")":
            self.flags = within
            return None
        self.open.append((len(self.parts), self.flags))
        self.parts.append("(" if head[1] else "(?:")
        self.flags = within
        return None

    def _close(self) -> None:
        begin, self.flags = self.open.pop()
        # a group is one part from here on, so that it can be repeated as a whole
        self.parts[begin:] = ["".join(self.parts[begin:]) + ")"]
        self.at += 1

    def _repeat(self, times: re.Match[str]) -> None:
        low, open_end, high = times[1], times[2] is not None, times[3]
        most = int(high) if high else int(low) if low and not open_end else None
        if self.engine == "java" or low is None or max(int(low), most or 0) <= POSTGRES_REPEATS:
            self.parts[-1] += times[0]
            return
        atom, least = self.parts[-1], int(low)
        written = "".join(f"{atom}{{{n}}}" for n in _portions(least))
        if most is None:
            written += f"{atom}*"
        elif most > least:
            written += "".join(f"{atom}{{0,{n}}}" for n in _portions(most - least))
        self.parts[-1] = f"(?:{written})"

    def _anchor(self, sign: str) -> str:
        lines = "m" in self.flags
        if sign == ".":
            return self._set([], negated=True) if "s" in self.flags else self._set([(10, 10)], negated=True)
        newline = self._sign(10)
        if sign == "^":
            return f"(?:^|(?<={newline}))" if lines else "^"
        end = r"\z" if self.engine == "java" else "$"
        return f"(?={newline}|{end})" if lines else end

    def _escape(self) -> str:
        begin = self.at
        letter = self.pattern[self.at + 1 : self.at + 2]
        if letter in ("b", "B"):
            self.at += 2
            return self._boundary(letter == "b")
        if letter == "A":
            self.at += 2
            return r"\A"
        if letter.lower() in _CLASSES:
            self.at += 2
            return self._set(_CLASSES[letter.lower()], negated=letter.isupper())
        if letter in ("p", "P") and self.engine == "java":
            named = re.compile(r"\\[pP](?:\{\w+\}|\w)").match(self.pattern, begin)
            if named:
                self.at = named.end()
                return named[0]
        return self._letter(self._escaped())

    def _escaped(self) -> int:
        """Return the character that an escape stands for."""
        code = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|x\{([0-9A-Fa-f]+)\}|([0-7]{3})|0|([^A-Za-z0-9]|[antrfv]))").match(self.pattern, self.at)
        if code is None:
            raise PatternNotKnown(f"the pattern '{self.pattern}' has '{self.pattern[self.at : self.at + 2]}', which {self.engine} reads otherwise")
        self.at = code.end()
        if code[1] or code[2]:
            return int(code[1] or code[2], 16)
        return int(code[3], 8) if code[3] else _SIGNS.get(code[4], ord(code[4])) if code[4] else 0

    def _class(self) -> str:
        self.at += 1
        negated = self.pattern.startswith("^", self.at)
        self.at += negated
        found: Ranges = []
        first = True
        while first or not self.pattern.startswith("]", self.at):
            first = False
            if posix := re.compile(r"\[:(\^?)(\w+):\]").match(self.pattern, self.at):
                self.at = posix.end()
                found += _complement(_POSIX[posix[2]]) if posix[1] else _POSIX[posix[2]]
                continue
            if (escape := self.pattern[self.at : self.at + 2])[:1] == "\\" and escape[1:].lower() in _CLASSES:
                self.at += 2
                found += _complement(_CLASSES[escape[1].lower()]) if escape[1].isupper() else _CLASSES[escape[1]]
                continue
            low = high = self._member()
            if self.pattern.startswith("-", self.at) and not self.pattern.startswith("-]", self.at):
                self.at += 1
                high = self._member()
            found.append((low, high))
        self.at += 1
        return self._set(self._folded(found), negated=negated)

    def _member(self) -> int:
        if self.pattern.startswith("\\", self.at):
            return self._escaped()
        self.at += 1
        return ord(self.pattern[self.at - 1])

    def _letter(self, code: int) -> str:
        alike = self._folded([(code, code)])
        return self._sign(code) if alike == [(code, code)] else self._set(alike)

    def _folded(self, ranges: Ranges) -> Ranges:
        """Add what differs only in case, where case does not count."""
        if "i" not in self.flags:
            return ranges
        orbits = _orbits()
        codes = {other for low, high in ranges for code in range(low, min(high, 0x1E943) + 1) for other in orbits.get(code, ())}
        return _merged([*ranges, *((code, code) for code in codes)])

    def _boundary(self, is_one: bool) -> str:
        if self.engine == "postgres":
            return r"\y" if is_one else r"\Y"
        word = self._set(_WORD)
        if is_one:
            return f"(?:(?<={word})(?!{word})|(?<!{word})(?={word}))"
        return f"(?:(?<={word})(?={word})|(?<!{word})(?!{word}))"

    def _set(self, ranges: Ranges, *, negated: bool = False) -> str:
        merged = _merged(ranges)
        if not merged:
            return f"[{self._sign(1)}-{self._sign(LAST)}]" if self.engine == "postgres" else r"[\x{0}-\x{10ffff}]"
        inner = "".join(self._sign(a) if a == b else f"{self._sign(a)}-{self._sign(b)}" for a, b in merged)
        return f"[{'^' if negated else ''}{inner}]"

    def _sign(self, code: int) -> str:
        if code < 128 and chr(code).isalnum():
            return chr(code)
        if self.engine == "java":
            return rf"\x{{{code:x}}}"
        # no text of Postgres has the character 0
        return rf"\u{max(code, 1):04x}" if code < 0x10000 else rf"\U{code:08x}"


def _portions(count: int) -> list[int]:
    """Return a number of repetitions as ones that Postgres can count."""
    whole, rest = divmod(count, POSTGRES_REPEATS)
    return [POSTGRES_REPEATS] * whole + ([rest] if rest else [])


def _merged(ranges: Ranges) -> Ranges:
    merged: Ranges = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    return merged


def _complement(ranges: Ranges) -> Ranges:
    left, begin = [], 0
    for low, high in _merged(ranges):
        if low > begin:
            left.append((begin, low - 1))
        begin = high + 1
    return [*left, (begin, LAST)]


@cache
def _orbits() -> dict[int, tuple[int, ...]]:
    """Return, for each character that has others of the same letter, all of them."""
    alike: dict[str, list[int]] = {}
    for code in range(0x1E944):
        sign = chr(code)
        folded = sign.casefold()
        if len(folded) > 1:
            folded = sign.lower()
        if folded != sign or sign.upper() != sign:
            alike.setdefault(folded, []).append(code)
    return {code: tuple(codes) for codes in alike.values() if len(codes) > 1 for code in codes}
