"""The customers whom the sample department has had for years: a file for tier 3's import, as an old system writes it.

Companies and people are invented, and none of them is in the sample of leads (`companies.py` says why their numbers
lead nowhere). Each buys by a rhythm of their own; most are due about now, so that the account desk opens with work.
"""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from typing import Final

from leadrelay.demo.companies import Row, companies
from leadrelay.demo.dice import Dice
from leadrelay.demo.people import ACCOUNT_MANAGERS, CATALOGUE, Service
from leadrelay.demo.sample import COMPANIES

HEADERS: Final = (
    "Company", "Contact", "Phone", "Email", "City", "Region", "Industry", "Employees", "Language", "Tax ID",
    "Account manager", "Order number", "Order date", "Product", "Quantity", "Unit price",
)  # fmt: skip
PER_MANAGER: Final = 8
RHYTHMS: Final = (7, 10, 14, 21, 28, 30, 35, 45)
"""Days between two orders of one customer; each account manager has one of each kind."""
TOGETHER: Final = (("FTL-EU", "CUSTOMS"), ("CNT-40", "CUSTOMS"), ("LTL-UA", "STORE"), ("GRAIN", "FTL-UA"))
"""What is often bought together: the evidence of what the desk suggests to those who buy only the first."""


def existing_customers(today: date, seed: int) -> bytes:
    """The file as of `today`: a row for each line of each earlier order, the latest a rhythm ago."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADERS)
    # Beyond the companies that the sample of leads is made of.
    owned = companies(seed, COMPANIES + PER_MANAGER * len(ACCOUNT_MANAGERS))[COMPANIES:]
    for number, company in enumerate(owned):
        writer.writerows(_orders(company, number, today, Dice(seed, "existing", number)))
    return text.getvalue().encode()


def _orders(company: Row, number: int, today: date, dice: Dice) -> list[tuple[str, ...]]:
    manager = ACCOUNT_MANAGERS[number % len(ACCOUNT_MANAGERS)].id
    who = (
        company.company, f"{company.first} {company.last}", company.mobile or company.phone, company.email,
        company.city, company.region, company.industry, company.employees, company.language, company.tax_id, manager,
    )  # fmt: skip
    every = RHYTHMS[number // len(ACCOUNT_MANAGERS) % len(RHYTHMS)]
    usual, beside = (_service(name) for name in TOGETHER[number % len(TOGETHER)])
    buys_both = dice.chance(0.6)
    rows: list[tuple[str, ...]] = []
    day = today - timedelta(days=every + dice.whole(-1, 2))
    for order in range(dice.whole(5, 9)):
        for service in (usual, beside) if buys_both and order % 2 == 0 else (usual,):
            quantity = str(dice.whole(*service.usual))
            rows.append(
                (*who, f"{number + 1:03d}-{order + 1:02d}", day.isoformat(), service.id, quantity, service.price)
            )
        day -= timedelta(days=every + dice.whole(-2, 2))
    return rows


def _service(service_id: str) -> Service:
    return next(service for service in CATALOGUE if service.id == service_id)
