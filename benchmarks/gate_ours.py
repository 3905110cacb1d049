"""The gate's own work on gate.odcs.yaml, without starting Python: contract read, scan, judgement. Prints one JSON line.

python benchmarks/gate_ours.py DATA.parquet
"""

import json
import sys
import time
from pathlib import Path

from audit.checks import discover
from audit.config import make_config
from audit.engines.sources import connect
from audit.project import open_project
from audit.run import examine

RULES = Path(__file__).parent / "gate.odcs.yaml"
#: What the hand-written SQL does not do: columns that the contract does not mention.
BEYOND = ["D011"]


def main(path: str) -> dict[str, object]:
    config = make_config({"data": path, "contract": str(RULES), "audit": {"skip": BEYOND, "declared_only": True}})
    discover(), connect()  # imports, which the hand-written SQL leaves out of its time too
    clock = time.perf_counter()
    project = open_project(config)
    examination = examine(project.subject, verb="gate", families=("quality",), contract=project.contract, settings=project.settings)
    seconds = time.perf_counter() - clock
    run = examination.run

    def count(key: str, name: str = "failing_rows") -> float:
        return sum(m.value or 0 for r in run.results if r.key == key for m in r.measurements if m.name == name)

    return {
        "seconds": round(seconds, 4), "rows": run.subject.rows, "queries": len(examination.engine.queries),
        "out_of_range": {r.place: count(r.key) for r in run.results if r.code == "D003"}, "bad_email": count("D005:email"),
        "bad_category": sum(count(r.key) for r in run.results if r.code == "D004"),
        "duplicate_ids": count("D006:id") - count("D006:id", "repeated_keys"), "duplicate_rows": count("D007"),
    }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))
