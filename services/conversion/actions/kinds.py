"""What several people of this tier edit, and which row is held while one of them does (ADR 38)."""

from __future__ import annotations

from services.chassis.edits import Kind

DEAL = Kind("deal", "deals")
CONTACT = Kind("contact of a deal", "deals")
SPLITS = Kind("splits of a deal", "deals")
RUNS = Kind("playbooks of a deal", "deals")
MEETING = Kind("meeting", "meetings", parent=("deals", "deal_id"))
OFFER = Kind("offer", "offers", parent=("deals", "deal_id"))
MANAGER = Kind("manager", "managers")
HOURS = Kind("hours of a manager", "managers")
ABSENCE = Kind("absence", "absences")
TEMPLATE = Kind("template", "templates", whole=True)
PLAYBOOK = Kind("playbook", "playbooks", whole=True)
POLICY = Kind("policy", "policies", whole=True)
