"""Runs written by hand, as realistic as a few numbers allow: every state, every kind of exhibit, every family, a training record."""

from dataclasses import replace

from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.result import Result
from audit.core.run import Document, Run
from audit.core.status import Status

SAMPLE_ID = "20260301T101500Z-5b1f20"
EARLIER_ID = "20260222T090000Z-0a9c3e"


def sample_run(status: Status = Status.FAILED) -> Run:
    """Return a run whose worst state is ``status``: the results that are worse are left out."""
    results = [*_quality(), *_governance(), *_model(), *_fairness(), *_after()]
    results = [r for r in results if r.status.rank >= status.rank]
    return Run(
        id=SAMPLE_ID,
        project="arrests",
        verb="run",
        started="2026-03-01T10:15:00Z",
        seconds=48.2,
        subject=Document("arrests", "data/arrests/arrests.parquet", "9f2c" * 16, rows=5226, columns=8),
        contract=Document("arrests", "data/arrests/arrests.odcs.yaml", "41aa" * 16, version="1.2.0"),
        roles={"target": "released", "positive": "Yes", "sensitive": ["colour", "sex"], "time": "year", "split": "assay_split"},
        environment={"python": "3.11.9", "duckdb": "2.0.0", "pandas": "3.1.1", "scikit-learn": "1.9.1", "torch": "2.13.0"},
        seed=7,
        results=tuple(results),
        training=_training(),
        artefacts={"report.html": "77be" * 16, "quarantine.parquet": "0c11" * 16, "model/model.skops": "be90" * 16},
        notices=("The rule at arrests.odcs.yaml:88 is of type 'text': no engine can run it, so it was only read.",),
    )


def earlier_run() -> Run:
    """Return a run of the same project a week before :func:`sample_run`: one state, one number and the set of checks differ."""
    run = sample_run()
    results = []
    for result in run.results:
        if result.key == "F001:colour":
            measurements = tuple(
                replace(m, value=0.081, interval=(0.055, 0.107)) if m.name == "selection_rate_gap" else m for m in result.measurements
            )
            result = replace(result, status=Status.WARNED, measurements=measurements, message="A gap of 8.1 points (95 % interval 5.5 to 10.7).")
        if result.key == "S001:checks":
            continue
        results.append(result)
    results.append(Result("D005", "Pattern", "quality", Status.PASSED, "All 5,226 values of 'employed' match the pattern.", {"column": "employed"}))
    return replace(run, id=EARLIER_ID, started="2026-02-22T09:00:00Z", results=tuple(results))


def passing_gate() -> Run:
    """Return a gate in which everything holds, of another project."""
    results = [r for r in _quality() if r.status is Status.PASSED]
    subject = Document("loans", "data/loans/loans.csv", "aa01" * 16, rows=1989, columns=59)
    return Run("20260228T120000Z-c0ffee", "loans", "gate", "2026-02-28T12:00:00Z", 1.4, subject, results=tuple(results))


def _rate(name: str, value: float | None, n: int, interval: tuple[float, float] | None, **where: str) -> Measurement:
    return Measurement(name, value, "share", where, n, interval, 0.95 if interval else None, "wilson" if interval else "")


def _count(name: str, value: int, n: int, unit: str = "rows", **where: str) -> Measurement:
    return Measurement(name, value, unit, where, n, method="count of all rows")


