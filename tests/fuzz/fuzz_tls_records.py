"""Closed TLS records: any bytes are opened or counted, to the last one."""

from __future__ import annotations

from vitne.decrypt import KeyLog, open_tls
from vitne.decrypt.records import records
from vitne.decrypt.schedule import traffic_keys
from vitne.decrypt.suites import SUITES

_RANDOM = bytes(range(32))
_HELLO = b"\x03\x03" + _RANDOM + b"\x00\x00\x02\x13\x01\x01\x00"
_CHOSEN = b"\x03\x03" + b"s" * 32 + b"\x00\x13\x01\x00\x00\x06\x00\x2b\x00\x02\x03\x04"


def _record(kind: int, body: bytes) -> bytes:
    return bytes([kind, 3, 3]) + len(body).to_bytes(2, "big") + body


def _log() -> KeyLog:
    log = KeyLog()
    for label in (
        "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
        "SERVER_HANDSHAKE_TRAFFIC_SECRET",
        "CLIENT_TRAFFIC_SECRET_0",
    ):
        log.add(f"{label} {_RANDOM.hex()} {'5a' * 32}\n".encode())
    return log


_LOG = _log()
_START = (
    _record(22, b"\x01\x00\x00" + bytes([len(_HELLO)]) + _HELLO),
    _record(22, b"\x02\x00\x00" + bytes([len(_CHOSEN)]) + _CHOSEN),
)


def _closed(number: int, inner: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    keys = traffic_keys(b"\x5a" * 32, SUITES[0x1301])
    nonce = (int.from_bytes(keys.iv, "big") ^ number).to_bytes(12, "big")
    head = b"\x17\x03\x03" + (len(inner) + 16).to_bytes(2, "big")
    return head + AESGCM(keys.key).encrypt(nonce, inner, head)


SEEDS: list[bytes] = [
    _closed(0, b"\x14\x00\x00\x00\x16")
    + _closed(0, b"hello\x17")
    + _closed(1, b"\x18\x00\x00\x01\x00\x16")
    + _closed(0, b"x\x17\0\0"),
    _record(20, b"\x01")
    + _closed(0, b"\x05\x00\x00\x00\x16")
    + _record(23, bytes(40))
    + _record(21, b"\x01\x00"),
]


def one(data: bytes) -> None:
    """Cut the data into records, and open them behind good hellos, whole and with a hole."""
    end = 0
    for record in records([(0, data)]):
        assert record.start == end
        end = record.end
    assert end == len(data)
    half, hole = len(data) // 2, len(data) % 40
    for stretches in (
        [(0, _START[0] + data)],
        [(0, _START[0] + data[:half]), (len(_START[0]) + half + hole, data[half:])],
    ):
        for side in open_tls({0: stretches, 1: [(0, _START[1] + data)]}, _LOG):
            assert len(side.data) == int(side.lengths.sum())
            assert (side.offsets[1:] >= side.offsets[:-1] + side.lengths[:-1]).all()
            assert sum(side.unread.values()) <= len(data) + hole
