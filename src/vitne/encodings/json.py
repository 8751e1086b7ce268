r"""JSON: string and number leaves with their paths.

summary: objects, arrays, strings and numbers; leaves by path a.b[0].c
specification: RFC 8259; ECMA-404

Reads what can be read: duplicate keys are two leaves, numbers stay digits, NaN and a byte order mark are
taken, depth costs no stack, a cut-off document gives what stood before the cut.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vitne.encodings._escapes import Escapes
from vitne.encodings._json_reader import ESCAPE, TOKENS_PER_LEAF, Reader, unescape
from vitne.encodings._json_skim import skim
from vitne.model import Child, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.encodings import Family, Sieve
    from vitne.encodings._json_shapes import Skimmed
    from vitne.model import Limits

_START = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n]*(?=[\[{\"])")
_INSIDE = re.compile(rb"\{[ \t\r\n]*+\"[^\"\\\r\n]{0,256}+\"[ \t\r\n]*+:|\[[ \t\r\n]*+(?=\{[ \t\r\n]*+\")")
_MOST_DOCUMENTS = 256  # documents that one text may hold


class Json:
    """Leaves are ranges inside the quotes, with the escapes decoded."""

    name = "json"
    summary = "objects, arrays, strings and numbers; leaves by path a.b[0].c"
    specification = "RFC 8259; ECMA-404"
    family: Family = "structure"
    order = 10
    marks = (b"{", b"[", b'"')
    readable = True
    exact = True

    def __init__(self) -> None:
        self._escapes = Escapes(ESCAPE, unescape)

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the leaves of the documents in the data, one behind the other, text between them skipped."""
        start = _START.match(data)
        position = start.end() if start else 0
        left, tokens = limits.children, limits.children * TOKENS_PER_LEAF
        for _ in range(_MOST_DOCUMENTS):
            if left <= 0 or tokens <= 0:
                return
            reader = Reader(data, position, left)
            leaves = list(reader.leaves(self._escapes)) if start else []
            if reader.sensible:
                left -= len(leaves)
                yield from leaves
            tokens -= reader.tokens
            position = max(reader.position, position + 1)
            start = _INSIDE.search(data, position)
            if start is None:
                return
            position = start.start()

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the leaves of the whole data.  Raises Malformed where they do not begin with a document."""
        start = _START.match(data)
        reader = Reader(data, start.end() if start else 0, limits.children)
        leaves = list(reader.leaves(self._escapes)) if start else []
        if not reader.sensible:
            raise Malformed("not JSON", at=reader.position)
        yield from leaves
        if len(leaves) < limits.children and reader.position < len(data):
            rest = data[reader.position :]
            more = limits.children - len(leaves)
            for child in self.find(rest, _fewer(limits, more)) if _INSIDE.search(rest) else ():
                yield _moved(child, reader.position)

    def skim(self, data: bytes, limits: Limits, sieve: Sieve) -> Skimmed | None:
        """Give only the leaves that a sieve asks for, and where the others stand.

        None where the data are not one clean document; ``find`` and ``unwrap`` then read what can be read.
        """
        start = _START.match(data)
        if start is None:
            return None
        return skim(data, start.end(), limits.children, sieve=sieve, escapes=self._escapes)

    def plain(self, data: bytes) -> bytes:
        """Give the document with the escapes of all its texts undone: to search in, not to read fields of."""
        return self._escapes.decode(data) if b"\\" in data else data

    def wrap(self, child: Child) -> bytes:
        """Write what stood inside the quotes, with the escapes that stood there."""
        return self._escapes.wrap(child)

    def locate(self, data: bytes, child: Child, start: int, end: int) -> tuple[int, int]:
        """Say which bytes of the document spell bytes [start, end) of the leaf."""
        if not child.params:
            return child.start + start, child.start + end
        return self._escapes.locate(data, child, start, end)


def _fewer(limits: Limits, children: int) -> Limits:
    return type(limits)(size=limits.size, ratio=limits.ratio, children=children)


def _moved(child: Child, by: int) -> Child:
    return Child(
        data=child.data,
        start=child.start + by,
        end=child.end + by,
        path=child.path,
        params=child.params,
        complete=child.complete,
    )


encoding = Json()
