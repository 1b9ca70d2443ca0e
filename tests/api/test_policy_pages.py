"""Policies in the browser, in every tier: read in words, checked while typed, published once, and compared."""

from __future__ import annotations

import html
import re

import httpx
from fastapi import FastAPI

from services.account_mgmt.api import build_app as build_3
from services.chassis.settings import Settings
from services.conversion.api import build_app as build_2
from services.lead_gen.api import build_app as build_1
from tests.fixtures.http import make_settings
from tests.fixtures.pages import ORIGIN, signed_in
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import tier_1
from tests.fixtures.tier_2 import tier_2
from tests.fixtures.tier_3 import tier_3
from workflows.contracts.base import Tier

_TAGS = re.compile(r"<[^>]*>")


def words(page: str) -> str:
    return " ".join(_TAGS.sub(" ", html.unescape(page)).split())


def typed(page: str) -> dict[str, str]:
    """What a browser would send of the form as it is drawn: good enough for forms without several of one name."""
    form = page.partition('id="policy"')[2].partition("</form>")[0]
    found: dict[str, str] = {}
    name = ""
    for tag, marks in re.findall(r"<(input|option|select)([^>]*)>", form):
        said = dict(re.findall(r'([a-z-]+)="([^"]*)"', marks))
        name = said.get("name", name if tag == "option" else "")
        is_sent = tag == "input" and (said.get("type") != "checkbox" or " checked" in marks)
        if name and (is_sent or (tag == "option" and " selected" in marks)):
            found[name] = html.unescape(said["value"])
    return found


def app_of(tier: Tier, dsn: str) -> FastAPI:
    settings: Settings = make_settings(dsn, origin=ORIGIN)
    return {Tier.LEAD_GEN: build_1, Tier.CONVERSION: build_2, Tier.ACCOUNT_MGMT: build_3}[tier](settings)


async def refused(http: httpx.AsyncClient, place: str, form: dict[str, str]) -> str:
    """What the live part says of a form that is typed."""
    answer = await http.put(place, data=form)
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_tier_1_changes_its_attempts_without_a_programmer(fresh_database: FreshDatabase) -> None:
    dsn = await fresh_database("policy_pages_1", tier=Tier.LEAD_GEN)
    async with tier_1(dsn) as tier, signed_in(app_of(Tier.LEAD_GEN, dsn), "lead_gen", "supervisor", "boss") as http:
        base = "/desk/settings/policy"
        page = (await http.get(base)).text
        assert "Attempts in a row 6 calls" in words(page)
        assert "45 minutes, 4 hours, 1 day, 2 days, 5 days" in words(page)
        form = typed((await http.get(f"{base}/attempts")).text)
        assert form["gaps.0.number"] == "45"
        # While it is typed: a mistake at its field, then what it would change.
        live = await refused(http, f"{base}/attempts", form | {"max_attempts": "99"})
        assert "At most 20." in live
        assert "1 field needs another look" in words(live)
        live = await refused(
            http, f"{base}/attempts", form | {"max_attempts": "4", "gaps.0.number": "1.5", "gaps.0.unit": "hour"}
        )
        assert "Attempts in a row 6 calls 4 calls" in words(live)
        assert "keep the number of attempts" in words(live)
        assert await tier.pool.fetchval("SELECT max(version) FROM policies") == 1
        # Wrong things are not published, nor is nothing.
        for wrong in ({"max_attempts": "99"}, {}):
            assert (await http.post(f"{base}/attempts", data=form | wrong)).status_code == 422
        sent = form | {"max_attempts": "4", "gaps.4.number": ""}
        done = await http.post(f"{base}/attempts", data=sent)
        assert (done.status_code, done.headers["location"]) == (303, "/lead-gen/desk/settings/policy#attempts")
        # The same form again is the same act.
        assert "settings/policy#attempts" in (await http.post(f"{base}/attempts", data=sent)).headers["HX-Location"]
        assert await tier.pool.fetchval("SELECT max(version) FROM policies") == 2
        body = await tier.pool.fetchval("SELECT body FROM policies WHERE version = 2")
        assert (body["max_attempts"], body["gaps"], body["window"]) == (4, ["PT45M", "PT4H", "P1D", "P2D"], 200)
        # Calls that wait are not moved by new hours, which is said before these are published.
        form = typed((await http.get(f"{base}/hours")).text)
        live = words(await refused(http, f"{base}/hours", form | {"opens": "08:00"}))
        assert "keep the time that their next call has, even if the new hours would let it be sooner" in live
        history = words((await http.get(f"{base}/versions")).text)
        assert "Version 2" in history
        assert "Attempts in a row 6 calls 4 calls" in history
        assert "45 minutes, 4 hours, 1 day, 2 days, 5 days 45 minutes, 4 hours, 1 day, 2 days" in history


