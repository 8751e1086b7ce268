r"""Borders: whether a hit is a value of its own or a part of something longer.

The byte beside a hit is looked at through the hit's codec: beside hexadecimal text stand two more digits,
beside base64 the characters are read back into bytes.  A percent or backslash escape before a value
(``%22``, ``\u0022``, ``\n``) ends in letters and digits and is no part of it.
"""

from __future__ import annotations

import binascii
import string
from typing import TYPE_CHECKING

import numpy as np

from vitne.identify.needles import piece_of
from vitne.identify.variants import write

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from vitne.identify.needles import Hits, Needle, Needles

DIGIT, HEX, WORD = 1, 2, 4
_BIT = {"none": 0, "digit": DIGIT, "hex": HEX, "word": WORD}
REACH = 8  # bytes beside a hit that are looked at
HEX_DIGITS = b"0123456789abcdefABCDEF"


def _classes(letters: range) -> npt.NDArray[np.uint8]:
    """Classify bytes; of those above ASCII the given ones are a part of a letter (RFC 3629 section 3)."""
    table = np.zeros(256, dtype=np.uint8)
    for byte in range(256):
        if byte in b"0123456789":
            table[byte] = DIGIT | HEX | WORD
        elif byte in HEX_DIGITS:
            table[byte] = HEX | WORD
        elif bytes([byte]).isalpha() or byte in letters:
            table[byte] = WORD
    return table


BEFORE = _classes(range(0x80, 0xC0))  # a letter beyond ASCII ends in such a byte
BEHIND = _classes(range(0xC2, 0xF5))  # and begins with such a one


def keep_whole(hits: Hits, needles: Needles, data: npt.NDArray[np.uint8], *, bounds: Bounds) -> Hits:
    """Drop hits that are a part of something longer, and lengthen those whose tail follows."""
    if not len(hits):
        return hits
    kinds = needles.needles
    masks = np.array([_BIT[kinds[row].border] for row in hits.needle.tolist()], dtype=np.uint8)
    plain = np.array([_plain(kinds[row]) for row in hits.needle.tolist()], dtype=bool)
    low, high = bounds.of(hits)
    before = np.where(hits.start > low, BEFORE[data[np.maximum(hits.start - 1, 0)]], 0)
    behind = np.where(hits.end < high, BEHIND[data[np.minimum(hits.end, len(data) - 1)]], 0)
    clean = ((before | behind) & masks) == 0
    keep = clean & plain
    ends = hits.end.copy()
    for index in np.flatnonzero(~keep & (masks > 0)).tolist():
        needle = kinds[int(hits.needle[index])]
        view = bytes(
            data[max(low[index], hits.start[index] - REACH) : min(high[index], hits.end[index] + REACH)]
        )
        start = int(min(hits.start[index] - low[index], REACH))
        stop = start + int(hits.end[index] - hits.start[index])
        keep[index] = _whole(needle, view, (start, stop))
        ends[index] += needle.tail
    keep |= masks == 0
    for index in np.flatnonzero(keep).tolist():
        needle = kinds[int(hits.needle[index])]
        if needle.codec in _LETTERS:
            begin, stop = int(hits.start[index]), int(hits.end[index])
            near = bytes(data[max(int(low[index]), begin - REACH) : begin])
            keep[index] = shares(needle, near, bytes(data[stop : min(int(high[index]), stop + REACH)]))
    hits.end = ends
    return hits.keep(keep)


class Bounds:
    """The pieces of a buffer: what lies in another piece does not stand beside a hit."""

    def __init__(self, starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]) -> None:
        self.starts = np.asarray(starts, dtype=np.int64)
        self.ends = np.asarray(ends, dtype=np.int64)

    def of(self, hits: Hits) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Give begin and end of the piece that each hit lies in."""
        piece = np.maximum(piece_of(hits.start, self.starts), 0)
        return self.starts[piece], self.ends[piece]


def _plain(needle: Needle) -> bool:
    """Say whether the bytes beside a hit are themselves the characters beside the value."""
    return not needle.tail and (not needle.layers or needle.codec not in _BESIDE or len(needle.layers) > 1)


def _whole(needle: Needle, view: bytes, span: tuple[int, int]) -> bool:
    """Look at both sides of a range of the view through the needle's codec."""
    start, end = span
    mask = _BIT[needle.border]
    if needle.tail:
        tail = view[end : end + needle.tail]
        if len(tail) < needle.tail or not all(BEHIND[byte] & DIGIT for byte in tail):
            return False
        end += needle.tail
    if _plain(needle) or needle.tail:
        before, behind = view[:start][-1:], view[end : end + 1]
        if before and BEFORE[before[0]] & mask and not escaped(view, start):
            return False
    else:
        before, behind = _BESIDE[needle.codec](needle, view, (start, end))
        if before and BEFORE[before[0]] & mask:
            return False
    return not (behind and BEHIND[behind[0]] & mask)


