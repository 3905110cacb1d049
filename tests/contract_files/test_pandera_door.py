"""What pandera does to a process when it is imported does not outlive the import. In processes of their own, because it does so once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

#: A long-lived process: pyarrow before and after a contract was compiled. One o'clock in Johannesburg is eleven in UTC.
LIFE = """
import os
from datetime import datetime, timedelta, timezone
import pyarrow as pa
from audit.contract.pandera_schema import compile_schema
from audit.core.contract import Column, Contract

one = datetime(2026, 3, 10, 13, tzinfo=timezone(timedelta(hours=2)))
before = dict(os.environ), pa.array([one], pa.timestamp("us", "Africa/Johannesburg"))
schema = compile_schema(Contract(columns=(Column("a", required=True),)))
after = dict(os.environ), pa.array([one], pa.timestamp("us", "Africa/Johannesburg"))
assert before[0] == after[0], set(after[0].items()) ^ set(before[0].items())
print(type(schema).__name__, before[1].cast(pa.int64())[0], after[1].cast(pa.int64())[0], os.environ.get("SPARK_LOCAL_IP"))
"""


@pytest.mark.parametrize("own", [{}, {"SPARK_LOCAL_IP": "192.0.2.7"}], ids=["unset", "set by the user"])
def test_the_process_is_as_it_was(own: dict[str, str]) -> None:
    environment = {k: v for k, v in os.environ.items() if k not in ("SPARK_LOCAL_IP", "PYARROW_IGNORE_TIMEZONE")} | own
    environment["PYTHONPATH"] = str(Path(__file__).parents[2])
    done = subprocess.run([sys.executable, "-c", LIFE], env=environment, capture_output=True, text=True, timeout=120)
    eleven = str(1_773_140_400_000_000)  # date -u -d 2026-03-10T11:00Z +%s
    assert done.stdout.split() == ["DataFrameSchema", eleven, eleven, own.get("SPARK_LOCAL_IP", "None")], done.stderr
