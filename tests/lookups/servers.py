"""Servers on loopback that speak real RDAP, WHOIS, DNS and TLS, with faults on demand."""

from __future__ import annotations

import json
import socket
import socketserver
import ssl
import struct
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@contextmanager
def _running(server: Any) -> Iterator[Any]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@contextmanager
def http_server(
    answer: Callable[[str, int], tuple[int, dict[str, str], bytes]],
) -> Iterator[tuple[str, list[str]]]:
    """Serve by HTTP: ``answer`` takes path and number of the request; a body of b"CUT" is cut, b"SLOW" is slow."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.path)
            status, headers, body = answer(self.path, len(seen))
            if body == b"SLOW":
                time.sleep(1.0)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body) + (50 if body == b"CUT" else 0)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            del args

    ThreadingHTTPServer.daemon_threads = True
    with _running(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as server:
        yield f"http://127.0.0.1:{server.server_address[1]}", seen


@contextmanager
def whois_server(answers: dict[str, bytes]) -> Iterator[tuple[str, list[str]]]:
    """Serve WHOIS: an answer by the question, nothing for others."""
    seen: list[str] = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            question = self.rfile.readline().decode().strip()
            seen.append(question)
            self.wfile.write(answers.get(question, b""))

    with _running(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)) as server:
        yield f"127.0.0.1:{server.server_address[1]}", seen


def name(host: str) -> bytes:
    return b"".join(bytes([len(label)]) + label.encode() for label in host.split(".")) + b"\0"


def ns_answer(query: bytes, servers: list[str], *, cut: bool = False, number: bytes = b"") -> bytes:
    head = (number or query[:2]) + struct.pack(
        ">5H", 0x8180 | (0x0200 if cut else 0), 1, 0 if cut else len(servers), 0, 0
    )
    body = b"".join(
        b"\xc0\x0c" + struct.pack(">2HIH", 2, 1, 60, len(name(each))) + name(each) for each in servers
    )
    return head + query[12:] + (b"" if cut else body)


def _on_one_port(
    datagrams: type[socketserver.BaseRequestHandler], streams: type[socketserver.BaseRequestHandler]
) -> tuple[socketserver.ThreadingUDPServer, socketserver.ThreadingTCPServer]:
    """Bind a port for both; one that is free for datagrams may be taken for streams."""
    for _ in range(50):
        over_udp = socketserver.ThreadingUDPServer(("127.0.0.1", 0), datagrams)
        try:
            return over_udp, socketserver.ThreadingTCPServer(over_udp.server_address, streams)
        except OSError:
            over_udp.server_close()
    raise OSError("no port of this machine is free for both")


@contextmanager
def dns_server(
    servers: list[str], *, cut: bool = False, noise: bool = False
) -> Iterator[tuple[str, list[str]]]:
    """Serve DNS over UDP and TCP on one port."""
    seen: list[str] = []

    class Datagrams(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            query, sender = self.request
            seen.append("udp")
            if noise:
                sender.sendto(ns_answer(query, ["forged.example"], number=b"\0\0"), self.client_address)
            sender.sendto(ns_answer(query, servers, cut=cut), self.client_address)

    class Streams(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            size = int.from_bytes(self.rfile.read(2), "big")
            answer = ns_answer(self.rfile.read(size), servers)
            seen.append("tcp")
            self.wfile.write(len(answer).to_bytes(2, "big") + answer)

    over_udp, over_tcp = _on_one_port(Datagrams, Streams)
    with _running(over_udp), _running(over_tcp):
        yield f"127.0.0.1:{over_udp.server_address[1]}", seen


@contextmanager
def tls_server(folder: Path, organisation: str) -> Iterator[int]:
    """Serve TLS with a certificate of our own."""
    certificate, key = self_signed(organisation)
    (folder / "c.pem").write_bytes(certificate)
    (folder / "k.pem").write_bytes(key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "c.pem", folder / "k.pem")
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(5)

    def serve() -> None:
        try:
            plain, _ = listening.accept()
            with context.wrap_socket(plain, server_side=True) as closed:
                closed.recv(1)
        except OSError:
            return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        listening.close()
        thread.join(6)


def self_signed(organisation: str) -> tuple[bytes, bytes]:
    """Give a certificate and its key as PEM."""
    import datetime as dt

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, "x.example"),
        ]
    )
    day = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(day)
        .not_valid_after(day + dt.timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    return (
        built.public_bytes(serialization.Encoding.PEM),
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
    )


def rdap(content: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
    return 200, {"Content-Type": "application/rdap+json; charset=utf-8"}, json.dumps(content).encode()


def card(name: str, *roles: str, key: str = "fn", entities: list[Any] | None = None) -> dict[str, Any]:
    """Give an entity with a jCard."""
    return {
        "objectClassName": "entity",
        "handle": name.upper()[:8],
        "roles": list(roles),
        "vcardArray": ["vcard", [["version", {}, "text", "4.0"], [key, {}, "text", name]]],
        "entities": entities or [],
    }


DOMAIN = {
    "objectClassName": "domain",
    "ldhName": "x.example",
    "entities": [
        card("Example Registrar", "registrar", entities=[card("Abuse Desk", "abuse")]),
        card("Example Holder AS", "registrant"),
    ],
    "nameservers": [{"ldhName": "NS2.Host.example"}, {"ldhName": "ns1.host.example"}],
}
DIALECTS = {
    # registry -> (answer, holder): where each of the five puts the holder's name
    "arin": (
        {"objectClassName": "ip network", "name": "EX-1", "entities": [card("Example Org", "registrant")]},
        "Example Org",
    ),
    "ripe": (
        {
            "objectClassName": "ip network",
            "name": "EX-NET",
            "country": "NO",
            "entities": [card("Example Org", "registrant", key="org"), card("RIPE NCC", "abuse")],
        },
        "Example Org",
    ),
    "apnic": (
        {
            "objectClassName": "ip network",
            "name": "EXNET-CN",
            "country": "cn",
            "remarks": [{"title": "description", "description": ["Example Org", "Street 1"]}],
            "entities": [card("China Internet Network Information Center", "technical", "administrative")],
        },
        "Example Org",
    ),
    "lacnic": (
        {
            "objectClassName": "ip network",
            "handle": "1",
            "entities": [card("Example Org", "legal representative")],
        },
        "Example Org",
    ),
    "afrinic": (
        {"objectClassName": "ip network", "name": "EXAMPLE-ORG-NET", "entities": [card("NOC", "technical")]},
        "EXAMPLE-ORG-NET",
    ),
}
