"""The choice of a language: one of ours, from a page of ours, the person's own, and back to where they were."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from services.chassis.web.pages import language_cookie
from tests.fixtures.one_origin import BROWSER, OneOrigin, one_origin

PAGE = "/lead-gen/desk/"
OLIA = "caller-olia"


@pytest_asyncio.fixture
async def site() -> AsyncIterator[OneOrigin]:
    async with one_origin() as site:
        await site.sign_in()
        yield site


async def choose(site: OneOrigin, language: str, headers: dict[str, str] = BROWSER, **form: str) -> httpx.Response:
    data = {"csrf": await site.token(), "language": language, **form}
    return await site.browser.post("/language", data=data, headers=headers)


async def spoken(site: OneOrigin) -> str:
    page = (await site.browser.get(PAGE)).text
    return next(language for language in ("en", "uk") if f'<html lang="{language}"' in page)


async def test_a_choice_is_the_persons_own_and_outlives_the_session_also_where_a_computer_is_shared(
    site: OneOrigin,
) -> None:
    answer = await choose(site, "uk")
    assert answer.status_code == 303
    kept = [one for one in answer.headers.get_list("set-cookie") if one.startswith(f"{language_cookie(OLIA)}=uk;")]
    assert len(kept) == 1
    assert "Max-Age=31536000" in kept[0]
    assert await spoken(site) == "uk"
    await site.sign_in("caller-ihor")
    await choose(site, "en")
    assert await spoken(site) == "en"
    await site.sign_in(OLIA)
    assert await spoken(site) == "uk"


@pytest.mark.parametrize("language", ["", "xx", "UK", "uk\r\nX-Evil: 1", "../uk", "e" * 5000])
async def test_a_language_that_we_do_not_speak_is_not_kept(site: OneOrigin, language: str) -> None:
    answer = await choose(site, language)
    assert answer.status_code == 422
    assert language_cookie(OLIA) not in answer.headers.get("set-cookie", "")
    assert "x-evil" not in answer.headers
    assert await spoken(site) == "en"
    if language == "xx":
        assert "These pages do not speak that language: choose one of those in the menu." in answer.text


async def test_a_choice_from_elsewhere_or_without_its_proof_is_refused(site: OneOrigin) -> None:
    headers = ({}, {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"})
    refused = [await choose(site, "uk", one) for one in headers]
    refused += [await choose(site, "uk", csrf=proof) for proof in ("", "another")]
    assert [one.status_code for one in refused] == [403] * len(refused)
    assert await spoken(site) == "en"


async def test_the_way_back_stays_within_the_site(site: OneOrigin) -> None:
    async def back(page: str) -> str:
        return (await choose(site, "en", {**BROWSER, "Referer": page})).headers["location"]

    assert await back(f"{site.address}{PAGE}?page=2") == f"{PAGE}?page=2"
    for page in (
        "",
        "https://evil.example/x",
        f"{site.address}.evil.example/",
        "javascript:alert(1)",
        "//evil.example",
    ):
        assert await back(page) == PAGE, page
    for page in ("//evil.example", "/\\evil.example"):
        place = await back(f"{site.address}{page}")
        assert place.startswith("/")
        assert not place.startswith(("//", "/\\"))


async def test_strangers_choose_nothing(site: OneOrigin) -> None:
    proof = await site.token()
    site.browser.cookies.clear()
    answer = await site.browser.post("/language", data={"csrf": proof, "language": "uk"}, headers=BROWSER)
    assert answer.status_code in (303, 401, 403)
    assert "=uk;" not in answer.headers.get("set-cookie", "")
