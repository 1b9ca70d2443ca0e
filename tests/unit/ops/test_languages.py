"""A story in the person's own language: every kind of record of every tier has its sentence, and nothing is doubled."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.account_mgmt.domain import lead_story as tier_3
from services.account_mgmt.domain.telling import Telling as TellingOf3
from services.chassis.stories import ENGLISH, Event, Fact, Part, Speech, Waiting
from services.chassis.web.speech import speech_in
from services.chassis.web.words import told_in
from services.chassis.work_items import WorkItem
from services.conversion.domain import story as tier_2
from services.conversion.domain.story_waits import OpenItem
from services.conversion.domain.story_waits import waits_for as waits_in_2
from services.lead_gen.domain import story as tier_1
from services.ops.domain.late import held_up
from services.ops.domain.queues import Queue
from services.ops.domain.story import tell
from services.ops.domain.workflows import Retrying, Timer
from tests.unit.ops.test_story import workflow
from workflows.contracts.base import Tier

ZONE = ZoneInfo("Europe/Kyiv")
NOW = datetime(2026, 11, 24, 8, 2, tzinfo=UTC)
LATER = "2026-11-25T08:00:00+00:00"
UK = speech_in("uk")
# Numbers of documents and currencies are the same in every language.
_LATIN = re.compile(r"(?<![\w-])[A-Za-z]{2,}(?![\w-])")

CALL = {"outcome": "no_answer", "attempt": 1, "note": "зайнята", "reason": None, "question": None, "needs": None,
        "callback_at": None, "not_followed": None, "next_at": LATER}  # fmt: skip
ORDER = {"number": "SO-1", "total": "1200.5", "currency": "UAH", "state": "placed", "source": "nudge", "note": None,
         "reason": None}  # fmt: skip
MONEY = {"amount": "1200.5", "currency": "UAH", "number": "LR-1", "reason": "повернули"}
WORK = {"note": "дзвонили", "state": "open", "result": None}
_FACTS = ("need", "volume", "products", "authority", "timing", "current_supplier")
ACT = {"act": "skip", "reason": "зачинено", "changes": []}
SAMPLES: dict[str, dict[str, list[dict[str, Any]]]] = {
    "lead_gen": {
        "registered": [{"source": one} for one in ("manual", "import", "inbound", "customer")],
        "place": [
            {"stage": one, "campaign": "Осінь"}
            for one in ("new", "calling", "resting", "not_interested", "wrong_number", "do_not_call", "cancelled",
                        "erased", "merged", "handed_over")
        ],
        "call": [
            *({**CALL, "outcome": one} for one in ("no_answer", "voicemail", "busy", "wrong_number", "do_not_call",
                                                   "not_interested", "interested", "hard_question", "callback")),
            {**CALL, "outcome": "callback", "callback_at": LATER},
            {**CALL, "next_at": "2026-11-24T08:47:00+00:00"},
            {**CALL, "next_at": "2026-11-24T08:02:10+00:00"},
            {**CALL, "outcome": "interested", "needs": "дві палети", "next_at": None},
            *({**CALL, "outcome": "interested", "next_at": None, "not_followed": one} for one in (
                "do_not_call", "inbound", "taken", "answered", "cancelled", "moved", "erased")),
        ],
        "inbound": [
            {"state": "answered", "routed_to": "account_mgmt", "owner": "Олег", "known": True, "note": None},
            {"state": "missed", "routed_to": "conversion", "owner": None, "known": False, "note": "про ціну"},
        ],
        "promise": [{"due_at": LATER, "kept_at": None}, {"due_at": LATER, "kept_at": LATER}],
        "merge": [{"other": "Сталь", "undone_by": None}, {"other": "Сталь", "undone_by": "Олег"}],
        "audit": [
            {"action": one, "facts": {"reason": "прохання"}} for one in ("export", "reveal", "erase", "edit", "reopen")
        ],
        "act": [{**ACT, "act": one} for one in ("retry", "skip", "cancel", "reassign")],
    },
    "conversion": {
        "deal": [
            {"reason": one, "needs": "дві палети", "campaign": None}
            for one in ("interested", "hard_question", "inbound", "win_back", "returned")
        ],
        "offered": [
            {"manager": "taras", "accept_by": LATER, "text": "offered to taras",
             "why": "fair share: 3 of 10 recent offers, due 33 %"},
            {"manager": None, "text": "waits for a free manager", "why": "no manager can take this lead"},
            {"manager": None, "text": "offered to the supervisor", "why": None},
        ],
        "accepted": [{"owner": "taras", "text": "accepted"}],
        "declined": [{"text": "немає часу", "manager": "taras"}],
        "expired": [{"manager": "taras", "text": ""}, {"manager": None, "text": ""}],
        "returned": [{"text": "не наше", "owner": "taras"}],
        "taken_over": [{"from": "taras", "to": "inna", "text": "inna takes over: хвороба"}],
        "won": [{"text": "won: 1200.00 ₴ before tax"}, {"text": "імпорт"}],
        "lost": [{"text": "дорого", "return_at": None}],
        "asleep": [{"text": "до весни", "return_at": LATER}, {"text": "до весни", "return_at": None}],
        "inbound": [{"text": "the lead called"}, {"text": ""}],
        "meeting_booked": [{"starts_at": LATER, "text": ""}, {"text": ""}],
        "answer": [{"text": "перевізник"}],
        "qualification": [dict.fromkeys(_FACTS, "так"), {}],
        "act": [ACT],
        "offer_sent": [{"text": "offer 2026-000012345/1 sent: 141600.00 ₴"}],
        "offer_waits": [{"text": "offer 2026-000012345/1 waits for approval: знижка"}],
        "offer_rejected": [{"text": "offer not approved: дорого"}, {"text": "offer not approved"}],
        "offer_accepted": [{"text": "offer accepted"}],
        "offer_mailed": [{"text": "offer 2026-000012345/1 mailed"}],
        "offer_expired": [{"text": "offer expired"}],
        "playbook": [{"text": "playbook finished"}, {"text": "to do: подзвонити"}, {"text": "playbook Весна/2 begins"}],
        "reminder": [{"text": "overdue: подзвонити; manager reminded"}, {"text": "put on the list of Інна"},
                     {"text": "nobody has taken this lead: supervisor reminded (2)"}],
        "stale": [{"text": "stands still in offer since 2026-11-01; supervisor reminded"}],
        "promise_late": [{"text": "the promised call is late"}],
        "meeting_held": [{"text": "meeting held: домовилися"}, {"text": "meeting held"}],
        "meeting_no_show": [{"text": "customer missed the meeting"}],
        "meeting_cancelled": [{"text": "meeting cancelled"}],
        "meeting_given": [{"text": "Інна comes to the meeting"}],
        "waiting": [{"text": "waits too long for a free manager"}],
        "hand_over": [{"text": "handed over again: hard question"}],
    },
    "account_mgmt": {
        "care": [{"imported": True}, {"imported": False}],
        "lost": [{}],
        "order": [{**ORDER, "source": one} for one in ("sale", "nudge", "own", "import", "contract")]
        + [{**ORDER, "state": "cancelled", "note": "дзвонити зранку", "reason": "помилка"}],
        "order_invoice": [{"number": "LR-1", "total": "1200.5", "currency": "UAH", "due_at": LATER}],
        "payment": [{**MONEY, "by_bank": True}, {**MONEY, "by_bank": False}],
        "credit_note": [{**MONEY, "invoice": "LR-2"}],
        "refund": [MONEY],
        "reversal": [{**MONEY, "returned": True}, {**MONEY, "returned": False}],
        "write_off": [{**MONEY, "undone": None}, {**MONEY, "undone": "знайшли"}],
        "move": [{**MONEY, "to": "LR-2"}],
        "nudge": [{"number": 3}],
        "answer": [{"outcome": one, "note": "до обіду"}
                   for one in ("ordered", "later", "not_now", "need_changed", "complaint", "left")],
        "held_out": [{"number": 3}],
        "work": [{**WORK, "kind": one} for one in ("complaint", "risk", "inbound", "dunning", "debt", "mail", "reply",
                                                   "contract")]
        + [{**WORK, "kind": "complaint", "state": "done"}],
        "mail": [{"purpose": one, "state": "sent", "subject": "Рахунок", "why": None}
                 for one in ("nudge", "dunning", "invoice", "letter")]
        + [{"purpose": "invoice", "state": "bounced", "subject": None, "why": None}],
        "letter": [{"kind": one, "subject": "Відпустка", "text": ""} for one in ("accepted", "automatic")],
        "need": [{"text": "холодильник", "state": "open", "note": None}],
        "refusal": [{"product": "Лід", "reason": "алергія"}],
        "owner": [{"manager": "Галина Д."}],
        "edit": [{"fields": ["billing.name", "city", "company", "contact_name", "email", "phones", "tax_id"]}],
        "dunning": [{"number": "LR-1", "level": 2, "way": one} for one in ("mail", "call", "post")],
        "dunning_decision": [{"number": "LR-1", "decision": one, "reason": "домовилися", "until": LATER}
                             for one in ("pause", "resume", "remind", "collect")],
        "contract": [{"name": "Рік", "state": one, "reason": None} for one in ("active", "paused", "ended")],
        "merge": [{"other": "Сталь", "kept": one, "undone_by": "Олег"} for one in (True, False)],
        "act": [ACT],
        "erased": [{}],
    },
}  # fmt: skip
KINDS = {"lead_gen": tier_1.KINDS, "conversion": tier_2.KINDS, "account_mgmt": tier_3.KINDS}
NAMES = {"taras": "Тарас М.", "inna": "Інна"}


def told(tier: str, kind: str, facts: dict[str, Any], speech: Speech, by: str | None = "Олег") -> Event:
    fact = Fact(at=NOW, ref="r", kind=kind, by=by, facts=facts)
    if tier == "lead_gen":
        return tier_1.told(fact, tier_1.Telling(zone=ZONE, max_attempts=6, speech=speech))
    if tier == "conversion":
        return tier_2.told(fact, tier_2.Telling(zone=ZONE, names=NAMES, speech=speech))
    return tier_3.told(fact, TellingOf3(zone=ZONE, speech=speech))


@pytest.mark.parametrize(("tier", "kind"), [(tier, kind) for tier in KINDS for kind in sorted(KINDS[tier])])
def test_every_kind_of_record_is_told_in_ukrainian_without_a_word_of_english(tier: str, kind: str) -> None:
    # An entry of a deal's history that has no words of its own is told by what it is.
    for facts in SAMPLES[tier].get(kind, [{"text": ""}]):
        event = told(tier, kind, facts, UK)
        said = f"{event.words} {event.why or ''}"
        assert not _LATIN.search(said), said
        assert re.search("[а-яі]", said), said
        assert ".." not in said
        assert told(tier, kind, facts, ENGLISH).words != event.words


@pytest.mark.parametrize(
    ("speech", "words"),
    [
        (ENGLISH, "They called us: put through to tier 3, Галина Д. Note: “про ціну”"),
        (UK, "Вони нам зателефонували; з’єднано: рівень 3, Галина Д. Нотатка: «про ціну»"),
    ],
)
def test_a_name_that_ends_with_a_full_stop_brings_no_second_one(speech: Speech, words: str) -> None:
    facts = {"state": "answered", "routed_to": "account_mgmt", "owner": "Галина Д.", "known": True, "note": "про ціну"}
    assert told("lead_gen", "inbound", facts, speech, "pbx").words == words


def test_money_and_times_stand_in_a_sentence_as_its_language_writes_them() -> None:
    order = told("account_mgmt", "order", SAMPLES["account_mgmt"]["order"][1], UK, None).words
    assert order.replace("\N{NO-BREAK SPACE}", " ") == "Замовлення SO-1 на 1 200,50 ₴, після нагадування"
    asked = told("lead_gen", "call", {**CALL, "outcome": "callback", "callback_at": LATER, "note": None}, UK).words
    assert asked == "Телефонує Олег: просять передзвонити: ср, 25 лист., 10:00"


def test_a_reader_who_says_where_they_are_gets_their_clock_and_their_sums_in_english_too() -> None:
    fact = Fact(at=NOW, ref="1", kind="order_invoice", by=None, facts={**ORDER, "due_at": LATER})
    words = tier_3.told(fact, TellingOf3(ZONE, speech_in("en", "Europe/Warsaw"))).words
    assert words.startswith("Invoice SO-1 over UAH\N{NO-BREAK SPACE}1,200.50, due ")
    assert words.endswith("09:00")
    won = Fact(at=NOW, ref="2", kind="won", by=None, facts={"text": "won: 28500.00 UAH before tax"})
    said = tier_2.told(won, tier_2.Telling(ZONE, {}, speech_in("en", "Europe/Warsaw"))).words
    assert said == "Won: UAH\N{NO-BREAK SPACE}28,500.00 before tax"
    assert speech_in("en") is ENGLISH, "programs read what they always did"


def test_what_waits_is_told_in_ukrainian() -> None:
    item = WorkItem(
        id="1", kind="call", key="k", workflow_id="w", lead_id="l", state="open", priority=1, rank=0, not_before=NOW,
        expires_at=None, assignee=None, assignee_until=None, group_key="g", payload={"attempt": 2, "callback": LATER},
        leased_by=None, lease_token=0, lease_until=None, opened_at=NOW, closed_at=None, result=None,
    )  # fmt: skip
    call = tier_1.waits_for(item, {}, NOW, timedelta(0), UK)
    assert call.words == "обіцяний дзвінок 2, телефонує будь-хто на зміні"
    telling = tier_2.Telling(zone=ZONE, names=NAMES, speech=UK)
    offer = OpenItem(
        id="1", kind="hand_over", assignee="taras", opened_at=NOW, payload={}, accept_by=NOW, waiting=False
    )
    assert waits_in_2(offer, telling, NOW).words == "Тарас М. має прийняти чи відмовитися"
    work = tier_3.OpenItem(id="1", kind="complaint", who=None, opened_at=NOW, payload={}, answer_by=None)
    assert tier_3.waits_for(work, NOW, UK).words == "відповідь на скаргу (будь-хто з рівня)"


def test_ops_puts_the_parts_together_in_the_language_in_which_they_are_told() -> None:
    waiting = Waiting(ref="w", kind="call", words="дзвінок", since=NOW, due=NOW, late=True)
    part = Part(tier="conversion", lead_id="l", company="Сталь", stage="won", here=True, zone=ZONE.key,
                waiting=[waiting])  # fmt: skip
    runs = workflow(
        task_since=NOW - timedelta(hours=1),
        timers=[Timer(id="1", at=NOW + timedelta(days=1), words="Next step of taras is due")],
        retrying=[Retrying(activity="Пошта", attempts=9, since=NOW, error="зайнято")],
    )
    failed = workflow(status="failed", failed=True, kind="ColdCall", id="x")
    story = tell({Tier.CONVERSION: part}, [runs, failed], [], limit=1, now=NOW, speech=UK)
    assert story.head.tier_words == "рівень 2, конверсія"
    assert story.head.late == [
        "дзвінок",
        "конверсія: є робота, і її не бере жоден обробник (рівень 2)",
        "Пошта: спроб 9: зайнято",
        "холодний обдзвін: не вдалося",
    ]
    assert [one.words for one in story.coming] == ["Пошта: нова спроба (9)", "Час наступного кроку: taras"]


def test_an_act_says_what_it_changes_in_ukrainian_as_well() -> None:
    tell_uk = told_in("uk")
    assert tell_uk("Інна has the deal instead of Тарас М., with its next step") == (
        "угоду й наступний крок веде Інна, раніше: Тарас М.")  # fmt: skip
    assert tell_uk("call 3 is Інна's alone from now on") == "дзвінок 3 відтепер лише для: Інна"


def test_what_is_late_is_told_in_ukrainian_and_a_command_stays_one() -> None:
    queue = Queue(name="conversion", workers=[], waiting=5, oldest_seconds=9)
    [late] = held_up({Tier.CONVERSION: queue}, [], NOW)
    tell_uk = told_in("uk")
    assert tell_uk(late.words) == "рівень 2: процеси мають іти далі (чекають: 5)"
    assert tell_uk(late.act) == "запустіть: leadrelay worker conversion"
