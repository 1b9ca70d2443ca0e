"""Grafana's dashboards as JSON, written from `panels`: `python -m leadrelay.monitoring`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from leadrelay.monitoring.panels import DASHBOARDS, Dashboard, Panel

FOLDER = Path(__file__).parents[2] / "deploy" / "grafana" / "dashboards"
# Of the JSON model, not of Grafana: what 10 and later read.
_SCHEMA = 39
_SOURCE = {"type": "prometheus", "uid": "${datasource}"}
_WIDTH = 24
_SIZES = {"stat": (6, 4), "bargauge": (12, 8), "timeseries": (12, 8)}


def model(dashboard: Dashboard) -> dict[str, Any]:
    """The JSON model of a dashboard, as Grafana imports it."""
    return {
        "uid": dashboard.uid,
        "title": dashboard.title,
        "description": dashboard.about,
        "tags": ["leadrelay"],
        "schemaVersion": _SCHEMA,
        "editable": True,
        "refresh": "30s",
        "time": {"from": "now-12h", "to": "now"},
        "templating": {"list": [{"name": "datasource", "type": "datasource", "query": "prometheus", "current": {}}]},
        "panels": [
            _panel(number, panel, place)
            for number, (panel, place) in enumerate(zip(dashboard.panels, _places(dashboard.panels), strict=True), 1)
        ],
    }


def _places(panels: tuple[Panel, ...]) -> Iterator[dict[str, int]]:
    """From left to right, a new row where a panel has no room left."""
    x = y = height = 0
    for panel in panels:
        w, h = _SIZES[panel.kind]
        if x + w > _WIDTH:
            x, y, height = 0, y + height, 0
        yield {"x": x, "y": y, "w": w, "h": h}
        x, height = x + w, max(height, h)


def _panel(number: int, panel: Panel, place: dict[str, int]) -> dict[str, Any]:
    target: dict[str, Any] = {"refId": "A", "expr": panel.expr, "legendFormat": panel.legend, "datasource": _SOURCE}
    if panel.kind != "timeseries":
        target |= {"instant": True, "range": False}
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "datasource": _SOURCE,
        "gridPos": place,
        "targets": [target],
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "options": {"orientation": "horizontal"} if panel.kind == "bargauge" else {},
    }


def text(dashboard: Dashboard) -> str:
    """The file of a dashboard."""
    return json.dumps(model(dashboard), indent=2, ensure_ascii=False) + "\n"


def write(folder: Path = FOLDER) -> list[Path]:
    """Write all of them; the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"{dashboard.uid}.json" for dashboard in DASHBOARDS]
    for file, dashboard in zip(files, DASHBOARDS, strict=True):
        file.write_text(text(dashboard))
    return files
