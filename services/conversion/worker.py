"""Tier 2's worker process: its workflow, activities, outbox and periodic jobs."""

from __future__ import annotations

from services.chassis import effects
from services.chassis.mail.inbound.inbox import Inbox
from services.chassis.mail.reply_address import Answers
from services.chassis.mail.sender import Sender
from services.chassis.settings import Settings
from services.chassis.web.places import prefix_of
from services.chassis.worker import run_worker
from services.conversion.actions import answered_mails, mails
from services.conversion.actions.assignment import take_back_from_absent
from services.conversion.actions.mail_checks import why_not
from services.conversion.actions.meeting_holds import free_holds
from services.conversion.actions.offer_expiry import expire_offers, watch_offers
from services.conversion.actions.playbook_stop import PURPOSE as PLAYBOOK_MAIL
from services.conversion.actions.reminders import watch_promises
from services.conversion.actions.routing import serve_waiting
from services.conversion.activities import Activities
from services.conversion.repository.ended import OVER
from services.conversion.repository.figures import FIGURES
from workflows.contracts.base import Tier
from workflows.conversion.workflow import Conversion


async def run(settings: Settings) -> None:
    """Run until the process is told to stop."""
    answers = Answers(Tier.CONVERSION, prefix_of(Tier.CONVERSION), [PLAYBOOK_MAIL])
    sender = Sender(settings, mails.on_trouble, answers, why_not=why_not, lead_first=mails.lead_first)
    await run_worker(
        settings=settings,
        tier=Tier.CONVERSION,
        workflows=[Conversion],
        activities_of=Activities,
        over=OVER,
        figures=FIGURES,
        periodic_jobs=[
            ("send_mails", 1.0, sender.send_due),
            ("read_mails", 1.0, Inbox(answered_mails.EARS).read_new),
            ("serve_waiting", 1.0, serve_waiting),
            ("take_back_from_absent", 2.0, take_back_from_absent),
            ("watch_promises", 5.0, watch_promises),
            ("free_holds", 5.0, free_holds),
            ("watch_offers", 5.0, watch_offers),
            ("expire_offers", 15.0, expire_offers),
            ("purge_effects", 3600.0, effects.purge),
        ],
    )
