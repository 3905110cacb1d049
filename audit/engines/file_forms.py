"""How a file is written: settled by its first line, so that the engine need not guess, and said in words where it cannot be read."""

import csv
import gzip
import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TextIO

import ibis.expr.types as ir

from audit.core.errors import DataError
from audit.core.wording import listed
from audit.engines.ask_engine import one_line

#: Types of DuckDB for the logical types that a guess gets wrong, and the types it may guess: words such as yes and no stay words, and whole
#: numbers beyond 64 bits stay whole.
CSV_TYPES = {"string": "VARCHAR", "boolean": "BOOLEAN"}
GUESSED = ["NULL", "BIGINT", "HUGEINT", "DOUBLE", "TIME", "DATE", "TIMESTAMP", "TIMESTAMPTZ", "VARCHAR"]
DELIMITERS = ",;\t|"

REGULAR = " Every line must have as many fields as the header, and every quote must be closed"
RECORDS = " Expected objects with named fields: one a line, or all in one array"
AGAIN = " The file is damaged or of another kind; write it again, or fetch it anew"
NOT_UTF8 = "Convert the file to UTF-8, for example with: iconv -f latin1 -t utf-8"
#: How files of other kinds begin, what they are, and what to do.
FOREIGN = {
    b"PAR1": "a Parquet file; give it the suffix .parquet",
    b"PK\x03\x04": "a zip archive or a workbook; unpack it, or export its sheet as CSV",
    b"\x1f\x8b": "compressed by gzip; give it the suffix .csv.gz",
    b"\xff\xfe": "UTF-16; convert it, for example with: iconv -f utf-16 -t utf-8",
    b"\xfe\xff": "UTF-16; convert it, for example with: iconv -f utf-16 -t utf-8",
}
#: A moment, or a day, without an offset from UTC.
LOCAL = r"^\s*[0-9]+[-/.][0-9]+[-/.][0-9]+([T ]+[0-9:.]+)?\s*$"


def csv_form(file: Path, location: str, promised: Mapping[str, str]) -> dict[str, Any]:
    """Return the options by which DuckDB reads a CSV file as its first line says; left to guess, it skips lines until the rest looks regular.

    Raises
    ------
    DataError
        The file is no CSV in UTF-8, or its header is none.
    """
    try:
        with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as stream:
            start = stream.read(4)
        for magic, what in FOREIGN.items():
            if start.startswith(magic):
                raise DataError(f"cannot read '{location}': it is {what}")
        with _text(file, newline=None) as lines:
            first = lines.readline()
        names = _header(file, _delimiter(first)) if first.strip() else []
    except UnicodeDecodeError as error:
        raise DataError(f"cannot read '{location}': its first lines are not UTF-8. {NOT_UTF8}") from error
    except gzip.BadGzipFile as error:
        raise DataError(f"cannot read '{location}': it is not compressed by gzip, as its name says; give it the suffix .csv") from error
    except (EOFError, zlib.error) as error:
        raise DataError(f"cannot read '{location}': it cannot be unpacked.{AGAIN}") from error
    except csv.Error as error:
        raise DataError(f"cannot read '{location}': its first line is no header: {error}") from error
    except OSError as error:
        raise DataError(f"cannot read '{location}': {error.strerror or error}") from error
    return _form(names, _delimiter(first), location, promised)


def line_form(header: str, location: str, promised: Mapping[str, str]) -> dict[str, Any]:
    """Return what :func:`csv_form` does, for a file of which only the first line is at hand."""
    delimiter = _delimiter(header)
    return _form(next(csv.reader([header], delimiter=delimiter), []), delimiter, location, promised)


def _delimiter(header: str) -> str:
    return max(DELIMITERS, key=re.sub(r'"[^"]*"', "", header).count)


def _form(names: list[str], delimiter: str, location: str, promised: Mapping[str, str]) -> dict[str, Any]:
    if not any(name.strip() for name in names):
        raise DataError(f"the first line of '{location}' is empty. Expected a header with the names of the columns")
    _refuse_repeated(names, location)
    # all rows are looked at before types are chosen: a late text value in a column of numbers must not stop the scan
    form = {
        "header": True,
        "skip": 0,
        "delim": delimiter,
        "quote": '"',
        "comment": "",
        "sample_size": -1,
        "null_padding": False,
        "strict_mode": True,
        "auto_type_candidates": GUESSED,
    }
    logical = {name: CSV_TYPES[kind] for name, kind in promised.items() if kind in CSV_TYPES}
    types = {name: logical[name] for name in names if name in logical}
    return {**form, "types": types} if types else form


def half_zoned(raw: ir.Table, columns: Iterable[str]) -> list[ir.IntegerScalar]:
    """Return, for columns of text, how many of their moments say no offset from UTC."""
    return [raw.count(where=raw[c].re_search(LOCAL)).name(f"n{i}") for i, c in enumerate(columns)]


def refuse_renamed(backend: Any, file: Path, location: str, columns: Iterable[str]) -> None:
    """Refuse a Parquet file in which several columns have one name, which DuckDB would tell apart by a number.

    Raises
    ------
    DataError
        It has such columns.
    """
    known = {c.casefold() for c in columns}
    if not any(re.sub(r"_\d+$", "", c) in known - {c} for c in known):
        return
    parts = backend.con.execute("SELECT name, num_children FROM parquet_schema(?)", [str(file)]).fetchall()
    _refuse_repeated(list(_top_level(parts)), location)


def fault(reader: str, error: Exception) -> str:
    """Return why a file cannot be read, and what to do; no value of the data is shown."""
    text = str(error)
    if "nvalid unicode" in text or "invalid UTF-8" in text:
        return f"{one_line(error)} is not UTF-8. {NOT_UTF8}"
    if reader == "read_csv":
        if "GZIP" in text:
            return f"it cannot be unpacked.{AGAIN}"
        return f"it is no regular CSV.{REGULAR}" if "sniffing" in text else f"{one_line(error)}{REGULAR}"
    if reader == "read_json":
        return f"it holds no records.{RECORDS}" if "non-record JSON" in text else f"{one_line(error)}{RECORDS}"
    return f"{one_line(error)}.{AGAIN}"


def _text(file: Path, newline: str | None) -> TextIO:
    opener: Any = gzip.open if file.suffix == ".gz" else open
    stream: TextIO = opener(file, "rt", encoding="utf-8-sig", newline=newline)
    return stream


def _header(file: Path, delimiter: str) -> list[str]:
    # a quoted name may go on in the next line
    with _text(file, newline="") as stream:
        return next(csv.reader(stream, delimiter=delimiter))


def _refuse_repeated(names: list[str], location: str) -> None:
    places: defaultdict[str, list[int]] = defaultdict(list)
    for i, name in enumerate(names):
        if name:
            places[name.casefold()].append(i)
    for found in places.values():
        if len(found) > 1:
            same = list(dict.fromkeys(names[i] for i in found))
            called = f"the columns {listed(str(i + 1) for i in found)} are called" if len(same) == 1 else "names differ in nothing but case:"
            raise DataError(f"'{location}' has more than one column of a name: {called} {listed(repr(n) for n in same)}. Rename all but one")


def _top_level(parts: list[tuple[str, int | None]]) -> Iterable[str]:
    """Yield the names of the columns themselves from a schema in which each part is followed by its children."""
    place = 1
    while place < len(parts):
        yield parts[place][0]
        inside = 1
        while inside:
            inside += (parts[place][1] or 0) - 1
            place += 1
