"""The container files fit the code: every command exists, every variable is known, every version is pinned."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml

from leadrelay.cli import app
from services.chassis.settings import PREFIX, Settings, load_settings
from services.chassis.settings.mail_door import MailDoorSettings
from services.chassis.web import home
from services.chassis.web.oidc import BACK

ROOT = Path(__file__).parents[2]
TIERS = ("lead_gen", "conversion", "account_mgmt")
OWN = "leadrelay:0.1.0"


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    return found


def test_every_command_of_the_compose_file_exists(services: dict[str, Any]) -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    used = {service["command"][0] for service in services.values() if service["image"] == OWN}
    assert used == {"api", "worker", "mail-door", "migrate", "register"}
    assert used <= set(commands)


def test_every_variable_is_one_that_settings_know(services: dict[str, Any]) -> None:
    known = {PREFIX + name.upper() for name in (*Settings.model_fields, *MailDoorSettings.model_fields)}
    for name, service in services.items():
        if service["image"] == OWN:
            given = {key for key in service["environment"] if key.startswith(PREFIX)}
            assert given <= known, f"{name}: {given - known}"


def test_each_tier_has_its_own_api_worker_and_database(services: dict[str, Any]) -> None:
    for tier in TIERS:
        for kind, command in (("api", ["api", tier]), ("worker", ["worker", tier]), ("migrate", ["migrate", tier])):
            service = services[f"{tier}_{kind}"]
            assert service["command"] == command
            assert service["environment"]["LEADRELAY_DATABASE_DSN"].endswith(f"@postgres/{tier}")


@pytest.mark.parametrize("name", ["lead_gen_api", "conversion_worker", "account_mgmt_migrate", "ops_api", "register"])
def test_production_takes_what_the_compose_file_gives(
    services: dict[str, Any], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    filled_in = {
        "LEADRELAY_CODEC_KEYS": "k1:" + base64.b64encode(hashlib.sha256(b"a key of this test").digest()).decode(),
        "LEADRELAY_TELEPHONY_SECRET": hashlib.sha256(b"a secret of this test").hexdigest(),
        "LEADRELAY_TIER_PASSWORD": "dL5kP0xw",
        "LEADRELAY_AUTH_ISSUER": "https://login.example.org",
        "LEADRELAY_AUTH_JWKS_URL": "https://login.example.org/keys",
    }
    for key in [key for key in os.environ if key.startswith((PREFIX, "TEMPORAL_"))]:
        monkeypatch.delenv(key)
    for key, given in services[name]["environment"].items():
        value = re.sub(r"\$\{(\w+)(?::[-?]([^}]*))?\}", lambda found: filled_in.get(found[1], found[2] or ""), given)
        monkeypatch.setenv(key, value)
    settings = load_settings()
    assert (settings.profile, settings.shows_docs, settings.shows_metrics) == ("production", False, False)


def test_the_front_door_leads_to_every_service_and_never_back_to_plain_http(services: dict[str, Any]) -> None:
    text = (ROOT / "leadrelay/stack/Caddyfile").read_text(encoding="utf-8")
    assert "Strict-Transport-Security" in text
    targets = set(re.findall(r":(\w+):8000\}", text))
    assert targets == {name for name in services if name.endswith("_api")}


def test_the_front_door_leads_to_everybodys_pages() -> None:
    text = (ROOT / "leadrelay/stack/Caddyfile").read_text(encoding="utf-8")
    found = re.search(r"@everybodys path (.*)", text)
    assert found is not None
    source = Path(home.__file__).read_text(encoding="utf-8")
    pages = re.findall(r'@router\.\w+\("([^"]+)"', source)
    assert {*found[1].split()} == {*pages, BACK, "/static/*"}


def test_the_front_door_of_the_containers_can_be_read_by_caddy(tmp_path: Path) -> None:
    """As they have it: a name, and no further file."""
    home = dict.fromkeys(("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"), str(tmp_path))
    caddy = Path(sys.executable).with_name("caddy")
    command = [caddy, "validate", "--adapter", "caddyfile", "--config", ROOT / "leadrelay/stack/Caddyfile"]
    done = subprocess.run(command, env={**home, "LEADRELAY_DOMAIN": "crm.example.org"}, capture_output=True, text=True)
    assert (done.returncode, "Valid configuration" in done.stdout + done.stderr) == (0, True), done.stderr


def test_an_installed_leadrelay_has_every_file_that_its_code_reads() -> None:
    """An editable installation would never miss one."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["package-data"]
    missing = []
    for path in (path for folder in ("services", "leadrelay", "workflows") for path in (ROOT / folder).rglob("*")):
        if path.is_dir() or path.suffix in {".py", ".pyc"} or {"static", "assets"} & set(path.parts):
            continue
        package = next(parent for parent in path.parents if (parent / "__init__.py").exists())
        name = ".".join(package.relative_to(ROOT).parts)
        if not any(path.relative_to(package).match(pattern) for pattern in (*told["*"], *told.get(name, ()))):
            missing.append(str(path.relative_to(ROOT)))
    assert missing == []


def test_workers_scale_by_name(services: dict[str, Any]) -> None:
    for tier in TIERS:
        worker = services[f"{tier}_worker"]
        assert "container_name" not in worker
        assert "ports" not in worker


def test_versions_are_pinned(services: dict[str, Any]) -> None:
    for service in services.values():
        assert re.search(r":\d+\.\d+", service["image"]), service["image"]
    assert re.search(
        r"^FROM python:3\.\d+-slim$", (ROOT / "deploy/Dockerfile").read_text(encoding="utf-8"), re.MULTILINE
    )


def test_every_dependency_is_what_it_claims_to_be(services: dict[str, Any]) -> None:
    for name, service in services.items():
        for other, wanted in service.get("depends_on", {}).items():
            if wanted["condition"] == "service_healthy":
                assert "healthcheck" in services[other], f"{name} waits for the health of {other}"


def test_secrets_have_no_default() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    for secret in (
        "POSTGRES_PASSWORD",
        "LEADRELAY_TIER_PASSWORD",
        "LEADRELAY_CODEC_KEYS",
        "LEADRELAY_TELEPHONY_SECRET",
    ):
        uses = re.findall(rf"\${{{secret}[^}}]*}}", text)
        assert uses
        assert all(":?" in use for use in uses)


def test_no_lock_file_names_an_index() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        assert not re.search(r"https?://|--index-url|--find-links", lock.read_text(encoding="utf-8")), lock.name
