"""The headers of banks' CSV exports: what each means, and what banks call things in Ukrainian, English, German, Polish
and Dutch. Taken from the exports of PrivatBank, monobank, Revolut, Wise, Commerzbank, Sparkasse, ING, Rabobank, PayPal
and others as the banks document them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

# Field -> the headers that mean it as `plain` gives them, the best first. A payer's own document number is not a
# reference of the bank: two payers may both have a number 7.
HEADERS: Final[Mapping[str, Sequence[str]]] = {
    "date": ("booking date", "buchungstag", "buchungsdatum", "buchung", "date completed", "completed date",
             "date completed utc", "posting date", "posted date", "data księgowania", "дата проводки",
             "дата проведення", "transaction date", "date", "datum", "дата операції", "дата і час операції",
             "дата час операції", "дата транзакції", "дата платежу", "дата документа", "дата", "data operacji",
             "data transakcji", "data", "created on", "дата операции", "date started utc", "started date",
             "value date", "valutadatum", "wertstellung", "wertstellungsdatum", "rentedatum", "data waluty",
             "дата валютування"),
    "amount": ("amount", "betrag", "bedrag", "kwota", "gross", "brutto", "сума", "сума операції",
               "сума в валюті картки", "сума у валюті картки", "сума в валюті рахунку", "сума платежу", "сумма",
               "сумма операции", "kwota transakcji", "kwota operacji", "transaction amount",
               "amount in account currency", "value", "sum", "umsatz", "total amount", "сума у валюті рахунку",
               "zahlungsbetrag"),
    "debit": ("debit", "debit amount", "withdrawal", "withdrawals", "money out", "paid out", "out", "дебет",
              "сума дебет", "сума за дебетом", "витрати", "видаток", "списання", "soll", "obciążenia", "wydatki",
              "af"),
    "credit": ("credit", "credit amount", "deposit", "deposits", "money in", "paid in", "in", "кредит", "сума кредит",
               "сума за кредитом", "надходження", "зарахування", "прихід", "haben", "uznania", "wpływy", "bij"),
    "direction": ("debit credit", "credit debit", "balance impact", "af bij", "bij af", "soll haben", "direction",
                  "дебет кредит", "дт кт", "ознака дт кт", "вид операції дт кт", "d c", "dc", "cr dr", "dr cr",
                  "type", "transaction type", "тип", "тип операції", "rodzaj", "typ"),
    "state": ("state", "status", "статус", "стан", "стан операції", "статус операції", "info", "status transakcji"),
    "currency": ("currency", "ccy", "валюта", "валюта рахунку", "валюта операції", "währung", "waehrung", "waluta",
                 "munt", "payment currency", "account currency", "muntsoort"),
    "payer_name": ("payer name", "payer", "counterparty name", "counterparty", "naam tegenpartij",
                   "naam omschrijving", "beguenstigter zahlungspflichtiger", "begünstigter zahlungspflichtiger",
                   "auftraggeber empfänger", "auftraggeber empfaenger", "zahlungspflichtiger",
                   "name zahlungsbeteiligter", "name zahlungspflichtige", "auftraggeber", "назва контрагента",
                   "найменування контрагента", "контрагент", "платник", "найменування платника", "кореспондент",
                   "nadawca", "nazwa kontrahenta", "kontrahent", "nadawca odbiorca", "dane kontrahenta", "name",
                   "naam"),
    "payer_iban": ("payer iban", "counterparty iban", "counterparty account", "payer account",
                   "tegenrekening iban bban", "tegenrekening", "kontonummer iban", "iban zahlungsbeteiligter",
                   "kontonummer", "iban zahlungspflichtige", "рахунок контрагента", "рахунок платника",
                   "iban контрагента", "iban платника", "рахунок кореспондента", "numer rachunku kontrahenta",
                   "numer konta", "nr rachunku nadawcy", "rachunek nadawcy", "iban"),
    "payer_tax_id": ("payer tax id", "tax id", "counterparty tax id", "єдрпоу контрагента", "єдрпоу платника",
                     "єдрпоу", "код контрагента", "код платника", "код єдрпоу контрагента", "інн контрагента",
                     "рнокпп єдрпоу", "едрпоу контрагента", "nip"),
    "purpose": ("purpose", "remittance information", "remittance", "призначення платежу", "призначення",
                "деталі операції", "деталі платежу", "опис операції", "опис", "verwendungszweck", "tytuł",
                "tytuł operacji", "tytułem", "назначение платежа", "description", "details", "reference text",
                "mededelingen", "omschrijving 1", "omschrijving", "buchungstext", "transaction description",
                "opis operacji", "opis transakcji", "opis", "коментар", "note", "subject", "narrative", "memo",
                "деталі призначення платежу", "szczegóły transakcji"),
    "reference": ("transaction id", "bank reference", "transferwise id", "id операції", "ідентифікатор операції",
                  "референс банку", "референс", "volgnr", "id", "numer referencyjny", "номер транзакції",
                  "id транзакції", "reference"),
    "account": ("own account", "account iban", "auftragskonto", "iban auftraggeberkonto", "iban bban", "rekening",
                "наш рахунок", "мій рахунок", "номер рахунку", "рахунок", "iban auftragskonto", "account"),
}  # fmt: skip
MORE_PURPOSE: Final = frozenset({
    "reference", "payment reference", "omschrijving 2", "omschrijving 3", "betalingskenmerk",
    "kundenreferenz end to end", "kundenreferenz", "invoice number", "item title", "custom number",
    "end to end reference", "referenz",
})  # fmt: skip
"""Columns that say what the money is for as well, beside the first."""
SOFT_DIRECTION: Final = frozenset({"type", "transaction type", "тип", "тип операції", "rodzaj", "typ"})
"""Headers of columns that may say in or out, and often say something else: card payment, fee, transfer."""
SOFT_STATE: Final = frozenset({"info"})
"""Headers of columns that may hold the state, or any other remark."""
IN: Final = frozenset({
    "c", "cr", "crdt", "credit", "in", "+", "к", "кт", "кредит", "надходження", "зарахування", "прихід", "haben",
    "h", "bij", "incoming", "received", "money in", "deposit", "topup", "top up", "gutschrift", "uznanie", "wpływ",
    "поповнення", "ct",
})  # fmt: skip
OUT: Final = frozenset({
    "d", "dr", "dbit", "debit", "out", "-", "д", "дт", "дебет", "списання", "витрата", "видаток", "soll", "s", "af",
    "outgoing", "sent", "money out", "withdrawal", "lastschrift", "obciążenie", "wypłata", "dt",
})  # fmt: skip
BOOKED: Final = frozenset({
    "", "completed", "complete", "booked", "posted", "cleared", "settled", "done", "success", "successful",
    "executed", "processed", "umsatz gebucht", "gebucht", "виконано", "проведено", "проведена", "проведений",
    "успішно", "успішна", "зараховано", "завершено", "оброблено", "zrealizowana", "zaksięgowano", "zaksięgowana",
    "wykonana", "rozliczona", "book", "partially refunded",
})  # fmt: skip
ANNOUNCED: Final = frozenset({
    "pending", "in progress", "processing", "authorised", "authorized", "created", "held", "on hold",
    "umsatz vorgemerkt", "vorgemerkt", "в обробці", "очікується", "очікує", "нова", "заблоковано", "pdng",
    "oczekująca", "w realizacji", "placed", "unclaimed",
})  # fmt: skip
UNDONE: Final = frozenset({
    "reverted", "reversed", "declined", "failed", "cancelled", "canceled", "rejected", "denied", "refunded",
    "expired", "returned", "void", "voided", "storniert", "скасовано", "скасована", "відхилено", "відхилена",
    "сторновано", "повернено", "помилка", "odrzucona", "anulowana", "blocked", "removed",
})  # fmt: skip


def plain(header: str) -> str:
    """A header in one spelling: small letters, no signs, no currency in brackets."""
    # A Latin i between Ukrainian words is a slip of the bank's.
    text = re.sub(r"(?<![a-z])i(?![a-z])", "і", header.replace("\ufeff", "").strip())
    text = re.sub(r"[\(\[][^)\]]{0,12}[\)\]]", " ", text)
    text = re.sub(r"[^\w+\-]+|[_\-]+", " ", text.lower().replace("'", "").replace("’", ""))
    return " ".join(text.split()) or " ".join(re.sub(r"[^\w+\-]+", " ", header.lower()).split())
