"""What holds of playbooks whatever managers and leads do: the gap, the next step, one schedule, no mail at the end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from services.chassis.db import new_id
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import FACTS, LINE, Tier2, hand_over, in_days, tier_2
from workflows.contracts.base import Tier
from workflows.contracts.conversion import (
    AddHandOver,
    CloseDeal,
    HandOver,
    HandOverReason,
    PlaybookStepDone,
    RunPlaybookStep,
    Stage,
)

HOUR = timedelta(hours=1)
MAIL = {"id": "pack", "kind": "mail", "after": "PT1H", "template": "information-pack"}
CALL = {"id": "ask", "kind": "call", "after": "PT2H", "text": "Ask what they thought."}
BODY: dict[str, Any] = {
    "entry": [{"field": "segment", "op": "in", "values": ["grain"]}],
    "priority": 900,
    "main": [MAIL, CALL, {"id": "again", "kind": "call", "after": "PT3H", "text": "Ask again."}],
    "positive": [{"id": "meet", "kind": "meeting", "text": "Propose a meeting."}],
    "negative": [{"id": "season", "kind": "mail", "after": "PT5H", "template": "new-season"}],
}


def lead(**changes: Any) -> HandOver:
    """A lead of the segment that the playbook is for, with an address, called two days ago."""
    given = hand_over(segment="grain")
    contact = given.contact.model_copy(update={"email": "olena@viter.example"})
    return given.model_copy(update={"contact": contact, **changes})


async def policy(tier: Tier2, **changes: Any) -> None:
    body = (await tier.get("/v1/policies"))["items"][0]["body"]
    await tier.post("/v1/policies", {"body": {**body, **changes}}, status=201)


@pytest_asyncio.fixture(scope="module")
async def conversion(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    dsn = await fresh_database("conversion_playbook_rules", tier=Tier.CONVERSION, policy="demo")
    async with tier_2(dsn) as tier:
        await policy(tier, playbook_min_gap="PT1H")
        await tier.manager("anna", capacity=10_000, email="anna@house.example")
        await tier.post("/v1/playbooks", {"name": "grain", "body": BODY}, status=201)
        yield tier


class Warm:
    """A deal of Anna's on which a playbook works, and a clock that can be put on."""

    def __init__(self, tier: Tier2, deal: dict[str, Any]) -> None:
        self.tier = tier
        self.id, self.lead_id = deal["id"], deal["lead_id"]
        self.path = f"/v1/deals/{self.id}"

    @classmethod
    async def begin(cls, tier: Tier2, given: HandOver | None = None, name: str | None = "grain") -> Warm:
        warm = cls(tier, await tier.accepted("anna", given or lead()))
        await tier.post(f"{warm.path}/playbook", {"name": name}, "anna", status=201)
        return warm

    async def look(self) -> PlaybookStepDone:
        """The workflow's timer fires."""
        return await self.tier.activities.run_playbook_step(RunPlaybookStep(key=new_id(), deal_id=self.id))

    async def pass_time(self, by: timedelta) -> None:
        """All that is recorded of this deal happened that much earlier."""
        pool = self.tier.pool
        await pool.execute(
            """UPDATE playbook_steps SET due_at = due_at - $2::interval, done_at = done_at - $2::interval
                WHERE run_id IN (SELECT id FROM playbook_runs WHERE deal_id = $1)""",
            self.id,
            by,
        )
        await pool.execute("UPDATE timeline SET at = at - $2::interval WHERE deal_id = $1", self.id, by)

    async def due(self) -> PlaybookStepDone:
        """The time of the step ahead comes, and the timer with it."""
        ahead = (await self.run())["steps"][-1]
        await self.pass_time(datetime.fromisoformat(ahead["due_at"]) - datetime.now(UTC) + timedelta(seconds=1))
        return await self.look()

    async def step(self, number: int, verb: str, *, status: int = 200, **body: Any) -> dict[str, Any]:
        return await self.tier.post(f"{self.path}/playbook/steps/{number}/{verb}", body, "anna", status=status)

    async def run(self) -> dict[str, Any]:
        return dict((await self.tier.get(f"{self.path}/playbooks", "anna"))["items"][0])

    async def deal(self) -> dict[str, Any]:
        return await self.tier.get(self.path, "anna")

    async def mails(self, state: str) -> int:
        found = (await self.tier.get("/v1/mails", lead_id=self.lead_id, state=state))["items"]
        return sum(mail["purpose"] == "playbook" for mail in found)

    async def told(self) -> list[dict[str, Any]]:
        return [answer for name, answer in await self.tier.signals(self.lead_id) if name == "playbook_planned"]


