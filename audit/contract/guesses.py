"""What the columns of an unknown table may mean: guesses by names and values, each with what it rests on.

A guess is made where a careful reader would make it at sight. Where two columns would do for a role that one column plays, none is made.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from audit.contract.profile import ColumnProfile
from audit.core.roles import MAX_CLASSES

#: Names that say what is predicted, the surest first, and how many values such a column may have.
TARGETS = (
    ("target", "label", "label_value", "y", "y_true", "outcome", "ground_truth", "class", "response"),
    ("churn", "churned", "default", "defaulted", "fraud", "is_fraud", "survived", "converted", "conversion", "hired", "admitted", "approved",
     "rejected", "reject", "approve", "accepted", "released", "recidivism", "recid", "two_year_recid", "readmitted", "credit_risk", "pass_bar",
     "loan_status", "diagnosis", "income", "attrition", "died", "mortality", "is_canceled", "clicked"),
)  # fmt: skip
MOST_CLASSES = 20
#: Values that are meant when an outcome is called positive.
POSITIVE = ("1", "yes", "true", "y", "t", "positive", "good", "approved", "accepted", "hired", "admitted", "pass", "passed", ">50k")

SENSITIVE = (
    "sex", "gender", "race", "ethnicity", "ethnic_group", "religion", "disability", "disabled", "nationality", "marital_status", "marital", "married",
    "age_cat", "age_group", "age_band", "sexual_orientation", "national_origin", "native_country", "foreign_worker", "geschlecht", "sexe", "genre",
)  # fmt: skip
SEXES = ({"male", "female"}, {"m", "f"}, {"man", "woman"}, {"men", "women"})
MOST_GROUPS = 60

OF_PERSONS = (
    "age", "birth_year", "birth_date", "date_of_birth", "birthdate", "dob", "birthday", "occupation", "job", "profession", "education",
    "education_level", "citizen", "citizenship", "employed", "household_size",
)  # fmt: skip
OF_PLACES = ("zip", "zip_code", "zipcode", "postcode", "postal_code", "plz", "city", "county")
#: What is written under a heading such as colour where it means people.
COLOURS_OF_PEOPLE = {"black", "white", "brown", "asian", "hispanic", "coloured", "other", "unknown"}

PERSON_OR_THING = (
    "customer", "client", "patient", "person", "user", "member", "applicant", "student", "employee", "household", "account", "subject", "entity",
    "policyholder", "borrower", "driver", "donor", "participant", "defendant", "citizen",
)  # fmt: skip
_ENTITY = re.compile(rf"^({'|'.join(PERSON_OR_THING)})(_?(id|key|nr|no|number|uuid))$")
TIMES = (
    "date",
    "time",
    "timestamp",
    "datetime",
    "created",
    "event",
    "observed",
    "recorded",
    "day",
    "month",
    "transaction",
    "order",
    "applied",
    "visit",
)
YEARS = ("year", "jahr", "annee")
NOT_TIMES = ("birth", "dob", "born", "updated", "modified", "expiry", "expires", "end", "until", "due")


@dataclass(frozen=True)
class Guess:
    """A role that a column may play.

    Parameters
    ----------
    column, role : str
        Which column plays which role, in the words of the contract.
    evidence : str
        What the guess rests on.
    positive : str
        For a target, the value that seems to be meant by positive; empty where none does.
    quantity : bool
        Whether a target holds a quantity and no classes.
    """

    column: str
    role: str
    evidence: str
    positive: str = ""
    quantity: bool = False


def plain(name: str) -> str:
    """Return a column's name in lower case, its words between underscores.

    >>> plain("Marital-Status"), plain("ageCat"), plain("native.country")
    ('marital_status', 'age_cat', 'native_country')
    """
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[\W_]+", "_", name.strip())
    return re.sub("_+", "_", split).strip("_").lower()


def guess_roles(columns: Sequence[ColumnProfile], special: Mapping[str, str], personal: Mapping[str, str]) -> tuple[list[Guess], list[str]]:
    """Return the guesses about a table, and what could not be guessed because several columns would do.

    Parameters
    ----------
    columns : sequence of ColumnProfile
        What the columns look like.
    special : mapping of str to str
        Columns that look like special categories of personal data, with the category.
    personal : mapping of str to str
        Columns that hold personal data, with the kind.
    """
    guesses: list[Guess] = []
    open_: list[str] = []
    for found, role in ((_targets(columns), "target"), (_times(columns, personal), "time"), (_entities(columns), "entity")):
        if len(found) == 1:
            guesses += found
        elif found:
            open_.append(f"which is the {role}, {' or '.join(g.column for g in found)}? Each would do")
    taken = {g.column for g in guesses}
    guesses += [g for c in columns if c.name not in taken and (g := _sensitive(c, special.get(c.name, "")))]
    guesses += _colours(columns, guesses)
    taken = {g.column for g in guesses}
    quasi = [c for c in columns if c.name not in taken and plain(c.name) in (*OF_PERSONS, *OF_PLACES) and 1 < c.distinct < c.rows]
    # towns and postal codes are those of shops, too; one column alone rarely tells a person
    of_persons = any(plain(c.name) in OF_PERSONS for c in quasi) or any(g.role == "sensitive" for g in guesses)
    if of_persons and (len(quasi) > 1 or any(g.role == "sensitive" for g in guesses)):
        guesses += [Guess(c.name, "quasi-identifier", f"the name '{c.name}'; with others of its kind it may single out a person") for c in quasi]
    order = [c.name for c in columns]
    return sorted(guesses, key=lambda g: order.index(g.column)), open_


def _targets(columns: Sequence[ColumnProfile]) -> list[Guess]:
    """Return the columns with the surest name; of several, the last of the table where it is among them."""
    for names in TARGETS:
        found = [c for c in columns if plain(c.name) in names and (2 <= len(c.values) <= MOST_CLASSES or (names is TARGETS[0] and _is_quantity(c)))]

        if len(found) > 1 and found[-1] is columns[-1]:
            found = found[-1:]
        if found:
            return [_target(c) for c in found]
    return []


def _is_quantity(column: ColumnProfile) -> bool:
    return column.type.is_numeric() and column.distinct > MAX_CLASSES and plain(column.name) != "class"


def _target(column: ColumnProfile) -> Guess:
    if _is_quantity(column):
        return Guess(column.name, "target", f"the name '{column.name}' and numbers, {column.distinct:,} different ones", quantity=True)

    values = list(column.values)
    positive = [v for v in values if v.strip().rstrip(".").casefold() in POSITIVE] if len(values) == 2 else []
    evidence = f"the name '{column.name}' and {len(values)} different values"
    return Guess(column.name, "target", evidence, positive[0] if len(positive) == 1 else "")


def _times(columns: Sequence[ColumnProfile], personal: Mapping[str, str]) -> list[Guess]:
    found = []
    for column in columns:
        words = plain(column.name).split("_")
        if column.missing > column.rows / 10 or column.distinct < 2 or column.name in personal or set(words) & set(NOT_TIMES):
            continue
        moment = column.type.is_timestamp() or column.type.is_date()
        if moment and set(words) & set(TIMES):
            found.append(
                Guess(column.name, "time", f"the name '{column.name}' and values that are {'moments' if column.type.is_timestamp() else 'days'}")
            )
        elif column.type.is_integer() and words[-1] in YEARS and 1900 <= int(column.lowest) <= int(column.highest) <= 2100:
            found.append(Guess(column.name, "time", f"the name '{column.name}' and values that are years"))
    moments = [c for c in columns if c.type.is_timestamp() or c.type.is_date()]
    if not found and len(moments) == 1 and moments[0].name not in personal and not set(plain(moments[0].name).split("_")) & set(NOT_TIMES):
        found.append(Guess(moments[0].name, "time", "the only column of days or moments"))
    return found


def _entities(columns: Sequence[ColumnProfile]) -> list[Guess]:
    return [
        Guess(c.name, "entity", f"the name '{c.name}', and values that come back in several rows")
        for c in columns
        if _ENTITY.match(plain(c.name)) and 1 < c.distinct < 0.98 * c.rows and not c.type.is_floating()
    ]


def _sensitive(column: ColumnProfile, special: str) -> Guess | None:
    if not 2 <= len(column.values) <= MOST_GROUPS:
        return None
    if plain(column.name) in SENSITIVE:
        return Guess(column.name, "sensitive", f"the name '{column.name}' and {len(column.values)} groups")
    if {v.strip().casefold() for v in column.values} in SEXES:
        return Guess(column.name, "sensitive", f"values {' and '.join(sorted(column.values))}")
    if special:
        return Guess(column.name, "sensitive", f"the names or values of a special category of personal data ({special})")
    return None


def _colours(columns: Sequence[ColumnProfile], guesses: Sequence[Guess]) -> list[Guess]:
    """Return columns of colours that are those of people, in a table in which something else is about people."""
    if not any(g.role == "sensitive" for g in guesses):
        return []
    there = {g.column for g in guesses}
    return [
        Guess(c.name, "sensitive", f"the name '{c.name}', and {len(c.values)} values that are used for people")
        for c in columns
        if c.name not in there and plain(c.name) in ("colour", "color") and c.values and {v.casefold() for v in c.values} <= COLOURS_OF_PEOPLE
    ]


def key_of(columns: Sequence[ColumnProfile], unique: Sequence[str]) -> str:
    """Return the column that identifies a row: the only unique one without gaps, or the only one of those that is called a key; else nothing."""
    whole = [c for c in columns if c.name in unique and not c.missing]
    called = [c for c in whole if re.search(r"(^|_)(id|key|uuid)$", plain(c.name))]
    chosen = called if len(called) == 1 else whole
    return chosen[0].name if len(chosen) == 1 else ""
