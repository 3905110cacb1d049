"""Writes the lists of names under audit/checks/privacy/names: `python benchmarks/person_name_lists.py audit/checks/privacy/names`.

Needs `faker` and `mimesis` (both MIT licence), from whose tables for their many locales the lists are put together.
"""

import json
import pkgutil
import re
import sys
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path

from audit.checks.privacy.letters import folded, words

GIVEN, FAMILY = r".*first_.*names?.*", r".*last_.*names?.*"
PARTICLES = frozenset(
    {
        "van",
        "von",
        "de",
        "der",
        "den",
        "da",
        "do",
        "dos",
        "das",
        "di",
        "del",
        "della",
        "delle",
        "dello",
        "la",
        "le",
        "les",
        "lo",
        "li",
        "el",
        "al",
        "ben",
        "bin",
        "bint",
        "ibn",
        "abu",
        "ter",
        "ten",
        "zu",
        "zur",
        "zum",
        "af",
        "av",
        "mac",
        "mc",
        "san",
        "santa",
        "saint",
        "sao",
        "and",
        "und",
        "the",
        "of",
        "in",
        "ال",
        "آل",
        "عبد",
        "بن",
        "ابن",
        "ابو",
        "بنت",
    }
)


def main(folder: Path) -> None:
    """Write the three lists."""
    given, family, places = set(), set(), set()
    for names, surnames, towns in [*faker(), *mimesis()]:
        given |= tokens(names)
        family |= tokens(surnames)
        places |= {" ".join(words(t)) for t in towns if not re.search(r"\d", t)}
    # a town that nobody is called after cannot be taken for a person
    towns_like_names = {p for p in places if len(p) > 1 and any(w in given or w in family for w in p.split())}
    for name, found in {"given": given, "family": family, "places": towns_like_names}.items():
        (folder / f"{name}.txt").write_text("\n".join(sorted(found)) + "\n", encoding="utf-8")
        print(name, len(found))


def faker() -> Iterator[tuple[list[str], list[str], list[str]]]:
    """Yield given names, family names and towns of each locale of Faker."""
    import faker.providers.address as address
    import faker.providers.person as person

    for package in (person, address):
        for info in pkgutil.iter_modules(package.__path__):
            provider = import_module(f"{package.__name__}.{info.name}").Provider
            if package is person:
                yield listed(provider, GIVEN), listed(provider, FAMILY), []
            else:
                yield [], [], listed(provider, r"cit(y_names|ies|y_names_.*)|towns|municipalities")


def mimesis() -> Iterator[tuple[list[str], list[str], list[str]]]:
    """Yield given names, family names and towns of each locale of Mimesis."""
    import mimesis

    for folder in sorted((Path(mimesis.__file__).parent / "datasets").iterdir()):
        files = [folder / "person.json", folder / "address.json"]
        person, address = (json.loads(f.read_text(encoding="utf-8")) if f.exists() else {} for f in files)
        yield flat(person.get("names", [])), flat(person.get("surnames", [])), flat(address.get("city", []))


def listed(provider: type, pattern: str) -> list[str]:
    """Return all strings in the attributes of a class whose names match."""
    found = [getattr(provider, a) for a in dir(provider) if re.fullmatch(pattern, a)]
    return [s for f in found if not callable(f) and not isinstance(f, property) for s in flat(f)]


def flat(value: object) -> list[str]:
    """Return all strings in nested lists, and in the keys of weighted ones."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        nested = [v for v in value.values() if not isinstance(v, (int, float))]
        return flat(nested or list(value))
    return [s for v in value for s in flat(v)] if isinstance(value, Iterable) else []


def tokens(names: Iterable[str]) -> set[str]:
    """Return the words of names that stand for somebody."""
    found = {w for n in names if not re.search(r"[\d{}()/]", n) for w in words(n)}
    return {w for w in found if w not in {folded(p) for p in PARTICLES} and (len(w) > 1 or ord(w) > 0x2E80)}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
