"""F012: what equality in one sense would mean in the other."""

import pytest

from audit.checks.fairness.f012_conflicting_definitions import ConflictingDefinitions
from audit.core.status import Status
from tests.answers import findings, one, status, subject_of
from tests.checks.fairness.decided import table

FALSE_POSITIVE, PREDICTIVE = "implied_false_positive_rate", "implied_positive_predictive_value"


def measured(frame, **parameters):
    subject, engine = subject_of(frame, target="y", prediction="p", sensitive=("g",), positive="1")
    check = ConflictingDefinitions(attribute="g", **parameters)
    found = findings(check, subject, engine)
    return found, status(check, found)


DIFFERENT = table(a=(240, 60, 140, 560), b=(480, 120, 80, 320))


def test_by_hand():
    # base rates 0.3 and 0.6; of all rows: PPV 720/940, TPR 0.8, FPR 220/1100 = 0.2
    found, state = measured(DIFFERENT)
    ppv = 720 / 940
    assert one(found, FALSE_POSITIVE, {"g": "a"}).value == pytest.approx(0.3 / 0.7 * (1 - ppv) / ppv * 0.8)
    assert one(found, FALSE_POSITIVE, {"g": "b"}).value == pytest.approx(0.6 / 0.4 * (1 - ppv) / ppv * 0.8)
    assert one(found, PREDICTIVE, {"g": "a"}).value == pytest.approx(240 / 380)
    assert one(found, PREDICTIVE, {"g": "b"}).value == pytest.approx(480 / 560)
    gap = one(found, "implied_false_positive_rate_difference")
    assert gap.value == pytest.approx((1.5 - 3 / 7) * (1 - ppv) / ppv * 0.8)
    assert gap.interval[0] > 0.2
    assert state is Status.PASSED
    assert "So predictive parity (F007) and equal error rates (F002, F003) cannot both hold" in found.message


def test_the_implied_rate_is_the_real_one_where_the_others_are_equal():
    """Chouldechova's identity holds in each group; so a group that has the rates of all rows has the false-positive rate that it implies."""
    found, _ = measured(table(a=(40, 10, 10, 40), b=(80, 20, 20, 80)))
    assert one(found, FALSE_POSITIVE, {"g": "a"}).value == pytest.approx(0.2)
    assert one(found, FALSE_POSITIVE, {"g": "b"}).value == pytest.approx(0.2)


def test_alike_base_rates_show_no_conflict():
    found, _ = measured(table(a=(40, 10, 10, 40), b=(41, 10, 10, 40)))
    assert "They may be alike, so that these rows show no conflict between definitions." in found.message
    assert one(found, "implied_false_positive_rate_difference").interval[0] == 0


def test_a_perfect_model_has_no_conflict():
    found, _ = measured(table(a=(300, 0, 0, 700), b=(600, 0, 0, 400)))
    assert "The model makes no errors on these rows" in found.message
    found, _ = measured(table(a=(200, 100, 0, 700), b=(400, 200, 0, 400)))
    assert "The model makes no false positives on these rows" in found.message


def test_what_no_model_could_have():
    found, _ = measured(table(a=(90, 10, 90, 810), b=(900, 0, 100, 0)))
    impossible = one(found, FALSE_POSITIVE, {"g": "b"})
    assert impossible.value is None
    assert impossible.method.startswith("not possible: it would be")
    assert "no model could give b the predictive value" in found.message


@pytest.mark.parametrize("counts", [((0, 300, 0, 700), (0, 600, 0, 400)), ((0, 300, 5, 695), (0, 600, 5, 395))])
def test_nobody_rightly_selected(counts):
    found, _ = measured(table(a=counts[0], b=counts[1]))
    assert one(found, "implied_false_positive_rate_difference").value is None
    assert "nothing follows for its predictive values" in found.message


def test_groups_without_labels_cannot_be_compared():
    frame = table(a=(40, 10, 10, 40), b=(40, 10, 10, 40)).astype({"y": float})
    frame.loc[frame.g == "b", "y"] = None
    found, _ = measured(frame)
    assert "Fewer than two groups of 'g' have labels and predictions" in found.message
