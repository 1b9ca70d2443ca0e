"""Countries as people write them, and what a country says: its languages and its time zones (CLDR, by Babel)."""

from __future__ import annotations

import re
from functools import cache, lru_cache

import phonenumbers
from babel import Locale
from babel.core import get_global
from babel.languages import get_territory_language_info

_NAMED_IN = ("en", "uk", "pl", "de", "ru", "fr", "es", "it", "ro", "hu", "cs")
_ALSO = {
    "usa": "US", "u.s.": "US", "u.s.a.": "US", "united states of america": "US", "america": "US", "uk": "GB",
    "u.k.": "GB", "great britain": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "northern ireland": "GB",
    "czech republic": "CZ", "holland": "NL", "russian federation": "RU", "republic of moldova": "MD",
    "the netherlands": "NL", "republic of ireland": "IE", "turkey": "TR", "brd": "DE", "uae": "AE", "сша": "US",
    "чехия": "CZ", "polska rzeczpospolita": "PL", "south korea": "KR", "korea": "KR", "viet nam": "VN",
    "macedonia": "MK", "hong kong": "HK", "англія": "GB", "великобританія": "GB", "великобритания": "GB",
    "slovak republic": "SK", "hellas": "GR", "ellada": "GR", "ivory coast": "CI", "moldavia": "MD", "bosnia": "BA",
    "сполучені штати америки": "US", "сполучені штати": "US", "соединенные штаты америки": "US", "ua ukraine": "UA",
    "republic of china": "TW", "people's republic of china": "CN", "prc": "CN", "roc": "TW", "drc": "CD", "eire": "IE",
    "ksa": "SA", "rsa": "ZA", "stany zjednoczone ameryki": "US", "vereinigte staaten von amerika": "US",
    "estados unidos de américa": "US", "états-unis d'amérique": "US", "cape verde": "CV", "swaziland": "SZ",
    "burma": "MM", "east timor": "TL", "české republika": "CZ", "česká republika": "CZ", "велика британія": "GB",
    "нідерланди": "NL", "голландія": "NL", "голландия": "NL", "чеська республіка": "CZ",
    "молдавия": "MD", "беларусь": "BY", "білорусь": "BY", "kasachstan": "KZ", "росія": "RU", "україна": "UA",
}  # fmt: skip
# Read only for a name that the others do not know.
_ALSO_NAMED_IN = (
    "sv", "da", "nb", "fi", "nl", "pt", "tr", "el", "bg", "sr", "sr_Latn", "hr", "bs", "sk", "sl", "lt", "lv", "et",
    "sq", "mk", "be", "kk", "ka", "hy", "az", "he", "ar", "ja", "ko", "zh",
)  # fmt: skip
_CODE = re.compile(r"\(?\s*(?:\+|00)?\s*(\d{1,3}|1[ -]?\d{3})\s*\)?(?:\.0)?(?:\s*\(?[A-Za-z]{2,3}\)?)?")
_PARTS = re.compile(r"[()\[\],;/|–—]|\s-\s")
_OFFICIALLY = re.compile(
    r"^(?:the )?(?:(?:federal |socialist |islamic |arab )?republic|kingdom|state|federation|commonwealth) of (?:the )?"
    r"|^(?:rzeczpospolita|republika|republik|republica|república|république|repubblica|bundesrepublik|królestwo"
    r"|королівство|королевство|республіка|республика|держава|государство) |^the "
)
_FLAG = "\U0001f1e6"
# Countries with one language of business, whatever else is official somewhere in them.
_ONE_LANGUAGE = {"UA": "uk", "NO": "no", "IL": "he"}
_OFFICIAL = ("official", "de_facto_official")
# So many speak it that nobody needs to ask which of the official languages it is.
_NEARLY_ALL = 90


