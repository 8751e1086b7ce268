"""What keys open, byte for byte against tshark: every decrypted stream, and what HTTP/2 said in its headers.

Usage: python -m bench.doors.plaintext CAPTURE KEYS [CAPTURE KEYS ...]
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bench.decryption import insides

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vitne.model import Message
    from vitne.pipeline.opened import Inside

_QUIC = "quic.connection.number"
_TOGETHER = 200  # streams that tshark is asked to follow at a time
_HEX = re.compile(r"(?:[0-9a-f]{2})+")
_BETWEEN, _WITHIN = "\x02", "\x03"
Key = tuple[str, int, int, int]
"""Kind, port of the client, connection on it, stream."""
Streams = dict[Key, tuple[bytes, ...]]
"""What the two sides of a stream said, in no order of sides."""
Headers = dict[int, Counter[tuple[str, str]]]
"""Port of the client -> header fields of all messages of HTTP/2, each as often as it was said."""


class Compared(NamedTuple):
    """What of one capture is the same."""

    streams: int
    bytes: int
    fields: int  # header fields of HTTP/2
    requests: int
    differ: list[str]


class Own(NamedTuple):
    """What vitne opens."""

    streams: Streams
    headers: Headers


def own(capture: Path, keys: Path) -> Own:
    """Open a capture with vitne."""
    streams: Streams = {}
    headers: Headers = {}
    for inside, messages in insides(capture, keys):
        if inside.flow.transport == "udp":
            _quic(inside, streams)
            continue
        said = tuple(sorted(view.data for view in inside.views.values() if view.data))
        streams["tls", inside.flow.client_port, 0, 0] = said
        fields = Counter(field for message in messages for field in _fields(inside, message))
        if fields:
            headers[inside.flow.client_port] = fields
    return Own(streams, headers)


def _quic(inside: Inside, streams: Streams) -> None:
    said: dict[Key, list[bytes]] = {}
    for view in inside.views.values():
        for stream in view.streams:  # type: ignore[attr-defined]
            if stream.number >= 0:
                key = ("quic", inside.flow.client_port, stream.connection, stream.number)
                said.setdefault(key, []).append(view.slice(stream.start, stream.end))
    streams |= {key: tuple(sorted(parts)) for key, parts in said.items()}


def _fields(inside: Inside, message: Message) -> Iterable[tuple[str, str]]:
    """Give the header fields of a message of HTTP/2, path and query as one."""
    facts = dict(message.facts)
    if facts.get("http-version") != "2":
        return
    view, query = inside.views[message.side], b""
    path = b""
    for part in message.parts:
        data = view.slice(part.start, part.end) if part.data is None else part.data
        if part.path == "path":
            path = data
        elif part.path == "query":
            query = b"?" + data
        elif part.path.startswith("header:"):
            yield part.path.removeprefix("header:"), data.decode("latin-1")
    if message.kind == "request":
        yield ":path", (path + query).decode("latin-1")
        yield ":method", facts["method"]


def theirs(capture: Path, keys: Path, wanted: Own) -> Own:
    """Let tshark open the same."""
    rows = _fields_of(capture, keys, "tcp.flags.syn == 1 && tcp.flags.ack == 0", "tcp.stream", "tcp.srcport")
    stream_of = {int(port): int(number) for number, port in rows}
    numbers: dict[int, list[str]] = {}  # port -> connections of QUIC on it
    for port, number in _fields_of(capture, keys, "quic.long.packet_type == 0", "udp.srcport", _QUIC):
        known = numbers.setdefault(int(port), [])
        known += [] if number.partition(_WITHIN)[0] in known else [number.partition(_WITHIN)[0]]
    asked = {
        key: str(stream_of[key[1]]) if key[0] == "tls" else f"{numbers[key[1]][key[2]]},{key[3]}"
        for key in wanted.streams
    }
    said = _followed(capture, keys, [(key[0], place) for key, place in asked.items()])
    streams = {key: said.get((key[0], place), ()) for key, place in asked.items()}
    headers: Headers = {}
    port_of = {number: port for port, number in stream_of.items()}
    found = _fields_of(
        capture, keys, "http2.header.name", "tcp.stream", "http2.header.name", "http2.header.value"
    )
    for number, names, values in found:
        pairs = zip(names.split(_WITHIN), values.split(_WITHIN), strict=True)
        kept = (pair for pair in pairs if pair[0] not in {":scheme", ":status"})
        headers.setdefault(port_of[int(number)], Counter()).update(kept)
    return Own(streams, headers)


def _tshark(capture: Path, keys: Path, *more: str) -> str:
    known = ["-d", "udp.port==443,quic"]  # a port of a client may be one of another protocol
    command = ["tshark", "-r", str(capture), "-o", f"tls.keylog_file:{keys}", *known, *more]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _fields_of(capture: Path, keys: Path, which: str, *names: str) -> list[list[str]]:
    """Give fields of the frames that a filter lets through."""
    form = ["-Y", which, "-T", "fields", "-E", f"separator={_BETWEEN}", "-E", f"aggregator={_WITHIN}"]
    fields = [word for name in names for word in ("-e", name)]
    return [line.split(_BETWEEN) for line in _tshark(capture, keys, *form, *fields).splitlines()]


def _followed(
    capture: Path, keys: Path, places: list[tuple[str, str]]
) -> dict[tuple[str, str], tuple[bytes, ...]]:
    """Give what both sides of each stream said, by tshark's own following of streams."""
    found: dict[tuple[str, str], tuple[bytes, ...]] = {}
    for at in range(0, len(places), _TOGETHER):
        asked = [f"follow,{kind},raw,{place}" for kind, place in places[at : at + _TOGETHER]]
        told = _tshark(capture, keys, "-q", *(word for one in asked for word in ("-z", one)))
        for section in told.split("Follow: ")[1:]:
            kind, _, rest = section.partition(",")
            head, *lines = rest.splitlines()[1:]
            place = ",".join(re.findall(r"eq (\d+)", head))
            sides = [bytearray(), bytearray()]
            for line in lines:
                if _HEX.fullmatch(line.strip()):
                    sides[line.startswith("\t")] += bytes.fromhex(line)
            found[kind, place] = tuple(sorted(bytes(side) for side in sides if side))
    return found


