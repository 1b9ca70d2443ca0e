"""The headers of banks' CSV exports: what each means, and what banks call things in Ukrainian, English, German, Polish,
Dutch and a few more languages. Taken from the exports of PrivatBank, monobank, Revolut, Wise, Commerzbank, Sparkasse,
ING, Rabobank, PayPal and others as the banks document them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

# Field -> the headers that mean it as `plain` gives them, the best first. A payer's own document number is not a
# reference of the bank: two payers may both have a number 7.
HEADERS: Final[Mapping[str, Sequence[str]]] = {
    "date": ("booking date", "buchungstag", "buchungsdatum", "buchung", "date completed", "completed date",
             "date completed utc", "finished on", "settlement date", "settlement date utc", "posting date",
             "posted date", "post date", "data księgowania",
             "дата проводки", "дата проведення", "datum zaúčtování", "dátum zaúčtovania", "datum provedení",
             "data contabile", "fecha contable", "bokföringsdatum", "bokføringsdato", "kirjauspäivä", "bogføringsdato",
             "könyvelés dátuma", "data înregistrării", "date comptable", "дата на осчетоводяване", "transaction date",
             "txn date", "tran date", "date", "datum", "dátum", "дата операції", "дата і час операції",
             "date and time", "дата час операції", "дата транзакції", "дата платежу", "дата документа", "дата",
             "data operacji", "data transakcji", "data", "data operazione", "data operațiunii", "operation date",
             "date operation",
             "date de lopération", "date opération", "fecha", "fecha operación", "fecha de operación", "dato",
             "tranzakció dátuma", "transaktionsdatum", "created on", "created", "дата операции", "date started utc",
             "started date", "value date", "value dt", "valuta", "valutadatum", "wertstellung",
             "wertstellungsdatum", "rentedatum", "data waluty", "data valuta", "date valeur", "date de valeur",
             "fecha valor", "дата валютування", "datum splatnosti", "trade date", "abschlussdatum"),
    "amount": ("kwota w walucie rachunku", "card currency amount", "amount in card currency", "amount", "betrag",
               "bedrag", "kwota", "gross", "brutto", "сума", "сума операції",
               "сума в валюті картки", "сума у валюті картки", "сума в валюті рахунку", "сума платежу", "сумма",
               "сумма операции", "kwota transakcji", "kwota transakcji waluta rachunku", "kwota operacji",
               "transaction amount",
               "amount in account currency", "value", "sum", "umsatz", "total amount", "сума у валюті рахунку",
               "zahlungsbetrag", "částka", "suma", "objem", "montant", "montant operation", "montant opération",
               "montant de lopération", "importo", "importe", "belopp", "beløp", "beløb", "määrä", "summa", "összeg",
               "valoare", "target amount"),
    "debit": ("debit", "debit amount", "withdrawal", "withdrawals", "withdrawal amt", "withdrawal amount", "money out",
              "paid out", "out", "дебет", "дебит", "сума дебет", "сума за дебетом", "витрати", "видаток", "списання",
              "soll", "belastung", "lastschrift", "obciążenia", "wydatki", "af",
              "débit", "addebiti", "dare", "cargo", "cargos", "debe", "ut", "terhelés", "debet", "výdaj"),
    "credit": ("credit", "credit amount", "deposit", "deposits", "deposit amt", "deposit amount", "money in",
               "paid in", "in", "кредит", "сума кредит", "сума за кредитом", "надходження", "зарахування", "прихід",
               "haben", "gutschrift", "uznania", "wpływy", "bij", "crédit",
               "accrediti", "avere", "abono", "abonos", "haber", "inn", "jóváírás", "kredit", "příjem"),
    "direction": ("debit credit", "credit debit", "balance impact", "auswirkung auf guthaben", "af bij", "bij af",
                  "soll haben", "s h", "h s", "direction", "sign", "debit credit indicator", "вхідний вихідний",
                  "дебет кредит", "дт кт", "ознака дт кт", "вид операції дт кт", "d c", "c d", "d k", "dc", "cr dr",
                  "dr cr",
                  "umsatztyp", "in out", "type", "transaction type", "тип", "тип операції", "rodzaj", "typ"),
    "state": ("state", "status", "статус", "стан", "стан операції", "статус операції", "info", "status transakcji"),
    "currency": ("currency", "ccy", "валюта", "валюта рахунку", "валюта операції", "währung", "waehrung", "whrg",
                 "waluta", "waluta rachunku", "munt", "payment currency", "account currency", "card currency",
                 "валюта картки", "muntsoort", "měna", "mena", "devise", "divisa", "moneda", "valuutta", "deviza",
                 "target currency"),
    "payer_name": ("payer name", "payer", "source name", "partner name", "partnername", "counterparty name",
                   "counter party", "counterparty", "other party", "beneficiary payer", "naam tegenpartij",
                   "naam omschrijving", "name description", "beguenstigter zahlungspflichtiger",
                   "begünstigter zahlungspflichtiger",
                   "auftraggeber empfänger", "auftraggeber empfaenger", "auftraggeber begünstigter",
                   "empfänger zahlungspflichtiger", "zahlungspflichtiger", "zahlungspflichtige r",
                   "name zahlungsbeteiligter", "name zahlungspflichtige", "auftraggeber", "назва контрагента",
                   "найменування контрагента", "контрагент", "платник", "найменування платника", "кореспондент",
                   "nadawca", "nazwa nadawcy", "nazwa kontrahenta", "kontrahent", "nadawca odbiorca",
                   "dane kontrahenta", "název protiúčtu", "názov protiúčtu", "ordonnateur", "ordinante", "maksaja",
                   "avsändare", "partner neve", "payee", "name", "nimi", "naam"),
    "payer_iban": ("payer iban", "partner iban", "counterparty iban", "counterparty account", "payer account",
                   "tegenrekening iban bban", "tegenrekening", "kontonummer iban", "iban zahlungsbeteiligter",
                   "kontonummer", "iban zahlungspflichtige", "рахунок контрагента", "рахунок платника",
                   "iban контрагента", "iban платника", "рахунок кореспондента", "numer rachunku kontrahenta",
                   "numer rachunku nadawcy", "rachunek źródłowy", "nr rachunku", "numer konta", "nr rachunku nadawcy",
                   "rachunek nadawcy", "protiúčet", "číslo protiúčtu", "číslo účtu protiúčtu",
                   "protiúčet a kód banky", "iban"),
    "payer_tax_id": ("payer tax id", "tax id", "counterparty tax id", "єдрпоу контрагента", "єдрпоу платника",
                     "єдрпоу кореспондента", "єдрпоу", "код контрагента", "код платника", "код єдрпоу контрагента",
                     "інн контрагента", "рнокпп єдрпоу", "едрпоу контрагента", "nip"),
    "purpose": ("purpose", "remittance information", "remittance", "призначення платежу", "призначення",
                "деталі операції", "деталі платежу", "опис операції", "опис", "verwendungszweck",
                "vorgang verwendungszweck", "tytuł", "tytuł operacji", "tytułem", "назначение платежа", "описание",
                "description", "details", "reference text", "mededelingen", "notifications", "omschrijving 1",
                "omschrijving", "buchungstext", "buchungs info", "avisierungstext", "transaction description",
                "transaction details", "transaction remarks", "remarks", "particulars", "narration",
                "opis operacji", "opis transakcji", "opis", "коментар", "note", "subject", "narrative", "memo",
                "деталі призначення платежу", "szczegóły transakcji", "zpráva pro příjemce", "správa pre príjemcu",
                "popis pro příjemce", "poznámka", "libelle", "libellé", "libelle operation", "libellé opération",
                "descrizione", "dettagli", "operazione", "concepto", "descripción", "text", "otsikko", "viesti",
                "közlemény", "descriere",
                "message", "payment reference", "zahlungsreferenz"),
    "reference": ("transaction id", "bank reference", "transferwise id", "id операції", "ідентифікатор операції",
                  "референс банку", "референс", "volgnr", "id", "numer referencyjny", "номер транзакції",
                  "id транзакції", "transaktionscode", "transaction no", "transaktions nr", "zkb referenz",
                  "buchungsreferenz", "identifikace transakce", "id transakce", "id pohybu", "reference"),
    "account": ("own account", "account iban", "auftragskonto", "iban auftraggeberkonto", "iban kontoinhaber",
                "iban bban", "rekening", "наш рахунок", "мій рахунок", "номер рахунку", "рахунок",
                "iban auftragskonto", "account"),
    "balance": ("balance", "running balance", "running bal", "closing balance", "resulting balance", "saldo",
                "saldo nach buchung", "saldo na trn", "saldo na mutatie", "saldo po operacji", "saldo po transakcji",
                "залишок", "залишок після операції", "zůstatek", "zostatok", "solde", "egyenleg", "sold"),
}  # fmt: skip
ALL_HEADERS: Final = frozenset(word for words in HEADERS.values() for word in words)
MORE_PURPOSE: Final = frozenset({
    "reference", "payment reference", "omschrijving 2", "omschrijving 3", "betalingskenmerk",
    "kundenreferenz end to end", "kundenreferenz", "zahlungsreferenz", "buchungs details", "notiz",
    "invoice number", "item title", "custom number",
    "end to end reference", "referenz", "betreff", "hinweis", "artikelbezeichnung", "rechnungsnummer", "receipt id",
    "notes and tags", "notes", "bank description", "description1", "description2", "description3", "beschreibung1",
    "beschreibung2", "beschreibung3", "beschreibung 1", "beschreibung 2", "beschreibung 3", "variabilní symbol",
    "variabilný symbol", "vs", "zpráva pro příjemce", "komentář", "viitenumero", "betalningsreferens",
})  # fmt: skip
"""Columns that say what the money is for as well, beside the first."""
SOFT_DIRECTION: Final = frozenset({"type", "transaction type", "тип", "тип операції", "rodzaj", "typ", "umsatztyp"})
"""Headers of columns that may say in or out, and often say something else: card payment, fee, transfer."""
SOFT_STATE: Final = frozenset({"info"})
"""Headers of columns that may hold the state, or any other remark."""
IN: Final = frozenset({
    "c", "cr", "crdt", "credit", "in", "+", "k", "к", "кт", "кредит", "надходження", "зарахування", "прихід", "haben",
    "h", "bij", "incoming", "received", "money in", "deposit", "topup", "top up", "gutschrift", "uznanie", "wpływ",
    "поповнення", "ct", "eingang", "přichozí", "příchozí", "příjem", "income", "entrata", "abono", "crédit",
    "entrada", "ingreso", "ingresos", "recibido", "recibida", "recebido", "haber", "avere", "accredito", "entrate",
    "reçu", "encaissement", "recette", "zahlungseingang", "einnahme", "einzahlung", "wpływy", "uznania", "przychodzący",
    "przychodząca", "przychód", "wpłata", "ontvangst", "ontvangen", "inkomend", "вхідний", "вхідна", "приход",
    "поступление", "зачисление", "příchozí platba", "jóváírás", "intrare", "încasare", "giriş", "gelen", "alacak",
    "постъпление", "insättning", "crédito", "indbetaling", "innbetaling",
})  # fmt: skip
OUT: Final = frozenset({
    "d", "dr", "dbit", "debit", "out", "-", "−", "–", "д", "дт", "дебет", "списання", "витрата", "видаток", "soll",
    "s", "af", "outgoing", "sent", "money out", "withdrawal", "lastschrift", "obciążenie", "wypłata", "dt", "ausgang",
    "odchozí", "výdaj", "expense", "uscita", "cargo", "débit",
    "salida", "gasto", "gastos", "egreso", "enviado", "enviada", "saída", "débito", "debe", "dare", "addebito",
    "uscite", "envoyé", "décaissement", "dépense", "zahlungsausgang", "ausgabe", "auszahlung", "belastung", "wydatki",
    "wydatek", "obciążenia", "wychodzący", "wychodząca", "rozchód", "uitgave", "verzonden", "uitgaand", "вихідний",
    "вихідна", "расход", "списание", "odchozí platba", "terhelés", "ieșire", "plată", "çıkış", "giden", "borç",
    "разход", "uttag", "udbetaling", "utbetaling",
})  # fmt: skip
BOOKED: Final = frozenset({
    "", "completed", "complete", "booked", "posted", "cleared", "settled", "done", "success", "successful",
    "executed", "processed", "sent", "paid", "umsatz gebucht", "gebucht", "abgeschlossen", "виконано", "проведено",
    "проведена", "проведений",
    "успішно", "успішна", "зараховано", "завершено", "оброблено", "zrealizowana", "zaksięgowano", "zaksięgowana",
    "wykonana", "rozliczona", "contabilizzato", "book", "partially refunded", "zakończona", "zaúčtováno", "voltooid",
    "terminé",
})  # fmt: skip
ANNOUNCED: Final = frozenset({
    "pending", "in progress", "processing", "authorised", "authorized", "created", "held", "on hold",
    "umsatz vorgemerkt", "vorgemerkt", "ausstehend", "in bearbeitung", "в обробці", "очікується", "очікує", "нова",
    "заблоковано", "pdng", "oczekująca", "w realizacji", "non contabilizzato", "placed", "unclaimed", "scheduled",
    "on the way",
})  # fmt: skip
UNDONE: Final = frozenset({
    "reverted", "reversed", "declined", "failed", "cancelled", "canceled", "rejected", "denied", "refunded",
    "expired", "returned", "void", "voided", "storniert", "abgelehnt", "fehlgeschlagen", "abgebrochen",
    "zurückgezahlt", "rückgängig gemacht", "скасовано", "скасована", "відхилено", "відхилена",
    "сторновано", "повернено", "помилка", "odrzucona", "anulowana", "blocked", "removed", "charged back",
})  # fmt: skip
# What banks call the lines around their rows. A balance is no money even where a day and a sum stand beside it.
_BALANCE = re.compile(
    r"(?:(?:opening|closing|beginning|ending|starting|current|available|previous) (?:ledger |account )?balance"
    r"|balance (?:brought|carried) forward|anfangssaldo|endsaldo|schlusssaldo|(?:alter|neuer) kontostand|kontostand"
    r"|saldo (?:początkowe|końcowe|anterior|final|inicial|iniziale|finale)|beginsaldo|eindsaldo"
    r"|(?:počáteční|konečný|počiatočný) (?:zůstatek|zostatok)|(?:вхідний|вихідний|початковий|кінцевий) залишок"
    r"|залишок на (?:початок|кінець)|solde (?:initial|final|précédent)|nyitó egyenleg|záró egyenleg"
    r"|(?:alg|lõpp|alku|loppu|primo|ultimo)saldo"
    r"|(?:inn?gående|utgående) (?:saldo|balans)|(?:sākuma|beigu) atlikums|(?:pradinis|galutinis) likutis"
    r"|(?:входящий|исходящий|начальный|конечный) остаток|остаток на|(?:вхідне|вихідне|початкове|кінцеве) сальдо"
    r"|sold (?:iniţial|inițial|initial|final)|stan (?:początkowy|końcowy)|(?:начално|крайно) салдо)\b"
)
_TOTAL = re.compile(
    r"(?:(?:grand )?totals?|sub ?total|turnover|summe|gesamt\w*|suma|razem|разом|всього|усього|підсумок|обороти|итого"
    r"|totaal|totale|celkem|spolu|összesen|summa|yhteensä|käive|apgrozījums|apyvarta|omsättning|оборот)"
)
_OWN_LINE = re.compile(rf"(?:{_TOTAL.pattern}|balance|saldo|залишок)\b")
# Money that had come, and that the bank took again. What the company pays back itself is no such thing.
_RETURN = re.compile(
    r"\b(?:r(?:ü|ue)cklastschrift|lastschrift (?:r(?:ü|ue)ck\w*|retoure)|lastschriftr(?:ü|ue)ck\w*"
    r"|r(?:ü|ue)ckbuchung|terugboeking|r(?:ü|ue)ckbelastung|charge ?back|payment reversal"
    r"|returned (?:payment|direct debit|transfer)|unpaid (?:direct debit|cheque)|direct debit returned|storno\w*"
    r"|stornierung|storneringsboeking|сторно\w*)\b|^reversal\b"
)


def is_balance(cell: str) -> bool:
    """Whether this is the name of a balance, such as `Opening balance as of 11/01/2026`."""
    return len(cell) < 80 and _BALANCE.match(plain(cell)) is not None


def is_total(cell: str) -> bool:
    """Whether this says `Total` and nothing else."""
    return len(cell) < 80 and _TOTAL.fullmatch(plain(cell)) is not None


def is_own_line(cell: str) -> bool:
    """Whether a line without a day that says this is a sum or a balance of the bank's."""
    return is_balance(cell) or (len(cell) < 80 and _OWN_LINE.match(plain(cell)) is not None)


def is_return(cell: str) -> bool:
    """Whether money that went was taken back by the bank, such as a direct debit that was returned."""
    return _RETURN.search(plain(cell)) is not None


def plain(header: str) -> str:
    """A header in one spelling: small letters, no signs, no currency in brackets."""
    # A Latin i between Ukrainian words is a slip of the bank's.
    text = re.sub(r"(?<![a-z])i(?![a-z])", "і", header.replace("\ufeff", "").strip())
    text = re.sub(r"[\(\[][^)\]]{0,12}[\)\]]", " ", text)
    text = re.sub(r"[^\w+\-]+|[_\-]+", " ", text.lower().replace("'", "").replace("’", ""))
    return " ".join(text.split()) or " ".join(re.sub(r"[^\w+\-]+", " ", header.lower()).split())
