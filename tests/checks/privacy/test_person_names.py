import pytest

from audit.checks.privacy.letters import folded, words
from audit.checks.privacy.name_lists import name_lists
from audit.checks.privacy.person_names import Likeness, likeness

LISTS = name_lists()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Grace", Likeness.NAME),
        ("Müller", Likeness.NAME),
        ("Grace Miller", Likeness.FULL_NAME),
        ("GRACE MILLER", Likeness.FULL_NAME),
        ("Miller, Grace", Likeness.FULL_NAME),
        ("Dr. Grace B. Miller", Likeness.FULL_NAME),
        ("G. Miller", Likeness.FULL_NAME),
        ("Ludwig van Beethoven", Likeness.FULL_NAME),
        ("José García Márquez", Likeness.FULL_NAME),
        ("Mehmet Yılmaz", Likeness.FULL_NAME),
        ("Анна Каренина", Likeness.FULL_NAME),
        ("محمد علي", Likeness.FULL_NAME),
        ("王伟", Likeness.FULL_NAME),
        ("佐藤 花子", Likeness.FULL_NAME),
        ("김민준", Likeness.FULL_NAME),
        ("Zhang Wei", Likeness.FULL_NAME),
        ("Przepiórkowski", Likeness.ENDING),
        ("Qwxyz", Likeness.WORD),
        ("Rio de Janeiro", Likeness.PLACE),
        ("北京市", Likeness.PLACE),
        ("Grace Miller Ltd", Likeness.OTHER),
        ("Miller Street", Likeness.OTHER),
        ("Miller & Sons", Likeness.OTHER),
        ("R2D2", Likeness.OTHER),
        ("grace@example.org", Likeness.OTHER),
        ("", Likeness.OTHER),
        ("a" * 100, Likeness.OTHER),
    ],
)
def test_what_a_value_is(value, expected):
    assert likeness(value, LISTS) is expected


def test_spellings_of_one_name_are_one():
    assert folded("ŁUKASZ") == folded("łukasz") == "lukasz"
    assert folded("Straße") == "strasse"
    assert folded("أحمد") == folded("احمد")
    assert words("O’Neil, Jean-Luc") == ["o", "neil", "jean", "luc"]


def test_the_lists_are_folded_and_of_many_languages():
    for listed in (LISTS.given, LISTS.family, LISTS.places):
        assert all(folded(w) == w for w in listed)
    assert {"mehmet", "花子", "анна", "فاطمه", "hiroshi"} <= LISTS.given
    assert {"smith", "王", "佐藤", "kowalski", "yilmaz"} <= LISTS.family
