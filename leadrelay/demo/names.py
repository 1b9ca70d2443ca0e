"""Word lists of the sample: places, lines of business, syllables and names, and how to write them in Latin.

Company names are put together from invented syllables so that none of them is meant to be a real firm.
"""

from __future__ import annotations

from typing import NamedTuple


class Place(NamedTuple):
    """A city, its oblast, the trunk code of its fixed lines, and how many of 1,000 companies sit there."""

    city: str
    oblast: str
    area_code: str
    weight: int


class Trade(NamedTuple):
    """A line of business that ships freight, in the words of a CRM, with the words its firms put in their names."""

    industry: str
    words: tuple[str, ...]
    weight: int


PLACES = (
    Place("Київ", "Київ", "44", 190),
    Place("Бровари", "Київська", "45", 25),
    Place("Біла Церква", "Київська", "45", 20),
    Place("Бориспіль", "Київська", "45", 15),
    Place("Одеса", "Одеська", "48", 95),
    Place("Чорноморськ", "Одеська", "48", 20),
    Place("Ізмаїл", "Одеська", "48", 15),
    Place("Львів", "Львівська", "32", 85),
    Place("Стрий", "Львівська", "32", 12),
    Place("Дніпро", "Дніпропетровська", "56", 80),
    Place("Кривий Ріг", "Дніпропетровська", "56", 30),
    Place("Харків", "Харківська", "57", 60),
    Place("Запоріжжя", "Запорізька", "61", 35),
    Place("Вінниця", "Вінницька", "43", 35),
    Place("Полтава", "Полтавська", "53", 28),
    Place("Кременчук", "Полтавська", "53", 18),
    Place("Черкаси", "Черкаська", "47", 24),
    Place("Умань", "Черкаська", "47", 10),
    Place("Миколаїв", "Миколаївська", "51", 26),
    Place("Кропивницький", "Кіровоградська", "52", 18),
    Place("Житомир", "Житомирська", "41", 20),
    Place("Хмельницький", "Хмельницька", "38", 22),
    Place("Тернопіль", "Тернопільська", "35", 16),
    Place("Рівне", "Рівненська", "36", 16),
    Place("Луцьк", "Волинська", "33", 18),
    Place("Івано-Франківськ", "Івано-Франківська", "34", 18),
    Place("Ужгород", "Закарпатська", "31", 14),
    Place("Мукачево", "Закарпатська", "31", 10),
    Place("Чернівці", "Чернівецька", "37", 12),
    Place("Чернігів", "Чернігівська", "46", 14),
    Place("Суми", "Сумська", "54", 14),
)

TRADES = (
    Trade("Agriculture", ("Агро", "Зерно", "Лан", "Насіння"), 22),
    Trade("Food Production", ("Продукт", "Млин", "Олія", "Смак"), 15),
    Trade("Wholesale", ("Опт", "Трейд", "Постач"), 13),
    Trade("Retail", ("Маркет", "Торг", "Ритейл"), 11),
    Trade("Import and Export", ("Імпорт", "Експорт", "Інтертрейд"), 9),
    Trade("Building Materials", ("Буд", "Цемент", "Кераміка"), 8),
    Trade("Mining and Metals", ("Метал", "Прокат", "Сталь"), 6),
    Trade("Furniture", ("Меблі", "Дерево"), 5),
    Trade("Machinery", ("Маш", "Техніка", "Агрегат"), 5),
    Trade("Chemicals", ("Хім", "Полімер"), 4),
    Trade("Textiles", ("Текстиль", "Ткани"), 2),
)

FORMS = {"ТОВ": 76, "ПП": 14, "ПрАТ": 4, "ФГ": 6}
FORMS_LATIN = {"ТОВ": "LLC", "ПП": "PE", "ПрАТ": "PJSC", "ФГ": "Farm"}

HEADS = (
    "Вер", "Зор", "Дан", "Лум", "Кор", "Тав", "Рос", "Бел", "Мир", "Сян", "Гал", "Пол", "Дун", "Бор",
    "Чер", "Вел", "Тер", "Ясн", "Нав", "Руд", "Сол", "Жит", "Лан", "Кам", "Вольн", "Хвил",
)  # fmt: skip
TAILS = (
    "адар", "олан", "ивія", "опіль", "ентис", "авія", "омар", "иніка", "елія", "арта", "ополь", "исад", "окант",
    "евіт", "юта", "ядор", "ерія", "иста", "анція", "орум",
)  # fmt: skip
ENDINGS = ("", "", "", " Плюс", " Груп", " Південь", " Захід", " Центр")

WOMEN = (
    "Олена", "Наталія", "Ірина", "Тетяна", "Оксана", "Юлія", "Світлана", "Марія", "Анна", "Людмила", "Галина",
    "Катерина", "Вікторія", "Лариса", "Дарина", "Софія",
)  # fmt: skip
MEN = (
    "Олександр", "Сергій", "Андрій", "Микола", "Володимир", "Іван", "Дмитро", "Юрій", "Василь", "Віталій", "Богдан",
    "Тарас", "Роман", "Олег", "Ігор", "Максим", "Євген", "Назар",
)  # fmt: skip
SURNAMES = (
    "Шевченко", "Коваленко", "Бондаренко", "Ткаченко", "Кравченко", "Олійник", "Поліщук", "Лисенко", "Савченко",
    "Марченко", "Руденко", "Мороз", "Петренко", "Клименко", "Павленко", "Гончар", "Кушнір", "Мельник", "Левчук",
    "Романюк", "Сидоренко", "Гнатюк", "Яремчук", "Костюк", "Дячук", "Захарчук", "Панчук", "Щербак", "Яценко",
    "Їжакевич", "Зінчук", "Стецюк", "Хоменко", "Власюк", "Юрченко",
)  # fmt: skip

_PLAIN = {
    "а": "a", "б": "b", "в": "v", "г": "h", "ґ": "g", "д": "d", "е": "e", "є": "ie", "ж": "zh", "з": "z", "и": "y",
    "і": "i", "ї": "i", "й": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s",
    "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ю": "iu", "я": "ia",
    "ь": "", "'": "", "’": "",
}  # fmt: skip
APOSTROPHES = "'’"
"""They stand inside a word; the letter after one is not a first letter."""
_AT_START = {"є": "ye", "ї": "yi", "й": "y", "ю": "yu", "я": "ya"}


def latin(text: str) -> str:
    """Write Ukrainian in Latin letters by the national table (Cabinet of Ministers, 2010)."""
    written: list[str] = []
    before = " "
    for letter in text:
        low = letter.lower()
        plain = _PLAIN.get(low, letter)
        if not (before.isalpha() or before in APOSTROPHES):
            plain = _AT_START.get(low, plain)
        # `зг` is written `zgh`: `zh` would be taken for `ж`.
        if low == "г" and before.lower() == "з":
            plain = "gh"
        written.append(plain[:1].upper() + plain[1:] if letter.isupper() else plain)
        before = letter
    return "".join(written)


def slug(text: str) -> str:
    """Make a host-name label of a company or person."""
    return "-".join("".join(c if c.isascii() and c.isalnum() else " " for c in latin(text).lower()).split())
