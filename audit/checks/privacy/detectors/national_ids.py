"""Numbers by which states and their tax offices know people."""

import re
from collections.abc import Callable
from importlib import import_module

from audit.checks.privacy.detectors.detector import FormDetector

#: National Insurance numbers: letters that are never given, and prefixes that are not in use.
NINO = re.compile(r"(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]")
_ANY = ("national_id", "nationalid", "national_number", "identity_number", "id_number", "personal_id", "personal_number", "citizen_id", "idnumber")
_ANY_TAX = ("tax_id", "taxid", "tax_number", "taxnumber", "tin", "tax_no")


def valid_nino(value: str) -> bool:
    """Return whether a British National Insurance number can have been given out."""
    return NINO.fullmatch(value.replace(" ", "").upper()) is not None


def valid_resident(value: str) -> bool:
    """Return whether a Chinese resident's number holds a day and the right check digit (GB 11643-1999)."""
    from stdnum.cn import ric
    from stdnum.exceptions import ValidationError

    try:
        return ric.get_birth_date(value) is not None and bool(ric.calc_check_digit(value) == value[-1].upper())
    except ValidationError:
        return False


def valid_persons_pan(value: str) -> bool:
    """Return whether an Indian account number is one of a person: its fourth letter says so."""
    from stdnum.in_ import pan

    return value[3].upper() == "P" and bool(pan.is_valid(value))


def _stdnum(module: str) -> Callable[[str], bool]:
    def valid(value: str) -> bool:
        return bool(import_module(f"stdnum.{module}").is_valid(value))

    return valid


_OWN = {"nino": valid_nino, "in_.pan": valid_persons_pan, "cn.ric": valid_resident}


def _number(
    place: str, module: str, form: str, chance: float, names: tuple[str, ...], plain: str = "", *, tax: bool = False, sure: bool = True
) -> FormDetector:
    """Return a detector of a number of a country; ``plain`` is a form that will do only where the column's name suggests it."""
    named = re.compile(f"(?:{form})|(?:{plain})" if form and plain else form or plain, re.IGNORECASE)
    return FormDetector(
        f"{'tax' if tax else 'national identity'} number ({place})",
        re.compile(form, re.IGNORECASE) if form else None,
        _OWN.get(module) or _stdnum(module),
        chance,
        (*names, *(_ANY_TAX if tax else _ANY)),
        ("type", "country", "issuer", "issued"),
        named_form=named,
        sure=sure,
    )


#: Country, python-stdnum module, form, share of random numbers of that form that pass, column names, further form where the name suggests it.
#: Left to the further form are numbers without check digits, and those that others look exactly like: ten digits of the NHS are an ISBN,
#: nine digits of Canada a number of a French firm.
NATIONAL_IDS = (
    _number("United States", "us.ssn", r"\d{3}-\d{2}-\d{4}", 0.9, ("ssn", "social_security", "social_security_number"), r"\d{9}"),
    _number("United Kingdom", "nino", r"[A-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-Z]", 0.12, ("nino", "national_insurance", "ni_number")),
    _number("United Kingdom, NHS", "gb.nhs", r"\d{3} \d{3} \d{4}", 0.1, ("nhs", "nhs_number"), r"\d{10}"),
    _number("France", "fr.nir", r"[12] ?\d\d ?(?:0\d|[2-9]\d|1[0-2]) ?\d[\dAB] ?\d{3} ?\d{3} ?\d{2}", 0.02, ("nir", "insee", "numero_secu")),
    _number("Spain", "es.dni", r"\d{8}-?[A-Z]", 0.05, ("dni", "nif")),
    _number("Spain, residents", "es.nie", r"[XYZ]-?\d{7}-?[A-Z]", 0.05, ("nie",)),
    _number("Netherlands", "nl.bsn", r"\d{9}", 0.1, ("bsn", "burgerservicenummer", "sofinummer")),
    _number("Canada", "ca.sin", r"\d{3}-\d{3}-\d{3}", 0.1, ("sin", "social_insurance", "social_insurance_number"), r"\d{3} ?\d{3} ?\d{3}"),
    _number("Poland", "pl.pesel", r"\d{11}", 0.02, ("pesel",)),
    _number("Switzerland", "ch.ssn", r"756\.\d{4}\.\d{4}\.\d{2}|756\d{10}", 0.1, ("ahv", "avs", "ahv_number", "ahvnummer")),
    _number("Belgium", "be.nn", r"\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}|\d{11}", 0.02, ("rijksregisternummer", "numero_national", "insz")),
    _number("Denmark", "dk.cpr", r"\d{6}-\d{4}", 0.04, ("cpr", "cpr_number"), r"\d{10}"),
    _number("Finland", "fi.hetu", r"\d{6}[-+A-FU-Y]\d{3}[0-9A-Z]", 0.02, ("hetu", "henkilotunnus")),
    _number("Sweden", "se.personnummer", r"\d{6}(?:\d{2})?[-+]?\d{4}", 0.02, ("personnummer",)),
    _number("Norway", "no.fodselsnummer", r"\d{6} ?\d{5}", 0.02, ("fodselsnummer", "fødselsnummer")),
    _number("Iceland", "is_.kennitala", r"\d{6}-?\d{4}", 0.02, ("kennitala",)),
    _number("India", "in_.aadhaar", r"\d{4} ?\d{4} ?\d{4}", 0.1, ("aadhaar", "aadhar")),
    _number("Türkiye", "tr.tckimlik", r"\d{11}", 0.02, ("tckn", "tc_kimlik", "tc_kimlik_no", "kimlik_no", "tc_no")),
    _number("China", "cn.ric", r"\d{17}[\dX]", 0.02, ("id_card", "身份证", "身份证号", "身份证号码", "shenfenzheng")),
    _number("Korea", "kr.rrn", r"\d{6}-?\d{7}", 0.02, ("rrn", "주민등록번호", "resident_registration_number")),
    _number("South Africa", "za.idnr", r"\d{13}", 0.02, ("sa_id", "rsa_id")),
    _number("Romania", "ro.cnp", r"\d{13}", 0.02, ("cnp",)),
    _number("Bulgaria", "bg.egn", r"\d{10}", 0.02, ("egn", "егн")),
    _number("Czechia", "cz.rc", r"\d{6}/\d{3,4}", 0.03, ("rodne_cislo", "rodné_číslo", "rc"), r"\d{9,10}"),
    _number("Estonia and Lithuania", "ee.ik", r"[1-6]\d{10}", 0.02, ("isikukood", "asmens_kodas")),
    _number("Croatia", "hr.oib", r"\d{11}", 0.1, ("oib",)),
    _number("Slovenia", "si.emso", r"\d{13}", 0.02, ("emso", "emšo", "jmbg")),
    _number("Greece", "gr.amka", r"\d{11}", 0.02, ("amka",)),
    _number("Israel", "il.idnr", r"", 0.1, ("teudat_zehut", "mispar_zehut"), r"\d{8,9}"),
    _number("Thailand", "th.pin", r"\d-\d{4}-\d{5}-\d{2}-\d|\d{13}", 0.1, ("thai_id",)),
    _number("Malaysia", "my.nric", r"\d{6}-\d{2}-\d{4}", 0.04, ("nric", "mykad"), r"\d{12}"),
    _number("Chile", "cl.rut", r"\d{1,2}\.?\d{3}\.?\d{3}-[\dK]", 0.1, ("rut", "run")),
    _number("Mexico", "mx.curp", r"[A-Z]{4}\d{6}[HMX][A-Z]{5}[A-Z0-9]\d", 0.02, ("curp",)),
    FormDetector(
        "passport or licence number",
        None,
        names=("passport", "passport_number", "passport_no", "driving_licence", "drivers_license", "driver_license", "licence_number",
               "reisepass", "passnummer", "pasaporte", "passeport"),
        not_names=("type", "country", "plate", "date", "class", "issuer"),
        named_form=re.compile(r"(?=.*\d)[A-Z0-9 -]{6,18}", re.IGNORECASE),
    ),
)  # fmt: skip

