"""Which records of tier 2 are over."""

from __future__ import annotations

from typing import Final

OVER: Final = """
    a.kind = 'conversion'
    AND (EXISTS (SELECT FROM erased_leads e WHERE e.lead_id = a.id)
         OR (EXISTS (SELECT FROM deals d WHERE d.lead_id = a.id)
             AND NOT EXISTS (SELECT FROM deals d WHERE d.lead_id = a.id AND d.stage NOT IN ('won', 'lost'))))"""
"""Every deal of the lead is closed, or it was erased. One that sleeps is open: its workflow wakes it."""
