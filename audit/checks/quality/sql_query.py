"""Queries of rules, held to reading: one SELECT over the tables at hand, and nothing that could touch a file or change anything."""

import re
from collections.abc import Mapping
from typing import Any

from sqlglot import exp, parse
from sqlglot.errors import SqlglotError

from audit.core.errors import UsageError, did_you_mean

#: Placeholders of ODCS, by what they stand for.
_PLACEHOLDER = re.compile(r'"?\$?\{(\w+)\}"?')
_STANDS_FOR = {"object": "table", "table": "table", "property": "column", "column": "column"}

#: Statements, and parts of them, that do more than read.
_REFUSED = (
    exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Create, exp.Drop, exp.Alter, exp.Command, exp.Copy, exp.Attach, exp.Detach, exp.Pragma,
    exp.Set, exp.Use, exp.Into, exp.Lock, exp.TableSample, exp.Placeholder, exp.Parameter, exp.SessionParameter,
)  # fmt: skip
#: Functions that read files, ask servers or models, say who is asking, or answer differently each time.
_REFUSED_FUNCTIONS = re.compile(
    r"(Read|AI|ML|Current(?!Date$|Time$|Timestamp$|Datetime$)|Session|XML|Rand|Uuid|Secret|ToFile|NextValueFor|Predict|GenerateTable)"
)
#: Functions that sqlglot does not know by name, and that only compute.
_PURE = {
    "list_sum", "list_avg", "list_min", "list_max", "list_count", "list_distinct", "list_contains", "list_sort", "strip_accents", "jaccard",
    "damerau_levenshtein", "jaro_similarity", "jaro_winkler_similarity", "hamming", "even", "gamma", "lgamma", "bit_count", "isfinite",
    "regexp_full_match", "nfc_normalize", "epoch_ms", "julian", "dayname", "monthname", "to_days", "to_hours", "mad", "entropy", "kurtosis",
    "skewness",
}  # fmt: skip


def filled_in(query: str, *, table: str, column: str) -> str:
    """Return a query with its placeholders replaced by quoted names.

    Raises
    ------
    UsageError
        A placeholder stands for nothing.
    """

    def name(match: re.Match[str]) -> str:
        meant = _STANDS_FOR.get(match[1])
        if meant is None:
            raise UsageError(f"the query has the placeholder '{match[0]}'. {did_you_mean(match[1], _STANDS_FOR)}")
        if meant == "column" and not column:
            raise UsageError(f"the query has the placeholder '{match[0]}', but the rule stands under no column; write it under one")
        value = table if meant == "table" else column
        return '"' + value.replace('"', '""') + '"'

    return _PLACEHOLDER.sub(name, query)


def reading(query: str, tables: Mapping[str, str], dialect: Any) -> str:
    """Return a query that only reads, over the tables by the names they have inside the statement that runs it.

    Parameters
    ----------
    query : str
        As written, its placeholders filled in.
    tables : mapping of str to str
        Names that a query may use, with the names that they are replaced by.
    dialect : sqlglot dialect
        Of the engine.

    Raises
    ------
    UsageError
        It is no single SELECT of one column, names another table, or does more than read.
    """
    try:
        statements = [s for s in parse(query, dialect=dialect) if s is not None]
    except SqlglotError as error:
        raise UsageError(f"the query is no SQL of this engine: {str(error).splitlines()[0]}") from error
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise UsageError("the query is one SELECT statement; it must do nothing but read")
    tree = statements[0]
    for node in tree.walk():
        if isinstance(node, _REFUSED):
            raise UsageError(f"the query is one SELECT that reads; '{node.sql(dialect=dialect)[:60]}' does more, or answers differently each time")
        if isinstance(node, exp.Func):
            _known(node, dialect)
    known = {name.casefold(): inner for name, inner in tables.items()}
    own = {cte.alias.casefold() for cte in tree.find_all(exp.CTE)}
    if both := sorted(own & set(known)):
        raise UsageError(f"the query calls a part of its own '{both[0]}', which is the name of a table; give it another one")
    shown = sorted(name for name in tables if not name.startswith("assay_"))
    for table in list(tree.find_all(exp.Table)):
        if not isinstance(table.this, exp.Identifier) or table.args.get("db") or table.args.get("catalog"):
            raise UsageError(f"the query reads from '{table.sql(dialect=dialect)[:60]}'; it may read from {', '.join(shown)} alone")
        name = table.name.casefold()
        if name in known:
            if not table.alias:
                table.set("alias", exp.TableAlias(this=exp.to_identifier(table.name, quoted=True)))
            table.set("this", exp.to_identifier(known[name], quoted=True))
        elif name not in own:
            raise UsageError(f"the query reads from '{table.name}', which is no table at hand. {did_you_mean(table.name, shown)}")
    selected = tree.selects
    if len(selected) != 1 or isinstance(selected[0], exp.Star) or selected[0].find(exp.Star, bfs=True) is selected[0]:
        raise UsageError(f"the query selects {len(selected)} columns; it must give one number, or one truth value")
    return tree.sql(dialect=dialect)


def _known(node: exp.Func, dialect: Any) -> None:
    kind = type(node).__name__
    if isinstance(node, exp.Anonymous | exp.AnonymousAggFunc):
        if node.name.casefold() not in _PURE:
            raise UsageError(f"the query calls '{node.name}', which is none of the functions known to do nothing but compute")
    elif _REFUSED_FUNCTIONS.match(kind):
        raise UsageError(f"the query calls '{node.sql(dialect=dialect)[:60]}', which does more than compute")
