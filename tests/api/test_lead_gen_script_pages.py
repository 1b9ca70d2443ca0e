"""The script in the browser: edited step by step, mistakes at their step, a preview that leads on, versions."""

from __future__ import annotations

import html
import re

from services.lead_gen.api import build_app
from tests.api.test_policy_pages import words
from tests.fixtures.http import make_settings
from tests.fixtures.pages import ORIGIN, signed_in
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import tier_1
from workflows.contracts.base import Tier

BASE = "/desk/settings/scripts"
SCRIPT = {
    "name": "Spring", "seen": "0", "start": "greet",
    "n.0.name": "greet", "n.0.kind": "say", "n.0.text": "Good day, {{contact_name|colleague}}.", "n.0.next": "ships",
    "n.1.name": "ships", "n.1.kind": "ask", "n.1.text": "Does {{company}} ship goods?",
    "n.1.a.0.say": "yes", "n.1.a.0.to": "bye", "n.1.a.1.say": "no", "n.1.a.1.to": "bye",
    "n.2.name": "bye", "n.2.kind": "end", "n.2.text": "Thank you!", "n.2.outcome": "not_interested",
    "n.3.name": "", "n.3.kind": "say", "n.3.text": "",
}  # fmt: skip


def at(page: str, place: str) -> str:
    """What is wrong at a step."""
    return words(page.partition(f'id="says-{place}"')[2].partition(">")[2].partition("</span>")[0])


def sent(page: str) -> dict[str, str]:
    """What a browser sends of the script's form as it is drawn."""
    form = html.unescape(page.partition('id="script"')[2].partition("</form>")[0])
    found = dict(re.findall(r'<input[^>]*name="([^"]*)" value="([^"]*)"', form))
    found |= dict(re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>([^<]*)</textarea>', form))
    for name, options in re.findall(r'<select[^>]*name="([^"]*)">(.*?)</select>', form, re.DOTALL):
        found[name] = "".join(re.findall(r'value="([^"]*)" selected', options))
    return {name: text for name, text in found.items() if name != "csrf" and not name.endswith(".out")}


async def test_a_first_script_and_a_first_instruction_are_filled_in_and_kept_only_when_published(
    fresh_database: FreshDatabase,
) -> None:
    dsn = await fresh_database("lead_gen_ready_script", tier=Tier.LEAD_GEN)
    app = build_app(make_settings(dsn, origin=ORIGIN))
    async with tier_1(dsn) as tier, signed_in(app, "lead_gen", "supervisor", "boss") as http:
        assert "Begin with a ready script" in (await http.get(f"{BASE}/new")).text
        for language, opening in (("en", "Good day, my name is boss."), ("uk", "Добрий день, мене звати boss.")):
            page = (await http.get(f"{BASE}/new?ready=1", headers={"Accept-Language": language})).text
            assert opening in words(page)
            live = (await http.put(f"{BASE}/new", data=sent(page))).text
            assert [text for text in ("marked at", "Nowhere is a meeting agreed") if text in live] == []
            assert "Publish version 1" in live or language == "uk"
        assert await tier.pool.fetchval("SELECT count(*) FROM scripts") == 0
        changed = sent((await http.get(f"{BASE}/new?ready=1")).text) | {"name": "Spring"}
        assert (await http.post(f"{BASE}/new", data=changed)).status_code == 303
        body = await tier.pool.fetchval("SELECT body FROM scripts WHERE name = 'Spring'")
        kinds = {one["kind"] for one in body["nodes"].values()}
        assert kinds == {"ask", "objection", "appointment", "hard_question", "end"}
        place = BASE.replace("scripts", "instructions")
        assert "Begin with a ready instruction" in (await http.get(f"{place}/new")).text
        assert "They ask for a price" in (await http.get(f"{place}/new?ready=1")).text
        assert await tier.pool.fetchval("SELECT count(*) FROM instructions") == 0


async def test_a_script_is_written_tried_and_published(fresh_database: FreshDatabase) -> None:
    dsn = await fresh_database("lead_gen_script_pages", tier=Tier.LEAD_GEN)
    app = build_app(make_settings(dsn, origin=ORIGIN))
    async with tier_1(dsn) as tier, signed_in(app, "lead_gen", "supervisor", "boss") as http:
        assert "No script yet" in (await http.get(BASE)).text
        assert "New step" in (await http.get(f"{BASE}/new")).text
        # Every mistake at its step, also those of the whole.
        wrong = SCRIPT | {"n.1.a.0.to": "meeting", "n.0.text": "", "n.2.kind": "say"}
        live = (await http.put(f"{BASE}/new", data=wrong)).text
        assert at(live, "n-0") == "There is nothing to read out."
        live = (await http.put(f"{BASE}/new", data=wrong | {"n.0.text": "Hello {{nobody}}"})).text
        assert "placeholder" in at(live, "n-0")
        assert "there is no such step" in at(live, "n-1")
        assert "A dead end" in at(live, "n-2")
        loop = {"n.2.kind": "say", "n.2.next": "ships", "n.2.outcome": ""}
        live = (await http.put(f"{BASE}/new", data=SCRIPT | loop)).text
        assert "the call never ends" in at(live, "n-1")
        lost = {"n.3.name": "lost", "n.3.kind": "end", "n.3.text": "Bye"}
        assert "No call ever comes here" in at((await http.put(f"{BASE}/new", data=SCRIPT | lost)).text, "n-3")
        assert (await http.post(f"{BASE}/new", data=SCRIPT | loop)).status_code == 422
        # The preview leads on by what they answer, with the lead's words filled in; advice is no mistake.
        live = words((await http.put(f"{BASE}/new", data=SCRIPT)).text)
        assert "Good day, Olena Koval." in live
        assert "Nowhere is a meeting agreed" in live
        live = words((await http.put(f"{BASE}/new", data=SCRIPT | {"walk": '["greet", "ships"]'})).text)
        assert "Does Vantazh Plus ship goods?" in live
        assert "yes" in live
        assert (await http.post(f"{BASE}/new", data=SCRIPT)).status_code == 303
        first = str(await tier.pool.fetchval("SELECT id FROM scripts"))
        # The next version: what differs; room for more steps; calls go on with theirs.
        change = SCRIPT | {"seen": "1", "n.2.text": "Thank you for your time!", "n.0.out": "1", "start": "ships"}
        live = words((await http.put(f"{BASE}/{first}", data=change)).text)
        assert "greet taken out" in live
        assert "Thank you! Thank you for your time!" in live
        more = (await http.post(f"{BASE}/{first}/look", data=change)).text
        assert "n.5.name" in more
        assert (await http.post(f"{BASE}/{first}", data=change)).status_code == 303
        assert "version 2" in words((await http.get(BASE)).text)
        # The first one can still be read, beside what has changed since.
        assert f"{BASE}/{first}/version" in (await http.get(f"{BASE}/{first}")).text
        old = words((await http.get(f"{BASE}/{first}/version")).text)
        assert "From version 1 to version 2." in old
        assert "Good day, {{contact_name|colleague}}." in old
        assert "greet taken out" in old
        assert "Thank you! Thank you for your time!" in old
        newest = await tier.pool.fetchval("SELECT id FROM scripts WHERE version = 2")
        assert "This is the version in force." in words((await http.get(f"{BASE}/{newest}/version")).text)
        late = await http.post(f"{BASE}/{first}", data=change | {"n.2.text": "Bye!", "idempotency_key": "late"})
        assert late.status_code == 422
        assert "published version 2 while you were here" in late.text
