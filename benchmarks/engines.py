"""One contract on one table, on DuckDB, Postgres and Spark: whether the numbers are the same, and the seconds of each.

python -m benchmarks.engines [--rows 1000000] [--engines duckdb postgres spark]

The table is generated once, as Parquet. Postgres (Debian's, in a cluster of its own with fsync off) gets it by COPY, which is not timed; DuckDB and
Spark (local, two threads) read the file. Each engine examines what ``gate.odcs.yaml`` declares in a fresh process: opening, scan and judgement are
timed, nothing is written. Spark is timed a second time in the same process, when its Java is warm.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from benchmarks.generate import write
from tests.servers import POSTGRES, postgres_server, same

RULES = Path(__file__).parent / "gate.odcs.yaml"
CHILD = """
import json, resource, sys, time
from audit.config import make_config
from audit.project import open_project
config = make_config({"data": sys.argv[1], "contract": sys.argv[2], "audit": {"declared_only": True}})
seconds = []
for _ in range(int(sys.argv[3])):
    clock = time.perf_counter()
    examination = open_project(config).examine(("quality",), verb="gate")
    seconds.append(time.perf_counter() - clock)
found = {
    r.key: [r.status.value, [[m.name, sorted(m.where.items()), m.value, m.n, m.interval] for m in r.measurements]] for r in examination.run.results
}
print(json.dumps({"seconds": seconds, "queries": len(examination.engine.queries), "found": found}))
"""


def examined(location: str, times: int = 1) -> dict[str, object]:
    """Return seconds, queries and findings of a process of its own."""
    done = subprocess.run([sys.executable, "-c", CHILD, location, str(RULES), str(times)], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    answer: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return answer


def copied(url: str, file: Path) -> str:
    """Write a file into a database, and return where it is."""
    source = pq.ParquetFile(file)
    columns = ", ".join(f'"{f.name}" {POSTGRES[str(f.type)]}' for f in source.schema_arrow)
    with psycopg.connect(url.replace("postgres://", "postgresql://")) as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE ref ({columns})")
        with cursor.copy("COPY ref FROM STDIN (FORMAT csv)") as copy:
            for batch in source.iter_batches():
                sink = pa.BufferOutputStream()
                pyarrow.csv.write_csv(batch, sink, pyarrow.csv.WriteOptions(include_header=False))
                copy.write(sink.getvalue().to_pybytes())
        cursor.execute("ANALYZE ref")
    return f"{url}#ref"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--engines", nargs="*", default=["duckdb", "postgres", "spark"], choices=["duckdb", "postgres", "spark"])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ref.parquet"
        write(options.rows, file)
        answers = {"duckdb": examined(str(file))}
        if "postgres" in options.engines:
            with postgres_server() as url:
                answers["postgres"] = examined(copied(url, file))
        if "spark" in options.engines:
            answers["spark"] = examined(f"pyspark://local[2]#{file}", times=2)
    ours = answers["duckdb"]["found"]
    for name, answer in answers.items():
        found = answer["found"]
        different = [key for key in ours if not same(ours[key], found.get(key))] + [key for key in found if key not in ours]
        seconds = ", then ".join(f"{s:.2f}" for s in answer["seconds"])
        print(f"{name:9s} {seconds} s, {answer['queries']} queries, {len(found) - len(different)} of {len(ours)} results the same {different or ''}")


if __name__ == "__main__":
    main()
