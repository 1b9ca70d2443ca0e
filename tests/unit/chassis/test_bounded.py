"""Files read in a process of their own: what goes wrong there ends there, with a reason."""

from __future__ import annotations

import ctypes
import io
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from typing import IO, Any

import psutil
import pytest

from services.chassis.imports import bounded
from services.chassis.imports.cells import FileRefusedError, WrongKindError

HERE = "tests.unit.chassis.test_bounded:"


def words(file: IO[bytes], **arguments: Any) -> Iterator[Any]:
    """What the file says, and what it was told."""
    yield from file.read().decode().split()
    yield arguments


def parts(file: IO[bytes]) -> Iterator[Any]:
    yield from (b"", file.read(), "text", b"\n=3\n" * 100_000, b'{"end": "done"}\n')


def process_id(file: IO[bytes]) -> Iterator[int]:
    yield os.getpid()
    while True:  # without end, and without a word
        file.read(1)


def environment(file: IO[bytes]) -> Iterator[list[str]]:
    assert file
    yield sorted(os.environ)


def refuses(file: IO[bytes]) -> Iterator[None]:
    yield None
    raise FileRefusedError("not so", "mapping") if file.read() else WrongKindError("not that")


def breaks(file: IO[bytes]) -> Iterator[None]:
    yield None
    raise KeyError(file.read())


def recurses(file: IO[bytes]) -> Iterator[None]:
    yield from recurses(file)


def swells(file: IO[bytes]) -> Iterator[int]:
    yield len(file.read().ljust(1 << 30))


def tears(file: IO[bytes]) -> Iterator[str]:
    yield "x"
    ctypes.string_at(len(file.read()))


@pytest.fixture
def file() -> Iterator[IO[bytes]]:
    with tempfile.TemporaryFile() as file:
        file.write(b"one two")
        yield file


def test_what_a_reader_yields_comes_back_and_the_position_stays(file: IO[bytes]) -> None:
    at = file.tell()
    for _ in range(3):
        assert list(bounded.items(f"{HERE}words", file, a="x" * 300_000)) == ["one", "two", {"a": "x" * 300_000}]
    assert file.tell() == at


def test_a_reader_has_no_secrets(file: IO[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADRELAY_DATABASE_DSN", "secret")
    (names,) = bounded.items(f"{HERE}environment", file)
    assert set(names) <= {"PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "MALLOC_ARENA_MAX", "LC_CTYPE"}


@pytest.mark.parametrize(
    ("reader", "reason"),
    [
        ("refuses", "not so"), ("breaks", bounded.DAMAGED), ("recurses", bounded.DAMAGED), ("swells", bounded.TOO_MUCH),
        ("tears", bounded.DAMAGED), ("nowhere", bounded.DAMAGED),
    ],
)  # fmt: skip
def test_whatever_a_reader_does_is_a_refusal_with_a_reason(file: IO[bytes], reader: str, reason: str) -> None:
    with pytest.raises(FileRefusedError) as refused:
        list(bounded.items(f"{HERE}{reader}", file))
    assert str(refused.value) == reason
    assert list(bounded.items(f"{HERE}words", file))[:2] == ["one", "two"]


def test_bytes_come_back_as_they_are(file: IO[bytes]) -> None:
    assert list(bounded.items(f"{HERE}parts", file)) == list(parts(io.BytesIO(b"one two")))


def test_a_refusal_keeps_its_field_and_its_kind(file: IO[bytes]) -> None:
    with pytest.raises(FileRefusedError) as refused:
        list(bounded.items(f"{HERE}refuses", file))
    assert (refused.value.field, type(refused.value)) == ("mapping", FileRefusedError)
    with tempfile.TemporaryFile() as empty, pytest.raises(WrongKindError):
        list(bounded.items(f"{HERE}refuses", empty))


def _gone(process: int) -> None:
    deadline = time.monotonic() + 10
    while psutil.pid_exists(process):
        assert time.monotonic() < deadline


def test_a_reader_that_nobody_listens_to_is_ended(file: IO[bytes]) -> None:
    found = bounded.items(f"{HERE}process_id", file)
    reader = next(found)
    assert psutil.pid_exists(reader)
    found.close()
    _gone(reader)


def test_a_reader_that_is_killed_is_a_refusal(file: IO[bytes]) -> None:
    found = bounded.items(f"{HERE}process_id", file)
    os.kill(next(found), 9)
    with pytest.raises(FileRefusedError):
        next(found)


def test_the_process_that_knows_the_parsers_is_started_again_when_it_was_ended(file: IO[bytes]) -> None:
    list(bounded.items(f"{HERE}words", file))
    (server,) = [one for one in psutil.Process().children() if "services.chassis.imports.reader" in one.cmdline()]
    server.kill()
    server.wait()
    assert list(bounded.items(f"{HERE}words", file))[:2] == ["one", "two"]


def test_many_at_once_get_each_their_own(file: IO[bytes]) -> None:
    found: dict[int, Any] = {}

    def ask(number: int) -> None:
        found[number] = list(bounded.items(f"{HERE}words", file, number=number))[-1]

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: {"number": number} for number in range(20)}
