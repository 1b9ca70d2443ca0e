"""How often things happen in the sample department, and where each figure comes from.

Sources
- BANK: UCI Bank Marketing (S. Moro, P. Cortez, P. Rita, "A Data-Driven Approach to Predict the Success of Bank
  Telemarketing", Decision Support Systems 62, 2014), CC BY 4.0. Taken from 2,260 rows of the 4,521-row sample, one
  row per person called in one campaign: `campaign` is the number of calls made to that person, `y` whether the person
  agreed. 268 rows have y=yes; `campaign` adds up to 6,371 calls. Nothing reads the file at run time.
- FIVE9: https://www.five9.com/telephone-dialing-modes, "25-35 % of dials answered live" (a vendor's figure).
- KELLER: Keller Center, "28 % answered, 55 % not, 17 % non-working numbers", as quoted by
  https://sellingsignals.com/cold-calling-statistics/ (secondary).
- TOPO: 59 % of sales-accepted leads become opportunities in top teams, Gartner/TOPO,
  https://www.gartner.com/en/articles/sales-development-metrics-assessing-low-conversion-rates
- ASSUMED: no figure was found. The value only has to make every path of the relay happen in a few minutes.
"""

from __future__ import annotations

from typing import Final

from workflows.contracts.account_mgmt import NudgeOutcome
from workflows.contracts.lead_gen import CallOutcome

BANK_PEOPLE: Final = 2_260
"""BANK: people called."""
BANK_CALLS: Final = 6_371
"""BANK: sum of `campaign`, the calls it took to get an answer from all of them."""
BANK_YES: Final = 268
"""BANK: people with y=yes."""

INTERESTED_PER_CONVERSATION: Final = BANK_YES / BANK_PEOPLE
"""BANK: 11.9 % of the people spoken to said yes."""

REACHED_PER_DIAL: Final = BANK_PEOPLE / BANK_CALLS
"""BANK: 35.5 % of calls ended the matter with that person; the upper end of FIVE9's 25-35 %. Interested per dial
is then 4.2 %."""

DEAD_ON_FIRST_DIAL: Final = 0.17
"""KELLER: 17 % of numbers do not work. It shows at the first dial and is not repeated at the next ones."""

CONVERSATION: Final[dict[CallOutcome, float]] = {
    CallOutcome.INTERESTED: INTERESTED_PER_CONVERSATION,
    CallOutcome.HARD_QUESTION: 0.05,  # ASSUMED
    CallOutcome.CALLBACK: 0.12,  # ASSUMED
    CallOutcome.DO_NOT_CALL: 0.015,  # ASSUMED
    CallOutcome.NOT_INTERESTED: 1 - INTERESTED_PER_CONVERSATION - 0.05 - 0.12 - 0.015,  # the rest
}
"""What a conversation ends with."""

UNREACHED: Final[dict[CallOutcome, float]] = {
    CallOutcome.NO_ANSWER: 0.65,  # ASSUMED
    CallOutcome.VOICEMAIL: 0.20,  # ASSUMED
    CallOutcome.BUSY: 0.15,  # ASSUMED
}
"""What a call without a conversation ends with. KELLER says only that 55 of 83 working numbers do not answer."""


def dial(attempt: int) -> dict[CallOutcome, float]:
    """Return the chances of every outcome of the `attempt`-th dial (from 1). They add up to one."""
    dead = DEAD_ON_FIRST_DIAL if attempt <= 1 else 0.0
    reached = (1 - dead) * REACHED_PER_DIAL
    missed = 1 - dead - reached
    return (
        {CallOutcome.WRONG_NUMBER: dead}
        | {outcome: share * reached for outcome, share in CONVERSATION.items()}
        | {outcome: share * missed for outcome, share in UNREACHED.items()}
    )


HAND_OVER_DECLINED: Final = 0.08
"""ASSUMED: hand-overs a manager gives back with a reason; most refusals show only at qualification."""
OPPORTUNITY_PER_HAND_OVER: Final = 0.59
"""TOPO: hand-overs that turn out to be worth an offer."""
MEETING_PER_OPPORTUNITY: Final = 0.6
"""ASSUMED: the others go from the telephone straight to an offer."""
NO_SHOW: Final = 0.1
"""ASSUMED: meetings to which the customer does not come."""
WON_PER_OFFER: Final = 0.75
"""ASSUMED: offers that are taken."""
SLEEP_PER_LOSS: Final = 0.4
"""ASSUMED: lost deals whose customer says when to come back."""
ANSWER_PUBLISHED: Final = 0.4
"""ASSUMED: answers to hard questions that go into the callers' instructions."""
DEEP_DISCOUNT: Final = 0.1
"""ASSUMED: offers with a discount so high that the supervisor must approve it."""

NUDGE: Final[dict[NudgeOutcome, float]] = {
    NudgeOutcome.ORDERED: 0.50,  # ASSUMED
    NudgeOutcome.LATER: 0.22,  # ASSUMED
    NudgeOutcome.NOT_NOW: 0.17,  # ASSUMED
    NudgeOutcome.NEED_CHANGED: 0.07,  # ASSUMED
    NudgeOutcome.COMPLAINT: 0.025,  # ASSUMED
    NudgeOutcome.LEFT: 0.015,  # ASSUMED
}
"""What a reminded customer says."""

PAYMENT: Final[dict[str, float]] = {"full": 0.68, "partial": 0.14, "late": 0.15, "never": 0.03}
"""ASSUMED: how an invoice is paid. `partial` pays the rest later."""
