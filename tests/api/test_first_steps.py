"""An empty organisation is led by pages: what is missing, who is added, and when it is no longer said."""

from __future__ import annotations

import html
import json
import re

import httpx
import pytest
from fastapi import FastAPI

from services.account_mgmt.api import build_app as build_tier_3
from services.account_mgmt.repository.account_managers import page
from services.account_mgmt.seed import CATALOGUE
from services.chassis.samples import SAMPLE_PRODUCTS
from services.conversion.api import build_app as build_tier_2
from services.conversion.repository import catalogue, managers
from services.lead_gen.api import build_app as build_tier_1
from tests.fixtures.http import make_settings
from tests.fixtures.pages import ORIGIN, signed_in
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import tier_2
from workflows.contracts.base import Tier
from workflows.contracts.catalogue import CatalogueItem

APPS = {Tier.LEAD_GEN: build_tier_1, Tier.CONVERSION: build_tier_2, Tier.ACCOUNT_MGMT: build_tier_3}
BEGINS = {
    Tier.LEAD_GEN: "/desk/floor",
    Tier.CONVERSION: "/desk/team",
    Tier.ACCOUNT_MGMT: "/desk/portfolio",
}
WAITS = {
    Tier.LEAD_GEN: ("caller", ["adds you under Settings as “o.koval”", "No campaign runs that you call for."]),
    Tier.CONVERSION: ("manager", ["adds you under Settings as “o.koval”"]),
    Tier.ACCOUNT_MGMT: ("account_manager", ["adds you under Settings as “o.koval”"]),
}


async def at_desk(app: FastAPI, tier: Tier) -> str:
    """What somebody reads who signs in as o.koval."""
    async with signed_in(app, tier.value, WAITS[tier][0], "o.koval") as http:
        return html.unescape((await http.get("/desk/")).text)


@pytest.mark.parametrize("tier", list(Tier))
async def test_a_supervisor_is_led_to_add_people_first(fresh_database: FreshDatabase, tier: Tier) -> None:
    app = APPS[tier](make_settings(await fresh_database(f"first_{tier.value}", tier=tier), origin=ORIGIN))
    page = await at_desk(app, tier)
    assert [said for said in WAITS[tier][1] if said not in page] == []
    async with signed_in(app, tier.value, "supervisor", "boss") as http:
        begun = (await http.get(BEGINS[tier])).text
        assert "First steps" in begun
        assert begun.index("/desk/people") < begun.index("missing")
        says_so = "nobody takes any until then" in begun
        assert says_so == (tier is Tier.LEAD_GEN), "no stock that nobody takes is not called enough"
        assert "Nobody yet." in (await http.get("/desk/people")).text
        added = await http.post("/desk/people", data={"id": "o.koval", "name": "Olha Koval"})
        assert added.status_code == 200
        assert "Olha Koval is on the list." in added.text
        assert "o.koval" in (await http.get("/desk/people")).text
    assert "adds you under Settings" not in await at_desk(app, tier)


async def test_the_card_stands_where_a_supervisor_of_managers_arrives(fresh_database: FreshDatabase) -> None:
    app = build_tier_2(make_settings(await fresh_database("first_board", tier=Tier.CONVERSION), origin=ORIGIN))
    async with signed_in(app, "conversion", "supervisor", "boss") as http:
        assert "First steps" in (await http.get("/desk/")).text
    async with signed_in(app, "conversion", "manager", "anna") as http:
        board = (await http.get("/desk/")).text
        assert "First steps" not in board
        assert "free hours" not in board


async def test_a_campaign_that_is_prepared_is_started_on_its_page(fresh_database: FreshDatabase) -> None:
    app = build_tier_1(make_settings(await fresh_database("first_campaign", tier=Tier.LEAD_GEN), origin=ORIGIN))
    async with signed_in(app, "lead_gen", "supervisor", "boss") as http:
        assert 'href="/lead-gen/desk/campaigns/new"' in card(await http.get("/desk/people"))
        await http.post("/desk/campaigns/new", data={"name": "First", "priority": "0"})
        places = re.findall(r'href="/lead-gen/desk/campaigns/([^"]*)"', card(await http.get("/desk/people")))
        assert "Start" in (await http.get(f"/desk/campaigns/{places[-1]}")).text


