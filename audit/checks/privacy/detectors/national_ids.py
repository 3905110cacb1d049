"""Numbers by which states know people."""

import re
from collections.abc import Callable
from importlib import import_module

from audit.checks.privacy.detectors.detector import Detector

#: National Insurance numbers: letters that are never given, and prefixes that are not in use.
NINO = re.compile(r"(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]")


def valid_nino(value: str) -> bool:
    """Return whether a British National Insurance number can have been given out."""
    return NINO.fullmatch(value.replace(" ", "").upper()) is not None


def _stdnum(module: str) -> Callable[[str], bool]:
    def valid(value: str) -> bool:
        return bool(import_module(f"stdnum.{module}").is_valid(value))

    return valid


def _national(country: str, module: str, form: str, chance: float, names: tuple[str, ...], plain: str = "") -> Detector:
    """Return a detector of a number as it is written with separators; its plain digits will do where the column's name suggests it."""
    written = re.compile(form, re.IGNORECASE) if form else None
    named = re.compile(f"(?:{form})|(?:{plain})" if form and plain else form or plain, re.IGNORECASE)
    valid = _stdnum(module) if module else valid_nino
    return Detector(f"national identity number ({country})", written, valid, chance, ("national_id", "nationalid", *names), named_form=named)


#: Country, python-stdnum module, form with separators, share of random numbers of that form that pass, column names, form without separators.
#: Forms without separators are left out of the third column where random numbers of that length are common (order numbers, postal codes).
NATIONAL_IDS: tuple[Detector, ...] = (
    _national("United States", "us.ssn", r"\d{3}-\d{2}-\d{4}", 0.9, ("ssn", "social_security", "social_security_number"), r"\d{9}"),
    _national("United Kingdom", "", r"[A-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-Z]", 0.12, ("nino", "national_insurance", "ni_number")),
    _national("United Kingdom, NHS", "gb.nhs", r"\d{3} \d{3} \d{4}", 0.1, ("nhs", "nhs_number"), r"\d{10}"),
    _national("Germany", "de.idnr", r"\d{2} \d{3} \d{3} \d{3}", 0.02, ("idnr", "steuer_id", "steuerid", "steuernummer"), r"\d{11}"),
    _national(
        "France", "fr.nir", r"[12] ?\d\d ?(?:0\d|[2-9]\d|1[0-2]) ?\d[\dAB] ?\d{3} ?\d{3} ?\d{2}", 0.02, ("nir", "insee", "numero_securite_sociale")
    ),
    _national("Spain", "es.dni", r"\d{8}-?[A-Z]", 0.05, ("dni", "nif")),
    _national("Spain, residents", "es.nie", r"[XYZ]-?\d{7}-?[A-Z]", 0.05, ("nie",)),
    _national("Italy", "it.codicefiscale", r"[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]", 0.05, ("codice_fiscale", "codicefiscale")),
    _national("Netherlands", "nl.bsn", r"", 0.1, ("bsn", "burgerservicenummer", "sofinummer"), r"\d{9}"),
    _national("Canada", "ca.sin", r"\d{3}([ -])\d{3}\1\d{3}", 0.1, ("sin", "social_insurance", "social_insurance_number"), r"\d{9}"),
    _national("Poland", "pl.pesel", r"", 0.1, ("pesel",), r"\d{11}"),
    _national("Brazil", "br.cpf", r"\d{3}\.\d{3}\.\d{3}-\d{2}", 0.02, ("cpf",), r"\d{11}"),
    _national("Switzerland", "ch.ssn", r"756\.\d{4}\.\d{4}\.\d{2}", 0.1, ("ahv", "avs", "ahv_number", "ahvnummer"), r"756\d{10}"),
    _national("Belgium", "be.nn", r"\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}", 0.02, ("rijksregisternummer", "numero_national", "insz"), r"\d{11}"),
    _national("Denmark", "dk.cpr", r"\d{6}-\d{4}", 0.9, ("cpr", "cpr_number"), r"\d{10}"),
    _national("Finland", "fi.hetu", r"\d{6}[-+A]\d{3}[0-9A-Z]", 0.05, ("hetu", "henkilotunnus")),
    _national("Sweden", "se.personnummer", r"\d{6}(?:\d{2})?[-+]\d{4}", 0.1, ("personnummer", "personal_number"), r"\d{10}|\d{12}"),
    _national("Norway", "no.fodselsnummer", r"\d{6} \d{5}", 0.02, ("fodselsnummer", "fødselsnummer"), r"\d{11}"),
    _national("India", "in_.aadhaar", r"\d{4} \d{4} \d{4}", 0.12, ("aadhaar", "aadhar"), r"\d{12}"),
    Detector(
        "passport or licence number",
        None,
        names=("passport", "passport_number", "passport_no", "driving_licence", "drivers_license", "driver_license", "licence_number"),
        not_names=("type", "country", "plate", "date", "class"),
        named_form=re.compile(r"(?=.*\d)[A-Z0-9 -]{6,18}", re.IGNORECASE),
    ),
)
