"""What several people of this tier edit, and which row is held while one of them does (ADR 38)."""

from __future__ import annotations

from services.chassis.edits import Kind

LEAD = Kind("lead", "leads")
INSTRUCTION = Kind("instruction", "instructions")
CALLER = Kind("caller", "callers")
SHIFT = Kind("shift", "shifts")
ROTA_LINE = Kind("rota line", "rota")
ROTA_DAY = Kind("day of the rota", "rota_exceptions", called="rota-day:")
CAMPAIGN = Kind("campaign", "campaigns")
LEDGER_ENTRY = Kind("do-not-call entry", "do_not_call", column="phone")
DUPLICATE = Kind("duplicate", "lead_duplicates")
MERGE = Kind("merge", "lead_merges")
SCORE = Kind("score", "scores")
SCRIPT = Kind("script", "scripts", called="scripts:")
CRITERIA = Kind("criteria", "criteria", called="criteria:")
POLICY = Kind("policy", "policies", whole=True)
