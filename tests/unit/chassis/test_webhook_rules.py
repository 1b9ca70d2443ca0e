"""Webhooks: where they may go, when they are tried again, and what an answer means."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from services.chassis.errors import Invalid
from services.chassis.webhooks.addresses import Reach, is_permitted, read_networks
from services.chassis.webhooks.announce import event_id
from services.chassis.webhooks.post import signed
from services.chassis.webhooks.schedule import (
    JITTER,
    LONGEST_WISH,
    MAX_ATTEMPTS,
    PAUSES,
    Answer,
    Fate,
    judge,
    pause,
    wish_of,
)

PRIVATE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",  # noqa: S104 - to be refused
    "224.0.0.1",
    "255.255.255.255", "192.0.2.1", "198.18.0.1", "240.0.0.1", "192.88.99.1",
    "::1", "::", "fe80::1", "fe80::1%eth0", "fd00::1", "fec0::1", "ff02::1", "2001:db8::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1",
    "2002:7f00:1::", "2001:0:53aa:64c::1",
]  # fmt: skip
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_is_refused_however_it_is_written(address: str) -> None:
    assert not is_permitted(ipaddress.ip_address(address), ())


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_a_public_address_is_permitted(address: str) -> None:
    assert is_permitted(ipaddress.ip_address(address), ())


def test_an_allowed_network_is_permitted_and_nothing_else() -> None:
    allowed = read_networks("10.1.0.0/16, fd00::/8")
    permitted = {text for text in PRIVATE if is_permitted(ipaddress.ip_address(text), allowed)}
    assert permitted == {"10.1.2.3", "fd00::1"}
    assert is_permitted(ipaddress.ip_address("::ffff:10.1.0.9"), allowed)


def test_allowing_the_prefix_of_nat64_is_no_way_round() -> None:
    allowed = read_networks("64:ff9b::/96")
    assert is_permitted(ipaddress.ip_address("64:ff9b::808:808"), allowed)
    assert not is_permitted(ipaddress.ip_address("64:ff9b::a00:1"), allowed)


@given(st.ip_addresses(network="10.0.0.0/8") | st.ip_addresses(network="127.0.0.0/8"))
def test_no_address_within_a_private_network_passes_in_any_wrapping(inner: ipaddress.IPv4Address) -> None:
    number = int(inner)
    prefixes = ("::ffff:0:0", "64:ff9b::", "::")
    wrapped = [ipaddress.IPv6Address(int(ipaddress.IPv6Address(prefix)) + number) for prefix in prefixes]
    wrapped.append(ipaddress.IPv6Address((0x2002 << 112) + (number << 80)))
    assert not any(is_permitted(address, ()) for address in (inner, *wrapped))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://example.com/", "https://"),
        ("ftp://example.com/", "https://"),
        ("https:///x", "https://"),
        ("https://user:secret@example.com/", "name or password"),
        ("https://example.com/#x", "after #"),
        ("https://example.com:25/", "port"),
        ("https://example.com:99999/", "not an address"),
        ("https://[::1/", "not an address"),
        ("https://exam ple.com/", "https://"),
        ("https://приклад.укр/", "xn--"),
        ("https://127.0.0.1/", "private"),
        ("https://[::ffff:10.0.0.1]/", "private"),
    ],
)
def test_an_address_that_can_never_be_told_is_refused_with_a_reason(url: str, words: str) -> None:
    with pytest.raises(Invalid, match=words) as refused:
        Reach().check(url)
    assert refused.value.field == "url"


def test_plain_http_is_for_development_and_for_hosts_that_need_no_tls() -> None:
    Reach(anywhere_plain=True).check("http://example.com/")
    Reach(plain={"erp"}).check("http://erp:8080/hook")
    Reach(read_networks("10.0.0.0/8")).check("https://10.1.2.3:8443/hook?key=1")


@given(st.integers(1, 40), st.none() | st.timedeltas(timedelta(-1), timedelta(9)))
def test_a_pause_is_never_shorter_than_planned_nor_longer_than_a_day_and_its_jitter(
    attempts: int, wish: timedelta | None
) -> None:
    planned = PAUSES[min(attempts, len(PAUSES)) - 1]
    waited = pause(attempts, wish)
    assert planned <= waited <= max(planned, LONGEST_WISH) * (1 + JITTER)
    if wish is not None:
        assert waited >= min(wish, LONGEST_WISH)
    else:
        assert waited <= planned * (1 + JITTER)


@given(st.text(max_size=40) | st.integers().map(str))
def test_whatever_a_receiver_says_it_wishes_is_within_a_day(text: str) -> None:
    wish = wish_of(text, NOW)
    assert wish is None or timedelta(0) <= wish <= LONGEST_WISH


def test_a_wish_is_read_as_seconds_or_as_a_date() -> None:
    assert wish_of("120", NOW) == timedelta(minutes=2)
    assert wish_of(format_datetime(NOW + timedelta(hours=1), usegmt=True), NOW) == timedelta(hours=1)
    assert wish_of("99999999999999999999", NOW) == LONGEST_WISH
    assert wish_of("Mon, 02 Mar 2026 09:10:00", NOW) == timedelta(minutes=10)
    assert wish_of(None, NOW) is None
    assert wish_of("soon", NOW) is None


@given(st.none() | st.integers(100, 599), st.integers(1, MAX_ATTEMPTS + 3))
def test_no_message_is_lost_after_one_failure_whatever_its_status(status: int | None, attempts: int) -> None:
    fate = judge(Answer(status), attempts)
    if status is not None and 200 <= status < 300:
        assert fate is Fate.DELIVERED
    elif status == 410:
        assert fate is Fate.GONE
    else:
        assert fate is (Fate.RETRY if attempts < MAX_ATTEMPTS else Fate.DEAD)


def test_attempts_go_on_for_three_days() -> None:
    assert MAX_ATTEMPTS == 10
    assert timedelta(days=3) < sum(PAUSES, timedelta(0)) < timedelta(days=4)


def test_an_event_has_the_same_id_however_often_it_is_written() -> None:
    assert event_id("deal.won", "7") == event_id("deal.won", "7")
    assert len({event_id("deal.won", "7"), event_id("deal.won", "8"), event_id("deal.lost", "7")}) == 3


def test_a_message_is_signed_with_each_secret_and_the_library_reads_it() -> None:
    first, second = "whsec_" + "A" * 43 + "=", "whsec_" + "B" * 43 + "="
    headers = signed("msg-1", '{"a":"ї"}', [first, second], datetime.now(UTC))
    assert headers["webhook-signature"].count("v1,") == 2
    for secret in (first, second):
        assert Webhook(secret).verify('{"a":"ї"}', headers) == {"a": "ї"}
