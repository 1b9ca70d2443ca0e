"""Units of quantities: codes of UN/ECE Recommendations 20 and 21, what people call them, and what they write."""

from __future__ import annotations

from typing import Final

from services.account_mgmt.domain.code_lists import UNITS

PIECE: Final = "C62"
_LANGUAGES: Final = ("en", "uk", "de", "pl")
# Code: its short name in each language, then other words that people write for it.
_UNITS: Final[dict[str, str]] = {
    "C62": "pc|шт|Stk|szt | piece pieces pcs unit one item штука штук од одиниця stück st sztuka sztuk",
    "H87": "pc|шт|Stk|szt | ",
    "SET": "set|компл|Satz|kpl | комплект sets kit komplet",
    "PR": "pair|пара|Paar|para | pairs пари",
    "HUR": "h|год|Std|godz | hour hr hrs hours година години stunde stunden godzina",
    "MIN": "min|хв|Min|min | minute minutes хвилина minuten minuta",
    "DAY": "d|дн|Tg|dni | day день tag dzień days дні tage doba",
    "WEE": "wk|тиж|Wo|tyg | week woche tydz weeks тиждень wochen tydzień",
    "MON": "mo|міс|Mon|mies | month monat months місяць monate miesiąc",
    "ANN": "yr|р|J|r | year рік jahr rok years роки jahre lata",
    "GRM": "g|г|g|g | gram grams грам gramm",
    "KGM": "kg|кг|kg|kg | kilo kilos kilogram kilograms кілограм kilogramm",
    "TNE": "t|т|t|t | tonne tonnes ton tons тонна тонни тонн tona",
    "MTR": "m|м|m|m | metre meter metres meters метр metr",
    "MMT": "mm|мм|mm|mm | ",
    "CMT": "cm|см|cm|cm | centimetre сантиметр zentimeter",
    "KMT": "km|км|km|km | kilometre kilometer kilometres kilometers кілометр kilometr",
    "MTK": "m²|м²|m²|m² | m2 м2 sqm qm",
    "MTQ": "m³|м³|m³|m³ | m3 м3 cbm",
    "MLT": "ml|мл|ml|ml | ",
    "LTR": "l|л|l|l | litre liter litres liters літр litr",
    "KWH": "kWh|кВт·год|kWh|kWh | ",
    "MWH": "MWh|МВт·год|MWh|MWh | ",
    "E54": "trip|рейс|Fahrt|kurs | trips truck ride рейси поїздка fahrten tour przejazd",
    "E22": "TEU|TEU|TEU|TEU | ",
    "P1": "%|%|%|% | percent prozent procent відсоток",
    "XCN": "container|контейнер|Container|kontener | containers контейнери",
    "E48": "service|послуга|Leistung|usługa | послуги services usługi",
    "LS": "flat|разом|pauschal|ryczałt | lump-sum lumpsum pauschale",
    "XPX": "pallet|палета|Palette|paleta | pallets паллета палет paletten palet",
    "XBX": "box|ящик|Kiste|skrzynia | boxes коробка",
    "XCT": "carton|картон|Karton|karton | cartons",
    "XPK": "pack|уп|Packung|opak | package packs упаковка paket paczka",
    "XRO": "roll|рулон|Rolle|rolka | rolls",
}
_SHORT: Final = {
    code: dict(zip(_LANGUAGES, words.partition(" | ")[0].split("|"), strict=True)) for code, words in _UNITS.items()
}
_CODES: Final = {
    word.casefold(): code
    for code, words in reversed(_UNITS.items())
    for word in (*words.partition(" | ")[0].split("|"), *words.partition(" | ")[2].split(), code)
}


def code_of(unit: str) -> str | None:
    """The code of what was written, a code or a word: `HUR` and `hour` are HUR. None for one that nobody knows.

    A code that has no word here is known in capitals alone: `BAR` is a pressure, and `bar` may be anything.
    """
    plain = unit.strip().rstrip(".")
    return _CODES.get(plain.casefold()) or (plain if plain in UNITS else None)


def word_of(unit: str, language: str = "en") -> str:
    """What a code is called in a language, English where we have no word; a word stays as it is written."""
    names = _SHORT.get(unit)
    return (names.get(language) or names["en"]) if names else unit


def check_unit(unit: str) -> str:
    """The unit, if it has a code. Raises ValueError."""
    if code_of(unit) is None:
        raise ValueError(
            f"'{unit[:20]}' is no unit we know: give a code of UN/ECE Recommendation 20, such as C62 (piece), HUR "
            "(hour), DAY, MON, KGM, TNE, MTR or KMT, or a usual word such as hour, kg or trip"
        )
    return unit
