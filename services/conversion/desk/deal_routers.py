"""All routers of the page of one deal."""

from __future__ import annotations

from services.conversion.desk import contact, deal, deal_acts, mails, meetings, offers, playbook

ROUTERS = [deal.router, contact.router, deal_acts.router, meetings.router, offers.router, mails.router, playbook.router]
