"""Opening the department and its progress lines, against a house that only keeps what it is told."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from leadrelay.demo.day import Day
from leadrelay.demo.opening import EXISTING, OpeningFailed, open_department
from leadrelay.demo.people import CALLERS, CAMPAIGN, CATALOGUE, MANAGERS
from leadrelay.demo.process import TIERS, addresses_in


class Register:
    """Three tiers in one: lists keep what was posted, a key posted again changes nothing."""

    def __init__(self, import_state: str = "done") -> None:
        self.lists: dict[str, list[dict[str, Any]]] = {}
        self.seen: dict[tuple[str, str], dict[str, Any]] = {}
        self.import_state = import_state

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if request.method == "GET":
            return httpx.Response(200, json={"items": self.lists.get(path, []), "next": None})
        key = (path, request.headers["Idempotency-Key"])
        if key not in self.seen:
            self.seen[key] = self.make(path, request)
        return httpx.Response(201, json=self.seen[key])

    def make(self, path: str, request: httpx.Request) -> dict[str, Any]:
        made: dict[str, Any] = {"id": f"{path}/{len(self.lists.get(path, []))}", "state": "draft"}
        if path == "/v1/imports":
            made |= {
                "filename": _filename(request),
                "state": self.import_state,
                "error": "the disk is full",
                "rows": 2000,
            }
            made |= dict.fromkeys(("accepted", "merged", "duplicates", "rejected"), 0)
        elif path.endswith("/start"):
            self.lists["/v1/campaigns"][0]["state"] = "running"
        else:
            made |= json.loads(request.content)
        self.lists.setdefault(path, []).append(made)
        return made


def _filename(request: httpx.Request) -> str:
    found = re.search(rb'filename="([^"]+)"', request.content)
    return found.group(1).decode() if found else ""


def day_with(register: Register) -> Day:
    http = httpx.AsyncClient(transport=httpx.MockTransport(register))
    addresses = dict.fromkeys(TIERS, "http://house")
    return Day(addresses, lambda *_: "token", asyncio.Event(), http, seed=1, run="r")


async def test_the_department_opens_with_staff_catalogue_leads_and_a_running_campaign() -> None:
    register = Register()
    await open_department(day_with(register), lambda _: None)
    assert len(register.lists["/v1/callers"]) == len(CALLERS) == 6
    assert len(register.lists["/v1/managers"]) == len(MANAGERS) == 4
    assert len(register.lists["/v1/products"]) == len(CATALOGUE)
    assert [campaign["name"] for campaign in register.lists["/v1/campaigns"]] == [CAMPAIGN]
    assert register.lists["/v1/campaigns"][0]["state"] == "running"


async def test_opening_again_imports_nothing_and_changes_nothing() -> None:
    register = Register()
    told: list[str] = []
    first = await open_department(day_with(register), told.append)
    before = {path: len(items) for path, items in register.lists.items()}
    assert await open_department(day_with(register), told.append) == first
    assert {path: len(items) for path, items in register.lists.items()} == before
    assert len(told) == 2


async def test_a_campaign_that_was_paused_stays_paused() -> None:
    register = Register()
    register.lists["/v1/campaigns"] = [{"id": "c", "name": CAMPAIGN, "state": "paused"}]
    assert await open_department(day_with(register), lambda _: None) == "c"
    assert register.lists["/v1/campaigns"][0]["state"] == "paused"
    assert [job["filename"] for job in register.lists["/v1/imports"]] == [EXISTING]


async def test_customers_of_years_are_imported_once_for_all_openings() -> None:
    register = Register()
    for _ in range(3):
        await open_department(day_with(register), lambda _: None)
    names = [job["filename"] for job in register.lists["/v1/imports"]]
    assert names.count(EXISTING) == 1


async def test_a_failed_import_is_told() -> None:
    with pytest.raises(OpeningFailed, match="the disk is full"):
        await open_department(day_with(Register("failed")), lambda _: None)


def test_addresses_come_from_the_state_file(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    state.write_text(json.dumps({"addresses": {tier: f"http://{tier}" for tier in TIERS}}))
    assert addresses_in(state)["conversion"] == "http://conversion"
    state.write_text(json.dumps({"addresses": {"lead_gen": "http://x"}}))
    with pytest.raises(ValueError, match="conversion, account_mgmt"):
        addresses_in(state)
