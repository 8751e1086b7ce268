"""Opening closed traffic with its keys: vitne beside tshark on the same file, in the same run.

``python -m bench.decryption --megabytes 24`` lets real peers talk (aioquic for QUIC, OpenSSL for TLS), writes
the capture and the key log, and takes turns: tshark decrypting and dissecting, vitne opening every flow, and
the whole scan.  It prints the least time of each, CPU and wall, and whether the bytes inside are those that
the peers said.  No time is asserted; the bytes are told.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from bench.running import Run

from vitne.lab.pcap import pcap
from vitne.model import Message
from vitne.pipeline.traffic import give_keys, open_traffic
from vitne.pipeline.views import SideView, join

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.pipeline.opened import Inside

IMEI = b"490154203237518"
_LARGEST = 2 << 20  # bytes of one upload
_WHOLE_FLOW = 1 << 30


class Talked(NamedTuple):
    """A capture, its keys, and what was said inside."""

    name: str
    capture: Path
    keys: Path
    bodies: list[bytes]  # of the requests, in their order


def _bodies(megabytes: int) -> list[bytes]:
    """Give bodies of JSON: many small records of words, as uploads of logs are."""
    rng = random.Random(megabytes)
    words = ["".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randint(3, 9))) for _ in range(500)]
    made = []
    for number in range(max(1, (megabytes << 20) // _LARGEST)):
        rows, size = [], 0
        while size < _LARGEST:
            told = " ".join(rng.choices(words, k=30))
            rows.append(f'{{"at":{rng.randrange(10**9)},"what":"{told}"}}')
            size += len(rows[-1])
        made.append(b'{"number":%d,"imei":"%s","rows":[%s]}' % (number, IMEI, ",".join(rows).encode()))
    return made


def over_quic(folder: Path, certificate: Path, bodies: list[bytes]) -> Talked:
    """Let a client of HTTP/3 upload the bodies."""
    from tests.decrypt.quic_peers import Http3Peers, post, quic_frames

    peers = Http3Peers(certificate, folder / "quic.log")
    peers.connect()
    peers.carry()
    for body in bodies:
        stream = peers.ask(post(b"/up", (b"content-type", b"application/json")), body, piece=16_000)
        while len(peers.talk.streams[0].get(stream, b"")) < len(body):
            peers.carry(20)
    peers.close()
    path = folder / "quic.pcap"
    path.write_bytes(pcap(quic_frames(peers.talk.order)))
    return Talked("HTTP/3 over QUIC", path, peers.keylog, bodies)


def over_tls(folder: Path, certificate: Path, bodies: list[bytes], version: str) -> Talked:
    """Let a client of HTTP/1.1 upload the bodies over one connection."""
    from tests.decrypt.peers import Peers, frames_of

    peers = Peers(certificate, folder / f"tls{version}.log")
    said: list[tuple[int, bytes]] = []
    for body in bodies:
        head = b"POST /up HTTP/1.1\r\nHost: collector.example\r\nContent-Type: application/json\r\n"
        text = head + b"Content-Length: %d\r\n\r\n" % len(body) + body
        said += [(0, text[at : at + 16_000]) for at in range(0, len(text), 16_000)]
        said.append((1, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
    talk = peers.talk(peers.contexts(version), said)
    path = folder / f"tls{version}.pcap"
    path.write_bytes(pcap(frames_of(talk)))
    return Talked(f"HTTP/1.1 over TLS {version}", path, peers.keylog, bodies)


def traffic(folder: Path, megabytes: int) -> list[Talked]:
    """Let peers talk over QUIC and both versions of TLS."""
    from tests.decrypt.peers import write_certificate

    certificate, bodies = write_certificate(folder / "server.pem"), _bodies(megabytes)
    talks = [over_quic(folder, certificate, bodies)]
    return talks + [over_tls(folder, certificate, bodies, version) for version in ("1.3", "1.2")]


def insides(capture: Path, keys: Path) -> Iterator[tuple[Inside, list[Message]]]:
    """Open every flow of a capture and read what was inside."""
    _, traffics, _ = open_traffic([capture], stdin=None, progress=lambda *_: None)
    give_keys(traffics, [keys])
    for traffic in traffics:
        for number in range(traffic.walked.flow_count):
            keep = np.zeros(traffic.walked.flow_count, dtype=bool)
            keep[number] = True
            pieces: dict[int, list[SideView]] = {}
            for batch in traffic.walked.batches(8 << 20, flows=keep):
                for piece in range(len(batch.flow) if hasattr(batch, "data") else 0):
                    pieces.setdefault(int(batch.side[piece]), []).append(SideView.of_batch(batch, piece))
            views = {side: join(parts, _WHOLE_FLOW) for side, parts in sorted(pieces.items())}
            inside = traffic.inside(traffic.flow(number), views)
            if inside is not None:
                events = traffic.events(inside.flow, inside.views)
                yield inside, [event for event in events if isinstance(event, Message)]


def opened(capture: Path, keys: Path) -> list[bytes]:
    """Give the bodies of all requests inside, in their order."""
    found = []
    for inside, messages in insides(capture, keys):
        for message in messages:
            if message.kind == "request":
                view = inside.views[message.side]
                parts = [part for part in message.parts if part.path == "body"]
                found.append(
                    b"".join(
                        view.slice(part.start, part.end) if part.data is None else part.data for part in parts
                    )
                )
    return found


def measured(talked: Talked, runs: int) -> dict[str, tuple[float, float, int]]:
    """Give the least CPU and wall seconds, and the memory, of each way, taken in turns."""
    python, keys, capture = sys.executable, str(talked.keys), str(talked.capture)
    ways = {
        "vitne opens": [python, "-m", "bench.decryption", "--open", capture, keys],
        "vitne scan --keys": [python, "-m", "vitne.cli", "scan", capture, "--keys", keys, "-j1", "-q"],
    }
    if shutil.which("tshark") is not None:
        ways["tshark"] = ["tshark", "-r", capture, "-o", f"tls.keylog_file:{keys}", "-T", "fields", "-e"]
        ways["tshark"] += ["frame.number", "-e", "quic.stream.stream_id", "-e", "http.content_length"]
    best: dict[str, tuple[float, float, int]] = {}
    with tempfile.TemporaryDirectory() as out:
        for _ in range(runs):
            for name, command in ways.items():
                run = Run(command, {0}, Path(out))
                cpu, wall, memory = best.get(name, (run.cpu, run.wall, run.memory))
                best[name] = (min(cpu, run.cpu), min(wall, run.wall), max(memory, run.memory))
    return best


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--megabytes", type=int, default=24, help="bytes that are said inside, in 2**20")
    parser.add_argument("--runs", type=int, default=3, help="how often each way is taken")
    parser.add_argument(
        "--open", nargs=2, metavar=("CAPTURE", "KEYS"), help="open a capture and say how much it held"
    )
    given = parser.parse_args()
    if given.open:
        print(sum(map(len, opened(Path(given.open[0]), Path(given.open[1])))))
        return
    with tempfile.TemporaryDirectory() as name:
        talks = traffic(Path(name), given.megabytes)
        print(
            "| traffic | capture | way | CPU | wall | memory | bytes inside |\n|---|---|---|---|---|---|---|"
        )
        for talked in talks:
            same = "as said" if opened(talked.capture, talked.keys) == talked.bodies else "NOT as said"
            size = f"{talked.capture.stat().st_size / 1e6:.1f} MB"
            for way, (cpu, wall, memory) in measured(talked, given.runs).items():
                told = same if way == "vitne opens" else ""
                row = (
                    talked.name,
                    size,
                    way,
                    f"{cpu:.2f} s",
                    f"{wall:.2f} s",
                    f"{memory / 1e6:.0f} MB",
                    told,
                )
                print("| " + " | ".join(row) + " |", flush=True)


if __name__ == "__main__":
    main()
