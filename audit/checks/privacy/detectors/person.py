"""Who a person is: names and dates of birth."""

import re

from audit.checks.privacy.detectors.detector import Detector

_WORD = r"[^\W\d_a-zß-öø-ÿ][^\W\d_]*(?:['’-][^\W\d_]+)*"
ANY_LETTERS = re.compile(r"[^\W\d_][^\d_,;:@/\\]{0,60}", re.UNICODE)
FULL_NAME = re.compile(rf"{_WORD}(?: [A-Z]\.)?(?: {_WORD}){{1,2}}|{_WORD}, {_WORD}", re.UNICODE)
DATE = re.compile(r"(?:19|20)\d{2}-\d{2}-\d{2}(?:[T ].*)?|\d{1,2}[./-]\d{1,2}[./-](?:(?:19|20)\d{2}|\d{2})|(?:19|20)\d{6}")

_FIRST_AND_LAST = (
    "first_name", "firstname", "fname", "forename", "given_name", "givenname", "middle_name", "last_name", "lastname", "lname", "surname",
    "family_name", "familyname", "maiden_name", "full_name", "fullname", "vorname", "nachname", "familienname", "prenom", "prénom", "nom_de_famille",
    "apellido", "apellidos", "nombre", "cognome", "person_name", "customer_name", "client_name", "patient_name", "employee_name", "contact_name",
)  # fmt: skip

PERSON: tuple[Detector, ...] = (
    Detector("name of a person", None, names=_FIRST_AND_LAST, not_names=("length", "count", "frequency", "origin"), named_form=ANY_LETTERS),
    Detector(
        "date of birth",
        None,
        names=("birth_date", "birthdate", "date_of_birth", "dateofbirth", "dob", "birthday", "birth_day", "geburtsdatum", "date_naissance",
               "date_de_naissance", "fecha_nacimiento", "fecha_de_nacimiento", "data_nascita", "born_on"),
        named_form=DATE,
    ),
    # two capitalised words may be a product, a city or a firm: a suspicion, never a finding
    Detector("name of a person", FULL_NAME, names=("name",), not_names=("file", "product", "company", "item", "city", "country"), sure=False),
)  # fmt: skip
