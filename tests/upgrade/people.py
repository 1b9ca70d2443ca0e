"""The people of a department while its software is replaced: by REST, at whichever api serves now."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from services.chassis.dev_issuer import DevIssuer
from tests.stack.running import PATIENCE_SECONDS

LOOK_EVERY = 0.1
BROWSE_EVERY = 0.4
FACTS = {"need": "a truck a week", "authority": "the owner", "timing": "from next month"}
LINE = {
    "product_id": "FTL-20",
    "description": "Full truck, 20 t, domestic",
    "quantity": "2",
    "unit_price": {"amount": "28500.00", "currency": "UAH"},
}


@dataclass
class People:
    """Callers, managers and account managers. `at` says where each tier's api is; `seen` is what they were answered."""

    issuer: DevIssuer
    at: dict[str, str] = field(default_factory=dict)
    seen: list[tuple[str, int]] = field(default_factory=list)
    _client: httpx.AsyncClient = field(default_factory=lambda: httpx.AsyncClient(timeout=PATIENCE_SECONDS))

    async def ask(
        self,
        method: str,
        tier: str,
        path: str,
        body: Any = None,
        role: str = "supervisor",
        person: str = "boss",
        **more: Any,
    ) -> httpx.Response:
        """One request; what fails with 500 or more, or is not answered at all, is remembered."""
        token = self.issuer.mint(tier=tier, role=role, person=person)
        address, headers = f"{self.at[tier]}{path}", {"Authorization": f"Bearer {token}"}
        try:
            answer = await self._client.request(method, address, headers=headers, json=body, **more)
        except httpx.TransportError as error:
            self.seen.append((f"{method} {tier}{path}: {error!r}", 599))
            raise
        self.seen.append((f"{method} {tier}{path}", answer.status_code))
        return answer

    async def get(self, tier: str, path: str) -> Any:
        answer = await self.ask("GET", tier, path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(
        self, tier: str, path: str, body: Any = None, *, role: str = "supervisor", person: str = "boss"
    ) -> Any:
        answer = await self.ask("POST", tier, path, body if body is not None else {}, role, person)
        assert answer.status_code < 300, f"{path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    @property
    def failed(self) -> list[tuple[str, int]]:
        """What should never happen to anybody."""
        return [one for one in self.seen if one[1] >= 500]

    async def employ(self, leads: int) -> None:
        """Hire everybody, import leads, start calling them."""
        await self.post("conversion", "/v1/managers", {"id": "maria", "name": "Maria"})
        await self.post("account_mgmt", "/v1/account-managers", {"id": "oleh", "name": "Oleh"})
        rows = "".join(f"Steel {n},+38044{1230000 + n:07d}\n" for n in range(leads))
        files = {"file": ("steel.csv", f"Company name,Phone Number\n{rows}".encode())}
        data = {"default_region": "UA", "mapping": "hubspot"}
        answer = await self.ask("POST", "lead_gen", "/v1/imports", files=files, data=data)
        assert answer.status_code == 202, answer.text

        async def read() -> Any:
            job = await self.get("lead_gen", answer.headers["location"])
            return job if job["state"] == "done" else None

        assert (await until(read))["accepted"] == leads
        campaign = await self.post("lead_gen", "/v1/campaigns", {"name": "Steel"})
        await self.post("lead_gen", f"/v1/campaigns/{campaign['id']}/start")

    async def call(self, caller: str = "anna") -> Any:
        """The next call, once there is one."""

        async def given() -> Any:
            answer = await self.ask("POST", "lead_gen", "/v1/calls/next", {}, "caller", caller)
            return answer.json() if answer.status_code == 200 else None

        return await until(given)

    async def answer(self, call: Any, outcome: str, caller: str = "anna", **fields: Any) -> str:
        """The call's outcome; its lead."""
        body = {"token": call["token"], "outcome": outcome, **fields}
        await self.post("lead_gen", f"/v1/calls/{call['item_id']}/outcome", body, role="caller", person=caller)
        return str(call["lead"]["id"])

    async def interest(self) -> str:
        """A lead that somebody has just called and that tier 2 is offered."""
        lead = await self.answer(await self.call(), "interested", needs="a truck a week")
        await self.offered(lead)
        return lead

    async def offered(self, lead: str) -> str:
        """The work item of the lead's hand-over."""

        async def found() -> Any:
            page = await self.get("conversion", "/v1/hand-overs?state=open")
            return next((one["item_id"] for one in page["items"] if one["lead_id"] == lead), None)

        return str(await until(found))

    async def accept(self, lead: str) -> str:
        """Maria takes it; the deal."""
        item = await self.offered(lead)
        taken = await self.post("conversion", f"/v1/hand-overs/{item}/accept", role="manager", person="maria")
        return str(taken["deal_id"])

    async def win(self, deal: str, lead: str) -> None:
        """Maria qualifies and wins it; it is a customer of tier 3 then."""
        maria = {"role": "manager", "person": "maria"}
        await self.post("conversion", f"/v1/deals/{deal}/notes", {"text": "Prefers mornings."}, **maria)
        await self.post("conversion", f"/v1/deals/{deal}/qualify", FACTS, **maria)
        await self.post("conversion", f"/v1/deals/{deal}/win", {"lines": [LINE]}, **maria)

        async def known() -> Any:
            answer = await self.ask("GET", "account_mgmt", f"/v1/customers/{lead}")
            return answer.status_code == 200

        await until(known)

    async def pay(self, customer: str) -> None:
        """The customer's open invoice is paid."""

        async def issued() -> Any:
            page = await self.get("account_mgmt", f"/v1/invoices?customer_id={customer}")
            return next((one for one in page["items"] if one["state"] != "paid"), None)

        invoice = await until(issued)
        paid = {"amount": invoice["total"], "reference": f"bank-{invoice['id']}"}
        told = await self.post("account_mgmt", f"/v1/invoices/{invoice['id']}/payments", paid)
        assert told["state"] == "paid"

    async def customer(self) -> str:
        """A lead that has come through all tiers and has paid."""
        lead = await self.interest()
        await self.win(await self.accept(lead), lead)
        await self.pay(lead)
        return lead

    async def lose(self, deal: str) -> None:
        """Maria gives it up."""
        await self.post("conversion", f"/v1/deals/{deal}/lose", {"reason": "price"}, role="manager", person="maria")

    async def nudge(self, customer: str) -> str:
        """The work item of the customer's reminder."""

        async def opened() -> Any:
            page = await self.get("account_mgmt", "/v1/nudges?state=open")
            return next((one["item_id"] for one in page["items"] if one["customer_id"] == customer), None)

        return str(await until(opened))

    async def order_again(self, customer: str) -> None:
        """Oleh reminds, and the customer orders."""
        item, told = await self.nudge(customer), {"outcome": "ordered", "lines": [LINE]}
        await self.post("account_mgmt", f"/v1/nudges/{item}/outcome", told, role="account_manager", person="oleh")

    async def is_at(self, lead: str, tier: str, stage: str | None = None) -> None:
        """Return when the register says so."""

        async def there() -> Any:
            known = await self.get("lead_gen", f"/v1/leads/{lead}")
            return known["tier"] == tier and stage in (None, known["stage"])

        await until(there)

    @asynccontextmanager
    async def browsing(self) -> AsyncIterator[None]:
        """Meanwhile people look at their lists, and take a call and give it back."""
        goes_home = asyncio.Event()

        async def browse() -> None:
            while not goes_home.is_set():
                await self._look_round()
                await asyncio.sleep(BROWSE_EVERY)

        task = asyncio.create_task(browse())
        try:
            yield
        finally:
            goes_home.set()
            await task

    async def _look_round(self) -> None:
        for tier, name in {"lead_gen": "leads", "conversion": "deals", "account_mgmt": "customers"}.items():
            await self.ask("GET", tier, f"/v1/{name}")
        taken = await self.ask("POST", "lead_gen", "/v1/calls/next", {}, "caller", "ivan")
        if taken.status_code == 200:
            call = taken.json()
            path = f"/v1/calls/{call['item_id']}/release"
            await self.ask("POST", "lead_gen", path, {"token": call["token"]}, "caller", "ivan")


async def until(what: Callable[[], Awaitable[Any]]) -> Any:
    """Ask until there is an answer; the test fails when there is none for minutes."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (found := await what()):
            await asyncio.sleep(LOOK_EVERY)
    return found
