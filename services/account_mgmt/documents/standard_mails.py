"""The standard words of mails to customers, in English, Ukrainian, German and Polish, for the organisation to change.

Letters are formal, and to nobody in particular where no name is known. Polish inflects a name and its salutation by a
gender that nobody has told us, so it greets everybody alike.
"""

from __future__ import annotations

from typing import Final

from services.account_mgmt.domain.mail_templates import KINDS, MailKind, MailWords

GREETINGS: Final = {
    "en": ("Dear {name},", "Dear Sir or Madam,"),
    "uk": ("Добрий день, {name}!", "Добрий день, шановні партнери!"),
    "de": ("Guten Tag {name},", "Sehr geehrte Damen und Herren,"),
    "pl": ("Szanowni Państwo,", "Szanowni Państwo,"),
}
"""With a name, and without one."""
_REGARDS = {
    "en": "Kind regards\n{{seller}}",
    "uk": "З повагою\n{{seller}}",
    "de": "Mit freundlichen Grüßen\n{{seller}}",
    "pl": "Z poważaniem\n{{seller}}",
}
_WORDS: dict[str, dict[MailKind, tuple[str, str]]] = {
    "en": {
        "nudge": (
            "Your next order",
            "{{ago}} you ordered {{what}}. You usually order every {{every}}.\n\n"
            "Shall we prepare the next one? Just reply to this mail, or wait for our call.\n\n"
            "If you do not want such reminders, reply with the word STOP.",
        ),
        "invoice": (
            "Invoice {{number}}",
            "Please find attached invoice {{number}} for {{open}}, payable by {{due}}.\n\n"
            "Scan the code on it to fill in the transfer.",
        ),
        "dunning_1": (
            "Payment reminder: invoice {{number}}",
            "Perhaps you have overlooked it: invoice {{number}} for {{open}} was due on {{due}}.\n\n"
            "If you have paid in the meantime, please disregard this mail.",
        ),
        "dunning_2": (
            "Second reminder: invoice {{number}}",
            "Invoice {{number}} was due on {{due}}, and {{open}} is still open.\n\n"
            "Please pay within the next few days, or tell us what stands in the way: we will find a solution together.",
        ),
        "dunning_3": (
            "Last reminder: invoice {{number}}",
            "Despite our reminders, {{open}} of invoice {{number}}, due on {{due}}, is still open.\n\n"
            "Please pay at once. Otherwise we cannot take further orders until the invoice is settled.",
        ),
    },
    "uk": {
        "nudge": (
            "Ваше наступне замовлення",
            "{{ago}} ви замовляли: {{what}}. Зазвичай ви замовляєте кожні {{every}}.\n\n"
            "Підготувати наступне замовлення? Просто дайте відповідь на цей лист або зачекайте на наш дзвінок.\n\n"
            "Якщо ви не бажаєте отримувати такі нагадування, надішліть у відповідь слово СТОП.",
        ),
        "invoice": (
            "Рахунок {{number}}",
            "Надсилаємо рахунок {{number}} на {{open}}, сплатити до {{due}}.\n\n"
            "Код на рахунку заповнить платіж у застосунку банку.",
        ),
        "dunning_1": (
            "Нагадування про оплату: рахунок {{number}}",
            "Можливо, ви не помітили: рахунок {{number}} на {{open}} слід було сплатити до {{due}}.\n\n"
            "Якщо ви вже сплатили, не зважайте на цей лист.",
        ),
        "dunning_2": (
            "Повторне нагадування: рахунок {{number}}",
            "Рахунок {{number}} слід було сплатити до {{due}}, досі не сплачено {{open}}.\n\n"
            "Просимо сплатити найближчими днями або повідомити, що заважає: знайдемо рішення разом.",
        ),
        "dunning_3": (
            "Останнє нагадування: рахунок {{number}}",
            "Попри наші нагадування, за рахунком {{number}} (термін {{due}}) досі не сплачено {{open}}.\n\n"
            "Просимо сплатити негайно. Інакше ми не зможемо приймати нові замовлення до погашення боргу.",
        ),
    },
    "de": {
        "nudge": (
            "Ihre nächste Bestellung",
            "{{ago}} haben Sie bestellt: {{what}}. Üblicherweise bestellen Sie alle {{every}}.\n\n"
            "Dürfen wir die nächste Bestellung vorbereiten? Antworten Sie einfach auf diese E-Mail, oder warten Sie "
            "auf unseren Anruf.\n\n"
            "Wenn Sie solche Erinnerungen nicht wünschen, antworten Sie bitte mit dem Wort STOP.",
        ),
        "invoice": (
            "Rechnung {{number}}",
            "anbei erhalten Sie die Rechnung {{number}} über {{open}}, zahlbar bis zum {{due}}.\n\n"
            "Mit dem Code auf der Rechnung füllt Ihre Banking-App die Überweisung aus.",
        ),
        "dunning_1": (
            "Zahlungserinnerung: Rechnung {{number}}",
            "sicher ist es Ihnen nur entgangen: Die Rechnung {{number}} über {{open}} war am {{due}} fällig.\n\n"
            "Falls Sie inzwischen gezahlt haben, betrachten Sie diese E-Mail bitte als gegenstandslos.",
        ),
        "dunning_2": (
            "Zweite Zahlungserinnerung: Rechnung {{number}}",
            "die Rechnung {{number}} war am {{due}} fällig, und es sind noch {{open}} offen.\n\n"
            "Bitte zahlen Sie in den nächsten Tagen, oder sagen Sie uns, was dem entgegensteht: Wir finden gemeinsam "
            "eine Lösung.",
        ),
        "dunning_3": (
            "Letzte Mahnung: Rechnung {{number}}",
            "trotz unserer Erinnerungen sind von der Rechnung {{number}}, fällig am {{due}}, noch {{open}} offen.\n\n"
            "Bitte zahlen Sie umgehend. Andernfalls können wir bis zum Ausgleich der Rechnung keine weiteren "
            "Bestellungen annehmen.",
        ),
    },
    "pl": {
        "nudge": (
            "Państwa kolejne zamówienie",
            "{{ago}} zamówili Państwo: {{what}}. Zwykle składają Państwo zamówienie co {{every}}.\n\n"
            "Czy mamy przygotować kolejne? Wystarczy odpowiedzieć na tę wiadomość lub poczekać na nasz telefon.\n\n"
            "Jeśli nie chcą Państwo otrzymywać takich przypomnień, prosimy odpisać słowem STOP.",
        ),
        "invoice": (
            "Faktura {{number}}",
            "w załączeniu przesyłamy fakturę {{number}} na kwotę {{open}}, płatną do {{due}}.\n\n"
            "Kod na fakturze wypełni przelew w aplikacji bankowej.",
        ),
        "dunning_1": (
            "Przypomnienie o płatności: faktura {{number}}",
            "być może umknęło to Państwa uwadze: termin płatności faktury {{number}} na kwotę {{open}} minął "
            "{{due}}.\n\n"
            "Jeśli płatność została już dokonana, prosimy zignorować tę wiadomość.",
        ),
        "dunning_2": (
            "Drugie przypomnienie: faktura {{number}}",
            "termin płatności faktury {{number}} minął {{due}}, a do zapłaty pozostaje {{open}}.\n\n"
            "Prosimy o zapłatę w najbliższych dniach lub o informację, co stoi na przeszkodzie: wspólnie znajdziemy "
            "rozwiązanie.",
        ),
        "dunning_3": (
            "Ostateczne wezwanie do zapłaty: faktura {{number}}",
            "mimo naszych przypomnień z faktury {{number}}, płatnej do {{due}}, nadal pozostaje do zapłaty "
            "{{open}}.\n\n"
            "Prosimy o niezwłoczną zapłatę. W przeciwnym razie do czasu uregulowania faktury nie będziemy mogli "
            "przyjmować kolejnych zamówień.",
        ),
    },
}
_SETTLED = {
    "en": "Please find attached invoice {{number}}. There is nothing to pay.",
    "uk": "Надсилаємо рахунок {{number}}. Сплачувати нічого не потрібно.",
    "de": "anbei erhalten Sie die Rechnung {{number}}. Es ist nichts zu zahlen.",
    "pl": "w załączniku przesyłamy fakturę {{number}}. Nie ma nic do zapłaty.",
}
LANGUAGES: Final = tuple(_WORDS)


def standard(kind: MailKind, language: str) -> MailWords | None:
    """The standard words of a mail, whole; none in a language that has none."""
    if language not in _WORDS:
        return None
    subject, body = _WORDS[language][kind]
    return MailWords(subject=subject, body=f"{{{{greeting}}}}\n\n{body}\n\n{_REGARDS[language]}\n")


def settled_invoice(language: str) -> MailWords:
    """The standard words of the mail with an invoice of which nothing is open; English in a language that has none."""
    known = language if language in _SETTLED else "en"
    body = f"{{{{greeting}}}}\n\n{_SETTLED[known]}\n\n{_REGARDS[known]}\n"
    return MailWords(subject=_WORDS[known]["invoice"][0], body=body)


def greeting(language: str, name: str | None) -> str:
    """The salutation, with the name if it is known; English where there is none of the language."""
    known, unknown = GREETINGS.get(language, GREETINGS["en"])
    return known.format(name=name) if name else unknown


ALL_STANDARD: Final = tuple((kind, language) for kind in KINDS for language in LANGUAGES)
