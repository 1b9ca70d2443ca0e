"""What the forms of the bank's pages send: a statement with what is said of it, and what becomes of a transfer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Form, UploadFile
from pydantic import Field

from services.account_mgmt.desk.money_forms import MoneyForm, Words, amount_of
from services.account_mgmt.domain.bank.csv_dates import DateOrder
from services.account_mgmt.domain.bank.files import FileOptions, Format
from services.account_mgmt.domain.bank.transfers import iban
from services.account_mgmt.schemas.bank_transfers import NewReturn, Share
from services.chassis.errors import Invalid

COLUMNS: Final = ("date", "amount", "debit", "credit", "direction", "state", "currency", "payer_name", "payer_iban",
                  "payer_tax_id", "purpose", "reference", "account", "balance")  # fmt: skip
"""The fields of a CSV whose headings may be said."""
ENCODINGS: Final = ("utf-8", "utf-16", "windows-1251", "windows-1252", "windows-1250", "iso-8859-2", "koi8-u", "cp866")
_Short = Annotated[str, Form(max_length=100)]


@dataclass(frozen=True)
class StatementForm:
    """A file, and what it does not say of itself. `heading` are those of `COLUMNS`, in their order."""

    file: UploadFile | None = None
    format: Annotated[Format, Form()] = "auto"
    currency: Annotated[str, Form(max_length=10)] = ""
    account: Annotated[str, Form(max_length=64)] = ""
    encoding: Annotated[str, Form(max_length=40)] = ""
    dates: Annotated[DateOrder, Form()] = "auto"
    heading: Annotated[list[_Short] | None, Form(max_length=len(COLUMNS))] = None

    @property
    def headings(self) -> dict[str, str]:
        """The headings that were said, by their fields."""
        said = zip(COLUMNS, self.heading or (), strict=False)
        return {name: text.strip() for name, text in said if text.strip()}

    def upload(self) -> UploadFile:
        """The file. Raises Invalid where none was chosen."""
        if self.file is None or not self.file.filename:
            raise Invalid("Choose the file that the bank gave you", field="file")
        return self.file

    def options(self) -> FileOptions:
        """The same as REST takes it. Raises Invalid."""
        currency = self.currency.strip().upper()
        if currency and (len(currency) != 3 or not (currency.isascii() and currency.isalpha())):
            raise Invalid("Three letters, such as UAH", field="currency")
        return FileOptions(
            format=self.format,
            mapping=self.headings or None,
            account=iban(self.account),
            currency=currency,
            encoding=self.encoding.strip(),
            dates=self.dates,
        )


class MatchForm(MoneyForm):
    """Invoices by their numbers with what each gets; a line without an amount is passed over."""

    number: list[Annotated[str, Field(max_length=40)]] = Field(default_factory=list, max_length=20)
    amount: list[Annotated[str, Field(max_length=40)]] = Field(default_factory=list, max_length=20)

    def lines(self) -> list[tuple[str, str]]:
        """(number, amount) of what was filled in. Raises Invalid where nothing was, or a number is missing."""
        found = [(n.strip(), a.strip()) for n, a in zip(self.number, self.amount, strict=False) if a.strip()]
        if not found:
            raise Invalid("Say which invoice it pays, and how much", field="amount")
        if not all(number for number, _ in found):
            raise Invalid("Which invoice gets it?", field="number")
        return found

    def share(self, invoice_id: str, amount: str, currency: str) -> Share:
        """The same as REST takes it. Raises Invalid on `amount`."""
        return Share.model_validate({"invoice_id": invoice_id, "amount": dict(amount_of(amount, currency))})


class ReturnForm(MoneyForm):
    """The payment that the bank took back, as `invoice:payment`."""

    payment: str = Field(default="", max_length=80)
    whole_transfer: bool = False

    def told(self) -> NewReturn:
        """The same as REST takes it. Raises Invalid."""
        invoice_id, _, payment_id = self.payment.partition(":")
        if not payment_id:
            raise Invalid("Say which payment came back", field="payment")
        return NewReturn(invoice_id=invoice_id, payment_id=payment_id, whole_transfer=self.whole_transfer)


class ReasonForm(MoneyForm):
    """Why."""

    reason: Words
