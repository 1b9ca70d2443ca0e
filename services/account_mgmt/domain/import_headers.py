"""Header names of customer files, in lower case, and which column is what."""

from __future__ import annotations

from collections.abc import Mapping

from services.chassis.imports.cells import FileRefusedError

FIELDS = (
    "company", "contact_name", "phone", "email", "tax_id", "industry", "size", "region", "city", "language",
    "timezone", "segment", "account_manager", "order_number", "order_date", "product_id", "description", "quantity",
    "unit_price", "currency", "tax_percent", "country", "street", "postal_code",
)  # fmt: skip
HEADERS = {
    "company": "company", "company name": "company", "customer": "company", "customer name": "company",
    "account name": "company", "компанія": "company", "назва": "company", "клієнт": "company", "покупець": "company",
    "contact": "contact_name", "contact name": "contact_name", "contact person": "contact_name",
    "контактна особа": "contact_name", "контакт": "contact_name",
    "phone": "phone", "phone number": "phone", "телефон": "phone",
    "email": "email", "e-mail": "email", "пошта": "email", "ел. пошта": "email",
    "tax id": "tax_id", "tax_id": "tax_id", "edrpou": "tax_id", "vat": "tax_id", "nip": "tax_id", "єдрпоу": "tax_id",
    "vat id": "tax_id", "vat number": "tax_id", "ust-idnr.": "tax_id", "ust-idnr": "tax_id", "ust-id": "tax_id",
    "umsatzsteuer-id": "tax_id", "steuernummer": "tax_id", "uid": "tax_id", "uid-nummer": "tax_id",
    "numer nip": "tax_id", "іпн": "tax_id", "код єдрпоу": "tax_id",
    "firma": "company", "unternehmen": "company", "kunde": "company", "nazwa": "company", "klient": "company",
    "nabywca": "company", "telefon": "phone", "telefonnummer": "phone", "numer telefonu": "phone",
    "ansprechpartner": "contact_name", "osoba kontaktowa": "contact_name", "e-mail-adresse": "email",
    "adres e-mail": "email", "stadt": "city", "ort": "city", "miasto": "city", "sprache": "language",
    "język": "language", "country": "country", "country code": "country", "land": "country", "kraj": "country",
    "країна": "country", "street": "street", "address": "street", "straße": "street", "strasse": "street",
    "adresse": "street", "ulica": "street", "adres": "street", "адреса": "street", "вулиця": "street",
    "postal code": "postal_code", "postcode": "postal_code", "zip": "postal_code", "zip code": "postal_code",
    "plz": "postal_code", "postleitzahl": "postal_code", "kod pocztowy": "postal_code", "індекс": "postal_code",
    "поштовий індекс": "postal_code",
    "bestellnummer": "order_number", "auftragsnummer": "order_number", "numer zamówienia": "order_number",
    "order id": "order_number", "bestelldatum": "order_date", "auftragsdatum": "order_date", "datum": "order_date",
    "data zamówienia": "order_date", "artikel": "product_id", "artikelnummer": "product_id",
    "bezeichnung": "description", "beschreibung": "description", "menge": "quantity", "ilość": "quantity",
    "einzelpreis": "unit_price", "preis": "unit_price", "cena": "unit_price", "währung": "currency",
    "waluta": "currency", "mwst": "tax_percent", "ust": "tax_percent", "stawka vat": "tax_percent",
    "industry": "industry", "галузь": "industry", "size": "size", "employees": "size", "розмір": "size",
    "region": "region", "область": "region", "city": "city", "місто": "city",
    "language": "language", "мова": "language", "time zone": "timezone", "timezone": "timezone",
    "segment": "segment", "сегмент": "segment",
    "account manager": "account_manager", "account_manager": "account_manager", "owner": "account_manager",
    "менеджер": "account_manager",
    "order number": "order_number", "order_number": "order_number", "order": "order_number", "order no": "order_number",
    "номер замовлення": "order_number", "замовлення": "order_number",
    "order date": "order_date", "order_date": "order_date", "date": "order_date", "дата": "order_date",
    "дата замовлення": "order_date",
    "product": "product_id", "product id": "product_id", "product_id": "product_id", "sku": "product_id",
    "article": "product_id", "артикул": "product_id",
    "description": "description", "item": "description", "product name": "description", "найменування": "description",
    "товар": "description",
    "quantity": "quantity", "qty": "quantity", "кількість": "quantity",
    "unit price": "unit_price", "unit_price": "unit_price", "price": "unit_price", "ціна": "unit_price",
    "currency": "currency", "валюта": "currency",
    "tax": "tax_percent", "tax percent": "tax_percent", "tax_percent": "tax_percent", "vat rate": "tax_percent",
    "пдв": "tax_percent",
}  # fmt: skip


def choose_mapping(header: list[str], wanted: str | Mapping[str, str]) -> dict[str, int]:
    """Field -> column. `wanted` is `auto`, or field -> header of an own mapping.

    Raises FileRefusedError when no column tells the company, or none tells phone, e-mail or tax id.
    """
    lowered = [cell.lower() for cell in header]
    columns: dict[str, int] = {}
    if isinstance(wanted, str):
        if wanted != "auto":
            raise FileRefusedError(f"mapping: '{wanted}' is neither auto nor a JSON object")
        for position, cell in enumerate(lowered):
            if (field := HEADERS.get(cell)) and field not in columns:
                columns[field] = position
    else:
        for field, cell in wanted.items():
            if field not in FIELDS:
                raise FileRefusedError(f"mapping: '{field}' is not a field; there are {', '.join(FIELDS)}")
            if cell.lower() not in lowered:
                raise FileRefusedError(f"mapping: the file has no column '{cell}'")
            columns[field] = lowered.index(cell.lower())
    if "company" not in columns or not {"phone", "email", "tax_id"} & set(columns):
        raise FileRefusedError(
            "The header is unknown: no column for company and one of phone, e-mail, tax id was found. "
            f"Columns are: {', '.join(header[:30])}. Give your own mapping"
        )
    return columns


class CustomerTable:
    """What tier 3 knows of the columns of customer files."""

    def known(self, header: list[str]) -> int:
        """How many of these are names of columns."""
        return len({field for cell in header if (field := HEADERS.get(cell.lower()))})

    def choose(
        self,
        header: list[str],
        wanted: str | Mapping[str, str],
        *,
        proposals: bool,  # noqa: ARG002 - nothing is only likely here
        rows: list[list[str]],  # noqa: ARG002
        region: str,  # noqa: ARG002
    ) -> dict[str, int]:
        """As `choose_mapping`."""
        return choose_mapping(header, wanted)

    def questions(self, header: list[str], mapping: Mapping[str, int]) -> list[str]:  # noqa: ARG002 - there are none
        """None: a column is known by its name, or is left out."""
        return []
