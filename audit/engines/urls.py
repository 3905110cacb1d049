"""URLs of data, without what must not be seen."""

import re
from pathlib import PurePath

_PASSWORD = re.compile(r"(?<=://)([^/?#@:]*):[^/?#]*@")
_SECRET = re.compile(r"(?i)(?<=[?&;])([^=&;#]*(?:password|secret|token|sig|signature|credential|key)[^=&;#]*)=[^&;#]*")


def masked(location: str) -> str:
    """Return a location with the password and every secret among its parameters replaced by three dots.

    Examples
    --------
    >>> masked("postgres://ann:secret@db/shop#orders"), masked("orders.parquet")
    ('postgres://ann:…@db/shop#orders', 'orders.parquet')
    """
    return _SECRET.sub(r"\1=…", _PASSWORD.sub(r"\1:…@", location)) if "://" in location else location


def secrets(location: str) -> list[str]:
    """Return the password and the secrets that a location holds, longest first: texts that no message may repeat."""
    if "://" not in location:
        return []
    found = [match[0].partition(":")[2].removesuffix("@") for match in _PASSWORD.finditer(location)]
    found += [match[0].partition("=")[2] for match in _SECRET.finditer(location)]
    return sorted({f for f in found if f}, key=len, reverse=True)


def table_of(url: str) -> tuple[str, str]:
    """Return a URL's address, and the table that its fragment names."""
    address, _, name = url.partition("#")  # urllib refuses the brackets of local[2]
    return address, name


def called(location: str) -> str:
    """Return what people would call the data of a location: the table, the file without its suffix, or the folder of a pattern.

    Examples
    --------
    >>> called("postgres://ann@db/shop#orders"), called("sales/orders.parquet"), called("s3://shop/orders/*.parquet"), called("*.csv")
    ('orders', 'orders', 'orders', '*')
    """
    address, table = table_of(location) if "://" in location else (location, "")
    if table and "/" not in table:
        return table
    path = PurePath(table or address)
    return path.stem if any(c.isalnum() for c in path.stem) else path.parent.name or path.stem
