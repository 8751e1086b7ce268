"""Records in bytes: protobuf, MessagePack, CBOR, BSON, Thrift, property lists, Java, ASN.1, TLV, AMF.

specification: protobuf.dev encoding; msgpack specification; RFC 8949; bsonspec.org 1.1; Thrift binary
and compact protocol; Java object serialization 6.4; X.690; AMF0; OMA LwM2M 1.0 6.4.3 (TLV)
"""

from __future__ import annotations

import plistlib
import struct
from typing import TYPE_CHECKING

from bench.leakbench.cargo import CannotCarryError, Cargo, Words

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    Wrap = Callable[[Cargo, Random, Words], Cargo]


def varint(number: int) -> bytes:
    """Give a base-128 number, least groups first."""
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def is_text(data: bytes) -> bool:
    """Say whether bytes are UTF-8."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _protobuf(cargo: Cargo, chance: Random, _words: Words) -> Cargo:
    number = chance.randrange(2, 16)
    before = b"\x08" + varint(chance.randrange(1, 5000)) + bytes([number << 3 | 2]) + varint(len(cargo.data))
    after = bytes([number + 1 << 3 & 0x78 or 0x78]) + varint(chance.randrange(300))
    return cargo.framed(before, after if number < 15 else b"", "protobuf")


def _protobuf_nested(cargo: Cargo, chance: Random, words: Words) -> Cargo:
    return _protobuf(_protobuf(cargo, chance, words), chance, words)


def _msgpack_bytes(data: bytes) -> bytes:
    """Give the head of a string or of bytes."""
    if is_text(data):
        size = len(data)
        if size < 32:
            return bytes([0xA0 | size])
        return b"\xd9" + bytes([size]) if size < 256 else b"\xda" + struct.pack(">H", size)
    return b"\xc4" + bytes([len(data)]) if len(data) < 256 else b"\xc5" + struct.pack(">H", len(data))


def _msgpack(cargo: Cargo, chance: Random, _words: Words) -> Cargo:
    if len(cargo.data) > 65535:
        raise CannotCarryError("longer than the head written here can say")
    before = b"\x83\xa1v" + bytes([chance.randrange(1, 100)]) + b"\xa4data" + _msgpack_bytes(cargo.data)
    after = b"\xa1t\xce" + struct.pack(">I", 1549174542 + chance.randrange(9999))
    return cargo.framed(before, after, "msgpack")


def _cbor_head(major: int, size: int) -> bytes:
    if size < 24:
        return bytes([major << 5 | size])
    if size < 256:
        return bytes([major << 5 | 24, size])
    return bytes([major << 5 | 25]) + struct.pack(">H", size)


def _cbor(cargo: Cargo, chance: Random, _words: Words) -> Cargo:
    if len(cargo.data) > 65535:
        raise CannotCarryError("longer than the head written here can say")
    head = _cbor_head(3 if is_text(cargo.data) else 2, len(cargo.data))
    before = b"\xa3\x61v" + _cbor_head(0, chance.randrange(1000)) + b"\x64data" + head
    after = b"\x61t\x1a" + struct.pack(">I", 1549174542 + chance.randrange(9999))
    return cargo.framed(before, after, "cbor")


def _bson(cargo: Cargo, _chance: Random, _words: Words) -> Cargo:
    if is_text(cargo.data):
        head = b"\x02data\0" + struct.pack("<i", len(cargo.data) + 1)
        tail = b"\0"
    else:
        head, tail = b"\x05data\0" + struct.pack("<i", len(cargo.data)) + b"\0", b""
    first, last = b"\x10v\0" + struct.pack("<i", 3), b"\x08ok\0\x01\0"
    size = 4 + len(first) + len(head) + len(cargo.data) + len(tail) + len(last)
    return cargo.framed(struct.pack("<i", size) + first + head, tail + last, "bson")


def _thrift_binary(cargo: Cargo, _chance: Random, _words: Words) -> Cargo:
    before = b"\x08\x00\x01\x00\x00\x00\x03\x0b\x00\x02" + struct.pack(">i", len(cargo.data))
    return cargo.framed(before, b"\x00", "thrift")


def _thrift_compact(cargo: Cargo, _chance: Random, _words: Words) -> Cargo:
    return cargo.framed(b"\x15\x06\x18" + varint(len(cargo.data)), b"\x15\x02\x00", "thrift")


def _bplist(cargo: Cargo, _chance: Random, _words: Words) -> Cargo:
    content: str | bytes = cargo.data.decode() if is_text(cargo.data) else cargo.data
    data = plistlib.dumps({"v": 3, "data": content}, fmt=plistlib.FMT_BINARY)
    low = data.find(cargo.data)
    if low < 0:  # letters beyond ASCII stand there as UTF-16
        return cargo.whole(data, "plist")
    return cargo.wrapped(data, (low + cargo.low, low + cargo.high), "plist")


def _xml_plist(cargo: Cargo, _chance: Random, _words: Words) -> Cargo:
    data = plistlib.dumps({"v": 3, "data": cargo.text()})
    return cargo.whole(data, "plist")


def _java(cargo: Cargo, _chance: Random, _words: Words) -> Cargo:
    """Give a serialised java.lang.String (stream constants 0xACED, TC_STRING)."""
    cargo.text()
    if len(cargo.data) > 65535:
        raise CannotCarryError("longer than a short string")
    return cargo.framed(b"\xac\xed\x00\x05t" + struct.pack(">H", len(cargo.data)), b"", "java")


def _der(tag: int, data: bytes) -> bytes:
    """Give the head of an ASN.1 value."""
    size = len(data)
    if size < 128:
        return bytes([tag, size])
    raw = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(raw)]) + raw


def _asn1(cargo: Cargo, _chance: Random, _words: Words) -> Cargo:
    head = _der(0x0C if is_text(cargo.data) else 0x04, cargo.data)
    inside = b"\x02\x01\x03" + head + cargo.data
    return cargo.framed(_der(0x30, inside) + b"\x02\x01\x03" + head, b"", "asn1")


def _tlv(cargo: Cargo, _chance: Random, _words: Words) -> Cargo:
    """Give fields of a two-byte tag and a two-byte length."""
    if len(cargo.data) > 65535:
        raise CannotCarryError("longer than the length can say")
    before = struct.pack(">HHB", 1, 1, 3) + struct.pack(">HH", 7, len(cargo.data))
    return cargo.framed(before, struct.pack(">HHH", 9, 2, 512), "tlv")


def _lwm2m(cargo: Cargo, _chance: Random, _words: Words) -> Cargo:
    """Give OMA TLV resources: 0 maker, 2 serial number."""
    if len(cargo.data) > 255:
        raise CannotCarryError("longer than the length written here can say")
    before = b"\xc3\x00SYN" + b"\xc8\x02" + bytes([len(cargo.data)])
    return cargo.framed(before, b"\xc1\x10U", "tlv")


def _amf(cargo: Cargo, _chance: Random, _words: Words) -> Cargo:
    if len(cargo.data) > 65535 or not is_text(cargo.data):
        raise CannotCarryError("no short string")
    before = b"\x03\x00\x01v\x00\x40\x08\0\0\0\0\0\0\x00\x04data\x02" + struct.pack(">H", len(cargo.data))
    return cargo.framed(before, b"\x00\x00\x09", "amf")


def _grpc(cargo: Cargo, _chance: Random, _words: Words) -> Cargo:
    return cargo.framed(b"\0" + struct.pack(">I", len(cargo.data)), b"", "grpc")


def _nul(cargo: Cargo, _chance: Random, _words: Words) -> Cargo:
    """Count the end of a C string in."""
    return cargo.framed(b"", b"\0", "nul")


LAYERS: dict[str, Wrap] = {
    "protobuf": _protobuf,
    "protobuf-nested": _protobuf_nested,
    "msgpack": _msgpack,
    "cbor": _cbor,
    "bson": _bson,
    "thrift-binary": _thrift_binary,
    "thrift-compact": _thrift_compact,
    "bplist": _bplist,
    "xml-plist": _xml_plist,
    "java": _java,
    "asn1": _asn1,
    "tlv": _tlv,
    "lwm2m-tlv": _lwm2m,
    "amf0": _amf,
    "grpc": _grpc,
    "nul": _nul,
}
