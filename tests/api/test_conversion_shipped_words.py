"""What comes with the product is in its reader's language wherever they meet it; own words stay as written."""

from __future__ import annotations

from services.conversion.domain.shipped_words import LOSSES
from tests.api.test_policy_pages import app_of, typed, words
from tests.fixtures.pages import signed_in
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import Tier2, tier_2
from workflows.contracts.base import Tier

RULES = "/desk/settings/policies"
PLAYBOOKS = "/desk/settings/playbooks"
UKRAINIAN = {"Accept-Language": "uk"}


async def reasons(tier: Tier2) -> dict[str, str]:
    """The reasons of the newest policy as they are kept."""
    told = "SELECT d.key, d.value->>'text' FROM policies p, jsonb_each(p.body->'loss_reasons') d ORDER BY p.version"
    return dict(await tier.pool.fetch(told))


async def test_shipped_reasons_are_read_in_ones_own_language_and_kept_as_they_came(
    fresh_database: FreshDatabase,
) -> None:
    dsn = await fresh_database("shipped_reasons", tier=Tier.CONVERSION)
    app = app_of(Tier.CONVERSION, dsn)
    async with tier_2(dsn) as tier, signed_in(app, "conversion", "supervisor", "boss") as http:
        page = words((await http.get(RULES, headers=UKRAINIAN)).text)
        assert "надто дорого" in page
        assert "too expensive" not in page
        assert "too expensive" in words((await http.get(RULES)).text)
        form = typed((await http.get(f"{RULES}/stages", headers=UKRAINIAN)).text)
        [field] = [name for name, text in form.items() if text == "купили деінде"]
        # One of them gets words of its own; the others go back as the page showed them.
        sent = form | {field: "пішли до конкурента"}
        assert (await http.post(f"{RULES}/stages", data=sent, headers=UKRAINIAN)).status_code in {200, 303}
        kept = await reasons(tier)
        assert kept == {**LOSSES, "competitor": "пішли до конкурента"}
        assert "пішли до конкурента" in words((await http.get(RULES)).text)


async def test_shipped_steps_are_read_in_ones_own_language_and_kept_as_they_came(
    fresh_database: FreshDatabase,
) -> None:
    dsn = await fresh_database("shipped_steps", tier=Tier.CONVERSION)
    app = app_of(Tier.CONVERSION, dsn)
    async with tier_2(dsn) as tier, signed_in(app, "conversion", "supervisor", "boss") as http:
        page = (await http.get(f"{PLAYBOOKS}/warm-up", headers=UKRAINIAN)).text
        form = typed(page.replace('id="playbook"', 'id="policy"'))
        assert form["positive.0.text"] == "Запропонуйте зустріч цього тижня."
        sent = form | {"main.1.text": "Запитайте про рефрижератори."}
        answer = await http.post(f"{PLAYBOOKS}/warm-up", data=sent, headers=UKRAINIAN)
        assert answer.status_code in {200, 303}, words(answer.text)
        found = await tier.pool.fetchval(
            "SELECT body FROM playbooks WHERE name = 'warm-up' ORDER BY version DESC LIMIT 1"
        )
        assert found["positive"][0]["text"] == "Propose a meeting this week."
        assert [step["text"] for step in found["main"]][1:] == [
            "Запитайте про рефрижератори.", "Ask whether anything has come up since."
        ]  # fmt: skip