def _quality() -> list[Result]:
    ages = Exhibit(
        Kind.HISTOGRAM,
        "Age of the people arrested",
        ("low", "high", "count"),
        [(10, 20, 1320), (20, 30, 2205), (30, 40, 1093), (40, 50, 476), (50, 60, 105), (60, 70, 27)],
        "age in years",
        "rows",
        note="No age lies outside 12 to 100.",
    )
    missing = Exhibit(
        Kind.TABLE, "Missing values by column", ("column", "missing", "share"), [("employed", 0, 0.0), ("citizen", 14, 0.0027), ("checks", 0, 0.0)]
    )
    return [
        Result("D001", "Schema and types", "quality", Status.PASSED, "All 8 columns of the contract are there with their types."),
        Result(
            "D002",
            "Missing values",
            "quality",
            Status.FAILED,
            "14 of 5,226 values of 'citizen' are missing (0.27 %); the contract allows none.",
            {"column": "citizen"},
            "Find out why the values are missing; fill them at the source, or let the contract allow them with a reason.",
            (_count("missing_values", 14, 5226, column="citizen"),),
            "missing_values",
            Limit(high=0, reason="citizenship decides which procedure applies", source="arrests.odcs.yaml:41"),
            (missing,),
            clauses=("arrests.odcs.yaml:41",),
            cites=("ODCS 3.1, schema.properties.required",),
            parameters={"column": "citizen"},
            seconds=0.01,
        ),
        Result(
            "D003",
            "Value range",
            "quality",
            Status.PASSED,
            "All 5,226 values of 'age' lie from 12 to 100.",
            {"column": "age"},
            "",
            (_count("rows_outside", 0, 5226, column="age"),),
            "rows_outside",
            Limit(high=0, reason="no younger person can be arrested", source="arrests.odcs.yaml:22"),
            (ages,),
        ),
        Result(
            "D006", "Key uniqueness", "quality", Status.NOT_APPLICABLE, "The contract declares no key; mark a column 'primaryKey: true' to check it."
        ),
        Result("D009", "Great Expectations rule", "quality", Status.ERROR, "Great Expectations could not be run: install assay-audit[gx]."),
    ]


def _governance() -> list[Result]:
    classes = Exhibit(
        Kind.BARS,
        "Rows by outcome",
        ("label", "value", "low", "high", "n"),
        [("Yes", 0.8292, 0.8188, 0.8392, 4333), ("No", 0.1708, 0.1608, 0.1812, 893)],
        "share of rows",
    )
    return [
        Result(
            "B001",
            "Class balance",
            "balance",
            Status.PASSED,
            "The rarer class, 'No', has 893 of 5,226 rows (17.1 %).",
            {},
            "",
            (_rate("minority_share", 0.1708, 5226, (0.1608, 0.1812)),),
            "minority_share",
            Limit(low=0.05, blocking=False, reason="below that, plain accuracy misleads", source="policy default"),
            (classes,),
        ),
        Result(
            "P001",
            "Undeclared personal data",
            "privacy",
            Status.WARNED,
            "1 column holds values that look like e-mail addresses and is not declared personal: 'note'.",
            {"column": "note"},
            "Declare the column personal in the contract, or remove it.",
            (_rate("share_matching", 0.412, 500, (0.3697, 0.4556), column="note", pattern="e-mail"),),
            "share_matching",
            Limit(high=0.01, blocking=False, reason="personal data need a purpose", source="policy default"),
        ),
        Result("P002", "Consent", "privacy", Status.SKIPPED, "Switched off in assay.yaml: 'skip: [P002]'.", parameters={"attribute": ""}),
        Result("L001", "Row overlap between splits", "leakage", Status.PASSED, "No row of the test split is also in the training split."),
    ]


def _model() -> list[Result]:
    matrix = Exhibit(
        Kind.HEATMAP,
        "Confusion matrix on the test split",
        ("x", "y", "value", "n"),
        [("released", "released", 0.962, 626), ("held", "released", 0.038, 25), ("released", "held", 0.722, 96), ("held", "held", 0.278, 37)],
        "predicted",
        "true",
        note="Each row adds up to 1.",
    )
    candidates = Exhibit(
        Kind.SCATTER,
        "Candidates: quality against time",
        ("x", "y", "low", "high", "series"),
        [(0.4, 0.732, 0.69, 0.77, "logistic_regression"), (2.1, 0.741, 0.70, 0.78, "hist_gradient_boosting"), (14.0, 0.738, 0.70, 0.78, "torch_mlp")],
        "training time in seconds",
        "ROC AUC",
    )
    where = {"model": "hist_gradient_boosting"}
    return [
        Result(
            "M001",
            "Performance",
            "performance",
            Status.PASSED,
            "On 784 held-out rows the model is right in 84.6 % of cases (95 % interval 81.9 to 86.9).",
            where,
            "",
            (
                _rate("accuracy", 0.8457, 784, (0.8187, 0.8692), split="test"),
                Measurement("roc_auc", 0.741, "", {"split": "test"}, 784, (0.697, 0.785), 0.95, "delong"),
                Measurement("f1", None, "", {"split": "test"}, 0, None, None, "no positive predictions"),
            ),
            "roc_auc",
            Limit(low=0.65, reason="agreed with the review board", source="assay.yaml"),
            (matrix, candidates),
            cites=("DeLong et al. 1988",),
        ),
        Result(
            "M002",
            "Gain over the majority baseline",
            "performance",
            Status.UNDECIDED,
            "Accuracy is 1.5 points above always answering 'released' (95 % interval −0.6 to 3.7): too few rows to tell.",
            where,
            "About 1,900 test rows more would decide it.",
            (Measurement("accuracy_gain", 0.0153, "share", {"split": "test"}, 784, (-0.0061, 0.0367), 0.95, "paired newcombe"),),
            "accuracy_gain",
            Limit(low=0.0, exclude_low=True, reason="a model must beat the answer without a model", source="policy default"),
        ),
    ]


