"""Numbers that others printed, and ours on the same data: ``ASSAY_REAL_DATA=FOLDER python benchmarks/published_numbers.py``.

The folder holds the data sets that the sources name, which are not ours to give away: ``compas``, ``adult``, ``german`` and ``law_school``.
Admissions to Berkeley are 24 counts and stand here. A number agrees where ours, rounded to the printed digits, is the printed one.
"""

import os
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from audit import fairness

#: Bickel, Hammel and O'Connell (1975), Science 187, 398-404: department, then admitted and rejected men, admitted and rejected women.
BERKELEY = {
    "A": (512, 313, 89, 19), "B": (353, 207, 17, 8), "C": (120, 205, 202, 391), "D": (138, 279, 131, 244), "E": (53, 138, 94, 299),
    "F": (22, 351, 24, 317),
}  # fmt: skip


@dataclass(frozen=True)
class Number:
    """A printed number and ours.

    Parameters
    ----------
    source, what : str
        Who printed it, and what it is.
    printed : str
        Its digits.
    ours : float
        In full.
    interval : tuple of two floats, or None
        What we say beside it.
    """

    source: str
    what: str
    printed: str
    ours: float
    interval: tuple[float, float] | None = None

    @property
    def rounded(self) -> str:
        """Ours, with as many digits as the printed one."""
        return f"{self.ours:.{len(self.printed.partition('.')[2])}f}"

    @property
    def agrees(self) -> bool:
        return self.rounded == self.printed


def compas(folder: Path) -> Iterator[Number]:
    """Scores of medium or high, and who was charged again within two years."""
    data = pd.read_csv(folder / "compas" / "compas_for_aequitas.csv")
    source = "ProPublica, How we analyzed the COMPAS recidivism algorithm (2016)"
    race = fairness.of(data, target="label_value", prediction="score", sensitive="race", metrics=["fpr", "fnr", "fdr", "selection_rate"])
    printed = {"all": ("32.35", "37.40"), "African-American": ("44.85", "27.99"), "Caucasian": ("23.45", "47.72")}
    for group, (false_positive, false_negative) in printed.items():
        for name, digits in (("false_positive_rate", false_positive), ("false_negative_rate", false_negative)):
            row = race.overall.loc[name] if group == "all" else race.by_group.loc[group, name]
            yield Number(source, f"{name}, {group}, %", digits, 100 * row["value"], (100 * row["low"], 100 * row["high"]))
    source = "Aequitas, COMPAS tutorial"
    to_caucasian = race.against("Caucasian").loc["African-American"]
    for name, digits in (("false_positive_rate", "1.912093"), ("false_negative_rate", "0.586416"), ("false_discovery_rate", "0.906085"),
                         ("selection_rate", "1.690224")):  # fmt: skip
        row = to_caucasian.loc[name]
        yield Number(source, f"{name}, African-American over Caucasian", digits, row["ratio"], (row["ratio_low"], row["ratio_high"]))
    sex = fairness.of(data, target="label_value", prediction="score", sensitive="sex", metrics="fpr").against("Male").loc["Female", :].iloc[0]
    yield Number(source, "false_positive_rate, Female over Male", "0.990343", sex["ratio"], (sex["ratio_low"], sex["ratio_high"]))


def german(folder: Path) -> Iterator[Number]:
    """Credits called good, by sex and by age."""
    data = pd.read_csv(folder / "german" / "german.csv", header=None)
    # UCI codes: A92 and A95 are women; class 1 is a good credit
    sex = data[8].isin(["A92", "A95"]).map({True: "female", False: "male"})
    age = (data[12] <= 25).map({True: "young", False: "old"})
    row = fairness.disparate_impact(data[20], sensitive_features=sex.rename("sex"), reference="male", positive=1).loc["female"]
    yield Number("UCI Statlog, 201/310 and 499/690", "disparate impact, female over male", "0.896567328205", row["value"], (row["low"], row["high"]))
    row = fairness.by_group(None, data[20], sensitive_features=age.rename("age"), positive=1, metrics="selection_rate").against("old").iloc[0]
    ends = row["difference_low"], row["difference_high"]
    yield Number("AIF360, credit scoring tutorial", "mean difference, to 25 years and over", "-0.149448", row["difference"], ends)
    yield Number(
        "AIF360, credit scoring tutorial", "disparate impact, to 25 years and over", "0.794826", row["ratio"], (row["ratio_low"], row["ratio_high"])
    )