# What the workflow hears


async def test_a_playbook_that_begins_with_the_deal_is_told_after_the_acceptance(conversion: Tier2) -> None:
    # Before it, the workflow still looks for a manager and would hear nothing of a playbook.
    await policy(conversion, playbook_on_accept=True)
    try:
        deal = await conversion.accepted("anna", lead())
    finally:
        await policy(conversion, playbook_on_accept=False)
    assert [name for name, _ in await conversion.signals(deal["lead_id"])] == ["accepted", "playbook_planned"]


async def test_a_question_or_a_wished_meeting_is_seen_to_before_any_playbook(conversion: Tier2) -> None:
    await policy(conversion, playbook_on_accept=True)
    try:
        asked = await conversion.accepted(
            "anna", lead(reason=HandOverReason.HARD_QUESTION, question="Who insures the load?")
        )
        wished = await conversion.accepted("anna", lead(wished_meeting=datetime.now(UTC) + timedelta(days=2)))
    finally:
        await policy(conversion, playbook_on_accept=False)
    for deal in (asked, wished):
        assert (await conversion.get(f"/v1/deals/{deal['id']}/playbooks", "anna"))["items"] == []


async def test_a_step_moved_there_and_back_is_told_each_time(conversion: Tier2) -> None:
    warm = await Warm.begin(conversion)
    late, later = in_days(2), in_days(5)
    for at in (late, later, late):
        await warm.step(1, "move", at=at)
    told = [datetime.fromisoformat(answer["due_at"]) for answer in await warm.told()]
    assert told[-3:] == [datetime.fromisoformat(at) for at in (late, later, late)]


async def test_an_offer_of_a_workflow_that_was_lost_leaves_no_playbook_in_the_way(conversion: Tier2) -> None:
    given = lead()
    warm = await Warm.begin(conversion, given)
    again = given.model_copy(update={"id": "cold-call:again:2", "sticky_manager": "anna"})
    offer = await conversion.offered(again)
    assert (await warm.run())["state"] == "stopped"
    await conversion.post(f"/v1/hand-overs/{offer.item_id}/accept", {}, "anna")
    await conversion.post(f"{warm.path}/playbook", {"name": "grain"}, "anna", status=201)


# The end


async def test_a_mail_that_waits_is_taken_back_at_the_end_though_its_playbook_is_over(conversion: Tier2) -> None:
    """Mautic 4356: an opted-out contact stays in the queue and is tried again at every run."""
    await conversion.post("/v1/playbooks", {"name": "one-mail", "body": {"main": [MAIL]}}, status=201)
    warm = await Warm.begin(conversion, name="one-mail")
    await warm.due()
    assert ((await warm.run())["state"], await warm.mails("queued")) == ("finished", 1)
    await conversion.activities.close_deal(
        CloseDeal(key=new_id(), lead_id=warm.lead_id, stage=Stage.LOST, reason="do not call")
    )
    assert (await warm.mails("queued"), await warm.mails("withdrawn")) == (0, 1)


@pytest.mark.parametrize("how", ["qualified", "meeting", "offer", "handed over again"])
async def test_a_lead_who_goes_further_is_not_warmed_up_any_more(conversion: Tier2, how: str) -> None:
    warm = await Warm.begin(conversion)
    await warm.due()
    match how:
        case "qualified":
            await conversion.post(f"{warm.path}/qualify", FACTS, "anna")
        case "meeting":
            at = {"starts_at": in_days(30), "duration_minutes": 15, "kind": "phone"}
            await conversion.post(f"{warm.path}/meetings", at, "anna")
        case "offer":
            await conversion.post(f"{warm.path}/qualify", FACTS, "anna")
            await conversion.post(f"{warm.path}/offers", {"lines": [LINE]}, "anna")
        case _:
            again = AddHandOver(key=new_id(), lead_id=warm.lead_id, hand_over=lead())
            await conversion.activities.add_hand_over(again)
    run = await warm.run()
    assert (run["state"], [step["state"] for step in run["steps"]]) == ("stopped", ["done", "cancelled"])
    assert await warm.mails("queued") == 0


async def test_a_first_question_about_the_need_does_not_end_the_warming_up(conversion: Tier2) -> None:
    warm = await Warm.begin(conversion)
    await conversion.post(f"{warm.path}/qualify", {"need": "a truck"}, "anna")
    assert (await warm.run())["state"] == "running"


