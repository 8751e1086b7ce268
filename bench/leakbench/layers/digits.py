"""Bytes written with few letters: base64 and its relatives, hexadecimal, base32, 58, 62, 85.

specification: RFC 4648; RFC 2045 6.8; RFC 1924 alphabet of base85; Adobe PLRM 3.3.7 (ASCII85); ZeroMQ RFC 32
(Z85); draft-msporny-base58
"""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import TYPE_CHECKING

from bench.leakbench.cargo import CannotCarryError, Cargo, Words

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    Wrap = Callable[[Cargo, Random, Words], Cargo]

BASE58 = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
BASE62 = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
Z85 = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"
B85 = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~"
STANDARD = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
LONGEST_BIG_NUMBER = 4096  # bytes that are written as one number; it takes the square of the length


def grouped(cargo: Cargo, text: bytes, group: tuple[int, int], layer: str) -> Cargo:
    """Place the value in a text where groups of bytes become groups of letters, without line breaks."""
    size, letters = group
    low = cargo.low * letters // size
    high = min(-(-cargo.high * letters // size), len(text))
    return cargo.wrapped(text, (low, high), layer)


def _base64(
    *, safe: bool = False, pad: bool = True, wrap: int = 0, end: bytes = b"\n", last: bool = False
) -> Wrap:
    encode = base64.urlsafe_b64encode if safe else base64.b64encode

    def layer(cargo: Cargo, _chance: Random, _words: Words) -> Cargo:
        text = encode(cargo.data)
        plain = grouped(cargo, text if pad else text.rstrip(b"="), (3, 4), "base64")
        if not wrap:
            return plain
        broken = _broken(plain, wrap, end, last=last)
        return replace(broken, layers=(*broken.layers, "~byte-escapes")) if end == b"\\n" else broken

    return layer


def _broken(cargo: Cargo, wrap: int, end: bytes, *, last: bool) -> Cargo:
    """Break lines; the value moves on by the breaks before it."""
    lines = [cargo.data[at : at + wrap] for at in range(0, len(cargo.data), wrap)]
    data = end.join(lines) + (end if last else b"")
    low = cargo.low + cargo.low // wrap * len(end)
    high = cargo.high + (cargo.high - 1) // wrap * len(end)
    return Cargo(data, low, high, cargo.layers, cargo.reachable, cargo.beside, cargo.headers)


def _permuted(cargo: Cargo, chance: Random, _words: Words) -> Cargo:
    """Base64 with an alphabet of the sender's own, which nobody is told."""
    letters = list(STANDARD)
    chance.shuffle(letters)
    text = base64.b64encode(cargo.data).translate(bytes.maketrans(STANDARD, bytes(letters)))
    found = grouped(cargo, text, (3, 4), "base64-permuted")
    return replace(found, reachable=False)


def _hex(*, upper: bool = False, mark: bytes = b"", before: bytes = b"") -> Wrap:
    def encode(data: bytes) -> bytes:
        return b"".join((f"{byte:02X}" if upper else f"{byte:02x}").encode() + mark for byte in data)

    def layer(cargo: Cargo, _chance: Random, _words: Words) -> Cargo:
        text = encode(cargo.data)
        step = 2 + len(mark)
        place = (len(before) + cargo.low * step, len(before) + cargo.high * step - len(mark))
        return cargo.wrapped(before + (text[: -len(mark)] if mark else text), place, "hex")

    return layer


def _base32(*, lower: bool = False, pad: bool = True, hexadecimal: bool = False) -> Wrap:
    def layer(cargo: Cargo, _chance: Random, _words: Words) -> Cargo:
        text = base64.b32hexencode(cargo.data) if hexadecimal else base64.b32encode(cargo.data)
        text = text if pad else text.rstrip(b"=")
        return grouped(cargo, text.lower() if lower else text, (5, 8), "base32")

    return layer


def big_number(data: bytes, alphabet: bytes, *, zeros: bool = True) -> bytes:
    """Write bytes as one number in another base, leading zero bytes kept as the first letter."""
    if len(data) > LONGEST_BIG_NUMBER:
        raise CannotCarryError("too long to write as one number")
    number, out, base = int.from_bytes(data, "big"), bytearray(), len(alphabet)
    while number:
        number, digit = divmod(number, base)
        out.append(alphabet[digit])
    lead = len(data) - len(data.lstrip(b"\0")) if zeros else 0
    return alphabet[:1] * lead + bytes(reversed(out))


def _number_layer(alphabet: bytes, name: str) -> Wrap:
    """Make a layer of one big number; its place are the digits of the value's own weight."""

    def layer(cargo: Cargo, _chance: Random, _words: Words) -> Cargo:
        text = big_number(cargo.data, alphabet)
        share = len(text) / max(len(cargo.data), 1)
        low = min(int(cargo.low * share) + 1, len(text) - 1)
        high = max(int(cargo.high * share) - 1, low + 1)
        return cargo.wrapped(text, (low, high), name)

    return layer


def _ascii85(*, marks: bool) -> Wrap:
    def layer(cargo: Cargo, _chance: Random, _words: Words) -> Cargo:
        text = base64.a85encode(cargo.data, adobe=marks)
        if b"z" in text:  # four zero bytes are one letter: places move
            return cargo.whole(text, "ascii85")
        found = grouped(cargo, text, (4, 5), "ascii85")
        return replace(found, low=found.low + 2 * marks, high=found.high + 2 * marks)

    return layer


def _base85(cargo: Cargo, _chance: Random, _words: Words) -> Cargo:
    return grouped(cargo, base64.b85encode(cargo.data), (4, 5), "base85")


def _z85(cargo: Cargo, _chance: Random, _words: Words) -> Cargo:
    """Z85 wants whole groups of four bytes; senders fill up with zeros."""
    data = cargo.data + bytes(-len(cargo.data) % 4)
    return grouped(cargo, base64.b85encode(data).translate(bytes.maketrans(B85, Z85)), (4, 5), "z85")


def _any_base85(cargo: Cargo, chance: Random, words: Words) -> Cargo:
    return chance.choice((_ascii85(marks=False), _base85, _z85))(cargo, chance, words)


LAYERS: dict[str, Wrap] = {
    "base64": _base64(),
    "base64url": _base64(safe=True),
    "base64url-bare": _base64(safe=True, pad=False),
    "base64-bare": _base64(pad=False),
    "base64-android": _base64(wrap=76, last=True),
    "base64-mime": _base64(wrap=76, end=b"\r\n"),
    "base64-64": _base64(wrap=64, last=True),
    "base64-escaped-lf": _base64(wrap=76, end=b"\\n", last=True),
    "base64-percent-lf": _base64(wrap=76, end=b"%0A", last=True),
    "base64-spaced": _base64(wrap=60, end=b" "),
    "base64-permuted": _permuted,
    "hex": _hex(),
    "hex-upper": _hex(upper=True),
    "hex-colons": _hex(mark=b":"),
    "hex-spaces": _hex(mark=b" ", upper=True),
    "hex-commas": _hex(mark=b","),
    "hex-0x": _hex(before=b"0x"),
    "base32": _base32(),
    "base32-lower": _base32(lower=True, pad=False),
    "base32hex": _base32(hexadecimal=True),
    "base58": _number_layer(BASE58, "base58"),
    "base62": _number_layer(BASE62, "base62"),
    "base36": _number_layer(b"0123456789abcdefghijklmnopqrstuvwxyz", "base36"),
    "ascii85": _ascii85(marks=False),
    "ascii85-adobe": _ascii85(marks=True),
    "base85": _base85,
    "z85": _z85,
    "any-base85": _any_base85,
}
