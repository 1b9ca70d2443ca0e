"""Signing in to the pages: the whole flow against the embedded stack's provider, sessions, and who is kept out."""

from __future__ import annotations

import asyncio
import base64
import os
import re
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from starlette.responses import Response

from leadrelay.identity_provider.grants import Grants
from leadrelay.identity_provider.people import somebody
from services.chassis.web.oidc import Tokens
from services.chassis.web.session import Session
from tests.fixtures.http import dev_issuer, token
from tests.fixtures.one_origin import BROWSER, OneOrigin, one_origin, toy_desk


@pytest_asyncio.fixture
async def site() -> AsyncIterator[OneOrigin]:
    async with one_origin() as running:
        yield running


async def test_a_stranger_is_led_to_sign_in_and_back_to_the_page_they_wanted(site: OneOrigin) -> None:
    first = await site.browser.get("/lead-gen/desk/?lead=7")
    assert (first.status_code, first.headers["location"]) == (303, "/sign-in?then=/lead-gen/desk/%3Flead%3D7")
    last = await site.sign_in(then="/lead-gen/desk/?lead=7")
    assert last.status_code == 200
    assert str(last.url) == f"{site.address}/lead-gen/desk/?lead=7"
    assert "caller-olia" in last.text


async def test_the_provider_asks_who_they_are_with_the_sample_people_and_their_roles(site: OneOrigin) -> None:
    page = await site.browser.get("/sign-in", follow_redirects=True)
    assert "Who are you today?" in page.text
    for person in ("caller-nazar", "manager-oleh", "am-roman", "supervisor-andrii", "ops"):
        assert f'value="{person}"' in page.text


async def test_cookies_are_out_of_reach_of_scripts_and_other_sites(site: OneOrigin) -> None:
    begun = await site.browser.get("/sign-in")
    cookie = begun.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie and "path=/" in cookie
    await site.sign_in()
    assert all("caller" not in str(value) for value in site.browser.cookies.jar)


def test_on_https_cookies_are_bound_to_the_host() -> None:
    cookies = toy_desk("https://crm.example").state.web.cookies
    kept = Response()
    cookies.keep_session(kept, cookies.begin_session("a", None), {})
    assert kept.headers["set-cookie"].startswith("__Host-leadrelay_session=")
    assert "Secure" in kept.headers["set-cookie"]


async def test_somebody_of_another_tier_is_refused_in_words(site: OneOrigin) -> None:
    await site.sign_in("manager-oleh", "conversion/manager")
    page = await site.browser.get("/lead-gen/desk/")
    assert page.status_code == 403
    assert page.headers["content-type"].startswith("text/html")
    assert "This token is for the tier conversion" in page.text


async def test_operators_read_and_change_nothing(site: OneOrigin) -> None:
    await site.sign_in("ops", "ops/ops")
    proof = await site.token()
    answer = await site.browser.post("/lead-gen/desk/notes", data={"text": "x", "csrf": proof}, headers=BROWSER)
    assert answer.status_code == 403
    assert site.desk.state.written == []


@pytest.mark.parametrize("role", ["lead_gen/manager", "lead_gen", "/", "sales/supervisor"])
async def test_nobody_gets_a_role_that_the_house_does_not_have(site: OneOrigin, role: str) -> None:
    answer = await site.sign_in("somebody", role)
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "changed",
    [
        {"redirect_uri": "https://evil.example/sign-in/back"},
        {"client_id": "another"},
        {"code_challenge_method": "plain"},
        {"response_type": "token"},
    ],
    ids=lambda changed: next(iter(changed)),
)
async def test_the_provider_sends_codes_to_its_own_pages_only(site: OneOrigin, changed: dict[str, str]) -> None:
    page = await site.browser.get("/sign-in", follow_redirects=True)
    asked = {**page.url.params, **changed}
    assert (await site.browser.get("/identity/authorize", params=asked)).status_code == 400
    data = {**asked, "role": "lead_gen/caller", "person": "caller-olia"}
    assert (await site.browser.post("/identity/authorize", data=data)).status_code == 400


async def chosen(site: OneOrigin) -> str:
    """The address that the provider sends the browser back to."""
    page = await site.browser.get("/sign-in", follow_redirects=True)
    data = {**page.url.params, "role": "lead_gen/caller", "person": "caller-olia"}
    return str((await site.browser.post("/identity/authorize", data=data)).headers["location"])


async def test_an_answer_counts_in_the_browser_that_asked_and_once(site: OneOrigin) -> None:
    back = await chosen(site)
    async with httpx.AsyncClient(base_url=site.address) as another:
        assert (await another.get(back)).status_code == 401
    assert (await site.browser.get(back)).status_code == 303
    assert (await site.browser.get(back)).status_code == 401


