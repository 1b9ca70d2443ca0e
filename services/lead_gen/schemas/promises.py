"""Promises to call back."""

from __future__ import annotations

from services.chassis.http import Model
from services.lead_gen.domain.promises import CallbackPromise


class PromiseView(CallbackPromise, Model):
    """Somebody was told that they will be called back by `due_at`."""
