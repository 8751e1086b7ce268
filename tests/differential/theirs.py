"""What tshark says of a capture: two runs at most."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from tests.differential.facts import Answer, Said, shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OPTIONS = ["-o", "tcp.reassemble_out_of_order:TRUE", "-o", "http.desegment_body:TRUE"]
# ports on which some captures carry HTTP/2 without TLS: tshark looks for it where it expects HTTP
OPTIONS += [word for port in (3000, 50051, 50052) for word in ("-d", f"tcp.port=={port},http")]
FIELDS = [
    "frame.protocols",
    "tcp.stream",
    "udp.stream",
    "frame.time_epoch",
    "frame.cap_len",
    "frame.len",
    "dns.flags.response",
    "dns.qry.name",
    "dns.resp.name",
    "dns.resp.type",
    "dns.cname",
    "dns.ptr.domain_name",
    "dns.srv.target",
    "dns.mx.mail_exchange",
    "dns.ns",
    "dns.soa.mname",
    "dns.soa.rname",
    "dns.a",
    "dns.aaaa",
    "tls.handshake.extensions_server_name",
    "gquic.tag.sni",
    "http2.headers.method",
    "http2.headers.path",
    "http2.headers.authority",
]
SEPARATOR, BETWEEN = "\x1f", "\x02"
Row = dict[str, list[str]]


def ask(path: Path, streams: int) -> Answer:
    """Ask tshark about a capture with up to so many TCP streams."""
    follow = [part for number in range(streams) for part in ("-z", f"follow,tcp,raw,{number}")]
    wanted = [part for field in FIELDS for part in ("-e", field)]
    shape = ["-T", "fields", "-E", f"separator={SEPARATOR}", "-E", f"aggregator={BETWEEN}"]
    rows: list[Row] = []
    found: dict[int, dict[str, bytes]] = {}
    nodes: list[str] = []
    current: dict[str, bytes] | None = None
    for line in _run(path, [*shape, *wanted, *follow]).decode("utf-8", "replace").split("\n"):
        if line.count(SEPARATOR) == len(FIELDS) - 1:
            cells = (cell.split(BETWEEN) if cell else [] for cell in line.split(SEPARATOR))
            rows.append(dict(zip(FIELDS, cells, strict=True)))
        elif match := re.fullmatch(r"Filter: tcp\.stream eq (\d+)", line):
            current, nodes = found.setdefault(int(match[1]), {}), []
        elif current is not None and (match := re.fullmatch(r"Node \d: (.*)", line)):
            nodes.append(match[1])
            current[match[1]] = b""
        elif current is not None and re.fullmatch(r"\t?[0-9a-f]+", line):
            current[nodes[line.startswith("\t")]] += bytes.fromhex(line.strip())
    said: list[Said] = []
    for number, row in enumerate(rows, 1):
        said += _of_frame(number, row)
    if any(":tcp" in row["frame.protocols"][0] and ":http" in row["frame.protocols"][0] for row in rows):
        said += _requests(path)
    return Answer(said, [_innermost(row) for row in rows], found)


def _run(path: Path, words: list[str]) -> bytes:
    command = ["tshark", "-n", "-r", str(path), *OPTIONS, *words]
    return subprocess.run(command, capture_output=True, check=False, timeout=120).stdout


def _innermost(row: Row) -> tuple[str, int] | None:
    """Give the stream of the innermost transport of a frame, None where an ICMP error quotes it."""
    layers = re.split(r":icmp(?:v6)?\b", row["frame.protocols"][0])[0].split(":")
    kinds = [layer for layer in layers if layer in {"tcp", "udp"}]
    if not kinds:
        return None
    numbers = row[f"{kinds[-1]}.stream"]
    return (kinds[-1], int(numbers[kinds.count(kinds[-1]) - 1])) if numbers else None


def _of_frame(number: int, row: Row) -> Iterator[Said]:
    time = row["frame.time_epoch"]
    seconds, _, fraction = time[0].partition(".") if time else ("", "", "")
    moment = int(seconds) * 10**9 + int(fraction) if time else None
    yield Said("packet", (number, moment, int(row["frame.cap_len"][0]), int(row["frame.len"][0])), number)
    protocols = row["frame.protocols"][0].split(":")
    if "icmp" in protocols or "icmpv6" in protocols:
        return  # what an error quotes was said in its own frame
    for name in row["tls.handshake.extensions_server_name"] + row["gquic.tag.sni"]:
        yield Said("server-name", (name.lower(),), number)
    words = [row[f"http2.headers.{word}"] for word in ("method", "path", "authority")]
    for each in zip_longest(*words, fillvalue=""):
        yield Said("http2-request", each, number)
    yield from _names(number, row)


def _names(number: int, row: Row) -> Iterator[Said]:
    if not row["dns.flags.response"] or row["dns.flags.response"][0] == "":
        return
    response = row["dns.flags.response"][0] in {"1", "True"}
    for name in row["dns.qry.name"]:
        yield Said("dns-name", ("response" if response else "query", "asked", shown(name)), number)
    others = [field for field in FIELDS[8:17] if field != "dns.resp.type"]
    for name in {shown(name) for field in others for name in row[field]}:
        if name != ".":
            yield Said("dns-name", ("response" if response else "query", "told", name), number)
    yield from (Said("dns-address", pair, number) for pair in _addresses(row))


def _addresses(row: Row) -> Iterator[tuple[str, str]]:
    """Give each address with the name that it is for in the end: aliases are followed back.

    The name is "" where tshark's fields do not tell which record is whose: the types that an NSEC record lists
    stand among those of the records, and the name of an SRV record stands in other fields.
    """
    types = [kind for kind in row["dns.resp.type"] if kind != "33"]
    if len(types) != len(row["dns.resp.name"]):
        yield from ((address, "") for address in row["dns.a"] + row["dns.aaaa"])
        return
    records = list(zip(types, map(shown, row["dns.resp.name"]), strict=True))
    nicknames = (owner for kind, owner in records if kind == "5")
    aliases = dict(zip(map(shown, row["dns.cname"]), nicknames, strict=True))
    for kind, field in (("1", "dns.a"), ("28", "dns.aaaa")):
        owners = (owner for other, owner in records if other == kind)
        for address, owner in zip(row[field], owners, strict=True):
            asked = owner
            for _ in aliases:
                asked = aliases.get(asked, asked)
            yield address, asked


def _requests(path: Path) -> Iterator[Said]:
    words = ["-Y", "http.request && tcp && !icmp && !icmpv6", "-T", "json", "-x", "-J", "http frame"]
    text = _run(path, words).decode("utf-8", "replace")
    for packet in json.loads(text, object_pairs_hook=list) if text.strip() else []:
        layers = _one(_one(packet, "_source"), "layers")
        number = int(_one(_one(layers, "frame"), "frame.number"))
        for name, layer in layers:
            if name == "http" and isinstance(layer, list):
                found: dict[str, Any] = {}
                _gather(layer, found)
                if "http.request.method_raw" in found:
                    yield _request(found, number)


def _request(found: dict[str, Any], number: int) -> Said:
    method, target = (_bytes(found.get(f"http.request.{word}_raw")) for word in ("method", "uri"))
    host = _bytes(found.get("http.host_raw")).partition(b":")[2].strip()
    body = _bytes(found.get("http.file_data_raw"))
    uri = found.get("http.request.full_uri", "")
    return Said("http-request", (method, host, target, uri, hashlib.sha256(body).hexdigest()), number)


def _one(pairs: Any, key: str) -> Any:
    return next(value for name, value in pairs if name == key)


def _gather(pairs: Any, found: dict[str, Any]) -> None:
    """Take all fields of one layer; the first of a name stands."""
    for name, value in pairs:
        if name.endswith("_raw") or not isinstance(value, list):
            found.setdefault(name, value)
        else:
            _gather(value, found)


def _bytes(raw: Any) -> bytes:
    return bytes.fromhex(raw[0]) if raw else b""
