"""What is late."""

from __future__ import annotations

from services.chassis.http import Model
from services.chassis.lateness import Late


class LateThing(Late, Model):
    """Something that should have happened and has not, why, and the one safe act."""
