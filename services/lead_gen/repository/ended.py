"""Which records of tier 1 are over."""

from __future__ import annotations

from typing import Final

OVER: Final = """
    (a.kind = 'cold-call'
     AND EXISTS (SELECT FROM leads l WHERE l.id = a.id AND NOT (l.tier = 'lead_gen' AND l.stage = 'calling')))
 OR (a.kind = 'campaign'
     AND EXISTS (SELECT FROM campaigns c WHERE c.id = a.id AND c.state NOT IN ('running', 'paused')))"""
"""A lead is not called any more, here or because another tier has it; a campaign neither runs nor is paused."""