@lru_cache(maxsize=5_000)
def country_of(cell: str) -> str | None:
    """`Poland`, `Польща`, `PL`, `POL`, `616`, `🇵🇱`, `Republic of Poland`, `Polska (PL)` -> `PL`; None for no country.

    None as well where a cell names two: nobody can tell which is meant.
    """
    text = " ".join(cell.split()).strip(" .,").lower()
    found = _named(text)
    if found is not None:
        return found
    parts = {part: _named(part) for part in map(str.strip, _PARTS.split(text))}
    # A code is also that of a state: `CA, USA`.
    for known in ({one for part, one in parts.items() if len(part) > 2}, set(parts.values())):
        if len(known - {None}) == 1:
            return next(iter(known - {None}))
    return None


def _named(text: str) -> str | None:
    """The country of one name or code."""
    bare = _OFFICIALLY.sub("", text).strip()
    for name in (text, f"{text}.", bare):
        if found := _names().get(name) or _ALSO.get(name):
            return found
    if len(text) == 2 and all(_FLAG <= sign <= "\U0001f1ff" for sign in text):
        return _names().get("".join(chr(ord(sign) - ord(_FLAG) + ord("a")) for sign in text))
    return _more_names().get(text) or _more_names().get(bare) if len(bare) > 1 else None


@cache
def _names() -> dict[str, str]:
    known = {region for region in phonenumbers.SUPPORTED_REGIONS if len(region) == 2}
    found = {region.lower(): region for region in known}
    for code, regions in get_global("territory_aliases").items():
        if len(code) == 3 and len(regions) == 1 and regions[0] in known:
            found[code.lower()] = regions[0]
    return found | _named_in(_NAMED_IN)


@cache
def _more_names() -> dict[str, str]:
    """The same in languages that are asked last: they take a while to read."""
    return _named_in(_ALSO_NAMED_IN)


def _named_in(languages: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for language in reversed(languages):
        names = Locale.parse(language).territories
        found |= {name.lower(): region for region, name in names.items() if region in phonenumbers.SUPPORTED_REGIONS}
    return {name: region for name, region in found.items() if len(region) == 2}


def regions_of_digits(cell: str) -> list[str]:
    """The countries that digits alone may mean: by calling code (`48`, `+48`), and by number of ISO 3166 (`616`)."""
    by_code, by_number = region_of_code(cell), country_of(cell)
    return [region for region in dict.fromkeys((by_code, by_number)) if region is not None]


@lru_cache(maxsize=5_000)
def region_of_code(cell: str) -> str | None:
    """The region whose numbers a calling code is read by: `48`, `+48`, `(0048)`, `48.0` -> `PL`, `1`, `1-876` -> `US`.

    None for what is no calling code, such as `030`, which is that of an area.
    """
    found = _CODE.fullmatch(cell.strip())
    digits = re.sub(r"\D", "", found[1]) if found else ""
    code = "1" if len(digits) == 4 and digits.startswith("1") else digits
    region = phonenumbers.region_code_for_country_code(int(code)) if code and not code.startswith("0") else "ZZ"
    return region if region in phonenumbers.SUPPORTED_REGIONS else None


@cache
def languages_of(country: str) -> tuple[str, ...]:
    """Official languages of a country as two letters, the most spoken first; a single one that nearly all speak."""
    if country in _ONE_LANGUAGE:
        return (_ONE_LANGUAGE[country],)
    spoken: dict[str, float] = {}
    for code, facts in get_territory_language_info(country).items():
        share = float(facts["population_percent"] or 0)
        if facts["official_status"] in _OFFICIAL and share >= 1:
            spoken[code.partition("_")[0]] = share
    codes = sorted((code for code in spoken if len(code) == 2), key=lambda code: -spoken[code])
    return tuple(codes[:1] if codes and spoken[codes[0]] >= _NEARLY_ALL else codes)


@cache
def zones_of_country(country: str) -> frozenset[str]:
    """IANA names of a country's time zones; none for a country that is not known."""
    return frozenset(get_global("territory_zones").get(country, ()))
