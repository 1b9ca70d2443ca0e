"""The labels of invoices and credit notes, by language."""

from __future__ import annotations

LABELS: dict[str, dict[str, str]] = {
    "en": {
        "invoice": "Invoice", "credit_note": "Credit note", "issued": "Issued", "due": "Due", "buyer": "Bill to",
        "seller": "From", "description": "Description", "quantity": "Quantity", "price": "Price", "tax": "VAT",
        "amount": "Amount", "net": "Net", "open": "To pay",
        "tax_id": "Tax ID", "vat_id": "VAT ID", "page": "Page", "scan": "Scan to pay", "account": "Bank details",
        "to_invoice": "For invoice", "reason": "Reason", "to_credit": "Credited to you",
        "purpose": "Payment for invoice {number}", "discount": "less",
        "supplied": "Supplied", "order": "Order",
        "of_lines": "Sum of the lines", "off": "Discount", "freight": "Freight",
        "packing": "Packing", "small_order": "Small order surcharge",
        "enclosed": "Enclosed: a copy of invoice {number}",
    },
    "uk": {
        "invoice": "Рахунок", "credit_note": "Коригування рахунка", "issued": "Виставлено", "due": "Сплатити до",
        "buyer": "Покупець", "seller": "Постачальник", "description": "Найменування", "quantity": "Кількість",
        "price": "Ціна", "tax": "ПДВ", "amount": "Сума", "net": "Без ПДВ",
        "open": "До сплати", "tax_id": "ЄДРПОУ", "vat_id": "ІПН", "page": "Сторінка",
        "scan": "Скануйте, щоб сплатити", "account": "Реквізити", "to_invoice": "До рахунка", "reason": "Підстава",
        "to_credit": "Зараховано вам", "purpose": "Оплата за рахунком {number}",
        "discount": "знижка", "supplied": "Дата постачання", "order": "Замовлення",
        "of_lines": "Сума рядків", "off": "Знижка", "freight": "Доставка",
        "packing": "Пакування", "small_order": "Доплата за мале замовлення",
        "enclosed": "Додаток: копія рахунка {number}",
    },
    "de": {
        "invoice": "Rechnung", "credit_note": "Gutschrift", "issued": "Datum", "due": "Zahlbar bis",
        "buyer": "Rechnung an", "seller": "Von", "description": "Bezeichnung", "quantity": "Menge", "price": "Preis",
        "tax": "USt.", "amount": "Betrag", "net": "Netto",
        "open": "Zu zahlen", "tax_id": "Steuernr.", "vat_id": "USt-IdNr.",
        "page": "Seite", "scan": "Scannen und zahlen", "account": "Bankverbindung", "to_invoice": "Zur Rechnung",
        "reason": "Grund", "to_credit": "Ihnen gutgeschrieben",
        "purpose": "Zahlung Rechnung {number}", "discount": "Rabatt",
        "supplied": "Leistungsdatum", "order": "Auftrag",
        "of_lines": "Summe der Positionen", "off": "Nachlass", "freight": "Fracht",
        "packing": "Verpackung", "small_order": "Mindermengenzuschlag",
        "enclosed": "Anlage: Kopie der Rechnung {number}",
    },
    "pl": {
        "invoice": "Faktura", "credit_note": "Faktura korygująca", "issued": "Data wystawienia",
        "due": "Termin płatności", "buyer": "Nabywca",
        "seller": "Sprzedawca", "description": "Nazwa", "quantity": "Ilość", "price": "Cena",
        "tax": "VAT", "amount": "Kwota", "net": "Netto",
        "open": "Do zapłaty", "tax_id": "NIP", "vat_id": "VAT UE", "page": "Strona",
        "scan": "Zeskanuj, aby zapłacić", "account": "Dane do przelewu", "to_invoice": "Do faktury",
        "reason": "Przyczyna", "to_credit": "Skorygowano na Państwa rzecz",
        "purpose": "Zapłata za fakturę {number}", "discount": "rabat",
        "supplied": "Data sprzedaży", "order": "Zamówienie",
        "of_lines": "Suma pozycji", "off": "Rabat od całości", "freight": "Transport",
        "packing": "Opakowanie", "small_order": "Dopłata do małego zamówienia",
        "enclosed": "Załącznik: kopia faktury {number}",
    },
}  # fmt: skip


LANGUAGES = frozenset(LABELS)


def labels_of(language: str) -> tuple[str, dict[str, str]]:
    """The language and its labels; English for one that has none."""
    known = language if language in LABELS else "en"
    return known, LABELS[known]
