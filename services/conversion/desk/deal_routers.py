"""All routers of the page of one deal."""

from __future__ import annotations

from services.conversion.desk import deal, deal_acts, mails, meetings, offers, playbook

ROUTERS = [deal.router, deal_acts.router, meetings.router, offers.router, mails.router, playbook.router]
