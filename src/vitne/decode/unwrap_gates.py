"""Which encodings are worth a try on some bytes, by one cheap look."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from vitne.encodings import encodings
from vitne.encodings._looks import media, readable

if TYPE_CHECKING:
    from vitne.encodings import Gated
    from vitne.model import Encoding

SHORTEST = 8  # bytes below which nothing is looked for
_ANY = re.compile(
    rb"[%&\\{\[<;=\x00-\x08\x0e-\x1f\x80-\xff]|[A-Za-z0-9+/_-]{12}|(?:[0-9A-Fa-f]{2}[: -]){7}"
    rb"|[0-9A-Za-z]\+[0-9A-Za-z]|(?i:Basic|Bearer) "
)
_NOTHING_ALONE = bytes(byte for byte in range(128) if not _ANY.match(bytes((byte,))) and byte != 0x2B)
_LETTERS = bytes(0x41 if re.match(rb"[A-Za-z0-9+/_-]", bytes((byte,))) else 0x2E for byte in range(256))
_HEX_DIGITS = bytes(
    0x41 if re.match(rb"[0-9A-Fa-f]", bytes((byte,))) else 0x20 if byte in b": -" else 0x2E
    for byte in range(256)
)
_TOKEN, _OCTETS = b"A" * 12, b"AA " * 7  # what _ANY looks for, in those letters
_JSON = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n]*[\[{\"]")
_NUMBER = re.compile(rb"[-+]?[0-9.:,/ TZ-]*")


def family_of(encoding: Encoding) -> str:
    """Give the family that an encoding states; "transfer" where it states none: only when announced."""
    return str(getattr(encoding, "family", "transfer"))


@functools.cache
def families() -> dict[str, tuple[Gated, ...]]:
    """Give the encodings of each family in the order they are tried."""
    out: dict[str, tuple[Gated, ...]] = {}
    for family in ("structure", "text", "binary"):
        those = [one for one in encodings().values() if family_of(one) == family]
        out[family] = tuple(sorted(those, key=lambda one: (one.order, one.name)))
    return out


def worth_opening(data: bytes) -> bool:
    """Say whether anything at all may be found in these bytes."""
    if len(data) < SHORTEST or _ANY.search(data) is None:
        return False
    return not (len(data) < 64 and _NUMBER.fullmatch(data)) and not media(data)


def anything(texts: bytes) -> bool:
    """Say whether anything may be found in some of these texts, one a line: a quick look at all of them."""
    lower = texts.lower()
    if texts.translate(None, _NOTHING_ALONE) or b"basic " in lower or b"bearer " in lower:
        return True
    return _TOKEN in texts.translate(_LETTERS) or _OCTETS in texts.translate(_HEX_DIGITS)


def candidates(data: bytes) -> tuple[tuple[Gated, ...], tuple[Gated, ...]]:
    """Give the encodings to try: those of which the first that fits wins, and those that are all tried."""
    if readable(data):
        structure = _marked("structure", data)
        if _JSON.match(data) is None:  # a document inside the data comes after what the data are as a whole
            structure = tuple(sorted(structure, key=lambda one: one.name == "json"))
        return structure, _marked("text", data)
    return families()["binary"], tuple(
        one for one in (*families()["structure"], *families()["text"]) if one.name in _IN_BINARY
    )


@functools.cache
def _marks(family: str) -> tuple[tuple[bytes, ...], tuple[tuple[Gated, frozenset[bytes]], ...]]:
    """Give all marks of a family, and those of each of its encodings."""
    each = tuple((one, frozenset(getattr(one, "marks", (b"",)))) for one in families()[family])
    return tuple(sorted(frozenset[bytes]().union(*(marks for _, marks in each)))), each


def _marked(family: str, data: bytes) -> tuple[Gated, ...]:
    """Give the encodings of a family of which something stands in the data, in the order they are tried."""
    every, each = _marks(family)
    absent = {mark for mark in every if mark not in data}
    return tuple([one for one, marks in each if not marks <= absent])


_IN_BINARY = frozenset({"json", "base64", "multipart"})
