"""Whether somebody asks for no more mail, in words of their own.

A request is a line that says so and nothing else. What it may say is a small grammar for each language, with words of
politeness around it; letters that only look Latin are read as such.
"""

from __future__ import annotations

import re
import unicodedata

_LONGEST = 8
"""A request stands on a line of its own among the first lines; one further down is a part of something else."""
_OFF_EN = r" (?:from|off) (?:your|the|this|all|any)(?: (?:mailing|e?-?mail|contact))*(?: (?:lists?|database))?"
_LIST_EN = rf"(?:{_OFF_EN})?"
_MAILS_EN = r"(?:e-?mails?|mails?|messages?|letters?|newsletters?|offers|mailings?|spam|advertising|ads)"
_REQUESTS = (
    # English
    rf"stopp?(?: stopp?)*|stop all(?: {_MAILS_EN})?|opt[ -]?(?:me |us )?out",
    rf"(?:unsubscribe|remove)(?: me| us)?{_LIST_EN}",
    rf"(?:remove|delete|take off) (?:my|our|this) (?:e-?mail )?(?:address|details|data){_LIST_EN}",
    rf"take (?:me|us|my address|our address){_OFF_EN}",
    rf"stop (?:e-?mailing|mailing|writing|contacting|messaging|sending)(?: to)?(?: (?:me|us))?"
    rf"(?: (?:any |these |your )?{_MAILS_EN})?",
    rf"no more {_MAILS_EN}",
    r"(?:do not|don't|never)(?: ever)? (?:write|e-?mail|mail|contact|message)(?: to)?(?: me| us)?"
    r"(?: again| any ?more)?",
    rf"(?:do not|don't|never) send(?: me| us)? (?:any |any more |more |further |these |your ){_MAILS_EN}"
    r"(?: to (?:me|us))?",
    # Ukrainian
    r"стоп(?: стоп)*|відпис(?:атися|атись|ка|ати (?:мене|нас))",
    r"(?:відпишіть|відписати|відпишіться)(?: (?:мене|нас))?{з}",
    r"(?:більше )?не (?:пишіть|писати|надсилайте|надсилати|присилайте|присилати|шліть|слати)"
    r"(?: (?:мені|нам|сюди))?(?: більше)?"
    r"(?: (?:листів|листи|листа|пошту|розсилку|розсилок|рекламу|реклами|пропозицій))?"
    r"(?: (?:мені|нам))?(?: більше)?",
    r"(?:більше )?не турбу(?:йте|вати)(?: (?:мене|нас))?(?: (?:листами|більше))?",
    r"припиніть(?: (?:розсилку|писати|надсилати|слати)(?: (?:мені|нам))?(?: листи)?)?",
    r"(?:видаліть|видалити|приберіть|прибрати|виключіть|виключити|вилучіть|вилучити)"
    r" (?:мене|нас|(?:мою|нашу|цю)(?: електронну)? (?:адресу|пошту)|(?:мій|наш) (?:імейл|email|e-mail)){з}",
    # Russian
    r"отпис(?:аться|ка|ать (?:меня|нас))|отпишите(?: (?:меня|нас))?{с}",
    r"(?:больше )?не (?:пишите|писать|присылайте|присылать|шлите)(?: (?:мне|нам))?(?: больше)?"
    r"(?: (?:писем|письма|рассылку|рекламу))?",
    r"(?:удалите|удалить|уберите|исключите) (?:меня|нас|(?:мой|наш|этот)(?: электронный)? адрес|(?:мою|нашу) почту){с}",
    # German
    r"(?:abmelden|abbestellen|austragen|abmeldung)(?: vom newsletter)?",
    r"(?:melden|tragen|nehmen|löschen|entfernen) sie (?:mich|uns|meine (?:e-?mail-?)?adresse)"
    r"(?: bitte)?(?: (?:aus|von) (?:dem|ihrem|der|ihrer) (?:e-?mail-?|mail)?(?:verteiler|liste|mailingliste))?"
    r"(?: (?:ab|aus|heraus))?",
    r"keine (?:weiteren |weitere )?(?:e-?mails|mails|nachrichten|werbung|newsletter)(?: mehr)?"
    r"(?: (?:senden|schicken|an mich))?",
    r"(?:schreiben|mailen|kontaktieren) sie (?:mir|mich|uns) (?:bitte )?nicht mehr|nicht mehr schreiben",
    # Polish
    r"(?:wypisz|wypiszcie|wypisać|usuń|usuńcie|usunąć) (?:mnie|nas|mój (?:adres|e-?mail|mail)|nasz adres){z_listy}",
    r"wypisz",
    r"mnie (?:wypisać|usunąć){z_listy}|o (?:wypisanie|usunięcie)(?: (?:mnie|nas|mojego adresu))?{z_listy}",
    r"rezygnuję(?: z (?:newslettera|subskrypcji|mailingu|otrzymywania (?:maili|wiadomości|ofert)))?",
    r"(?:więcej )?nie (?:pisz|piszcie|pisać|wysyłaj|wysyłajcie|wysyłać|przysyłać|przysyłajcie)"
    r"(?: (?:do (?:mnie|nas)|mi|nam))?(?: więcej)?(?: (?:maili|wiadomości|ofert|e-?maili))?(?: więcej)?",
    # French, Spanish, Italian, Romanian, Czech
    r"(?:se |me |nous )?désabonner|désabonnement|désabonnez[- ](?:moi|nous)"
    r"|(?:de )?(?:me|nous) désinscrire|désinscription"
    r"|désinscrivez[- ](?:moi|nous)|ne m'écrivez plus|ne plus m'écrire",
    r"darme de baja|dar(?:me)? de baja|cancelar (?:la )?suscripción|no me escrib(?:an|a) más|no más correos",
    r"disiscrivimi|cancellami|cancellatemi|disiscrizione|non scrivetemi più|rimuovetemi(?: dalla lista)?",
    r"dezabonare|dezabonați-mă|nu-mi mai scrieți|nu mai scrieți|odhlásit|odhlaste mě|nepište mi(?: již| už)?"
    r"|už mi nepište",
)  # fmt: skip
_ENDS = {
    "{з}": r"(?: (?:з|із|зі|від) (?:(?:вашої|вашого|цієї|цього|всіх|усіх) )?"
    r"(?:розсилки|розсилок|списку|списків|бази)(?: розсилки| даних)?)?",
    "{с}": r"(?: (?:из|с|от) (?:(?:вашей|вашего|этой|этого|всех) )?"
    r"(?:рассылки|рассылок|списка|базы)(?: рассылки)?)?",
    "{z_listy}": r"(?: z (?:(?:waszej|tej|państwa) )?"
    r"(?:listy|bazy|newslettera|mailingu)(?: mailingowej| wysyłkowej| danych)?)?",
}


