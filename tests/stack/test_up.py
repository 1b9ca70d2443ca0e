"""`leadrelay up` from an empty directory: ready, well, kept running, ended in order, found again the next time."""

from __future__ import annotations

import os
import re
import signal
import socket
from collections.abc import Iterator

import httpx
import psutil
import pytest

from services.chassis.dev_issuer import DevIssuer
from tests.fixtures.ports import free_port_base
from tests.stack.running import Up, data_directory, leadrelay, until

WEB = ("lead_gen", "conversion", "account_mgmt", "ops")
ADDRESSES = {*WEB, "desk", "temporal", "temporal_ui", "mail"}
PARTS = (
    {f"{name}_api" for name in WEB}
    | {f"{tier}_worker" for tier in WEB[:3]}
    | {"postgres", "temporal", "mail", "mail_door", "front_door", "identity", "switchboard"}
)
ORDER = ("APIs stopped", "Workers stopped", "Temporal stopped", "PostgreSQL stopped", "leadrelay stopped")


@pytest.fixture(scope="module")
def port_base() -> int:
    return free_port_base()


@pytest.fixture(scope="module")
def taken_port(port_base: int) -> Iterator[int]:
    """Somebody else listens where lead_gen's api usually does."""
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port_base + 1))
        other.listen()
        yield port_base + 1


@pytest.fixture(scope="module")
def up(port_base: int, taken_port: int) -> Iterator[Up]:
    assert taken_port == port_base + 1
    with data_directory() as data:
        running = Up(data, port_base)
        try:
            running.start()
            yield running
        finally:
            running.clean_up()


def client_of(up: Up, tier: str, *, role: str = "supervisor") -> httpx.Client:
    minted = DevIssuer.open(up.data / "keys").mint(tier=tier, role=role, person="boss")
    return httpx.Client(base_url=up.status()["addresses"][tier], headers={"Authorization": f"Bearer {minted}"})


def companies(up: Up) -> set[str]:
    with client_of(up, "lead_gen") as client:
        page = client.get("/v1/leads?limit=200").raise_for_status().json()
    return {str(lead["company"]) for lead in page["items"]}


def test_status_tells_addresses_processes_and_versions(up: Up) -> None:
    status = up.status()
    assert (status["running"], status["pid"], status["data"]) == (True, up.process.pid, str(up.data))
    assert set(status["addresses"]) >= ADDRESSES
    assert set(status["pids"]) == PARTS
    assert all(psutil.pid_exists(pid) for pid in status["pids"].values())
    assert set(status["versions"]) >= {"leadrelay", "python", "postgres", "temporal", "temporalio"}
    assert all(status["versions"].values())


def test_what_it_prints_is_what_status_tells(up: Up) -> None:
    printed = dict(re.findall(r"^  (\w+) +(\S+)$", up.said(), re.MULTILINE))
    assert printed == up.status()["addresses"]
    plain = leadrelay("status", "--data", up.data)
    assert plain.returncode == 0
    assert all(address in plain.stdout for address in printed.values())


def test_every_api_is_ready_and_refuses_a_stranger(up: Up) -> None:
    for name, address in up.status()["addresses"].items():
        if name in WEB:
            assert httpx.get(f"{address}/readyz").status_code == 200, name
    stranger = httpx.get(f"{up.status()['addresses']['lead_gen']}/v1/leads")
    assert stranger.status_code == 401


def test_people_open_one_address_and_are_asked_who_they_are(up: Up) -> None:
    desk = up.status()["addresses"]["desk"]
    assert f"Open {desk} in a browser." in up.said()
    with httpx.Client(follow_redirects=True) as browser:
        page = browser.get(desk)
        assert (page.status_code, "Who are you today?" in page.text) == (200, True)
        data = {**page.url.params, "role": "lead_gen/caller", "person": "caller-olia"}
        home = browser.post(f"{desk}/identity/authorize", data=data)
        assert home.status_code == 200
        assert "caller-olia" in home.text
        # The same person, in another tier's service and in none of its data.
        assert browser.get(f"{desk}/conversion/v1/deals").status_code == 401
        assert browser.get(f"{desk}/lead-gen/readyz").status_code == 404


def test_events_come_through_the_front_door_as_they_happen(up: Up) -> None:
    minted = DevIssuer.open(up.data / "keys").mint(tier="lead_gen", role="caller", person="caller-olia")
    address = f"{up.status()['addresses']['desk']}/lead-gen/v1/events"
    headers = {"Authorization": f"Bearer {minted}", "Accept-Encoding": "gzip, zstd"}
    with httpx.stream("GET", address, headers=headers, timeout=60) as stream:
        assert next(stream.iter_lines()) == ": connected"


