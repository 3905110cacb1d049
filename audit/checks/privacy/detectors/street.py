"""Addresses of houses."""

import re

from audit.checks.privacy.detectors.detector import FormDetector

_STREET = (
    r"street|st|avenue|ave|road|rd|lane|ln|drive|dr|boulevard|blvd|court|ct|place|pl|square|sq|way|terrace|ter|crescent|cres|parkway|pkwy|highway|hwy"
    r"|close|circle|cir|trail|trl|alley|row|walk|grove|gardens|mews|turnpike|expressway|route|loop|plaza|pike|bypass|green|hill|park|heights|freeway"
    r"|rise|view|ridge|path|run|point|crossing|cove|valley|meadows?|common|commons|estate|extension|field|fields|ford|forest|glen|harbor|haven|hollow"
    r"|island|isle|junction|key|knoll|lake|landing|manor|mill|mission|mountain|orchard|oval|overpass|pass|pine|plain|port|prairie|ranch|rapids|shoal"
    r"|shore|spring|springs|spur|station|stream|summit|trace|track|tunnel|union|village|ville|vista|wall|well|wells|bridge|brook|burg|canyon|cape|cliff"
    r"|club|corner|course|creek|dam|divide|drives|fall|falls|ferry|flat|fort|gateway|inlet|mall|motorway|neck|parks|passage|radial|ramp|river|skyway"
)
_WEG = (
    r"stra(?:ß|ss)e|str\.?|weg|platz|allee|gasse|ring|ufer|damm|chaussee|straat|laan|plein|gracht|kade|dreef|hof|markt|steig|stieg|pfad|graben|berg"
    r"|gatan|vägen|vagen|gränd|stigen|vej|vejen|gade|gaden|veien|vegen|veg|gata|gate|katu|tie|polku|utca|út|útja|tér|cadde|caddesi|sokak|sokağı|bulvarı"
)
_RUE = (
    r"rue|avenue|av\.?|boulevard|bd|place|chemin|impasse|allée|all\.|quai|route|square|passage|cours|calle|c/|avenida|avda\.?|plaza|paseo|camino|ronda|travesía"
    r"|carrer|glorieta|pasaje|cuesta|rambla|via|viale|v\.le|piazza|piazzale|corso|vicolo|largo|strada|borgo|contrada|stretto|canale|incrocio|rotonda"
    r"|rua|travessa|ladeira|largo|parque|rodovia|viela|beco|passarela|praia|morro|jardim|trecho|distrito|condom[ií]nio|esplanada|conjunto|feira|fazenda|vereda|viaduto|loteamento|residencial|setor|quadra|estrada|praça|alameda|rodovia|vila|ulica|ul\.|aleja|al\.|aleje|plac|pl\.|osiedle|os\.|ulitsa|аллея|шоссе|набережная|переулок|бульвар|площадь|проезд|тупик|ул\.|улица|проспект|пр\.|пер\.|наб\.|бул\.|пл\.|ш\.|вул\."
)
_ORIENT = (
    # Chinese, Japanese and Korean addresses go from the large to the small
    r"\S*(?:路|街|巷)\w{1,4}[号號座栋室幢]|[\u4e00-\u9fff]{2,}\d{1,5}[号號].*|(?=.*[\d一二三四五六七八九十〇])\S*(?:市|区|區|县|縣|镇|町|村|郡|省|都|府|道|路|街|巷|弄|丁目)[^,]*?(?:\d+|[一二三四五六七八九十]+)[号號番座栋丁室\-－の]?.*"
    r"|\S+(?:시|도|구|군) .*(?:로|길|동) ?\d.*"
    r"|(?:شارع|طريق|حي|ميدان) .*\d.*|\d+،? ?(?:شارع|طريق|حي) .*"
)
_WORD = r"[^\W\d_][\w.'’-]*"
#: What may follow a street: nothing, a place after a comma or on the next line, a flat, a direction.
_AFTER = r"\.?(?:$|[,;\n].*| ?#.*| (?:apt|apartment|suite|ste|unit|flat|floor|box|n|s|e|w|ne|nw|se|sw|north|south|east|west)\b.*| \d.*)"
_FLAT = r"(?:(?:flat|studio|apt\.?|apartment|unit|suite) ?\d+\w?[\n,] ?)"
STREET = re.compile(
    # most values are told apart by this first look: not long, and a number
    rf"(?!.{{161}})(?=.*[\d一二三四五六七八九十路街巷])(?:{_FLAT}?\d{{1,5}}[a-z]?(?:-\d{{1,5}})?,? (?:[\w.'’-]+ ){{1,4}}(?:{_STREET})s?\b{_AFTER}"
    rf"|{_FLAT}(?:[\w.'’-]+ ){{1,4}}(?:{_STREET})s?\b{_AFTER}"
    rf"|(?:{_WORD} ){{0,4}}[\w.'’-]*(?:{_WEG}) (?:no:? ?)?\d{{1,4}}(?:[-/]\d{{1,4}})? ?[a-z]?(?:\W.*)?"
    rf"|\d{{1,5}} (?:{_WORD} ){{0,2}}[\w.'’-]+(?:{_WEG})(?:,.*)?"
    rf"|\d{{1,5}} ?(?:bis|ter|[a-d])?,? (?:{_RUE}) [\w.'’ -]{{3,60}}.*"
    rf"|(?:{_RUE}) ?[\w.'’ -]{{3,60}}?,? ?(?:n[º°.]? ?|д\. ?|буд\. ?|dom |nr )?\d{{1,5}}\w?(?:[/-]\d{{1,4}}\w?)?(?:\W.*)?"
    rf"|{_WORD}(?: {_WORD}){{0,4}} (?:mah(?:allesi|\.)?|sok(?:ak|\.)?|cad(?:desi|\.)?|bulv(?:arı|\.)?)[ ,].*\d.*"
    rf"|p\.? ?o\.? box \d+.*|postfach \d.*|{_ORIENT})",
    re.IGNORECASE | re.DOTALL,
)
#: Where the column is called an address, anything with a number and a word.
NAMED = re.compile(r"(?!.*@)(?=.*[\d一二三四五六七八九十路街巷])(?=.*[^\W\d_]{2}).{5,160}", re.DOTALL)
#: Descriptions of goods mix numbers and such words, too, but most of them do not.
LEAST = 0.5

STREETS = (
    FormDetector(
        "postal address",
        STREET,
        names=(
            "address", "street", "addr", "street_address", "streetaddress", "address_line", "addressline", "adresse", "anschrift", "strasse",
            "straße", "direccion", "dirección", "indirizzo", "adres", "endereco", "endereço", "rue", "calle", "domicilio",
            "地址", "住所", "住址", "주소", "عنوان", "العنوان", "адрес",
        ),
        not_names=("ip", "email", "mail", "mac", "web", "wallet", "memory", "url", "site", "type", "count", "id", "hash"),
        named_form=NAMED,
        least_rate=LEAST,
        rare=False,
        of_a_person=False,
    ),
)  # fmt: skip
