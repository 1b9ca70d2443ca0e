"""Messages survive the converter unchanged, are frozen, and only ever grow."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from temporalio.contrib.pydantic import pydantic_data_converter

from workflows import contracts
from workflows.contracts import base, catalogue
from workflows.contracts.base import Message, Money
from workflows.contracts.conversion import WonOrder

MODULES = [
    importlib.import_module(f"workflows.contracts.{module.name}") for module in pkgutil.iter_modules(contracts.__path__)
]
KNOWN_FIELDS = Path(__file__).with_name("fields.json")

MESSAGES = sorted(
    {
        cls
        for module in MODULES
        for _, cls in inspect.getmembers(module, inspect.isclass)
        if issubclass(cls, Message) and cls is not Message
    },
    key=lambda cls: cls.__name__,
)


def any_of(message: type[Message]) -> st.SearchStrategy[Message]:
    """Random values for every field; a list made by a factory must be drawn from its annotation."""
    lists = {
        n: st.from_type(f.annotation) for n, f in message.model_fields.items() if f.default_factory and f.annotation
    }
    if issubclass(message, base.Answer):
        lists["event_id"] = st.text(min_size=1, max_size=30)
    return st.builds(message, **lists)


for kind in MESSAGES:
    st.register_type_strategy(kind, any_of)
st.register_type_strategy(datetime, st.datetimes(timezones=st.just(UTC)))
st.register_type_strategy(
    Money,
    st.builds(
        Money,
        amount=st.decimals(min_value=Decimal("-9999999"), max_value=Decimal("9999999"), places=2),
        currency=st.sampled_from(["UAH", "EUR"]),
    ),
)
st.register_type_strategy(
    catalogue.CatalogueItem,
    st.builds(
        catalogue.CatalogueItem,
        tax_percent=st.decimals(0, 100, places=2),
        names=st.dictionaries(st.text(max_size=2), st.text()),
        prices=st.lists(st.from_type(catalogue.CataloguePrice)),
    ),
)
st.register_type_strategy(
    base.OrderLine,
    st.builds(
        base.OrderLine,
        description=st.text(min_size=1, max_size=40),
        quantity=st.decimals(min_value=Decimal("0.001"), max_value=Decimal("9999"), places=3),
    ),
)
st.register_type_strategy(
    WonOrder,
    st.builds(WonOrder, lines=st.lists(st.from_type(base.OrderLine), min_size=1, max_size=3)),
)


@pytest.mark.parametrize("message", MESSAGES, ids=lambda cls: cls.__name__)
def test_a_message_survives_the_journey_through_json(message: type[Message]) -> None:
    converter = pydantic_data_converter.payload_converter

    @settings(max_examples=15, deadline=None)
    @given(st.from_type(message))
    def journey(sent: Message) -> None:
        payloads = converter.to_payloads([sent])
        assert converter.from_payloads(payloads, [message]) == [sent]

    journey()


@pytest.mark.parametrize("message", MESSAGES, ids=lambda cls: cls.__name__)
def test_a_message_cannot_be_changed_on_the_way(message: type[Message]) -> None:
    assert message.model_config["frozen"] is True
    assert message.model_config["extra"] == "ignore"


def test_no_field_was_removed_and_every_new_one_has_a_default() -> None:
    """Histories live for years: `fields.json` is the list of what they contain."""
    known: dict[str, list[str]] = json.loads(KNOWN_FIELDS.read_text(encoding="utf-8"))
    now = {cls.__name__: cls.model_fields for cls in MESSAGES}
    for name, fields in known.items():
        assert name in now, f"{name} was removed; old histories contain it"
        gone = set(fields) - set(now[name])
        assert not gone, f"{name} lost {sorted(gone)}"
    for name, fields_now in now.items():
        new_required = [f for f, info in fields_now.items() if info.is_required() and f not in known.get(name, [])]
        assert name not in known or not new_required, f"{name}: new fields {new_required} need defaults"


def test_the_list_of_known_fields_is_complete() -> None:
    known: dict[str, list[str]] = json.loads(KNOWN_FIELDS.read_text(encoding="utf-8"))
    assert known == {cls.__name__: sorted(cls.model_fields) for cls in MESSAGES}, (
        "A contract grew: add the new fields with `python -m tests.contracts.test_messages`"
    )


def test_money_keeps_two_places() -> None:
    assert Money(amount=Decimal("12.3")).model_dump(mode="json") == {"amount": "12.30", "currency": "UAH"}
    with pytest.raises(ValidationError):
        Money(amount=Decimal("0.001"))


if __name__ == "__main__":
    fields = {cls.__name__: sorted(cls.model_fields) for cls in MESSAGES}
    KNOWN_FIELDS.write_text(json.dumps(fields, indent=1) + "\n")
