"""Workflow ids and the business keys of effects.

A company has one id for life: the lead's id is the customer's id. Keys are made of the workflow id, the
step and a number, never of run ids or activity ids, which change on continue-as-new and on reset.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata


def cold_call(lead_id: str) -> str:
    """Id of the workflow that cold-calls this lead."""
    return f"cold-call:{lead_id}"


def conversion(lead_id: str) -> str:
    """Id of the workflow that turns this lead into a customer."""
    return f"conversion:{lead_id}"


def customer(customer_id: str) -> str:
    """Id of the workflow that looks after this customer."""
    return f"customer:{customer_id}"


def campaign(campaign_id: str) -> str:
    """Id of the workflow that feeds this campaign's leads to the callers."""
    return f"campaign:{campaign_id}"


CATALOGUE = "catalogue"
"""Id of the workflow that publishes tier 3's catalogue to tier 2: the organisation has one."""


FIT_TIMING = "fit-timing"
"""Id of the workflow that predicts every night when customers buy next: the organisation has one."""


def open_care(import_id: str) -> str:
    """Id of the workflow that starts customer care for the customers of an import."""
    return f"open-care:{import_id}"


def key(workflow_id: str, step: str, number: int) -> str:
    """Idempotency key of the `number`-th effect of a step, e.g. `cold-call:42:call:3`."""
    return f"{workflow_id}:{step}:{number}"


def question(text: str) -> str:
    """Key of a customer's question: the same however it is spaced, punctuated and written in capitals."""
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", text).casefold())
    return hashlib.sha256(" ".join(words or text.split()).encode()).hexdigest()
