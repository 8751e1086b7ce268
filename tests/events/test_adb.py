"""A server that speaks adb's own protocol over a real socket stands for the phone."""

from __future__ import annotations

import socket
import threading
import time
from typing import TYPE_CHECKING

import msgspec
import pytest

from vitne.events import Hints, adb
from vitne.events.reading import read_log
from vitne.model import CaptureError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LINES = (
    b"2019-02-03 07:15:31.123456 +0100  1000  1885  3066 I power_screen_state: [1,2,0,0,415]\r\n"
    b"2019-02-03 07:15:32.523456 +0100  1000  1885  3066 I screen_toggled: 2\r\n"
)


class Server:
    """Answers host:transport and shell, as adb's server does (four hexadecimal digits, OKAY or FAIL)."""

    def __init__(self, *, refuse: str = "", date: bytes = b"%d.%09d\n", speak: bool = True) -> None:
        self.refuse, self.date, self.speak = refuse, date, speak
        self.asked: list[str] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = self._socket.getsockname()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                link, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(link,), daemon=True).start()

    def _talk(self, link: socket.socket) -> None:
        with link:
            while length := link.recv(4):
                service = link.recv(int(length, 16)).decode()
                self.asked.append(service)
                if not self.speak:
                    link.sendall(b"SSH-2.0\r\n")
                    return
                if self.refuse and service.startswith("host:"):
                    link.sendall(b"FAIL%04x" % len(self.refuse) + self.refuse.encode())
                    return
                link.sendall(b"OKAY")
                if service.startswith("shell:date"):
                    now = time.time_ns() + 5 * 10**9
                    link.sendall(
                        self.date % (now // 10**9, now % 10**9) if b"%09d" in self.date else self.date
                    )
                    return
                if service.startswith("shell:"):
                    link.sendall(LINES)
                    return

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


def test_the_log_and_the_comparison_of_clocks_are_written_and_read_again(
    server: Server, tmp_path: Path
) -> None:
    got = adb.collect(server.address, tmp_path / "out", stopped=lambda: False)
    assert (got.lines, got.samples) == (2, 1)
    log = read_log(tmp_path / "out" / "events.log", Hints())
    assert [each.kind for each in log.events] == ["screen-on", "keyguard-gone"]
    assert log.events[0].time_ns == 1_549_174_531_123_456_000
    [sample] = read_log(tmp_path / "out" / "clock.jsonl", Hints()).samples
    assert abs(sample.offset_ns - 5 * 10**9) <= sample.bound_ns


def test_a_phone_is_named_by_its_serial(server: Server) -> None:
    adb.shell(server.address, "true", serial="ABC123")
    assert server.asked == ["host:transport:ABC123", "shell:true"]


def test_a_shell_without_fractions_gives_a_clock_within_a_second() -> None:
    made = Server(date=b"%d.N\n" % (int(time.time()) + 5))
    sample = adb.compare_clocks(made.address)
    made.close()
    assert sample is not None
    sample = msgspec.convert(sample, dict[str, object])
    assert isinstance(sample["bound_ns"], int)
    assert sample["bound_ns"] >= 500_000_000
    assert isinstance(sample["offset_ns"], int)
    assert abs(sample["offset_ns"] - 5 * 10**9) <= sample["bound_ns"] + 600_000_000


def test_what_adb_refuses_is_said_in_its_words() -> None:
    made = Server(refuse="device unauthorized.")
    with pytest.raises(CaptureError, match="device unauthorized"):
        adb.shell(made.address, "true")
    made.close()


def test_another_servers_words_are_no_adb() -> None:
    made = Server(speak=False)
    with pytest.raises(CaptureError, match="does not speak"):
        adb.shell(made.address, "true")
    made.close()


def test_no_server_is_said_with_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = free.getsockname()
    with pytest.raises(CaptureError, match="start-server"):
        adb.shell(address, "true")


def test_what_says_no_time_is_no_comparison() -> None:
    made = Server(date=b"date: not found\n")
    assert adb.compare_clocks(made.address) is None
    made.close()
