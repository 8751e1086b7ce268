"""Sendings of invented cases, for the tests of this room."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from vitne.model import App, Destination, Finding, Source

CAPTURE = {"name": "a.pcap", "sha256": "0" * 64}


def finding(**change: Any) -> Finding:
    """Give a finding of an IMEI to a host, changed as asked for."""
    host = change.pop("host", "registration.carrier.example")
    app = change.pop("app", App())
    known: dict[str, Any] = {
        "id": "F-1",
        "group": "G-1",
        "identifier": "imei",
        "kind": "identifier",
        "seed": None,
        "value": "imei#1",
        "spelling": "imei#1",
        "field": "IMEI1",
        "grade": "observed",
        "evalue": None,
        "reasons": (),
        "verified": True,
        "direction": "sent",
        "delivery": "sent",
        "answer": "",
        "protection": "clear",
        "scope": "internet",
        "capture": CAPTURE,
        "frames": (1,),
        "message_frames": (1, 1),
        "time_ns": 1,
        "time": "2019-02-03T06:14:30Z",
        "transport": "tcp",
        "source": Source(ip="192.0.2.20", port=1, mac="", device="device#1"),
        "destination": Destination(
            ip="203.0.113.80",
            port=80,
            host=host,
            host_source="http-host",
            domain=".".join(host.split(".")[-2:]),
        ),
        "layers": (),
        "value_range": (0, 1),
        "stream_range": (0, 1),
        "also": (),
        "sender": None,
        "filter": "",
        "protocol": "http",
        "flow": 1,
        "app": app,
    }
    return Finding(**{**known, **change})


def case(*findings: Finding, opaque: tuple[Any, ...] = (), gaps: tuple[Any, ...] = ()) -> Any:
    """Give a case of these findings."""
    captures = (SimpleNamespace(name="a.pcap", sha256="0" * 64),)
    return SimpleNamespace(findings=findings, opaque=opaque, gaps=gaps, captures=captures)


def opaque(host: str, count: int = 1000) -> Any:
    """Give unreadable bytes to a host."""
    from vitne.store import OpaqueTotal

    place = Destination(ip="203.0.113.9", port=443, host=host, host_source="sni", domain="example")
    return OpaqueTotal(reason="tls", device="device#1", destination=place, transport="tcp", bytes=count)