async def test_an_answer_with_another_state_is_refused(site: OneOrigin) -> None:
    back = await chosen(site)
    code = parse_qs(urlsplit(back).query)["code"][0]
    refused = await site.browser.get("/sign-in/back", params={"code": code, "state": "guessed"})
    assert refused.status_code == 401
    assert "Sign in" in refused.text
    assert (await site.browser.get("/lead-gen/desk/")).status_code == 303


async def test_a_code_is_worth_nothing_without_its_proof(site: OneOrigin) -> None:
    back = await chosen(site)
    form = {
        "grant_type": "authorization_code",
        "client_id": "leadrelay",
        "code": parse_qs(urlsplit(back).query)["code"][0],
        "redirect_uri": f"{site.address}/sign-in/back",
        "code_verifier": "guessed",
    }
    refused = await site.browser.post("/identity/token", data=form)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")


async def test_a_broken_off_sign_in_says_so(site: OneOrigin) -> None:
    page = await site.browser.get("/sign-in", follow_redirects=True)
    state = page.url.params["state"]
    refused = await site.browser.get("/sign-in/back", params={"error": "access_denied", "state": state})
    assert refused.status_code == 401
    assert "The sign-in was broken off" in refused.text


async def test_signing_out_ends_the_session_in_this_browser(site: OneOrigin) -> None:
    await site.sign_in()
    proof = await site.token()
    last = await site.browser.post("/sign-out", data={"csrf": proof}, headers=BROWSER, follow_redirects=True)
    assert "Who are you today?" in last.text
    assert (await site.browser.get("/lead-gen/desk/")).status_code == 303


# ---- forgery


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
        {},
    ],
    ids=str,
)
async def test_a_change_from_elsewhere_is_refused_whatever_it_carries(site: OneOrigin, headers: dict[str, str]) -> None:
    await site.sign_in()
    proof = await site.token()
    answer = await site.browser.post("/lead-gen/desk/notes", data={"text": "x", "csrf": proof}, headers=headers)
    assert answer.status_code == 403
    assert site.desk.state.written == []


async def test_a_change_needs_the_token_of_its_session(site: OneOrigin) -> None:
    await site.sign_in()
    old = await site.token()
    await site.sign_in()
    for data in ({"text": "x"}, {"text": "x", "csrf": ""}, {"text": "x", "csrf": old}):
        answer = await site.browser.post("/lead-gen/desk/notes", data=data, headers=BROWSER)
        assert answer.status_code == 403, data
    assert site.desk.state.written == []


async def test_a_form_and_htmx_prove_where_they_come_from(site: OneOrigin) -> None:
    await site.sign_in()
    proof = await site.token()
    form = await site.browser.post("/lead-gen/desk/notes", data={"text": "a", "csrf": proof}, headers=BROWSER)
    htmx = {"Origin": site.address, "X-Csrf-Token": proof, "HX-Request": "true"}
    part = await site.browser.post("/lead-gen/desk/notes", data={"text": "b"}, headers=htmx)
    assert (form.status_code, part.status_code) == (204, 204)
    assert site.desk.state.written == ["a", "b"]


async def test_a_refusal_is_a_page_that_says_why(site: OneOrigin) -> None:
    await site.sign_in()
    proof = await site.token()
    answer = await site.browser.post("/lead-gen/desk/notes", data={"text": "twice", "csrf": proof}, headers=BROWSER)
    assert answer.status_code == 409
    assert "This was written before." in answer.text


@pytest.mark.parametrize(("text", "status"), [("broken", 500), ("away", 503)])
async def test_what_nobody_expected_is_a_page_too_and_tells_nothing(site: OneOrigin, text: str, status: int) -> None:
    await site.sign_in()
    form = {"text": text, "csrf": await site.token()}
    answer = await site.browser.post("/lead-gen/desk/notes", data=form, headers=BROWSER)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert "+380" not in answer.text
    assert answer.headers["x-request-id"] in answer.text


# ---- sessions that end, are renewed, are damaged


