"""Releases are known by their commits, and what names a version names the same one."""

from __future__ import annotations

import re

from tests.fixtures.compose import OWN
from tests.replay.releases import ROOT, releases, version_at_hand


def test_every_release_is_in_the_changelog_and_every_dated_section_is_a_release() -> None:
    dated = re.findall(
        r"^## \[([\d.]+)\] - \d{4}-\d\d-\d\d$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.M
    )
    known = [release.version for release in reversed(releases())]
    assert dated in (known, [version_at_hand(), *known])


def test_the_code_at_hand_is_no_released_version_and_its_image_is_called_after_it() -> None:
    assert version_at_hand() not in {release.version for release in releases()}
    assert f"leadrelay:{version_at_hand()}" == OWN
