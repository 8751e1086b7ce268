"""TLS conversations, built by hand and by Python's own ssl module."""

from __future__ import annotations

import contextlib
import datetime as dt
import ssl
import struct
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from vitne.decode.protocols.tls import Tls, decoder
from vitne.model import Fit, Gap, Message, Oddity

HOST = "telemetry.maker.example"


def record(kind: int, payload: bytes) -> bytes:
    return struct.pack(">BHH", kind, 0x0303, len(payload)) + payload


def handshake(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


def client_bytes(version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> bytes:
    """Let OpenSSL write a ClientHello."""
    context = ssl.create_default_context()
    context.minimum_version = context.maximum_version = version
    context.set_alpn_protocols(["h2", "http/1.1"])
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    engine = context.wrap_bio(incoming, outgoing, server_hostname=HOST)
    with pytest.raises(ssl.SSLWantReadError):
        engine.do_handshake()
    return outgoing.read()


@pytest.fixture(scope="module")
def certificate() -> tuple[bytes, bytes]:
    """Make a certificate: PEM with its key, and DER."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "collector.maker.example")])
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=3650))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("alt.maker.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = built.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return pem, built.public_bytes(serialization.Encoding.DER)


def converse(tmp_path: Any, pem: bytes, version: ssl.TLSVersion, payload: int) -> list[tuple[int, bytes]]:
    """Let two OpenSSL ends talk: the bytes of each side."""
    path = tmp_path / "server.pem"
    path.write_bytes(pem)
    server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_context.load_cert_chain(path)
    client_context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client_context.check_hostname = False
    client_context.verify_mode = ssl.CERT_NONE
    client_context.minimum_version = client_context.maximum_version = version
    bios = [ssl.MemoryBIO() for _ in range(4)]
    ends = (
        client_context.wrap_bio(bios[0], bios[1], server_hostname=HOST),
        server_context.wrap_bio(bios[2], bios[3], server_side=True),
    )
    sent = [b"", b""]

    def move() -> None:
        for side, (out, into) in enumerate(((bios[1], bios[2]), (bios[3], bios[0]))):
            data = out.read()
            sent[side] += data
            into.write(data)

    for _ in range(6):
        for end in ends:
            with contextlib.suppress(ssl.SSLWantReadError):
                end.do_handshake()
            move()
    ends[0].write(bytes(payload))
    move()
    return [(0, sent[0]), (1, sent[1])]


def messages(items: list[Any], kind: str) -> list[Message]:
    return [item for item in items if isinstance(item, Message) and item.kind == kind]


def test_the_server_name_is_an_exact_slice_of_the_stream(drive: Any) -> None:
    data = client_bytes()
    (hello,) = messages(drive(Tls(), [(0, data)]), "client-hello")
    (sni,) = [part for part in hello.parts if part.path == "sni"]
    assert (hello.host, hello.host_source, hello.complete) == (HOST, "sni", True)
    assert sni.exact
    assert data[sni.start : sni.end] == HOST.encode()
    assert [value for name, value in hello.facts if name == "alpn"] == ["h2", "http/1.1"]
    assert ("version", "TLS 1.3") in hello.facts
    assert dict(hello.facts)["ja4"].startswith("t13d")


@pytest.mark.parametrize("size", [1, 2, 7, 100])
def test_a_hello_over_many_records_is_put_together(drive: Any, size: int) -> None:
    body = client_bytes()[5:]
    data = b"".join(record(22, body[i : i + size]) for i in range(0, len(body), size))
    (hello,) = messages(drive(Tls(), [(0, data)]), "client-hello")
    (sni,) = [part for part in hello.parts if part.path == "sni"]
    assert hello.host == HOST
    assert not sni.exact
    assert sni.data == HOST.encode()
    assert data[sni.start : sni.start + 1] == b"t"
    assert data[sni.end - 1 : sni.end] == b"e"


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_conversation_tells_hellos_certificate_and_payload(
    drive: Any, cut_alike: Any, certificate: tuple[bytes, bytes], tmp_path: Any, version: ssl.TLSVersion
) -> None:
    script = converse(tmp_path, certificate[0], version, 50_000)
    items = drive(Tls(), script)
    chosen = dict(messages(items, "server-hello")[0].facts)
    data = messages(items, "application-data")
    assert chosen["version"] == ("TLS 1.2" if version == ssl.TLSVersion.TLSv1_2 else "TLS 1.3")
    assert data[0].side == 0
    assert data[0].opaque == "tls"
    assert 50_000 <= data[0].opaque_bytes < 50_500
    assert data[0].end == len(script[0][1])
    told = messages(items, "certificate")
    if version == ssl.TLSVersion.TLSv1_2:
        assert [value for _, value in told[0].facts] == ["collector.maker.example", "alt.maker.example"]
        assert script[1][1][told[0].parts[0].start : told[0].parts[0].end] == certificate[1]
    else:
        assert told == []
    small = converse(tmp_path, certificate[0], version, 300)
    cut_alike(Tls, small)


def test_a_client_certificate_is_a_part_of_its_own(drive: Any, certificate: tuple[bytes, bytes]) -> None:
    der = certificate[1]
    listed = (len(der) + 3).to_bytes(3, "big") + len(der).to_bytes(3, "big") + der
    data = record(22, handshake(11, listed))
    (told,) = messages(drive(Tls(), [(0, data)]), "certificate")
    assert told.parts[0].path == "client-certificate"
    assert data[told.parts[0].start : told.parts[0].end] == der


def test_a_broken_certificate_is_an_oddity(drive: Any) -> None:
    junk = b"\x30\x03\x02\x01\x05"
    listed = (len(junk) + 3).to_bytes(3, "big") + len(junk).to_bytes(3, "big") + junk
    items = drive(Tls(), [(1, record(22, handshake(11, listed)))])
    assert any(isinstance(item, Oddity) and item.name == "tls-certificate" for item in items)


def test_every_prefix_of_a_hello_is_told(prefixes_told: Any) -> None:
    prefixes_told(Tls, 0, client_bytes() + record(23, bytes(90)))


def test_a_cut_hello_still_gives_the_name_before_the_cut(drive: Any) -> None:
    data = client_bytes()
    end = data.index(HOST.encode()) + len(HOST)
    (hello,) = messages(drive(Tls(), [(0, data[: end + 20])]), "client-hello")
    assert hello.host == HOST
    assert not hello.complete


def test_a_second_hello_behind_a_dummy_cipher_change_is_read(drive: Any) -> None:
    data = client_bytes()
    hellos = messages(drive(Tls(), [(0, data + record(20, b"\x01") + data)]), "client-hello")
    assert [hello.start for hello in hellos] == [5, 5 + len(data) + 6]


def test_alerts_are_facts(drive: Any) -> None:
    (alert,) = drive(Tls(), [(1, record(21, b"\x02\x28"))])
    assert alert.facts == (("alert", "fatal 40"),)


def test_a_hole_inside_a_data_record_keeps_the_thread() -> None:
    tls = Tls()
    data = record(23, bytes(100)) + record(23, bytes(50))
    items = [*tls.feed(0, data[:30]), *tls.miss(0, 40), *tls.feed(0, data[70:]), *tls.finish(0)]
    (told,) = items
    assert told.opaque_bytes == 150 - 40


def test_a_hole_elsewhere_loses_the_thread_and_the_rest_is_counted() -> None:
    tls = Tls()
    items = [*tls.feed(0, record(23, bytes(10))), *tls.miss(0, 3), *tls.feed(0, bytes(40)), *tls.finish(0)]
    assert [item.kind for item in items] == ["missing-segment", "application-data"]
    assert items[1].opaque_bytes == 50
    assert not items[1].complete


def test_an_old_hello_format_is_tolerated(drive: Any) -> None:
    body = b"\x01\x03\x01" + struct.pack(">HHH", 3, 0, 16) + b"\x00\x00\x2f" + bytes(16)
    data = struct.pack(">H", 0x8000 | len(body)) + body
    assert Tls.fit(data, "tcp", 0) == Fit.LIKELY
    items = drive(Tls(), [(0, data)])
    assert items[0].kind == "client-hello"
    assert ("hello-format", "SSL 2.0") in items[0].facts


def test_an_endless_handshake_message_is_bounded(drive: Any) -> None:
    head = b"\x02\xff\xff\xff" + bytes(16000)
    items = drive(Tls(), [(1, record(22, head) + record(22, bytes(16000)) * 20)])
    assert any(isinstance(item, Gap) and item.kind == "limit" for item in items)


def test_hopping_over_records_is_fast(drive: Any) -> None:
    import time

    data = record(23, bytes(16384)) * 4000  # 64 MB
    start = time.process_time()
    (told,) = drive(Tls(), [(0, data)])
    assert told.opaque_bytes == 4000 * 16384
    assert time.process_time() - start < 1


def test_offsets_begin_at_the_base_after_starttls() -> None:
    data = client_bytes()
    (hello,) = Tls(base=(1000, 0)).feed(0, data)
    assert hello.start == 1005


@pytest.mark.parametrize(
    ("head", "side", "fit"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 0, Fit.CERTAIN),
        (b"\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03", 1, Fit.CERTAIN),
        (b"\x17\x03\x03\x00\x10" + bytes(16) + b"\x17\x03\x03\x00\x10", 0, Fit.LIKELY),
        (b"\x17\x03\x03\x00\x10" + bytes(16) + b"junk!", 0, Fit.NO),
        (b"GET / HTTP/1.1\r\n", 0, Fit.NO),
        (b"\x16\x03", 0, Fit.NO),
    ],
)
def test_the_fit_comes_from_the_bytes(head: bytes, side: int, fit: int) -> None:
    assert Tls.fit(head, "tcp", side) == fit


@given(st.lists(st.tuples(st.integers(0, 1), st.binary(max_size=400))), st.sampled_from(["tcp", "udp"]))
def test_noise_raises_nothing(script: list[tuple[int, bytes]], transport: str) -> None:
    tls = decoder(transport=transport)
    for side, data in script:
        list(tls.feed(side, data))
        list(tls.miss(side, 3))
    assert all(isinstance(item, Message | Gap | Oddity) for side in (0, 1) for item in tls.finish(side))


@given(st.integers(0, 600), st.integers(0, 255))
def test_a_changed_byte_raises_nothing(at: int, byte: int) -> None:
    data = bytearray(client_bytes())
    data[at % len(data)] = byte
    tls = Tls()
    assert all(
        isinstance(item, Message | Gap | Oddity) for item in [*tls.feed(0, bytes(data)), *tls.finish(0)]
    )
