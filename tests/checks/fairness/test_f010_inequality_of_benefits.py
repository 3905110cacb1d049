"""F010: generalized entropy of benefits."""

import numpy as np
import pytest

from audit.checks.fairness.f010_inequality_of_benefits import InequalityOfBenefits
from audit.core.status import Status
from tests.answers import findings, one, status, subject_of
from tests.checks.fairness.decided import table


def measured(frame, **parameters):
    subject, engine = subject_of(frame, target="y", prediction="p", sensitive=("g",), positive="1")
    check = InequalityOfBenefits(attribute="g", **parameters)
    found = findings(check, subject, engine)
    return found, status(check, found)


def test_by_person():
    frame = table(a=(40, 10, 5, 45), b=(20, 5, 30, 45))
    found, state = measured(frame)
    benefit = (frame.p - frame.y + 1).to_numpy(dtype=float)
    x = benefit / benefit.mean()
    assert one(found, "generalized_entropy").value == pytest.approx(float(np.mean(x**2 - 1) / 2))
    assert one(found, "theil_index").value == pytest.approx(float(np.mean([v * np.log(v) if v else 0 for v in x])))
    mean_of_group = frame.assign(b=benefit).groupby("g").b.transform("mean").to_numpy() / benefit.mean()
    assert one(found, "generalized_entropy_between_groups").value == pytest.approx(float(np.mean(mean_of_group**2 - 1) / 2))
    total = one(found, "theil_index").value
    assert one(found, "theil_index_between_groups").value + one(found, "theil_index_within_groups").value == pytest.approx(total)
    assert state is Status.PASSED
    assert found.exhibits[0].rows[0] == ("a", 100, 10, 85, 5, 0.95)


def test_part_between_groups_may_be_chance():
    found, _ = measured(table(a=(40, 10, 11, 39), b=(40, 11, 10, 39)))
    assert one(found, "generalized_entropy_between_groups").interval[0] == 0
    assert "The groups' part may be chance" in found.message
    found, _ = measured(table(a=(400, 100, 0, 500), b=(400, 0, 100, 500)))
    assert one(found, "generalized_entropy_between_groups").interval[0] > 0
    assert "may be chance" not in found.message


def test_a_perfect_model_and_one_that_overlooks_everybody():
    found, _ = measured(table(a=(40, 0, 0, 40), b=(20, 0, 0, 30)))
    assert one(found, "generalized_entropy").value == 0
    assert "Every row is predicted right" in found.message
    subject, engine = subject_of(table(a=(0, 9, 0, 0), b=(0, 8, 0, 0)).assign(y=1), target="y", prediction="p", sensitive=("g",), positive="1")
    with pytest.raises(Exception, match="no prediction in 'p' is a class"):
        findings(InequalityOfBenefits(attribute="g"), subject, engine)


def test_intervals_hold_the_true_index():
    rng = np.random.default_rng(13)
    cells = np.array([[0.25, 0.08, 0.05, 0.12], [0.2, 0.05, 0.1, 0.15]])
    benefits = {0: cells[:, 1].sum(), 1: cells[:, [0, 3]].sum(), 2: cells[:, 2].sum()}
    mean = benefits[1] + 2 * benefits[2]
    true = sum(share * ((b / mean) ** 2 - 1) / 2 for b, share in benefits.items())
    held = []
    for _ in range(60):
        a, b = rng.multinomial(400, cells.ravel()).reshape(2, 4)
        low, high = one(measured(table(a=tuple(a), b=tuple(b)))[0], "generalized_entropy").interval
        held.append(low <= true <= high)
    assert np.mean(held) >= 0.88
