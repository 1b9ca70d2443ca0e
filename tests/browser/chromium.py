"""Finds a Chromium on this machine. Without one the browser tests fail and say how to get one: nothing is skipped."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

SETTING = "LEADRELAY_CHROMIUM"
# The first draws pages only, without a window around them.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ADVICE = (
    "The browser tests need Chromium, and there is none on this machine. Install your system's (apt-get install "
    "chromium-headless-shell on Debian, or chromium), or Playwright's (.venv/bin/playwright install chromium), or set "
    f"{SETTING} to the path of one."
)


def find_chromium(playwrights_own: str) -> str:
    """The path of a Chromium: the setting's, the system's, else the one that Playwright keeps for itself."""
    chosen = os.environ.get(SETTING)
    if chosen and shutil.which(chosen) is None:
        pytest.fail(f"{SETTING} is {chosen}, which cannot be run.", pytrace=False)
    found = chosen or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None and Path(playwrights_own).exists():
        found = playwrights_own
    if found is None:
        pytest.fail(ADVICE, pytrace=False)
    return found
