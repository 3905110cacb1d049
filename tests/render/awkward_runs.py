"""Runs made to trip a writer: every state, every kind of exhibit, texts that break markup, numbers that are none."""

import math

from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.result import Result
from audit.core.run import Document, Run
from audit.core.status import Status

NASTY = "<script>alert('x')</script> \"quoted\" & | `tick` *star* [red]ünï ⅷ 漢字 \x00\x07\x1b[31m\u202e\ud800 ]]> {{ 7*7 }}"
LONG = "a_very_long_column_name_" * 12
NAN, INF = math.nan, math.inf

EXHIBITS = {
    Kind.BARS: Exhibit(
        Kind.BARS,
        f"Bars {NASTY}",
        ("label", "value", "low", "high", "n", "series"),
        [(NASTY, 0.5, 0.4, 0.6, 10, "a"), (NASTY, None, None, None, 0, "b"), (LONG, NAN, NAN, NAN, None, NASTY), (None, INF, 0.1, INF, 3, "a")],
        x_label="share of rows",
        reference=0.3,
        reference_label=NASTY,
        note=NASTY,
    ),
    Kind.LINES: Exhibit(
        Kind.LINES,
        "Lines",
        ("x", "y", "low", "high", "series"),
        [("2020-01", 0.1, 0.0, 0.2, NASTY), ("2020-02", None, None, None, NASTY), ("2020-03", 0.3, 0.2, 0.4, "b")],
        y_label="rate",
        reference=0.2,
        reference_label="limit",
    ),
    Kind.HISTOGRAM: Exhibit(Kind.HISTOGRAM, "Histogram", ("low", "high", "count"), [(-INF, 0, 3), (0, 10, 5), (10, None, 2)], x_label="years"),
    Kind.HEATMAP: Exhibit(
        Kind.HEATMAP, "Heatmap of shares", ("x", "y", "value"), [(NASTY, "a", 0.2), (NASTY, "b", None), ("c", "a", -0.4), ("c", "b", NAN)]
    ),
    Kind.TREE: Exhibit(
        Kind.TREE,
        "Tree",
        ("id", "parent", "label", "value", "n"),
        [
            ("0", None, "all", 0.2, 100),
            ("1", "0", NASTY, 0.1, 60),
            ("2", "0", LONG, None, 40),
            ("3", "4", "circle", 0.1, 1),
            ("4", "3", "circle", 0.2, 1),
        ],
        x_label="error rate",
    ),
    Kind.SCATTER: Exhibit(Kind.SCATTER, "Scatter", ("x", "y"), [(1, 2.0), (2, None), (3, INF)], x_label="age", y_label="score"),
    Kind.TABLE: Exhibit(Kind.TABLE, "Table", ("name", "share", "n"), [(NASTY, 0.25, 1234567), (None, None, None)]),
}


def awkward_run() -> Run:
    """Return a run with every state and every kind of exhibit."""
    measurements = (
        Measurement("failing_share", 0.25, "share", {"column": NASTY}, 1234, (0.2, 0.3), 0.95, NASTY),
        Measurement("failing_share", None, "share", {LONG: NASTY}, 0),
        Measurement("ratio", INF, "", {}, None, (-INF, INF)),
        Measurement("other", NAN, NASTY),
    )
    kinds = list(EXHIBITS.values())
    results = [
        Result(
            f"Q00{i}",
            f"Title {NASTY}",
            "quality" if i % 2 else NASTY,
            status,
            f"Message {NASTY}\nsecond line",
            {"column": f"{NASTY}{i}"},
            advice=NASTY if i % 3 else "",
            measurements=measurements,
            judged="failing_share",
            limit=Limit(high=0.1, blocking=bool(i % 2), reason=NASTY, source="contract.odcs.yaml:3"),
            exhibits=kinds[i : i + 1] if i < 4 else kinds[4:] if i == 4 else (),
            clauses=(NASTY,),
            cites=(NASTY,),
            parameters={"k": NASTY},
            seconds=0.25,
        )
        for i, status in enumerate(Status)
    ]
    results.append(Result("Q009", "Place like a slug", "quality", Status.PASSED, "", {"column": "a b"}))
    results.append(Result("Q009", "Place like a slug", "quality", Status.PASSED, "", {"column": "a-b"}))
    return Run(
        f"id-{NASTY}",
        NASTY,
        "run",
        "2026-11-21T09:30:15+00:00",
        12.5,
        Document(NASTY, NASTY, "ab" * 32, rows=1234567, columns=8),
        Document(NASTY, NASTY, "cd" * 32, version=NASTY),
        roles={"target": NASTY, "sensitive": [NASTY, "b"], "time": None},
        environment={"python": NASTY},
        results=results,
        notices=(NASTY,),
        artefacts={NASTY: "ef" * 32},
        training={
            "split": {"train": 700, NASTY: 300},
            "metric": "roc_auc",
            "candidates": [
                {"name": NASTY, "validation": None, "chosen": True},
                {"name": "b", "validation": 0.7, "interval": [0.6, 0.8], "seconds": 1.5},
            ],
            "learning_curves": {NASTY: [{"epoch": 1, "train_loss": 0.5, "valid_loss": 0.6}, {"epoch": 2, "train_loss": 0.4, "valid_loss": None}]},
            "mitigation": {NASTY: {"deep": [1, NASTY, None]}},
            NASTY: NASTY,
        },
    )


def empty_run() -> Run:
    """Return a run that examined nothing, which is an error."""
    return Run("id", "p", "gate", "2026", 0.0, Document("d"))


def run_with(*statuses: Status, fail_on: str = "failed") -> Run:
    """Return a run with one plain result a state."""
    results = [Result(f"Q{i:03d}", f"Title {i}", "quality", s, f"Message {i}.") for i, s in enumerate(statuses)]
    return Run("id", "p", "gate", "2026-11-21T09:30:15+00:00", 1.0, Document("d", rows=10), results=results, fail_on=fail_on)


def large_run() -> Run:
    """Return a run of the size a wide table gives: 80 results and 60 exhibits."""
    results = []
    for i in range(80):
        rows = [(f"group {j}", 0.1 * j, 0.1 * j - 0.05, 0.1 * j + 0.05, 100 * j) for j in range(8)]
        bars = Exhibit(Kind.BARS, f"By group {i}", ("label", "value", "low", "high", "n"), rows, x_label="share of rows", reference=0.3)
        measurements = [Measurement("selection_rate", 0.1 * j, "share", {"group": str(j)}, 100, (0.0, 1.0), 0.95, "wilson") for j in range(8)]
        results.append(
            Result(
                "Q001",
                "Rates",
                "quality",
                Status.PASSED,
                "All hold.",
                {"column": f"c{i}"},
                measurements=measurements,
                exhibits=[bars] if i < 60 else [],
            )
        )
    return Run("id", "p", "audit", "2026-11-21T09:30:15+00:00", 1.0, Document("d", rows=10), results=results)
