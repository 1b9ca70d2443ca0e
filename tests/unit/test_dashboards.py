"""The dashboards are those that the code writes, ask for metrics that there are, and in words that Prometheus reads."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from leadrelay.monitoring import reference
from leadrelay.monitoring.catalogue import NAMES
from leadrelay.monitoring.dashboards import FOLDER, model, text
from leadrelay.monitoring.panels import DASHBOARDS, Dashboard
from tests.fixtures.metrics import promtool

by_name = pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda dashboard: dashboard.uid)


@by_name
def test_its_file_is_what_the_code_writes(dashboard: Dashboard) -> None:
    assert (FOLDER / f"{dashboard.uid}.json").read_text() == text(dashboard), "run python -m leadrelay.monitoring"


def test_the_page_of_metrics_is_what_the_code_writes() -> None:
    assert reference.FILE.read_text() == reference.text(), "run python -m leadrelay.monitoring"


def test_there_are_no_other_files() -> None:
    assert {file.stem for file in FOLDER.iterdir()} == {dashboard.uid for dashboard in DASHBOARDS}


@by_name
def test_it_asks_for_metrics_that_there_are(dashboard: Dashboard) -> None:
    asked = {
        name for panel in dashboard.panels for name in re.findall(r"(?:leadrelay|temporal)_[a-z0-9_]+", panel.expr)
    }
    assert asked <= NAMES


@by_name
def test_its_questions_are_promql(dashboard: Dashboard, tmp_path: Path) -> None:
    rules = [{"record": f"panel:{number}", "expr": panel.expr} for number, panel in enumerate(dashboard.panels)]
    file = tmp_path / "rules.yaml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))
    told = subprocess.run([promtool(), "check", "rules", str(file)], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr


@by_name
def test_no_panel_lies_upon_another(dashboard: Dashboard) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in json.loads(text(dashboard))["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken
        assert place["x"] + place["w"] <= 24
        taken |= cells


@by_name
def test_every_panel_has_a_title_of_its_own(dashboard: Dashboard) -> None:
    titles = [panel["title"] for panel in model(dashboard)["panels"]]
    assert len(set(titles)) == len(titles)
