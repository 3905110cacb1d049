"""The door to pandera, which leaves the process as it was."""

import os
import sys
from typing import Any

#: What pandera sets when it is imported, whether Spark is there or not. The second makes pyarrow drop the offset of every moment with a time zone.
SPARK_VARIABLES = ("SPARK_LOCAL_IP", "PYARROW_IGNORE_TIMEZONE")


def pandera_pandas() -> Any:
    """Import ``pandera.pandas``, and take back what that does to the environment unless Spark came with it."""
    before = {name for name in SPARK_VARIABLES if name in os.environ}
    import pandera.pandas

    if "pyspark.pandas" not in sys.modules:
        for name in SPARK_VARIABLES:
            if name not in before:
                os.environ.pop(name, None)
    return pandera.pandas
