"""Leads from a file to a paying customer, every part played by REST, as the README does by hand."""

from __future__ import annotations

import time
from typing import Any

from deploy.offline.house import House, number_of, until

LINE = {"description": "Full truck", "quantity": "1", "unit_price": {"amount": "28500.00", "currency": "UAH"}}

LEARNED = {"need": "two trucks a month", "authority": "decides alone", "timing": "now"}


class Department:
    """A supervisor, a caller, a manager and an account manager of every lead."""

    def __init__(self, house: House) -> None:
        self._ask = house.api
        self.sent = 0

    def open(self) -> None:
        """People, and a day without an end."""
        self._ask("lead_gen", "supervisor", "me", "POST", "/policies", {"body": {"always_open": True}})
        self._ask(
            "conversion", "supervisor", "me", "POST", "/managers", {"id": "anna", "name": "Anna", "capacity": 500}
        )
        self._ask("account_mgmt", "supervisor", "me", "POST", "/account-managers", {"id": "oleh", "name": "Oleh"})

    def bring(self, count: int, name: str) -> None:
        """So many leads by a file, in a campaign of their own."""
        rows = "".join(f"Sample {name} {one} LLC,{number_of(self.sent + one)}\n" for one in range(count))
        form = {"default_region": "UA", "mapping": "auto", "dry_run": "false"}
        files = {"file": ("leads.csv", f"Company,Phone\n{rows}".encode())}
        job = self._ask("lead_gen", "supervisor", "me", "POST", "/imports", files=files, data=form)
        self.sent += count

        def done() -> dict[str, Any] | None:
            found: dict[str, Any] = self._ask("lead_gen", "supervisor", "me", "GET", f"/imports/{job['id']}")
            return found if found["state"] not in ("queued", "running") else None

        imported = until("the import", done)
        assert imported["accepted"] == count, imported
        campaign = self._ask("lead_gen", "supervisor", "me", "POST", "/campaigns", {"name": name})
        self._ask("lead_gen", "supervisor", "me", "POST", f"/campaigns/{campaign['id']}/start")

    def work(self, count: int, seconds: float = 180) -> float:
        """Call, sell and be paid until so many more customers are there; the seconds it took."""
        began, wanted = time.monotonic(), len(self.customers()) + count
        called = 0
        while len(self.customers()) < wanted:
            if time.monotonic() - began > seconds:
                raise AssertionError(f"{len(self.customers())} of {wanted} customers after {seconds:g} s")
            moved = self._call() if called < count else 0
            called += moved
            if not moved + self._sell() + self._be_paid():
                time.sleep(0.2)
        until("every invoice paid", lambda: not self._open_invoices() or (not self._be_paid() and None), 60)
        return time.monotonic() - began

    def _call(self) -> int:
        call = self._ask("lead_gen", "caller", "petro", "POST", "/calls/next", {})
        if not call or "item_id" not in call:
            return 0
        said = {"token": call["token"], "outcome": "interested", "needs": "two trucks a month"}
        self._ask("lead_gen", "caller", "petro", "POST", f"/calls/{call['item_id']}/outcome", said)
        return 1

    def _sell(self) -> int:
        mine = self._ask("conversion", "manager", "anna", "GET", "/hand-overs?mine=true&state=open&limit=100")["items"]
        for item in mine:
            deal = self._ask("conversion", "manager", "anna", "POST", f"/hand-overs/{item['item_id']}/accept", {})
            this = f"/deals/{deal['deal_id']}"
            self._ask("conversion", "manager", "anna", "POST", f"{this}/qualify", LEARNED)
            self._ask("conversion", "manager", "anna", "POST", f"{this}/win", {"lines": [LINE]})
        return len(mine)

    def _be_paid(self) -> int:
        invoices = self._open_invoices()
        for invoice in invoices:
            paid = {"amount": invoice["total"], "reference": f"bank {invoice['id']}"}
            self._ask("account_mgmt", "account_manager", "oleh", "POST", f"/invoices/{invoice['id']}/payments", paid)
        return len(invoices)

    def _open_invoices(self) -> list[dict[str, Any]]:
        found = self._ask("account_mgmt", "account_manager", "oleh", "GET", "/invoices?state=open&limit=100")
        return list(found["items"])

    def customers(self) -> list[dict[str, Any]]:
        """Whom tier 3 looks after."""
        return list(self._ask("account_mgmt", "supervisor", "me", "GET", "/customers?limit=200")["items"])
