"""Tier 3's worker process: its workflows, activities, mails and sweeps."""

from __future__ import annotations

from services.account_mgmt.actions import answered_mails, mails
from services.account_mgmt.actions.assignment import assign_waiting
from services.account_mgmt.actions.bank_statements import run_statements
from services.account_mgmt.actions.contract_invoices import issue_due
from services.account_mgmt.actions.contract_mails import mail_issued
from services.account_mgmt.actions.customer_keys import complete_keys
from services.account_mgmt.actions.debts import ask_supervisors, take_up_forgotten
from services.account_mgmt.actions.erasure import erase_expired
from services.account_mgmt.actions.imports import run_imports
from services.account_mgmt.actions.issued_documents import write_missing_documents
from services.account_mgmt.actions.lately import COUNTED_EVERY, count_lately
from services.account_mgmt.actions.mail_checks import why_not
from services.account_mgmt.actions.nudge_mail import PURPOSE as NUDGE_MAIL
from services.account_mgmt.actions.open_money import pack_open_money
from services.account_mgmt.actions.overdue import tell_overdue
from services.account_mgmt.actions.work_assignment import cover_absent
from services.account_mgmt.activities import Activities
from services.account_mgmt.repository.ended import OVER
from services.account_mgmt.repository.figures import FIGURES
from services.chassis import effects
from services.chassis.mail.inbound.inbox import Inbox
from services.chassis.mail.reply_address import Answers
from services.chassis.mail.sender import Sender
from services.chassis.settings import Settings
from services.chassis.temporal.endless import EndlessWorkflow
from services.chassis.web.places import prefix_of
from services.chassis.worker import run_worker
from workflows.contracts import ids, queues
from workflows.contracts.base import Tier
from workflows.contracts.fit_timing import FitTimingInput
from workflows.customer_care.workflow import CustomerCare
from workflows.fit_timing import FitTiming
from workflows.open_care import OpenCare
from workflows.publish_catalogue import PublishCatalogue


async def run(settings: Settings) -> None:
    """Work until told to stop."""
    answers = Answers(Tier.ACCOUNT_MGMT, prefix_of(Tier.ACCOUNT_MGMT), [NUDGE_MAIL])
    sender = Sender(settings, mails.on_trouble, answers, why_not=why_not)
    await run_worker(
        settings=settings,
        tier=Tier.ACCOUNT_MGMT,
        workflows=[CustomerCare, PublishCatalogue, FitTiming, OpenCare],
        activities_of=Activities,
        over=OVER,
        figures=FIGURES,
        periodic_jobs=[
            ("send_mails", 1.0, sender.send_due),
            ("read_mails", 1.0, Inbox(answered_mails.EARS).read_new),
            ("run_imports", 1.0, run_imports),
            ("run_statements", 0.5, run_statements),
            ("cover_absent", 2.0, cover_absent),
            ("assign_waiting", 5.0, assign_waiting),
            ("ask_supervisors", 5.0, ask_supervisors),
            ("take_up_forgotten", 300.0, take_up_forgotten),
            ("tell_overdue", 60.0, tell_overdue),
            ("issue_contracts", 2.0, issue_due),
            ("mail_contracts", 2.0, mail_issued),
            ("erase_expired", 3600.0, erase_expired),
            ("pack_open_money", 60.0, pack_open_money),
            ("count_lately", COUNTED_EVERY.total_seconds(), count_lately),
            ("complete_keys", 300.0, complete_keys),
            ("write_missing_documents", 3600.0, write_missing_documents),
            ("purge_effects", 3600.0, effects.purge),
        ],
        endless=[
            EndlessWorkflow(
                workflow="FitTiming", id=ids.FIT_TIMING, task_queue=queues.ACCOUNT_MGMT,
                input_of=lambda life: FitTimingInput(life=life), summary="Learns when customers buy next",
            )
        ],
    )  # fmt: skip
