"""Files that people write: config and contract. Read whole, hence of a size that people write."""

import errno
import stat
from pathlib import Path

#: A contract of 5,000 columns, commented, is a tenth of this.
MOST_BYTES = 20_000_000


def read_text_file(path: Path) -> bytes:
    """Return the content of a file that somebody wrote.

    Raises
    ------
    OSError
        It cannot be read, is no regular file, so that it may never end, or is larger than anything that people write.
    """
    found = path.stat()
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, "it is a folder")
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "it is no regular file, but a device, a pipe or a socket")
    if found.st_size > MOST_BYTES:
        raise OSError(errno.EFBIG, f"it has {found.st_size:,} bytes; expected YAML that people wrote, of at most {MOST_BYTES:,}")
    with path.open("rb") as stream:
        return stream.read(MOST_BYTES + 1)
