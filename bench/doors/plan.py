"""What each client of the run sends, and how it goes: the one place that names carriers.

Read by vitne's own environment and, as a plain file, by the environments of the clients and the proxy; so it
imports nothing.
"""

from __future__ import annotations

PORTS = {
    "plain": 18080,
    "tls12": 18442,
    "tls13": 18443,
    "grpc": 18444,
    "mqtt": 18883,
    "proxy": 18888,
    "tcp": 18884,
}
"""Ports on loopback; ``tcp`` is the proxy's own door for MQTT."""
PROXY_CA = "mitmproxy-ca-cert.pem"
CARRIERS = (
    "curl-plain-1.1", "curl-tls12-1.1", "curl-tls13-1.1", "curl-tls12-2", "curl-tls13-2", "curl-form-2",
    "curl-gzip-1.1", "curl-events-1.1", "curl-grpcweb-2", "chromium", "websocket", "grpc", "mqtt",
)  # fmt: skip
"""Runs through the proxy, by name; each has a host and an identity of its own."""
DIRECT = ("http3",)
"""Runs that go past the proxy, which has no door for them here."""


def host(carrier: str) -> str:
    """Name the server as this client calls it."""
    return f"{carrier.replace('.', '-')}.collect.example"


def imei(carrier: str) -> str:
    """Give the IMEI that this client sends: a test type, a number of its own, a true check digit."""
    stem = f"004402{99_000_00 + 97 * (1 + (*CARRIERS, *DIRECT).index(carrier)):08d}"
    total = 0
    for place, digit in enumerate(stem):
        doubled = int(digit) * (1 + place % 2)
        total += doubled // 10 + doubled % 10
    return stem + str(-total % 10)


def ad_id(carrier: str) -> str:
    """Give the advertising identifier that this client sends."""
    number = (*CARRIERS, *DIRECT).index(carrier)
    return f"6a1c1487-a0af-4223-b142-a0f4621d{number:04x}"
