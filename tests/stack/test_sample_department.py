"""A newcomer in the sample department: takes a chair, is given a lead, calls it, and the simulated colleague waits."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from services.chassis.dev_issuer import DevIssuer
from tests.fixtures.ports import free_port_base
from tests.stack.running import Up, data_directory, until

GUEST = "caller-olia"
LIVELY = {"Sec-Fetch-Site": "same-origin", "HX-Request": "true"}


@pytest.fixture(scope="module")
def up() -> Iterator[Up]:
    with data_directory() as data:
        running = Up(data, free_port_base(), demo=True)
        try:
            running.start()
            yield running
        finally:
            running.clean_up()


@contextmanager
def browser(up: Up) -> Iterator[httpx.Client]:
    """Signed in as the guest, by the page that asks who they are."""
    with httpx.Client(base_url=up.status()["addresses"]["desk"], timeout=30, follow_redirects=True) as http:
        question = http.get("/sign-in", params={"then": "/"})
        assert "Who are you today?" in question.text
        choice = {**dict(question.url.params), "role": "lead_gen/caller", "person": GUEST}
        page = http.post("/identity/authorize", data=choice)
        assert page.status_code == 200, page.text
        http.headers.update(LIVELY | {"X-Csrf-Token": re.search(r'X-Csrf-Token":"([^"]+)"', page.text)[1]})  # type: ignore[index]
        yield http


def calls_by(boss: httpx.Client) -> dict[str, int]:
    """Calls that everybody has made, by person."""
    found = boss.get("/v1/reports/callers").raise_for_status().json()["items"]
    return {row["caller"]: row["calls"] for row in found}


def others(counted: dict[str, int]) -> int:
    return sum(calls for person, calls in counted.items() if person != GUEST)


class Stepped:
    """Whether the others have made ten calls while the guest's colleague made none; begins anew when one is made."""

    def __init__(self, boss: httpx.Client, http: httpx.Client) -> None:
        self._boss, self._http = boss, http
        self._since: dict[str, int] = {}

    def __call__(self) -> bool:
        look(self._http)
        now = calls_by(self._boss)
        if not self._since or now.get(GUEST) != self._since.get(GUEST):
            self._since = now
        return others(now) >= others(self._since) + 10


def rest(up: Up, role: str, person: str) -> httpx.Client:
    """This person of tier 1 by REST."""
    token = DevIssuer.open(up.data / "keys").mint(tier="lead_gen", role=role, person=person)
    address = up.status()["addresses"]["lead_gen"]
    return httpx.Client(base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=30)


def test_a_newcomer_takes_a_chair_calls_and_the_colleague_steps_aside(up: Up) -> None:
    with rest(up, "supervisor", "boss") as boss, rest(up, "caller", GUEST) as guest, browser(up) as http:
        assert "a working day lasts" in http.get("/lead-gen/desk/", headers={"HX-Request": ""}).text
        until(Stepped(boss, http))
        sign_on(http)
        call = until(lambda: (answer := guest.post("/v1/calls/next")).status_code == 200 and answer.json())
        line = {"item_id": call["item_id"], "token": call["token"]}
        before = calls_by(boss).get(GUEST, 0)
        assert http.post("/lead-gen/desk/dial", data=line).status_code == 200
        until(Stepped(boss, http))
        # The switchboard has said something by now: it rings, they talk, or it is over.
        until(lambda: re.search(r"Ringing|talking|Busy|Talked|Nobody", look(http)))
        told = {"token": call["token"], "outcome": "no_answer"}
        assert guest.post(f"/v1/calls/{call['item_id']}/outcome", json=told).status_code == 200
        assert calls_by(boss)[GUEST] == before + 1


def sign_on(http: httpx.Client) -> None:
    """Begin the guest's shift, unless their colleague has left it running."""
    page = http.get("/lead-gen/desk/", headers={"HX-Request": ""}).text
    if begins := re.search(r"/lead-gen/desk/shifts/[^/]+/sign-on", page):
        assert http.post(begins[0]).status_code == 200


def look(http: httpx.Client) -> str:
    """The telephone as it is now; whoever looks is there."""
    return html.unescape(http.get("/lead-gen/desk/dial").text)
