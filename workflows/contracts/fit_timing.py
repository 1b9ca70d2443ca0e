"""The nightly analysis of all orders: when customers buy next, what they buy together, who is about to leave."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from workflows.contracts.base import Answer, Message


class FitTimingInput(Message):
    """How many nights there were before; keys of effects contain the number, and which life of the analysis it is."""

    fits: int = 0
    life: str = Field(default="", description="Makes the keys new when the analysis is started once more.")


class OrdersImported(Answer):
    """Orders of years came with a file: nobody waits for the night to see what follows from them."""


class RunFit(Message):
    """Fit the purchase timing of all customers now."""

    key: str


class FittedTiming(Message):
    """For how many customers the next purchase was predicted, and when to fit again."""

    customers: int
    next_at: datetime


class LearnPairs(Message):
    """Count now which products are bought by the same customers."""

    key: str


class LearnedPairs(Message):
    """How many pairs of products have enough evidence to be suggested."""

    pairs: int


class FindRisks(Message):
    """Look now for customers who buy less than they did."""

    key: str


class FoundRisks(Message):
    """For how many customers work was opened."""

    customers: int
