"""Differential test: which frames belong to which stream, and each TCP stream's bytes, against tshark.

What differs is explained file by file in docs/explanation/tshark-differences.md; the lists below name the same
files and nothing else may differ.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from vitne.intake import open_capture
from vitne.model import RecordChunk, StreamBatch
from vitne.reassemble import Traffic, Walk

SUFFIXES = {".pcap", ".pcapng", ".cap", ".trace"}
PARTS = 4  # so that several workers share the captures
EXPLANATION = Path(__file__).parents[2] / "docs" / "explanation" / "tshark-differences.md"
ONLY_IN_TSHARK = {  # frames that tshark puts into a stream and we do not, beyond ICMP errors that quote one
    "invalid_or_unsupported.pcap": [1, 2, 3, 4, 6],
}
STREAMS = {  # (transport, number in tshark) whose frames or bytes differ
    "KakaoTalk_chat.pcap": [("tcp", 2)],
    "decode-teredo-01.pcap": [("udp", 6)],
    "fuzz-2006-06-26-2594.pcap": [("tcp", 3), ("udp", 198)],
}

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.tshark,
    pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed"),
]


def _ours(path: Path) -> tuple[Traffic, dict[tuple[int, int], bytes]]:
    """Give the traffic of a capture and its streams, holes written as tshark writes them."""
    reader = open_capture(path)
    walk = Walk()
    for chunk in reader.chunks():
        if isinstance(chunk, RecordChunk):
            walk.add(0, reader.buffer, chunk)
    traffic = walk.finish()
    streams: dict[tuple[int, int], bytearray] = {}
    ends: dict[tuple[int, int], int] = {}
    for batch in traffic.batches():
        if not isinstance(batch, StreamBatch):
            continue
        for run, piece in enumerate(batch.run_piece.tolist()):
            key = (int(batch.flow[piece]), int(batch.side[piece]))
            at, length, offset = (
                int(batch[run]) for batch in (batch.run_position, batch.run_length, batch.run_offset)
            )
            stream = streams.setdefault(key, bytearray())
            if offset > ends.get(key, 0):
                stream += b"[%d bytes missing in capture file]\0" % (offset - ends.get(key, 0))
            stream += batch.data[at : at + length].tobytes()
            ends[key] = offset + length
    return traffic, {key: bytes(stream) for key, stream in streams.items()}


def _tshark(path: Path, streams: int) -> tuple[list[tuple[str, str, str]], dict[int, dict[str, bytes]]]:
    """Give tshark's (protocols, TCP streams, UDP streams) per frame, and the bytes of TCP streams by sender."""
    fields = ["-T", "fields", "-e", "frame.protocols", "-e", "tcp.stream", "-e", "udp.stream"]
    follow = [part for number in range(streams) for part in ("-z", f"follow,tcp,raw,{number}")]
    command = ["tshark", "-n", "-r", str(path), *fields, *follow]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    frames: list[tuple[str, str, str]] = []
    found: dict[int, dict[str, bytes]] = {}
    nodes: list[str] = []
    current: dict[str, bytes] | None = None
    for line in run.stdout.splitlines():
        if match := re.fullmatch(r"Filter: tcp\.stream eq (\d+)", line):
            current, nodes = found.setdefault(int(match[1]), {}), []
        elif current is not None and (match := re.fullmatch(r"Node \d: (.*)", line)):
            nodes.append(match[1])
            current[match[1]] = b""
        elif current is not None and re.fullmatch(r"\t?[0-9a-f]+", line):
            current[nodes[line.startswith("\t")]] += bytes.fromhex(line.strip())
        elif current is None and line.count("\t") == 2:
            protocols, tcp, udp = line.split("\t")
            frames.append((protocols, tcp, udp))
    return frames, found


def _innermost(protocols: str, tcp: str, udp: str) -> tuple[str, int] | None:
    """Give the stream of the innermost transport of a frame, None where an ICMP error quotes it."""
    layers = re.split(r":icmp(?:v6)?\b", protocols)[0].split(":")
    kinds = [layer for layer in layers if layer in {"tcp", "udp"}]
    if not kinds:
        return None
    numbers = {"tcp": tcp, "udp": udp}[kinds[-1]].split(",")
    return (kinds[-1], int(numbers[kinds.count(kinds[-1]) - 1])) if numbers[0] else None


def _streams_of(
    traffic: Traffic, frames: list[tuple[str, str, str]], name: str
) -> tuple[dict[Any, set[int]], list[str]]:
    flows = traffic._rows["flow"].tolist()
    ours: dict[Any, set[int]] = {}
    told: list[str] = []
    for row, frame in enumerate(frames):
        key = _innermost(*frame)
        flow = None if flows[row] == 0xFFFFFFFF else flows[row] >> 1
        if (key is None) != (flow is None):
            if row + 1 not in ONLY_IN_TSHARK.get(name, []):
                told.append(f"{name}: frame {row + 1} is in {key} and in flow {flow}")
        elif key is not None and flow is not None:
            ours.setdefault(key, set()).add(flow)
    return ours, told


def _compare(path: Path) -> tuple[int, list[str]]:
    """Compare one capture; give the number of streams compared and what differs without explanation."""
    name = path.name
    traffic, streams = _ours(path)
    tcp = int((traffic.flow_columns()["protocol"] == 6).sum())
    frames, followed = _tshark(path, tcp + 24)  # tshark also numbers streams that ICMP errors quote
    told = [f"{name}: {len(frames)} frames, {traffic.packet_count} rows"] * (
        len(frames) != traffic.packet_count
    )
    ours, more = _streams_of(traffic, frames, name)
    told += more
    explained = STREAMS.get(name, [])
    once = [flow for flows in ours.values() for flow in flows]
    for key, flows in ours.items():
        if key in explained:
            continue
        (flow, *others) = flows
        if others or once.count(flow) > 1:
            told.append(f"{name}: {key} is flows {sorted(flows)}")
        elif key[0] == "tcp":
            noun = traffic.flow(flow)
            for side, (ip, port) in enumerate(
                [(noun.client_ip, noun.client_port), (noun.server_ip, noun.server_port)]
            ):
                node = f"[{ip}]:{port}" if ":" in ip else f"{ip}:{port}"
                if followed.get(key[1], {}).get(node, b"") != streams.get((flow, side), b""):
                    told.append(f"{name}: bytes of {key} from {node}")
    return len(ours), told


@pytest.mark.parametrize("part", range(PARTS))
def test_frames_streams_and_bytes_are_those_of_tshark(corpus, part):
    paths = sorted(path for path in (corpus / "pcap").rglob("*") if path.suffix in SUFFIXES)
    results = [_compare(path) for path in paths[part::PARTS]]
    assert [line for _, told in results for line in told] == []
    assert sum(count for count, _ in results) > 100


def test_each_difference_stands_in_the_explanation():
    text = EXPLANATION.read_text()
    for name in [*ONLY_IN_TSHARK, *STREAMS]:
        assert f"`{name}`" in text
