"""Makes a value recognisable in kind without giving it away."""

import re


def mask(value: str) -> str:
    """Return a value with all letters and digits but the first replaced, on one line; of e-mail addresses name and domain keep their first one.

    >>> mask("user12@example.com"), mask("4111 1111 1111 1111"), mask("Zoë Ng")
    ('u***@e***.com', '4*** **** **** ****', 'Z** **')
    """
    value = " ".join(value.split())
    if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", value):
        name, _, domain = value.rpartition("@")
        return f"{name[0]}***@{domain[0]}***.{domain.rpartition('.')[2]}"
    first = re.search(r"[^\W_]", value)
    kept = first.end() if first else 0
    masked = value[:kept] + re.sub(r"[^\W_]", "*", value[kept:])
    return masked if len(masked) <= 24 else f"{masked[:23]}…"
