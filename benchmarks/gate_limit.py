"""The limit: what gate.odcs.yaml asks, as plain DuckDB SQL that a person would write by hand. Prints one JSON line.

python benchmarks/gate_limit.py DATA.parquet
"""

import json
import sys
import time

import duckdb
from gate_contract import CATEGORIES, COLUMNS, EMAIL, RANGES


def main(path: str) -> dict[str, object]:
    clock = time.perf_counter()
    con = duckdb.connect()
    con.execute("SET preserve_insertion_order = false")
    source = f"read_parquet('{path}')"
    asked = ["count(*)", *(f"count({c})" for c in COLUMNS)]
    asked += [f"count(*) FILTER (WHERE {c} < {low} OR {c} > {high})" for c, (low, high) in RANGES.items()]
    asked += [f"min({c}), max({c})" for c in RANGES]
    asked.append(f"count(*) FILTER (WHERE NOT regexp_matches(email, '{EMAIL}'))")
    row = con.execute(f"SELECT {', '.join(asked)} FROM {source}").fetchone()
    bad = 0
    for column, allowed in CATEGORIES.items():
        known = set(allowed)
        bad += sum(n for value, n in con.execute(f"SELECT {column}, count(*) FROM {source} GROUP BY 1").fetchall() if value not in known)
    ids = con.execute(f"SELECT count(id) - count(DISTINCT id) FROM {source}").fetchone()[0]
    copies = con.execute(f"SELECT sum(n - 1) FROM (SELECT count(*) AS n FROM {source} GROUP BY hash({', '.join(COLUMNS)}))").fetchone()[0]
    ranges = row[len(COLUMNS) + 1 :][: len(RANGES)]
    return {
        "seconds": round(time.perf_counter() - clock, 4), "rows": row[0], "out_of_range": dict(zip(RANGES, ranges, strict=True)),
        "bad_email": row[-1], "bad_category": bad, "duplicate_ids": ids, "duplicate_rows": int(copies),
    }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))
