"""The container files fit the code: every command exists, every variable is known, every version is pinned."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import typer.main
import yaml

from leadrelay.cli import app
from services.chassis.settings import PREFIX, Settings
from services.chassis.settings.mail_door import MailDoorSettings
from services.chassis.web import home
from services.chassis.web.oidc import BACK
from tests.fixtures.compose import COMPOSE, OWN, ROOT, TIERS, TOOLS, Services, read_compose


@pytest.fixture(scope="module")
def services() -> Services:
    return read_compose()["services"]


def own(services: Services) -> Services:
    """Our own processes, but those that are for trying it."""
    return {
        name: service
        for name, service in services.items()
        if service["image"] in (OWN, TOOLS) and service.get("profiles") != ["trial"]
    }


def test_every_command_of_the_compose_file_exists(services: Services) -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    used = {service["command"][0] for service in own(services).values()}
    assert used == {"api", "worker", "mail-door", "migrate", "register", "check"}
    assert used <= set(commands)


def test_every_variable_is_one_that_settings_know(services: Services) -> None:
    known = {PREFIX + name.upper() for name in (*Settings.model_fields, *MailDoorSettings.model_fields)}
    for name, service in own(services).items():
        given = {key for key in service["environment"] if key.startswith(PREFIX)}
        assert given <= known, f"{name}: {given - known}"


def test_each_tier_has_its_own_api_worker_and_database(services: Services) -> None:
    for tier in TIERS:
        for kind, command in (("api", "api"), ("worker", "worker"), ("migrate", "migrate")):
            service = services[f"{tier}_{kind}"]
            assert service["command"][:2] == [command, tier]
            dsn = service["environment"]["LEADRELAY_DATABASE_DSN"]
            assert f"//{tier}:${{{tier.upper()}_PASSWORD" in dsn
            assert f"@postgres/{tier}?sslmode=verify-full&sslrootcert=/certificates/ca.crt" in dsn


def test_the_front_door_leads_to_every_service_and_never_back_to_plain_http(services: Services) -> None:
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


def test_what_is_away_behind_the_front_door_has_a_name_in_both_languages() -> None:
    for name in ("leadrelay/stack/Caddyfile", "deploy/front_door/compose.caddy"):
        told = re.findall(r"^\s*import service \S+(.*)$", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE)
        assert told, name
        assert all(len(re.findall(r'"[^"]+"', names)) == 2 for names in told), name


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


def test_workers_scale_by_name(services: Services) -> None:
    for tier in TIERS:
        worker = services[f"{tier}_worker"]
        assert "container_name" not in worker
        assert "ports" not in worker


def test_prometheus_goes_on_asking_for_a_service_that_has_stopped(services: Services) -> None:
    """By name: a stopped container's is unknown, and whom nobody asks for is never missed."""
    told = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yaml").read_text(encoding="utf-8"))
    jobs = {job["job_name"]: job for job in told["scrape_configs"]}
    asked = {name for part in jobs["leadrelay_there"]["static_configs"] for name in part["targets"]}
    assert asked == {
        f"{name}:{8000 if name.endswith('_api') else 8001}" for name in services if name.endswith(("_api", "_worker"))
    }
    told = {name for part in jobs["leadrelay"]["dns_sd_configs"] for name in part["names"]}
    found = {name.removesuffix("_figures") for name in told}
    assert found == {target.partition(":")[0] for target in asked}


def test_versions_are_pinned(services: Services) -> None:
    for service in services.values():
        assert re.search(r":v?\d+\.\d+\.?\d*", service["image"]), service["image"]
    text = (ROOT / "deploy/Dockerfile").read_text(encoding="utf-8")
    assert {*re.findall(r"^FROM (\S+)", text, re.MULTILINE)} == {
        "node:24-slim", "python:3.11-slim-bookworm", "postgres:17.11-bookworm",
        "leadrelay",
    }  # fmt: skip
    assert services["postgres"]["image"].startswith("postgres:17.11-bookworm@")


