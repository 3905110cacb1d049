"""Names of persons, by lists of names and by what else the column's values are."""

import re
from collections import Counter
from dataclasses import dataclass

from audit.checks.privacy.column_sample import ColumnSample
from audit.checks.privacy.detectors.detector import LEAST_DISTINCT
from audit.checks.privacy.name_lists import name_lists
from audit.checks.privacy.person_names import Likeness, likeness
from audit.checks.privacy.verdict import Evidence, Verdict, surely

KIND = "name of a person"
#: Names of columns that leave no doubt, those that may stand over firms as well, and those that speak of something else.
SURE_NAMES = (
    "first_name", "firstname", "fname", "forename", "forenames", "given_name", "givenname", "middle_name", "middlename", "last_name", "lastname",
    "lname",
    "surname", "family_name", "familyname", "maiden_name", "vorname", "nachname", "familienname", "prenom", "prénom", "nom_de_famille", "apellido",
    "apellidos", "primer_apellido", "cognome", "voornaam", "achternaam", "imie", "imię", "nazwisko", "soyad", "soyadi", "soyadı", "fornavn",
    "efternavn",
    "förnamn", "efternamn", "etunimi", "sukunimi", "jmeno", "prijmeni", "příjmení", "person_name", "patient_name", "employee_name", "student_name",
    "姓名", "姓", "氏名", "名前", "이름", "성명", "الاسم", "имя", "фамилия", "отчество", "ім'я", "прізвище",
)  # fmt: skip
NAMES = (
    "name", "full_name", "fullname", "customer_name", "client_name", "contact_name", "contact_person", "contact", "customer", "client",
    "patient", "employee",
    "author", "owner", "manager", "teacher", "student", "doctor", "physician", "nurse", "agent", "cardholder", "holder", "passenger", "guest",
    "tenant",
    "applicant", "borrower", "beneficiary", "recipient", "sender", "signatory", "user_name", "nombre", "nome", "nom", "naam", "navn", "namn",
    "nimi", "ad",
    "adi", "adı", "isim", "person", "member", "player", "witness", "suspect", "judge", "reviewer", "buyer", "seller", "driver", "kunde",
    "ansprechpartner",
)  # fmt: skip
NOT_NAMES = (
    "length", "count", "frequency", "origin", "file", "product", "company", "firm", "item", "city", "town", "country", "state", "county",
    "brand", "model",
    "street", "hospital", "school", "species", "brewery", "beer", "style", "team", "project", "host", "domain", "column", "table", "category",
    "department",
    "restaurant", "drug", "event", "title", "place", "region", "district", "station", "road", "ship", "vessel", "island", "river", "colour",
    "color", "flower",
    "ort", "stadt", "ville", "ciudad", "citta", "città", "miasto", "sehir", "şehir", "firma", "produkt", "id", "type", "hash", "score", "status",
    "group",
    "segment", "month", "day", "cocktail", "dish", "dataset", "feature", "metric", "measure", "condition", "type",
)  # fmt: skip
LETTERS = re.compile(r"[^\W\d_][^\d_;:@/\\]{0,60}")
#: Share of the distinct values that must be known names: where the column's name says so, where it is silent, and where it says otherwise.
LEAST_NAMED, LEAST, LEAST_AGAINST = 0.25, 0.45, 0.55
#: Share of the values that must have the form of a name, share of known places that speaks against it.
LEAST_FORM, MOST_PLACES = 0.85, 0.35
#: Share that must be in the lists before others count that only end like names.
LEAST_LISTED = 0.2
#: Fewer distinct names than this may be anything; and people differ: share of rows with a name that none of the others has.
FEWEST, FEWEST_SINGLE = 20, 40
#: Distinct values that are looked at.
MOST_VALUES = 1_000


@dataclass(frozen=True)
class PersonDetector:
    """Given names, family names and full names."""

    kind: str = KIND

    def suggested_by(self, sample: ColumnSample) -> bool:
        """Return whether the name of a column suggests this kind."""
        return sample.named(SURE_NAMES, ("length", "count", "frequency", "origin", "hash", "id")) or sample.named(NAMES, NOT_NAMES)

    def examine(self, sample: ColumnSample) -> Verdict | None:
        """Return what the values of a column tell."""
        values = sample.values[:MOST_VALUES]
        if not values or sample.whole_numbers:
            return None
        sure = sample.named(SURE_NAMES, ("length", "count", "frequency", "origin", "hash", "id"))
        formed = [v for v in values if LETTERS.fullmatch(v)]
        constant = len(values) == 1 and sample.rows > 1
        if sure and not constant and len(formed) / len(values) >= 0.5:
            return Verdict(sample.column, KIND, Evidence.NAME_AND_VALUES, True, len(formed), len(values), formed[0])
        named = self.suggested_by(sample)
        if len(values) < (LEAST_DISTINCT if named else FEWEST) or len(formed) / len(values) < LEAST_FORM:
            return Verdict(sample.column, KIND, Evidence.NAME, True, 0, len(values)) if sure and len(values) >= LEAST_DISTINCT else None
        return self._by_lists(sample, values, named)

    def _by_lists(self, sample: ColumnSample, values: tuple[str, ...], named: bool) -> Verdict | None:
        lists = name_lists()
        kinds = {v: likeness(v, lists) for v in values}
        counts = Counter(kinds.values())
        n = len(values)
        several = counts[Likeness.SEVERAL_WORDS] + counts[Likeness.FULL_NAME]
        listed = counts[Likeness.NAME] + counts[Likeness.FULL_NAME]
        # languages and other adjectives end like Slavic names
        known = listed + (counts[Likeness.ENDING] if listed >= LEAST_LISTED * n else 0)
        places, other = counts[Likeness.PLACE] / n, counts[Likeness.OTHER] / n
        against = not named and sample.named(NOT_NAMES)
        least = LEAST_NAMED if named else LEAST_AGAINST if against else LEAST
        if other > 1 - LEAST_FORM or not surely(least, known, n):
            return None
        example = next(v for v in values if kinds[v] in (Likeness.NAME, Likeness.FULL_NAME))
        full = several >= 0.6 * n
        if places > MOST_PLACES or n < (LEAST_DISTINCT if named else FEWEST if full else FEWEST_SINGLE) or (against and not full):
            evidence = Evidence.FORM
        else:
            evidence = Evidence.NAME_AND_VALUES if named else Evidence.VALUES
        return Verdict(sample.column, KIND, evidence, named, known, n, example)


PERSON = (PersonDetector(),)
