"""Base85 in its alphabets: Ascii85 with or without its marks, that of RFC 1924, and Z85.

summary: four bytes as five letters
specification: Adobe PostScript Language Reference, ASCII85Encode; RFC 1924 section 4.2; ZeroMQ RFC 32 (Z85)

A text without marks has no end: a cut-off one cannot be told from a whole one, but by a letter left over.
"""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING, Any

from vitne.encodings._base85 import decode, encode
from vitne.encodings._outcomes import structured, telling
from vitne.model import Child, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.encodings import Family
    from vitne.model import Limits

_LETTERS = (string.digits + string.ascii_uppercase + string.ascii_lowercase).encode()
_ALPHABETS = {
    "rfc1924": _LETTERS + b"!#$%&()*+-;<=>?@^_`{|}~",
    "ascii85": bytes(range(33, 118)),
    "z85": (string.digits + string.ascii_lowercase + string.ascii_uppercase).encode()
    + b".-:+=^!/*?&<>()[]{}@%$#",
}
_READ = {name: letters + b"z" if name == "ascii85" else letters for name, letters in _ALPHABETS.items()}
_VALUES = {
    name: bytes(max(letters.find(byte), 0) for byte in range(256)) for name, letters in _ALPHABETS.items()
}
_ANY = bytes(sorted(frozenset(b"".join(_READ.values()))))
# what texts without spaces seldom hold, and one letter in five of these alphabets is
_PLAIN = _LETTERS + b"._-~/:=&?%+,;@'\""
_MARKED = re.compile(rb"<~([!-uz\r\n]*)~>")
_ENDS = b"\r\n"
_SHORTEST = 15  # letters of a text without marks
_PROBE = 60  # letters after which a text is given up if they say nothing
_RARE = 12  # one letter in so many is rare; in five of an even text
_RANDOM = 40  # letters from which an outcome that nothing else tells counts


