"""Which records of tier 3 are over."""

from __future__ import annotations

from typing import Final

OVER: Final = """
    (a.kind = 'customer'
     AND (EXISTS (SELECT FROM customers c WHERE c.id = a.id AND c.state NOT IN ('active', 'at_risk', 'opted_out'))
          OR EXISTS (SELECT FROM erasures e WHERE e.customer_id = a.id)))
 OR (a.kind = 'open-care'
     AND EXISTS (SELECT FROM imports m WHERE m.id = a.id)
     AND NOT EXISTS (SELECT FROM customers c WHERE c.imported_by = a.id AND c.care_opened_at IS NULL))"""
"""The customer is lost, given up or erased; of an import, every customer's care is opened."""
