"""Answers to hard questions that callers may read."""

from __future__ import annotations

from datetime import datetime

from services.chassis.records import Record


class PublishedAnswer(Record):
    """An answer to a hard question, fit for the callers' instructions."""

    id: str
    deal_id: str
    lead_id: str
    question: str
    answer: str
    published_by: str
    published_at: datetime