class Base85:
    """The whole data in one alphabet, or what stands between the marks <~ and ~>."""

    name = "base85"
    summary = "four bytes as five letters"
    specification = "Adobe ASCII85Encode; RFC 1924 section 4.2; ZeroMQ RFC 32 (Z85)"
    family: Family = "text"
    order = -10
    solid = True
    readable = False
    exact = True

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield what stands between marks, else the whole data if they decode to something."""
        count = 0
        for match in _MARKED.finditer(data):
            child = _read(data, match.span(1), "ascii85", limits)
            if child is not None and child.data and count < limits.children:
                count += 1
                yield child
        text = data.rstrip(b"\r\n")
        if count or len(text) < _SHORTEST or text.translate(None, _ANY) or not _may_be(text):
            return
        child = _best(text, limits)
        if child is not None:
            yield child

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the contents of the whole data.  Raises Malformed where no alphabet has all letters."""
        match = _MARKED.fullmatch(data)
        span = match.span(1) if match else (0, len(data))
        each = [_read(data, span, name, limits) for name in (["ascii85"] if match else _ALPHABETS)]
        known = [child for child in each if child is not None and child.data]
        if not known:
            raise Malformed("letters that no base85 alphabet has, or groups that say too much", at=0)
        yield next((child for child in known if telling(child.data)), known[0])

    def wrap(self, child: Child) -> bytes:
        """Write the contents in the alphabet, with the short forms and line ends of the captured text."""
        known = dict(child.params)
        alphabet = _ALPHABETS[known["alphabet"]]
        text = encode(child.data).translate(alphabet.ljust(256))
        if known.get("zeros"):
            text = _shortened(text)
        if known.get("last"):
            text = text[:-1] + known["last"].encode()
        width: int = known.get("wrap", 0)
        end: bytes = known.get("newline", "").encode()
        if not width:
            return text
        first: int = known["first"]
        return end.join([text[:first], *[text[at : at + width] for at in range(first, len(text), width)]])

    def locate(self, data: bytes, child: Child, start: int, end: int) -> tuple[int, int]:
        """Say which letters hold bytes [start, end) of the contents; all where some stand for more."""
        del data
        known = dict(child.params)
        if known.get("zeros") or known.get("wrap"):
            return child.start, child.end
        if start >= end:
            at = min(child.start + start * 5 // 4, child.end)
            return at, at
        return child.start + start // 4 * 5, min(child.start + -(-end // 4) * 5, child.end)


def _may_be(text: bytes) -> bool:
    """Say whether a text is worth a try: it holds rare letters, or its first ten are text in an alphabet."""
    if len(text.translate(None, _PLAIN)) * _RARE >= len(text):
        return True
    for values in _VALUES.values():
        for at in (0, 5):
            a, b, c, d, e = text[at : at + 5].translate(values)
            group = (((a * 85 + b) * 85 + c) * 85 + d) * 85 + e
            if not all(0x20 <= group >> shift & 0xFF < 0x7F for shift in (24, 16, 8, 0)):
                break
        else:
            return True
    return False


def _shortened(text: bytes) -> bytes:
    """Write whole groups of zero as one letter."""
    groups = [text[at : at + 5] for at in range(0, len(text), 5)]
    return b"".join(b"z" if group == b"!!!!!" else group for group in groups)


def _lengthened(text: bytes) -> bytes | None:
    """Write each z as a group of zero; None where one stands inside a group."""
    out = bytearray()
    for piece in re.finditer(rb"z|[^z]+", text):
        if piece.group() == b"z":
            if len(out) % 5:
                return None
            out += b"!!!!!"
        else:
            out += piece.group()
    return bytes(out)


def _best(text: bytes, limits: Limits) -> Child | None:
    """Give the reading that is something; a probe of each alphabet first."""
    known: list[Child] = []
    for name, letters in _READ.items():
        if text.translate(None, letters) or (
            name != "ascii85" and decode(text[:_PROBE].translate(_VALUES[name])) is None
        ):
            continue
        child = _read(text, (0, len(text)), name, limits)
        if child is not None:
            if telling(child.data):
                return child
            known.append(child)
    for child in known:
        if structured(child.data):
            return child
    rare = len(text.translate(None, _PLAIN))
    mixed = all(
        text.translate(None, kind) != text
        for kind in (string.digits.encode(), string.ascii_uppercase.encode())
    )
    return known[0] if known and mixed and len(text) >= _RANDOM and rare * _RARE >= len(text) else None


def _read(data: bytes, span: tuple[int, int], alphabet: str, limits: Limits) -> Child | None:
    start, end = span
    raw = data[start : min(end, start + limits.size // 4 * 5)]
    text = raw.translate(None, _ENDS)
    params: list[tuple[str, Any]] = [("alphabet", alphabet)]
    whole = len(raw) == end - start
    if len(text) < len(raw):
        lines = re.split(rb"[\r\n]+", raw)
        newline = raw[len(lines[0]) : raw.find(lines[1], len(lines[0]))].decode()
        params += [("wrap", len(lines[1]) if len(lines) > 2 else len(lines[0])), ("newline", newline)]
        params += [("first", len(lines[0]))]  # the marks may stand on the first line
    plain = text
    if alphabet == "ascii85" and b"z" in text:
        longer = _lengthened(text)
        if longer is None or len(longer) > 2 * limits.size:
            return None
        params.append(("zeros", True))
        plain = longer
    if plain.translate(None, _ALPHABETS[alphabet]) or not plain:
        return None
    if len(plain) % 5 == 1 or not whole:
        return None
    decoded = decode(plain.translate(_VALUES[alphabet]))
    if decoded is None:
        return None
    last = encode(decoded)[-1:].translate(_ALPHABETS[alphabet].ljust(256)) if len(plain) % 5 else b""
    if last and last != plain[-1:]:
        params.append(("last", plain[-1:].decode()))
    child = Child(data=decoded, start=start, end=end, params=tuple(params))
    return child if Base85().wrap(child) == raw else None


encoding = Base85()
