"""No phone number and no e-mail address reaches a log; ids and times do."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.db import new_id
from services.chassis.logging import mask, mask_contacts

SEPARATORS = st.sampled_from(["", " ", "-", ".", " - ", "/"])


@pytest.mark.parametrize(
    "text",
    [
        "+380671234567",
        "380671234567",
        "0671234567",
        "+38 (067) 123-45-67",
        "(067) 123 45 67",
        "067.123.45.67",
        "+1 202 555 0143",
        "tel:+380671234567,",
        "/v1/do-not-call/+380671234567?x=1",
        "/v1/do-not-call/%2B380671234567",
        "Ivan.Petrenko+sales@mail.example.com.ua",
        "lead_380671234567_x",
        "тел0671234567",
        "іван@приклад.укр",
    ],
)
def test_contacts_are_masked(text: str) -> None:
    hidden = mask(f"before {text} after")
    assert hidden.startswith("before ") and hidden.endswith(" after")
    assert "[phone]" in hidden or "[e-mail]" in hidden
    assert sum(char.isdigit() for char in hidden) <= 3  # of %2B at most
    assert "petrenko" not in hidden.lower()


@pytest.mark.parametrize(
    "text",
    [
        "cold-call:0192f0c1-7b1e-7c3a-9d58-3f1f2f7a9b10:call:3",
        "00000000-0000-7000-8000-000000000000",
        "2026-11-23T19:34:56.123456+02:00",
        "2026-11-23 19:34:56",
        "due 2026-11-23",
        "took 1234.567 ms at port 54321",
        "127.0.0.1:8000",
        "sha256:ab12345678901234cd",
    ],
)
def test_ids_and_times_are_kept(text: str) -> None:
    assert mask(text) == text


@given(st.text("0123456789", min_size=9, max_size=14), SEPARATORS, st.sampled_from(["+", ""]))
def test_any_way_of_writing_a_number(digits: str, separator: str, plus: str) -> None:
    written = plus + separator.join([digits[:3], digits[3:6], digits[6:]])
    assert digits[-4:] not in mask(f"number {written}.")


@given(st.uuids(), st.datetimes())
def test_every_id_and_time_is_kept(identifier: object, moment: object) -> None:
    text = f"lead {identifier} at {cast(Any, moment).isoformat()}Z"
    assert mask(text) == text


def test_every_depth_is_masked() -> None:
    event = {"event": "x", "n": 380671234567, "deep": [{"+380671234567": ("a@b.co", None)}], "e": ValueError("a@b.co")}
    masked = mask_contacts(None, "info", event)
    assert masked["deep"] == [{"[phone]": ["[e-mail]", None]}]
    assert masked["e"] == "[e-mail]"


def test_a_process_logs_json_lines_from_every_library() -> None:
    identifier = new_id()
    script = f"""
import logging, structlog
from services.chassis.logging import configure_logging
from services.chassis.settings import Settings
configure_logging(Settings())
structlog.get_logger("a").info("called", phone="+380671234567", lead="{identifier}")
structlog.get_logger("a").debug("not shown")
logging.getLogger("temporalio").warning("failed for %s", "a@b.co", extra={{"workflow_id": "cold-call:1"}})
try:
    raise ValueError("bad +380671234567")
except ValueError:
    structlog.get_logger("a").exception("crashed")
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["event"] for line in lines] == ["called", "failed for [e-mail]", "crashed"]
    assert (lines[0]["phone"], lines[0]["lead"], lines[0]["level"]) == ("[phone]", identifier, "info")
    assert lines[1]["workflow_id"] == "cold-call:1"
    assert "ValueError: bad [phone]" in lines[2]["exception"]
    assert "380671234567" not in done.stderr
