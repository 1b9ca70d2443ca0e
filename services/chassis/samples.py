"""What a new database begins with, as far as another tier has to know it again."""

from __future__ import annotations

from typing import Final

SAMPLE_PRODUCTS: Final = ("FTL-20", "FTL-EU", "LTL", "REEFER", "CUSTOMS", "STORE")
"""The products of tier 3's sample. Their first versions are the sample; a later one is the house's own."""
