"""Codecs: how a text is written in another form, as pure functions by name.

They write only; what reads these forms again stands in the room of encodings.
"""

from __future__ import annotations

import binascii
import hashlib
import json
import struct
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from vitne.encodings._proto_fields import written_varint

if TYPE_CHECKING:
    from collections.abc import Callable

HASHES = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
_URL = bytes.maketrans(b"+/", b"-_")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_SMALL, _GREAT = bytes(range(97, 123)), bytes(range(65, 91))
EXCHANGES = {  # name -> what each byte becomes
    "rot13": bytes.maketrans(_SMALL + _GREAT, _SMALL[13:] + _SMALL[:13] + _GREAT[13:] + _GREAT[:13]),
    "atbash": bytes.maketrans(_SMALL + _GREAT, _SMALL[::-1] + _GREAT[::-1]),
    "rot5": bytes.maketrans(b"0123456789", b"5678901234"),
    "rot47": bytes.maketrans(bytes(range(33, 127)), bytes([*range(80, 127), *range(33, 80)])),
}


def _base64(text: bytes, params: dict[str, Any], *, url: bool = False) -> bytes:
    """Give the characters that the text alone decides, wherever it begins within a group of three bytes."""
    shift = int(params.get("shift", 0))
    whole = binascii.b2a_base64(b"\0" * shift + text + b"\0\0", newline=False)
    own = whole[-(-shift * 8 // 6) : (shift + len(text)) * 8 // 6]
    return own.translate(_URL) if url else own


def _bcd(text: bytes, params: dict[str, Any]) -> bytes:
    digits = text.decode()[int(params.get("skip", 0)) :]
    digits += "F" * (len(digits) % 2)
    pairs = [digits[index : index + 2] for index in range(0, len(digits), 2)]
    return bytes.fromhex("".join(pair[::-1] if params["swapped"] else pair for pair in pairs))


def _varint(text: bytes, _params: dict[str, Any]) -> bytes:
    return written_varint(int(text))


def _hex(text: bytes, params: dict[str, Any]) -> bytes:
    mark = params.get("mark")
    digits = text.hex(mark) if mark else text.hex()[params.get("start", 0) : params.get("end")]
    return (digits.upper() if params.get("case") == "upper" else digits).encode()


def _percent(text: bytes, params: dict[str, Any]) -> bytes:
    if params["all"]:
        return _each(text.hex("%").upper(), "%", "%")
    quoted = quote(text, safe="").encode()
    return quoted.replace(b"%20", b"+") if params.get("plus") else quoted


def _json_escapes(text: bytes, params: dict[str, Any]) -> bytes:
    if not params["all"]:
        return json.dumps(text.decode())[1:-1].replace("/", "\\/").encode()
    return _each(text.decode().encode("utf-16-be").hex("@", 2), "@", "\\u")


def _each(units: str, mark: str, lead: str) -> bytes:
    """Put a lead before each unit; they are parted by a mark."""
    return (lead + units.replace(mark, lead)).encode() if units else b""


def _html(text: bytes, params: dict[str, Any]) -> bytes:
    return text.decode().translate(_references(params["base"], every=params["all"])).encode()


class _References(dict[int, str]):
    """What stands for a character in HTML, by its number."""

    def __init__(self, style: str, kept: str) -> None:
        super().__init__((ord(letter), letter) for letter in kept)
        self._style = style

    def __missing__(self, number: int) -> str:
        told = self._style.format(number)
        if number < 128:
            self[number] = told
        return told


@cache
def _references(base: int, *, every: bool) -> _References:
    plain = "" if every else "".join(map(chr, range(32, 127))).translate({ord(c): None for c in "&<>\"'"})
    return _References("&#x{:x};" if base == 16 else "&#{};", plain)


def _integer(text: bytes, params: dict[str, Any]) -> bytes:
    number, base, out = int(text, params.get("of", 10)), params["base"], ""
    while number:
        number, digit = divmod(number, base)
        out = _DIGITS[digit] + out
    return (out or "0").encode()


def _buvid(digest: bytes, _params: dict[str, Any]) -> bytes:
    """Put three of its digits before a digest; two letters of the kind of value stand before those."""
    digits = digest.hex().upper()
    return f"{digits[2]}{digits[12]}{digits[22]}{digits}".encode()


def _integer_bytes(text: bytes, params: dict[str, Any]) -> bytes:
    return int(text, params.get("of", 10)).to_bytes(params["size"], params["order"])


def _eui64(raw: bytes, _params: dict[str, Any]) -> bytes:
    return bytes([raw[0] ^ 2]) + raw[1:3] + b"\xff\xfe" + raw[3:]


def _digest(name: str) -> Callable[[bytes, dict[str, Any]], bytes]:
    make: Any = getattr(hashlib, name)
    return lambda text, _params: make(text, usedforsecurity=False).digest()


def _exchange(table: bytes) -> Callable[[bytes, dict[str, Any]], bytes]:
    return lambda text, _params: text.translate(table)


CODECS: dict[str, Callable[[bytes, dict[str, Any]], bytes]] = {
    "hex": _hex,
    "base64": _base64,
    "base64url": lambda text, params: _base64(text, params, url=True),
    "percent": _percent,
    "charset": lambda text, params: text.decode().encode(params["charset"]),
    "utf-16": lambda text, params: text.decode().encode("utf-16-" + params["order"]),
    "json-escapes": _json_escapes,
    "html-numeric": _html,
    "reverse": lambda text, _params: text[::-1],
    "bcd": _bcd,
    "integer-bytes": _integer_bytes,
    "float64": lambda text, params: struct.pack("<d" if params["order"] == "little" else ">d", int(text)),
    "varint": _varint,
    "integer": _integer,
    "byte-escapes": lambda text, _params: _each(text.hex("@"), "@", "\\x"),
    "spaced": lambda text, params: params["mark"].join(text.decode()).encode(),
    "buvid": _buvid,
    **{name: _exchange(table) for name, table in EXCHANGES.items()},
    "unhex": lambda text, _params: bytes.fromhex(text.decode()),
    "eui-64": _eui64,
    "guid": lambda raw, _params: raw[3::-1] + raw[5:3:-1] + raw[7:5:-1] + raw[8:],
    **{name: _digest(name) for name in (*HASHES, "sha3_256", "blake2b")},
}
