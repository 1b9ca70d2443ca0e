"""Who gets an inbound call, and what is left of a switchboard's events when they come in any order."""

from __future__ import annotations

import itertools
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.lead_gen.domain.inbound_calls import Event, after, route
from services.lead_gen.domain.telephony import BadSignatureError, sign, verify

KEY = b"a secret of sixteen or more"
EVENTS = get_args(Event)


@pytest.mark.parametrize(
    ("tier", "stage", "goes_to", "owner", "begins"),
    [
        ("lead_gen", "new", "conversion", None, True),
        ("lead_gen", "calling", "conversion", None, True),
        ("lead_gen", "do_not_call", "conversion", None, True),
        ("lead_gen", "merged", "conversion", None, True),
        ("conversion", "handed_over", "conversion", "maria", False),
        ("conversion", "meeting", "conversion", "maria", False),
        ("conversion", "lost", "conversion", None, True),
        ("conversion", "cancelled", "conversion", None, True),
        ("account_mgmt", "active", "account_mgmt", "maria", False),
        ("account_mgmt", "at_risk", "account_mgmt", "maria", False),
        ("account_mgmt", "opted_out", "account_mgmt", "maria", False),
        ("account_mgmt", "churned", "conversion", None, True),
    ],
)
def test_customers_to_tier_3_and_everybody_else_to_tier_2(
    tier: str, stage: str, goes_to: str, owner: str | None, begins: bool
) -> None:
    found = route(tier, stage, "maria")
    assert (found.tier, found.owner, found.begins) == (goes_to, owner, begins)


@pytest.mark.parametrize("events", list(itertools.permutations(("ringing", "answered", "completed"))))
def test_a_call_that_was_picked_up_never_ends_as_missed(events: tuple[Event, ...]) -> None:
    state = "ringing"
    for event in (*events, "missed"):
        state = after(state, event)
    assert state == "completed"


@given(st.lists(st.sampled_from(EVENTS), max_size=8))
def test_the_same_events_again_change_nothing(events: list[Event]) -> None:
    state = "ringing"
    for event in events:
        state = after(state, event)
        assert after(state, event) == state


@given(st.binary(max_size=200), st.integers(0, 2**36))
def test_what_we_signed_is_ours(body: bytes, at: int) -> None:
    verify(KEY, sign(KEY, body, at), body, at + 299)


@pytest.mark.parametrize(
    ("header", "body", "now"),
    [
        (sign(KEY, b"{}", 1000), b"{ }", 1000),
        (sign(b"another key altogether", b"{}", 1000), b"{}", 1000),
        (sign(KEY, b"{}", 1000), b"{}", 1301),
        (sign(KEY, b"{}", 1000).replace("t=1000", "t=1001"), b"{}", 1000),
        ("", b"{}", 1000),
        ("t=x,v1=y", b"{}", 1000),
        ("t=1000", b"{}", 1000),
        ("t=1000,v1=ü", b"{}", 1000),
    ],
)
def test_what_others_send_is_refused(header: str, body: bytes, now: int) -> None:
    with pytest.raises(BadSignatureError):
        verify(KEY, header, body, now)
