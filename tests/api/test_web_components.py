"""The component page: every component is on it, in both themes, in development only."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import httpx
from starlette.responses import Response

from services.ops.api import build_app
from tests.fixtures.http import make_settings, token
from tests.unit.architecture.source import ROOT

ORIGIN = "http://127.0.0.1:8080"
VOID = {"meta", "link", "input", "br", "img", "hr"}


class Reader(HTMLParser):
    """Notes what a browser would stumble over: tags that do not match, ids twice, labels of nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.ids: list[str] = []
        self.pointed: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if found.get("id"):
            self.ids.append(str(found["id"]))
        self.pointed |= {str(found[name]) for name in ("for", "aria-describedby", "popovertarget") if found.get(name)}
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


async def component_page(**settings: object) -> httpx.Response:
    """The page as somebody sees it who is signed in."""
    app = build_app(make_settings(origin=ORIGIN, **settings))
    kept = Response()
    cookies = app.state.web.cookies
    cookies.keep_session(kept, cookies.begin_session(token("lead_gen", "caller", "caller-olia"), None), {})
    headers = {"Cookie": kept.headers["set-cookie"].partition(";")[0]}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN, headers=headers) as browser:
        return await browser.get("/components")


async def test_every_component_is_shown_in_light_and_dark() -> None:
    page = await component_page()
    assert page.status_code == 200, page.text
    source = (ROOT / "services/chassis/web/templates/components.j2").read_text(encoding="utf-8")
    layout = (ROOT / "services/chassis/web/templates/layout.j2").read_text(encoding="utf-8")
    shown = (ROOT / "services/ops/desk/templates/components_page.j2").read_text(encoding="utf-8") + layout + source
    components = set(re.findall(r"macro ([a-z]\w*)\(", source))
    assert {name for name in components if not re.search(rf"(c\.|\{{\{{ ){name}\(", shown)} - {"token"} == set()
    assert 'data-bs-theme="light"' in page.text
    assert 'data-bs-theme="dark"' in page.text


async def test_the_page_is_sound_html() -> None:
    reader = Reader()
    reader.feed((await component_page()).text)
    assert (reader.wrong, reader.open) == ([], [])
    assert sorted(reader.ids) == sorted(set(reader.ids))
    assert reader.pointed <= set(reader.ids)


async def test_browsers_are_told_to_load_nothing_from_elsewhere() -> None:
    page = await component_page()
    assert "default-src 'none'; script-src 'self'; style-src 'self';" in page.headers["content-security-policy"]
    assert page.headers["referrer-policy"] == "same-origin"
    assert re.findall(r'(?:src|href)="(?:https?:)?//', page.text) == []


async def test_production_has_no_such_page() -> None:
    shown = await component_page(profile="production", auth_dev_jwks=None, auth_jwks_url="https://id.example/keys")
    assert shown.status_code == 404
