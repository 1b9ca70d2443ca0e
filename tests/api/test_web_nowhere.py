"""Addresses of desks at which there is no page."""

from __future__ import annotations

from tests.api.toy_desk import browser, desk_app
from tests.fixtures.http import make_settings

ORIGIN = "http://127.0.0.1:8080"


async def test_an_address_without_a_page_gets_a_page_that_leads_on(toy_dsn: str) -> None:
    app = desk_app(make_settings(toy_dsn, origin=ORIGIN))
    async with app.router.lifespan_context(app), browser(app) as http:
        for path in ("/desk/no-such-page", "/desk/notes/7/of/old"):
            answer = await http.get(path)
            assert answer.status_code == 404
            assert answer.headers["content-type"].startswith("text/html")
            assert "There is no such page" in answer.text
            assert 'href="/"' in answer.text
        slash = await http.get("/desk/notes/7/?page=2", follow_redirects=False)
        assert slash.status_code == 307
        assert slash.headers["location"].endswith("/desk/notes/7?page=2")
        assert (await http.get("/v1/no-such-record")).headers["content-type"] == "application/problem+json"
