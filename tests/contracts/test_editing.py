"""Whatever changes a thing that people read first takes If-Match, in every tier: a new route cannot forget it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.fixtures.documents import document_of

DOCUMENTS: dict[str, dict[str, Any]] = {
    service: document_of(service) for service in ("lead_gen", "conversion", "account_mgmt")
}
# Each with its reason; a route that stands in none of these lists and takes no If-Match fails the test.
NEVER_REFUSED = {
    "PUT /v1/do-not-call/{}": "somebody who wants no calls is heard, whoever else wrote it down before",
    "POST /v1/mail-stops/{}": "and so is somebody who wants no mails",
}
GIVEN_BACK = {
    "DELETE /v1/meeting-holds/{}": "a time is kept free or given back, and never edited",
}
WORK = "work in hand is answered once: a lease's token, or the state of the item, refuses a second answer with 409"
ANSWERS = {
    f"POST /v1/{act}": WORK
    for act in (
        "calls/{}/extend", "calls/{}/release", "calls/{}/outcome", "calls/{}/undo", "calls/{}/dial", "calls/{}/hang-up",
        "hand-overs/{}/accept", "hand-overs/{}/decline", "reminders/{}/done", "nudges/{}/outcome", "work/{}/done",
        "inbound-mails/{}/place", "inbound-mails/{}/dismiss",
    )
}  # fmt: skip
ADDED = "it stands beside what is there, and changes none of it"
ADDITIONS = {
    f"POST /v1/{act}": ADDED
    for act in (
        "deals/{}/notes", "deals/{}/meetings", "deals/{}/offers",
        "managers/{}/absences", "account-managers/{}/absences",
        "customers/{}/orders", "customers/{}/people", "customers/{}/needs", "customers/{}/complaints",
        "customers/{}/contracts",
        "inbound-calls/{}/promise", "instructions/{}/helped",
    )
}  # fmt: skip
JOB = "a job or a delivery, which a worker moves on; its state decides, with 409"
JOBS = {
    f"POST /v1/{act}": JOB
    for act in (
        "imports/{}/cancel", "imports/{}/undo-merges", "outbox/{}/retry", "mails/{}/retry", "mails/{}/bounced",
        "webhooks/{}/test", "webhooks/{}/replay",
        "offers/{}/send", "invoices/{}/send", "managers/{}/take-over", "account-managers/{}/take-over",
        "commissions/statements/{}/close",
    )
}  # fmt: skip
READ = "it reads, and changes nothing"
READS = {
    f"POST /v1/{act}": READ
    for act in (
        "leads/{}/reveal",
        "campaigns/{}/preview",
        "scripts/{}/preview",
        "playbooks/{}/preview",
        "customers/{}/contracts/preview",
        "contracts/{}/preview",
        "mail-templates/{}/{}/preview",
    )
}
SHOWN = "an operator is shown what it would change, and the state of the work decides, with 409"
ACTS = {f"POST /v1/leads/{{}}/acts/{act}": SHOWN for act in ("retry", "skip", "cancel", "reassign")}
WITHOUT = ACTS | NEVER_REFUSED | GIVEN_BACK | ANSWERS | ADDITIONS | JOBS | READS
# What is written again under its name is its next version.
NEXT_VERSIONS = {
    "lead_gen": {"/v1/policies", "/v1/scripts", "/v1/criteria"},
    "conversion": {"/v1/policies", "/v1/templates", "/v1/playbooks"},
    "account_mgmt": {"/v1/policies"},
}


def named(method: str, path: str) -> str:
    return f"{method.upper()} {re.sub(r'{[^}]+}', '{}', path)}"


def changes(tier: str) -> list[tuple[str, str, dict[str, Any]]]:
    """(method, path, operation) of whatever may change a thing that is there."""
    return [
        (method, path, operation)
        for path, item in DOCUMENTS[tier]["paths"].items()
        for method, operation in item.items()
        if method in ("put", "patch", "delete") or (method == "post" and ("{" in path or path in NEXT_VERSIONS[tier]))
    ]


def headers_of(operation: dict[str, Any]) -> set[str]:
    return {one["name"] for one in operation.get("parameters", ()) if one["in"] == "header"}


def shown_at(tier: str, path: str) -> str | None:
    """The nearest GET, of the path itself or of what it is a part of."""
    paths = DOCUMENTS[tier]["paths"]
    tries = [path, f"{path}/current", f"{path}s"]
    while path.count("/") > 2:
        path = path.rpartition("/")[0]
        tries += [path, f"{path}s"]
    tries += [one for one in paths if re.fullmatch(re.escape(path) + r"/{[^}]+}", one)]
    return next((one for one in tries if "If-None-Match" in headers_of(paths.get(one, {}).get("get", {}))), None)


@pytest.mark.parametrize("tier", DOCUMENTS)
def test_every_change_of_a_thing_takes_a_condition_or_says_why_not(tier: str) -> None:
    forgotten = [
        named(method, path)
        for method, path, operation in changes(tier)
        if "If-Match" not in headers_of(operation) and named(method, path) not in WITHOUT
    ]
    assert forgotten == [], "give it if_match (services/chassis/http/editing.py), or a reason here"


@pytest.mark.parametrize("tier", DOCUMENTS)
def test_what_takes_a_condition_says_how_it_refuses_and_where_the_tag_is_read(tier: str) -> None:
    for method, path, operation in changes(tier):
        if "If-Match" not in headers_of(operation):
            continue
        assert "412" in operation["responses"], path
        read = shown_at(tier, path)
        assert read is not None, f"{named(method, path)}: no GET of it has a tag"
        assert "ETag" in DOCUMENTS[tier]["paths"][read]["get"]["responses"]["200"]["headers"], read


def test_the_reasons_are_about_routes_that_are_there() -> None:
    there = {named(method, path) for tier in DOCUMENTS for method, path, _ in changes(tier)}
    taken = {
        named(method, path)
        for tier in DOCUMENTS
        for method, path, operation in changes(tier)
        if "If-Match" in headers_of(operation)
    }
    assert set(WITHOUT) - there == set()
    assert set(WITHOUT) & taken == set()
