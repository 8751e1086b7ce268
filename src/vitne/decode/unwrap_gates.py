"""Which encodings are worth a try on some bytes, by one cheap look."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from vitne.encodings import encodings
from vitne.encodings._looks import media, readable
from vitne.kernel.looks import ALONE, BEYOND_ASCII, MOST_MARKS, RUN, Marks, may_wrap

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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
_BASE64 = re.compile(rb"[A-Za-z0-9+/_=\x00 \t\r\n-]*+")  # what base64 as a whole is made of
_REACH = 256 << 10  # bytes in which the mark of a binary encoding stands
_MOST_BINARY = _MOST_TEXT = 4096  # kinds of data for which the encodings are remembered
_MARKS = (1 << MOST_MARKS) - 1
_HEAD = 64 << 10  # bytes of a picture in which that stands
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
    if len(data) < SHORTEST or not may_wrap(data):
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


def candidates(data: bytes, *, text: bool | None = None) -> tuple[tuple[Gated, ...], tuple[Gated, ...]]:
    """Give the encodings to try: those of which the first that fits wins, and those that are all tried.

    ``text`` says whether the data are readable, where that is known.
    """
    if readable(data) if text is None else text:
        seen = _text_look()(data)
        run = bool(seen & RUN)
        alone = run and (b"\n" in data or bool(seen & ALONE))
        document = (
            _JSON.match(data) is not None
        )  # one inside the data comes after what the data are as a whole
        return _marked((seen & _MARKS, run, alone, not seen & BEYOND_ASCII, document))
    if media(data):
        return tuple([one for one in families()["binary"] if one.name == "exif"]), ()
    seen = _binary_look()(data, _REACH)
    first, last = (data[0], data[-1]) if data else (-1, -1)
    first_ones = _binary(first, last if last in _binary_ends() else -1, seen & _MARKS)
    return first_ones, _in_binary(data, run=bool(seen & RUN))


@functools.cache
def _text_look() -> Callable[[bytes], int]:
    return Marks(_marks()).look


@functools.cache
def _binary_look() -> Callable[[bytes, int], int]:
    return Marks(_binary_marks()).look


def _present(marks: Sequence[bytes], seen: int) -> frozenset[bytes]:
    """Give the marks that were seen, a bit each."""
    return frozenset(mark for row, mark in enumerate(marks) if seen >> row & 1)


@functools.cache
def _binary_ends() -> frozenset[int]:
    """Give the last bytes that binary encodings state."""
    return frozenset[int]().union(*(getattr(one, "ends", ()) for one in families()["binary"]))


@functools.cache
def _binary_marks() -> tuple[bytes, ...]:
    """Give the marks of all binary encodings that state some."""
    marks = (getattr(one, "marks", ()) for one in families()["binary"])
    return tuple(sorted(frozenset[bytes]().union(*marks)))


@functools.lru_cache(_MOST_BINARY)
def _binary(first: int, last: int, seen: int) -> tuple[Gated, ...]:
    """Give the binary encodings that may read data with these first and last bytes and marks."""
    present = _present(_binary_marks(), seen)

    def may(one: Gated) -> bool:
        begins, ends = getattr(one, "begins", None), getattr(one, "ends", None)
        marks = getattr(one, "marks", None)
        fits = (begins is None or first in begins) and (ends is None or last in ends)
        return fits and (marks is None or not present.isdisjoint(marks))

    return tuple([one for one in families()["binary"] if may(one)])


@functools.cache
def _marks() -> tuple[bytes, ...]:
    """Give all marks of all encodings of readable bytes."""
    those = (*families()["structure"], *families()["text"])
    return tuple(sorted(frozenset[bytes]().union(*(getattr(one, "marks", ()) for one in those))))


@functools.lru_cache(_MOST_TEXT)
def _marked(there: tuple[int, bool, bool, bool, bool]) -> tuple[tuple[Gated, ...], tuple[Gated, ...]]:
    """Give the encodings of which something stands in the data, in the order they are tried."""
    seen, run, alone, ascii_, document = there
    present = _present(_marks(), seen)

    def may(one: Gated) -> bool:
        wanted = getattr(one, "marks", None)
        told = wanted is None or not present.isdisjoint(wanted)
        reached = run or not getattr(one, "run", 0) or (getattr(one, "beyond_ascii", False) and not ascii_)
        reached = reached and (alone or not getattr(one, "alone", False))
        return told and reached and not (getattr(one, "solid", False) and b" " in present)

    structure = [one for one in families()["structure"] if may(one)]
    if not document:
        structure.sort(key=lambda one: one.name == "json")
    text = [one for one in families()["text"] if may(one)]
    return (
        (*[one for one in text if one.order < 0], *structure),
        tuple([one for one in text if one.order >= 0]),
    )


def _in_binary(data: bytes, *, run: bool) -> tuple[Gated, ...]:
    """Give the encodings of texts that may stand among other bytes; ``run``: letters stand in a row there."""
    base64 = run or _BASE64.fullmatch(data) is not None
    json = b'{"' in data.translate(None, _BLANKS) or _JSON.match(data) is not None
    return _of_texts(json, base64, run or data[-1:] == b" ", b"--" in data)


@functools.cache
def _of_texts(json: bool, base64: bool, lzstring: bool, multipart: bool) -> tuple[Gated, ...]:  # noqa: FBT001
    there = {"json": json, "base64": base64, "lzstring": lzstring, "multipart": multipart}
    every = (*families()["structure"], *families()["text"])
    return tuple([one for one in every if there.get(one.name, False)])


_BLANKS = b" \t\r\n"
