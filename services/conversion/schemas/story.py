"""A lead's story as this tier tells it."""

from __future__ import annotations

from services.chassis.http import Model
from services.chassis.stories import Part


class StoryPart(Part, Model):
    """Tier 2's part of a lead's story, the latest first. `older` goes into `before` and `before_ref`."""