def test_the_image_carries_none_of_the_embedded_servers() -> None:
    embedded = (ROOT / "requirements/embedded.in").read_text(encoding="utf-8").split()
    locked = (ROOT / "requirements/runtime.txt").read_text(encoding="utf-8")
    assert embedded and not [one for one in embedded if one in locked]
    assert "requirements/runtime.txt" in (ROOT / "deploy/Dockerfile").read_text(encoding="utf-8")


def test_every_dependency_is_what_it_claims_to_be(services: Services) -> None:
    for name, service in services.items():
        for other, wanted in service.get("depends_on", {}).items():
            if wanted["condition"] == "service_healthy":
                assert "healthcheck" in services[other], f"{name} waits for the health of {other}"
            else:
                assert services[other]["restart"].startswith("on-failure"), f"{other} does not try again"


def test_every_container_has_its_limits_and_comes_back(services: Services) -> None:
    for name, service in services.items():
        assert {"mem_limit", "cpus", "restart"} <= set(service), name
        assert service["cap_drop"] == ["ALL"] and service["security_opt"] == ["no-new-privileges:true"], name
        assert service["image"] not in (OWN, TOOLS) or service["read_only"], name


def test_nothing_that_is_secret_has_a_default() -> None:
    text = COMPOSE.read_text(encoding="utf-8")
    secret = re.compile(r"\$\{(\w*(?:PASSWORD|SECRET|KEYS|TOKEN))(:?[-?][^}]*)?\}")
    # Some mail servers and issuers want none, and the tools are started beside those that ask for it.
    optional = {"LEADRELAY_SMTP_PASSWORD", "LEADRELAY_IMAP_PASSWORD", "LEADRELAY_OIDC_CLIENT_SECRET"}
    uses = [(name, rest) for name, rest in secret.findall(text) if name not in optional]
    assert len({name for name, _ in uses}) >= 12
    assert {name for name, rest in uses if rest.startswith(":?")} == {name for name, _ in uses}
    assert not [name for name, rest in uses if rest.startswith(":-")]


@pytest.mark.parametrize("tier", TIERS)
def test_a_tier_reaches_its_own_database_and_temporal_only(services: Services, tier: str) -> None:
    others = {name for name in services if name.startswith(tuple(one for one in TIERS if one != tier))}
    for kind in ("api", "worker", "migrate"):
        mine = set(services[f"{tier}_{kind}"]["networks"])
        assert ("temporal" in mine) == (kind == "worker")
        for other in others:
            assert mine & set(services[other]["networks"]) <= {"temporal"}, other


def test_figures_are_fetched_from_each_service_by_one_network_so_that_nothing_counts_twice(services: Services) -> None:
    watching = set(services["prometheus"]["networks"])
    for name in (*(f"{tier}_{kind}" for tier in TIERS for kind in ("api", "worker")), "temporal"):
        assert len(watching & set(services[name]["networks"])) == 1, name
    named = [network for network, told in services["ops_api"]["networks"].items() if told.get("aliases")]
    assert named == ["ops"]


def test_what_holds_data_cannot_be_reached_from_outside(services: Services) -> None:
    networks = read_compose()["networks"]
    for name in ("postgres", "temporal"):
        assert "ports" not in services[name]
        assert all(networks[network]["internal"] for network in services[name]["networks"])
    published = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert {name for name, ports in published.items() if not ports[0].startswith("127.0.0.1:")} == {"front_door"}


def test_no_lock_file_names_an_index() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        assert not re.search(r"https?://|--index-url|--find-links", lock.read_text(encoding="utf-8")), lock.name


REFUSING = """
import sys
from pathlib import Path

from deploy import trim

gone = {name.replace("/", ".") for name in trim.UNUSED}


class Refuses:
    def find_spec(self, name, path=None, target=None):
        if name in gone:
            raise ModuleNotFoundError(f"the image leaves out {name}")


sys.meta_path.insert(0, Refuses())
trim.import_everything(Path())
"""


def test_nothing_of_ours_imports_what_the_image_leaves_out() -> None:
    told = subprocess.run([sys.executable, "-c", REFUSING], cwd=ROOT, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr[-2000:]
