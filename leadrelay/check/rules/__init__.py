"""What must agree with what: pure functions from the facts of one look to what was checked and found."""

from __future__ import annotations

from collections.abc import Callable

from leadrelay.check.facts import Facts
from leadrelay.check.findings import Checked
from leadrelay.check.rules import answers, attributes, failures, lives, mails, money, numbers, outbox, register, work

ALL: tuple[Callable[[Facts], Checked], ...] = (
    lives.every_open_record_has_its_workflow,
    lives.every_workflow_has_its_record,
    lives.no_workflow_is_ahead_of_its_record,
    work.no_work_without_a_workflow,
    work.no_waiting_workflow_without_work,
    outbox.nothing_waits_or_is_set_aside,
    answers.every_delivered_answer_has_its_effect,
    register.register_and_records_agree,
    attributes.workflows_show_what_the_records_say,
    numbers.numbers_have_no_gap,
    money.ledger_equals_money,
    mails.one_mail_per_key,
    failures.nothing_failed,
)
