"""Two supervisors at one thing: the second is told who was first, keeps what they typed, and publishes on top of it."""

from __future__ import annotations

import html
import json
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest

from services.account_mgmt.api import build_app as build_3
from services.conversion.api import build_app as build_2
from services.lead_gen.api import build_app as build_1
from tests.fixtures.http import make_settings
from tests.fixtures.pages import ORIGIN, signed_in
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import tier_1
from tests.fixtures.tier_2 import tier_2
from tests.fixtures.tier_3 import tier_3
from workflows.contracts.base import Tier

Fields = dict[str, str | list[str]]
SETTINGS = "/desk/settings"
BUILD = {Tier.LEAD_GEN: build_1, Tier.CONVERSION: build_2, Tier.ACCOUNT_MGMT: build_3}
HOUSE: dict[Tier, Any] = {Tier.LEAD_GEN: tier_1, Tier.CONVERSION: tier_2, Tier.ACCOUNT_MGMT: tier_3}
FIRST, SECOND = ("anna", "Anna Kovalenko"), ("zenia", "Zenia Bondar")


class Forms(HTMLParser):
    """What a browser would send of the forms of a page, by their address."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.sent: dict[str, list[tuple[str, str]]] = {}
        self._form: list[tuple[str, str]] | None = None
        self._text: str | None = None
        self._select = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "form":
            self._form = self.sent.setdefault(given["action"], [])
        if self._form is None:
            return
        if tag == "input" and name and (given.get("type") not in {"checkbox", "radio"} or "checked" in given):
            self._form.append((name, given.get("value", "")))
        elif tag == "textarea":
            self._form.append((name, ""))
            self._text = name
        elif tag == "select":
            self._select = name
        elif tag == "option" and "selected" in given:
            self._form.append((self._select, given["value"]))

    def handle_data(self, data: str) -> None:
        if self._form is not None and self._text is not None:
            self._form[-1] = (self._text, self._form[-1][1] + data)

    def handle_endtag(self, tag: str) -> None:
        self._text = None if tag == "textarea" else self._text
        self._form = None if tag == "form" else self._form

    def with_field(self, wanted: str) -> Fields:
        """The form that has a field of this name, and says what its writer has seen."""
        found: Fields = {}
        for name, value in next(sent for sent in self.sent.values() if {wanted, "seen"} <= dict(sent).keys()):
            before = found.get(name)
            found[name] = value if before is None else [*([before] if isinstance(before, str) else before), value]
        return {name: value for name, value in found.items() if name not in {"csrf", "idempotency_key"}}


@dataclass(frozen=True)
class Editor:
    """A page of settings with two values that two people type into one field; `begun` makes the thing first."""

    tier: Tier
    path: str
    name: str
    first: str
    second: str
    begun: Fields = field(default_factory=dict)
    says: str = "Anna Kovalenko published version"


CRITERIA: Fields = {
    "name": "Spring", "seen": "0",
    "include.0.field": "industry", "include.0.op": "in", "include.0.value": "cargo",
}  # fmt: skip
SCRIPT: Fields = {
    "name": "Spring", "seen": "0", "start": "bye",
    "n.0.name": "bye", "n.0.kind": "end", "n.0.text": "Thank you!", "n.0.outcome": "not_interested",
}  # fmt: skip
ADVICE: Fields = {"title": "A price", "text": "Ask first.", "tags": "", "seen": "0"}
CHANGED = "Anna Kovalenko changed this"
EDITORS = [
    Editor(Tier.LEAD_GEN, f"{SETTINGS}/policy/attempts", "max_attempts", "4", "5"),
    Editor(Tier.CONVERSION, f"{SETTINGS}/policies/offers", "approve_within.number", "20", "21"),
    Editor(Tier.ACCOUNT_MGMT, f"{SETTINGS}/policies/money", "payment_term.number", "20", "21"),
    Editor(Tier.LEAD_GEN, f"{SETTINGS}/criteria", "include.0.value", "retail", "steel", CRITERIA),
    Editor(Tier.LEAD_GEN, f"{SETTINGS}/scripts", "n.0.text", "Thanks!", "Bye!", SCRIPT),
    Editor(Tier.LEAD_GEN, f"{SETTINGS}/instructions", "text", "Name it.", "Wait.", ADVICE),
    Editor(Tier.CONVERSION, f"{SETTINGS}/commission", "closed", "6", "7"),
    Editor(Tier.CONVERSION, f"{SETTINGS}/playbooks/warm-up", "priority", "41", "42"),
    Editor(Tier.CONVERSION, f"{SETTINGS}/mails/information-pack/en", "subject", "For you", "For us"),
    Editor(Tier.ACCOUNT_MGMT, f"{SETTINGS}/dunning", "term", "20", "21"),
    Editor(Tier.ACCOUNT_MGMT, f"{SETTINGS}/mails/invoice/en", "subject", "Bill {{number}}", "Yours {{number}}"),
    Editor(Tier.ACCOUNT_MGMT, f"{SETTINGS}/products/ftl", "name", "Lorry", "Truck", says=CHANGED),
    Editor(Tier.ACCOUNT_MGMT, f"{SETTINGS}/legal-entities/LR", "bank", "Bank A", "Bank Z", says=CHANGED),
]


@asynccontextmanager
async def two_at(editor: Editor, dsn: str) -> AsyncIterator[tuple[httpx.AsyncClient, httpx.AsyncClient, str]]:
    """(the first, the second, the page that both have open)."""
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(HOUSE[editor.tier](dsn))
        first, second = [
            await stack.enter_async_context(
                signed_in(BUILD[editor.tier](make_settings(dsn, origin=ORIGIN)), editor.tier, "supervisor", *one)
            )
            for one in (FIRST, SECOND)
        ]
        place = editor.path
        if editor.begun:
            made = await first.post(f"{place}/new", data=editor.begun)
            assert made.status_code < 400, made.text
            table = place.rpartition("/")[2]
            place = f"{place}/{await house.pool.fetchval(f'SELECT id FROM {table}')}"
        yield first, second, place


async def form_of(http: httpx.AsyncClient, place: str, name: str) -> Fields:
    """The form of the page as it is drawn."""
    answer = await http.get(place)
    assert answer.status_code == 200, answer.text
    return Forms(answer.text).with_field(name)


def sent_again(answer: httpx.Response, form: Fields, name: str) -> Fields:
    """What the page sends after this refusal: another page where there is no script, else the same with its news."""
    if answer.text.lstrip().lower().startswith("<!doctype"):
        return Forms(answer.text).with_field(name)
    told = json.loads(answer.headers.get("HX-Trigger", "{}"))
    if "form:refused" in told:
        return form | {"seen": str(told["form:refused"]["seen"])}
    news = re.findall(r'name="seen" value="([^"]+)"', answer.text)
    return form | {"seen": [str(form["seen"]), *news]}


@pytest.mark.parametrize("is_lively", [True, False], ids=["with_script", "without_script"])
@pytest.mark.parametrize("editor", EDITORS, ids=lambda editor: f"{editor.tier}{editor.path.removeprefix(SETTINGS)}")
async def test_the_second_is_told_who_published_keeps_what_they_typed_and_publishes_on_top(
    fresh_database: FreshDatabase, editor: Editor, is_lively: bool
) -> None:
    dsn = await fresh_database("two_editors", tier=editor.tier)
    async with two_at(editor, dsn) as (first, second, place):
        mine = await form_of(second, place, editor.name) | {editor.name: editor.second}
        done = await first.post(place, data=await form_of(first, place, editor.name) | {editor.name: editor.first})
        assert done.status_code < 400, done.text
        if not is_lively:
            del second.headers["HX-Request"]
        late = await second.post(place, data=mine)
        assert late.status_code in {409, 422}
        assert editor.says in html.unescape(late.text)
        assert "another look" not in late.text
        again = sent_again(late, mine, editor.name)
        assert again[editor.name] == editor.second
        assert (await form_of(second, place, editor.name))[editor.name] == editor.first
        done = await second.post(place, data=again)
        assert done.status_code < 400, done.text
        assert (await form_of(second, place, editor.name))[editor.name] == editor.second


async def test_what_the_first_changed_elsewhere_in_the_form_is_said_at_its_field(fresh_database: FreshDatabase) -> None:
    editor = next(one for one in EDITORS if one.path.endswith("/products/ftl"))
    async with two_at(editor, await fresh_database("two_editors_fields", tier=editor.tier)) as (first, second, place):
        mine = await form_of(second, place, "name") | {"name": "Truck"}
        theirs = await form_of(first, place, "name") | {"unit": "km", "name_de": "Lastwagen"}
        assert (await first.post(place, data=theirs)).status_code < 400
        late = await second.post(place, data=mine)
        told = json.loads(late.headers["HX-Trigger"])["form:refused"]["fields"]
        assert told == {
            "name": "It says now: Full truck.",
            "unit": "It says now: km.",
            "name_de": "It says now: Lastwagen.",
        }
        del second.headers["HX-Request"]
        assert "It says now: Lastwagen." in (await second.post(place, data=mine)).text


async def test_other_reminders_than_those_that_were_published_first_are_said_at_their_fields(
    fresh_database: FreshDatabase,
) -> None:
    editor = next(one for one in EDITORS if one.path.endswith("/dunning"))
    async with two_at(editor, await fresh_database("two_editors_steps", tier=editor.tier)) as (first, second, place):
        mine = await form_of(second, place, "term") | {"term": "21"}
        theirs = await form_of(first, place, "term") | {"way.0": "both", "gap.1": "9"}
        assert (await first.post(place, data=theirs)).status_code < 400
        told = json.loads((await second.post(place, data=mine)).headers["HX-Trigger"])["form:refused"]["fields"]
        assert told.keys() == {"term", "way.0", "gap.1"}
        assert (told["way.0"], told["gap.1"]) == ("It says now: by mail and a call.", "It says now: 9.")
