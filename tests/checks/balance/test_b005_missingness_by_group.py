import numpy as np
import pandas as pd
import pytest
import yaml
from scipy.stats import fisher_exact

from audit.checks.balance.b005_missingness_by_group import MissingnessByGroup
from audit.contract.read import read_contract
from audit.core.contract import Contract
from audit.core.errors import NotApplicable, UsageError
from audit.core.status import Status
from audit.stats.intervals import newcombe
from tests.answers import findings, one, status, subject_of


def people(women=(10, 200), men=(80, 200)):
    """Return rows of which ``(missing, all)`` have no income; 'age' is complete, 'town' is missing evenly."""
    rows = []
    for sex, (missing, total) in (("F", women), ("M", men)):
        rows += [(sex, None if i < missing else 1.0, 30, None if i % 10 == 0 else "Bree") for i in range(total)]
    return pd.DataFrame(rows, columns=["sex", "income", "age", "town"])


def found_in(frame, contract=None, sensitive=("sex",), **roles):
    subject, engine = subject_of(frame, sensitive=sensitive, **roles)
    (check, *_) = MissingnessByGroup.plan(subject, contract or Contract())
    return check, findings(check, subject, engine)


def declared(tmp_path, implementation):
    rule = {"type": "custom", "engine": "assay", "implementation": {"check": "B005", **implementation}}
    document = {"apiVersion": "v3.1.0", "kind": "DataContract", "id": "t", "version": "1.0.0", "status": "active"}
    (tmp_path / "c.odcs.yaml").write_text(yaml.safe_dump({**document, "schema": [{"name": "t", "quality": [rule]}]}))
    return read_contract(tmp_path / "c.odcs.yaml")


def test_a_gap_by_hand():
    check, found = found_in(people())
    assert status(check, found) is Status.WARNED
    assert one(found, "uneven_columns").value == 1
    gap = one(found, "missing_share_gap", {"column": "income"})
    # two columns miss something, so each interval is held at 97.5 % and both together at 95 %
    assert (gap.value, gap.interval) == (pytest.approx(0.35), pytest.approx(newcombe(80, 200, 10, 200, 0.975)))
    assert (gap.level, gap.method) == (0.95, "newcombe, simultaneous over all pairs of groups, 2 columns")
    p = one(found, "adjusted_p_value", {"column": "income"}).value
    assert p == pytest.approx(2 * fisher_exact([[10, 190], [80, 120]]).pvalue)
    assert one(found, "missing_share", {"column": "income", "sex": "M"}).value == 0.4
    assert one(found, "missing_share_gap", {"column": "town"}).value == 0
    low, high = (100 * end for end in gap.interval)
    assert found.message == (
        f"By 'sex', 1 of 2 columns with missing values is missing unevenly: 'income' in 40.0 % of M and 5.0 % of F "
        f"(a gap of 35.0 points, 95 % interval {low:.1f} to {high:.1f})."
    )
    assert found.exhibits[0].rows == (("F", "income", 0.05, 200), ("M", "income", 0.4, 200))


def test_the_paste_ready_clause_is_a_rule_that_stops_the_run(tmp_path):
    _, found = found_in(people())
    (rule,) = yaml.safe_load(found.proposal)["quality"]
    contract = declared(tmp_path, {k: v for k, v in rule["implementation"].items() if k != "check"})
    check, again = found_in(people(), contract)
    assert status(check, again) is Status.FAILED
    assert again.proposal == ""


def test_an_expected_gap_is_silent(tmp_path):
    check, found = found_in(people(), declared(tmp_path, {"attribute": "sex", "expected": ["income"]}))
    assert status(check, found) is Status.PASSED
    assert "'town'" in found.message


def test_few_rows_or_small_gaps_prove_nothing():
    for frame in (people((0, 12), (5, 12)), people((10, 2000), (100, 2000))):
        check, found = found_in(frame)
        assert status(check, found) is Status.PASSED
        assert "'income'" in found.message
        assert found.message.startswith("No column is missing in one group of 'sex' more than 5.0 points oftener")


def test_complete_columns_single_groups_and_missing_groups():
    check, found = found_in(people((0, 3), (0, 3))[["sex", "income", "age"]])
    assert (status(check, found), found.message) == (Status.PASSED, "Of 6 rows with a value of 'sex': no value is missing.")
    _, found = found_in(people((1, 4), (0, 0)))
    assert "fewer than two groups" in found.message
    frame = pd.concat([people(), pd.DataFrame({"sex": [None] * 50})], ignore_index=True)
    assert one(found_in(frame)[1], "uneven_columns").n == 400


def test_nan_is_missing_in_columns_and_in_groups():
    frame = pd.DataFrame({"g": [1.0] * 100 + [2.0] * 100 + [np.nan] * 9, "x": [1.0] * 100 + [np.nan] * 60 + [1.0] * 49})
    check, found = found_in(frame, sensitive=("g",))
    assert status(check, found) is Status.WARNED
    assert "'x' in 60.0 % of 2 and 0 % of 1" in found.message


def test_one_result_for_each_attribute_at_a_shared_level():
    frame = people().assign(group=["a", "b"] * 200)
    subject, engine = subject_of(frame, sensitive=("sex", "group"))
    checks = list(MissingnessByGroup.plan(subject, Contract()))
    assert [(c.attribute, c.looks) for c in checks] == [("sex", 2), ("group", 2)]
    gap = one(findings(checks[0], subject, engine), "missing_share_gap", {"column": "income"})
    # two columns miss something, and two attributes are looked at
    assert gap.interval == pytest.approx(newcombe(80, 200, 10, 200, 1 - 0.05 / 4))
    assert gap.method.endswith("2 columns and 2 attributes")


def test_many_columns_at_once():
    rng = np.random.default_rng(5)
    frame = pd.DataFrame({f"c{i}": np.where(rng.random(300) < 0.3, np.nan, 1.0) for i in range(600)})
    frame["sex"] = rng.choice(["F", "M", "X"], 300)
    frame.loc[frame["sex"] == "X", "c7"] = np.nan
    check, found = found_in(frame)
    assert one(found, "uneven_columns").value == 1
    assert "1 of 600 columns" in found.message
    assert "'c7' in 100 % of X" in found.message
    assert status(check, found) is Status.WARNED


@pytest.mark.parametrize(
    ("implementation", "kind", "words"),
    [
        ({"floor": 5}, UsageError, "'floor' is a gap as a share"),
        ({"floor": "5 %"}, UsageError, "'floor' is a gap as a share"),
        ({"attribute": "sex", "expected": ["incom"]}, UsageError, "Did you mean 'income'?"),
        ({"attribute": "sexx"}, NotApplicable, "no column 'sexx'"),
    ],
)
def test_wrong_rules_are_told(tmp_path, implementation, kind, words):
    subject, engine = subject_of(people(), sensitive=("sex",))
    check = list(MissingnessByGroup.plan(subject, declared(tmp_path, implementation)))[-1]
    with pytest.raises(kind, match=words):
        findings(check, subject, engine)


def test_not_applicable_without_groups():
    with pytest.raises(NotApplicable, match="needs a sensitive column"):
        found_in(people(), sensitive=())
    with pytest.raises(NotApplicable, match="more than 50 distinct values"):
        found_in(pd.DataFrame({"sex": range(60), "x": [None] * 60}))
