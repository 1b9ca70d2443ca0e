"""An empty organisation is led by pages: what is missing, who is added, and when it is no longer said."""

from __future__ import annotations

import json

import pytest

from services.account_mgmt.api import build_app as build_tier_3
from services.conversion.api import build_app as build_tier_2
from services.lead_gen.api import build_app as build_tier_1
from tests.fixtures.http import make_settings
from tests.fixtures.pages import ORIGIN, signed_in
from tests.fixtures.postgres import FreshDatabase
from workflows.contracts.base import Tier

APPS = {Tier.LEAD_GEN: build_tier_1, Tier.CONVERSION: build_tier_2, Tier.ACCOUNT_MGMT: build_tier_3}
BEGINS = {
    Tier.LEAD_GEN: "/desk/floor",
    Tier.CONVERSION: "/desk/team",
    Tier.ACCOUNT_MGMT: "/desk/portfolio",
}


@pytest.mark.parametrize("tier", list(Tier))
async def test_a_supervisor_is_led_to_add_people_first(fresh_database: FreshDatabase, tier: Tier) -> None:
    app = APPS[tier](make_settings(await fresh_database(f"first_{tier.value}", tier=tier), origin=ORIGIN))
    async with signed_in(app, tier.value, "supervisor", "boss") as http:
        begun = (await http.get(BEGINS[tier])).text
        assert "First steps" in begun
        assert begun.index("/desk/people") < begun.index("missing")
        assert "Nobody yet." in (await http.get("/desk/people")).text
        added = await http.post("/desk/people", data={"id": "o.koval", "name": "Olha Koval"})
        assert added.status_code == 200
        assert "Olha Koval is on the list." in added.text
        assert "o.koval" in (await http.get("/desk/people")).text


@pytest.mark.parametrize(
    ("form", "fields"),
    [
        ({"id": "a", "name": " "}, {"name": "Somebody needs a name."}),
        ({"id": "two words", "name": "A"}, {"id": "Use letters, digits, dots, dashes and underscores, 64 at most."}),
        ({"id": "taken", "name": "A"}, {"id": "There is already a caller taken."}),
    ],
)
async def test_who_cannot_be_added_is_said_at_the_field(
    fresh_database: FreshDatabase, form: dict[str, str], fields: dict[str, str]
) -> None:
    app = build_tier_1(make_settings(await fresh_database("first_refused", tier=Tier.LEAD_GEN), origin=ORIGIN))
    async with signed_in(app, "lead_gen", "supervisor", "boss") as http:
        await http.post("/desk/people", data={"id": "taken", "name": "Already here"})
        answer = await http.post("/desk/people", data=form)
        assert json.loads(answer.headers["hx-trigger"])["form:refused"]["fields"] == fields
        # Without htmx the form comes back with what was typed.
        del http.headers["HX-Request"]
        plain = await http.post("/desk/people", data=form)
        assert plain.status_code == answer.status_code
        assert f'value="{form["id"]}"' in plain.text


async def test_only_supervisors_add_people_and_ops_only_reads(fresh_database: FreshDatabase) -> None:
    app = build_tier_2(make_settings(await fresh_database("first_roles", tier=Tier.CONVERSION), origin=ORIGIN))
    async with signed_in(app, "conversion", "manager", "anna") as http:
        assert (await http.get("/desk/people")).status_code == 403
    async with signed_in(app, "ops", "ops", "olena") as http:
        page = await http.get("/desk/people")
        assert page.status_code == 200
        assert "<form class" not in page.text
        assert (await http.post("/desk/people", data={"id": "a", "name": "A"})).status_code == 403