def escaped(view: bytes, start: int) -> bool:
    r"""Say whether an escape ends right before ``start``: %22, =3D, \x22, \u0022, \n."""
    before = view[:start]
    two = before[-2:]
    hexed = len(two) == 2 and all(byte in HEX_DIGITS for byte in two)
    if hexed and (before[-3:-2] == b"%" or before[-3:] == b"=3D" or before[-4:-2] == b"\\x"):
        return True
    if before[-6:-4] == b"\\u" and all(byte in HEX_DIGITS for byte in before[-4:]):
        return True
    return before[-2:-1] == b"\\" and before[-1:] in {b"n", b"r", b"t", b"b", b"f"}


def _beside_hex(_needle: Needle, view: bytes, span: tuple[int, int]) -> tuple[bytes, bytes]:
    start, end = span
    return _unhex(view[max(0, start - 2) : start]), _unhex(view[end : end + 2])


def _unhex(pair: bytes) -> bytes:
    try:
        return binascii.unhexlify(pair)
    except binascii.Error:
        return b""


def _beside_utf16(needle: Needle, view: bytes, span: tuple[int, int]) -> tuple[bytes, bytes]:
    start, end = span
    little = dict(needle.layers[-1][1])["order"] == "le"
    found = []
    for unit in (view[max(0, start - 2) : start], view[end : end + 2]):
        low, high = (unit[:1], unit[1:]) if little else (unit[1:], unit[:1])
        if len(unit) == 1:  # the text is of the other byte order: its last half character stands here
            found.append(unit)
        else:
            found.append(low if high == b"\0" else b"")
    return found[0], found[1]


def _beside_base64(needle: Needle, view: bytes, span: tuple[int, int]) -> tuple[bytes, bytes]:
    """Read the groups of four around the value back; a line break or another mark ends what can be seen."""
    shift = int(dict(needle.layers[-1][1])["shift"])
    first = span[0] - -(-shift * 8 // 6)  # where the group begins that holds the value's first character
    before = b""
    if shift and first >= 0:
        before = _unbase64(view[first : first + 4])[shift - 1 : shift]
    elif not shift and first >= 4:
        before = _unbase64(view[first - 4 : first])[2:3]
    length = shift + len(needle.text)
    last = first + length // 3 * 4  # the group that holds the first byte behind the value
    return before, _unbase64(view[max(last, 0) : last + 4])[length % 3 : length % 3 + 1]


def shares(needle: Needle, before: bytes, behind: bytes) -> bool:
    """Say whether the letters of base64 that a value shares with its neighbours hold its bits.

    A needle has the letters that the value alone decides; up to four bits at either end stand in a letter
    more (RFC 4648 section 4).  Line breaks may stand between.
    """
    shift = int(dict(needle.layers[-1][1])["shift"])
    wrapped = write(needle.text, needle.layers[:-1])
    lead, tail = -shift * 8 % 6, (shift + len(wrapped)) * 8 % 6
    if lead:
        letter = _LETTERS[needle.codec].find(before.rstrip(b"\r\n")[-1:] or b"\0")
        if letter < 0 or letter & (1 << lead) - 1 != wrapped[0] >> 8 - lead:
            return False
    if tail:
        letter = _LETTERS[needle.codec].find(behind.lstrip(b"\r\n")[:1] or b"\0")
        return letter >= 0 and letter >> 6 - tail == wrapped[-1] & (1 << tail) - 1
    return True


def _unbase64(group: bytes) -> bytes:
    if len(group) < 4:
        return b""
    try:
        return binascii.a2b_base64(group.translate(_STANDARD), strict_mode=True)
    except binascii.Error:
        return b""


_STANDARD = bytes.maketrans(b"-_", b"+/")
_ALIKE = string.ascii_letters[26:] + string.ascii_letters[:26] + string.digits
_LETTERS = {"base64": f"{_ALIKE}+/".encode(), "base64url": f"{_ALIKE}-_".encode()}
_BESIDE: dict[str, Callable[[Needle, bytes, tuple[int, int]], tuple[bytes, bytes]]] = {
    "hex": _beside_hex,
    "utf-16": _beside_utf16,
    "base64": _beside_base64,
    "base64url": _beside_base64,
}