#: Numbers of tax offices; where firms have them, too, form and check digits alone are only a suspicion.
TAX_NUMBERS = (
    _number("Germany", "de.idnr", r"\d{2} ?\d{3} ?\d{3} ?\d{3}", 0.01, ("idnr", "steuer_id", "steuerid", "steueridnr", "steuernummer"), tax=True),
    _number("Italy", "it.codicefiscale", r"[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]", 0.05, ("codice_fiscale", "codicefiscale", "cf"), tax=True),
    _number("Brazil", "br.cpf", r"\d{3}\.\d{3}\.\d{3}-\d{2}|\d{11}", 0.02, ("cpf",), tax=True),
    _number("United States, individual", "us.itin", r"9\d{2}-[5-9]\d-\d{4}", 0.7, ("itin",), r"9\d{8}", tax=True),
    _number("France", "fr.nif", r"[0-3]\d(?: ?\d{2})(?: ?\d{3}){3}", 0.02, ("spi", "numero_fiscal"), tax=True),
    _number("United Kingdom", "gb.utr", r"\d{5} \d{5}", 0.11, ("utr", "utr_number"), r"\d{10}", tax=True),
    _number("India", "in_.pan", r"[A-Z]{5}\d{4}[A-Z]", 0.05, ("pan", "pan_number"), tax=True),
    _number("Russia", "ru.inn", r"\d{12}", 0.02, ("inn", "инн"), r"\d{10}", tax=True),
    _number("Mexico", "mx.rfc", r"[A-Z&Ñ]{4} ?\d{6} ?[A-Z0-9]{3}", 0.05, ("rfc",), tax=True),
    _number("Ireland", "ie.pps", r"\d{7}[A-W][A-IW]?", 0.06, ("pps", "ppsn", "pps_number"), tax=True),
    _number("Argentina", "ar.cuit", r"2[03478]-?\d{8}-?\d", 0.1, ("cuil", "cuit"), tax=True),
    _number("Portugal", "pt.nif", r"[123]\d{2} ?\d{3} ?\d{3}", 0.1, ("nif", "contribuinte"), tax=True),
    _number("Australia", "au.tfn", r"\d{3} \d{3} \d{3}", 0.1, ("tfn", "tax_file_number"), r"\d{8,9}", tax=True),
    _number("Poland", "pl.nip", r"\d{3}-\d{3}-\d{2}-\d{2}|\d{3}-\d{2}-\d{2}-\d{3}", 0.1, ("nip",), r"\d{10}", tax=True, sure=False),
    _number(
        "European Union, VAT", "eu.vat", r"[A-Z]{2} ?[\dA-Z]{8,12}", 0.1, ("vat", "vat_id", "vat_number", "ust_id", "ustid"), tax=True, sure=False
    ),
)
