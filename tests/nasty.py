"""One table with all that engines disagree about, and a contract that uses every kind of rule that Assay evaluates."""

import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

NAN, INF = float("nan"), float("inf")
TEXTS = [
    "", "a", "Z", "é", "É", "ß", "straße", "İ", "ſ", "K", "  x ", "\tx", "abc\n", "a\nb", "日本", "😀", "Ω", "ΑΣ", "٣", "A_1", "a b", "o'k", 'q"q',
    "%",
    "back\\slash", "nan", "NULL",
    "1.0", None,
]  # fmt: skip
FLOATS = [
    0.0, -0.0, 1.0, 0.5, 1.5, 2.5, -0.5, 0.1 + 0.2, 0.3, 0.1, 1e-5, 1e-4, 0.001, 1e7, 1e15, 123456789012345.6, 1e16, 1e22, 5e-324,
    1.7976931348623157e308,
    2.675, 956.035, NAN, INF, -INF, None,
]  # fmt: skip
CENTS = [Decimal(t) if t else None for t in ("0.10", "-1.25", "", "2.50", "99999999.99", "0.00", "0.30", "1.05")]
LONGS = [0, 1, -1, 7, 2**62, -(2**62), 2**53 + 1, 2**53, None, 9_223_372_036_854_775_807]
DAYS = [dt.date(2024, 2, 29), None, dt.date(1970, 1, 1), dt.date(1899, 12, 31), dt.date(2025, 6, 1)]
MOMENTS = [
    dt.datetime(2024, 1, 1), dt.datetime(1969, 12, 31, 23, 59, 59, 500000), None, dt.datetime(2024, 3, 31, 1, 30, 0, 123456),
    dt.datetime(2025, 12, 31, 23, 30),
]  # fmt: skip
WRITTEN_DAYS = ["2024-02-29", "2023-02-29", "2024-13-01", "2019-01-05 10:00:00", "2024-06-30T23:30:00+02:00", "5 June", "", None]
CONSENTS = ["yes", "YES ", " no", "Oui", "", None, "y", "true"]
PURPOSES = ["research", "research; care", "care,billing", " Research | marketing ", "", None]
GROUNDS = ["GDPR Art. 6(1)(a)", "consent", "legitimate interests", "6.1.f", "because", None]


