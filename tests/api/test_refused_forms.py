"""What a refused form holds without script: every form of every desk comes again as it was typed."""

from __future__ import annotations

import re
from collections import Counter, deque
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from services.account_mgmt.api import build_app as accounts
from services.chassis.web.page_markup import Markup, Tag
from services.chassis.web.places import prefix_of
from services.conversion.api import build_app as conversion
from services.lead_gen.api import build_app as lead_gen
from tests.fixtures.http import make_settings
from tests.fixtures.ops import ops_before
from tests.fixtures.pages import ORIGIN, signed_in
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import tier_1
from tests.fixtures.tier_2 import tier_2
from tests.fixtures.tier_3 import tier_3
from workflows.contracts.base import Tier

OF_ONE_KIND = 4
"""Pages of one kind that are looked at: a calendar has one for each hour of each week."""
TEXT = {"", "text", "search", "email", "tel", "number", "url", "date", "time", "datetime-local", "month"}


async def a_little_of_tier_1(dsn: str) -> None:
    async with tier_1(dsn) as tier:
        await tier.lead("+380441112233", "Vantazh Plus")


async def a_little_of_tier_2(dsn: str) -> None:
    async with tier_2(dsn) as tier:
        await tier.only("anna", name="Anna Lys")
        await tier.accepted("anna")


async def a_little_of_tier_3(dsn: str) -> None:
    async with tier_3(dsn) as tier:
        await tier.customer(company="Beta", phones=[])


HOUSES = {
    Tier.LEAD_GEN: (lead_gen, a_little_of_tier_1),
    Tier.CONVERSION: (conversion, a_little_of_tier_2),
    Tier.ACCOUNT_MGMT: (accounts, a_little_of_tier_3),
}


class Form:
    """A form of a page that people write in."""

    def __init__(self, page: str, markup: Markup, tag: Tag) -> None:
        self.page = page
        self.path = urlsplit(tag.get("action")).path
        self.query = urlsplit(tag.get("action")).query
        inside = [one for one in markup.tags if tag in one.around() and one.get("name")]
        self.written = [one for one in inside if _is_written(one)]
        self.others = {
            one.get("name"): one.get("value") for one in inside
            if one.name == "input" and one.get("type") in {"hidden", "radio", "checkbox"}
        }  # fmt: skip
        for one in inside:
            if one.name == "select":
                last = [option for option in markup.tags if option.name == "option" and one in option.around()][-1:]
                self.others |= {one.get("name"): option.get("value") or option.text() for option in last}

    @property
    def kind(self) -> tuple[str, tuple[str, ...]]:
        """Two of one kind differ in what they are about only."""
        return without_ids(self.path), tuple(one.get("name") for one in self.written)


def without_ids(path: str) -> str:
    """The same for whichever record."""
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID", path)


def _is_written(tag: Tag) -> bool:
    if "disabled" in tag.attributes or "readonly" in tag.attributes:
        return False
    return tag.name == "textarea" or (tag.name == "input" and tag.get("type").lower() in TEXT)


async def forms_of(http: httpx.AsyncClient, prefix: str) -> list[Form]:
    """The forms of the pages that links lead to, some of each kind of page and one of each kind of form."""
    left, seen, forms = deque([f"{prefix}/desk/"]), {f"{prefix}/desk/"}, dict[object, Form]()
    kinds = Counter[object]()
    left.extend({"/lead-gen": [f"{prefix}/desk/floor"], "/accounts": [f"{prefix}/desk/portfolio"]}.get(prefix, []))
    while left:
        page = left.popleft()
        answer = await http.get(page.removeprefix(prefix))
        if answer.status_code != 200 or not answer.headers["content-type"].startswith("text/html"):
            continue
        markup = Markup(answer.text)
        for tag in markup.tags:
            if tag.name == "form" and tag.get("method") == "post":
                form = Form(page, markup, tag)
                if form.written and form.path.startswith(prefix):
                    forms.setdefault(form.kind, form)
            place = tag.get("href").partition("#")[0] if tag.name == "a" else ""
            if place.startswith(f"{prefix}/desk") and "download" not in tag.attributes and place not in seen:
                seen.add(place)
                path, _, query = place.partition("?")
                kind = without_ids(path), tuple(sorted(parse_qs(query)))
                kinds[kind] += 1
                left.extend([place] if kinds[kind] <= OF_ONE_KIND else [])
    return list(forms.values())


def shown(answer: httpx.Response) -> set[str]:
    """What stands in the fields of a page."""
    markup = Markup(answer.text)
    fields = {tag.get("value") for tag in markup.tags if tag.name == "input"}
    return fields | {tag.text() for tag in markup.tags if tag.name == "textarea"}


