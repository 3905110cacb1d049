"""A contract as a page for people, in GitHub-flavoured Markdown."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from audit.core.contract import Column, Contract, Rule
from audit.core.limit import Limit
from audit.core.wording import percent
from audit.render.markdown import code, escaped

#: Listed values that a table shows before it breaks off.
SHOWN = 8
_BOUNDS = (("minimum", "maximum"), ("exclusiveMinimum", "exclusiveMaximum"))
_LENGTHS = (("minLength", "maxLength", "characters"), ("minItems", "maxItems", "items"))
#: Custom properties that say on what ground personal data are kept, and for how long.
_GROUNDS = {"purpose": "purpose", "lawfulBasis": "lawful basis", "retentionDays": "kept for days"}
_METRICS = {
    "rowCount": "number of rows",
    "nullValues": "missing values",
    "missingValues": "missing values, codes for them included",
    "duplicateValues": "rows that repeat",
}


def contract_page(contract: Contract, document: Mapping[str, Any]) -> str:
    """Return a page that tells a reader what a contract promises about a table, and why.

    Parameters
    ----------
    contract : Contract
        The contract, as the checks see it.
    document : mapping
        The file it was read from, for what no check looks at: purpose, team, service levels.
    """
    parts = [
        f"# {escaped(contract.name or contract.table)}",
        _about(contract, document),
        _columns(contract.columns),
        _rules(contract),
        _relationships(contract),
        _service_levels(document),
        _personal(contract),
        _roles(contract.columns),
        _people(document),
        _unjudged(contract),
        f"<sub>Written by `assay contract export --to markdown` from {code(contract.path)}, sha256 {code(contract.sha256)}</sub>",
    ]
    return "\n\n".join(p for p in parts if p) + "\n"


def _about(contract: Contract, document: Mapping[str, Any]) -> str:
    described = document.get("description") or {}
    node: Mapping[str, Any] = next((n for n in document.get("schema") or [] if contract.table in (n.get("physicalName"), n.get("name"))), {})
    texts = [node.get("description"), described.get("purpose") if isinstance(described, Mapping) else described]
    lines = [escaped(str(t)) for t in texts if t]
    facts = [("Table", code(contract.table)), ("Contract", code(contract.id)), ("Version", escaped(contract.version))]
    facts += [
        (word, escaped(str(document[key]))) for word, key in (("Status", "status"), ("Domain", "domain"), ("Tenant", "tenant")) if document.get(key)
    ]
    facts += [(word, escaped(str(described[key]))) for word, key in (("Use", "usage"), ("Limits", "limitations")) if _of(described, key)]
    facts += [("Grain", escaped(str(node["dataGranularityDescription"])))] if node.get("dataGranularityDescription") else []
    return "\n\n".join([*lines, _table(("", ""), [(f"**{word}**", said) for word, said in facts if said])])


def _of(described: Any, key: str) -> bool:
    return isinstance(described, Mapping) and bool(described.get(key))


def _columns(columns: Sequence[Column]) -> str:
    if not columns:
        return ""
    rows = []
    for column in columns:
        marks = [mark for mark, says in (("🔑", column.primary_key), ("🔒", _is_personal(column))) if says]
        required = "yes" if column.required or column.primary_key else ""
        rows.append((
            " ".join([code(column.name), *marks]), column.logical_type, required, "; ".join(_promises(column)), escaped(column.description),
        ))  # fmt: skip
    legend = [f"{mark} {what}" for mark, what in (("🔑", "primary key"), ("🔒", "personal data")) if any(mark in row[0] for row in rows)]
    head = f"## Columns\n\n{_table(('Column', 'Type', 'Required', 'Promise', 'Description'), rows)}"
    return head + (f"\n\n{' · '.join(legend)}" if legend else "")


def _promises(column: Column) -> Iterator[str]:
    options = column.options
    if column.unique and not column.primary_key:
        yield "unique"
    low = next((f"above {_said(options[b])}" if b.startswith("ex") else _said(options[b]) for b, _ in _BOUNDS if options.get(b) is not None), "")
    high = next((f"below {_said(options[b])}" if b.startswith("ex") else _said(options[b]) for _, b in _BOUNDS if options.get(b) is not None), "")
    if low and high:
        yield f"{low} to {high}" if not low.startswith("above") and not high.startswith("below") else f"{low or ''}, {high}"
    elif low or high:
        yield low if low.startswith("above") else high if high.startswith("below") else f"at least {low}" if low else f"at most {high}"
    for least, most, what in _LENGTHS:
        ends = [options.get(least), options.get(most)]
        if ends != [None, None]:
            yield f"{_span(*ends)} {what}"
    if options.get("multipleOf") is not None:
        yield f"multiple of {_said(options['multipleOf'])}"
    if options.get("format"):
        yield f"format {code(str(options['format']))}"
    if options.get("pattern"):
        yield f"matches {code(str(options['pattern']))}"
    if options.get("uniqueItems"):
        yield "no item twice"
    listed = [column.enum] if column.enum else []
    listed += [r.arguments["validValues"] for r in column.rules if r.arguments.get("validValues") and r.limit.high == 0]
    yield from (f"one of {_values(values)}" for values in listed)


def _span(low: Any, high: Any) -> str:
    if low is None or high is None:
        return f"at most {high}" if low is None else f"at least {low}"
    return f"{low}" if low == high else f"{low} to {high}"


def _rules(contract: Contract) -> str:
    rows = [(escaped(r.name), code(r.column) if r.column else "the table", _states(r), _effect(r.limit), _why(r)) for r in contract.all_rules()]
    return f"## Rules\n\n{_table(('Rule', 'About', 'Promise', 'Where it is broken', 'Why'), rows)}" if rows else ""


def _states(rule: Rule) -> str:
    if rule.kind == "sql":
        return f"{code(rule.query)} is {_limit(rule.limit)}"
    if rule.kind == "custom":
        told = rule.implementation
        if rule.engine == "assay":
            failing = told.get("failing")
            rest = ", ".join(f"{k} {_said(v)}" for k, v in told.items() if k not in ("check", "failing"))
            return (
                f"no row has {code(str(failing))}" if failing else f"check {escaped(str(told.get('check')))}" + (f": {escaped(rest)}" if rest else "")
            )
        name = str(told.get("type") or told.get("expectation_type") or "").removeprefix("expect_").replace("_", " ")
        arguments = ", ".join(f"{k} {_said(v)}" for k, v in (told.get("kwargs") or {}).items())
        return f"{escaped(rule.engine)}: {escaped(name or 'see the contract')}" + (f" ({escaped(arguments)})" if arguments else "")
    if rule.kind == "text":
        return "for people to judge"
    if rule.metric == "invalidValues":
        kinds = [f"values other than {_values(rule.arguments['validValues'])}"] if rule.arguments.get("validValues") else []
        kinds += [f"values that do not match {code(str(rule.arguments['pattern']))}"] if rule.arguments.get("pattern") else []
        what = " or ".join(kinds)
    else:
        what = _METRICS.get(rule.metric, escaped(rule.metric))
        what += f" ({_values(rule.arguments['missingValues'])})" if rule.arguments.get("missingValues") else ""
        what += f" in {_values(rule.arguments['properties'])}" if rule.arguments.get("properties") else ""
    return f"{what}: {_limit(rule.limit)}"


def _limit(limit: Limit) -> str:
    if limit.measurement != "failing_share":
        return "none" if limit.high == 0 and not limit.exclude_high and not limit.inverse else str(limit)
    # in the percentages that people write
    low, high = (None if end is None else percent(end) for end in (limit.low, limit.high))
    if low is not None and high is not None:
        text = low if low == high else f"from {low} to {high}"
    elif high is not None:
        text = f"{'below' if limit.exclude_high else 'at most'} {high}"
    else:
        text = f"{'above' if limit.exclude_low else 'at least'} {low}"
    return f"not {text}" if limit.inverse else text


def _effect(limit: Limit) -> str:
    return "stops" if limit.blocking else "warns"


def _why(rule: Rule) -> str:
    return escaped(rule.description or rule.limit.reason)


def _relationships(contract: Contract) -> str:
    rows = [(_values(r.columns), code(r.table), _values(r.to)) for r in contract.relationships]
    return f"## Relationships\n\n{_table(('What stands in', 'stands in the table', 'in'), rows)}" if rows else ""


def _service_levels(document: Mapping[str, Any]) -> str:
    rows = [
        (escaped(str(e.get("property") or "")), escaped(f"{_said(e.get('value'))} {e.get('unit') or ''}"), escaped(str(e.get("element") or "")),
         escaped(str(e.get("description") or "")))
        for e in document.get("slaProperties") or []
    ]  # fmt: skip
    return f"## Service levels\n\n{_table(('Promise', 'Value', 'About', 'Note'), rows)}" if rows else ""


def _personal(contract: Contract) -> str:
    rows = []
    for column in contract.columns:
        kind = next((str(column.custom[k]) for k in ("personalData", "pii") if k in column.custom), "")
        special = str(column.custom.get("specialCategory") or "")
        grounds = "; ".join(f"{word} {_said(column.custom[key])}" for key, word in _GROUNDS.items() if key in column.custom)
        if _is_personal(column) or special:
            rows.append((code(column.name), escaped(column.classification), escaped(kind), escaped(special), escaped(grounds)))
    general = [f"{word}: {_said(contract.custom[key])}" for key, word in _GROUNDS.items() if key in contract.custom]
    if not rows and not general:
        return ""
    table = _table(("Column", "Classification", "Holds", "Special category", "Ground"), rows) if rows else "No column is declared personal."
    return f"## Personal data\n\n{table}" + (f"\n\nFor the whole table: {escaped('; '.join(general))}." if general else "")


def _roles(columns: Sequence[Column]) -> str:
    rows = []
    for column in columns:
        role = column.custom.get("role")
        if role:
            said = ", ".join(map(str, role)) if isinstance(role, list) else str(role)
            positive = f"; positive: {_said(column.custom['positive'])}" if "positive" in column.custom else ""
            rows.append((code(column.name), escaped(said + positive)))
    return f"## Roles\n\n{_table(('Column', 'Role'), rows)}" if rows else ""


def _people(document: Mapping[str, Any]) -> str:
    team = document.get("team") or []
    members = team.get("members") or [] if isinstance(team, Mapping) else team
    rows = [(escaped(str(m.get("name") or m.get("username") or "")), escaped(str(m.get("role") or "")), escaped(str(m.get("description") or "")))
            for m in members if isinstance(m, Mapping)]  # fmt: skip
    support = [escaped(f"{s.get('channel') or ''} {s.get('url') or ''}") for s in document.get("support") or [] if isinstance(s, Mapping)]
    parts = [_table(("Name", "Role", "Note"), rows)] if rows else []
    parts += [f"Support: {'; '.join(support)}"] if support else []
    return "\n\n".join(["## People", *parts]) if parts else ""


def _unjudged(contract: Contract) -> str:
    lines = [f"- {escaped(what)}" for _, what in (*contract.unevaluated, *contract.beyond_data)]
    return "\n".join(["## What no look at the data can judge", "", *lines]) if lines else ""


def _is_personal(column: Column) -> bool:
    declared = next((str(column.custom[k]) for k in ("personalData", "pii") if k in column.custom), "")
    return declared.casefold() not in ("", "none", "false") or column.classification.casefold() not in ("", "public")


def _values(values: Iterable[Any]) -> str:
    plain = [v for v in values if v is not None]
    more = f" and {len(plain) - SHOWN} more" if len(plain) > SHOWN else ""
    return ", ".join(code(_said(v)) for v in plain[:SHOWN]) + more


def _said(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{k} {_said(v)}" for k, v in value.items())
    if isinstance(value, list):
        return f"[{', '.join(map(_said, value))}]"
    return str(getattr(value, "text", value))


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table without the columns that hold nothing."""
    rows = list(rows)
    kept = [i for i, _ in enumerate(head) if any(row[i] for row in rows)]
    lines = [[head[i] for i in kept], ["---"] * len(kept), *([row[i] for i in kept] for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
