"""Connections of the openssl programs, for what the ssl module cannot do: early data, key updates."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
import time
from typing import TYPE_CHECKING

import pytest

from vitne.decrypt import KeyLog, open_tls

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

if shutil.which("openssl") is None:
    pytest.skip("openssl is not here", allow_module_level=True)


class Relay:
    """Passes the bytes of connections on to a server and keeps them."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.kept: list[tuple[bytearray, bytearray]] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self.target))
            kept = (bytearray(), bytearray())
            self.kept.append(kept)
            for side, (source, sink) in enumerate(((near, far), (far, near))):
                threading.Thread(target=self._pump, args=(source, sink, kept[side]), daemon=True).start()

    @staticmethod
    def _pump(source: socket.socket, sink: socket.socket, kept: bytearray) -> None:
        try:
            while data := source.recv(65536):
                kept += data
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            return


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


class Programs:
    """An openssl server behind a relay, and clients of it."""

    def __init__(self, certificate: Path, folder: Path, options: list[str]) -> None:
        self.keylog = folder / "keys.log"
        self.folder = folder
        port = free_port()
        words = ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-cert", str(certificate), *options]
        self.server = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.05)
        self.relay = Relay(port)

    def client(self, said: list[bytes], *options: str) -> tuple[bytearray, bytearray]:
        """Let a client say these things; give the bytes of both sides."""
        words = [
            "openssl",
            "s_client",
            "-connect",
            f"127.0.0.1:{self.relay.port}",
            "-keylogfile",
            str(self.keylog),
        ]
        before = len(self.relay.kept)
        client = subprocess.Popen(
            [*words, *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert client.stdin is not None
        passed = self._settled(before, 0)
        for one in said:
            client.stdin.write(one)
            client.stdin.flush()
            passed = self._settled(before, passed)
        client.stdin.close()
        client.wait(timeout=10)
        time.sleep(0.1)
        return self.relay.kept[before]

    def _settled(self, number: int, passed: int) -> int:
        """Wait until more bytes passed and no more come, however busy the machine is; give how many did."""
        last, since = passed, time.monotonic()
        begun = since
        while time.monotonic() - begun < 10:
            time.sleep(0.02)
            kept = self.relay.kept[number] if len(self.relay.kept) > number else ()
            now = sum(map(len, kept))
            if now != last:
                last, since = now, time.monotonic()
            elif last > passed and time.monotonic() - since > 0.15:
                break
        return last

    def log(self) -> KeyLog:
        log = KeyLog()
        log.add(self.keylog.read_bytes())
        return log

    def close(self) -> None:
        self.relay.listener.close()
        self.server.kill()
        self.server.wait()
        for stream in (self.server.stdin, self.server.stdout):
            if stream is not None:
                stream.close()


@pytest.fixture
def programs(certificate: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Programs]:
    made = Programs(certificate, tmp_path, request.param)
    yield made
    made.close()


def opened(kept: tuple[bytearray, bytearray], log: KeyLog) -> tuple:
    return open_tls({side: [(0, bytes(kept[side]))] for side in (0, 1)}, log)


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("programs", [["-tls1_3", "-rev"]], indirect=True)
@pytest.mark.parametrize(
    "cipher", ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"]
)
def test_key_updates_of_both_sides_are_followed(programs: Programs, cipher: str) -> None:
    said = [b"before\n", b"K\n", b"between\n", b"K\n", b"after\n"]
    kept = programs.client(said, "-tls1_3", "-ciphersuites", cipher)
    client, server = opened(kept, programs.log())
    assert client.data == b"before\nbetween\nafter\n"
    assert server.data.startswith(b"erofeb\nneewteb\n"), "its answer to the last may be cut off by the end"
    assert client.unread == server.unread == {}
    wire = bytes(kept[0])
    low = int(client.starts[0])  # the first words and the update behind them are not in the capture
    second = int(client.starts[1]) + 2
    holed = open_tls(
        {0: [(0, wire[: low + 10]), (second, wire[second:])], 1: [(0, bytes(kept[1]))]}, programs.log()
    )
    assert holed[0].data.endswith(b"after\n")


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    "programs",
    [["-tls1_3", "-early_data", "-quiet"], ["-tls1_3", "-early_data", "-quiet", "-groups", "P-384"]],
    ids=["accepted", "retry"],
    indirect=True,
)
def test_early_data_are_read_whether_accepted_or_not(
    programs: Programs, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    session, early = tmp_path / "session.pem", tmp_path / "early"
    early.write_bytes(b"GET /early?imei=490154203237518\n")
    case = request.node.callspec.id
    first = ["-groups", "P-384:X25519"] if case == "retry" else []
    again = ["-groups", "X25519:P-384"] if case == "retry" else []
    programs.client([b"first\n"], "-tls1_3", "-sess_out", str(session), *first)
    kept = programs.client(
        [b"second\n"], "-tls1_3", "-sess_in", str(session), "-early_data", str(early), *again
    )
    client, server = opened(kept, programs.log())
    assert client.data == b"GET /early?imei=490154203237518\nsecond\n"
    assert client.unread == server.unread == {}


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    "programs", [["-tls1_2", "-rev", "-client_renegotiation", "-legacy_renegotiation"]], indirect=True
)
def test_a_renegotiation_inside_a_connection_is_followed(programs: Programs) -> None:
    kept = programs.client([b"before\n", b"R\n", b"after\n", b"end\n"], "-tls1_2", "-legacy_renegotiation")
    client, server = opened(kept, programs.log())
    assert client.data == b"before\nafter\nend\n"
    assert server.data.startswith(b"erofeb\n"), "its answer to the last may be cut off by the end"
    assert client.unread == server.unread == {}
