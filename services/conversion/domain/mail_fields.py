"""What a mail template may name: fields of the deal and its lead, and who writes."""

from __future__ import annotations

from services.chassis.templates import Fields

# As long as a need may be: nothing of it is cut.
MAIL_FIELDS = Fields(("company", "contact_name", "city", "industry", "manager", "need", "seller"), longest=5000)
