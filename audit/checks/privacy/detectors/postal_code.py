"""Postal codes: a few houses share one, so they only raise a suspicion."""

import re

from audit.checks.privacy.detectors.detector import FormDetector

#: British, Canadian and Dutch codes mix letters and digits like nothing else; codes of digits alone need a telling name.
MIXED = re.compile(r"[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}|[ABCEGHJ-NPRSTVXY]\d[A-Z] ?\d[A-Z]\d|[1-9]\d{3} [A-Z]{2}", re.IGNORECASE)
DIGITS = re.compile(
    rf"{MIXED.pattern}|[A-Z]{{1,2}}-\d{{4,5}}|\d{{4,5}}|\d{{5}}-\d{{3,4}}|\d{{3}}[- ]\d{{2,4}}|\d{{2}}-\d{{3}}|\d{{6,7}}", re.IGNORECASE
)

POSTAL_CODES = (
    FormDetector(
        "postal code",
        MIXED,
        names=(
            "zip", "zip_code", "zipcode", "zip4", "post_code", "postcode", "postal_code", "postalcode", "postal", "plz", "postleitzahl",
            "code_postal", "codigo_postal", "código_postal", "cep", "kod_pocztowy", "posta_kodu", "郵便番号", "邮编", "postnummer", "postinumero",
        ),
        named_form=DIGITS,
        least_rate=0.5,
        sure=False,
        rare=False,
        of_a_person=False,
    ),
)  # fmt: skip
