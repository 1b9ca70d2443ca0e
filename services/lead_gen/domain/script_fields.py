"""What the text of a script may name: fields of the lead, and `caller`, the name of the person who calls."""

from __future__ import annotations

from services.chassis.templates import Fields

SCRIPT_FIELDS = Fields(("company", "contact_name", "industry", "size", "region", "city", "website", "caller"))
