"""What docker-compose.yml gives each process, filled in by `leadrelay init-env`: enough for production, and no more."""

from __future__ import annotations

import os
import re

import pytest
import typer

from leadrelay.cli.processes import settings_of
from leadrelay.environment.files import Wanted, template, text_of
from services.chassis.settings import PREFIX, load_mail_door_settings
from services.chassis.settings.production import production_problems
from tests.fixtures.compose import COMPOSE, OWN, ROOT, environment_of, read_compose, read_env

REAL = Wanted("crm.example.org", "https://login.example.org", "https://login.example.org/keys")
TRIAL = Wanted("leadrelay.localhost", trial=True, https_port=8443)
SERVICES = read_compose()["services"]
OURS = [name for name, one in SERVICES.items() if one["image"] == OWN and one.get("profiles") != ["trial"]]
PEOPLE = {"SESSION_KEYS", "OIDC_CLIENT_SECRET", "METRICS_TOKEN"}
# Which secrets each kind of process holds, database passwords aside. Whoever gets into one has these, and no others.
HOLDS = {
    "lead_gen_api": PEOPLE | {"TELEPHONY_SECRET"},
    "conversion_api": PEOPLE | {"INBOUND_SECRET"},
    "account_mgmt_api": PEOPLE | {"INBOUND_SECRET"},
    "ops_api": PEOPLE | {"CODEC_KEYS"},
    "lead_gen_worker": {"CODEC_KEYS", "TELEPHONY_SECRET", "METRICS_TOKEN"},
    "conversion_worker": {"CODEC_KEYS", "SMTP_PASSWORD", "METRICS_TOKEN"},
    "account_mgmt_worker": {"CODEC_KEYS", "SMTP_PASSWORD", "METRICS_TOKEN"},
    "mail_door": {"INBOUND_SECRET", "IMAP_PASSWORD", "METRICS_TOKEN"},
    "tools": {"CODEC_KEYS", "METRICS_TOKEN"},
    **{
        job: {"METRICS_TOKEN"} for job in ("register", "lead_gen_migrate", "conversion_migrate", "account_mgmt_migrate")
    },
}


def put(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> None:
    for key in [key for key in os.environ if key.startswith((PREFIX, "TEMPORAL_"))]:
        monkeypatch.delenv(key)
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", os.devnull)
    for key, value in environment.items():
        monkeypatch.setenv(key, value)


@pytest.mark.parametrize("wanted", [REAL, TRIAL], ids=["real", "trial"])
@pytest.mark.parametrize("name", OURS)
def test_production_takes_what_the_compose_file_gives_each_process(
    monkeypatch: pytest.MonkeyPatch, name: str, wanted: Wanted
) -> None:
    given = read_env(text_of(wanted)) | {"LEADRELAY_REPLY_ADDRESS": "reply@in.example.org"}
    put(monkeypatch, environment_of(SERVICES[name], given))
    process, *rest = SERVICES[name]["command"]
    settings = settings_of("worker" if process == "check" else process, rest[0] if rest else "")
    if name == "tools":
        assert settings.temporal_pages == f"{wanted.origin}/temporal"
    assert (settings.profile, settings.shows_docs) == ("production", False)
    if process == "mail-door":
        load_mail_door_settings(settings)


@pytest.mark.parametrize("name", OURS)
def test_each_process_is_given_the_secrets_it_needs_and_no_others(name: str) -> None:
    environment = SERVICES[name]["environment"]
    secret = re.compile(rf"{PREFIX}(\w+_(?:SECRET|KEYS|PASSWORD|TOKEN))$")
    assert {found[1] for key in environment if (found := secret.match(key))} == HOLDS[name]
    passwords = set(re.findall(r"\$\{(\w+_PASSWORD)", " ".join(map(str, environment.values()))))
    tier = next((tier for tier in ("LEAD_GEN", "CONVERSION", "ACCOUNT_MGMT") if name.upper().startswith(tier)), None)
    mine = {f"{tier}_PASSWORD"} if tier else set()
    all_three = {"LEAD_GEN_PASSWORD", "CONVERSION_PASSWORD", "ACCOUNT_MGMT_PASSWORD"}
    assert passwords & all_three == (all_three if name == "tools" else mine)
    assert not passwords & {"POSTGRES_PASSWORD", "TEMPORAL_PASSWORD"}


def test_a_process_without_a_secret_that_it_needs_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    given = read_env(text_of(REAL))
    for name, secret in (
        ("ops_api", "CODEC_KEYS"),
        ("lead_gen_api", "TELEPHONY_SECRET"),
        ("lead_gen_api", "SESSION_KEYS"),
    ):
        put(monkeypatch, environment_of(SERVICES[name], given) | {f"{PREFIX}{secret}": ""})
        if secret != "SESSION_KEYS":
            monkeypatch.delenv(f"{PREFIX}{secret}")
        with pytest.raises(typer.Exit):
            settings_of(*SERVICES[name]["command"][:2])


def test_whoever_names_no_use_is_asked_for_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, environment_of(SERVICES["lead_gen_migrate"], read_env(text_of(REAL))))
    settings = settings_of("migrate")
    assert {line.partition(":")[0] for line in production_problems(settings)} >= {
        "LEADRELAY_CODEC_KEYS", "LEADRELAY_TELEPHONY_SECRET", "LEADRELAY_AUTH_ISSUER"
    }  # fmt: skip


def test_the_example_is_what_init_env_fills_in() -> None:
    assert (ROOT / ".env.example").read_text(encoding="utf-8") == re.sub(r"\{\w+\}", "", template())


def test_the_example_names_every_variable_of_the_compose_file_and_no_other() -> None:
    known = set(read_env(template())) - {"COMPOSE_PROFILES"}
    used = set(re.findall(r"\$\{(\w+)", COMPOSE.read_text(encoding="utf-8")))
    assert used | {"LEADRELAY_METRICS_TOKEN"} == known


def test_compose_refuses_to_start_from_the_example_as_it_is() -> None:
    blank = read_env((ROOT / ".env.example").read_text(encoding="utf-8"))
    for name in OURS:
        with pytest.raises(LookupError):
            environment_of(SERVICES[name], blank)
