"""HTTP requests and DNS names of the corpus beside what tshark reads; each difference is explained here."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from vitne.decode.protocols import choose, open_decoder
from vitne.intake.reader import open_capture
from vitne.model import Malformed, Message, RecordChunk, StreamBatch
from vitne.reassemble import Walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.model import Decoder
    from vitne.reassemble import Traffic

ROOT = Path(__file__).resolve().parents[3]
FOLDER = Path(os.environ.get("VITNE_CORPUS", ROOT.parent / "shared" / "corpus")) / "pcap"
FILES = sorted(path for path in FOLDER.rglob("*.pcap*") if path.is_file())
EXPLAINED = {
    "fuzz-2006-06-26-2594.pcap": "bytes were changed at random: a flow is judged by its first datagram here",
    "http-manipulated.pcap": "tshark takes the spaces before a target for the target",
    "invalid_or_unsupported.pcap": "broken frames on purpose",
    "dns-over-http2-post.pcap": "HTTP/2 behind TLS, with keys",
    "dns-over-http2.pcap": "HTTP/2 behind TLS, with keys",
    "tls12-dsb.pcapng": "TLS, with keys in the file",
}
pytestmark = [
    pytest.mark.corpus,
    pytest.mark.tshark,
    pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed"),
]


def traffic(path: Path) -> Iterator[tuple[Traffic, StreamBatch]]:
    reader = open_capture(path)
    walk = Walk()
    for chunk in reader.chunks():
        if isinstance(chunk, RecordChunk):
            walk.add(0, reader.buffer, chunk)
    done = walk.finish()
    for batch in done.batches():
        if isinstance(batch, StreamBatch):
            yield done, batch


def messages(path: Path) -> Iterator[tuple[Message, int, dict[int, bytes]]]:
    """Yield messages with the runs of their side: stream offset -> bytes."""
    decoders: dict[int, Decoder | None] = {}
    for done, batch in traffic(path):
        runs: dict[int, dict[int, bytes]] = {}
        for run in range(len(batch.run_piece)):
            begin = int(batch.run_position[run])
            data = batch.data[begin : begin + int(batch.run_length[run])].tobytes()
            piece, number = int(batch.run_piece[run]), int(batch.flow[batch.run_piece[run]])
            offset, flow, side = (
                int(batch.run_offset[run]),
                done.flow(number),
                int(batch.side[batch.run_piece[run]]),
            )
            if decoders.get(number) is None and data:
                chosen = choose(data, flow.transport, side)
                decoders[number] = (
                    open_decoder(chosen, (flow.server_ip, flow.server_port)) if chosen else None
                )
            decoder = decoders.get(number)
            if decoder is None:
                continue
            held = runs.setdefault(piece, {})
            ends = max((at + len(one) for at, one in held.items()), default=int(batch.base[piece]))
            items = [*decoder.miss(side, offset - ends)] if flow.transport == "tcp" and offset > ends else []
            held[offset] = data
            try:
                items += decoder.feed(side, data)
            except Malformed:
                continue
            last = run + 1 == len(batch.run_piece) or int(batch.run_piece[run + 1]) != piece
            items += decoder.finish(side) if last and batch.last[piece] else []
            for item in items:
                if isinstance(item, Message):
                    yield item, side, held


def _bytes(held: dict[int, bytes], start: int, end: int) -> str:
    out = b"".join(data[max(0, start - at) : max(0, end - at)] for at, data in sorted(held.items()))
    return out.decode("latin-1")


def tshark(path: Path, chosen: str, *fields: str) -> list[list[str]]:
    command = ["tshark", "-n", "-r", str(path), "-Y", chosen, "-T", "fields"]
    command += ["-E", "separator=/t", "-E", "aggregator=\x02"]
    for field in fields:
        command += ["-e", field]
    run = subprocess.run(command, capture_output=True, check=False)
    lines = run.stdout.decode("latin-1").split("\n")
    return [line.split("\t") for line in lines if line]


@pytest.mark.parametrize("path", FILES or [Path("none")], ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_requests_and_names_are_those_that_tshark_reads(path: Path, corpus: Path) -> None:
    if path.name in EXPLAINED:
        pytest.skip(EXPLAINED[path.name])
    requests: Counter[tuple[str, str]] = Counter()
    names: set[tuple[bool, str]] = set()
    for message, _side, held in messages(path):
        facts = dict(message.facts)
        if message.protocol == "http" and message.kind == "request" and "reading" not in facts:
            target = [part for part in message.parts if part.path in {"path", "query"}]
            requests[facts["method"], _bytes(held, target[0].start, target[-1].end)] += 1
        elif message.protocol in {"dns", "mdns", "llmnr"}:
            names |= {(message.kind == "response", value) for key, value in message.facts if key == "name"}
    theirs = Counter(
        (row[0], row[1])
        for row in tshark(path, "http.request && tcp && !icmp", "http.request.method", "http.request.uri")
    )
    # ours may be more: streams out of order, tunnels and ports that tshark does not look into
    assert not theirs - requests
    asked = {
        (row[0] in {"1", "True"}, "." if name == "<Root>" else name)
        for row in tshark(path, "(dns || mdns || llmnr) && !icmp", "dns.flags.response", "dns.qry.name")
        for name in row[1].split("\x02")
        if name
    }
    assert {name for name in asked if name[1].isascii()} <= names