def _fairness() -> list[Result]:
    rates = Exhibit(
        Kind.BARS,
        "Predicted 'released' by colour",
        ("label", "value", "low", "high", "n", "series"),
        [
            ("Black", 0.742, 0.7172, 0.7653, 1288, "recorded"),
            ("White", 0.858, 0.8466, 0.8687, 3938, "recorded"),
            ("Black", 0.881, 0.829, 0.919, 193, "predicted"),
            ("White", 0.979, 0.964, 0.988, 591, "predicted"),
        ],
        "share released",
        reference=0.829,
        reference_label="all people",
    )
    return [
        Result(
            "F001",
            "Selection-rate gap",
            "fairness",
            Status.FAILED,
            "Selected: 74.2 % of Black and 85.8 % of White people; a gap of 11.6 points (95 % interval 9.1 to 14.2).",
            {"attribute": "colour"},
            "Look at which columns carry the difference, then consider mitigation or a threshold for each group.",
            (
                _rate("selection_rate", 0.742, 1288, (0.7172, 0.7653), colour="Black"),
                _rate("selection_rate", 0.858, 3938, (0.8466, 0.8687), colour="White"),
                _rate("selection_rate", None, 0, None, colour="Unknown"),
                Measurement("selection_rate_gap", 0.116, "share", {"colour": "White − Black"}, 5226, (0.091, 0.142), 0.95, "newcombe"),
            ),
            "selection_rate_gap",
            Limit(high=0.08, reason="agreed with the review board", source="assay.yaml"),
            (rates,),
            clauses=("NYC Local Law 144 § 5-301",),
            cites=("Feldman et al. 2015", "fairlearn.metrics.demographic_parity_difference"),
            parameters={"attribute": "colour"},
        ),
        Result(
            "F001",
            "Selection-rate gap",
            "fairness",
            Status.PASSED,
            "Selected: 83.2 % of women and 82.9 % of men; a gap of 0.3 points (95 % interval 0.0 to 4.1).",
            {"attribute": "sex"},
            "",
            (Measurement("selection_rate_gap", 0.003, "share", {"sex": "Female − Male"}, 5226, (0.0, 0.041), 0.95, "newcombe"),),
            "selection_rate_gap",
            Limit(high=0.08, reason="agreed with the review board", source="assay.yaml"),
        ),
    ]


