"""Layers wrapped again around new content, and the lengths repaired that stand around it.

Most encodings write their own inverse.  Here is what that leaves open: characters that were not there before
and need an escape, members of archives with their directory, and lengths before what became longer.
Specifications: RFC 3986 section 2; RFC 2045 section 6.7; APPNOTE.TXT; Protocol Buffers encoding; MessagePack;
RFC 8949 section 3; RFC 6455 section 5.2; gRPC over HTTP/2 (length-prefixed messages); BSON 1.1;
MQTT 3.1.1 section 2.2.3.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

from vitne.ciphers.blocks import BLOCKS
from vitne.ciphers.keyring import Cipher
from vitne.ciphers.opening import Lock
from vitne.ciphers.steps import apply
from vitne.encodings._proto_fields import written_varint
from vitne.evidence.edits import Edit, Unchangeable, merged
from vitne.model import Key, Malformed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from vitne.model import Encoding, Message, Node, Plaintext

_ESCAPE = re.compile(rb"%(?:[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4})")
_QUOTED = re.compile(rb"=(?:[0-9A-Fa-f]{2}|\r?\n)")
_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
Order = Literal["big", "little"]
_ORDERS: tuple[Order, Order] = ("big", "little")
_DEPTH = 32  # messages in messages


class Inner(NamedTuple):
    """A node with the range in which it stands, and what it is to hold."""

    node: Node
    start: int
    end: int
    data: bytes


def around(outer: bytes, some: Sequence[Inner], layouts: Mapping[str, Plaintext] | None = None) -> list[Edit]:
    """Give the changes of bytes that let what is inside hold other data; raises Unchangeable.

    ``layouts`` are records whose own text gives the key that they are closed with, by name.
    """
    members: dict[int, Inner] = {}
    edits: dict[str, list[Edit]] = {}
    for each in some:
        name = each.node.encoding.name if each.node.encoding is not None else ""
        if name == "zip":
            members[each.start] = each
        else:
            edits.setdefault(name, []).append(_wrapped(outer, each, layouts or {}))
    made = [edit for own in edits.values() for edit in own]
    for name, own in edits.items():
        longer = [edit for edit in own if len(edit.data) != edit.end - edit.start]
        if longer and name in _REPAIRS:
            made += _REPAIRS[name](outer, longer)
    if members:
        made.append(_archive(outer, members))
    return merged(made)


def _wrapped(outer: bytes, each: Inner, layouts: Mapping[str, Plaintext]) -> Edit:
    child, encoding = each.node.child, each.node.encoding
    if child is None or encoding is None:
        raise Unchangeable("bytes without a wrapping")
    if encoding.name == "percent":
        return Edit(each.start, each.end, escaped(outer[each.start : each.end], each.data))
    if encoding.name == "quoted-printable":
        return Edit(each.start, each.end, quoted(outer[each.start : each.end], each.data))
    layout = layouts.get(str(dict(child.params).get("key", "")))
    try:
        encoding = encoding if layout is None else rekeyed(layout, each.data)
        made = encoding.wrap(msgspec.structs.replace(child, data=each.data))
    except (Malformed, ValueError, OverflowError, KeyError) as error:
        raise Unchangeable(f"{encoding.name} cannot be wrapped again") from error
    return Edit(each.start, each.end, made)


def rekeyed(layout: Plaintext, text: bytes) -> Encoding:
    """Give the cipher of a record whose key comes from its own text; raises Malformed where none does."""
    block = BLOCKS[layout.cipher or "aes"]
    raw = apply(text, layout.steps, {})
    if len(raw) not in block.keys:
        raise Malformed("the text gives no key of the cipher")
    key = Key(name=layout.name, data=raw, cipher=block.name, mode=layout.mode)
    return Cipher(block.name, [Lock(key, block)])


def escaped(before: bytes, data: bytes) -> bytes:
    """Escape what was escaped before, and what is neither plain nor stood there as it is."""
    spelled = {unescaped: each for each in _ESCAPE.findall(before) if (unescaped := _one(each)) is not None}
    literal = frozenset(_ESCAPE.sub(b"", before))
    space = b"+" if b"+" in before and 0x20 in data else b"%20"
    out = []
    for byte in data:
        if byte in spelled:
            out.append(spelled[byte])
        elif byte == 0x20 and 0x20 not in literal:
            out.append(space)
        elif byte in _PLAIN or (byte in literal and byte not in b"%+"):
            out.append(bytes((byte,)))
        else:
            out.append(b"%%%02X" % byte)
    if spelled and data and not any(len(each) > 1 for each in out):
        out[-1] = b"%%%02X" % data[-1]  # so that it is still read as escaped
    return b"".join(out)


def quoted(before: bytes, data: bytes) -> bytes:
    """Write bytes as quoted-printable in one line (RFC 2045 section 6.7); what stood there plain stays so."""
    literal = frozenset(_QUOTED.sub(b"", before)) | frozenset(range(33, 127))
    spelled = {int(each[1:], 16) for each in _QUOTED.findall(before) if each[1:].isalnum()}
    out = [
        b"%c" % byte if byte in literal and byte not in spelled and byte != 61 else b"=%02X" % byte
        for byte in data
    ]
    if spelled and data and not any(len(each) > 1 for each in out):
        out[-1] = b"=%02X" % data[-1]  # so that it is still read as escaped
    return b"".join(out)


def _one(escape: bytes) -> int | None:
    return None if escape[1:2] == b"u" else int(escape[1:], 16)


def _archive(outer: bytes, members: Mapping[int, Inner]) -> Edit:
    """Write an archive again with some members changed, by where they begin; its directory follows."""
    first = outer.find(b"PK\x03\x04")
    made = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(outer[first:])) as old, zipfile.ZipFile(made, "w") as new:
            last = outer.rfind(b"PK\x05\x06")
            for each in old.infolist():
                own = members.get(each.header_offset + first)
                new.writestr(each, old.read(each) if own is None else own.data, each.compress_type)
            end = last + 22 + len(old.comment)
    except (RuntimeError, NotImplementedError, EOFError, ValueError, zipfile.BadZipFile) as error:
        raise Unchangeable("zip cannot be wrapped again") from error
    return Edit(first, min(end, len(outer)), made.getvalue())


def _more(edit: Edit) -> int:
    return len(edit.data) - (edit.end - edit.start)


def _number(start: int, end: int, value: int, order: Order = "big") -> Edit:
    try:
        return Edit(start, end, value.to_bytes(end - start, order))
    except OverflowError as error:
        raise Unchangeable("a length that no longer fits its field") from error


def _each(repair: Callable[[bytes, Edit], Edit]) -> Callable[[bytes, Sequence[Edit]], list[Edit]]:
    return lambda outer, edits: [repair(outer, edit) for edit in edits]


def _head(outer: bytes, edit: Edit) -> Edit:
    """Repair the number at the end of a head that counts all that follows."""
    rest = edit.end - edit.start
    for width in (4, 2):
        field = outer[edit.start - width : edit.start]
        for order in _ORDERS:
            if len(field) == width and int.from_bytes(field, order) == rest:
                return _number(edit.start - width, edit.start, len(edit.data), order)
    raise Unchangeable("a head whose length is not found")


def _msgpack(outer: bytes, edit: Edit) -> Edit:
    old, new = edit.end - edit.start, len(edit.data)
    for width, kinds in ((1, b"\xd9\xc4"), (2, b"\xda\xc5"), (4, b"\xdb\xc6")):
        at = edit.start - width - 1
        if at >= 0 and outer[at] in kinds and int.from_bytes(outer[at + 1 : edit.start], "big") == old:
            return _number(at + 1, edit.start, new)
    at = edit.start - 1
    if at >= 0 and outer[at] == 0xA0 | old and old < 32:
        short = (
            bytes((0xA0 | new,))
            if new < 32
            else b"\xd9" + bytes((new,))
            if new < 256
            else b"\xda" + new.to_bytes(2, "big")
        )
        return Edit(at, edit.start, short)
    raise Unchangeable("a length of MessagePack that is not found")


def _cbor(outer: bytes, edit: Edit) -> Edit:
    old, new = edit.end - edit.start, len(edit.data)
    for width in (0, 1, 2, 4, 8):
        at = edit.start - width - 1
        if at < 0 or outer[at] >> 5 not in {2, 3}:
            continue
        low = outer[at] & 31
        told = low if not width else int.from_bytes(outer[at + 1 : edit.start], "big")
        if told == old and low == ({1: 24, 2: 25, 4: 26, 8: 27}.get(width, old)):
            major = outer[at] >> 5 << 5
            return Edit(at, edit.start, _cbor_head(major, new))
    raise Unchangeable("a length of CBOR that is not found")


def _cbor_head(major: int, size: int) -> bytes:
    if size < 24:
        return bytes((major | size,))
    width, mark = next((w, m) for w, m in ((1, 24), (2, 25), (4, 26), (8, 27)) if size < 1 << 8 * w)
    return bytes((major | mark,)) + size.to_bytes(width, "big")


def _protobuf(outer: bytes, edits: Sequence[Edit]) -> list[Edit]:
    """Repair the lengths of all messages that changes stand in, from the innermost outwards."""
    found: dict[tuple[int, int], tuple[int, int]] = {}  # range of a length -> range that it counts
    for edit in edits:
        start, end = 0, len(outer)
        for _ in range(_DEPTH):
            inner = _field_around(outer, start, end, edit)
            if inner is None:
                break
            low, start, end = inner
            found[low, start] = start, end
            if (start, end) == (edit.start, edit.end):
                break
        if (start, end) != (edit.start, edit.end):
            raise Unchangeable("a length of Protocol Buffers that is not found")
    made: list[Edit] = []
    for (low, high), (start, end) in sorted(found.items(), reverse=True):
        more = sum(_more(each) for each in (*edits, *made) if start <= each.start and each.end <= end)
        made.append(Edit(low, high, written_varint(end - start + more)))
    return made


def _field_around(outer: bytes, at: int, end: int, edit: Edit) -> tuple[int, int, int] | None:
    """Give begin of the length, begin and end of the content of the field that holds a change."""
    while at < end:
        key, at = _varint(outer, at, end)
        kind = key & 7
        if kind == 0:
            _, at = _varint(outer, at, end)
        elif kind in {1, 5}:
            at += 8 if kind == 1 else 4
        elif kind == 2:
            low = at
            size, at = _varint(outer, at, end)
            if at <= edit.start and edit.end <= at + size <= end:
                return low, at, at + size
            at += size
        else:
            return None
    return None


def _varint(data: bytes, at: int, end: int) -> tuple[int, int]:
    number = shift = 0
    while at < end and shift < 70:
        number |= (data[at] & 127) << shift
        at, shift = at + 1, shift + 7
        if data[at - 1] < 128:
            return number, at
    raise Unchangeable("a length of Protocol Buffers that is not found")


def _websocket(outer: bytes, edit: Edit) -> Edit:
    """Write the head of a masked frame again: its length stands before the mask."""
    old, new = edit.end - edit.start, len(edit.data)
    width = 0 if old < 126 else 2 if old < 1 << 16 else 8
    at = edit.start - 6 - width
    if at < 0 or not outer[at + 1] & 0x80:
        raise Unchangeable("a frame of WebSocket whose head is not found")
    size = (
        bytes((0x80 | new,))
        if new < 126
        else b"\xfe" + new.to_bytes(2, "big")
        if new < 1 << 16
        else b"\xff" + new.to_bytes(8, "big")
    )
    return Edit(at + 1, edit.start - 4, size)


def _grpc(outer: bytes, edit: Edit) -> Edit:
    at = edit.start - 4
    if at < 1 or int.from_bytes(outer[at : edit.start], "big") != edit.end - edit.start:
        raise Unchangeable("a frame of gRPC whose head is not found")
    return _number(at, edit.start, len(edit.data))


def _bson(outer: bytes, edits: Sequence[Edit]) -> list[Edit]:
    """Repair the lengths of texts, and of all documents around them."""
    made = []
    for edit in edits:
        at = edit.start - 4
        if at < 0 or int.from_bytes(outer[at : edit.start], "little") != edit.end - edit.start + 1:
            raise Unchangeable("a length of BSON that is not found")
        made.append(_number(at, edit.start, len(edit.data) + 1, "little"))
    if int.from_bytes(outer[:4], "little") != len(outer):
        raise Unchangeable("a length of BSON that is not found")
    return [*made, _number(0, 4, len(outer) + sum(map(_more, edits)), "little")]


_REPAIRS: dict[str, Callable[[bytes, Sequence[Edit]], list[Edit]]] = {
    "length-head": _each(_head),
    "msgpack": _each(_msgpack),
    "cbor": _each(_cbor),
    "protobuf": _protobuf,
    "websocket": _each(_websocket),
    "grpc": _each(_grpc),
    "bson": _bson,
}


def mqtt_lengths(message: Message, raw: Callable[[int, int], bytes], edits: Sequence[Edit]) -> list[Edit]:
    """Give the changes of the lengths in an MQTT packet (version 3.1.1, sections 1.5.3 and 2.2.3)."""
    longer = [edit for edit in edits if _more(edit)]
    if not longer:
        return []
    made = []
    for part in message.parts:
        own = sum(_more(edit) for edit in longer if part.start <= edit.start and edit.end <= part.end)
        told = int.from_bytes(raw(part.start - 2, part.start), "big")
        if own and part.path != "payload" and told == part.end - part.start:
            made.append(_number(part.start - 2, part.start, told + own))
    head = raw(message.start + 1, message.start + 5)
    rest, width = _varint(head, 0, len(head))
    whole = written_varint(rest + sum(map(_more, longer)))
    return [*made, Edit(message.start + 1, message.start + 1 + width, whole)]
