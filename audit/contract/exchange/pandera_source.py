"""A contract as Python source of a pandera model that stands alone, and as the model itself."""

import inspect
import keyword
import re
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import replace
from types import ModuleType
from typing import TYPE_CHECKING, Any

from audit.contract.exchange import pandera_checks
from audit.contract.exchange.clauses import LeftOut, listed
from audit.contract.exchange.pandera_plan import Field, Named, Plan, plan
from audit.core.contract import Contract

if TYPE_CHECKING:
    import pandera.pandas as pa

#: Modules that the functions use, by the line that imports them.
_IMPORTS = {
    "operator": "import operator", "re": "import re", "date": "from datetime import date", "Fraction": "from fractions import Fraction",
    "Any": "from typing import Any",
}  # fmt: skip
_ALIAS = """# Pandera has types of one width each. A logical type of the contract is wider: any integer, with gaps or without; the checks named
# logicalType hold the columns to it.
"""
WIDTH = 118
BACKSLASH = "\\"


def data_frame_model(contract: Contract) -> "type[pa.DataFrameModel]":
    """Return a contract as a pandera model, the one whose source :func:`pandera_source` writes.

    Parameters
    ----------
    contract : Contract
        The contract.

    Returns
    -------
    type
        A subclass of ``pandera.pandas.DataFrameModel``, to be used as ``DataFrame[Model]`` under ``@pa.check_types`` or validated by itself.
    """
    module = ModuleType("assay_model")
    # the text is our own: whatever a contract says stands in it as a literal or, on one line, as a comment
    exec(compile(pandera_source(contract), "<model>", "exec"), module.__dict__)
    model: type[pa.DataFrameModel] = module.__dict__[class_name(contract)]
    return model


def pandera_source(contract: Contract) -> str:
    """Return a contract as the source of a pandera model that needs pandas and pandera alone.

    Parameters
    ----------
    contract : Contract
        The contract. Clauses that pandera cannot state are listed in comments at the top.
    """
    planned = plan(contract)
    checks = [*(n for f in planned.columns.values() for n in f.checks), *planned.checks]
    functions = _functions(checks)
    body = list(_model(contract, planned))
    used = set(re.findall(r"\w+", "\n".join([*functions, *body])))
    aliases = sorted({_alias(f) for f in planned.columns.values()} - {"Any"})
    imports = [line for name, line in _IMPORTS.items() if name in used or (name == "Any" and planned.columns)]
    plain, dated = [i for i in imports if i.startswith("import")], [i for i in imports if i.startswith("from")]
    blocks = [
        "\n".join(_head(contract, planned.left_out)),
        "\n".join([*plain, *dated]),
        "import pandas as pd\nimport pandera.pandas as pa",
        _ALIAS + "\n".join(f"{alias} = Any" for alias in aliases) if aliases else "",
    ]
    return "\n\n".join(b for b in blocks if b) + "\n\n\n" + "\n\n\n".join([*functions, "\n".join(body)]) + "\n"


def class_name(contract: Contract) -> str:
    """Return the name of the model's class: the table's in capitals and small letters."""
    words = re.findall(r"[^\W_]+", contract.table or contract.name, re.ASCII)
    name = "".join(w[:1].upper() + w[1:] for w in words)
    return name if name.isidentifier() and not keyword.iskeyword(name) and name not in _TAKEN else f"Table{name}"


