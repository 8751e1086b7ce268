"""Hand-made nouns with invented values, for the tests of rooms that take findings and give something else."""

from __future__ import annotations

from typing import Any

from vitne.model import Capture, Destination, Finding, Gap, Oddity, Source

DIGEST = "5d" * 32  # stands for the digest of a capture
NAME = "phone-hour.pcapng"
_DEVICE = "Kari-sin-telefon (00:00:5e:00:53:01)"
_NS = 1_549_174_542_620_000_000  # 2019-02-03T06:15:42.62Z


def source(**changes: Any) -> Source:
    """Give the invented phone as a source."""
    said: dict[str, Any] = {"ip": "192.0.2.20", "port": 39769, "mac": "00:00:5e:00:53:01", "device": _DEVICE}
    return Source(**(said | changes))


def destination(**changes: Any) -> Destination:
    """Give the invented registration server as a destination."""
    said: dict[str, Any] = {
        "ip": "203.0.113.80",
        "port": 80,
        "host": "registration.carrier.example",
        "host_source": "http-host",
        "domain": "carrier.example",
    }
    return Destination(**(said | changes))


def finding(**changes: Any) -> Finding:
    """Give the IMEI of the first registration as a finding, masked; any field may be given another value."""
    layers: tuple[dict[str, Any], ...] = (
        {"codec": "http", "path": "body", "range": [205, 903], "params": {}},
        {"codec": "base64", "path": "", "range": [0, 698], "params": {"wrap": 76, "feed": "\n"}},
        {"codec": "json", "path": "IMEI1", "range": [325, 340], "params": {}},
    )
    said: dict[str, Any] = {
        "id": "f-6b1f0c2ad3",
        "group": "g-91c2aa07",
        "identifier": "imei",
        "kind": "identifier",
        "seed": "imei slot 1",
        "value": "00440299•••••••",
        "spelling": "00440299•••••••",
        "field": "IMEI1",
        "grade": "observed",
        "evalue": None,
        "reasons": ("the bytes equal a known value", "the check digit is right"),
        "verified": True,
        "direction": "sent",
        "delivery": "refused",
        "answer": "HTTP 200, resultCode 1",
        "protection": "encoded",
        "scope": "internet",
        "capture": {"name": NAME, "sha256": DIGEST},
        "frames": (131,),
        "message_frames": (131, 131),
        "time_ns": _NS,
        "time": "2019-02-03T06:15:42.620000000Z",
        "transport": "tcp",
        "source": source(),
        "destination": destination(),
        "layers": layers,
        "value_range": (0, 15),
        "stream_range": (644, 665),
        "also": (),
        "sender": "self-registration",
        "filter": "frame.number == 131",
        "protocol": "http",
        "flow": 17,
    }
    return Finding(**(said | changes))


def findings() -> tuple[Finding, ...]:
    """Give two registrations with three identifiers and two attributes each, and a name told at home."""
    out = []
    for number, frame in enumerate((131, 288)):
        when = {
            "time_ns": _NS + number * 694 * 10**9,
            "time": f"2019-02-03T06:{15 + 11 * number}:42.620000000Z",
            "frames": (frame,),
            "message_frames": (frame, frame + number),
            "filter": f"frame.number == {frame}",
            "flow": 17 + number,
        }
        for field, identifier, kind, value in _FIELDS:
            grade = "declared" if kind == "attribute" else "observed"
            out.append(
                finding(
                    id=f"f-{number}-{field.lower()}",
                    group=f"g-{field.lower()}",
                    identifier=identifier,
                    kind=kind,
                    field=field,
                    value=value,
                    spelling=value,
                    grade=grade,
                    seed=None if kind == "attribute" else f"{identifier}#1",
                    **when,
                )
            )
    home = destination(ip="224.0.0.251", port=5353, host="", host_source="none", domain="")
    out.append(
        finding(
            id="f-name",
            group="g-name",
            identifier="device-name",
            kind="identifier",
            field="name",
            value="K•••••••••••••••",
            spelling="K•••••••••••••••",
            seed="device-name#1",
            delivery="sent",
            answer="",
            protection="clear",
            scope="multicast",
            transport="udp",
            protocol="mdns",
            destination=home,
            source=source(port=5353),
            frames=(13,),
            message_frames=(13, 13),
            sender=None,
            filter="frame.number == 13",
            layers=({"codec": "mdns", "path": "answer", "range": [12, 35], "params": {}},),
        )
    )
    return tuple(out)


