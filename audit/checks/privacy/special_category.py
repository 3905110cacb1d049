"""Whether a column looks like a special category of personal data, by its name and by a sample of its values."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from audit.checks.privacy.detectors.detector import name_words
from audit.checks.privacy.special_category_words import CATEGORIES, NEUTRAL, Category

#: A column with more different values than this holds no categories.
MOST_VALUES = 50
#: Different values that only one kind has: so many are enough without a telling name ...
ENOUGH, FEW = 3, 2
#: ... if at least this share of all different values is of the kind; of fewer, nearly all must be.
LEAST_SHARE, NEARLY_ALL = 0.6, 0.8


@dataclass(frozen=True)
class Look:
    """What a column looks like.

    Parameters
    ----------
    column : str
        Its name.
    category : Category
        Which special category.
    evidence : {"declared", "name and values", "values", "name"}
        How that is known.
    """

    column: str
    category: Category
    evidence: str


@dataclass(frozen=True)
class Glance:
    """What is known of a column before it is judged.

    Parameters
    ----------
    values : sequence of str
        Different values of a sample, at most :data:`MOST_VALUES` and one more.
    number : bool
        Whether it holds numbers.
    sensitive : bool
        Whether the contract or the config calls it sensitive.
    """

    values: Sequence[str]
    number: bool = False
    sensitive: bool = False


def plain_words(value: str) -> str:
    """Return a text as the lists of words write it: lower case, no accents, one blank between words.

    >>> plain_words(" Römisch-Katholisch ")
    'romisch katholisch'
    """
    bare = "".join(c for c in unicodedata.normalize("NFKD", value.replace("ß", "ss")) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[\W_]+", " ", bare).lower().split())


def may_be_named(column: str) -> bool:
    """Return whether the name of a column suggests, strongly or weakly, any special category."""
    return any(_named(column, c.names, c.not_names) or _named(column, c.weak_names, c.not_names) for c in CATEGORIES)


def named_category(text: str) -> Category | None:
    """Return the category that a contract means by a word such as ``health`` or ``religion``."""
    wanted = plain_words(text)
    return next((c for c in CATEGORIES if wanted == c.kind or _named(text, c.names | c.weak_names, frozenset()) or wanted in c.kind.split()), None)


def looks(glances: Mapping[str, Glance]) -> list[Look]:
    """Return what the columns of a table look like, in their order.

    A weak name, such as ``black`` over zeros and ones, counts where the contract calls the column sensitive or another column of the table
    surely is of the kind.
    """
    found = {name: look for name, glance in glances.items() if (look := _look(name, glance)) is not None}
    kinds = {look.category.kind for look in found.values()}
    for name, glance in glances.items():
        for category in CATEGORIES if name not in found else ():
            backed = glance.sensitive or category.kind in kinds
            if backed and glance.values and _plausible(glance, category) and _named(name, category.weak_names, category.not_names):
                found[name] = Look(name, category, "name")
                break
    return [found[name] for name in glances if name in found]


def _look(name: str, glance: Glance) -> Look | None:
    if not glance.values:
        return None
    for category in CATEGORIES:
        named = _named(name, category.names, category.not_names)
        telling = _telling(glance, category, named or _named(name, category.weak_names, category.not_names))
        if telling:
            return Look(name, category, "name and values" if named else "values")
    for category in CATEGORIES:
        if _named(name, category.names, category.not_names) and _plausible(glance, category):
            return Look(name, category, "name")
    return None


def _plausible(glance: Glance, category: Category) -> bool:
    """Return whether the values could be of a kind: race, religion and the like are categories, not measurements."""
    return not glance.number or category.numbers or len(glance.values) <= MOST_VALUES


def _telling(glance: Glance, category: Category, suggested: bool) -> bool:
    """Return whether the values are of a kind: nearly all are words of it, and some hardly anything else."""
    if glance.number or len(glance.values) > MOST_VALUES:
        return False
    words = {plain_words(v) for v in glance.values} - NEUTRAL - {""}
    if not words:
        return False
    strong, of_kind = len(words & category.values), len(words & (category.values | category.weak_values)) / len(words)
    if glance.sensitive and len(words & (category.values | category.weak_values)) >= FEW and of_kind == 1:
        return True
    if suggested and strong:
        return of_kind >= LEAST_SHARE
    return (strong >= ENOUGH and of_kind >= LEAST_SHARE) or (strong >= FEW and of_kind >= NEARLY_ALL)


def _named(column: str, words: Iterable[str], not_words: Iterable[str]) -> bool:
    name = "_" + plain_words(name_words(column)).replace(" ", "_") + "_"
    return bool(_pattern(frozenset(words)).search(name)) and not _pattern(frozenset(not_words)).search(name)


@cache
def _pattern(words: frozenset[str]) -> re.Pattern[str]:
    if not words:
        return re.compile(r"(?!)")
    return re.compile("_(?:" + "|".join(re.escape(w.removesuffix("*")) + ("[^_]*" if w.endswith("*") else "") for w in sorted(words)) + ")_")