async def test_the_seller_and_the_prices_of_the_sample_are_not_ones_own(fresh_database: FreshDatabase) -> None:
    app = build_tier_3(make_settings(await fresh_database("first_seller", tier=Tier.ACCOUNT_MGMT), origin=ORIGIN))
    async with signed_in(app, "account_mgmt", "supervisor", "boss") as http:
        assert card(await http.get("/desk/people")).count(">done<") == 0
        await http.post("/desk/people", data={"id": "galyna", "name": "Halyna"})
        place = "/desk/settings/legal-entities/LR"
        seen = re.findall(r'name="seen" value="([^"]*)"', (await http.get(place)).text)[0]
        own = {"name": "Vantazh LLC", "tax_id": "12345678", "address": "Lviv, Horodotska 1", "country": "UA",
               "timezone": "Europe/Kyiv", "iban": "UA213223130000026007233566001", "seen": seen}  # fmt: skip
        assert (await http.post(place, data=own)).is_success
        assert card(await http.get("/desk/people")).count(">done<") == 2
        await http.post("/desk/settings/products/LTL/prices", data={"amount": "1900", "currency": "UAH"})
        assert card(await http.get("/desk/people")) == ""


async def test_the_sample_of_tier_3_is_no_catalogue_of_ones_own(fresh_database: FreshDatabase) -> None:
    assert tuple(one[0] for one in CATALOGUE) == SAMPLE_PRODUCTS
    dsn = await fresh_database("first_sample", tier=Tier.CONVERSION)
    app = build_tier_2(make_settings(dsn, origin=ORIGIN))
    async with tier_2(dsn) as tier, signed_in(app, "conversion", "supervisor", "boss") as http:
        assert "The catalogue comes from tier 3" in card(await http.get("/desk/people"))
        async with tier.pool.acquire() as conn:
            sample = CatalogueItem(product_id="LTL", version=3, names={"": "Groupage"}, unit="pallet")
            await catalogue.take(conn, [sample])
            assert "Sample prices: replace them" in card(await http.get("/desk/people"))
            await catalogue.take(conn, [sample.model_copy(update={"version": 7})])
        shown = card(await http.get("/desk/people"))
        assert ("Sample prices" in shown, shown.count(">done<")) == (False, 1)


async def test_a_manager_is_added_with_what_they_take_and_it_is_changed_on_their_page(
    fresh_database: FreshDatabase,
) -> None:
    dsn = await fresh_database("first_manager", tier=Tier.CONVERSION)
    app = build_tier_2(make_settings(dsn, origin=ORIGIN))
    async with tier_2(dsn) as tier, signed_in(app, "conversion", "supervisor", "boss") as http:
        typed = {"id": "anna", "name": "Anna", "languages": "uk, en", "regions": "Lviv", "hours": "08:00-16:00"}
        wrong = {"languages": "??", "capacity": "many", "daily_quota": "-1", "hours": "all day", "email": "anna"}
        for field, text in wrong.items():
            refused = await http.post("/desk/people", data={**typed, field: text})
            assert list(json.loads(refused.headers["hx-trigger"])["form:refused"]["fields"]) == [field]
        assert (await http.post("/desk/people", data={**typed, "daily_quota": "5"})).status_code == 200
        async with tier.pool.acquire() as conn:
            made = await managers.get(conn, "anna")
        assert (made.languages, made.regions, made.weight, made.capacity) == (["uk", "en"], ["Lviv"], 1, 30)
        assert made.daily_quota == 5
        assert made.hours is not None
        assert [(one.opens, one.closes) for one in made.hours.week["fri"]] == [("08:00", "16:00")]
        assert "/conversion/desk/people/anna" in (await http.get("/desk/settings/routing")).text
        assert 'value="uk, en"' in (await http.get("/desk/people/anna")).text
        changed = {"name": "Anna K.", "languages": "pl", "weight": "2", "capacity": "12", "daily_quota": ""}
        assert (await http.post("/desk/people/anna", data=changed)).status_code == 200
        async with tier.pool.acquire() as conn:
            made = await managers.get(conn, "anna")
        assert (made.name, made.languages, made.regions, made.weight) == ("Anna K.", ["pl"], [], 2)
        assert (made.daily_quota, made.capacity, made.hours is not None) == (None, 12, True)
        assert (await http.post("/desk/people/anna", data={**changed, "weight": "0"})).status_code == 422
        assert (await http.get("/desk/people/nobody")).status_code == 404


async def test_an_account_manager_is_added_with_what_they_look_after(fresh_database: FreshDatabase) -> None:
    app = build_tier_3(make_settings(await fresh_database("first_account", tier=Tier.ACCOUNT_MGMT), origin=ORIGIN))
    async with signed_in(app, "account_mgmt", "supervisor", "boss") as http:
        assert 'value="500"' in (await http.get("/desk/people")).text
        typed = {"id": "galyna", "name": "Halyna", "capacity": "40", "segments": "steel, grain", "sizes": "11-50"}
        assert (await http.post("/desk/people", data={**typed, "capacity": "x"})).status_code == 422
        assert (await http.post("/desk/people", data=typed)).status_code == 200
        async with app.state.pool.acquire() as conn:
            made = (await page(conn, 10, None))[0]
        assert (made.capacity, made.segments, made.sizes) == (40, ["steel", "grain"], ["11-50"])


