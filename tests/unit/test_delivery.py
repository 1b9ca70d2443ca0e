"""What is delivered fits the code: image, compose file, example environment and hooks, read but not run."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from leadrelay.cli import app
from leadrelay.cli.common import Service, Tier
from services.chassis.settings import PREFIX, Settings, production_problems

ROOT = Path(__file__).parents[2]
COMPOSE_TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE = yaml.safe_load(COMPOSE_TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"].startswith("leadrelay:")}
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text()
INIT = ROOT / "deploy" / "postgres" / "init.sh"
EXAMPLE = dict(
    line.split("=", 1) for line in (ROOT / ".env.example").read_text().splitlines() if line and not line.startswith("#")
)
VARIABLE = re.compile(r"\$\{(\w+)(?:(:[-?])([^}]*))?\}")
FIELDS = {PREFIX + name.upper() for name in Settings.model_fields}
TIERS = list(Tier)


def running(*command: str) -> str:
    """The one service that runs this command."""
    names = [name for name, service in OURS.items() if service["command"] == list(command)]
    assert len(names) == 1, f"{command}: {names}"
    return names[0]


def filled_in(text: str) -> str:
    """As compose would put variables in, with a stand-in for each that is required."""
    return VARIABLE.sub(lambda match: match[3] if match[2] == ":-" else "secret", text)


@pytest.mark.parametrize("name", OURS)
def test_every_command_is_one_of_the_command_line(name: str) -> None:
    command, *arguments = OURS[name]["command"]
    group = typer.main.get_command(app)
    found = group.get_command(None, command)  # type: ignore[attr-defined]
    assert found is not None
    found.make_context(command, list(arguments))  # parses them: a tier that does not exist is refused


@pytest.mark.parametrize("text", [COMPOSE_TEXT, DOCKERFILE, "\n".join(EXAMPLE)], ids=["compose", "image", "example"])
def test_every_variable_of_ours_is_a_setting(text: str) -> None:
    assert set(re.findall(rf"{PREFIX}\w+", text)) <= FIELDS


def test_the_images_are_pinned() -> None:
    images = [filled_in(service["image"]) for service in SERVICES.values()]
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    for image in [*images, *bases]:
        assert re.fullmatch(r"[\w./-]+:\d+\.\d+[\w.-]*", image), image
    assert SERVICES["postgres"]["image"].startswith("postgres:17.")
    assert set(bases) == {"python:3.11-slim"}


@pytest.mark.parametrize("tier", TIERS)
def test_a_tier_has_api_worker_and_migration_on_its_own_database(tier: Tier) -> None:
    names = [running(part, tier) for part in ("api", "worker", "migrate")]
    dsns = {OURS[name]["environment"]["LEADRELAY_DATABASE_DSN"] for name in names}
    assert len(dsns) == 1
    assert re.fullmatch(rf"postgresql://{tier}:secret@postgres:5432/{tier}\?sslmode=require", filled_in(dsns.pop()))
    for name in names[:2]:
        needs = {other: how["condition"] for other, how in OURS[name]["depends_on"].items()}
        assert needs[names[2]] == needs[running("register")] == "service_completed_successfully"
        assert needs["postgres"] == needs["temporal"] == "service_healthy"


def test_every_service_with_an_api_has_one() -> None:
    for service in Service:
        assert SERVICES[running("api", service)]["healthcheck"]


@pytest.mark.parametrize("tier", TIERS)
def test_a_tier_scales_by_name(tier: Tier) -> None:
    worker, api = SERVICES[running("worker", tier)], SERVICES[running("api", tier)]
    assert not {"container_name", "ports", "hostname", "volumes"} & set(worker)
    assert not {"container_name", "hostname", "volumes"} & set(api)
    for port in api["ports"]:  # a range: each copy takes one
        _, first, last, _ = re.split(r"[:-]", filled_in(port))
        assert int(first) < int(last)


def test_published_ports_are_on_loopback_and_do_not_meet() -> None:
    taken: list[int] = []
    for service in SERVICES.values():
        for port in service.get("ports", ()):
            host, published, _ = filled_in(port).split(":")
            assert host == "127.0.0.1"
            first, _, last = published.partition("-")
            taken += range(int(first), int(last or first) + 1)
    assert len(taken) == len(set(taken))


def test_what_is_waited_for_exists_and_can_be_waited_for() -> None:
    for service in SERVICES.values():
        for name, how in service.get("depends_on", {}).items():
            if how["condition"] == "service_healthy":
                assert "healthcheck" in SERVICES[name], name
            else:
                assert SERVICES[name]["restart"].startswith("on-failure"), f"{name} would be started again for ever"


@pytest.mark.parametrize("name", OURS)
def test_production_accepts_the_environment(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = {key: filled_in(value) for key, value in OURS[name]["environment"].items()}
    assert environment["LEADRELAY_PROFILE"] == "production"
    assert environment["TEMPORAL_ADDRESS"] == "temporal:7233"
    environment["LEADRELAY_AUTH_JWKS_URL"] = "https://id.example.com/jwks"
    environment["LEADRELAY_CODEC_KEYS"] = "k1:" + "A" * 43 + "="
    for variable in FIELDS:
        monkeypatch.delenv(variable, raising=False)
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    assert production_problems(Settings()) == []


def test_secrets_are_required_and_never_have_a_default() -> None:
    secret = re.compile(r"PASSWORD|PWD|KEYS|SECRET|TOKEN$")
    for variable, kind, _ in VARIABLE.findall(COMPOSE_TEXT):
        assert kind == (":?" if secret.search(variable) else kind)
        assert kind in {":?", ":-"}, f"{variable} may be empty"
    for service in SERVICES.values():
        for key, value in service.get("environment", {}).items():
            assert "PASS_ACCESS" in key or not secret.search(key) or VARIABLE.match(value), key


def test_the_example_names_every_variable_and_gives_the_defaults() -> None:
    wanted = {name: default if kind == ":-" else "" for name, kind, default in VARIABLE.findall(COMPOSE_TEXT)}
    assert wanted == EXAMPLE


def test_the_ui_and_the_codec_endpoint_know_each_other() -> None:
    ui, ops = SERVICES["temporal-ui"], SERVICES[running("api", Service.OPS)]
    origin, endpoint = (
        filled_in(ops["environment"]["LEADRELAY_UI_ORIGIN"]),
        filled_in(ui["environment"]["TEMPORAL_CODEC_ENDPOINT"]),
    )
    assert filled_in(ui["ports"][0]).rpartition(":")[0] == origin.removeprefix("http://")
    assert filled_in(ops["ports"][0]).rpartition(":")[0] == endpoint.removeprefix("http://")


def test_the_image_is_locked_and_not_root() -> None:
    assert "pip install --require-hashes -r requirements/runtime.txt" in DOCKERFILE
    assert "pip install --no-deps --no-build-isolation ." in DOCKERFILE
    assert re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE) == ["leadrelay"]
    entry = re.findall(r"^ENTRYPOINT (.+)", DOCKERFILE, re.MULTILINE)
    assert [json.loads(line) for line in entry] == [["leadrelay"]]
    for service in OURS.values():
        assert (ROOT / service["build"]["context"] / service["build"]["dockerfile"]).is_file()


def test_the_build_gets_what_it_needs_and_no_secrets() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in lines
    kept = {line[1:] for line in lines if line.startswith("!")}
    assert kept >= {"pyproject.toml", "README.md", "requirements", "leadrelay", "services", "workflows"}
    assert not {".env", ".git", ".leadrelay"} & kept


def test_postgres_makes_each_database_with_its_role() -> None:
    text = INIT.read_text()
    assert INIT.stat().st_mode & 0o111
    subprocess.run(["bash", "-n", str(INIT)], check=True)
    required = set(re.findall(r"\$\{(\w+):\?", text))
    assert required <= set(SERVICES["postgres"]["environment"])
    assert any(volume.startswith("./deploy/postgres/init.sh:") for volume in SERVICES["postgres"]["volumes"])
    for tier in TIERS:
        assert f'role {tier} "${{{tier.upper()}_DB_PASSWORD:?' in text
        assert f"database {tier} {tier}\n" in text
    temporal = SERVICES["temporal"]["environment"]
    for name in (temporal["DBNAME"], temporal["VISIBILITY_DBNAME"]):
        assert f"database {name} {temporal['POSTGRES_USER']}\n" in text


def test_the_hooks_are_what_make_check_runs() -> None:
    (repo,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert repo["repo"] == "local"
    entries = [hook["entry"].removesuffix(" --force-exclude") for hook in repo["hooks"]]
    assert entries == ["ruff format", "ruff check", "mypy", "lint-imports"]
    recipe = re.search(r"^check:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert recipe is not None
    for line, entry in zip(recipe[1].splitlines(), entries, strict=True):
        assert f"$(BIN)/{entry}".split() == line.replace("--check", "").rstrip(" .").split()
