"""Real TLS peers that talk through memory: what they sent, what they said inside, and their key log."""

from __future__ import annotations

import datetime as dt
import ssl
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from vitne.lab.packets import ACK, FIN, SYN, Ends, Numbers, ethernet, ipv4, tcp

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from vitne.lab.pcap import TimedFrame

NAME = "collector.example"
START_NS = 1_790_000_000_000_000_000
_MACS = ("00:00:5e:00:53:01", "00:00:5e:00:53:02")
_ENDS = (Ends("192.0.2.10", "198.51.100.20"), Ends("198.51.100.20", "192.0.2.10"))


def write_certificate(path: Path) -> Path:
    """Write a key and its self-signed certificate into one file."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    begin = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begin)
        .not_valid_after(begin + dt.timedelta(days=36500))
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


class Talk:
    """One recorded connection."""

    def __init__(self) -> None:
        self.wire: tuple[bytearray, bytearray] = (bytearray(), bytearray())
        self.inside: tuple[bytearray, bytearray] = (bytearray(), bytearray())
        self.order: list[tuple[int, bytes]] = []  # flights in the order they were sent
        self.version = ""
        self.cipher = ""
        self.session: Any = None
        self.reused = False


class Peers:
    """Makes connections between an OpenSSL client and an OpenSSL server."""

    def __init__(self, certificate: Path, keylog: Path) -> None:
        self.certificate = certificate
        self.keylog = keylog

    def contexts(self, version: str, ciphers: str = "") -> tuple[ssl.SSLContext, ssl.SSLContext]:
        """Give both sides' contexts for one TLS version."""
        number = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}[version]
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.load_cert_chain(self.certificate)
        client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        client.check_hostname = False
        client.verify_mode = ssl.CERT_NONE
        client.keylog_filename = str(self.keylog)
        for context in (server, client):
            context.minimum_version = context.maximum_version = number
            if ciphers:
                context.set_ciphers(ciphers)
        return client, server

    def talk(
        self,
        contexts: tuple[ssl.SSLContext, ssl.SSLContext],
        said: list[tuple[int, bytes]],
        *,
        session: Any = None,
    ) -> Talk:
        """Shake hands, say these things (side, bytes) one after the other, and close."""
        talk = Talk()
        bios = [(ssl.MemoryBIO(), ssl.MemoryBIO()) for _ in range(2)]
        ends = [
            contexts[0].wrap_bio(*bios[0], server_side=False, server_hostname=NAME, session=session),
            contexts[1].wrap_bio(*bios[1], server_side=True),
        ]

        def carry() -> None:
            for side in (0, 1):
                sent = bios[side][1].read()
                if sent:
                    talk.wire[side].extend(sent)
                    talk.order.append((side, sent))
                    bios[1 - side][0].write(sent)

        def tried(action: Callable[[], Any]) -> Any:
            try:
                return action()
            except ssl.SSLWantReadError:
                return None

        for _ in range(6):
            for end in ends:
                tried(end.do_handshake)
                carry()
        for side, words in said:
            ends[side].write(words)
            talk.inside[side].extend(words)
            carry()
            left = len(words)
            while left > 0:
                left -= len(tried(lambda side=side, left=left: ends[1 - side].read(left)) or b"x" * left)
            carry()
        talk.version, talk.cipher = ends[0].version() or "", (ends[0].cipher() or ("",))[0]
        talk.session, talk.reused = ends[0].session, bool(ends[0].session_reused)
        for end in ends:
            tried(end.unwrap)
            carry()
        return talk


def frames_of(
    talk: Talk, *, port: int = 40000, segment: int = 1400, start_ns: int = START_NS
) -> list[TimedFrame]:
    """Give the frames of a recorded connection: handshake, flights in segments, end."""
    frames: list[TimedFrame] = []
    sequence = [1000, 5000]
    ports = ((port, 443), (443, port))

    def packet(side: int, payload: bytes, flags: int = ACK) -> None:
        numbers = Numbers(seq=sequence[side], ack=sequence[1 - side] if flags != SYN else 0, flags=flags)
        inner = ipv4(tcp(payload, _ENDS[side], ports[side], numbers=numbers), _ENDS[side], protocol=6)
        frames.append((start_ns + len(frames) * 1_000_000, ethernet(inner, _MACS[side], _MACS[1 - side])))
        sequence[side] += len(payload) + bool(flags & (SYN | FIN))

    packet(0, b"", SYN)
    packet(1, b"", SYN | ACK)
    packet(0, b"")
    for side, flight in talk.order:
        for at in range(0, len(flight), segment):
            packet(side, flight[at : at + segment])
        packet(1 - side, b"")
    packet(0, b"", FIN | ACK)
    packet(1, b"", FIN | ACK)
    packet(0, b"")
    return frames
