"""What is tried in the containers, in one go; each step raises AssertionError when it is not as it should be."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from deploy.offline import watch
from deploy.offline.compose_file import Service, chosen, read_compose, read_env
from deploy.offline.engine import try_engine
from deploy.offline.house import House, until
from deploy.offline.images import size_of
from deploy.offline.life import Department
from deploy.offline.podman import Project
from leadrelay.environment.files import Wanted, create

READY_SECONDS = 90.0
IMAGE_BYTES = 600_000_000
PROFILES = {"trial"}
# Of the profile `watch` Prometheus alone: Debian has no Grafana and no collector.
WATCHED_BY = watch.SERVICE
_AT_WORK = [f"{tier}_{what}" for tier in ("lead_gen", "conversion", "account_mgmt") for what in ("api", "worker")]
Say = Callable[[str], None]


def stay(name: str, folder: Path, port: int, say: Say) -> None:
    """Start everything and leave it to whoever looks at it, until Ctrl-C; then take it away, its data too."""
    given = _new_environment(folder, port)
    file = read_compose()
    project = Project(name, file, given, folder)
    try:
        took = project.up(_services(file))
        say(f"ready after {took:.0f} s: open {given['LEADRELAY_ORIGIN']}, signed by {folder / 'certificates/ca.crt'}")
        say("mails end at http://127.0.0.1:8089; Ctrl-C takes everything away")
        threading.Event().wait()
    except KeyboardInterrupt:
        say("taking it away")
    finally:
        project.down()


def _services(file: Mapping[str, Any]) -> dict[str, Service]:
    return {**chosen(file["services"], PROFILES), WATCHED_BY: file["services"][WATCHED_BY]}


def _new_environment(folder: Path, port: int) -> dict[str, str]:
    create(folder, Wanted("leadrelay.localhost", trial=True, https_port=port, http_port=port + 1))
    return read_env((folder / ".env").read_text(encoding="utf-8"))


def try_it(name: str, folder: Path, port: int, say: Say) -> None:
    """Everything, in a project of this name with its files in `folder`; the front door has `port` and the next."""
    given = _new_environment(folder, port)
    file = read_compose()
    project = Project(name, file, given, folder)
    try:
        own = size_of(f"localhost/{file['services']['ops_api']['image']}")
        say(f"the image has {own / 1e6:.0f} MB")
        took = project.up(_services(file))
        slowest = sorted(project.ready_after.items(), key=lambda one: one[1])[-4:]
        say(f"ready after {took:.0f} s (last: {', '.join(f'{service} {seconds:.0f}' for service, seconds in slowest)})")
        house = House(given["LEADRELAY_ORIGIN"], folder / "certificates/ca.crt")
        _doors(project, house, given, say)
        department = Department(house)
        department.open()
        department.bring(10, "First")
        say(f"10 sample leads are paying customers of tier 3 after {department.work(10):.0f} s")
        watch.sees_everyone_once(project)
        watch.counts(project, "sum(leadrelay_customers)", 10)
        say("Prometheus sees every process once, counts every rule, and the ten customers")
        _under_load(project, department, house, say)
        watch.sees_everyone_once(project)
        watch.counts(project, "sum(leadrelay_customers)", 40)
        say("and again, with forty, after all that")
        _agrees(project, say)
        _backs_up(project, department, say)
        say(f"the tests' own PostgreSQL {try_engine(folder)} was in a container")
        assert took < READY_SECONDS, f"ready after {took:.0f} s, not {READY_SECONDS:.0f}"
        assert own < IMAGE_BYTES, f"the image has {own / 1e6:.0f} MB, not {IMAGE_BYTES / 1e6:.0f}"
    except BaseException:
        project.logs_to(folder / "logs")
        say(f"the containers' logs are in {folder / 'logs'}")
        raise
    finally:
        project.down()


def _doors(project: Project, house: House, given: dict[str, str], say: Say) -> None:
    """Who comes in where, and who does not."""
    assert house.get("/healthz").status_code == 200
    for tier in ("lead-gen", "conversion", "accounts", "ops"):
        assert house.get(f"/{tier}/metrics").status_code == 404
    operator = {"Authorization": f"Bearer {house.token('ops', 'ops', 'ops')}", "X-Namespace": "default"}
    assert house.post("/ops/decode", json={"payloads": []}).status_code == 401
    caller = {"Authorization": f"Bearer {house.token('lead_gen', 'caller', 'petro')}"}
    assert house.post("/ops/decode", json={"payloads": []}, headers=caller).status_code == 403
    assert house.post("/ops/decode", json={"payloads": []}, headers=operator).status_code == 200
    told = house.get("/temporal/").json()
    assert told["TEMPORAL_CODEC_ENDPOINT"] == f"{given['LEADRELAY_ORIGIN']}/ops", told
    assert told["TEMPORAL_AUTH_ENABLED"] == told["TEMPORAL_CODEC_PASS_ACCESS_TOKEN"] == "true", told
    _temporal_signs_in(house, given)
    _networks(project, given)
    say("tiers reach their own database and Temporal only, with TLS; payloads open for operators only")


def _temporal_signs_in(house: House, given: dict[str, str]) -> None:
    """As Temporal's pages do: with a secret and no proof key; the token they get opens payloads."""
    client, secret = given["TEMPORAL_UI_CLIENT_ID"], given["TEMPORAL_UI_CLIENT_SECRET"]
    back = f"{given['LEADRELAY_ORIGIN']}/temporal/auth/sso/callback"
    asked = {"response_type": "code", "client_id": client, "redirect_uri": back, "state": "s", "nonce": "n"}
    there = house.post("/identity/authorize", data={**asked, "role": "ops/ops", "person": "ops"}).headers["location"]
    code = there.partition("code=")[2].partition("&")[0]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back}
    assert house.post("/identity/token", data=form, auth=(client, "guessed")).status_code == 400
    token = house.post("/identity/token", data=form, auth=(client, secret)).raise_for_status().json()["access_token"]
    bearer = {"Authorization": f"Bearer {token}", "Authorization-Extras": "x"}
    assert house.post("/ops/decode", json={"payloads": []}, headers=bearer).status_code == 200


