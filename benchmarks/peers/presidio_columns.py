"""Presidio on dumped columns: `python presidio_columns.py FOLDER VERDICTS.json [--model en_core_web_sm]`, in an environment with `presidio-analyzer`.

All its recognisers are asked, those of every country; a value counts where one is at least as sure as 0.4. Names of persons need a spaCy model and
are left out without one. Presidio knows no entity for a postal address or a date of birth. A column is called after the kind of half of its first 100
distinct values, 300 where they are texts; one whose texts hold something in one of 500, free text.
"""

import argparse
import json
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
VALUES, TEXTS, SURE = 100, 300, 0.4
PERSON = "name of a person"


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


def persons(model):
    """Return how many letters of each text presidio's spaCy recogniser calls a person."""
    from presidio_analyzer.nlp_engine import SpacyNlpEngine
    from presidio_analyzer.predefined_recognizers import SpacyRecognizer

    engine = SpacyNlpEngine(models=[{"lang_code": "en", "model_name": model}])
    engine.load()
    engine.nlp["en"].select_pipes(enable=["ner"])  # lemmas and the parse serve context words, which columns have none of
    recogniser = SpacyRecognizer(supported_language="en")

    def lengths(texts):
        for text, artifacts in engine.process_batch(texts, "en"):
            yield sum(r.end - r.start for r in recogniser.analyze(text, ["PERSON"], artifacts) if r.score >= SURE)

    return lengths


def verdict(values, made, lengths):
    """Return the kind of a column, or nothing."""
    distinct = list(dict.fromkeys(values))[:TEXTS]
    if sum(len(v.split()) > 3 for v in distinct) < len(distinct) / 2:
        distinct = distinct[:VALUES]
    named = list(lengths(distinct)) if lengths else [0] * len(distinct)
    whole, inside = Counter(), 0
    for value, letters in zip(distinct, named, strict=True):
        found = {PERSON: letters} if letters else {}
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


parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("folder", type=Path)
parser.add_argument("verdicts", type=Path, help="written after each table, so that a run that was cut goes on where it stopped")
parser.add_argument("--model", help="a spaCy model that is installed")
options = parser.parse_args()
made, lengths = list(recognisers()), persons(options.model) if options.model else None
verdicts = json.loads(options.verdicts.read_text()) if options.verdicts.exists() else []
for path in sorted(options.folder.glob("*.json"))[len(verdicts) :]:
    verdicts.append([verdict(c, made, lengths) for c in json.loads(path.read_text(encoding="utf-8"))["columns"]])
    print(path.name, verdicts[-1], flush=True)
    options.verdicts.write_text(json.dumps(verdicts), encoding="utf-8")
