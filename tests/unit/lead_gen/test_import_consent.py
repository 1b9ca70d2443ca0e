"""Whatever a file says about not being called is heard: in columns of bans and permissions, labels, beside numbers."""

from __future__ import annotations

import pytest

from services.lead_gen.domain.import_do_not_call import forbids, says_not_to_call
from services.lead_gen.domain.import_file import base_of, choose_mapping
from services.lead_gen.domain.import_rows import RowReader


def field_of(column: str) -> str | None:
    """What a column of this name is taken for."""
    header = ["Company", "Phone", column]
    return next((base_of(name) for name, at in choose_mapping(header, "auto").items() if at == 2), None)


@pytest.mark.parametrize(
    "column",
    [
        "Do Not Call", "Do_Not_Call__c", "DoNotContact", "Is DNC", "DNC Status", "On DNC list", "Mobile DNC",
        "Direct Phone Do Not Call", "DNC Status Phone 1", "Phone Opted Out", "Do not allow Phone Calls",
        "No Phone Calls", "Blacklisted", "Suppressed", "Marketing opt out", "TPS Status", "Не турбувати",
        "Чорний список", "Відмова від дзвінків", "Заборонено дзвонити", "Позвонить нельзя", "Nie kontaktować",
        "Brak zgody na kontakt", "Bitte nicht anrufen", "Werbesperre", "Robinsonliste",
    ],
)  # fmt: skip
def test_columns_of_bans_are_known_by_what_their_names_say(column: str) -> None:
    assert field_of(column) == "do_not_call"


@pytest.mark.parametrize(
    ("column", "field"),
    [
        ("OK to call", "may_call"),
        ("Phone consent", "may_call"),
        ("Calls allowed", "may_call"),
        ("Згода на дзвінки", "may_call"),
        ("Zgoda na kontakt telefoniczny", "may_call"),
        ("GDPR consent", "consent"),
        ("Person - Labels", "call_status"),
        ("Contact Stage", "call_status"),
        ("Теги", "call_status"),
        ("Do Not SMS", None),
        ("Fax opt out", None),
        ("DNC checked at", None),
        ("Phone no", "phone"),
        ("Contact number", "phone"),
        ("Last call notes", None),
    ],
)
def test_permissions_labels_and_other_columns_are_told_apart_from_bans(column: str, field: str | None) -> None:
    assert field_of(column) == field


@pytest.mark.parametrize(
    ("raw", "says_no"),
    [
        ({"may_call": "No"}, True),
        ({"may_call": "FALSE"}, True),
        ({"may_call": "ні"}, True),
        ({"may_call": "withdrawn"}, True),
        ({"may_call": "Yes"}, False),
        ({"may_call": "2024-05-01"}, False),
        ({"may_call": ""}, False),
        ({"may_call": "unknown"}, False),
        ({"consent": "No"}, False),
        ({"consent": "Withdrawn 2024-05-01"}, True),
        ({"do_not_call": "Do Not Allow"}, True),
        ({"do_not_call": "Allow"}, False),
        ({"do_not_call": "1.0"}, True),
        ({"do_not_call": "0.0"}, False),
        ({"do_not_call": "Not listed"}, False),
        ({"do_not_call": "—"}, False),
        ({"do_not_call": "немає"}, False),
        ({"call_status": "Do Not Contact"}, True),
        ({"call_status": "Unqualified - opted out"}, True),
        ({"call_status_2": "VIP, не дзвонити"}, True),
        ({"call_status": "blacklist"}, True),
        ({"call_status": "Do not call before 10:00"}, False),
        ({"call_status": "не дзвонити до обіду"}, False),
        ({"call_status": "DNC: no"}, False),
        ({"call_status": "Open - Not Contacted"}, False),
        ({"call_status": "Contacted"}, False),
    ],
)
def test_what_is_written_there_is_read_as_it_was_meant(raw: dict[str, str], says_no: bool) -> None:
    assert (forbids(raw) is not None) is says_no


@pytest.mark.parametrize("cell", ["0441003059 (DNC)", "не дзвонити 0441003059", "do not call: 044 100 30 59"])
def test_a_ban_beside_the_number_is_a_ban(cell: str) -> None:
    row = RowReader({"company": 0, "phone": 1}, "UA").read(1, ["Quiet Co", cell])
    assert row.phones == ["+380441003059"]
    assert row.forbids == ("phone", cell)
    assert row.notes == ["its numbers go on the do-not-call ledger, by what the row itself says"]


def test_a_person_beside_the_number_is_no_ban() -> None:
    assert not says_not_to_call("044 100 30 59 (Nicht Anna, office)")
    assert RowReader({"company": 0, "phone": 1}, "UA").read(1, ["Co", "044 100 30 59 (офіс)"]).forbids is None
