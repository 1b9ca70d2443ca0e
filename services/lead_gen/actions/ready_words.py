"""A first script and a first instruction to begin with, in the words of whoever reads; drafts until they are published.

What stands in square brackets is for the house to say.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from services.lead_gen.domain.scripts import Node
from services.lead_gen.schemas.scripts import NewScript
from workflows.contracts.lead_gen import CallOutcome

Gettext = Callable[[str], str]


def ready_script(_: Gettext) -> NewScript:
    """An opening, questions that qualify, objections, and a way out for every answer."""
    nodes = {**_opening(_), **_objections(_), **_endings(_)}
    return NewScript(name=_("First script"), start=_("greeting"), nodes=nodes)


def _opening(_: Gettext) -> dict[str, Node]:
    return {
        _("greeting"): Node(
            kind="ask",
            text=_(
                "Good day, my name is {{caller}}. Am I speaking with {{contact_name|the person who decides on "
                "purchases}}? I would like to say in half a minute why I am calling."
            ),
            next={
                _("Go ahead"): _("as it is now"),
                _("I have no time now"): _("another time"),
                _("Not interested"): _("no need"),
            },
        ),
        _("as it is now"): Node(
            kind="ask",
            text=_(
                "We help companies such as {{company}} to [what you offer, in one sentence]. How do you do this today?"
            ),
            next={
                _("We do it ourselves"): _("how often"),
                _("We have a supplier"): _("supplier"),
                _("We do not need this"): _("no need"),
                _("They ask what I cannot answer"): _("question"),
            },
        ),
        _("how often"): Node(
            kind="ask",
            text=_("How often do you need it, and who decides on it besides you?"),
            next={
                _("Often, or they decide themselves"): _("meeting"),
                _("Hardly ever"): _("goodbye"),
                _("They ask what I cannot answer"): _("question"),
            },
        ),
    }


def _objections(_: Gettext) -> dict[str, Node]:
    return {
        _("supplier"): Node(
            kind="objection",
            text=_(
                "Good that this is settled. Many of our customers had a supplier and compared once: [what is different "
                "with you]. May a colleague show you that in fifteen minutes?"
            ),
            next={_("Yes, why not"): _("meeting"), _("They stay with theirs"): _("goodbye")},
        ),
        _("no need"): Node(
            kind="objection",
            text=_("I understand. Is it settled for now, or is it nothing that you use at all?"),
            next={
                _("For now"): _("another time"),
                _("Tell me what it is about"): _("as it is now"),
                _("Nothing for us"): _("goodbye"),
            },
        ),
        _("meeting"): Node(
            kind="appointment",
            text=_(
                "A colleague who knows this well will show you what it would be like for you. Which day and hour suit "
                "you?"
            ),
            next={_("They name a time"): _("interested"), _("They would rather not"): _("goodbye")},
        ),
    }


def _endings(_: Gettext) -> dict[str, Node]:
    return {
        _("question"): Node(
            kind="hard_question",
            text=_("I do not want to guess. A colleague who knows exactly will call you back with the answer."),
            next=_("answer follows"),
        ),
        _("answer follows"): Node(
            kind="end", text=_("Thank you for the question. Goodbye!"), outcome=CallOutcome.HARD_QUESTION
        ),
        _("another time"): Node(
            kind="end", text=_("When may I call again? I write it down. Goodbye!"), outcome=CallOutcome.CALLBACK
        ),
        _("interested"): Node(
            kind="end", text=_("Thank you! My colleague will call you then. Goodbye!"), outcome=CallOutcome.INTERESTED
        ),
        _("goodbye"): Node(
            kind="end", text=_("Thank you for your time. Have a good day!"), outcome=CallOutcome.NOT_INTERESTED
        ),
    }


def ready_instruction(_: Gettext) -> dict[str, Any]:
    """What to do when a price is asked, as the form of an instruction has it."""
    return {
        "title": _("They ask for a price"),
        "text": _(
            "Do not name one: it depends on [what it depends on]. Say that a colleague works it out for them, agree a "
            "time, and choose “Interested”. If they insist, it is a hard question (H)."
        ),
        "tags": _("price, cost, discount"),
        "situations": [],
        "seen": "0",
    }