def nasty_table(rows: int = 600) -> pa.Table:
    """Return the table: each column goes round a list of awkward values, with a step of its own."""
    rng = np.random.default_rng(5)

    def turn(values: list[Any], step: int = 1) -> list[Any]:
        return [values[(i * step + i // len(values)) % len(values)] for i in range(rows)]

    number = np.arange(rows)
    group = [("a", "b", "ö", None)[i] for i in rng.choice(4, rows, p=[0.5, 0.3, 0.15, 0.05])]
    label = [("Yes", "No", None)[i] for i in rng.choice(3, rows, p=[0.4, 0.55, 0.05])]
    columns = {
        # the last ten rows repeat the first ten in every column
        "id": [f"ID{i:05d}" for i in number],
        "text": turn(TEXTS), "code": turn(["AB-12", "ab-12", "AB-12\n", "AB-1٣", "XAB-12", None, "K-99", "É-00"], 3),
        "mail": turn(["a@b.org", "no mail", "x.y+z@mail.example.com", None, "a@b", "ä@b.org"], 5),
        "amount": turn(FLOATS, 7), "cents": turn(CENTS, 3), "long": turn(LONGS, 3), "small": turn([1, 2, 3, None, 999, -1], 5),
        "flag": turn([True, False, None], 2), "day": turn(DAYS, 2), "at": turn(MOMENTS, 2), "at_utc": turn(MOMENTS, 3),
        "written": turn(WRITTEN_DAYS, 3), "parent": turn(["p1", "p2", "p3", "px", None], 3), "parent_no": turn([1, 2, 3, 9, None], 2),
        "consent": turn(CONSENTS, 3), "consent_until": turn([dt.date(2030, 1, 1), dt.date(2020, 1, 1), None], 2), "purpose": turn(PURPOSES, 5),
        "ground": turn(GROUNDS, 5), "group": group, "sex": turn(["f", "m", "f", "m", "x"], 3), "age": [int(a) for a in rng.integers(18, 40, rows)],
        "postcode": [f"{p:05d}" for p in rng.integers(10_000, 10_006, rows)], "illness": turn(["flu", "flu", "cold", "none", "none", None], 5),
        "income": [float(v) for v in rng.lognormal(3, 1, rows).round(2)], "label": label, "entity": [f"E{i % 200:03d}" for i in number],
    }  # fmt: skip
    kinds = {
        "amount": pa.float64(), "cents": pa.decimal128(10, 2), "long": pa.int64(), "small": pa.int32(), "flag": pa.bool_(), "day": pa.date32(),
        "at": pa.timestamp("us"), "at_utc": pa.timestamp("us"), "consent_until": pa.date32(), "age": pa.int64(), "income": pa.float64(),
        "parent_no": pa.int32(),
    }  # fmt: skip
    table = pa.table({name: pa.array(values, kinds.get(name, pa.string())) for name, values in columns.items()})
    table = table.set_column(table.column_names.index("at_utc"), "at_utc", table["at_utc"].cast(pa.timestamp("us", "UTC")))
    return table.take(pa.array(np.r_[number[: rows - 10], number[:10]]))


def parents() -> pa.Table:
    """Return the table that foreign keys lead to."""
    return pa.table({"name": ["p1", "p2", "p3", None], "number": pa.array([1, 2, 3, None], pa.int64()), "kind": ["x", "y", "y", "z"]})


CONTRACT = r"""
apiVersion: v3.1.0
kind: DataContract
id: nasty
version: 1.0.0
status: active
customProperties:
  - {property: retentionDays, value: 3650}
  - {property: lawfulBasis, value: consent}
schema:
  - name: nasty
    quality:
      - {metric: rowCount, mustBeBetween: [1, 500]}
      - {metric: duplicateValues, mustBe: 0}
      - {metric: duplicateValues, arguments: {properties: [group, sex, age]}, mustBeLessThan: 5, unit: percent}
      - {metric: duplicateValues, arguments: {properties: [amount]}, mustBe: 0}
      - {type: sql, query: "SELECT COUNT(*) FROM {object} WHERE small > 100", mustBe: 0}
      - {type: sql, query: "SELECT COUNT(DISTINCT parent) FROM {object} JOIN parents ON parent = parents.name", mustBe: 2}
      - {type: custom, engine: assay, implementation: {check: D014, failing: "small < 0 or length(text) > 3"}}
      - {type: custom, engine: assay, implementation: {check: D014, failing: "income / (small - 1) > 5"}}
      - {type: custom, engine: assay, implementation: {check: D014, failing: "round(amount, 2) <> amount and abs(amount) < 1000"}}
      - {type: custom, engine: assay, implementation: {check: D014, failing: "lower(text) like '%s%'"}}
      - {type: custom, engine: assay, implementation: {check: D014, failing: "lower(text) = 'straße' or upper(text) = 'É'"}}
      - {type: custom, engine: assay, implementation: {check: D014, failing: "at > day + interval 10 day"}}
      - {type: custom, engine: assay, implementation: {check: D014, failing: "cents * 3 > 1 and mod(small, 2) = 1"}}
      - {type: custom, engine: assay, implementation: {check: D014, failing: "extract(year from at) = 2024 and flag"}}
      - {type: custom, engine: assay, implementation: {check: D013, columns: [parent, parent_no], table: parents, to: [name, number]}}
      - {type: custom, engine: assay, implementation: {check: P002, as_of: "2026-03-01", granted: ["yes", "oui"]}}
      - {type: custom, engine: assay, implementation: {check: P003, k: 3}}
      - {type: custom, engine: assay, implementation: {check: P004, column: written, retention_days: 700, as_of: "2026-03-01"}}
      - {type: custom, engine: assay, implementation: {check: P004, column: at, retention_days: 700, as_of: "2026-03-01"}}
      - {type: custom, engine: assay, implementation: {check: P005, purpose: research}}
      - {type: custom, engine: assay, implementation: {check: P006, sensitive: [illness], l: 2}}
      - {type: custom, engine: assay, implementation: {check: P006, sensitive: [illness], l: 2, entropy: true}}
      - {type: custom, engine: assay, implementation: {check: P007, sensitive: [illness], t: 0.3}}
      - {type: custom, engine: assay, implementation: {check: P007, sensitive: [income], t: 0.3}}
      - {type: custom, engine: assay, implementation: {check: P010, column: ground, allowed: [a, f]}}
      - {type: custom, engine: assay, implementation: {check: D016, determinant: [parent], dependent: [parent_no]}}
      - {type: custom, engine: assay, implementation: {check: D015, column: at, at_most: 30, as_of: "2025-01-31T12:00:00Z"}}
      - {type: custom, engine: assay, implementation: {check: D015, column: at_utc, promise: retention, at_most: 3, unit: years, as_of: "2026-03-01"}}
      - {type: custom, engine: assay, implementation: {check: D015, column: day, at_most: 1, unit: years, as_of: "2026-03-01", zone: Asia/Tokyo}}
      - {type: custom, engine: assay, implementation: {check: B001}}
      - {type: custom, engine: assay, implementation: {check: B003}}
    properties:
      - {name: id, logicalType: string, primaryKey: true, required: true}
      - {name: text, logicalType: string, required: true, logicalTypeOptions: {minLength: 1, maxLength: 5, pattern: '^[\w\s]+$'}}
      - {name: code, logicalType: string, logicalTypeOptions: {pattern: '^[A-Z]+-\d{2}$'}}
      - {name: mail, logicalType: string, logicalTypeOptions: {format: email}, classification: restricted}
      - name: amount
        logicalType: number
        required: true
        logicalTypeOptions: {minimum: 0, maximum: 10000000, multipleOf: 0.1}
        quality:
          - {metric: nullValues, mustBeLessThan: 1, unit: percent}
          - {metric: missingValues, arguments: {missingValues: [0.5, -999]}, mustBe: 0}
          - {metric: duplicateValues, mustBe: 0}
      - {name: cents, logicalType: number, logicalTypeOptions: {exclusiveMinimum: 0.1, maximum: 99999999.98, multipleOf: 0.05}}
      - {name: long, logicalType: integer, unique: true, logicalTypeOptions: {minimum: -5, maximum: 9007199254740992}}
      - name: small
        logicalType: integer
        logicalTypeOptions: {format: i8}
        quality:
          - {metric: missingValues, arguments: {missingValues: [999, -1]}, mustBe: 0}
          - {metric: invalidValues, arguments: {validValues: [1, 2, 3.0]}, mustBe: 0}
      - {name: flag, logicalType: boolean}
      - {name: day, logicalType: date, logicalTypeOptions: {minimum: "1900-01-01", exclusiveMaximum: "2025-06-01"}}
      - {name: at, logicalType: timestamp, logicalTypeOptions: {minimum: "1970-01-01T00:00:00", maximum: "2024-12-31T23:59:59"}}
      - {name: at_utc, logicalType: timestamp, logicalTypeOptions: {minimum: "1970-01-01T00:00:00+01:00"}}
      - {name: written, logicalType: string, quality: [{metric: invalidValues, arguments: {pattern: '(?i)^\d{4}-\d\d-\d\d(t|$)'}, mustBe: 0}]}
      - name: parent
        logicalType: string
        relationships: [{to: parents.name}]
      - name: parent_no
        logicalType: integer
        relationships: [{to: parents.number}]
      - {name: consent, logicalType: string, customProperties: [{property: role, value: consent}]}
      - {name: consent_until, logicalType: date, customProperties: [{property: role, value: consent-until}]}
      - {name: purpose, logicalType: string, customProperties: [{property: role, value: purpose}]}
      - {name: ground, logicalType: string}
      - name: group
        logicalType: string
        customProperties:
          - {property: role, value: sensitive}
          - {property: groupReference, value: {a: 0.6, b: 0.3, ö: 0.1}}
        quality:
          - {metric: invalidValues, arguments: {validValues: [a, b]}, mustBe: 0}
      - name: sex
        logicalType: string
        customProperties: [{property: role, value: sensitive}]
        quality: [{metric: invalidValues, arguments: {validValues: [f, m]}, mustBe: 0}]
      - {name: age, logicalType: integer, customProperties: [{property: role, value: quasi-identifier}]}
      - {name: postcode, logicalType: string, customProperties: [{property: role, value: quasi-identifier}]}
      - {name: illness, logicalType: string}
      - {name: income, logicalType: number}
      - {name: label, logicalType: string, customProperties: [{property: role, value: target}, {property: positive, value: "Yes"}]}
      - {name: entity, logicalType: string, customProperties: [{property: role, value: entity}]}
"""
