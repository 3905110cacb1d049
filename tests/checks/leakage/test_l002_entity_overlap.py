import pandas as pd
import pytest

from audit.checks.leakage.l002_entity_overlap import EntityOverlap
from audit.core.errors import NotApplicable
from audit.core.status import Status
from tests.answers import findings, one, status, subject_of

# ann is in all three splits (4 rows), bob in two (2 rows), cay and dan in one; one row names nobody, one has no split
ROWS = pd.DataFrame(
    {
        "who": ["ann", "ann", "ann", "ann", "bob", "bob", "cay", "dan", None, "eve"],
        "part": ["train", "train", "validation", "test", "train", "test", "train", "test", "test", None],
    }
)
ROLES = {"entity": "who", "split": "part"}


def test_shared_entities_by_hand():
    subject, engine = subject_of(ROWS, **ROLES)
    found = findings(EntityOverlap(), subject, engine)
    assert [(m.name, m.value) for m in found.measurements] == [
        ("shared_entities", 2),
        ("shared_entity_share", 0.5),
        ("shared_entity_rows", 6),
        ("missing_rows", 2),
    ]
    assert found.message == "2 of 4 values of 'who' (50.0 %) occur in more than one split, with 6 rows. 2 rows without entity or split left out."
    assert found.exhibits[0].rows == (("test", 2, 2), ("train", 2, 3), ("validation", 1, 1))
    assert status(EntityOverlap(), found) is Status.FAILED
    assert "ann" not in repr(found)


def test_no_shared_entity():
    subject, engine = subject_of(pd.DataFrame({"who": [1, 1, 2], "part": ["train", "train", "test"]}), **ROLES)
    found = findings(EntityOverlap(), subject, engine)
    assert found.message == "None of 2 values of 'who' occurs in more than one split."
    assert one(found, "shared_entities").value == 0
    assert status(EntityOverlap(), found) is Status.PASSED
    assert not found.exhibits


def test_nan_is_nobody_and_names_may_be_awkward():
    name = "wer 'genau' \"é\"."
    frame = pd.DataFrame({name: [float("nan"), float("nan"), 1.0, 2.0], "part": ["train", "test", "train", "test"]})
    subject, engine = subject_of(frame, entity=name, split="part")
    found = findings(EntityOverlap(), subject, engine)
    assert [one(found, n).value for n in ("shared_entities", "missing_rows")] == [0, 2]


@pytest.mark.parametrize(
    ("frame", "roles", "words"),
    [
        (ROWS, {"entity": "who"}, "needs a split column"),
        (ROWS, {"split": "part"}, "needs an entity column"),
        (ROWS[:0], ROLES, "at least two splits in 'part' that have a value of 'who'"),
        (ROWS[:2], ROLES, "at least two splits"),
        (ROWS.assign(who=pd.Series([None] * 10, dtype="str")), ROLES, "at least two splits"),
    ],
)
def test_not_applicable(frame, roles, words):
    subject, engine = subject_of(frame, **roles)
    with pytest.raises(NotApplicable, match=words):
        findings(EntityOverlap(), subject, engine)
