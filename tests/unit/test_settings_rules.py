"""Rules behind the settings: what is typed, slips at their place, differences, weeks of hours, prices by date."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from services.account_mgmt.domain import typed_lengths as calendar_lengths
from services.account_mgmt.domain.dunning_plan import dunning_plan
from services.account_mgmt.domain.policy import Policy
from services.account_mgmt.domain.products import Price, price_tables
from services.account_mgmt.domain.settings_changes import difference
from services.chassis.differences import lines_between
from services.chassis.errors import Invalid
from services.chassis.templates import Fields, marked
from services.chassis.weeks import Stretch, Week, with_absences
from services.conversion.desk.playbook_forms import PlaybookForm, form_field
from services.conversion.desk.playbook_words import PlaybookWords
from services.conversion.domain import typed_lengths as business_lengths
from services.conversion.seed_texts import PLAYBOOKS

KYIV = ZoneInfo("Europe/Kyiv")
MONDAY = date(2030, 6, 3)


@pytest.mark.parametrize(
    ("text", "length", "written_back"),
    [
        ("7", timedelta(days=7), "7"),
        ("2 weeks", timedelta(days=14), "14"),
        ("12 h", timedelta(hours=12), "12 h"),
        ("48 h", timedelta(days=2), "2"),
        ("90 хв", timedelta(minutes=90), "90 min"),
        ("10 s", timedelta(seconds=10), "10 s"),
    ],
)
def test_a_length_is_read_as_people_write_it_and_written_back(text: str, length: timedelta, written_back: str) -> None:
    assert calendar_lengths.read_length(text) == length
    assert calendar_lengths.written_length(length) == written_back


@pytest.mark.parametrize("text", ["soon", "7 moons", "-3", "1.5"])
def test_what_is_no_length_is_refused(text: str) -> None:
    for module in (calendar_lengths, business_lengths):
        with pytest.raises(ValueError, match=r"write|unit"):
            module.read_length(text)


def test_a_day_of_business_is_eight_hours() -> None:
    assert business_lengths.read_length("2") == timedelta(hours=16)
    assert business_lengths.written_length(timedelta(hours=4)) == "4 h"
    assert business_lengths.read_length("") == timedelta(0)


def test_slips_are_named_at_their_line_with_what_was_probably_meant() -> None:
    fields = Fields(("company", "contact_name"))
    text = "For {{company}}\n{{compny}} and {{x|y}}\n{{company"
    first, second, third = fields.slips(text)
    assert (first.line, first.name, first.near) == (2, "compny", "company")
    assert (second.line, second.name, second.near) == (2, "x", None)
    assert (third.line, third.name) == (3, "")
    pieces = marked(text, [first, second, third])
    assert "".join(piece for _, piece in pieces) == text
    assert [piece for wrong, piece in pieces if wrong] == ["{{compny}}", "{{x|y}}", "{{"]
    assert fields.slips("Dear {{contact_name|there}}") == []


def test_a_difference_shows_what_went_and_came_and_nothing_for_the_same() -> None:
    assert lines_between("a\nb\nc", "a\nB\nc") == [(" ", "a"), ("-", "b"), ("+", "B"), (" ", "c")]
    assert lines_between("a", "a") == []
    assert difference({"a": 1, "b": 2, "version": 1}, {"a": 1, "b": 3, "version": 2}) == ({"b": 2}, {"b": 3})


def test_an_absence_takes_the_place_of_the_hours_that_it_covers() -> None:
    week = Week.of(date(2030, 6, 5), MONDAY)
    assert (week.monday, week.days[6]) == (MONDAY, date(2030, 6, 9))

    def at(day: int, hour: int) -> datetime:
        return datetime(2030, 6, day, hour, tzinfo=KYIV)

    usual = week.by_day([Stretch("hours", at(day, 9), at(day, 18)) for day in (3, 4, 5)], KYIV)
    gone = Stretch("away", at(3, 12), at(5, 0), "exam")
    monday, tuesday, wednesday, *_ = with_absences(week, usual, [gone], KYIV)
    assert [one.kind for one in monday] == ["hours", "away"]
    assert monday[1].start == at(3, 12)
    assert tuesday == [Stretch("away", note="exam")]
    assert [one.kind for one in wednesday] == ["hours"]


def test_prices_stand_by_currency_and_by_what_is_to_come() -> None:
    now = datetime(2030, 6, 3, tzinfo=UTC)

    def price(days: int | None, amount: int, currency: str = "UAH") -> Price:
        since = None if days is None else now + timedelta(days=days)
        return Price(product_id="x", price=Decimal(amount), currency=currency, valid_from=since)

    uah, eur = price_tables([price(30, 4), price(9, 3), price(-3, 2), price(None, 1), price(-1, 9, "EUR")], now, "UAH")
    assert [one.price for one in uah.coming] == [3, 4]
    assert uah.now is not None
    assert uah.now.price == 2
    assert [one.price for one in uah.before] == [1]
    assert (eur.currency, eur.before) == ("EUR", [])


def test_an_unpaid_invoice_is_reminded_of_step_by_step_and_then_somebody_decides() -> None:
    policy = Policy(
        payment_term=timedelta(days=10), dunning_gaps=[timedelta(days=5), timedelta(days=7)],
        dunning_by=["mail", "post"], contact_hours=None, working_days_only=False,
    )  # fmt: skip
    start = datetime(2030, 6, 3, 9, tzinfo=UTC)
    plan = dunning_plan(policy, start, "Europe/Kyiv")
    assert [(one.kind, one.way) for one in plan] == [
        ("issued", None), ("due", None), ("reminder", "mail"), ("reminder", "post"), ("asked", None),
    ]  # fmt: skip
    assert [(one.at - start).days for one in plan] == [0, 10, 10, 15, 22]


def test_a_playbook_is_the_same_after_it_was_shown_in_a_form() -> None:
    for playbook in PLAYBOOKS.values():
        for words in map(PlaybookWords, ("en", "uk")):
            form = PlaybookForm.of(playbook, 1, words)
            assert form.told(words) == playbook
            assert not [row for row in form.rules() if "_" in row.values], "nobody reads a stored value"
        assert "After a good answer:" in PlaybookWords("en").written(playbook)
    typed = {"main.0.kind": "wait", "entry.0.field": "reason", "entry.0.values": "to be won back, Interested"}
    assert PlaybookForm.model_validate(typed).told().entry[0].values == ["win_back", "interested"]
    for nonsense in ("nothing like it", ""):
        with pytest.raises(Invalid) as refused:
            PlaybookForm.model_validate({**typed, "entry.0.values": nonsense}).told()
        assert refused.value.field == "entry.0.values"
    with pytest.raises(Invalid) as refused:
        PlaybookForm.model_validate({"main.0.kind": "call", "main.0.after": "soon", "main.0.text": "x"}).told()
    assert refused.value.field == "main.0.after"
    with pytest.raises(Invalid) as refused:
        PlaybookForm().told()
    assert refused.value.field == "main.0.kind"
    assert form_field("body.main[2].template") == "main.2.template"