async def test_a_booked_meeting_is_what_the_open_step_asked_for(conversion: Tier2) -> None:
    warm = await Warm.begin(conversion)
    await warm.step(1, "done", response="positive")
    await warm.due()
    at = {"starts_at": in_days(31), "duration_minutes": 15, "kind": "phone"}
    await conversion.post(f"{warm.path}/meetings", at, "anna")
    run = await warm.run()
    assert (run["state"], run["steps"][-1]["step_id"], run["steps"][-1]["state"]) == ("stopped", "meet", "done")


async def test_a_lead_who_changes_his_mind_again_and_again_gets_no_mail_twice_and_the_run_ends(
    conversion: Tier2,
) -> None:
    warm = await Warm.begin(conversion)
    seen = []
    for number, response in enumerate(("negative", "positive", "negative", "positive", "negative"), start=1):
        run = await warm.step(number, "done", response=response)
        seen.append((run["state"], run["track"]))
        if run["state"] != "running":
            break
    assert seen == [("running", "negative"), ("running", "positive"), ("finished", "positive")]


# The minimum gap


async def test_a_step_is_never_moved_closer_to_the_last_contact_than_the_gap(conversion: Tier2) -> None:
    warm = await Warm.begin(conversion)
    await warm.due()
    soon = (datetime.now(UTC) + HOUR / 2).isoformat()
    refused = await warm.step(2, "move", at=soon, status=422)
    assert refused["errors"][0]["field"] == "at" and "last contact" in refused["errors"][0]["reason"]
    assert len(await warm.told()) == 1


async def test_a_word_with_the_lead_puts_the_step_ahead_off_by_the_gap(conversion: Tier2) -> None:
    warm = await Warm.begin(conversion)
    await warm.pass_time(2 * HOUR)
    before = datetime.now(UTC)
    await conversion.post(f"{warm.path}/qualify", {"need": "a truck"}, "anna")
    later = await warm.look()
    assert later.due_at is not None and before + HOUR <= later.due_at <= datetime.now(UTC) + HOUR
    assert await warm.mails("queued") == 0


async def test_the_first_step_keeps_its_distance_from_the_callers_call(conversion: Tier2) -> None:
    given = lead()
    just_now = given.story[0].model_copy(update={"at": datetime.now(UTC)})
    body = {"main": [{**MAIL, "after": "PT0S"}]}
    await conversion.post("/v1/playbooks", {"name": "at-once", "body": body}, status=201)
    warm = await Warm.begin(conversion, given.model_copy(update={"story": [just_now]}), name="at-once")
    due = datetime.fromisoformat((await warm.run())["steps"][0]["due_at"])
    assert due >= just_now.at + HOUR


# The deal's own next step


async def test_a_call_that_was_made_is_not_overdue_afterwards(conversion: Tier2) -> None:
    warm = await Warm.begin(conversion)
    await warm.due()
    await warm.due()
    assert (await warm.deal())["next_action"] == "Ask what they thought."
    await warm.step(2, "done")
    deal, ahead = await warm.deal(), (await warm.run())["steps"][-1]
    assert deal["next_action"] == "playbook: Ask again."
    assert datetime.fromisoformat(deal["next_action_at"]) >= datetime.fromisoformat(ahead["due_at"])
    assert (await warm.told())[-1]["next_action_at"] == deal["next_action_at"]
    assert deal["first_contact_at"] is not None


async def test_a_playbook_that_is_over_leaves_the_manager_to_decide(conversion: Tier2) -> None:
    warm = await Warm.begin(conversion)
    for number in (1, 2, 3):
        await warm.step(number, "skip")
    deal = await warm.deal()
    assert deal["next_action"] == "the playbook is over: decide what comes next"
    assert (await warm.told())[-1]["next_action_at"] == deal["next_action_at"]


async def test_the_next_step_that_a_manager_has_promised_stands(conversion: Tier2) -> None:
    warm = await Warm.begin(conversion)
    await conversion.post(f"{warm.path}/next-step", {"what": "call on Friday", "at": in_days(3)}, "anna")
    await warm.due()
    await warm.due()
    assert (await warm.deal())["next_action"] == "call on Friday"
    await warm.step(2, "done")
    assert (await warm.deal())["next_action"] == "call on Friday"
    assert (await warm.told())[-1]["next_action_at"] is None


async def test_a_call_of_a_playbook_keeps_what_the_lead_was_promised(conversion: Tier2) -> None:
    warm = await Warm.begin(conversion, lead(promised_by=datetime.now(UTC) + 9 * HOUR))
    await warm.step(1, "skip")
    await warm.step(2, "done")
    assert (await warm.deal())["promise"] == "kept"
