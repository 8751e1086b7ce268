"""One quick pass over a clean JSON document: only the leaves that are asked for become children.

RFC 8259.  What this pass does not take (a cut-off document, text behind it, a break of the grammar) is left
to the patient reader.  Where it takes a document, both give the same leaves with the same ranges and paths.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from vitne.encodings import Sieve
from vitne.encodings._json_glance import glance
from vitne.encodings._json_reader import ESCAPE, MOST_PATH, unescape
from vitne.encodings._json_shapes import Shapes, Skimmed
from vitne.model import Child

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vitne.encodings._escapes import Escapes
    from vitne.encodings._json_glance import Glance

_ITEM = re.compile(
    rb"[ \t\r\n]*+(?:"
    rb"(,)?+[ \t\r\n]*+"  # 1 comma before a key or value
    rb'(?:"([^"\\]*+(?:\\.[^"\\]*+)*+)"[ \t\r\n]*+:[ \t\r\n]*+)?'  # 2 key
    rb'(?:"([^"\\]*+(?:\\.[^"\\]*+)*+)"'  # 3 string
    rb"|(-?+\d++(?:\.\d++)?+(?:[eE][+-]?+\d++)?+)"  # 4 number
    rb"|(true|false|null)"  # 5
    rb"|([\[{]))"  # 6 a container begins
    rb"|([\]}]))",  # 7 a container ends
    re.DOTALL,
)
_BLANK = re.compile(rb"[ \t\r\n]*+\Z")
_STRING, _NUMBER, _WORD, _BEGIN, _END = 3, 4, 5, 6, 7  # groups of _ITEM
_BRACE = 0x7D
_DEEPEST = 64  # containers one inside the other; deeper documents are for the patient reader
_LONGEST = 256 << 10  # bytes of a document; the patient reader counts the tokens of longer ones

_shapes = Shapes()  # a memory of nothing but what documents are like

_Step = tuple[bytes | None, int, bool]  # nearest name, index, whether that is an object


def skim(data: bytes, start: int, most: int, *, sieve: Sieve, escapes: Escapes) -> Skimmed | None:
    """Read the document that begins at a position; None where it is not clean or has ``most`` leaves."""
    taken = _shapes.take(data, most, sieve=sieve)
    if taken is not None:
        return taken
    known = glance(data, sieve=sieve, escapes=escapes, deepest=_DEEPEST) if len(data) <= _LONGEST else None
    if known is not None and known.count < most:
        out: Skimmed | None = _all_passed(known)
    else:
        out = _leaf_by_leaf(data, start, most, sieve=sieve, escapes=escapes)
    if out is not None:
        _shapes.learn(data, lambda names: _every_leaf(data, start, names, escapes=escapes))
    return out


def _every_leaf(
    data: bytes, start: int, names: Mapping[bytes | None, bool], *, escapes: Escapes
) -> list[Child]:
    """Give all leaves of a document; ``names`` asks for each."""
    every = Sieve(names=names, texts=bool, numbers=bool, spans=())
    out = _leaf_by_leaf(data, start, len(data), sieve=every, escapes=escapes)
    return out.children if out is not None else []


def _leaf_by_leaf(data: bytes, start: int, most: int, *, sieve: Sieve, escapes: Escapes) -> Skimmed | None:
    out = Skimmed()
    passed, children = out.passed, out.children
    names, tests, starts, ends = sieve.names, sieve.tests, sieve.starts, sieve.ends
    way: list[_Step] = []  # what was around each open container
    key: bytes | None = None  # nearest name
    index, named, fresh = -1, False, True  # index in an array; in an object; nothing stands before
    position = start if len(data) <= _LONGEST else -1
    for match in _ITEM.finditer(data, start):
        if match.start() != position or len(way) > _DEEPEST:
            return None
        position, kind = match.end(), match.lastindex or 0
        if kind == _END:
            if not way or (data[position - 1] == _BRACE) is not named:
                return None
            key, index, named = way.pop()
            fresh = False
            if not way:
                break
            continue
        comma, own, text = match.group(1, 2, kind)
        if (comma is None) is not fresh or (own is None) is named or not (way or kind == _BEGIN):
            return None  # a comma or name too many or too few, or a lone value
        key, index, fresh = own if named else key, index + 1, kind == _BEGIN
        if fresh:
            way.append((key, index, named))
            index, named = -1, text == b"{"
        elif kind != _WORD:
            low, high = match.span(kind)
            asked = names[key] or tests[kind](text) or not (children or passed)
            if asked or (ends and starts[bisect_right(ends, low)] < high):
                children.append(_leaf(text, low, path=_path([*way, (key, index, named)]), escapes=escapes))
            else:
                passed.append((low, high))
    whole = not way and position > start and _BLANK.match(data, position) is not None
    out.rest = len(passed)
    out.size = sum([high - low for low, high in passed])
    return out if whole and 0 < len(children) + len(passed) < most else None


def _all_passed(known: Glance) -> Skimmed:
    """Give the first leaf alone; what stands from there to the last is passed as one range."""
    out = Skimmed()
    out.children.append(known.first)
    out.rest, out.size = known.count - 1, known.size - len(known.first.data)
    if out.rest:
        out.passed.append((known.first.end, known.end))
    return out


def _path(way: list[_Step]) -> str:
    """Write the way down to a leaf as the patient reader does; its first step is the document."""
    path = ""
    for key, index, named in way[1:]:
        prefix = path if len(path) <= MOST_PATH else "..." + path[-MOST_PATH:]
        if not named:
            path = f"{prefix}[{index}]"
        else:
            raw = key or b""
            name = (ESCAPE.sub(_unescaped, raw) if b"\\" in raw else raw)[:256].decode("utf-8", "replace")
            path = f"{prefix}.{name}" if prefix else name
    return path


def _unescaped(match: re.Match[bytes]) -> bytes:
    return unescape(match.group())


def _leaf(text: bytes, start: int, *, path: str, escapes: Escapes) -> Child:
    end = start + len(text)
    if b"\\" not in text:
        return Child(data=text, start=start, end=end, path=path)
    decoded = escapes.decode(text)
    return Child(data=decoded, start=start, end=end, path=path, params=escapes.params(text, decoded))
