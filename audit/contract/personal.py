"""What a contract says of a column: whether it holds personal data."""

from audit.core.contract import Column

PUBLIC = ("", "public", "none", "unclassified", "unrestricted", "open")
NO = ("", "none", "no", "false", "0")


def declared_personal(column: Column) -> bool | None:
    """Return what the contract says of a column: personal (or classified as other than public), not personal, or nothing."""
    for key in ("personalData", "pii"):
        if key in column.custom:
            return str(column.custom[key]).strip().casefold() not in NO
    return True if column.classification.strip().casefold() not in PUBLIC else None