def _after() -> list[Result]:
    importance = Exhibit(
        Kind.BARS,
        "Mean absolute SHAP value",
        ("label", "value", "low", "high"),
        [("checks", 0.61, 0.55, 0.67), ("employed", 0.42, 0.37, 0.47), ("colour", 0.19, 0.16, 0.23), ("age", 0.08, 0.06, 0.1)],
        "change of the log-odds",
    )
    tree = Exhibit(
        Kind.TREE,
        "Where the model errs",
        ("id", "parent", "label", "value", "n", "low", "high"),
        [
            ("0", "", "all rows", 0.154, 392, 0.122, 0.193),
            ("1", "0", "checks > 3", 0.297, 111, 0.22, 0.388),
            ("2", "0", "checks ≤ 3", 0.099, 281, 0.069, 0.139),
            ("3", "1", "employed = No", 0.431, 51, 0.305, 0.567),
            ("4", "1", "employed = Yes", 0.183, 60, 0.106, 0.299),
        ],
        "share wrong",
    )
    keys = Exhibit(
        Kind.TABLE,
        "Misjudged rows in the leaves",
        ("node", "leaf", "hash of the row's key"),
        [("3", "checks > 3 and employed = No", f"{i:02d}" * 16) for i in range(3)] + [("2", "checks ≤ 3", "ab" * 16)],
    )
    heat = Exhibit(
        Kind.HEATMAP,
        "Share misjudged by checks and employed",
        ("x", "y", "value", "n", "low", "high"),
        [
            ("≤ 3", "No", 0.121, 91, 0.069, 0.203), ("> 3", "No", 0.431, 51, 0.305, 0.567),
            ("≤ 3", "Yes", 0.089, 190, 0.056, 0.139), ("> 3", "Yes", None, 12, None, None),
        ],
        "checks",
        "employed",
        note="Cells of fewer than 30 rows are left empty.",
    )  # fmt: skip
    drift = Exhibit(
        Kind.LINES,
        "Mean number of earlier checks by year",
        ("x", "y", "low", "high", "series"),
        [
            (1997, 1.5, 1.4, 1.6, "Black"),
            (1998, 1.6, 1.5, 1.7, "Black"),
            (1999, 1.9, 1.8, 2.0, "Black"),
            (1997, 1.3, 1.2, 1.4, "White"),
            (1998, 1.4, 1.3, 1.5, "White"),
            (1999, 1.6, 1.5, 1.7, "White"),
        ],
        "year",
        "earlier checks",
    )
    return [
        Result(
            "X001",
            "Global feature importance",
            "explanation",
            Status.PASSED,
            "'checks' moves the prediction most, then 'employed' and 'colour'.",
            {"model": "hist_gradient_boosting"},
            "",
            (Measurement("mean_absolute_shap", 0.61, "log-odds", {"column": "checks"}, 500, (0.55, 0.67), 0.95, "percentile bootstrap"),),
            exhibits=(importance,),
            cites=("Lundberg and Lee 2017",),
        ),
        Result(
            "E001",
            "Weakest segments",
            "errors",
            Status.WARNED,
            "Among people with more than 3 earlier checks and without employment 43.1 % of predictions are wrong, against 15.4 % overall.",
            {"model": "hist_gradient_boosting"},
            "Collect more such rows, or have a person decide them.",
            (_rate("error_rate", 0.431, 51, (0.305, 0.567), segment="checks > 3 and employed = No"),),
            "error_rate",
            Limit(high=0.3, blocking=False, reason="twice the overall rate", source="policy default"),
            (tree, keys, heat),
        ),
        Result(
            "S001",
            "Column drift between periods",
            "shift",
            Status.WARNED,
            "'checks' moved between 1997–1999 and 2000–2002 (population stability index 0.14, adjusted p = 0.004).",
            {"column": "checks"},
            "Ask whether recording changed; retrain on the later period if not.",
            (Measurement("population_stability_index", 0.14, "", {"column": "checks"}, 5226, (0.11, 0.18), 0.95, "cell bootstrap"),),
            "population_stability_index",
            Limit(high=0.1, blocking=False, reason="Siddiqi's rule of thumb", source="policy default"),
            (drift,),
        ),
    ]


def _training() -> dict[str, object]:
    return {
        "split": {"train": 3658, "validation": 784, "test": 784},
        "split_sha256": "d00d" * 16,
        "split_method": "stratified by released",
        "left_out": 0,
        "seed": 7,
        "features": ["year", "age", "employed", "citizen", "checks", "colour", "sex"],
        "sensitive_features": ["colour", "sex"],
        "metric": "roc_auc",
        "higher_is_better": True,
        "candidates": [
            {"name": "logistic_regression", "validation": 0.7321, "n": 784, "seconds": 0.41, "chosen": False},
            {"name": "hist_gradient_boosting", "validation": 0.7409, "n": 784, "seconds": 2.13, "chosen": True},
            {"name": "torch_mlp", "validation": 0.7382, "n": 784, "seconds": 14.02, "chosen": False},
        ],
        "chosen": "hist_gradient_boosting",
        "learning_curves": {
            "torch_mlp": {
                "epoch": [1, 2, 3, 4, 5, 6],
                "train_loss": [0.61, 0.47, 0.41, 0.39, 0.38, 0.375],
                "validation_loss": [0.55, 0.45, 0.42, 0.415, 0.414, 0.418],
            }
        },
        "mitigation": {
            "method": "threshold_optimizer",
            "constraint": "demographic_parity",
            "sensitive": "colour",
            "model": "hist_gradient_boosting",
            "fitted_on": "validation",
            "applied": True,
        },
        "files": {"hist_gradient_boosting/model.skops": "be90" * 16},
    }