def test_a_page_of_localhost_leads_to_the_address_whose_cookies_count(up: Up) -> None:
    desk = up.status()["addresses"]["desk"]
    moved = httpx.get(
        f"{desk}/ops/components?x=1", headers={"Host": desk.removeprefix("http://").replace("127.0.0.1", "localhost")}
    )
    assert (moved.status_code, moved.headers["location"]) == (308, f"{desk}/ops/components?x=1")


def test_a_taken_port_is_left_to_whoever_has_it(up: Up, port_base: int, taken_port: int) -> None:
    address = up.status()["addresses"]["lead_gen"]
    assert address == f"http://127.0.0.1:{taken_port + 100}"
    assert up.status()["addresses"]["conversion"] == f"http://127.0.0.1:{port_base + 2}"


def test_a_second_up_on_the_same_directory_is_refused_in_one_sentence(up: Up) -> None:
    second = leadrelay("up", "--no-demo", "--data", up.data)
    assert second.returncode == 1
    assert f"already running on {up.data} (process {up.process.pid})" in second.stderr
    assert "--data" in second.stderr
    assert len(second.stderr.splitlines()) == 1
    assert up.status()["running"]


def test_a_tier_that_is_away_says_so_while_the_others_work(up: Up) -> None:
    desk = up.status()["addresses"]["desk"]

    def away() -> httpx.Response | None:
        pid = up.status()["pids"].get("conversion_api")
        if pid is not None:
            api = psutil.Process(int(pid))
            api.kill()
            api.wait(60)
        # It is started anew after half a second at the earliest; whoever is slower looks again.
        answer = httpx.get(f"{desk}/conversion/healthz", headers={"Accept": "text/html"})
        return answer if answer.status_code == 502 else None

    page = until(away)
    assert page is not None
    assert "Conversion is away for a moment" in page.text
    assert httpx.get(f"{desk}/accounts/healthz").status_code == 200
    until(lambda: httpx.get(f"{desk}/conversion/healthz").status_code == 200)


def test_a_killed_api_comes_back_and_people_are_told(up: Up) -> None:
    before = int(up.status()["pids"]["ops_api"])
    address = up.status()["addresses"]["ops"]
    os.kill(before, signal.SIGKILL)
    until(lambda: "Ops: API ended (killed by SIGKILL); restarting" in up.said())
    until(lambda: up.status()["pids"].get("ops_api", before) != before)

    def answers() -> bool:
        try:
            return httpx.get(f"{address}/readyz").status_code == 200
        except httpx.TransportError:
            return False

    until(answers)


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "file: The file is empty"), (bytes(range(256)) * 8, "file: This is not a text file")],
    ids=["empty", "binary"],
)
def test_a_file_that_is_no_list_of_leads_is_refused_by_name(up: Up, content: bytes, reason: str) -> None:
    before = companies(up)
    file = up.data / "no-leads.csv"
    file.write_bytes(content)
    refused = leadrelay("import", file, "--data", up.data)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == f"{file} was refused: {reason}\n"
    assert companies(up) == before


def test_a_token_from_the_command_line_opens_its_tier(up: Up) -> None:
    made = leadrelay("token", "--tier", "lead_gen", "--role", "supervisor", "--person", "boss", "--data", up.data)
    assert (made.returncode, made.stderr) == (0, "")
    address = up.status()["addresses"]["lead_gen"]
    headers = {"Authorization": f"Bearer {made.stdout.strip()}"}
    assert httpx.get(f"{address}/v1/leads", headers=headers).status_code == 200


def test_sigterm_ends_everything_in_order_and_the_next_up_goes_on(up: Up) -> None:
    file = up.data / "leads.csv"
    file.write_text("Company name,Phone Number\nKept over night,+380441230001\n", encoding="utf-8")
    done = leadrelay("import", file, "--data", up.data)
    assert done.stdout == "1 rows: 1 accepted, 0 merged, 0 duplicates, 0 rejected\n", done.stderr
    addresses, processes = up.status()["addresses"], up.everything()

    assert up.stop() == 0
    said = up.said()
    assert sorted(ORDER, key=said.index) == list(ORDER)
    assert not [process for process in processes if process.is_running()]
    told = leadrelay("status", "--data", up.data)
    assert (told.returncode, told.stdout) == (1, f"leadrelay is not running on {up.data}\n")

    up.start()
    assert "Kept over night" in companies(up)
    assert up.status()["addresses"] == addresses
