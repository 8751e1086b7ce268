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
_PAIR = rb"[!#$()*>?@^`|}~][!-~]{0,30}[!#$()*>?@^`|}~]"  # as in base85
_ANY = re.compile(
    rb"[%&\\{\[<;=\x00-\x08\x0e-\x1f\x80-\xff]|[A-Za-z0-9+/_-]{12}|(?:[0-9A-Fa-f]{2}[: ,-]){7}"
    rb"|[0-9A-Za-z]\+[0-9A-Za-z]|(?i:Basic|Bearer) |" + _PAIR
)
_NOTHING_ALONE = bytes(byte for byte in range(128) if not _ANY.match(bytes((byte,))) and byte != 0x2B)
_LETTERS = bytes(0x41 if re.match(rb"[A-Za-z0-9+/_-]", bytes((byte,))) else 0x2E for byte in range(256))
_HEX_DIGITS = bytes(
    0x41 if re.match(rb"[0-9A-Fa-f]", bytes((byte,))) else 0x20 if byte in b": ,-" else 0x2E
    for byte in range(256)
)
_RARE = re.compile(_PAIR)
_COMMON = bytes(byte for byte in range(256) if byte not in b"!#$()*>?@^`|}~")
_RUN = b"A" * 12  # the least run of letters of all encodings that state one
_HEAD = 64 << 10  # bytes of a picture in which that stands
_SPACE = 0x20
_TOKEN, _OCTETS = b"A" * 12, b"AA " * 7  # what _ANY looks for, in those letters
_JSON = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n]*[\[{\"]")
_DIGITS_IN_HEX = re.compile(rb"(?:3[0-9][: ,-]?){8,}")
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
    if len(data) < SHORTEST or (len(data) > _HEAD and not anything(data)) or _ANY.search(data) is None:
        return False
    if len(data) < 64 and _NUMBER.fullmatch(data) and not _DIGITS_IN_HEX.fullmatch(data):
        return False
    return not media(data) or _pictured(data)


def _pictured(data: bytes) -> bool:
    """Say whether a picture tells where and with what it was taken."""
    return data[:2] == b"\xff\xd8" and data.find(b"Exif\x00\x00", 0, _HEAD) >= 0


def anything(texts: bytes) -> bool:
    """Say whether anything may be found in some of these texts, one a line: a quick look at all of them."""
    lower = texts.lower()
    if texts.translate(None, _NOTHING_ALONE) or b"basic " in lower or b"bearer " in lower:
        return True
    if texts.translate(None, _COMMON) and _RARE.search(texts):
        return True
    return _TOKEN in texts.translate(_LETTERS) or _OCTETS in texts.translate(_HEX_DIGITS)


def candidates(data: bytes) -> tuple[tuple[Gated, ...], tuple[Gated, ...]]:
    """Give the encodings to try: those of which the first that fits wins, and those that are all tried."""
    if readable(data):
        run = _RUN in data.translate(_LETTERS)
        # a document inside the data comes after what the data are as a whole
        return _marked(
            (*[mark in data for mark in _marks()], run, data.isascii(), _JSON.match(data) is not None)
        )
    if media(data):
        return tuple([one for one in families()["binary"] if one.name == "exif"]), ()
    return families()["binary"], _in_binary()


@functools.cache
def _marks() -> tuple[bytes | int, ...]:
    """Give all marks of all encodings of readable bytes; a single byte as a number, which is found sooner."""
    those = (*families()["structure"], *families()["text"])
    marks = sorted(frozenset[bytes]().union(*(getattr(one, "marks", ()) for one in those)))
    return tuple([mark[0] if len(mark) == 1 else mark for mark in marks])


@functools.cache
def _marked(there: tuple[bool, ...]) -> tuple[tuple[Gated, ...], tuple[Gated, ...]]:
    """Give the encodings of which something stands in the data, in the order they are tried."""
    *marks, run, ascii_, document = there
    present = {mark for mark, found in zip(_marks(), marks, strict=True) if found}

    def may(one: Gated) -> bool:
        wanted = getattr(one, "marks", None)
        seen = wanted is None or any((mark[0] if len(mark) == 1 else mark) in present for mark in wanted)
        reached = run or not getattr(one, "run", 0) or (getattr(one, "beyond_ascii", False) and not ascii_)
        return seen and reached and not (getattr(one, "solid", False) and _SPACE in present)

    structure = [one for one in families()["structure"] if may(one)]
    if not document:
        structure.sort(key=lambda one: one.name == "json")
    text = [one for one in families()["text"] if may(one)]
    return (
        (*[one for one in text if one.order < 0], *structure),
        tuple([one for one in text if one.order >= 0]),
    )


@functools.cache
def _in_binary() -> tuple[Gated, ...]:
    return tuple(one for one in (*families()["structure"], *families()["text"]) if one.name in _IN_BINARY)


_IN_BINARY = frozenset({"json", "base64", "lzstring", "multipart"})
