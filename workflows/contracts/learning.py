"""What the house learns from its own orders, night after night."""

from __future__ import annotations

from datetime import datetime

from workflows.contracts.base import Message


class FitTimingInput(Message):
    """How many fits there were before."""

    fits: int = 0


class RunFit(Message):
    """Fit the house's purchases now."""

    key: str


class FittedTiming(Message):
    """How many customers were foretold, and when to fit again."""

    customers: int
    next_at: datetime


class LearnPairs(Message):
    """Count now which products are bought by the same customers."""

    key: str


class LearnedPairs(Message):
    """How many pairs of products say something."""

    pairs: int


class FindRisks(Message):
    """Look now for customers who buy less than they did."""

    key: str


class FoundRisks(Message):
    """For how many customers work was opened."""

    customers: int
