"""Presidio's pattern recognisers on dumped columns: `python presidio_columns.py FOLDER VERDICTS.json`, in an environment with `presidio-analyzer`.

Names and places need a language model and are left out; all recognisers that need none are asked, and a value counts where one is at least as sure as
0.4. A column is called after the kind of half of its first 300 distinct values; one whose texts hold something in one of 500, free text.
"""

import json
import sys
from collections import Counter
from pathlib import Path

import presidio_analyzer.predefined_recognizers as predefined
from presidio_analyzer import PatternRecognizer

NATIONAL = (
    "US_SSN", "UK_NINO", "UK_NHS", "ES_NIF", "ES_NIE", "PL_PESEL", "IN_AADHAAR", "TR_NATIONAL_ID", "KR_RRN", "KR_FRN", "TH_TNIN", "SE_PERSONNUMMER",
    "FI_PERSONAL_IDENTITY_CODE", "ZA_ID_NUMBER", "CA_SIN", "NG_NIN", "SG_NRIC_FIN", "DE_SOCIAL_SECURITY",
)  # fmt: skip
TAX = ("US_ITIN", "DE_TAX_ID", "IT_FISCAL_CODE", "IN_PAN", "AU_TFN", "PH_TIN", "ZA_INCOME_TAX_NUMBER")
PHONE = ("PHONE_NUMBER", "ZA_MOBILE_NUMBER", "ZA_TELEPHONE_NUMBER")
TYPES = {
    "EMAIL_ADDRESS": "e-mail address",
    "CREDIT_CARD": "payment card number",
    "IBAN_CODE": "bank account (IBAN)",
    "IP_ADDRESS": "IP address",
    **dict.fromkeys(PHONE, "telephone number"),
    **dict.fromkeys(TAX, "tax number"),
    **dict.fromkeys(NATIONAL, "national identity number"),
}
VALUES, SURE = 300, 0.4


def recognisers():
    """Yield the recognisers that need no language model."""
    for name in dir(predefined):
        kind = getattr(predefined, name)
        if isinstance(kind, type) and (
            issubclass(kind, PatternRecognizer) or name in ("PhoneRecognizer", "ZaMobileNumberRecognizer", "ZaTelephoneNumberRecognizer")
        ):
            made = kind()
            if set(made.supported_entities) & set(TYPES):
                yield made


def verdict(values, made):
    """Return the kind of a column, or nothing."""
    distinct = list(dict.fromkeys(values))[:VALUES]
    whole, inside = Counter(), 0
    for value in distinct:
        found = {}
        for recogniser in made:
            entities = [e for e in recogniser.supported_entities if e in TYPES]
            for result in recogniser.analyze(value, entities, None) or []:
                if result.score >= SURE:
                    found[TYPES[result.entity_type]] = max(found.get(TYPES[result.entity_type], 0), result.end - result.start)
        whole.update(k for k, length in found.items() if length >= 0.8 * len(value.strip()))
        inside += any(length < 0.8 * len(value.strip()) for length in found.values()) and len(value.split()) > 3
    if whole and whole.most_common(1)[0][1] >= len(distinct) / 2:
        return whole.most_common(1)[0][0]
    return "free text" if inside >= max(1, len(distinct) / 500) else ""


made = list(recognisers())
verdicts = []
for path in sorted(Path(sys.argv[1]).glob("*.json")):
    verdicts.append([verdict(c, made) for c in json.loads(path.read_text(encoding="utf-8"))["columns"]])
    print(path.name, verdicts[-1], flush=True)
Path(sys.argv[2]).write_text(json.dumps(verdicts), encoding="utf-8")
