"""Named forms of text, and forms of dates, as regular expressions that RE2, Java, Postgres and Python read alike."""

import re

_BYTE = "(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])"
_IPV4 = rf"({_BYTE}\.){{3}}{_BYTE}"
_HEX = "[0-9A-Fa-f]{1,4}"
# eight groups, the last two perhaps as IPv4, with at most one run of zero groups left out
_IPV6 = "|".join(
    [
        rf"({_HEX}:){{7}}{_HEX}",
        rf"({_HEX}:){{6}}{_IPV4}",
        *(rf"({_HEX}:){{{n}}}(:{_HEX}){{1,{7 - n}}}" for n in range(1, 7)),
        *(rf"({_HEX}:){{{n}}}(:{_HEX}){{0,{5 - n}}}:{_IPV4}" for n in range(1, 6)),
        rf":(:{_HEX}){{1,7}}",
        rf":(:{_HEX}){{0,5}}:{_IPV4}",
        rf"({_HEX}:){{1,7}}:",
        "::",
    ]
)
_LABEL = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"

_LEAP_YEAR = "([0-9][0-9](0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)"
_MONTH, _DAY = "(0[1-9]|1[0-2])", "(0[1-9]|[12][0-9]|3[01])"
_DATE = f"([0-9]{{4}}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|{_LEAP_YEAR}-02-29)"
_CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]+)?"
_OFFSET = "([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"

#: Text formats by the names that ODCS and JSON Schema give them.
FORMATS: dict[str, str] = {
    "email": r"^[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}$",
    "uuid": r"^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$",
    "uri": r"^[A-Za-z][A-Za-z0-9+.-]*:\S+$",
    "hostname": rf"^({_LABEL}\.)*{_LABEL}$",
    "ipv4": f"^{_IPV4}$",
    "ipv6": f"^({_IPV6})$",
    "binary": r"^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$",
    "password": r"^",
    "byte": r"^",
    "date": f"^{_DATE}$",
    "time": f"^{_CLOCK}{_OFFSET}?$",
    "date-time": f"^{_DATE}[Tt ]{_CLOCK}{_OFFSET}$",
    # E.164 allows fifteen digits; spaces, dots, hyphens, slashes and brackets are how people write them
    "phone": r"^\+?\(?[0-9]([ ./()-]{0,2}[0-9]){5,14}$",
}

#: Letters of Java's DateTimeFormatter, in the number that ODCS contracts write, with what they stand for.
_LETTERS: dict[str, str] = {
    "yyyy": "[0-9]{4}", "uuuu": "[0-9]{4}", "YYYY": "[0-9]{4}", "yy": "[0-9]{2}", "uu": "[0-9]{2}",
    "MM": _MONTH, "M": "(0?[1-9]|1[0-2])", "MMM": "[A-Z][a-z]{2}", "dd": _DAY, "DD": _DAY, "d": "(0?[1-9]|[12][0-9]|3[01])",
    "HH": "([01][0-9]|2[0-3])", "H": "(0?[0-9]|1[0-9]|2[0-3])", "hh": "(0[1-9]|1[0-2])", "h": "(0?[1-9]|1[0-2])",
    "mm": "[0-5][0-9]", "ss": "[0-5][0-9]", "a": "([AP]M|[ap]m)",
    "Z": r"(Z|[+-][0-9]{2}:?[0-9]{2})", "X": "(Z|[+-][0-9]{2}([0-9]{2})?)", "XX": "(Z|[+-][0-9]{4})", "XXX": "(Z|[+-][0-9]{2}:[0-9]{2})",
    "xxx": "[+-][0-9]{2}:[0-9]{2}",
}  # fmt: skip


def date_pattern(form: str) -> str | None:
    r"""Return the regular expression of a form of dates or times, or ``None`` where a part of it has none here.

    Parameters
    ----------
    form : str
        Such as ``dd.MM.yyyy`` or ``yyyy-MM-dd'T'HH:mm:ss``, in the letters of Java's DateTimeFormatter, on which ODCS relies. A ``T`` need
        not be quoted, as contracts seldom do.

    >>> date_pattern("dd.MM.yyyy")
    '^(0[1-9]|[12][0-9]|3[01])\\.(0[1-9]|1[0-2])\\.[0-9]{4}$'
    >>> date_pattern("QQQ yyyy") is None
    True
    """
    parts = []
    for token in (match[0] for match in re.finditer(r"'(?:[^']|'')*'|([A-Za-z])\1*|.", form)):
        if token.startswith("'"):
            part: str | None = re.escape(token[1:-1].replace("''", "'") or "'")
        elif set(token) == {"S"}:
            part = f"[0-9]{{{len(token)}}}"
        elif token == "T" or not token.isalpha():
            part = re.escape(token)
        else:
            part = _LETTERS.get(token)
        if part is None:
            return None
        parts.append(part)
    return f"^{''.join(parts)}$"