async def test_whoever_was_second_sees_what_was_published_first(fresh_database: FreshDatabase) -> None:
    dsn = await fresh_database("policy_pages_2", tier=Tier.CONVERSION)
    async with (
        tier_2(dsn) as tier,
        signed_in(app_of(Tier.CONVERSION, dsn), "conversion", "supervisor", "boss") as http,
    ):
        await tier.manager("anna")
        base = "/desk/settings/policies"
        for section in ("hours", "hand-over", "steps", "stages", "offers", "meetings", "commission"):
            assert (await http.get(f"{base}/{section}")).status_code == 200, section
        form = typed((await http.get(f"{base}/commission")).text)
        live = await refused(http, f"{base}/commission", form | {"commission.closed": "1"})
        assert "must be paid a higher percentage" in live
        # The rules that need rows are the same ones as on saving.
        hand_over = typed((await http.get(f"{base}/hand-over")).text)
        assert "Is not an active manager" in await refused(
            http, f"{base}/hand-over", hand_over | {"overflow_owner": "x"}
        )
        done = await http.post(f"{base}/hand-over", data=hand_over | {"overflow_owner": "anna", "max_offers": "5"})
        assert done.status_code == 303, done.text
        assert "Takes what waited too long" in words((await http.get(f"{base}/versions")).text)
        late = await http.post(
            f"{base}/commission", data=form | {"commission.closed": "7"}, headers={"HX-Request": "true"}
        )
        assert late.status_code == 422
        assert "published version 2 while you were here" in words(late.text)
        # The word brings the version along: publishing from under it is meant.
        assert '<input type="hidden" name="seen" value="2">' in late.text
        again = form | {"commission.closed": "7", "seen": ["1", "2"]}
        assert (await http.post(f"{base}/commission", data=again)).status_code == 303
        body = await tier.pool.fetchval("SELECT body FROM policies WHERE version = 3")
        assert (body["commission"]["closed"], body["max_offers"], body["overflow_owner"]) == ("7", 5, "anna")


async def test_tier_3_and_who_may_look_or_change(fresh_database: FreshDatabase) -> None:
    dsn = await fresh_database("policy_pages_3", tier=Tier.ACCOUNT_MGMT)
    base = "/desk/settings/policies"
    async with tier_3(dsn) as tier:
        async with signed_in(app_of(Tier.ACCOUNT_MGMT, dsn), "account_mgmt", "supervisor", "boss") as http:
            form = typed((await http.get(f"{base}/money")).text)
            assert form["dunning_by.0"] == "mail"
            wrong = {"write_off_limits.account_manager.0.value": "9000", "dunning_gaps.0.number": "soon"}
            live = await refused(http, f"{base}/money", form | wrong)
            assert "This is not a length of time" in live
            assert "limit in" in live
            done = await http.post(f"{base}/money", data=form | {"payment_term.number": "30"})
            assert done.status_code == 303
            assert (await tier.pool.fetchval("SELECT body FROM policies WHERE version = 2"))["payment_term"] == "P30D"
            assert (await http.get(f"{base}/nothing")).status_code == 404
        async with signed_in(app_of(Tier.ACCOUNT_MGMT, dsn), "ops", "ops", "ops") as http:
            page = await http.get(base)
            assert page.status_code == 200
            assert f"{base}/money" not in page.text
            assert "hx-put" not in (await http.get(f"{base}/money")).text
            assert (await http.post(f"{base}/money", data=form)).status_code == 403
        async with signed_in(app_of(Tier.ACCOUNT_MGMT, dsn), "account_mgmt", "account_manager", "oleh") as http:
            assert (await http.get(base)).status_code == 403


async def test_a_country_is_offered_once_by_its_name_and_keeps_the_code_it_was_written_by(
    fresh_database: FreshDatabase,
) -> None:
    dsn = await fresh_database("policy_holidays", tier=Tier.LEAD_GEN)
    async with tier_1(dsn) as tier, signed_in(app_of(Tier.LEAD_GEN, dsn), "lead_gen", "supervisor", "boss") as http:
        place = "/desk/settings/policy/hours"

        async def offered(language: str = "en") -> list[tuple[str, str]]:
            answer = await http.get(place, headers={"Accept-Language": language})
            select = html.unescape(answer.text).partition('name="holidays_of"')[2].partition("</select>")[0]
            return [(code, text) for code, text in re.findall(r'<option value="(\w+)"[^>]*>([^<]*)<', select)]

        found = await offered()
        assert ("ZM", "Zambia") in found
        assert len({text for _, text in found}) == len(found)
        assert [text for code, text in found if text == code] == []
        assert [text for code, text in found if code in ("IQ", "YE", "UA")] == ["Iraq", "Ukraine", "Yemen"]
        rules = (await tier.http.get("/v1/policies/current")).json()["body"]
        await tier.http.post("/v1/policies", json={"body": {**rules, "holidays_of": "UKR"}})
        found = await offered()
        assert [code for code, text in found if text == "Ukraine"] == ["UKR"]
        assert typed((await http.get(place)).text)["holidays_of"] == "UKR"
        assert "Public holidays of Ukraine" in words((await http.get("/desk/settings/policy")).text)