def literal(value: Any) -> str:
    """Return a value as source text."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, float):
        return f'float("{value}")' if value != value or value in (float("inf"), float("-inf")) else repr(float(value))
    if isinstance(value, (list, tuple)):
        ends, inner = "[]" if isinstance(value, (list, Listed)) else "()", ", ".join(map(literal, value))
        comma = "," if ends == "()" and len(value) == 1 else ""
        return f"{ends[0]}{inner}{comma}{ends[1]}"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{literal(k)}: {literal(v)}" for k, v in value.items()) + "}"
    return repr(value)


def _text(value: str) -> str:
    if not value.isprintable():
        return ascii(value)
    if ("'" in value and '"' in value) or value.endswith("\\"):
        return repr(value)
    quote = "'" if '"' in value else '"'
    return f"{'r' if BACKSLASH in value else ''}{quote}{value}{quote}"


def _head(contract: Contract, left_out: list[LeftOut]) -> Iterator[str]:
    version = f", version {contract.version}" if contract.version else ""
    yield from _comment(f"The contract '{contract.name}'{version}, as a pandera model. Written by: assay contract export --to pandera")
    yield from _comment(f"From {contract.path}, sha256 {contract.sha256}")
    if not left_out:
        return
    yield "#"
    yield from _comment("Not stated here, and judged by 'assay gate' alone:")
    for line in listed(left_out):
        yield from _comment(f"- {line}")


def _comment(text: str) -> list[str]:
    plain = "".join(c if c.isprintable() else " " for c in text)
    return textwrap.wrap(
        " ".join(plain.split()), WIDTH, initial_indent="# ", subsequent_indent="#   " if text.startswith("-") else "# ", break_on_hyphens=False
    )


def _functions(checks: Iterable[Named]) -> list[str]:
    """Return the text of the functions that are called, in the order of their module."""
    called = {n.function for n in checks if n.function} | {f for n in checks if n.expression for f in ("compared", "not_true")}
    written = [f for name, f in vars(pandera_checks).items() if name in called and inspect.isfunction(f)]
    return [inspect.getsource(f).replace('"pd.Series[Any]"', "pd.Series").rstrip() for f in written]


def _model(contract: Contract, planned: Plan) -> Iterator[str]:
    yield f"class {class_name(contract)}(pa.DataFrameModel):"
    yield f"    {_docstring(f'Rows of {contract.table}, as its contract promises them.')}"
    yield ""
    taken: set[str] = set(_TAKEN)
    for name, field in planned.columns.items():
        attribute = _attribute(name, taken)
        arguments = dict(field.arguments)
        if attribute != name:
            arguments["alias"] = name
        if not arguments["nullable"]:
            del arguments["nullable"]  # pandera's default
        yield f"    {attribute}: {_alias(field)} = {_call('pa.Field', [f'{k}={literal(v)}' for k, v in arguments.items()], 4)}"
    yield ""
    yield "    class Config:"
    yield f"        name = {literal(contract.name or contract.table)}"
    yield "        strict = False  # further columns may be there"
    yield "        coerce = False  # a wrong type is a fault, not a thing to mend"
    if planned.key:
        yield f"        unique = {literal(list(planned.key))}"
    for columns, named in _shared([*(n for f in planned.columns.values() for n in f.checks), *planned.checks]):
        owner = columns[0] if len(columns) == 1 and not named.name.startswith("logicalType") else ""
        yield ""
        yield from _method(named, columns, _attribute(f"{owner} {named.name}".strip(), taken, short=True))


def _shared(checks: Iterable[Named]) -> list[tuple[list[str], Named]]:
    """Return the checks with their columns; those that say the same of several columns once."""
    found: dict[Named, list[str]] = {}
    for named in checks:
        key = (
            replace(named, column="*", arguments=_hashable(named.arguments)) if named.column else replace(named, arguments=_hashable(named.arguments))
        )
        found.setdefault(key, []).append(named.column)
    return [([c for c in columns if c], named) for named, columns in found.items()]


def _hashable(arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(Listed(a) if isinstance(a, list) else a for a in arguments)


class Listed(tuple[Any, ...]):
    """A list that can be a key."""


def _docstring(text: str) -> str:
    plain = text.isprintable() and not set(text) & set('"\\')
    return f'"""{text}"""' if plain else literal(text)


def _method(named: Named, columns: list[str], name: str) -> Iterator[str]:
    said = [literal(column) for column in columns]
    said += [f"name={literal(named.name)}"]
    said += [f"{word}={literal(text)}" for word, text in (("title", named.title), ("description", named.description)) if text]
    said += ["raise_warning=True"] if named.warns else []
    said += ["ignore_na=False"] if named.about_gaps else []
    yield f"    @{_call('pa.check' if named.column else 'pa.dataframe_check', said, 4)}"
    data, kind = ("series", "pd.Series") if named.column else ("frame", "pd.DataFrame")
    answer = "bool" if named.name.startswith(("logicalType", "rowCount")) else "pd.Series"
    yield f"    def {name}(cls, {data}: {kind}) -> {answer}:"
    if named.expression:
        yield f"        return {_call('not_true', [named.expression], 8)}"
    else:
        yield f"        return {_call(named.function, [data, *map(literal, named.arguments)], 8)}"


def _call(function: str, arguments: list[str], indent: int) -> str:
    flat = f"{function}({', '.join(arguments)})"
    if len(flat) + indent <= WIDTH:
        return flat
    inner = "".join(f"{' ' * (indent + 4)}{a},\n" for a in arguments)
    return f"{function}(\n{inner}{' ' * indent})"


def _alias(field: Field) -> str:
    return field.logical_type.capitalize() if any(n.name.startswith("logicalType") for n in field.checks) else "Any"


def _attribute(name: str, taken: set[str], *, short: bool = False) -> str:
    """Return a name for an attribute that says what it stands for and is not taken."""
    plain = name if name.isidentifier() and name.isascii() and not short else re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_").lower()
    plain = plain[:40].rstrip("_") if short else plain
    # pandera and Python look at names with an underscore in front in ways of their own
    plain = plain.strip("_") if plain.startswith("_") else plain
    if not plain or plain[0].isdigit() or keyword.iskeyword(plain):
        plain = f"column_{plain}".rstrip("_")
    found, n = plain, 2
    while found in taken:
        found, n = f"{plain}_{n}", n + 1
    taken.add(found)
    return found


def _reserved() -> frozenset[str]:
    own = {n for n in vars(pandera_checks) if not n.startswith("__")}
    aliases = {"String", "Integer", "Number", "Boolean", "Date", "Timestamp", "Any", "Config", "pa", "cls", "series", "frame", "bool", "float"}
    model = {
        "validate", "to_schema", "to_yaml", "to_json", "to_json_schema", "strategy", "example", "get_metadata", "empty", "pydantic_validate",
        "build_schema_", "to_structtype", "to_ddl", "from_yaml", "from_json", "class", "metadata",
    }  # fmt: skip
    return frozenset(own | aliases | model)


_TAKEN = _reserved()
