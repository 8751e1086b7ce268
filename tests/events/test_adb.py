"""A server that speaks adb's own protocol over a real socket stands for the phone."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec
import pytest

from vitne.events import Hints, adb, merged
from vitne.events.reading import read_log
from vitne.model import CaptureError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LINES = (
    b"2019-02-03 07:15:31.123456 +0100  1000  1885  3066 I power_screen_state: [1,2,0,0,415]\r\n"
    b"2019-02-03 07:15:32.523456 +0100  1000  1885  3066 I screen_toggled: 2\r\n"
)


ANSWERS = {"host:version": b"0029", "host:features": b""}  # a length, then the answer


class Server:
    """Answers host:transport and shell, as adb's server does (four hexadecimal digits, OKAY or FAIL)."""

    def __init__(self, *, refuse: str = "", date: bytes = b"%d.%09d\n", speak: bool = True) -> None:
        self.refuse, self.date, self.speak = refuse, date, speak
        self.asked: list[str] = []
        self.logs, self.stays = 0, 0.0  # logs asked for, seconds until the phone goes away
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
        with link, suppress(OSError):  # who asked may be gone
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
                if service.startswith("host:tport:"):  # newer clients are told a number, and go on
                    link.sendall((1).to_bytes(8, "little"))
                if service in ANSWERS:
                    link.sendall(b"%04x" % len(ANSWERS[service]) + ANSWERS[service])
                    return
                if service.startswith("shell:date"):
                    now = time.time_ns() + 5 * 10**9
                    link.sendall(
                        self.date % (now // 10**9, now % 10**9) if b"%09d" in self.date else self.date
                    )
                    return
                if service.startswith("shell:"):
                    self.logs += 1
                    link.sendall(LINES[:40])
                    time.sleep(0.02)
                    link.sendall(LINES[40:])
                    time.sleep(self.stays)
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
    server.stays = 0.6
    until = time.monotonic() + 0.5
    got = adb.collect(server.address, tmp_path / "out", stopped=lambda: time.monotonic() > until)
    assert (got.lines, got.samples, got.files) == (2, 1, ("events.log",))
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


def test_a_phone_that_starts_anew_is_waited_for_and_its_log_goes_on_in_another_file(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adb, "AWAY_S", 0.01)
    (tmp_path / "events.log").write_bytes(b"of an earlier day")
    got = adb.collect(server.address, tmp_path, stopped=lambda: server.logs >= 3)
    assert got.files[:2] == ("events-2.log", "events-3.log")
    assert (tmp_path / "events.log").read_bytes() == b"of an earlier day"
    logs = [read_log(tmp_path / name, Hints()) for name in got.files[:2]]
    assert [len(log.events) for log in logs] == [2, 2]
    assert len(merged(logs)) == 2


def test_a_line_end_that_comes_in_two_pieces_is_one(tmp_path: Path) -> None:
    near, far = socket.socketpair()
    far.sendall(b"one\r")
    turns = iter([False, False, True])

    def stopped() -> bool:
        turn = next(turns)
        if not turn and (tmp_path / "log").stat().st_size:
            far.sendall(b"\ntwo\r\n")
        return turn

    with near, far, (tmp_path / "log").open("wb") as log, (tmp_path / "clock").open("wb") as clock:
        with socket.create_server(("127.0.0.1", 0)) as free:
            nobody = free.getsockname()
        lines, samples = adb._follow(near, (log, clock), nobody, serial=None, stopped=stopped)
    assert (lines, samples) == (2, 0)
    assert (tmp_path / "log").read_bytes() == b"one\ntwo\n"


def test_adbs_own_client_understands_the_server_that_stands_in(server: Server) -> None:
    tool = shutil.which("adb")
    if tool is None:
        pytest.skip("LOUD: adb is not installed, so its own client was not asked")
    words = [tool, "-H", "127.0.0.1", "-P", str(server.address[1]), "shell", "date"]
    run = subprocess.run(words, capture_output=True, timeout=30, check=False)
    assert int(run.stdout.split(b".")[0]) > 1_700_000_000, run.stderr