def compare(capture: Path, keys: Path) -> Compared:
    """Open a capture with both, and give what is the same."""
    ours = own(capture, keys)
    other = theirs(capture, keys, ours)
    differ = [" ".join(map(str, key)) for key, said in ours.streams.items() if said != other.streams[key]]
    for port in sorted({*ours.headers, *other.headers}):
        for side, one, two in (("vitne", ours, other), ("tshark", other, ours)):
            more = one.headers.get(port, Counter()) - two.headers.get(port, Counter())
            differ += [f"HTTP/2 of port {port}: {name}: {value} from {side} alone" for name, value in more]
    fields = [field for told in ours.headers.values() for field in told.elements()]
    return Compared(
        streams=len(ours.streams),
        bytes=sum(len(side) for said in ours.streams.values() for side in said),
        fields=len(fields),
        requests=sum(name == ":method" for name, _ in fields),
        differ=differ,
    )


def line_of(name: str, found: Compared) -> str:
    """Say it in one line."""
    same = "all as tshark has them" if not found.differ else f"{len(found.differ)} differ"
    inside = f"{found.streams} decrypted streams with {found.bytes} bytes"
    return f"{name}: {inside}, {found.requests} requests of HTTP/2 with {found.fields} header fields: {same}"


def main(given: list[str]) -> int:
    """Compare each capture with its keys; 1 where something differs."""
    wrong = 0
    for capture, keys in zip(given[::2], given[1::2], strict=True):
        found = compare(Path(capture), Path(keys))
        print(line_of(Path(capture).name, found))
        for each in found.differ:
            print(f"    {each}")
        wrong += len(found.differ)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
