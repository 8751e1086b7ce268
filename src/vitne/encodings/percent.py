"""Percent and plus escapes of URLs and forms.

summary: bytes spelled %41, spaces as +
specification: RFC 3986 section 2.1; WHATWG URL, application/x-www-form-urlencoded

The format has no end: a cut-off text cannot be told from a whole one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from vitne.encodings._escapes import Escapes
from vitne.model import Child

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.encodings import Family
    from vitne.model import Limits

_ESCAPE = re.compile(rb"%(?:[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4})")
_PLUS = re.compile(rb"(?<=[0-9A-Za-z,.:])\+(?=[0-9A-Za-z])")
# every = begins an escape of quoted-printable, and one of them is = itself or a line that goes on
_QUOTED = re.compile(rb"(?=.*=(?:3D|\r?\n))(?:[^=]|=[0-9A-F]{2}|=\r?\n)*=?[0-9A-F\r]?", re.DOTALL)
_SAMPLE = 4096  # bytes in which that shows
_LETTERS = re.compile(rb"begin [0-7]{3,4} [^\n]{1,255}\n[!-`]")
_LONGEST_FORM = 1 << 20  # bytes up to which + is tried as a space without being announced
_SPACE = re.compile(rb"[\t\r\n ]")
_BASE64 = re.compile(rb"(?=.*[0-9/=])(?=.*[A-Z])(?=.*[a-z])(?:[A-Za-z0-9+/=]++|%2[BbFf]|%3[Dd])++", re.DOTALL)
_SHORTEST_BASE64 = 24  # letters
_MADE = (b"=3D", b"=\n", b"=\r\n")  # what makes a text quoted-printable


def _one(spelled: bytes) -> bytes:
    if spelled == b"+":
        return b" "
    if spelled[1:2] == b"u":  # as the script function escape() spells what is beyond Latin-1
        return (
            bytes.fromhex(spelled[2:].decode())
            .decode("utf-16-be", "surrogatepass")
            .encode("utf-8", "surrogatepass")
        )
    return bytes((int(spelled[1:], 16),))


def _quick(raw: bytes) -> bytes | None:
    """Unescape a text without escapes of the script function escape(); + stays."""
    return None if b"%u" in raw else unquote_to_bytes(raw)


def _quick_form(raw: bytes) -> bytes | None:
    return _quick(raw.replace(b"+", b" "))


def _quoted(head: bytes) -> bool:
    """Say whether a text is quoted-printable."""
    return any(mark in head for mark in _MADE) and _QUOTED.fullmatch(head) is not None


def _is_base64(data: bytes) -> bool:
    """Say whether a text is base64 whose marks are escaped or not."""
    letters = len(data) - 2 * data.count(b"%")
    return letters >= _SHORTEST_BASE64 and _BASE64.fullmatch(data) is not None


def _may_mean_spaces(data: bytes, limits: Limits) -> bool:
    """Say whether + may stand for a space: between words, in a text without spaces that is not base64."""
    if b"+" not in data or _SPACE.search(data, 0, _LONGEST_FORM):
        return False
    if len(data) > _LONGEST_FORM:
        if _PLUS.search(data, 0, _LONGEST_FORM) and not _is_base64(data[:_SAMPLE]):
            limits.tell(f"percent: + as a space in a text of more than {_LONGEST_FORM} bytes")
        return False
    return _PLUS.search(data) is not None and not _is_base64(data)


class Percent:
    """A text is unescaped as a whole; where + may be a space, twice."""

    name = "percent"
    summary = "bytes spelled %41, spaces as +"
    specification = "RFC 3986 section 2.1; WHATWG URL, application/x-www-form-urlencoded"
    family: Family = "text"
    order = 10
    marks = (b"%", b"+")
    readable = True
    exact = True

    def __init__(self) -> None:
        self._plain = Escapes(_ESCAPE, _one, _quick)
        self._form = Escapes(re.compile(_ESCAPE.pattern + rb"|\+"), _one, _quick_form)

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the text unescaped with + as it is, and with spaces for it where that may be meant."""
        if b"=" in data and _quoted(data[:_SAMPLE]):
            return  # quoted-printable went around it: its marks count first
        if _LETTERS.match(data):
            return  # uuencoded: % is a letter
        escaped = _ESCAPE.search(data) is not None
        if escaped:
            yield self._child(data, limits, plus=False)
        if _may_mean_spaces(data, limits):
            yield self._child(data, limits, plus=True)

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the whole text unescaped, + standing for a space."""
        yield self._child(data, limits, plus=True)

    def wrap(self, child: Child) -> bytes:
        """Escape again what was escaped."""
        return self._form.wrap(child)

    def locate(self, data: bytes, child: Child, start: int, end: int) -> tuple[int, int]:
        """Say which bytes of the text spell bytes [start, end) of the child."""
        return self._way(child).locate(data, child, start, end)

    def _way(self, child: Child) -> Escapes:
        return self._form if ("plus", True) in child.params else self._plain

    def _child(self, data: bytes, limits: Limits, *, plus: bool) -> Child:
        raw = data[: limits.size]
        way = self._form if plus else self._plain
        decoded = way.decode(raw)
        params = (("plus", plus), *way.params(raw, decoded))
        return Child(data=decoded, start=0, end=len(raw), params=params, complete=len(raw) == len(data))


encoding = Percent()
