"""Answers to hard questions as callers read them."""

from __future__ import annotations

from services.chassis.http import Model
from services.conversion.domain.published_answers import PublishedAnswer


class PublishedAnswerView(PublishedAnswer, Model):
    """An answer to a hard question, for the callers' instructions."""
