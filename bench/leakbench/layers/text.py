"""Texts that stand for bytes: percent, escapes, letter swaps, UTF-16, quoted-printable.

specification: RFC 3986 2.1; RFC 2045 6.7; RFC 2047; RFC 8259 7; HTML Living Standard 13.5; RFC 2781
"""

from __future__ import annotations

import binascii
import codecs
import html
from typing import TYPE_CHECKING
from urllib.parse import quote_from_bytes

from bench.leakbench.cargo import CannotCarryError, Cargo, Words

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    Wrap = Callable[[Cargo, Random, Words], Cargo]
    Bytes = Callable[[bytes], bytes]


def bytewise(encode: Bytes, layer: str) -> Wrap:
    """Make a layer of an encoder that treats each byte by itself."""
    return lambda cargo, _chance, _words: cargo.mapped(encode, layer)


def textwise(encode: Callable[[str], bytes], layer: str) -> Wrap:
    """Make a layer of an encoder of characters, each by itself; it carries text alone."""

    def wrap(cargo: Cargo, _chance: Random, _words: Words) -> Cargo:
        cargo.text()
        try:
            return cargo.mapped(lambda data: encode(data.decode()), layer)
        except UnicodeError:
            raise CannotCarryError("characters that the code has not") from None

    return wrap


def _percent_all(data: bytes) -> bytes:
    return "".join(f"%{byte:02X}" for byte in data).encode()


def _units(text: str) -> list[int]:
    raw = text.encode("utf-16-be")
    return [raw[at] << 8 | raw[at + 1] for at in range(0, len(raw), 2)]


def _json_escapes(text: str) -> bytes:
    return "".join(f"\\u{unit:04x}" for unit in _units(text)).encode()


def _backslash_x(data: bytes) -> bytes:
    return "".join(f"\\x{byte:02x}" for byte in data).encode()


def _octal(data: bytes) -> bytes:
    return "".join(f"\\{byte:03o}" for byte in data).encode()


def _html(style: str) -> Callable[[str], bytes]:
    return lambda text: "".join(style.format(ord(letter)) for letter in text).encode()


ROT13 = bytes.maketrans(
    bytes(range(65, 91)) + bytes(range(97, 123)),
    bytes([65 + (at + 13) % 26 for at in range(26)] + [97 + (at + 13) % 26 for at in range(26)]),
)
ROT5 = bytes.maketrans(b"0123456789", b"5678901234")
ROT47 = bytes.maketrans(bytes(range(33, 127)), bytes(33 + (at + 47) % 94 for at in range(94)))
ATBASH = bytes.maketrans(
    bytes(range(65, 91)) + bytes(range(97, 123)), bytes(range(90, 64, -1)) + bytes(range(122, 96, -1))
)


def _reverse(cargo: Cargo, _chance: Random, _words: Words) -> Cargo:
    length = len(cargo.data)
    return cargo.wrapped(cargo.data[::-1], (length - cargo.high, length - cargo.low), "reverse")


def _dashed(cargo: Cargo, _chance: Random, _words: Words) -> Cargo:
    """Put a dash between all letters, as some do against simple filters."""
    return cargo.mapped(lambda data: b"".join(bytes([byte]) + b"-" for byte in data), "spaced")


def _shift(cargo: Cargo, chance: Random, _words: Words) -> Cargo:
    """Add one number to every byte."""
    by = chance.randrange(1, 256)
    return cargo.mapped(lambda data: bytes((byte + by) % 256 for byte in data), "add")


def _quoted_printable(cargo: Cargo, _chance: Random, _words: Words) -> Cargo:
    """Write =HH for what is not printable, lines folded at 76 (RFC 2045 6.7)."""

    def encode(data: bytes) -> bytes:
        return binascii.b2a_qp(data, istext=False)

    # a soft line break may stand anywhere before the value's end: places follow from what is decoded
    whole = encode(cargo.data)
    return cargo.wrapped(
        whole, (_qp_place(whole, cargo.low), _qp_place(whole, cargo.high)), "quoted-printable"
    )


def _qp_place(encoded: bytes, wanted: int) -> int:
    at = decoded = 0
    while decoded < wanted:
        if encoded[at : at + 2] == b"=\n":
            at += 2
        elif encoded[at : at + 1] == b"=":
            at, decoded = at + 3, decoded + 1
        else:
            at, decoded = at + 1, decoded + 1
    return at


def _encoded_word(cargo: Cargo, _chance: Random, _words: Words) -> Cargo:
    """Write a header word in base64 (RFC 2047 section 2)."""
    text = binascii.b2a_base64(cargo.data, newline=False)
    if len(text) > 60:
        raise CannotCarryError("longer than an encoded word may be")
    return cargo.whole(b"=?UTF-8?B?" + text + b"?=", "base64")


def _uuencoded(cargo: Cargo, _chance: Random, _words: Words) -> Cargo:
    return cargo.whole(codecs.encode(cargo.data, "uu"), "uuencode")


LAYERS: dict[str, Wrap] = {
    "percent": bytewise(lambda data: quote_from_bytes(data, safe="").encode(), "percent"),
    "percent-all": bytewise(_percent_all, "percent"),
    "percent-plus": bytewise(
        lambda data: quote_from_bytes(data, safe=" ").replace(" ", "+").encode(), "percent"
    ),
    "json-u": textwise(_json_escapes, "json-escapes"),
    "backslash-x": bytewise(_backslash_x, "byte-escapes"),
    "octal": bytewise(_octal, "byte-escapes"),
    "html-decimal": textwise(_html("&#{};"), "html"),
    "html-hex": textwise(_html("&#x{:x};"), "html"),
    "html-named": textwise(lambda text: html.escape(text).encode(), "html"),
    "xml-escaped": textwise(lambda text: html.escape(text).encode(), "html"),
    "utf-16le": textwise(lambda text: text.encode("utf-16-le"), "utf16"),
    "utf-16be": textwise(lambda text: text.encode("utf-16-be"), "utf16"),
    "utf-32le": textwise(lambda text: text.encode("utf-32-le"), "utf32"),
    "utf-7": textwise(lambda text: text.encode("utf-7"), "utf7"),
    "gbk": textwise(lambda text: text.encode("gbk"), "gbk"),
    "latin-1": textwise(lambda text: text.encode("latin-1"), "latin-1"),
    "rot13": bytewise(lambda data: data.translate(ROT13), "rot13"),
    "rot5": bytewise(lambda data: data.translate(ROT5), "rot5"),
    "rot47": bytewise(lambda data: data.translate(ROT47), "rot47"),
    "atbash": bytewise(lambda data: data.translate(ATBASH), "atbash"),
    "reverse": _reverse,
    "dashed": _dashed,
    "add": _shift,
    "quoted-printable": _quoted_printable,
    "encoded-word": _encoded_word,
    "uuencode": _uuencoded,
}
