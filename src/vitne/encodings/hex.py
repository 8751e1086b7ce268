"""Bytes as hexadecimal digits.

summary: two digits for each byte, plain or with separators
specification: RFC 4648 section 8

The format has no end: a cut-off text cannot be told from a whole one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from vitne.encodings._looks import media, packed, readable
from vitne.encodings._outcomes import squeezed, structured
from vitne.encodings._proto_fields import plausible
from vitne.model import Child, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.encodings import Family
    from vitne.model import Limits

_TOKEN = re.compile(
    rb"(?<![0-9A-Za-z])(?:0[xX])?((?:[0-9A-Fa-f]{2}){8,}+"
    rb"|[0-9A-Fa-f]{2}(?:([: ,-])[0-9A-Fa-f]{2})(?:\2[0-9A-Fa-f]{2}){6,}+)"
    rb"(?![0-9A-Za-z])"
)
# each digit as one letter, each separator as another: what every token holds is quickly found in that
_SHAPE = bytes(
    0x68 if byte in b"0123456789abcdefABCDEF" else 0x2D if byte in b": ,-" else 0x2E for byte in range(256)
)
_RUN, _SPREAD = b"h" * 16, b"hh-" * 7 + b"hh"
_WHOLE = re.compile(rb"(?:[0-9A-Fa-f]{2})+|[0-9A-Fa-f]{2}([: ,-])[0-9A-Fa-f]{2}(?:\1[0-9A-Fa-f]{2})*")
_HASHES = frozenset({16, 20, 28, 32, 48, 64})  # lengths of common digests: even bytes that tell nothing


class Hex:
    """Tokens of at least eight bytes that decode to something."""

    name = "hex"
    summary = "two digits for each byte, plain or with separators"
    specification = "RFC 4648 section 8"
    family: Family = "text"
    order = 50
    readable = False
    exact = True

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield tokens that decode to text, to a known format or to more even bytes than a digest has."""
        shape = data.translate(_SHAPE)
        if _RUN not in shape and _SPREAD not in shape:
            return
        count = 0
        for match in _TOKEN.finditer(data):
            start, end = match.span(1)
            child = self._read(data, start, end, limits)
            if child and _worth(child):
                yield child
                count += 1
                if count >= limits.children:
                    return

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the bytes of the whole text.  Raises Malformed where anything else is in it."""
        text = data.strip(b"\r\n\t ")
        if _WHOLE.fullmatch(text) is None:
            raise Malformed("not pairs of hexadecimal digits", at=0)
        start = data.find(text)
        child = self._read(data, start, start + len(text), limits)
        if child is None:
            raise Malformed("upper and lower case mixed", at=0)
        yield child

    def wrap(self, child: Child) -> bytes:
        """Write the digits in the case and with the separator of the captured text."""
        known = dict(child.params)
        text = child.data.hex(known["separator"]) if "separator" in known else child.data.hex()
        places = known.get("upper_at")
        if places is not None:
            letters = bytearray(text.encode())
            for at in places:
                letters[at] -= 32
            return bytes(letters)
        return (text.upper() if known.get("case") == "upper" else text).encode()

    def locate(self, data: bytes, child: Child, start: int, end: int) -> tuple[int, int]:
        """Say which digits spell bytes [start, end)."""
        del data
        step = 3 if "separator" in dict(child.params) else 2
        if start >= end:
            at = min(child.start + start * step, child.end)  # behind the last digits stands no separator
            return at, at
        return child.start + start * step, child.start + (end - 1) * step + 2

    def _read(self, data: bytes, start: int, end: int, limits: Limits) -> Child | None:
        params: list[tuple[str, Any]] = []
        separator = data[start + 2 : start + 3] if end - start > 2 else b""
        spread = separator in {b":", b" ", b",", b"-"}
        stop = min(end, start + limits.size * (3 if spread else 2))
        text = data[start:stop]
        if spread:
            params.append(("separator", separator.decode()))
            text = text[: len(text) - (len(text) % 3 == 0)]
            stop = start + len(text)
            digits = text[0::3] + text[1::3]
            raw = bytes.fromhex(text.replace(separator, b"").decode())
        else:
            digits, raw = text, bytes.fromhex(text.decode())
        if digits != digits.lower():
            if digits == digits.upper():
                params.append(("case", "upper"))
            elif len(text) <= 4096:
                params.append(("upper_at", tuple(m.start() for m in re.finditer(rb"[A-F]", text))))
            else:
                return None
        return Child(data=raw, start=start, end=stop, params=tuple(params), complete=stop == end)


def _worth(child: Child) -> bool:
    data = child.data
    if readable(data) or packed(data) or media(data):
        return True
    if len(data) in _HASHES:
        return squeezed(data)
    return len(data) > 32 or plausible(data) or structured(data)


encoding = Hex()
