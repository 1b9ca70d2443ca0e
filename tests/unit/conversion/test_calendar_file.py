"""The calendar file: what RFC 5545 and 5546 ask for, and nothing in it that is for colleagues."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from services.chassis.mail.house import House
from services.conversion.documents.calendar_file import Called, Method, for_the_customer, for_the_manager
from services.conversion.domain.meetings import Meeting
from workflows.contracts.base import ContactCard

AT = datetime(2030, 5, 7, 8, 0, tzinfo=UTC)
HOUSE = House("Транспорт, логістика", "sales@house.example")


def called(language: str = "uk", **changes: Any) -> Called:
    values: dict[str, Any] = {
        "id": "0192",
        "deal_id": "d",
        "manager": "anna",
        "starts_at": AT,
        "ends_at": AT + timedelta(hours=1),
        "kind": "visit",
        "place": "Київ, вул. Садова 3; 2-й поверх",
        "state": "booked",
        "sequence": 3,
        "note": "the client is a time waster",
        "created_by": "anna",
        "created_at": AT,
        "updated_at": AT,
        **changes,
    }
    contact = ContactCard(
        lead_id="l", company="ТОВ «Вітер»", contact_name='Олена "Вітер", Коваль', phones=["+380441234567"],
        email="olena@customer.example", language=language,
    )  # fmt: skip
    return Called(Meeting(**values), contact, "Анна", "ТОВ «Перевізник»", HOUSE)


def event_of(content: bytes) -> Any:
    [event] = Calendar.from_ical(content).walk("VEVENT")
    return event


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL"])
def test_the_customers_entry_names_who_calls_it_and_who_is_invited(method: Method) -> None:
    content = for_the_customer(called(), method)
    event = event_of(content)
    assert Calendar.from_ical(content)["METHOD"] == method
    assert event["ORGANIZER"] == "mailto:sales@house.example"
    assert event["ORGANIZER"].params["CN"] == "Анна, Транспорт, логістика"
    assert event["ATTENDEE"] == "mailto:olena@customer.example"
    assert event["ATTENDEE"].params["CN"] == "Олена 'Вітер', Коваль"
    assert (event["UID"], event["SEQUENCE"], event["DTSTART"].dt) == ("meeting-0192@leadrelay", 3, AT)
    assert event["STATUS"] == {"REQUEST": "CONFIRMED", "CANCEL": "CANCELLED"}[method]


@pytest.mark.parametrize(
    ("language", "summary", "said"),
    [
        ("uk", "Зустріч: ТОВ «Перевізник»", "З вами говоритиме Анна."),
        ("uk-UA", "Зустріч: ТОВ «Перевізник»", "З вами говоритиме Анна."),
        ("en", "Meeting: ТОВ «Перевізник»", "You will speak with Анна."),
        ("pl", "Meeting: ТОВ «Перевізник»", "You will speak with Анна."),
    ],
)
def test_the_customers_entry_is_in_their_language_or_in_english(language: str, summary: str, said: str) -> None:
    event = event_of(for_the_customer(called(language), "REQUEST"))
    assert (event["SUMMARY"], event["DESCRIPTION"]) == (summary, said)
    assert event["SUMMARY"].params["LANGUAGE"] == language[:2].replace("pl", "en")


@pytest.mark.parametrize("state", ["booked", "cancelled"])
def test_what_was_noted_for_colleagues_is_in_no_calendar(state: str) -> None:
    given = called(state=state)
    files = [
        for_the_customer(given, "CANCEL" if state == "cancelled" else "REQUEST"),
        for_the_manager(given, "PUBLISH"),
        for_the_manager(given, "REQUEST", "anna@house.example"),
        for_the_manager(given, "CANCEL", "anna@house.example"),
    ]
    assert not [file for file in files if "waster" in file.decode().replace("\r\n ", "")]


def test_a_message_to_the_customer_is_in_their_entry_and_with_a_cancellation_its_comment() -> None:
    said = "До зустрічі,\nв новому році; бережіть себе"
    invited = event_of(for_the_customer(called(message_to_customer=said), "REQUEST"))
    assert invited["DESCRIPTION"] == f"З вами говоритиме Анна.\n{said}"
    off = event_of(for_the_customer(called(message_to_customer=said, state="cancelled"), "CANCEL"))
    assert (off["COMMENT"], off["DESCRIPTION"]) == (said, said)


def test_to_a_manager_who_does_not_come_any_more_only_their_own_part_is_cancelled() -> None:
    uninvited = event_of(for_the_manager(called(), "CANCEL", "anna@house.example"))
    assert uninvited["ATTENDEE"] == "mailto:anna@house.example"
    assert "STATUS" not in uninvited
    off = event_of(for_the_manager(called(state="cancelled"), "CANCEL", "anna@house.example"))
    assert off["STATUS"] == "CANCELLED"


def test_an_entry_to_be_fetched_invites_nobody_and_reminds_a_quarter_of_an_hour_before() -> None:
    event = event_of(for_the_manager(called(), "PUBLISH"))
    assert "ATTENDEE" not in event
    assert event["ORGANIZER"] == "mailto:sales@house.example"
    assert event["SUMMARY"] == "Meeting: ТОВ «Вітер»"
    [alarm] = event.walk("VALARM")
    assert alarm["TRIGGER"].dt == -timedelta(minutes=15)


def test_lines_are_folded_at_75_octets_and_end_as_the_standard_says() -> None:
    content = for_the_customer(called(message_to_customer="щ" * 400 + "\n" + "кома, крапка; риска \\" * 9), "REQUEST")
    lines = content.split(b"\r\n")
    assert lines[-1] == b"" and b"\n" not in b"".join(lines)
    assert max(map(len, lines)) <= 75
    assert [line.decode() for line in lines], "no letter is cut in two"
    assert event_of(content)["DESCRIPTION"].endswith("кома, крапка; риска \\")
