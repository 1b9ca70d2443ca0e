"""Which column of a lead file is what."""

from __future__ import annotations

from collections.abc import Mapping

from services.chassis.imports.cells import FileRefusedError
from services.lead_gen.domain.import_headers import HEADERS
from services.lead_gen.domain.import_place_headers import OF_ALL

FIELDS = (
    "company",
    "contact_name",
    "first_name",
    "last_name",
    "phone",
    "mobile",
    "other_phone",
    "email",
    "industry",
    "size",
    "region",
    "city",
    "language",
    "timezone",
    "country",
    "phone_code",
    "do_not_call",
    "call_status",
    "website",
    "tax_id",
)

PHONE_FIELDS = ("phone", "mobile", "other_phone")


def choose_mapping(header: list[str], wanted: str | Mapping[str, str]) -> dict[str, int]:
    """Field -> column. `wanted` is `auto`, the name of a product, or field -> header of an own mapping.

    Raises FileRefusedError when a company or a phone column cannot be found.
    """
    lowered = [cell.lower() for cell in header]
    if isinstance(wanted, str):
        names = list(HEADERS) if wanted == "auto" else [wanted]
        if wanted != "auto" and wanted not in HEADERS:
            raise FileRefusedError(f"mapping: '{wanted}' is not one of auto, {', '.join(HEADERS)} or a JSON object")
        columns = max((_match(lowered, HEADERS[name]) for name in names), key=len)
    else:
        columns = {}
        for field, cell in wanted.items():
            if field not in FIELDS:
                raise FileRefusedError(f"mapping: '{field}' is not a field; there are {', '.join(FIELDS)}")
            if cell.lower() not in lowered:
                raise FileRefusedError(f"mapping: the file has no column '{cell}'")
            columns[field] = lowered.index(cell.lower())
    if "company" not in columns or not set(PHONE_FIELDS) & set(columns):
        raise FileRefusedError(
            "The header is unknown: no column for company and phone was found. "
            f"Columns are: {', '.join(header[:20])}. Give your own mapping"
        )
    return columns


def _match(lowered: list[str], names: Mapping[str, str]) -> dict[str, int]:
    columns: dict[str, int] = {}
    for position, cell in enumerate(lowered):
        field = names.get(cell) or OF_ALL.get(cell)
        if field and field not in columns:
            columns[field] = position
    return columns