def _grammar() -> re.Pattern[str]:
    found = "|".join(_REQUESTS)
    for name, words in _ENDS.items():
        found = found.replace(name, words)
    return re.compile(found)


_REQUEST = _grammar()
_POLITE = (
    r"(?:please|kindly|could you|thanks|thank you|sorry|hello|hi|just|bitte|danke|proszę|prosimy|dziękuję|dziękujemy"
    r"|будь ласка|прошу|просимо|просьба|дуже прошу|прошу вас|просимо вас|дякую|дякуємо|пожалуйста|спасибо"
    r"|merci|merci de|s'il vous plaît|por favor|quiero|per favore|vă rog|prosím)"
)
_AROUND = re.compile(rf"^(?:{_POLITE} )+|(?: {_POLITE})+$")
_LATIN = str.maketrans("авекмнорстухі", "abekmhopctyxi")
_LOOKS_LATIN = re.compile(r"[a-z]")


def asks_to_stop(new_text: str) -> bool:
    """Whether a line of the new text of a reply says so and nothing else: a stop in a sentence is none."""
    said = [line for line in new_text.split("\n") if line.strip()][:_LONGEST]
    return any(_is_request(line) for line in said)


def _is_request(line: str) -> bool:
    if len(line) > 200:
        return False
    plain = unicodedata.normalize("NFKC", line).casefold().replace("\u2019", "'").replace("\u02bc", "'")
    words = " ".join(re.sub(r"[^\w' -]+", " ", plain).split()).strip("- ")
    asked = _AROUND.sub("", words)
    if _REQUEST.fullmatch(words) or _REQUEST.fullmatch(asked):
        return True
    # One Cyrillic letter in a word of Latin ones, as phones' keyboards leave it.
    return bool(_LOOKS_LATIN.search(asked) and _REQUEST.fullmatch(asked.translate(_LATIN)))
