"""What people call the columns of a lead file: English, Ukrainian, Polish, German, and some Russian.

Words are in the form of `plain`: small letters, no accents, signs as spaces. Within a field the surest stand first:
where two columns claim a field that can have one only, the surer gets it.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_PARTS = re.compile(r"(?<=[a-zа-яіїєґ])(?=[A-ZА-ЯІЇЄҐ])|(?<=[^\W\d_])(?=\d)|[\W_]+")
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d"})

WORDS: dict[str, tuple[str, ...]] = {
    "company": (
        "company name", "company", "company account", "account name", "organization name", "organisation name",
        "organization", "organisation", "person organization", "lead organization", "deal organization",
        "organization 1 name", "primary company", "associated company", "related company", "company name for emails",
        "business name", "legal name", "firm name", "business", "firm", "account", "customer name", "client name",
        "customer", "client", "employer", "current company", "lead company", "crm company", "partner name",
        "найменування контрагента", "назва контрагента", "найменування компанії", "найменування організації",
        "найменування підприємства", "компания контакта", "название организации", "наименование организации",
        "наименование контрагента",
        "назва компанії", "компанія", "назва організації", "організація", "назва підприємства", "підприємство",
        "назва фірми", "фірма", "юридична назва", "повна назва", "коротка назва", "назва", "найменування",
        "контрагент", "назва клієнта", "клієнт", "юридична особа", "юрособа", "покупець",
        "название компании", "компания", "организация", "предприятие", "фирма", "название", "наименование", "клиент",
        "nazwa firmy", "firma", "nazwa przedsiębiorstwa", "przedsiębiorstwo", "nazwa organizacji", "organizacja",
        "nazwa klienta", "klient", "nazwa kontrahenta", "kontrahent", "nazwa",
        "firmenname", "unternehmensname", "unternehmen", "firmenbezeichnung", "name der firma", "betrieb",
        "kundenname", "kunde",
    ),
    "contact_name": (
        "contact name", "contact person", "full name", "person name", "lead contact person", "deal contact person",
        "lead person", "primary contact", "contact full name", "lead name", "lead full name", "person", "contact",
        "display name", "decision maker", "полное имя контакта",
        "контактна особа", "піб", "п і б", "піб контактної особи", "піб керівника", "піб директора",
        "прізвище та ім'я", "прізвище ім'я",
        "прізвище ім'я по батькові", "ім'я та прізвище", "повне ім'я", "відповідальна особа", "контакт", "керівник",
        "директор", "контактное лицо", "фио", "ф и о",
        "osoba kontaktowa", "imię i nazwisko", "nazwisko i imię", "osoba do kontaktu", "kontakt",
        "ansprechpartner", "ansprechpartnerin", "kontaktperson", "kontaktname", "vor und nachname",
        "vollständiger name",
    ),
    "first_name": (
        "first name", "given name", "fname", "forename", "name first name", "first name name", "person first name",
        "contact first name", "ім'я", "имя", "imię", "vorname",
    ),
    "last_name": (
        "last name", "surname", "family name", "lname", "name last name", "last name name", "person last name",
        "contact last name", "прізвище", "фамилия", "nazwisko", "nachname", "familienname",
    ),
    "extension": (
        "extension", "ext", "phone ext", "phone extension", "work phone extension", "tel ext", "внутрішній номер",
        "внутрішній", "додатковий номер", "добавочный", "numer wewnętrzny", "wewnętrzny", "durchwahl", "nebenstelle",
    ),
    "industry": (
        "industry", "industry type", "primary industry", "sector", "vertical", "line of business",
        "галузь", "сфера діяльності", "вид діяльності", "сфера", "індустрія", "отрасль", "сфера деятельности",
        "branża", "sektor", "branche", "industrie", "wirtschaftszweig",
    ),
    "size": (
        "number of employees", "no of employees", "employees", "num employees", "employee count", "employees count",
        "company size", "headcount", "staff", "size", "employee range",
        "кількість працівників", "к сть працівників", "к сть співробітників", "кількість співробітників",
        "чисельність працівників", "чисельність", "штат",
        "розмір компанії", "розмір", "количество сотрудников", "численность",
        "liczba pracowników", "liczba zatrudnionych", "zatrudnienie", "wielkość firmy",
        "anzahl mitarbeiter", "anzahl der mitarbeiter", "mitarbeiterzahl", "mitarbeiteranzahl", "mitarbeiter",
        "unternehmensgröße",
    ),
    "region": (
        "state region", "state province", "state", "region", "province", "county", "oblast", "company state",
        "billing state", "billing state province", "mailing state", "mailing state province", "primary address state",
        "billing address state", "address state", "address 1 region", "state code", "federal state",
        "organization state county of address",
        "state id name", "state id", "address 1 state province",
        "область", "регіон", "край", "регион", "województwo", "wojewodztwo", "bundesland",
    ),
    "city": (
        "city", "town", "city town", "locality", "company city", "billing city", "mailing city",
        "primary address city", "billing address city", "address city", "address 1 city",
        "organization city town village locality of address", "person city town village locality of postal address",
        "organization address",
        "місто", "населений пункт", "город", "miasto", "miejscowość", "stadt", "ort", "wohnort",
    ),
    "country": (
        "country", "country region", "country name", "country code", "company country", "billing country",
        "mailing country", "primary address country", "billing address country", "address country",
        "address 1 country", "organization country of address", "phones primary phone country code",
        "primary phone country code phones", "primary phone country code", "nation", "country id name", "country id",
        "address 1 country region", "country iso2", "country iso 2", "country iso",
        "країна", "страна", "kraj", "państwo", "land", "staat",
    ),
    "phone_code": (
        "phone code", "calling code", "dial code", "dialing code", "dialling code", "phone country code",
        "country calling code", "country phone code", "phones primary phone calling code",
        "primary phone calling code phones", "primary phone calling code", "international code",
        "телефонний код", "телефонний код країни", "код країни", "код страны", "kod kraju", "kierunkowy",
        "numer kierunkowy", "ländervorwahl", "landesvorwahl", "vorwahl",
    ),
    "language": (
        "language", "preferred language", "contact language", "spoken language", "lang", "hs language",
        "lang id name", "lang id",
        "мова", "мова спілкування", "язык", "język", "jezyk kontaktu", "sprache", "bevorzugte sprache",
    ),
    "timezone": (
        "time zone", "timezone", "tz", "local time zone", "hs timezone", "gmt offset now", "gmt offset", "utc offset",
        "часовий пояс", "часова зона", "часовой пояс", "strefa czasowa", "zeitzone",
    ),
    "website": (
        "website url", "website", "web site", "company website", "company domain name", "company domain", "domain name",
        "domain", "organization website", "homepage", "home page", "web page", "web", "site", "website 1 value",
        "domain name link url", "domain name primary link url", "url",
        "сайт", "вебсайт", "веб сайт", "сайт компанії", "адреса сайту", "веб сторінка",
        "strona internetowa", "strona www", "adres www", "strona", "www", "webseite", "internetseite",
        "internetadresse", "webadresse",
    ),
    "tax_id": (
        "tax id", "tax id edrpou", "edrpou", "edrpou code", "vat id", "vat number", "vat no", "vat", "tax number",
        "tin",
        "tax identification number", "tax code",
        "єдрпоу", "код єдрпоу", "код за єдрпоу", "єдрпоу іпн", "єдрпоу рнокпп", "іпн", "рнокпп", "податковий номер",
        "ідентифікаційний код", "едрпоу", "инн", "nip", "numer nip", "ust idnr", "ust id nr", "ust id", "ustidnr",
        "umsatzsteuer id", "steuernummer", "uid nummer",
    ),
    "do_not_call": (
        "do not call", "dnc", "do not phone", "do not contact", "no call", "no calls", "phone opt out", "call opt out",
        "opted out of calls", "opt out phone", "has opted out of call", "do not call list", "corporate phone dnc",
        "unsubscribed", "unsubscribed from all email", "unsubscribed from all calls", "opted out", "opt out",
        "email opt out", "legal basis for processing contact s data", "legal basis for processing contact data",
        "legal basis",
        "не телефонувати", "не дзвонити", "заборона дзвінків", "не звонить",
        "nie dzwonić", "nie dzwonic", "zakaz dzwonienia", "zakaz kontaktu", "nie kontaktować",
        "nicht anrufen", "keine anrufe", "anrufverbot", "anrufsperre", "nicht kontaktieren", "telefonsperre",
    ),
    "call_status": (
        "status", "lead status", "call status", "contact status", "disposition", "last disposition", "last status",
        "статус", "статус дзвінка", "статус ліда", "status kontaktu", "status leada", "anrufstatus", "leadstatus",
    ),
    "may_call": ("may call", "can call", "ok to call", "call allowed", "phone consent", "call consent"),
    "consent": ("consent", "gdpr consent"),
}  # fmt: skip
"""Field -> its words. Numbers and addresses of e-mail are told by their parts instead (`phone_kind`, `is_email`)."""

# "Name" is the company's where no other column is, and otherwise the person's.
EITHER_NAME = frozenset({"name", "bezeichnung", "title name"})

# Said of whom a column is: `Company - City`, `Lead Phone`.
WHOSE = frozenset(
    """
    person people organization organisation lead contact company account deal primary customer client partner billing
    mailing компанії контакту
    """.split()  # noqa: SIM905 - a column of quoted words is no easier to read
)
# A column with one of these words tells something about what it is like, not the thing itself.
ABOUT = frozenset(
    """
    id ids type label code owner date status count fax created updated modified last next lifecycle source list
    description notes note title address street zip postal linkedin revenue consent time url verification confidence
    contacts контакти kontakty kontakte факс дата тип джерело адреса посада faks data adres datum typ adresse notiz
    """.split()  # noqa: SIM905 - as above
)

_PHONES = """
phone phones telephone telephones tel phonenumber mobile mobiles cell cellphone cellular mobilephone gsm handy mobil
mobilnummer handynummer handynr mobilnr
mobiltelefon telefonnr festnetznummer whatsapp viber telefon telefonu telefony telefonnummer rufnummer festnetz komórka
komórkowy komórkowego телефон телефони телефону телефона телефоны телефонів тел моб мобільний
мобільного мобильный номер вайбер
"""
_MOBILE = """
mobile mobiles cell cellphone cellular mobilephone gsm handy mobil mobilnummer handynummer handynr mobilnr
mobiltelefon whatsapp viber
kom komórka komórkowy komórkowego моб мобільний мобільного мобильный вайбер
"""
_OTHER = """
other home alt alternate alternative secondary additional another spare private personal second third 2nd 3rd
інший додатковий домашній другий другой дополнительный домашний inny dodatkowy domowy prywatny drugi
weitere privat zweite andere
"""
_WHOSE = """
work office business direct main primary corporate company organization organisation person contact lead account hq
headquarters head switchboard general default first 1st customer client deal assistant number numbers no nr num value
values of the for and
робочий основний контактний контактного компанії організації офісний офіс головний контакту номери номеру по рабочий
основной контактный телефонный
numer numery stacjonarny stacjonarne służbowy biuro firmowy firmy główny kontaktowy do kontaktu
nummer geschäftlich büro zentrale dienstlich firma firmen haupt
"""
_EMAILS = "email emails mail пошта почта emailadresse mailadresse"
_EMAIL_WORDS = """
address addresses adres adresse ел скринька адреса адрес електронна електронної електронний пошти poczty poczta
elektroniczny elektronicznej электронная электронной
"""


@lru_cache(maxsize=10_000)
def plain(name: str) -> str:
    """`Person - Phone - Work`, `personPhoneWork` and `PERSON_PHONE_WORK` -> `person phone work`, without accents."""
    text = unicodedata.normalize("NFKC", name).replace("№", " no ").replace("#", " ")
    parts = " ".join(part for part in _PARTS.split(text) if part).casefold().translate(_LETTERS)
    bare = "".join(
        sign if "а" <= letter <= "ӿ" else letter
        for letter, sign in ((unicodedata.normalize("NFD", one)[0], one) for one in parts)
    )
    return f" {bare} ".replace(" e mail ", " email ").strip()


_EMAIL_NAMES = frozenset({"email id", "email from", "ел адреса", "електронна адреса", "эл адрес", "электронный адрес"})
_NUMBERS = {"contact number": "phone", "contact no": "phone", "alternate contact number": "other_phone"}


def phone_kind(words: str) -> str | None:
    """`phone`, `mobile` or `other_phone` for the words of a column of numbers; None for any other column."""
    if words in _NUMBERS:
        return _NUMBERS[words]
    parts = [part for part in words.split() if not part.isdigit()]
    if not PHONE_PARTS.intersection(parts) or not ALL_PHONE_PARTS.issuperset(parts) or parts == ["номер"]:
        return None
    if not MOBILE_PARTS.isdisjoint(parts):
        return "mobile"
    return "phone" if OTHER_PARTS.isdisjoint(parts) else "other_phone"


def is_email(words: str) -> bool:
    """Whether these are the words of a column of e-mail addresses."""
    parts = [part for part in words.split() if not part.isdigit()]
    return words in _EMAIL_NAMES or (bool(EMAIL_PARTS.intersection(parts)) and ALL_EMAIL_PARTS.issuperset(parts))


def _parts_of(words: str) -> frozenset[str]:
    return frozenset(plain(word) for word in words.split())


PHONE_PARTS = _parts_of(_PHONES)
MOBILE_PARTS = _parts_of(_MOBILE)
OTHER_PARTS = _parts_of(_OTHER)
ALL_PHONE_PARTS = PHONE_PARTS | MOBILE_PARTS | OTHER_PARTS | _parts_of(_WHOSE)
EMAIL_PARTS = _parts_of(_EMAILS)
ALL_EMAIL_PARTS = EMAIL_PARTS | OTHER_PARTS | _parts_of(_WHOSE + _EMAIL_WORDS)
RANKS: dict[str, tuple[str, int]] = {
    plain(word): (field, rank) for field, words in reversed(WORDS.items()) for rank, word in enumerate(words)
}
"""Plain word -> (its field, how sure it is: 0 is surest)."""