def _networks(project: Project, given: dict[str, str]) -> None:
    reach = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=3)"
    for service, host, port, there in (
        ("lead_gen_api", "postgres", "5432", True),
        ("lead_gen_worker", "temporal", "7233", True),
        ("lead_gen_api", "temporal", "7233", False),
        ("lead_gen_api", "conversion_api", "8000", False),
        ("lead_gen_worker", "account_mgmt_api", "8000", False),
        ("ops_api", "postgres", "5432", False),
    ):
        code, said = project.execute(service, "python", "-c", reach, host, port)
        assert (code == 0) == there, f"{service} to {host}: {said[-300:]}"
    enter = "import asyncio, asyncpg, sys; asyncio.run(asyncpg.connect(sys.argv[1]))"
    own = f"postgresql://lead_gen:{given['LEAD_GEN_PASSWORD']}@postgres"
    for dsn, reason in (
        (f"{own}/lead_gen?sslmode=disable", "no encryption"),
        (f"{own}/conversion?sslmode=require", "no pg_hba.conf entry"),
        (
            f"postgresql://postgres:{given['POSTGRES_PASSWORD']}@postgres/postgres?sslmode=require",
            "no pg_hba.conf entry",
        ),
    ):
        code, said = project.execute("lead_gen_api", "python", "-c", enter, dsn)
        assert code != 0 and reason in said, f"{dsn.partition('@')[2]}: {said[-300:]}"


def _under_load(project: Project, department: Department, house: House, say: Say) -> None:
    """One tier three times and once again, and containers killed, while leads are worked."""
    department.bring(30, "Load")
    outcome: list[float | BaseException] = []

    def work() -> None:
        try:
            outcome.append(department.work(30, seconds=240))
        except BaseException as error:
            outcome.append(error)

    worker = threading.Thread(target=work)
    worker.start()
    began = time.monotonic()
    project.scale("lead_gen_worker", 3)
    for service in ("conversion_worker", "account_mgmt_api", "temporal", "postgres", "front_door"):
        project.kill(service)
    project.kill("lead_gen_worker", 2)
    project.scale("lead_gen_worker", 1)
    shaken = time.monotonic() - began
    worker.join()
    if isinstance(outcome[0], BaseException):
        raise outcome[0]
    say(
        f"30 more while tier 1 had three workers and one again and six containers were killed ({shaken:.0f} s): "
        f"all are customers after {outcome[0]:.0f} s; {house.away} requests found a door away and were sent again"
    )


def _backs_up(project: Project, department: Department, say: Say) -> None:
    """Back up the running system, let it go on, and bring it back: the records of then beside the Temporal of now."""
    code, said = project.once("tools", "backup", "--into", "/backups")
    assert code == 0, said[-2000:]
    folder = said.split()[-1]
    customers = len(department.customers())
    department.bring(3, "Lost")
    department.work(3)
    for service in _AT_WORK:
        project.stop(service)
    code, said = project.once("tools", "restore", folder, "--overwrite")
    assert code == 0 and "invoice numbers" in said, said[-2000:]
    code, said = project.once("tools", "check", "--repair", "--yes")
    assert "end the workflow" in said, said[-2000:]
    for service in _AT_WORK:
        project.start(service)
    assert len(department.customers()) == customers
    _agrees(project, say)
    say(f"restored to {customers} customers after three more were won; their numbers are not given again")


def _agrees(project: Project, say: Say) -> None:
    """`leadrelay check`, as soon as everything has settled."""
    said = ""

    def look() -> bool:
        nonlocal said
        code, said = project.once("tools", "check", "--json")
        return code == 0

    try:
        until("leadrelay check is clean", look, 90)
    except AssertionError:
        raise AssertionError(f"leadrelay check is not clean:\n{said[-2000:]}") from None
    say(f"leadrelay check: {json.dumps(json.loads(said))[:200]}")
