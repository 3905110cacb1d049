"""Write ``gate.odcs.yaml``: the rules of the gate benchmark as a contract.

python benchmarks/gate_contract.py > benchmarks/gate.odcs.yaml
"""

import sys

CARDINALITY = [3, 5, 10, 20, 50, 100, 300, 1000]
FLOATS, INTEGERS = [f"f{k}" for k in range(12)], ["i0", "i1", "i2", "i3", "i4", "i5", "y"]
RANGES = {
    **dict.fromkeys(FLOATS, (-60.0, 95.0)),
    "i0": (18, 94), "i1": (0, 30), "i2": (0, 1), "i3": (1, 200), "i4": (0, 999999), "i5": (0, 20), "y": (0, 1),
}  # fmt: skip
EMAIL = r"^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}$"
CATEGORIES = {f"c{k}": [f"c{k}_v{j:04d}" for j in range(n)] for k, n in enumerate(CARDINALITY)}
COLUMNS = ["id", "email", "ts", *FLOATS, *INTEGERS[:-1], *CATEGORIES, "y"]

HEAD = """\
# The rules of the gate benchmark: nulls of all 30 columns, 19 ranges, 8 sets of categories, an e-mail pattern, a unique id, duplicate rows.
# Written by benchmarks/gate_contract.py.
apiVersion: v3.1.0
kind: DataContract
id: gate-benchmark
name: gate benchmark
version: 1.0.0
status: active
description:
  purpose: To measure how fast a gate is. The table is generated; it holds nobody's data.
schema:
  - name: ref
    quality:
      - {metric: rowCount, mustBeGreaterThan: 0}
      - {metric: duplicateValues, mustBe: 0, description: no two rows are equal}
    properties:
"""


def kind(name: str) -> str:
    if name in FLOATS:
        return "number"
    return "timestamp" if name == "ts" else "integer" if name in INTEGERS else "string"


def lines() -> list[str]:
    text = []
    for name in COLUMNS:
        text.append(f"      - name: {name}\n        logicalType: {kind(name)}\n")
        if name == "id":
            text.append("        unique: true\n")
        if name == "email":
            text.append(f"        classification: restricted\n        logicalTypeOptions: {{pattern: '{EMAIL}'}}\n")
        if name in RANGES:
            low, high = RANGES[name]
            text.append(f"        logicalTypeOptions: {{minimum: {low}, maximum: {high}}}\n")
        text.append("        quality:\n          - {metric: nullValues, mustBeLessThan: 40, unit: percent}\n")
        if name in CATEGORIES:
            text.append(
                f"          - metric: invalidValues\n            arguments: {{validValues: [{', '.join(CATEGORIES[name])}]}}\n            mustBe: 0\n"
            )
    return text


if __name__ == "__main__":
    sys.stdout.write(HEAD + "".join(lines()))
