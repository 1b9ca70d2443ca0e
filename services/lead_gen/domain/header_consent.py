"""Columns that say whether somebody may be called, by the words of their names: bans, permissions, consent, labels.

Products name them as they like (`Do not allow Phone Calls`, `Mobile DNC`, `Phone Opted Out`, `Згода на дзвінки`), so
they are told by what is in a name rather than by a list of names. Names are given as `header_words.plain` writes them.
"""

from __future__ import annotations

import re

_CALL = (
    r"(?:calls?|calling|called|phones?|phone calls?|telephone|contact|contacted|disturb|ring|solicit|prospect"
    r"|телефонувати|дзвонити|подзвонити|турбувати|контактувати|звонить|позвонить|беспокоить|тревожить"
    r"|dzwonic|telefonowac|kontaktowac|niepokoic|anrufen|anrufe|angerufen|kontaktieren|telefonieren|stören|storen)"
)
_BAN = re.compile(
    r"\b(?:dnc|blacklist(?:ed)?|black list(?:ed)?|block list|blocklist(?:ed)?|robinson\w*|suppress(?:ed|ion)|c?tps"
    r"|werbesperre|kontaktsperre|telefonsperre|anrufsperre|anrufverbot|sperrvermerk|werbewiderspruch)\b"
    rf"|\b(?:do ?not|dont|don t|never|stop|не|nie|nicht|keine?)\b(?: \w+){{0,2}} {_CALL}\b"
    r"|\bno (?:\w+ )?(?:calls?|calling)\b|\b(?:donot)(?:call|contact|phone)\b"
    r"|\b(?:чорн|черн)\w+ спис\w+|czarna lista"
    r"|\b(?:заборон|запрет|запрещ|відмов|отказ)\w*(?: \w+)? (?:дзвін|дзвон|звон|телефон|контакт)"
    r"|(?:дзвонити|телефонувати) (?:не|забор)"
    r"|(?:звонить|позвонить) нельзя|\bbrak zgody\b|\bzakaz (?:\w+ )?(?:dzwon|telefon|kontakt)|\bsprzeciw\b"
)
_OPT_OUT = re.compile(r"\b(?:opt(?:s|ed|ing)? ?out|optout|unsubscribed?|відписа\w+|отписа\w+|wypisan\w+|abgemeldet)\b")
# An objection to something else than a call, unless calls are named beside it.
_OTHER_MEDIUM = re.compile(
    r"\b(?:e?mails?|sms|text|texts|fax|faxes|newsletter|mailings?|post|letters?|whatsapp|viber)\b"
)
_SPOKEN = re.compile(r"\b(?:call|calls|phone|phones|telephone|all)\b")
# When a list was looked into says nothing about what stood there.
_LOOKED_INTO = re.compile(r"\b(?:checked?|scrubbed|updated?|modified|verified|source|by)\b")
_PERMISSION = re.compile(
    rf"\b(?:can|may|ok|okay|allowed|agreed|permission|consent(?:s|ed)?|zgod\w+ na) (?:to |be )*{_CALL}\b"
    r"|\b(?:calls?|calling|phone|telephone|contact) (?:is |are )?"
    r"(?:allowed|permitted|permission|consent|opt(?:ed)? ?in)\b"
    r"|\b(?:згод|дозв[оі]л|соглас|разреш)\w* на (?:\w+ )?(?:дзвін|звон|телефон|контакт)|\bможна (?:теле|дзвон)"
    r"|\bможно звонить\b|\bcallable\b|\bzgod\w+ na (?:\w+ )?(?:kontakt|telefon|rozmow)|\banrufe? erlaubt\b"
    r"|\b(?:einwilligung|zustimmung)\b.*\b(?:anruf|telefon|kontakt)"
)
_CONSENT = re.compile(r"\b(?:consents?|gdpr|rodo|dsgvo|zgod[ay]|згод[аи]|согласие|einwilligung|zustimmung)\b")
_LABELS = re.compile(
    r"(?:(?:account|contact|lead|deal|person|people|company|organi[sz]ation|customer|current|sales) )?"
    r"(?:stages?|labels?|tags?|categor(?:y|ies)|groups?|group membership|disposition|status reason|status|statuses)"
    r"|lists?|теги?|мітк[аи]|метк[аи]|етап|этап|стадія|стадия|групи|группы|etykiety?|tagi|etap|grupy"
    r"|schlagw[oö]rter?|kategorien?|kundenstatus|gruppen?"
)


def consent_field(words: str) -> str | None:
    """`do_not_call` for a column of bans, `may_call` for one of permissions, `consent` and `call_status` for those
    that may tell of an objection among other things; None for all others."""
    if _LOOKED_INTO.search(words):
        return None
    if _BAN.search(words):
        return "do_not_call"
    if _OPT_OUT.search(words):
        return None if _OTHER_MEDIUM.search(words) and not _SPOKEN.search(words) else "do_not_call"
    if _PERMISSION.search(words):
        return "may_call"
    if _CONSENT.search(words):
        return "consent"
    return "call_status" if _LABELS.fullmatch(words) else None