_FIELDS = (
    ("IMEI1", "imei", "identifier", "00440299•••••••"),
    ("SIM1ICCID", "iccid", "identifier", "8999•••••••••••••••"),
    ("SIM1CELLID", "cell-id", "location", "001-01 ••••"),
    ("MODEL", "device-model", "attribute", "HMD-TA 0000"),
    ("OSVER", "os-version", "attribute", "Android8.1.0"),
)


def capture(**changes: Any) -> Capture:
    """Give a capture."""
    said: dict[str, Any] = {
        "number": 0,
        "name": NAME,
        "path": f"somewhere/{NAME}",
        "size": 370_192,
        "sha256": DIGEST,
        "format": "pcapng",
        "packets": 831,
        "first_ns": _NS - 61 * 10**9,
        "last_ns": _NS + 3610 * 10**9,
    }
    return Capture(**(said | changes))


def gaps() -> tuple[Gap, ...]:
    """Give two gaps."""
    return (
        Gap(
            kind="missing-segment",
            why="no captured frame holds these bytes",
            flow=31,
            offset=1200,
            length=4284,
        ),
        Gap(kind="truncated-file", why="the file ends inside a record", frame=832, offset=370_100, length=92),
    )


def oddities() -> tuple[Oddity, ...]:
    """Give two oddities."""
    return (
        Oddity(
            name="claims-encryption",
            note="the media type says encrypted, the body is readable",
            frame=131,
            count=8,
        ),
        Oddity(name="segment-overlap", note="a segment came twice with the same bytes", frame=288, flow=18),
    )


def opaque() -> tuple[dict[str, Any], ...]:
    """Give what could not be read of two destinations, as rows of the case."""
    mail = {"ip": "198.51.100.61", "port": 443, "host": "mail.post.example", "host_source": "sni"}
    push = {"ip": "2001:db8:62::5228", "port": 5228, "host": "push.market.example", "host_source": "dns"}
    shared = {"reason": "tls", "device": _DEVICE, "transport": "tcp", "protocol": "tls", "scope": "internet"}
    return (
        shared
        | {"destination": mail | {"domain": "post.example"}, "bytes": 33_120, "flows": 2}
        | {"filter": "tcp.stream in {4, 9}", "first_ns": _NS - 50 * 10**9, "last_ns": _NS + 690 * 10**9},
        shared
        | {"destination": push | {"domain": "market.example"}, "bytes": 7_240, "flows": 1}
        | {"filter": "tcp.stream == 12", "first_ns": _NS - 45 * 10**9, "last_ns": _NS + 2500 * 10**9},
    )


def transmissions() -> tuple[dict[str, Any], ...]:
    """Give the two registrations as messages that passed, as rows of the case."""
    second = finding(frames=(288,), message_frames=(288, 289), time_ns=_NS + 694 * 10**9)
    return tuple(
        {
            "time_ns": found.time_ns,
            "capture": 0,
            "flow": found.flow,
            "message_frames": list(found.message_frames),
            "device": found.source.device,
            "source_ip": found.source.ip,
            "source_port": found.source.port,
            "ip": found.destination.ip,
            "port": found.destination.port,
            "host": found.destination.host,
            "host_source": found.destination.host_source,
            "transport": "tcp",
            "protocol": "http",
            "kind": "request",
            "bytes": 903,
            "delivery": "refused",
        }
        for found in (finding(), second)
    )
