"""The door to pandera, which leaves the process as it was."""

import os
import sys
from typing import Any

#: What pandera sets when it is imported, whether Spark is used or not. The second makes pyarrow drop the offset of every moment with a time zone.
SPARK_VARIABLES = ("SPARK_LOCAL_IP", "PYARROW_IGNORE_TIMEZONE")
#: What pandera imports where it is installed, for seconds and with warnings; nothing here needs it.
SPARK = "pyspark.pandas"


def pandera_pandas() -> Any:
    """Import ``pandera.pandas`` without Spark, and take back what that does to the environment."""
    before = {name for name in SPARK_VARIABLES if name in os.environ}
    absent = SPARK not in sys.modules
    if absent:
        sys.modules[SPARK] = None  # type: ignore[assignment]  # Python's own way of saying that a module cannot be imported
    try:
        import pandera.pandas
    finally:
        if absent:
            sys.modules.pop(SPARK, None)
            for name in SPARK_VARIABLES:
                if name not in before:
                    os.environ.pop(name, None)
    return pandera.pandas
