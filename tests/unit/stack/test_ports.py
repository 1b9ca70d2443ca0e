"""Ports: last time's, else the usual, else the next that is free; never one twice."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadrelay.stack import ports
from leadrelay.stack.errors import StackError
from leadrelay.stack.services import worker_names


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


@pytest.fixture
def all_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "is_free", lambda _: True)


def taken_are(monkeypatch: pytest.MonkeyPatch, *numbers: int) -> None:
    monkeypatch.setattr(ports, "is_free", lambda port: port not in numbers)


def test_a_port_with_a_listener_is_not_free(taken: int) -> None:
    assert not ports.is_free(taken)


def test_a_port_is_free_again_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = int(server.getsockname()[1])
        with socket.create_connection(("127.0.0.1", port)) as client:
            accepted, _ = server.accept()
            accepted.close()  # whoever closes first keeps the address in TIME_WAIT
            assert client.recv(1) == b""
    assert ports.is_free(port)


@pytest.mark.usefixtures("all_free")
def test_the_usual_ports_if_nothing_is_in_the_way() -> None:
    assert ports.choose_ports({"a": 8081, "b": 8082}, {}) == {"a": 8081, "b": 8082}


@pytest.mark.usefixtures("all_free")
def test_last_times_port_comes_before_the_usual_one() -> None:
    assert ports.choose_ports({"a": 8081}, {"a": 9000, "gone": 1}) == {"a": 9000}


def test_last_times_port_is_taken_so_the_usual_one_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    taken_are(monkeypatch, 9000)
    assert ports.choose_ports({"a": 8081}, {"a": 9000}) == {"a": 8081}


def test_the_next_free_one_is_a_hundred_higher(monkeypatch: pytest.MonkeyPatch) -> None:
    taken_are(monkeypatch, 8081, 8181)
    assert ports.choose_ports({"a": 8081}, {}) == {"a": 8281}


@pytest.mark.usefixtures("all_free")
def test_two_never_share_a_port() -> None:
    assert ports.choose_ports({"a": 8081, "b": 8081}, {"b": 8081}) == {"a": 8081, "b": 8181}


def test_without_a_free_port_it_says_for_whom(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "is_free", lambda _: False)
    with pytest.raises(StackError, match="No free port for conversion_api: tried 8082 and every 100th port above it"):
        ports.choose_ports({"conversion_api": 8082}, {})


NAMES = st.sampled_from([f"part-{number}" for number in range(12)])
PORTS = st.integers(1024, 65535)


@pytest.mark.usefixtures("all_free")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(NAMES, st.integers(1024, 60000)), st.dictionaries(NAMES, PORTS))
def test_every_part_gets_one_of_its_own(wanted: dict[str, int], previous: dict[str, int]) -> None:
    chosen = ports.choose_ports(wanted, previous)
    assert chosen.keys() == wanted.keys()
    assert len(set(chosen.values())) == len(chosen)


def test_more_workers_get_names_and_ports_of_their_own() -> None:
    assert worker_names("lead_gen", 3) == ["lead_gen_worker", "lead_gen_worker_2", "lead_gen_worker_3"]
    workers = [name for tier, count in (("lead_gen", 3), ("conversion", 2)) for name in worker_names(tier, count)]
    wishes = ports.preferred_ports(8080, [*workers, *worker_names("account_mgmt", 1)])
    assert len(set(wishes.values())) == len(wishes)
    assert (wishes["lead_gen_api"], wishes["ops_api"]) == (8081, 8084)
    assert {"lead_gen_worker_3", "conversion_worker_2", "account_mgmt_worker"} <= wishes.keys()


def test_a_port_base_moves_every_port() -> None:
    low, high = (ports.preferred_ports(base, worker_names("lead_gen", 1)) for base in (8080, 21000))
    assert {name: port - 8080 for name, port in low.items()} == {name: port - 21000 for name, port in high.items()}
    assert low["desk"] == 8080
    assert {"postgres", "temporal", "temporal_ui", "temporal_metrics", "smtp", "mail"} < low.keys()
    assert sorted(low.values()) == list(range(8080, 8080 + len(low)))
