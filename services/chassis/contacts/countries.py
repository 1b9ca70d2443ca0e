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
    "молдавия": "MD", "беларусь": "BY", "білорусь": "BY", "kasachstan": "KZ", "росія": "RU", "україна": "UA",
}  # fmt: skip
_CODE = re.compile(r"\s*(?:\+|00)?\s*(\d{1,3})\s*")
# Countries with one language of business, whatever else is official somewhere in them.
_ONE_LANGUAGE = {"UA": "uk", "NO": "no", "IL": "he"}
_OFFICIAL = ("official", "de_facto_official")
# So many speak it that nobody needs to ask which of the official languages it is.
_NEARLY_ALL = 90


@lru_cache(maxsize=5_000)
def country_of(cell: str) -> str | None:
    """`Poland`, `Польща`, `PL`, `POL` -> `PL`; None for what is no country."""
    text = " ".join(cell.split()).strip(" .,").lower()
    return _names().get(text) or _ALSO.get(text) or _ALSO.get(f"{text}.")


@cache
def _names() -> dict[str, str]:
    known = {region for region in phonenumbers.SUPPORTED_REGIONS if len(region) == 2}
    found = {region.lower(): region for region in known}
    for code, regions in get_global("territory_aliases").items():
        if len(code) == 3 and code.isalpha() and len(regions) == 1 and regions[0] in known:
            found[code.lower()] = regions[0]
    for language in reversed(_NAMED_IN):
        names = Locale.parse(language).territories
        found |= {name.lower(): region for region, name in names.items() if region in known}
    return found


def region_of_code(cell: str) -> str | None:
    """The region whose numbers a calling code is read by: `48`, `+48` -> `PL`, `1` -> `US`; None for no code."""
    code = _CODE.fullmatch(cell)
    region = phonenumbers.region_code_for_country_code(int(code[1])) if code else "ZZ"
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