async def refused_without_script(http: httpx.AsyncClient, prefix: str) -> int:
    """Send every form with something that is too long; how many were refused, each with all that was typed in it."""
    del http.headers["HX-Request"]
    lost, refused = [], 0
    for form in await forms_of(http, prefix):
        typed = {one.get("name"): f"typed {at}" for at, one in enumerate(form.written)}
        # One of them is longer than anything may be, so that the form is refused.
        typed[form.written[-1].get("name")] = "long" * 10_000
        path = form.path.removeprefix(prefix) + (f"?{form.query}" if form.query else "")
        answer = await http.post(path, data={**form.others, **typed}, headers={"Referer": f"{ORIGIN}{form.page}"})
        missing = {name for name, text in typed.items() if text not in shown(answer)}
        refused += answer.status_code >= 400
        if answer.status_code >= 400 and missing:
            lost.append((answer.status_code, form.path, form.page, missing))
    assert not lost
    return refused


@pytest.mark.parametrize(
    ("tier", "role", "person", "least"),
    [
        (Tier.LEAD_GEN, "supervisor", "boss", 10),
        (Tier.LEAD_GEN, "caller", "olia", 0),
        (Tier.CONVERSION, "supervisor", "boss", 10),
        (Tier.CONVERSION, "manager", "anna", 5),
        (Tier.ACCOUNT_MGMT, "supervisor", "boss", 10),
        (Tier.ACCOUNT_MGMT, "account_manager", "oleh", 3),
    ],
)
async def test_what_was_typed_into_a_refused_form_stands_in_it_again(
    tier: Tier, role: str, person: str, least: int, fresh_database: FreshDatabase
) -> None:
    build, furnish = HOUSES[tier]
    dsn = await fresh_database(f"refused_forms_{tier.value}_{role}", tier=tier)
    await furnish(dsn)
    async with signed_in(build(make_settings(dsn, origin=ORIGIN)), tier.value, role, person) as http:
        assert await refused_without_script(http, prefix_of(tier)) >= least


async def test_what_was_typed_into_a_refused_form_of_ops_stands_in_it_again(fresh_database: FreshDatabase) -> None:
    dsns = [await fresh_database(f"refused_forms_ops_{tier.value}", tier=tier) for tier in Tier]
    async with tier_1(dsns[0]) as floor, tier_2(dsns[1]) as board, tier_3(dsns[2]) as care:
        await floor.opened("+380441112233")
        tiers = {"lead_gen": floor.http, "conversion": board.http, "account_mgmt": care.http}
        async with signed_in(ops_before(tiers, origin=ORIGIN), "ops", "ops", "olena") as http:
            assert await refused_without_script(http, "/ops") >= 2


async def test_a_form_that_is_refused_again_and_again_stays_on_its_page(fresh_database: FreshDatabase) -> None:
    dsn = await fresh_database("refused_forms_again", tier=Tier.CONVERSION)
    await a_little_of_tier_2(dsn)
    page, path = "/conversion/desk/team/commission?month=2026-11", "/desk/team/commission/corrections"
    form = {"person": "anna", "amount": "much", "currency": "UAH", "reason": "a bonus for the spring"}
    async with signed_in(conversion(make_settings(dsn, origin=ORIGIN)), "conversion", "supervisor", "boss") as http:
        del http.headers["HX-Request"]
        first = await http.post(path, data=form, headers={"Referer": f"{ORIGIN}{page}"})
        assert first.status_code == 422
        assert f'<input type="hidden" name="sent_from" value="{page}">' in first.text
        assert re.search(r'<option value="anna" selected>', first.text)
        assert re.search(r'<details id="correct" class="lr-col" open>', first.text)
        assert re.search(r'<input [^>]*name="amount"[^>]*autofocus>\s*<p id="amount-refused"', first.text)
        # The browser stands where the form was sent to by now, which is no page.
        again = {**form, "amount": "more", "sent_from": page}
        second = await http.post(path, data=again, headers={"Referer": f"{ORIGIN}/conversion{path}"})
        assert second.status_code == 422
        assert {"more", "a bonus for the spring"} <= shown(second)
        lively = await http.post(path, data=form, headers={"HX-Request": "true"})
        assert "<html" not in lively.text


async def test_a_form_from_nowhere_is_refused_with_a_page_of_its_own(fresh_database: FreshDatabase) -> None:
    dsn = await fresh_database("refused_forms_nowhere", tier=Tier.CONVERSION)
    async with signed_in(conversion(make_settings(dsn, origin=ORIGIN)), "conversion", "supervisor", "boss") as http:
        del http.headers["HX-Request"]
        for place in (f"{ORIGIN}/conversion/desk/nothing", f"{ORIGIN}/ops/desk/", "https://example.com/desk/", ""):
            for sent_from in ("/conversion/desk/events", "/conversion/desk/team/commission/statement.csv", None):
                form = {"amount": "much", **({"sent_from": sent_from} if sent_from else {})}
                answer = await http.post("/desk/team/commission/corrections", data=form, headers={"Referer": place})
                assert answer.status_code == 422
                assert "That did not work" in answer.text
