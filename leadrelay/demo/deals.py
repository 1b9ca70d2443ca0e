"""What a manager does next with a deal: read from the deal itself, so that it is right after any interruption."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from leadrelay.demo.day import Json
from leadrelay.demo.decisions import DealPlan
from leadrelay.demo.people import Service

WORKED: Final = ("accepted", "informing", "qualified", "meeting", "offer", "negotiating")
"""Stages in which a manager has something to do."""


class Move(StrEnum):
    """The next thing to do with a deal."""

    WAIT = "wait"
    ANSWER = "answer"
    QUALIFY = "qualify"
    BOOK = "book"
    HELD = "held"
    NO_SHOW = "no-show"
    OFFER = "offer"
    ACCEPT = "accept"
    WIN = "win"
    LOSE = "lose"


def next_move(plan: DealPlan, deal: Json, now: datetime) -> tuple[Move, Json]:
    """Choose the next move, and the meeting or offer that it is about (or the deal)."""
    if deal["stage"] not in WORKED:
        return Move.WAIT, deal
    if deal["question"] and not deal["question_answered_at"]:
        return Move.ANSWER, deal
    if not deal["qualification"]:
        return Move.QUALIFY, deal
    if not plan.opportunity:
        return Move.LOSE, deal
    if plan.meets and not _states(deal, "meetings") & {"held"}:
        return _meet(plan, deal, now)
    return _sell(plan, deal)


def _meet(plan: DealPlan, deal: Json, now: datetime) -> tuple[Move, Json]:
    meetings: list[Json] = deal["meetings"]
    booked = [meeting for meeting in meetings if meeting["state"] == "booked"]
    if not booked:
        return Move.BOOK, deal
    meeting = booked[-1]
    if datetime.fromisoformat(meeting["ends_at"]) > now:
        return Move.WAIT, meeting
    missed = plan.no_show and len(meetings) == 1
    return (Move.NO_SHOW if missed else Move.HELD), meeting


def _sell(plan: DealPlan, deal: Json) -> tuple[Move, Json]:
    offers: list[Json] = deal["offers"]
    if not offers or offers[-1]["state"] in ("rejected", "expired", "superseded"):
        return Move.OFFER, deal
    offer = offers[-1]
    match offer["state"]:
        case "awaiting_approval":
            return Move.WAIT, offer
        case "accepted":
            return Move.WIN, deal
        case _:
            return (Move.ACCEPT, offer) if plan.wins else (Move.LOSE, deal)


def _states(deal: Json, what: str) -> set[str]:
    return {thing["state"] for thing in deal[what]}


def round_of(deal: Json) -> int:
    """Count how often the deal has slept: each time it comes back, the customer decides anew."""
    return sum(entry["kind"] == "asleep" for entry in deal["timeline"])


def lines_of(basket: tuple[tuple[Service, int], ...], language: str = "uk") -> list[dict[str, Any]]:
    """Write a basket as order lines in the customer's language; nearly all of them speak Ukrainian."""
    return [
        {
            "product_id": service.id,
            "description": service.called(language),
            "quantity": str(quantity),
            "unit_price": {"amount": service.price, "currency": "UAH"},
        }
        for service, quantity in basket
    ]
