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
_ALNUM = bytes(0x41 if re.match(rb"[A-Za-z0-9]", bytes((byte,))) else 0x2E for byte in range(256))
_ALONE = b"A" * 16  # the least run of those whose letters stand alone
_BASE64 = re.compile(rb"[A-Za-z0-9+/_=\x00 \t\r\n-]*+")  # what base64 as a whole is made of
_REACH = 256 << 10  # bytes in which the mark of a binary encoding stands
_MOST_BINARY = 4096  # kinds of binary data for which the encodings are remembered
_LONG = 48  # bytes from which on the quick look at all is quicker than the closer one
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
    if len(data) < SHORTEST or (len(data) > _LONG and not anything(data)) or _ANY.search(data) is None:
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
        run = _RUN in data.translate(_LETTERS)
        alone = run and (b"\n" in data or _ALONE in data.translate(_ALNUM))
        document = (
            _JSON.match(data) is not None
        )  # one inside the data comes after what the data are as a whole
        return _marked((*[mark in data for mark in _marks()], run, alone, data.isascii(), document))
    if media(data):
        return tuple([one for one in families()["binary"] if one.name == "exif"]), ()
    head = data[:_REACH]
    seen = _any_binary_mark().search(head) is not None
    marked = tuple([mark in head for mark in _binary_marks()]) if seen else ()
    first, last = (data[0], data[-1]) if data else (-1, -1)
    return _binary(first, last if last in _binary_ends() else -1, marked), _in_binary(data)


@functools.cache
def _binary_ends() -> frozenset[int]:
    """Give the last bytes that binary encodings state."""
    return frozenset[int]().union(*(getattr(one, "ends", ()) for one in families()["binary"]))


@functools.cache
def _binary_marks() -> tuple[bytes, ...]:
    """Give the marks of all binary encodings that state some."""
    marks = (getattr(one, "marks", ()) for one in families()["binary"])
    return tuple(sorted(frozenset[bytes]().union(*marks)))


@functools.cache
def _any_binary_mark() -> re.Pattern[bytes]:
    return re.compile(b"|".join(map(re.escape, _binary_marks())))


@functools.lru_cache(_MOST_BINARY)
def _binary(first: int, last: int, marked: tuple[bool, ...]) -> tuple[Gated, ...]:
    """Give the binary encodings that may read data with these first and last bytes and marks."""
    present = {mark for mark, found in zip(_binary_marks(), marked, strict=False) if found}

    def may(one: Gated) -> bool:
        begins, ends = getattr(one, "begins", None), getattr(one, "ends", None)
        marks = getattr(one, "marks", None)
        fits = (begins is None or first in begins) and (ends is None or last in ends)
        return fits and (marks is None or not present.isdisjoint(marks))

    return tuple([one for one in families()["binary"] if may(one)])


@functools.cache
def _marks() -> tuple[bytes | int, ...]:
    """Give all marks of all encodings of readable bytes; a single byte as a number, which is found sooner."""
    those = (*families()["structure"], *families()["text"])
    marks = sorted(frozenset[bytes]().union(*(getattr(one, "marks", ()) for one in those)))
    return tuple([mark[0] if len(mark) == 1 else mark for mark in marks])


@functools.cache
def _marked(there: tuple[bool, ...]) -> tuple[tuple[Gated, ...], tuple[Gated, ...]]:
    """Give the encodings of which something stands in the data, in the order they are tried."""
    *marks, run, alone, ascii_, document = there
    present = {mark for mark, found in zip(_marks(), marks, strict=True) if found}

    def may(one: Gated) -> bool:
        wanted = getattr(one, "marks", None)
        seen = wanted is None or any((mark[0] if len(mark) == 1 else mark) in present for mark in wanted)
        reached = run or not getattr(one, "run", 0) or (getattr(one, "beyond_ascii", False) and not ascii_)
        reached = reached and (alone or not getattr(one, "alone", False))
        return seen and reached and not (getattr(one, "solid", False) and _SPACE in present)

    structure = [one for one in families()["structure"] if may(one)]
    if not document:
        structure.sort(key=lambda one: one.name == "json")
    text = [one for one in families()["text"] if may(one)]
    return (
        (*[one for one in text if one.order < 0], *structure),
        tuple([one for one in text if one.order >= 0]),
    )


def _in_binary(data: bytes) -> tuple[Gated, ...]:
    """Give the encodings of texts that may stand among other bytes."""
    shape = data.translate(_LETTERS)
    run = _RUN in shape
    base64 = run or _BASE64.fullmatch(data) is not None
    json = b'{"' in data.translate(None, _BLANKS) or _JSON.match(data) is not None
    return _of_texts(json, base64, run or data[-1:] == b" ", b"--" in data)


@functools.cache
def _of_texts(json: bool, base64: bool, lzstring: bool, multipart: bool) -> tuple[Gated, ...]:  # noqa: FBT001
    there = {"json": json, "base64": base64, "lzstring": lzstring, "multipart": multipart}
    every = (*families()["structure"], *families()["text"])
    return tuple([one for one in every if there.get(one.name, False)])


_BLANKS = b" \t\r\n"
