"""The audit of the locked packages: a vulnerability fails, and what could not be asked is said and does not."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[2] / "requirements" / "audit.py"


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    spec = importlib.util.spec_from_file_location("audit", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GOOD = {"name": "good", "version": "1", "vulns": []}
BAD = {"name": "bad", "version": "2", "vulns": [{"id": "PYSEC-2026-1", "fix_versions": ["3"], "aliases": []}]}
UNKNOWN = {"name": "odd", "skip_reason": "Dependency not found on PyPI and could not be audited: odd (1)"}


@pytest.mark.parametrize(
    ("packages", "status", "said"),
    [
        ([GOOD], 0, "1 packages audited, 0 with known vulnerabilities"),
        ([GOOD, BAD], 1, "bad 2: PYSEC-2026-1, mended in 3"),
        ([GOOD, UNKNOWN], 0, "NOT AUDITED: odd"),
        ([BAD, UNKNOWN], 1, "NOT AUDITED: odd"),
        ([UNKNOWN], 0, "NOT AUDITED: this index says nothing about any of the 1 packages"),
    ],
)
def test_what_the_index_says_is_said(audit: ModuleType, packages: list[Any], status: int, said: str) -> None:
    lines, found = audit.verdict(json.dumps({"dependencies": packages, "fixes": []}), "")
    assert found == status
    assert said in lines


def test_an_index_that_does_not_answer_is_said_and_fails_nobody(audit: ModuleType) -> None:
    lines, status = audit.verdict("", "Traceback ...\nrequests.exceptions.ConnectionError: Max retries exceeded\n")
    assert (status, lines[0].startswith("NOT AUDITED: the index does not answer")) == (0, True)


def test_an_audit_that_fails_by_itself_is_no_clean_bill(audit: ModuleType) -> None:
    assert audit.verdict("", "pip_audit: error: unrecognized arguments")[1] == 1
