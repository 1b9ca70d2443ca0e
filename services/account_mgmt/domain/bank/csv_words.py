"""What a heading of a bank's CSV means by the words within it, where it is none that is known as a whole.

`Nom de la contrepartie`, `Naam van de tegenpartij` and `Name der Gegenpartei` say the same, and no list has them all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal

from services.account_mgmt.domain.bank.csv_headers import plain

Meaning = Literal[
    "date", "amount", "debit", "credit", "both", "currency", "state", "purpose", "details", "account", "party", "payer",
    "payee", "party account", "payer account", "payee account", "party tax", "payer tax", "payee tax", "",
]  # fmt: skip
"""`both`: what went and what came in one column. A `party` is whoever is at the other end, a `payer` and a `payee` may
be the company itself. `details` say what the money is for if they are of nobody in particular."""

ACCOUNT_OF: Final[Mapping[Meaning, Meaning]] = {
    "payer": "payer account", "party": "party account", "payee": "payee account",
}  # fmt: skip
TAX_OF: Final[Mapping[Meaning, Meaning]] = {"payer": "payer tax", "party": "party tax", "payee": "payee tax"}


def _any(*words: str) -> re.Pattern[str]:
    return re.compile("|".join(words))


_PAYER: Final = _any(
    "auftraggeber", "absender", r"zahler\b", "zahlungspflicht", r"\bpayer", r"\bpayor", "remitter", "originator",
    "sender", "nadawc", "zleceniodaw", "plátc", r"\bplatc", "platiteľ", "platitel", "odosielat", "odesílat",
    "платник", "плательщик", "відправник", "отправител", "ordonnateur", "donneur", "émetteur", "emetteur",
    "ordenante", "remitente", "ordinante", "mittente", "avsändare", "avsender", "afsender", r"maks\w*ja\b", "mokėtoj",
    "maksātāj", "feladó", "plătitor", "gönderen", "наредител", "uplatitelj", "nalogodav", "plačnik", "opdrachtgever",
    r"\bbetaler", "debtor", "źródł", r"^from$", r"\bod kogo\b", "ordering",
)  # fmt: skip
_PAYEE: Final = _any(
    "empfänger", "empfaenger", "begünstigt", "beguenstigt", "payee", "beneficiar", "recipient", "receiver", "odbiorc",
    "příjemc", "prijemc", "príjemc", "отримувач", "получател", "bénéficiair", "destinatai", "destinatari",
    "mottagare", "mottaker", "modtager", r"\bsaaja", "gavėj", "saņēmēj", "kedvezményezett", "alıcı", "primatelj",
    "prejemnik", "creditor", "ontvanger", "begunstigde", "docelow", r"^to$",
)  # fmt: skip
_PARTY: Final = _any(
    "contrepart", "counter ?part", "gegenpart", "gegenkonto", "gegenseite", "tegenpart", "tegenrek",
    "zahlungsbeteilig", "zahlungspartner", r"\bpartner", "kontrahent", "protistran", r"protiú?u?č[te]t?", "protiuct",
    "контрагент", "кореспондент", "корреспондент", "contrapart", "controparte", "motpart", "motkonto", "modpart",
    "modkonto", "vastapuol", "ellenoldal", "other party", "karşı", r"na konto z konta", "pretkont", "vastaskonto",
    r"^(?:namn|navn|nimi|meno|názov|název|név|nume|nom|nome|nombre|імя|назва|nazwa)$",
)  # fmt: skip
_ACCOUNT: Final = _any(
    r"\biban", "konto", "account", r"\bcompte", "rachun", r"\bú?u?čet\b", r"\bú?u?čtu\b", "рахун", r"\bсч[её]т",
    "rekening", "tegenrek", r"\bcuenta", r"\bconto\b", "számla", r"tili\b", "tilinumero", r"\bbban", r"\bacct",
    r"\bcont\b", "sąskait", "račun", r"\bhesap", "protiú?u?č", r"\bkonts\b",
)  # fmt: skip
_NO_NUMBER: Final = _any(
    "balance", "saldo", "label", "name", r"\bnom\b", "inhaber", "bezeichnung", "holder", r"\btype?\b", "status", "naam",
    "nazwa", "назва",
)  # fmt: skip
_OWN: Final = _any(
    "auftragskonto", r"\bown\b", "наш", "мій", r"\bmy\b", "du compte", "kliendi", "source account", r"\bmijn\b",
    r"\bmein", "kontoinhaber",
)  # fmt: skip
_BANK: Final = _any(
    r"\bbic\b", "swift", r"\bblz\b", "bankleitzahl", r"\bмфо\b", r"\bbank", r"\bбанк", r"\bbanc", r"\bbanque",
    "sort code", "routing", r"\bbankas?\b",
)  # fmt: skip
_ASIDE: Final = _any(
    "adres", "address", "anschrift", "stra[sß]", "straat", "street", r"\brue\b", r"\bulic", r"\bcity\b", r"\bort\b",
    r"\bplaats\b", r"\bpostal", r"\bpostcode", r"\bplz\b", "country", r"\bland", r"\bpays\b", "gebühr", r"\bfees?\b",
    r"\bcharge", "frais", "komis", "коміс", "prowizj", "mandat", r"gläubiger", "glaeubiger", "creditor id", "kateg",
    "categ", "катег", r"\brate\b", "kurs", "курс", "limit", r"\bcard", "karte", "картк", r"\bzeit", "uhrzeit",
    r"\btime$", r"\bčas\b", r"^час", "iniciator", "initiator", r"\bteam\b", "équipe",
)  # fmt: skip
_TAX: Final = _any(
    "єдрпоу", "едрпоу", r"\bінн\b", r"\bинн\b", "рнокпп", r"\bіпн\b", r"\bnip\b", r"\bičo?\b", "tax id", "vat id",
    "vat number", "siren", "siret", r"\bкод\b",
)  # fmt: skip
_SUM: Final = _any(
    "amount", "betrag", r"umsatz\b", "montant", "bedrag", "kwot", "importe", "importo", r"\bсума\b", r"\bсумма\b",
    "částk", "castk", r"\bsuma\b", r"\bsumma\b", "belopp", "beløp", "beløb", "belob", "määrä", "összeg", "valoare",
    "iznos", "znesek", "gross", "brutto", "tutar", "objem", "montante", "quantia", r"\bvalor\b", "сумата",
)  # fmt: skip
_NO_SUM: Final = _any(
    "balance", "saldo", "solde", r"\bsold\b", "залишок", "остаток", "egyenleg", "zůstatek", "zostatok", "original",
    "ursprüng", "foreign", "fremd", r"\blocal\b", "ausland", "instruct", "zlecen", r"\bfees?\b", "charge", "gebühr",
    "frais", "komis", "коміс", "prowizj", "steuer", r"\btax\b", "refund", "customer", "anzahl", "number", "nombre",
    "počet", "kількість", "liczba", "francs", "convert", r"\bnett?o?\b", "disponible", "available", "екв", "equiv",
    "покриття", "limit", "cashback", "rabat", "discount", "compensation", "transfer amount",
)  # fmt: skip
_DAY: Final = _any(
    r"\bdate", "datum", r"\bdata\b", "дата", "fecha", r"\bdato", "dátum", r"dag\b", r"stag\b", "kuupäev", r"päivä\b",
    "tarih", r"\bdiena", "booked at", "timestamp", r"\bcreated\b", r"\bден\b",
)  # fmt: skip
_NO_DAY: Final = _any(
    r"\bdue\b", "expir", "fällig", "birth", "refund", "transfer date", "available", r"\bvon\b", r"\bbis\b",
    r"\bfrom\b", r"\bto\b", "export", "splatn", "relative", "plánov",
)  # fmt: skip
_BOOKING_DAY: Final = _any(
    "book", "buch", "księg", "bokf", "bogf", "boek", "compta", "contab", "zaúčt", "zauct", "kirjaus", "post",
    "settle", "провод", "провед", "complet", "spracov", "zpracov", "exécut", "execut", "uitvoer", "registr",
    "rozlicz", "könyv", "înregistr", "knjiž", "осчет",
)  # fmt: skip
_VALUE_DAY: Final = _any(
    "valu", "valor", "wert", "rente", "arvo", "walut", "валют", "effect", "interest", "документ", r"\bval$",
)  # fmt: skip
_STATE: Final = _any(
    r"\bstat[eo]?\b", r"\bstatus", r"\bstatut", r"\bstan\b", r"\bстан\b", "статус", r"\bstav\b", "állapot",
    r"\btila\b", r"\bolek\b", r"\bdurum", "būsena", "estado", "situação", "situación", r"\bcaptured\b",
)  # fmt: skip
_CURRENCY: Final = _any(
    "currency", r"\bccy\b", "devis", "devies", "divisa", "währung", "waehrung", r"\bwhr?g\b", "walut", r"\bmunt",
    "валют", r"\bměna\b", r"\bmena\b", "moneda", "moeda", "valuut", "valuta", "deviza", "para birimi", "valiut",
    "valūt", r"\bvaluutta",
)  # fmt: skip
_WAY: Final = _any(
    "direction", "richtung", "kierunek", "напрям", "направлен", r"\bsměr", r"\bsmer\b", r"\bsens\b", "riktning",
    r"\birány", r"^d k$", r"^k d$", r"^c d$", r"^d c$",
)  # fmt: skip
_DEBIT: Final = _any(
    "debet", "debit", "débit", "deebet", "дебет", r"\bдт\b", r"\bsoll\b", "belast", "lastschr", "obciąż", "wydat",
    r"\bdare\b", "addebit", r"\bcargos?\b", r"\bdebe\b", r"\bout\b", r"\but\b", r"\baf\b", "withdraw", r"\bspent\b",
    "výdaj", "výdej", "terhel", "veloit", r"\buscite", r"\bsalidas?\b", r"\bsorties?\b", "afschr", "расход", "витрат",
    "видат", "списан", "rozchod", r"\bborç", "isplat", "обтяж", r"\bbreme", "^[-−–]$",
)  # fmt: skip
_CREDIT: Final = _any(
    "credit", "crédit", "kredit", "kreedit", "кредит", r"\bкт\b", r"\bhaben\b", "gutschr", "uznan", "wpływ",
    r"\bavere\b", r"\babonos?\b", r"\bhaber\b", r"\binn?\b", "deposit", r"\breceived\b", "příjem", "príjem", "jóvá",
    r"\bpano", "hyvit", "bijschr", r"\bentrate", r"\bentradas?\b", r"\bingresos?\b", "rentrée", "encaiss", "приход",
    "надходж", "зарахув", "поступл", "alacak", "uplat", r"\bbij\b", "accredit", "заверув", r"\bdobro\b", r"^\+$",
)  # fmt: skip
_PURPOSE: Final = _any(
    "verwendungs", "zweck", "zahlungsgrund", "mitteil", "mededel", "communic", "remit", "purpose",
    "payment (?:detail|reference)",
    "tytu[łl]", r"\bopis", "призначен", "назначен", "libell", r"\blabel\b", r"\bmotif", "causale", "concepto",
    "conceito", r"\btext", "text$", r"\btekst", "descri", "descr$", "narrat", "zpráv", "správ", "informáci",
    "message", "meddel", "viesti", "közlem", "megjegyz", "selgitus", "selit", "forklaring", "açıklama", "szczegół",
    "деталі", "paskirt", "mērķis", "основание", "svrha", "namen", "popis", "buchungsdetail", r"\bvwz", "explica",
    "detaliile",
)  # fmt: skip
_DETAILS: Final = _any(
    "detail", "dettagl", "detalii", "r[eé]f[eé]r[eé]n", "riferiment", r"\bref\b", "refer", r"\bnote", "notes",
    "notiz", "memo", "comment", "коментар", "комментар", "приміт", "rubri", "viite", "observ", "movimiento",
    "movimento", r"^transacti(?:on|e)$", "invoice", "rechnung", "faktur", "facture", "particular", "remark", "bemerk",
    "opmerk", "kenmerk", "descrizione", "viitenumber", "symbol", "upřesn", "поясн", r"\bsubject", "betreff",
    r"\bvs\b", "hinweis", r"\border\b", "замовлен", "заказ", "bestell", "zamówien", "commande", "pedido", "objednáv",
)  # fmt: skip


def meaning(header: str) -> Meaning:
    """What this heading means; empty for one that means nothing we ask for."""
    text = plain(re.sub(r"(?<=[a-zа-яіїєґ])(?=[A-ZА-ЯІЇЄҐ])", " ", header))
    if not text:
        return ""
    return _of_money(text) or _of_people(text)


def is_own_account(header: str) -> bool:
    """Whether a heading of accounts says that it is the company's own."""
    return _OWN.search(plain(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header))) is not None


