"""How a call ended, as a caller of tier 1 reports it."""

from __future__ import annotations

from enum import StrEnum


class CallOutcome(StrEnum):
    """The disposition that a caller must choose before the next lead."""

    NO_ANSWER = "no_answer"
    BUSY = "busy"
    VOICEMAIL = "voicemail"
    CALLBACK = "callback"
    NOT_INTERESTED = "not_interested"
    WRONG_NUMBER = "wrong_number"
    DO_NOT_CALL = "do_not_call"
    INTERESTED = "interested"
    HARD_QUESTION = "hard_question"


UNREACHED = frozenset({CallOutcome.NO_ANSWER, CallOutcome.BUSY, CallOutcome.VOICEMAIL})
"""Outcomes that count as an attempt of the cadence."""
