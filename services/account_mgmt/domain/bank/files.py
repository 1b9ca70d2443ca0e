"""A bank's file, whatever its format: camt.053 or CSV."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from services.account_mgmt.domain.bank import camt, table
from services.account_mgmt.domain.bank.transfers import FileRefusedError, Parsed

Format = Literal["auto", "csv", "camt053"]


@dataclass(frozen=True)
class FileOptions:
    """What the person says of the file: its format, the columns of a CSV, account and currency where it names none."""

    format: Format
    mapping: Mapping[str, str] | None
    account: str
    currency: str


def read(content: bytes, options: FileOptions) -> Parsed:
    """The file's rows. Raises FileRefusedError with the field that is wrong."""
    if options.mapping is not None:
        table.check_mapping(options.mapping)
    if not content.strip():
        raise FileRefusedError("The file is empty")
    if options.format == "camt053" or (options.format == "auto" and _is_xml(content)):
        return camt.parse(content)
    return table.parse(content, mapping=options.mapping, account=options.account, currency=options.currency)


def _is_xml(content: bytes) -> bool:
    return content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<" or content[:4] in (b"<\0?\0", b"\xff\xfe<\0")
