"""The tokens of one JSON document, read without recursion."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from vitne.model import Child

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.encodings._escapes import Escapes

ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[^u])", re.DOTALL
)
_TOKEN = re.compile(
    rb"[ \t\r\n]*+(?:"
    rb'"([^"\\]*+(?:\\.[^"\\]*+)*+)(")?+'  # 1 string, 2 its closing quote
    rb"|([,:\[\]{}])"  # 3
    rb"|(-?+\d++(?:\.\d++)?+(?:[eE][+-]?+\d++)?+)"  # 4 number
    rb"|(true|false|null|-?Infinity|NaN|undefined)"  # 5
    rb")",
    re.DOTALL,
)
_SIMPLE = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"b": b"\b", b"f": b"\f"}
MOST_PATH = 120  # characters of a path that are kept
TOKENS_PER_LEAF = 64  # tokens read for each leaf that may be given
_DEEPEST = 200_000  # nested containers

_VALUE, _KEY, _COLON, _NEXT = range(4)


def unescape(spelled: bytes) -> bytes:
    r"""Give what one escape stands for, as UTF-8; a lone surrogate keeps its three bytes."""
    if spelled[1:2] != b"u":
        return _SIMPLE.get(spelled[1:], spelled[1:])
    if len(spelled) == 12:
        high, low = int(spelled[2:6], 16), int(spelled[8:], 16)
        return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)).encode("utf-8")
    return chr(int(spelled[2:6], 16)).encode("utf-8", "surrogatepass")


class Reader:
    """One pass over one document.  Stops at its end, at the first break of the grammar, or at a bound."""

    def __init__(self, data: bytes, position: int, most: int) -> None:
        self.data = data
        self.position = position  # behind the last token that fitted
        self.most = most  # leaves that may be given
        self.sensible = False  # a value under a key, or a whole container, was read
        self.tokens = 0  # tokens read so far
        self.complete = False  # the document was read to its end
        self._keys: list[Any] = []  # per open container: the key at hand, or the index
        self._prefix: list[str] = []  # per open container: its path
        self._expect = _VALUE

    def leaves(self, escapes: Escapes) -> Iterator[Child]:
        """Yield string and number leaves in order."""
        data, scan = self.data, _TOKEN.match
        given = 0
        for self.tokens in range(1, self.most * TOKENS_PER_LEAF):  # noqa: B020  (a count, kept for the caller)
            match = scan(data, self.position)
            if match is None:
                return
            kind = match.lastindex
            if kind == 3:
                fits = self._punctuation(match[3])
            elif self._expect == _KEY:
                fits = kind == 2 and self._key(match[1], escapes)
            elif fits := self._expect == _VALUE:
                if kind != 5:
                    yield self._leaf(match, escapes)
                    given += 1
                self._expect = _NEXT
                self.sensible = self.sensible or bool(self._keys)
            if not fits:
                return
            self.position = match.end()
            if self._expect == _NEXT and not self._keys:
                self._end(match)
                return
            if given >= self.most:
                return

    def _end(self, match: re.Match[bytes]) -> None:
        """Take note that the document is whole; a lone string counts where it can be another document."""
        self.complete = True
        self.sensible = self.sensible or (match.lastindex == 2 and b"\\" in match[1])

    def _key(self, raw: bytes, escapes: Escapes) -> bool:
        name = escapes.decode(raw) if b"\\" in raw else raw
        self._keys[-1] = name[:256].decode("utf-8", "replace")
        self._expect = _COLON
        return True

    def _leaf(self, match: re.Match[bytes], escapes: Escapes) -> Child:
        if match.lastindex == 4:
            start, end = match.span(4)
            return Child(data=match[4], start=start, end=end, path=self._path())
        start, end = match.span(1)
        raw = match[1]
        whole = match.lastindex == 2
        if b"\\" not in raw:
            return Child(data=raw, start=start, end=end, path=self._path(), complete=whole)
        decoded = escapes.decode(raw)
        params = escapes.params(raw, decoded)
        return Child(data=decoded, start=start, end=end, path=self._path(), params=params, complete=whole)

    def _path(self) -> str:
        if not self._keys:
            return ""
        key, prefix = self._keys[-1], self._prefix[-1]
        if isinstance(key, int):
            return f"{prefix}[{key}]"
        return f"{prefix}.{key}" if prefix else key

    def _punctuation(self, mark: bytes) -> bool:
        if mark in b"[{":
            return self._open(mark)
        if mark in b"]}":
            return self._close(mark)
        if mark == b":":
            fits, self._expect = self._expect == _COLON, _VALUE
            return fits
        if self._expect != _NEXT or not self._keys:
            return False
        if isinstance(self._keys[-1], int):
            self._keys[-1] += 1
            self._expect = _VALUE
        else:
            self._expect = _KEY
        return True

    def _open(self, mark: bytes) -> bool:
        if self._expect != _VALUE or len(self._keys) >= _DEEPEST:
            return False
        path = self._path()
        self._prefix.append(path if len(path) <= MOST_PATH else "..." + path[-MOST_PATH:])
        self._keys.append(0 if mark == b"[" else "")
        self._expect = _VALUE if mark == b"[" else _KEY
        return True

    def _close(self, mark: bytes) -> bool:
        if not self._keys or isinstance(self._keys[-1], int) != (mark == b"]"):
            return False
        if self._expect not in (_NEXT, _VALUE if mark == b"]" else _KEY):
            return False
        self._keys.pop()
        self._prefix.pop()
        self._expect = _NEXT
        self.sensible = True
        return True
