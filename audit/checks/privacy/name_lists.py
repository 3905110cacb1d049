"""Names of people and of places as they are written in many languages."""

from collections.abc import Set
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from audit.checks.privacy.letters import folded

FOLDER = Path(__file__).parent / "names"


@dataclass(frozen=True)
class NameLists:
    """Words of names, folded.

    Parameters
    ----------
    given, family : set of str
        Words that people are called by.
    places : set of str
        Towns that could be taken for people.
    """

    given: Set[str]
    family: Set[str]
    places: Set[str]


@cache
def name_lists() -> NameLists:
    """Return the lists that come with Assay; ``names/NOTICE`` says where they are from."""
    return NameLists(*(frozenset((FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()) for name in ("given", "family", "places")))


def _set(text: str) -> frozenset[str]:
    return frozenset(folded(w) for w in text.split())


#: Small words between names.
PARTICLES = _set(
    """
    van von vom de der den da do dos das di del della delle dello du la le les lo li el al ben bin bint ibn abu ter ten zu zur zum af av mac mc o
    d st san santa saint sao y e i ال آل عبد بن ابن ابو بنت
    """
)
TITLES = _set(
    """
    mr mrs ms miss mx dr prof sir dame lord lady rev fr herr frau hr fru dott dottssa sig sigra sra sr srta dona don mme mlle monsieur madame ing
    mag dipl med habil univ jr ii iii iv phd md dds dvm mba esq bsc msc pan pani bay bayan hanim г-н г-жа أ د السيد السيدة
    """
)
#: Words that stand in names of firms, places, goods, and not in names of people.
OTHERS = _set(
    """
    inc ltd llc llp plc gmbh ag kg kgaa ohg ug se sa sarl sas sasu srl spa snc bv nv ab oy oyj as asa aps co corp corporation company companies
    group gruppe groupe grupo gruppo holding holdings partners associates sons bros brothers cie compagnie und ug sro zoo spolka sp ltda ltd şti
    aş ооо оао зао пао ип тов شركة مؤسسة ss hms uss mv bank trust hospital university college school institute clinic hotel restaurant cafe bar
    pub brewery brewing foundation ministry department association club society council county district province region republic state states
    kingdom union fund capital services service solutions systems technologies technology international industries industry center centre church
    museum library airport station office store shop market north south east west northern southern eastern western upper lower new great little
    big old city town beach park hills hill springs spring valley river creek grove island islands heights harbor harbour bay point ridge falls
    village lake port fort mount mt road street avenue lane drive square boulevard way place plaza court terrace parkway highway bridge alley
    crescent rue calle via piazza avenida plac ulica strasse straße weg platz the of for in to with and or on at by from und et y bad am ob im bei
    sur sous em en nad pod auf aus mit für der die das des do dos pro max mini plus ultra edition series model set kit pack deluxe premium classic
    original chair table lamp lamps desk shelf sofa oil tea coffee sauce pie cake salad soup juice cream cheese bread beer wine ale ipa lager
    stout porter pilsner cocktail milk butter sugar chocolate shirt shoes jacket bag watch phone case cable charger speaker black white red blue
    green yellow grey gray brown orange purple pink golden silver gold
    """
)
#: How family names end in languages that make them from others.
FAMILY_ENDINGS = tuple(
    _set(
        """
    ова ева ёва ская цкая ский цкий енко нко чук ов ев ёв ян ova ska cka ski cki icz wicz czyk czak iak ssen sson nen vic vich enko oglu idis
    opoulos akis yan ian adze idze shvili escu zadeh sdottir dottir ίδης όπουλος άκης ίδου πούλου յան აძე იძე შვილი швили
    """
    )
)