def law_school(folder: Path) -> Iterator[Number]:
    """Passing the bar, predicted as the authors' notebook does: race as 0 and 1, 70 to 30, seed 42, 100 steps of the solver, unconverged."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import train_test_split

    data = pd.read_csv(folder / "law_school" / "law_school_clean.csv")
    features, passed = data.drop(columns="pass_bar").assign(race=(data["race"] == "White").astype(int)), data["pass_bar"]
    learn, test, learn_y, test_y = train_test_split(features, passed, test_size=0.3, random_state=42)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        predicted = LogisticRegression(random_state=0).fit(learn, learn_y).predict(test)
    race = test["race"].map({0: "Non-White", 1: "White"})
    ours = fairness.by_group(test_y, predicted, sensitive_features=race, metrics=["accuracy", "selection_rate", "tpr", "tnr"])
    source = "Le Quy et al. (2022), WIREs Data Mining 12, e1452, and its notebook"
    gap, right = ours.difference().loc["selection_rate"], ours.overall.loc["accuracy"]
    yield Number(source, "accuracy", "0.907212", right["value"], (right["low"], right["high"]))
    yield Number(source, "statistical parity, White minus Non-White", "0.193662", gap["value"], (gap["low"], gap["high"]))
    for what, group, digits in (("true_positive_rate", "Non-White", "0.909986"), ("true_positive_rate", "White", "0.995470"),
                                ("true_negative_rate", "Non-White", "0.525097"), ("true_negative_rate", "White", "0.106280")):  # fmt: skip
        row = ours.by_group.loc[group, what]
        yield Number(source, f"{what}, {group}", digits, row["value"], (row["low"], row["high"]))


def adult(folder: Path) -> Iterator[Number]:
    """Incomes above 50,000 dollars in the census extract."""
    parts = [pd.read_csv(folder / "adult" / f"adult-{part}.csv", header=None, skipinitialspace=True) for part in ("train", "test")]
    data = pd.concat(parts, ignore_index=True)
    income = data[14].str.rstrip(".")
    ours = fairness.by_group(None, income, sensitive_features=data[9].rename("sex"), positive=">50K", metrics="selection_rate")
    source = "UCI, adult.names"
    row = ours.overall.iloc[0]
    yield Number(source, "above 50K, all rows, %", "23.93", 100 * row["value"], (100 * row["low"], 100 * row["high"]))
    complete = (data != "?").all(axis=1)
    row = fairness.by_group(None, income[complete], sensitive_features=data[9][complete].rename("sex"), positive=">50K").overall.iloc[0]
    yield Number(source, "above 50K, complete rows, %", "24.78", 100 * row["value"], (100 * row["low"], 100 * row["high"]))


def berkeley(_: Path | None = None) -> Iterator[Number]:
    """Admissions in all departments together."""
    data = berkeley_rows()
    ours = fairness.of(data, prediction="admitted", sensitive="sex", positive="yes").by_group["selection_rate"]
    for sex, digits in (("men", "44.5"), ("women", "30.4")):
        row = ours.loc[sex]
        yield Number(
            "Bickel et al. (1975), six largest departments", f"admitted {sex}, %", digits, 100 * row["value"], (100 * row["low"], 100 * row["high"])
        )


def berkeley_rows() -> pd.DataFrame:
    """Return one row an applicant."""
    rows = [
        (department, sex, admitted)
        for department, counts in BERKELEY.items()
        for (sex, admitted), n in zip((("men", "yes"), ("men", "no"), ("women", "yes"), ("women", "no")), counts, strict=True)
        for _ in range(n)
    ]
    return pd.DataFrame(rows, columns=["department", "sex", "admitted"])


SOURCES: dict[str, Callable[[Path], Iterator[Number]]] = {
    "compas": compas, "german": german, "law_school": law_school, "adult": adult, "berkeley": berkeley,
}  # fmt: skip


def paradox() -> str:
    """Return what F013 says of the admissions: the overall gap is not there within departments."""
    from audit.core.roles import Roles
    from audit.core.subject import Subject
    from audit.engines.sources import frame_table
    from audit.run import examine

    rows = berkeley_rows().assign(decision=lambda t: t["admitted"])
    roles = Roles(target="admitted", positive="yes", prediction="decision", sensitive=("sex",))
    return examine(Subject("berkeley", frame_table(rows), roles), verb="audit", families=("fairness",)).run.result("F013:sex").message


def main() -> None:
    folder = os.environ.get("ASSAY_REAL_DATA")
    if folder is None:
        sys.exit("set ASSAY_REAL_DATA to the folder with the data sets")
    differ = 0
    for source in SOURCES.values():
        for number in source(Path(folder)):
            ends = f"{number.interval[0]:.4g} to {number.interval[1]:.4g}" if number.interval else ""
            differ += not number.agrees
            print(
                f"{'same' if number.agrees else 'DIFFERS':8s}{number.printed:>15s} {number.rounded:>15s}  {ends:20s} {number.what}; {number.source}"
            )
    print(f"\nBerkeley, F013: {paradox()}")
    print("\nAll printed digits agree." if not differ else f"\n{differ} differ.")


if __name__ == "__main__":
    main()
