"""Names of rows that say nothing about them: hashes of their keys, by which who holds the data finds a row again, and nobody else.

Without a secret a name is the hash of the key, as the list of L008 has it; whoever can guess a key can tell whether its row is listed. With the
environment variable ``ASSAY_MASK_KEY`` the name is an HMAC under that secret (RFC 2104), and guessing is of no use.
"""

import hashlib
import hmac
import os
from collections.abc import Iterable

#: Where the secret is.
SECRET = "ASSAY_MASK_KEY"
#: What the column of names is called in exhibits.
HEAD = "hash of the row's key"


def masked(hashes: Iterable[str]) -> list[str]:
    """Return the names of rows from the hashes of their keys (:func:`audit.core.ask.row_hash`)."""
    secret = os.environ.get(SECRET, "")
    if not secret:
        return [str(h) for h in hashes]
    return [hmac.new(secret.encode(), str(h).encode(), hashlib.sha256).hexdigest()[:32] for h in hashes]


def note() -> str:
    """Return how the names came about, for the note of an exhibit."""
    how = f"HMAC of its key under {SECRET}" if os.environ.get(SECRET) else f"hash of its key ({SECRET} would make it a keyed one)"
    return f"A row is named by the {how}; errors.row_keys gives the same names to the rows of a frame."