async def test_a_token_about_to_end_is_renewed_once_for_all_tabs(
    site: OneOrigin, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    issuer = site.desk.state.web.issuer
    refresh = issuer.refresh

    async def counted(given: str) -> Any:
        asked.append(given)
        return await refresh(given)

    monkeypatch.setattr(issuer, "refresh", counted)
    put(site, with_token(site, timedelta(seconds=30)))
    tabs = [httpx.AsyncClient(base_url=site.address, cookies=site.browser.cookies) for _ in range(3)]
    pages = await asyncio.gather(*(tab.get("/lead-gen/desk/") for tab in tabs))
    assert [page.status_code for page in pages] == [200, 200, 200]
    assert all("leadrelay_session" in page.headers["set-cookie"] for page in pages)
    assert len(asked) == 1
    # The renewed one is used from now on, and the form that was drawn before still counts.
    again = await tabs[0].get("/lead-gen/desk/")
    assert "set-cookie" not in again.headers
    assert re.findall('name="csrf" value="([^"]*)"', again.text) == re.findall(
        'name="csrf" value="([^"]*)"', pages[0].text
    )
    for tab in tabs:
        await tab.aclose()


class Rotation:
    """An issuer that takes the second use of a refresh token for theft, as many do."""

    def __init__(self, site: OneOrigin, *desks: FastAPI) -> None:
        self.used: list[str] = []
        issuer = site.desk.state.web.issuer
        self._refresh = issuer.refresh
        for desk in desks:
            desk.state.web.issuer.refresh = self.refresh

    async def refresh(self, given: str) -> Tokens:
        self.used.append(given)
        await asyncio.sleep(0)
        tokens: Tokens = await self._refresh(given)
        return tokens


async def test_services_that_are_asked_in_the_same_second_renew_a_session_once(site: OneOrigin) -> None:
    other = toy_desk(site.address, tier="conversion")
    site.front.apps["/conversion"] = other
    issuer = Rotation(site, site.desk, other)
    put(site, with_token(site, timedelta(seconds=30)))
    asked = [
        site.browser.get("/conversion/desk/", headers={"HX-Request": "true"}),
        site.browser.get("/conversion/desk/"),
        site.browser.get("/lead-gen/desk/"),
        site.browser.get("/conversion/session"),
    ]
    part, page, own, _ = await asyncio.gather(*asked)
    # Another tier knows who it is, and is not for them.
    assert (part.status_code, page.status_code, own.status_code) == (403, 403, 200)
    assert len(issuer.used) == 1
    assert "set-cookie" in own.headers
    assert "set-cookie" not in part.headers and "set-cookie" not in page.headers


async def test_a_part_of_another_tier_waits_for_the_pages_own_service_to_renew(site: OneOrigin) -> None:
    other = toy_desk(site.address, tier="conversion")
    site.front.apps["/conversion"] = other
    issuer = Rotation(site, site.desk, other)
    put(site, with_token(site, timedelta(seconds=-30)))
    part = {"HX-Request": "true"}
    early, own = await asyncio.gather(
        site.browser.get("/conversion/desk/", headers=part), site.browser.get("/lead-gen/desk/")
    )
    assert (early.status_code, own.status_code) == (401, 200)
    assert (await site.browser.get("/conversion/desk/", headers=part)).status_code == 403
    assert len(issuer.used) == 1


async def test_operators_are_renewed_by_whichever_desk_they_read(site: OneOrigin) -> None:
    cookies = site.desk.state.web.cookies
    ops = somebody("ops", "ops", "ops")
    assert ops is not None
    refresh = Grants(dev_issuer(), f"{site.address}/identity")._tokens(ops)["refresh_token"]
    put(site, cookies.begin_session(token("ops", "ops", "ops", ttl=timedelta(seconds=30)), refresh))
    page = await site.browser.get("/lead-gen/desk/")
    assert (page.status_code, "set-cookie" in page.headers) == (200, True)


async def test_a_session_outlives_its_token_but_not_its_day(site: OneOrigin) -> None:
    session = with_token(site, timedelta(minutes=-5))
    put(site, session)
    assert (await site.browser.get("/lead-gen/desk/")).status_code == 200
    put(site, session.model_copy(update={"ends_at": time.time() - 1}))
    assert (await site.browser.get("/lead-gen/desk/")).status_code == 303


async def test_a_token_that_ends_while_a_form_is_filled_in_costs_nothing(site: OneOrigin) -> None:
    await site.sign_in()
    form = {"text": "typed long ago", "csrf": await site.token()}
    session = site.desk.state.web.cookies.session(dict(site.browser.cookies))
    expired = token("lead_gen", "caller", "caller-olia", ttl=timedelta(minutes=-5))
    put(site, session.model_copy(update={"access": expired}))
    assert (await site.browser.post("/lead-gen/desk/notes", data=form, headers=BROWSER)).status_code == 204
    assert site.desk.state.written == ["typed long ago"]


async def test_without_a_refresh_token_the_session_ends_with_its_token(site: OneOrigin) -> None:
    cookies = site.desk.state.web.cookies
    put(site, cookies.begin_session(token("lead_gen", "caller", "c", ttl=timedelta(seconds=-60)), None))
    assert (await site.browser.get("/lead-gen/desk/")).status_code == 303
    part = await site.browser.get("/lead-gen/desk/", headers={"HX-Request": "true"})
    assert part.status_code == 401  # a part of a page is not replaced by a page of another


async def test_a_refresh_token_opens_no_door_by_itself(site: OneOrigin) -> None:
    put(site, site.desk.state.web.cookies.begin_session(refresh_token(site), None))
    assert (await site.browser.get("/lead-gen/desk/")).status_code == 303


async def test_a_damaged_or_foreign_cookie_is_no_session(site: OneOrigin) -> None:
    await site.sign_in()
    name, value = next((k, v) for k, v in site.browser.cookies.items() if "session" in k)
    for damaged in ("", "x", value[:-3] + "abc", value[1:], "a.b.c.d.e", "eyJhbGciOiJub25lIn0.." + value[30:]):
        async with httpx.AsyncClient(base_url=site.address, cookies={name: damaged}) as other:
            assert (await other.get("/lead-gen/desk/")).status_code == 303, damaged


async def test_while_the_issuer_is_away_people_work_on_and_newcomers_are_told(site: OneOrigin) -> None:
    await site.sign_in()

    async def nothing(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 503, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    site.front.apps["/identity"] = nothing
    assert (await site.browser.get("/lead-gen/desk/")).status_code == 200
    fresh = toy_desk(site.address)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(fresh), base_url=site.address) as newcomer:
        told = await newcomer.get("/sign-in")
    assert told.status_code == 503
    assert "The place where people sign in does not answer" in told.text


def refresh_token(site: OneOrigin) -> str:
    """One for a caller, as the provider gives it."""
    caller = somebody("lead_gen", "caller", "caller-olia")
    assert caller is not None
    return str(Grants(dev_issuer(), f"{site.address}/identity")._tokens(caller)["refresh_token"])


def with_token(site: OneOrigin, ttl: timedelta) -> Session:
    """A caller's session whose token ends after so long."""
    cookies = site.desk.state.web.cookies
    session: Session = cookies.begin_session(token("lead_gen", "caller", "caller-olia", ttl=ttl), refresh_token(site))
    return session


def put(site: OneOrigin, session: Session) -> None:
    """Give the browser this session, sealed as the service seals it."""
    kept = Response()
    site.desk.state.web.cookies.keep_session(kept, session, {})
    site.browser.cookies.clear()
    for line in kept.headers.getlist("set-cookie"):
        name, _, rest = line.partition("=")
        site.browser.cookies.set(name, rest.partition(";")[0], domain="127.0.0.1")


# ---- keys and sizes


def ring(*names: str) -> str:
    return ",".join(f"{name}:{base64.b64encode(os.urandom(32)).decode()}" for name in names)


def test_keys_are_changed_without_signing_anybody_out() -> None:
    old = ring("2026a")
    new = f"{ring('2026b')},{old}"
    before, after = (toy_desk("http://crm.test", session_keys=keys).state.web.cookies for keys in (old, new))
    gone = toy_desk("http://crm.test", session_keys=ring("2026c")).state.web.cookies
    sealed = before._sealer.seal("session", before.begin_session("token", "refresh"))
    sent = {"leadrelay_session": sealed}
    assert after.session(sent).access == "token"
    assert gone.session(sent) is None


def test_one_cookie_is_not_taken_for_another() -> None:
    cookies = toy_desk("http://crm.test").state.web.cookies
    sealed = cookies._sealer.seal("sign-in", cookies.begin_session("token", None))
    assert cookies.session({"leadrelay_session": sealed}) is None


def test_long_tokens_travel_in_pieces_and_leave_none_behind() -> None:
    cookies = toy_desk("http://crm.test").state.web.cookies
    long = Response()
    cookies.keep_session(long, cookies.begin_session(os.urandom(3000).hex(), os.urandom(500).hex()), {})
    sent = dict(line.partition(";")[0].split("=", 1) for line in long.headers.getlist("set-cookie"))
    assert len(sent) > 1
    assert all(len(line) < 4096 for line in long.headers.getlist("set-cookie"))
    assert cookies.session(sent) is not None
    short = Response()
    cookies.keep_session(short, cookies.begin_session("short", None), sent)
    ended = [line for line in short.headers.getlist("set-cookie") if "Max-Age=0" in line]
    assert len(ended) == len(sent) - 1
    with pytest.raises(ValueError, match="too long for cookies"):
        cookies.keep_session(Response(), cookies.begin_session(os.urandom(20_000).hex(), None), {})
