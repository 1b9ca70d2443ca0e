"""Time zones of states and provinces in countries that have several."""

from __future__ import annotations

import re
import unicodedata

_IN_BRACKETS = re.compile(r"\(([^()]*)\)")
_NY, _CHI, _DEN, _LA = "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"
_PHX, _ANC, _ADAK, _HNL = "America/Phoenix", "America/Anchorage", "America/Adak", "Pacific/Honolulu"
# country -> (zones, states by name and code), one line for each set of zones.
_STATES: dict[str, tuple[tuple[tuple[str, ...], str], ...]] = {
    "US": (
        ((_NY,), "CT connecticut, DE delaware, DC district of columbia, GA georgia, ME maine, MD maryland, "
                 "MA massachusetts, NH new hampshire, NJ new jersey, NY new york, NC north carolina, OH ohio, "
                 "PA pennsylvania, RI rhode island, SC south carolina, VT vermont, VA virginia, WV west virginia"),
        ((_NY, _CHI), "FL florida, IN indiana, KY kentucky, MI michigan, TN tennessee"),
        ((_CHI,), "AL alabama, AR arkansas, IL illinois, IA iowa, LA louisiana, MN minnesota, MS mississippi, "
                  "MO missouri, OK oklahoma, WI wisconsin"),
        ((_CHI, _DEN), "KS kansas, NE nebraska, ND north dakota, SD south dakota, TX texas"),
        ((_DEN,), "CO colorado, MT montana, NM new mexico, UT utah, WY wyoming"),
        ((_DEN, _LA), "ID idaho, OR oregon"),
        ((_DEN, _PHX), "AZ arizona"),
        ((_LA,), "CA california, WA washington"),
        ((_LA, _DEN), "NV nevada"),
        ((_ANC, _ADAK), "AK alaska"),
        ((_HNL,), "HI hawaii"),
    ),
    "CA": (
        (("America/St_Johns", "America/Halifax"), "NL newfoundland and labrador"),
        (("America/Halifax",), "NS nova scotia, NB new brunswick, PE prince edward island"),
        (("America/Toronto", "America/Halifax"), "QC quebec, QC québec"),
        (("America/Toronto", "America/Winnipeg"), "ON ontario"),
        (("America/Winnipeg",), "MB manitoba"),
        (("America/Regina", "America/Edmonton"), "SK saskatchewan"),
        (("America/Edmonton",), "AB alberta, NT northwest territories"),
        (("America/Vancouver", "America/Edmonton", "America/Fort_Nelson"), "BC british columbia"),
        (("America/Whitehorse",), "YT yukon"),
    ),
    "AU": (
        (("Australia/Sydney", "Australia/Broken_Hill"), "NSW new south wales"),
        (("Australia/Sydney",), "ACT australian capital territory"),
        (("Australia/Melbourne",), "VIC victoria"),
        (("Australia/Hobart",), "TAS tasmania"),
        (("Australia/Brisbane",), "QLD queensland"),
        (("Australia/Adelaide",), "SA south australia"),
        (("Australia/Darwin",), "NT northern territory"),
        (("Australia/Perth",), "WA western australia"),
    ),
    "BR": (
        (("America/Sao_Paulo",), "SP são paulo, SP sao paulo, RJ rio de janeiro, MG minas gerais, ES espírito santo, "
                                 "PR paraná, SC santa catarina, RS rio grande do sul, DF distrito federal, GO goiás, "
                                 "TO tocantins, BA bahia, SE sergipe, AL alagoas, PE pernambuco, PB paraíba, "
                                 "RN rio grande do norte, CE ceará, PI piauí, MA maranhão, PA pará, AP amapá"),
        (("America/Cuiaba",), "MT mato grosso, MS mato grosso do sul"),
        (("America/Manaus", "America/Rio_Branco"), "AM amazonas"),
        (("America/Manaus",), "RO rondônia, RR roraima"),
        (("America/Rio_Branco",), "AC acre"),
    ),
    "MX": (
        (("America/Tijuana",), "BC baja california"),
        (("America/Mazatlan",), "BCS baja california sur, SI sinaloa, NA nayarit"),
        (("America/Hermosillo",), "SO sonora, SON sonora"),
        (("America/Chihuahua", "America/Ciudad_Juarez", "America/Ojinaga"), "CH chihuahua, CHIH chihuahua"),
        (("America/Cancun",), "QR quintana roo, QROO quintana roo"),
    ),
    "ES": (
        (("Atlantic/Canary",), "GC las palmas, TF santa cruz de tenerife, CN canarias, IC islas canarias, "
                               "LPA gran canaria, TFE tenerife, IC canary islands, ACE lanzarote, FUE fuerteventura"),
    ),
    "PT": (
        (("Atlantic/Azores",), "AZ azores, AC açores, RAA região autónoma dos açores, PDL ponta delgada"),
        (("Atlantic/Madeira",), "MA madeira, RAM região autónoma da madeira, FNC funchal"),
    ),
    "CL": (
        (("America/Punta_Arenas",), "MA magallanes, XII magallanes y de la antártica chilena"),
        (("Pacific/Easter",), "IPC isla de pascua, IPC easter island, IPC rapa nui"),
    ),
    "EC": ((("Pacific/Galapagos",), "W galápagos, GAL islas galápagos"),),
    "NZ": ((("Pacific/Chatham",), "CIT chatham islands, CHI chatham"),),
    "ID": (
        (("Asia/Makassar",), "BA bali, NTB nusa tenggara barat, NTT nusa tenggara timur, SN sulawesi selatan, "
                             "SA sulawesi utara, ST sulawesi tengah, SG sulawesi tenggara, KI kalimantan timur, "
                             "KS kalimantan selatan, KU kalimantan utara"),
        (("Asia/Jayapura",), "PA papua, PB papua barat, MA maluku, MU maluku utara"),
    ),
}  # fmt: skip


def plain_name(name: str) -> str:
    """`St. John’s ` -> `st john’s`, `Cancún` -> `cancun`: how names of places are compared."""
    letters = unicodedata.normalize("NFD", " ".join(name.replace(".", "").split()).lower())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _by_name() -> dict[tuple[str, str], frozenset[str]]:
    found = {}
    for country, lines in _STATES.items():
        for zones, states in lines:
            for state in states.split(", "):
                code, _, name = state.partition(" ")
                found[country, code.lower()] = found[country, plain_name(name)] = frozenset(zones)
    return found


_KNOWN = _by_name()


def zones_of_state(country: str, name: str) -> frozenset[str]:
    """Zones of a state by its name or code, such as `CO` or `New South Wales`; none if it is not known."""
    text = plain_name(name)
    codes = _IN_BRACKETS.findall(text)
    # `US-CO` is the same state as ISO 3166-2 writes it.
    for one in (text, text.removeprefix(f"{country.lower()}-"), _IN_BRACKETS.sub("", text).strip(), *codes):
        if zones := _KNOWN.get((country, one)):
            return zones
    return frozenset()
