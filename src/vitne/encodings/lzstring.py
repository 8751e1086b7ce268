"""LZString, as scripts of web pages compress texts: in base64, in its letters for URLs, in UTF-16, or bare.

summary: compressed text, six or fifteen bits to a letter
specification: lz-string 1.5 (pieroxy.net/blog/pages/lz-string), the reference script

What fills up the last letter may be missing: a text cut off there is whole.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vitne.encodings._inflating import allowance
from vitne.encodings._looks import readable
from vitne.encodings._lzstring import compress, decompress, letters, octets
from vitne.encodings._outcomes import structured, telling
from vitne.encodings._whole_range import WholeRange
from vitne.model import Child, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.encodings import Family
    from vitne.model import Limits

_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_URL = _BASE64[:-1] + b"-"
_BITS = {letter: f"{at:06b}" for alphabet in (_BASE64, _URL) for at, letter in enumerate(alphabet)}
# the first code says "a letter of 8 bits" by two zeros: the first of 64 letters is from A to P
_TOKEN = re.compile(rb"[0-9A-Za-z+/-]{15,}+[=$]{0,3}")
_WHOLE = re.compile(rb"[0-9A-Za-z+/-]+[=$]{0,3}")
_LEAST, _MOST = 32, 32 + 0x7FFF  # letters of the form in UTF-16, fifteen bits each
_LAST_FIRST = 0x50
_GLUE = frozenset({b"_", b".", b"$"})
_LONGEST = 1 << 20  # letters of a token: each is six letters while it is read
_LONGEST_WIDE = 1 << 18  # bytes of the form in UTF-16: each letter is fifteen letters while it is read
_MOST_KNOWN = 4096  # tokens kept in mind
_GLANCE = 12  # letters after which most tokens are given up
_PROBE = 48  # letters after which a token is given up if a code stands for nothing
_PADDING = 32  # bits behind the end of the text, at the most
_RANDOM = 32  # letters from which an outcome that nothing else tells counts


class LzString(WholeRange):
    """Tokens, or the whole data in the UTF-16 form, that end with the code for the end."""

    name = "lzstring"
    summary = "compressed text, six or fifteen bits to a letter"
    specification = "lz-string 1.5, the reference script"
    family: Family = "text"
    order = 34
    run = 12
    beyond_ascii = True

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield tokens that decompress to their end, else the whole data in the UTF-16 form."""
        if not data.isascii():
            child = _utf16(data, limits) if data[-1:] == b" " else None
            if child is not None and child.complete and _worth(child.data):
                yield child
                return
        count = 0
        nothing: set[bytes] = set()  # short tokens that are none: patterns repeat by the ten thousand
        for match in _TOKEN.finditer(data):
            token = match.group()
            if token[0] > _LAST_FIRST or data[match.start() - 1 : match.start()] in _GLUE:
                continue
            if token in nothing:
                continue
            if len(token) <= _PROBE and len(nothing) < _MOST_KNOWN:
                nothing.add(token)
            if not _begins(token, limits):
                continue
            child = _token(token, match.start(), limits)
            if child is not None and child.complete and _worth(child.data):
                nothing.discard(token)
                yield child
                count += 1
                if count >= limits.children:
                    return

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the text of the whole data.  Raises Malformed where they are in none of the forms."""
        child = _token(data, 0, limits) if _WHOLE.fullmatch(data) else _utf16(data, limits)
        if child is None or not child.data:
            raise Malformed("no LZString", at=0)
        yield child

    def wrap(self, child: Child) -> bytes:
        """Compress again in the same form."""
        form = dict(child.params).get("form", "base64")
        bits = compress(letters(child.data))
        if form == "utf-16":
            bits += "0" * (15 - len(bits) % 15)
            units = [int(bits[at : at + 15], 2) + _LEAST for at in range(0, len(bits), 15)]
            return ("".join(map(chr, units)) + " ").encode("utf-8", "surrogatepass")
        bits += "0" * (6 - len(bits) % 6)
        alphabet = _URL if form == "url" else _BASE64
        text = bytes([alphabet[int(bits[at : at + 6], 2)] for at in range(0, len(bits), 6)])
        return text + b"=" * (-len(text) % 4 if form == "base64" else 0)


def _begins(token: bytes, limits: Limits) -> bool:
    """Say whether the first codes of a token stand for something, and it is not too long to be read."""
    if decompress(_bits(token[:_GLANCE]), 4096) is None or decompress(_bits(token[:_PROBE]), 4096) is None:
        return False
    if len(token) > _LONGEST:
        limits.tell(f"lzstring: a text of more than {_LONGEST} letters")
        return False
    return True


def _bits(token: bytes) -> str:
    return "".join([_BITS.get(letter, "") for letter in token])


def _token(token: bytes, start: int, limits: Limits) -> Child | None:
    text = token.rstrip(b"=$")
    if b"-" in text and b"/" in text:
        return None
    child = _read(_bits(text[:_LONGEST]), len(token), limits)
    if child is None:
        return None
    bare = b"-" in text or token[-1:] == b"$" or (len(text) % 4 > 0 and text == token)
    params = (("form", "url" if bare else "base64"),)
    return Child(data=child.data, start=start, end=start + len(token), params=params, complete=child.complete)


def _utf16(data: bytes, limits: Limits) -> Child | None:
    head = data[:_LONGEST_WIDE]
    while len(head) < len(data) and head and head[-1] & 0xC0 == 0x80:  # no half letter at the cut
        head = head[:-1]
    if len(head) < len(data) and head and head[-1] >= 0xC0:
        head = head[:-1]
    try:
        text = head.decode("utf-8", "surrogatepass").removesuffix(" ")
    except UnicodeDecodeError:
        return None
    if not text or not all(_LEAST <= ord(letter) <= _MOST for letter in text):
        return None
    child = _read("".join([f"{ord(letter) - _LEAST:015b}" for letter in text]), len(data), limits)
    if child is None:
        return None
    params = (("form", "utf-16"),)
    return Child(data=child.data, start=0, end=len(data), params=params, complete=child.complete)


def _read(bits: str, size: int, limits: Limits) -> Child | None:
    got = decompress(bits, allowance(size, limits))
    if got is None:
        return None
    whole = got.whole and len(bits) - got.used <= _PADDING and "1" not in bits[got.used :]
    return Child(data=octets(got.text), start=0, end=size, complete=whole)


def _worth(out: bytes) -> bool:
    if telling(out) or (len(out) >= 6 and readable(out)):
        return True
    return len(out) >= _RANDOM or structured(out)


encoding = LzString()