def rank_of_day(header: str) -> int:
    """How good a column of days is: when the bank booked, then when it happened, last when it counts for interest."""
    text = plain(header)
    return 0 if _BOOKING_DAY.search(text) else 2 if _VALUE_DAY.search(text) else 1


def _of_money(text: str) -> Meaning:
    if _DAY.search(text) and not _NO_DAY.search(text):
        return "date"
    if _WAY.search(text):
        return "both"
    if _PARTY.search(text) or _PURPOSE.search(text):
        return ""
    if _SUM.search(text) or (_DEBIT.search(text) or _CREDIT.search(text)):
        if _NO_SUM.search(text):
            return ""
        went, came = _DEBIT.search(text), _CREDIT.search(text)
        return "both" if went and came else "debit" if went else "credit" if came else "amount"
    if _CURRENCY.search(text):
        return "" if _NO_SUM.search(text) else "currency"
    return "state" if _STATE.search(text) and not _ACCOUNT.search(text) else ""


def _of_people(text: str) -> Meaning:
    if _SUM.search(text) or _DEBIT.search(text):
        return ""
    if _ACCOUNT.search(text) and _NO_NUMBER.search(text) and not _who(text):
        return ""
    if _PURPOSE.search(text):
        return "purpose"
    if _ASIDE.search(text):
        return ""
    who = _who(text)
    if who and _TAX.search(text):
        return TAX_OF[who]
    if _ACCOUNT.search(text):
        return ACCOUNT_OF[who] if who else "account"
    if _BANK.search(text):
        return ""
    return who or ("details" if _DETAILS.search(text) else "")


def _who(text: str) -> Literal["party", "payer", "payee", ""]:
    pays, gets = _PAYER.search(text), _PAYEE.search(text)
    if _PARTY.search(text) or (pays and gets):
        return "party"
    return "payer" if pays else "payee" if gets else ""
