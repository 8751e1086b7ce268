"""Sessions written as XML: where the entries stand, and what one holds.

Entities are refused: the five of XML are enough for a session, and others can be made to unfold without end.
specification: XML 1.0 (fifth edition)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

from vitne.exports.json_spans import span_or_gap
from vitne.model import Gap, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.exports.json_spans import Span

_PIECE = 1 << 20
_MOST_DEPTH = 32
_MOST_NODES = 1 << 17
"""Elements of one entry."""
_DECLARED = re.compile(rb"""<\?xml[^>]*\bencoding\s*=\s*["']([A-Za-z0-9._\-]{1,40})["']""")


class Element:
    """One element of an entry."""

    __slots__ = ("attributes", "children", "name", "pieces")

    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        self.name = name
        self.attributes = attributes
        self.children: list[Element] = []
        self.pieces: list[str] = []

    @property
    def text(self) -> str:
        """The text inside, without that of its children."""
        return "".join(self.pieces)

    def first(self, name: str) -> Element:
        """Give the first child of a name, an empty one without."""
        return next((child for child in self.children if child.name == name), Element(name, {}))

    def all(self, name: str) -> list[Element]:
        """Give the children of a name."""
        return [child for child in self.children if child.name == name]


def _parser() -> Any:
    parser = expat.ParserCreate()
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    parser.EntityDeclHandler = _refuse
    return parser


def _refuse(*_: Any) -> None:
    raise Malformed("the file declares entities of its own")


class _Spans:
    """Takes elements as they begin and end, and keeps where entries stand."""

    def __init__(self, parser: Any, names: tuple[str, ...]) -> None:
        self._parser = parser
        self._names = names
        self.depth = 0
        self.begin = -1  # where the entry in hand begins
        self.ready: list[tuple[int, int]] = []  # begin and where its end tag begins
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        if self.depth == 1 and name in self._names:
            self.begin = self._parser.CurrentByteIndex
        self.depth += 1

    def end(self, name: str) -> None:
        self.depth -= 1
        if self.depth == 1 and self.begin >= 0 and name in self._names:
            self.ready.append((self.begin, self._parser.CurrentByteIndex))
            self.begin = -1


def spans(data: Any, *names: str) -> Iterator[Span | Gap]:
    """Yield the range of each element of these names that lies below the first one, and what is wrong."""
    parser = _parser()
    taken = _Spans(parser, names)
    size = len(data)
    for at in range(0, size, _PIECE):
        wrong = ""
        try:
            parser.Parse(bytes(data[at : at + _PIECE]), at + _PIECE >= size)
        except expat.ExpatError as error:
            wrong = expat.ErrorString(error.code) or "malformed"
        except (LookupError, ValueError):
            wrong = "a character encoding that is not read"
        except Malformed as error:
            wrong = error.why
        for begin, tag in taken.ready:
            yield span_or_gap(begin, _behind(data, tag, names))
        taken.ready.clear()
        if wrong:
            where = max(taken.begin, 0) or max(parser.ErrorByteIndex, 0)
            kind, why = ("malformed", f"the XML breaks off: {wrong}")
            yield Gap(kind=kind, why=why, offset=where, length=max(size - where, 0))  # type: ignore[arg-type]
            return


def _behind(data: Any, tag: int, names: tuple[str, ...]) -> int:
    """Give where the end tag at a place ends; an empty element's place is its end already."""
    found = re.compile(b"</(?:" + "|".join(names).encode() + rb")\s*+>").match(data, tag)
    return found.end() if found is not None else tag


def head_of(data: bytes) -> bytes:
    """Give the declaration that an entry needs to be read alone, from the first bytes of its file."""
    found = _DECLARED.match(data.removeprefix(b"\xef\xbb\xbf").lstrip())
    return b'<?xml version="1.0" encoding="%s"?>' % found[1] if found is not None else b""


def parse(entry: bytes) -> Element:
    """Read one entry; raises Malformed."""
    parser = _parser()
    root = Element("", {})
    open_ones = [root]
    count = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if len(open_ones) > _MOST_DEPTH or count > _MOST_NODES:
            raise Malformed("an entry of too many elements")
        element = Element(name, attributes)
        open_ones[-1].children.append(element)
        open_ones.append(element)

    def end(_name: str) -> None:
        open_ones.pop()

    def words(piece: str) -> None:
        open_ones[-1].pieces.append(piece)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = words
    try:
        parser.Parse(entry, True)  # noqa: FBT003  (the signature of expat)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise Malformed("an entry is no sound XML") from error
    return root.children[0] if root.children else root