def card(page: httpx.Response) -> str:
    """The first steps, if they are said."""
    found = re.search(r'<section [^>]*aria-labelledby="first-steps".*?</section>', page.text, re.S)
    return found.group() if found else ""


@pytest.mark.parametrize(
    ("form", "fields"),
    [
        ({"id": "a", "name": " "}, {"name": "Somebody needs a name."}),
        ({"id": "two words", "name": "A"}, {"id": "Use letters, digits, dots, dashes and underscores, 64 at most."}),
        ({"id": "taken", "name": "A"}, {"id": "There is already a caller taken."}),
    ],
)
async def test_who_cannot_be_added_is_said_at_the_field(
    fresh_database: FreshDatabase, form: dict[str, str], fields: dict[str, str]
) -> None:
    app = build_tier_1(make_settings(await fresh_database("first_refused", tier=Tier.LEAD_GEN), origin=ORIGIN))
    async with signed_in(app, "lead_gen", "supervisor", "boss") as http:
        await http.post("/desk/people", data={"id": "taken", "name": "Already here"})
        answer = await http.post("/desk/people", data=form)
        assert json.loads(answer.headers["hx-trigger"])["form:refused"]["fields"] == fields
        # Without htmx the form comes back with what was typed.
        del http.headers["HX-Request"]
        plain = await http.post("/desk/people", data=form)
        assert plain.status_code == answer.status_code
        assert f'value="{form["id"]}"' in plain.text


async def test_only_supervisors_add_people_and_ops_only_reads(fresh_database: FreshDatabase) -> None:
    app = build_tier_2(make_settings(await fresh_database("first_roles", tier=Tier.CONVERSION), origin=ORIGIN))
    async with signed_in(app, "conversion", "manager", "anna") as http:
        assert (await http.get("/desk/people")).status_code == 403
    async with signed_in(app, "ops", "ops", "olena") as http:
        page = await http.get("/desk/people")
        assert page.status_code == 200
        assert "<form class" not in page.text
        assert (await http.post("/desk/people", data={"id": "a", "name": "A"})).status_code == 403


OPTIONAL = {
    Tier.LEAD_GEN: {"rules": "settings/policy", "instructions": "settings/instructions/new"},
    Tier.CONVERSION: {
        "routing": "settings/routing", "rules": "settings/policies", "commission": "settings/commission",
        "playbooks": "settings/playbooks", "mails": "settings/mails",
    },
    Tier.ACCOUNT_MGMT: {"rules": "settings/policies", "dunning": "settings/dunning", "mails": "settings/mails"},
}  # fmt: skip
PREFIX = {Tier.LEAD_GEN: "lead-gen", Tier.CONVERSION: "conversion", Tier.ACCOUNT_MGMT: "accounts"}
_CHANGED = "INSERT INTO policies SELECT 2, jsonb_set(body, '{}', '{}'), 'boss' FROM policies"
DONE = {
    Tier.LEAD_GEN: (
        "instructions",
        "INSERT INTO instructions (id, title, text, created_by) VALUES (gen_random_uuid(), 'Price', 'None', 'boss')",
    ),
    Tier.CONVERSION: ("commission", _CHANGED.format("{commission,closed}", '"9"')),
    Tier.ACCOUNT_MGMT: ("dunning", _CHANGED.format("{payment_term}", '"P10D"')),
}


@pytest.mark.parametrize("tier", list(Tier))
async def test_an_optional_step_leads_to_its_editor_and_goes_once_it_is_done_or_put_away(
    fresh_database: FreshDatabase, tier: Tier
) -> None:
    app = APPS[tier](make_settings(await fresh_database(f"besides_{tier.value}", tier=tier), origin=ORIGIN))

    async def left(http: httpx.AsyncClient) -> dict[str, str]:
        page = (await http.get(BEGINS[tier])).text
        return dict(re.findall(r'id="step-(\w+)">.*?<a href="/' + PREFIX[tier] + '/desk/([^"]*)"', page))

    async with signed_in(app, tier.value, "supervisor", "boss") as http:
        assert await left(http) == OPTIONAL[tier]
        for place in OPTIONAL[tier].values():
            assert (await http.get(f"/desk/{place}")).status_code == 200, place
        step, statement = DONE[tier]
        async with app.state.pool.acquire() as conn:
            await conn.execute(statement)
        assert (await http.post("/desk/steps/rules/dismiss")).status_code == 303
        assert (await http.post("/desk/steps/nothing/dismiss")).status_code == 404
        assert set(await left(http)) == set(OPTIONAL[tier]) - {step, "rules"}
    async with signed_in(app, "ops", "ops", "olena") as http:
        assert (await http.post("/desk/steps/mails/dismiss")).status_code == 403
