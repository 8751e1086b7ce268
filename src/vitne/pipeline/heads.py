"""Requests in which nothing can be found, told from their parts by quick looks, without making a message."""

from __future__ import annotations

import re
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

from vitne import catalog
from vitne.decode.protocols.http_framing import CODINGS, media_hint
from vitne.decode.protocols.http_heads import Head, take_host
from vitne.decode.unwrap import Budget, unwrap
from vitne.decode.unwrap_gates import worth_opening
from vitne.decode.unwrap_wanted import skimmed
from vitne.encodings import encodings
from vitne.encodings._looks import readable
from vitne.identify.fields import COOKIE
from vitne.identify.rulebook import hits, rulebook
from vitne.model import Limits, Malformed, Part
from vitne.pipeline.framed import bytes_of
from vitne.pipeline.idle import NOTHING, placed
from vitne.pipeline.messagework import CLAIM

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

    from vitne.identify.search import Searcher
    from vitne.identify.wanted import Wanted
    from vitne.model import Sighting
    from vitne.pipeline.framed import Row
    from vitne.pipeline.idle import Idle
    from vitne.pipeline.views import SideView

_SHORT = 5  # bytes of a text in which nothing can be found
_LONGEST = 256  # bytes of a host or of a header's name that is remembered
_MOST = 4096  # names, lines and hosts that are remembered
_LONGEST_FORM = 64 << 10
_REACH = 16  # bytes beside a value that raw search looks at, and those it may be lengthened by
_COOKIES = re.compile(rb"[\w.-]{1,64}=[\w.-]{0,64}(?:; ?[\w.-]{1,64}=[\w.-]{0,64})*+", re.ASCII)
_MEDIA = frozenset({"form", "json"})
_CLOSES = frozenset((b"}", b"]", b">"))  # behind them stands no value


def coded(view: SideView, row: Row) -> tuple[str, ...] | None:
    """Name the encodings of a body as its head announces them; None where that takes a patient reader."""
    coding = bytes_of(view, row.coding, row.coding_end).lower() if row.coding else b""
    if b"," in coding or b";" in coding:
        return None
    names = ["chunked"] if row.chunked else []
    if coding and coding != b"identity":
        word = coding.decode("latin-1")
        names.append(CODINGS.get(word, word))
    media = media_hint(content_type(view, row))
    if media:
        names.append(media)
    return tuple(names)


def host_of(view: SideView, row: Row) -> str | None:
    """Read the host that a request names, "" for none; None where it is no host name."""
    value = bytes_of(view, row.host, row.host_end) if row.host else b""
    if not value:
        return ""
    head = Head(0)
    take_host(head, value, 0)
    return None if head.oddities or not head.host else head.host


def content_type(view: SideView, row: Row) -> str:
    """Give the media type of a body, in lower case, without parameters."""
    if not row.type:
        return ""
    value = bytes_of(view, row.type, row.type_end)
    return value.split(b";", 1)[0].strip().lower().decode("latin-1")


def _wraps(text: bytes) -> bool:
    """Say whether anything is wrapped in a text."""
    if not worth_opening(text):
        return False
    part = Part(path="text", start=0, end=len(text))
    return next(islice(unwrap(part, text, budget=Budget()), 1, None), None) is not None


def _plainly_form(text: bytes) -> bool:
    """Say whether a text begins with a name, is no base64 with its padding, and is read to its end."""
    padded = text.rstrip().endswith(b"=")
    return text[:1].isalnum() and b"=" in text and not padded and text.count(b"&") + 1 < Limits().children


@cache
def _flat_types() -> frozenset[str] | None:
    """Give the media types of messages in any part of which a flat record may stand; None for all."""
    flat = [sender.match.content_types for sender in catalog.senders() if sender.layout == "flat"]
    return frozenset(kind for kinds in flat for kind in kinds) if all(flat) else None


def forget() -> None:
    """Let go of what was derived from the known senders, because there are others now."""
    _flat_types.cache_clear()


class Heads:
    """Looks at requests part by part; what it says is remembered by the bytes."""

    def __init__(self, searcher: Searcher, wanted: Wanted, idle: Idle) -> None:
        self._searcher = searcher
        self._wanted = wanted
        self._idle = idle
        self._book = rulebook()
        self.pairs = any(seed.identifier == "location" for seed in searcher.seeds)
        self._longest = max((len(needle.data) for needle in searcher.needles), default=0)
        self._mute: set[bytes] = set()  # header lines in which nothing is found
        self._near = False  # whether a known place may stand in the request in hand
        self._hosts: dict[bytes, str | None] = {}
        self._names: dict[bytes, str] = {}  # header names by which nothing is asked for -> path
        self._asked: set[bytes] = set()  # header names by which something is
        self._quick = all(map(wanted.skims, ("path", "query", "body")))

    def host(self, view: SideView, row: Row) -> str | None:
        """Give the host that a request names, "" for none; None where it is no host name."""
        value = bytes_of(view, row.host, row.host_end) if row.host else b""
        known = self._hosts.get(value, "")
        if known != "" or not value:
            return known
        told = host_of(view, row)
        if len(value) <= _LONGEST:
            if len(self._hosts) >= _MOST:
                self._hosts.clear()
            self._hosts[value] = told
        return told

    def hidden(self, view: SideView, row: Row) -> bool:
        """Say whether the next message may hide from raw search a value that ends where this body does."""
        if not row.body < row.end < view.start + len(view.data):
            return False
        tail = bytes_of(view, max(row.body, row.end - self._longest - _REACH), row.end)
        return tail[-1:] not in _CLOSES and bool(self._searcher.places(tail))

    def look(self, view: SideView, row: Row, lines: np.ndarray) -> list[list[int]] | None:
        """Say in which header lines something is found by its looks, of a request without hits of raw search.

        Nothing else is found in it then.  None where it is to be looked at patiently.
        """
        flat = _flat_types()
        if not self._quick or flat is None or content_type(view, row) in flat:
            return None
        self._near = self.pairs and self._searcher.known_places.opens(bytes_of(view, row.start, row.end))
        target = bytes_of(view, row.target, row.target_end)
        path, mark, query = target.partition(b"?")
        if not self._path(path) or (mark and query and not self._form("query", query)):
            return None
        marked = self._lines(view, lines[row.first_line : row.first_line + row.lines].tolist())
        return None if marked is None or not (row.end == row.body or self._body(view, row)) else marked

    def _lines(self, view: SideView, lines: list[list[int]]) -> list[list[int]] | None:
        """Give the header lines in which something is found; None where one is to be looked at patiently."""
        marked, mute, data, shift = [], self._mute, view.data, view.start
        for place in lines:
            line = data[place[0] - shift : place[1] - shift]
            if line in mute and not self._near:
                continue
            found = self._line(line, place[2] - place[0])
            if found is None:
                return None
            if found:
                marked.append(place)
            elif len(line) <= _LONGEST and not self._near:
                if len(mute) >= _MOST:
                    mute.clear()
                mute.add(line)
        return marked

    def found_in(self, view: SideView, place: list[int], shift: int) -> Iterator[Sighting]:
        """Give what is found in a header line; ``shift`` makes stream offsets of positions in the batch."""
        start, end, value = place
        line = bytes_of(view, start, end)
        name, text = line[: line.index(b":")], line[value - start :]
        path = self._names.get(name) or self._path_of(name)
        part = Part(path=path, start=value + shift, end=end + shift, field=name.decode("latin-1"))
        return placed(self._idle.known("http", path, text) or (), part)

    def _path(self, path: bytes) -> bool:
        known = self._idle.known("http", "path", path)
        return self._inert(path) if known is None else not known

    def _line(self, line: bytes, begin: int) -> bool | None:
        """Say whether something is found in a header line; None where it is to be looked at patiently."""
        name, value = line[: line.index(b":")], line[begin:]
        if len(name) > _LONGEST:
            return None
        path = self._names.get(name) or self._path_of(name)
        known = self._idle.known("http", path, value)
        if known is not None:
            return bool(known)
        if path.lower() == COOKIE:
            return False if self._cookie(path, value) else None
        return False if name not in self._asked and self._inert(value) else None

    def _path_of(self, name: bytes) -> str:
        """Give the path of a header's part, and note whether something is asked for by the name."""
        text = name.decode("latin-1")
        path = f"header:{text}"
        if len(self._names) >= _MOST:
            self._names.clear()
            self._asked.clear()
        self._names[name] = path
        lower = text.lower()
        wrapped = lower in {"cookie", "authorization", "proxy-authorization"}
        if wrapped or self._book.of_field(text, path) or self._wanted.names[name]:
            self._asked.add(name)
        return path

    def _inert(self, text: bytes) -> bool:
        """Say whether nothing is found in a text by its looks, and nothing is wrapped in it."""
        if len(text) < _SHORT:
            return True
        if b"=" in text or b":" in text or _wraps(text) or self._book.may_stand_in(text):
            return False
        return not (self._near and self._searcher.places(text))

    def _cookie(self, path: str, text: bytes) -> bool:
        """Say whether nothing is found in cookies: short and plain values of names that nobody asks for."""
        if _COOKIES.fullmatch(text) is None or self._book.may_stand_in(text):
            return False
        if self._near and self._searcher.places(text):
            return False
        for pair in text.split(b";"):
            name, _, value = pair.strip(b" ").partition(b"=")
            if self._wanted.names[name] or (len(value) >= _SHORT and _wraps(value)):
                return False
            rules = self._book.of_field(name.decode("latin-1"), path)
            if any(next(hits(rule, value, (0, len(value))), None) is not None for rule in rules):
                return False
        return True

    def _form(self, path: str, text: bytes) -> bool:
        if self._idle.known("http", path, text) == NOTHING:
            return True
        if len(text) > _LONGEST_FORM or not _plainly_form(text) or self._book.may_stand_in(text):
            return False
        if self._near and self._searcher.places(text):
            return False
        asked = self._wanted.names
        for pair in text.split(b"&"):
            name, equals, value = pair.partition(b"=")
            if not equals or b"%" in name or b"+" in name or asked[name]:
                return False
            if len(value) >= _SHORT and (b"=" in value or b":" in value or _wraps(value)):
                return False
        return True

    def _body(self, view: SideView, row: Row) -> bool:
        kind = content_type(view, row)
        media, announced = media_hint(kind), coded(view, row)
        if media not in _MEDIA or announced is None or CLAIM.search(kind) or self.hidden(view, row):
            return False
        data = bytes_of(view, row.body, row.end)
        if row.chunked or row.coding:
            inside = self._inside(data, announced[:-1])
            if inside is None:
                return False
            data = inside
        if media == "form":
            return readable(data) and self._form("body", data)
        return b"\\" not in data and self._json(data)

    def _inside(self, data: bytes, codings: tuple[str, ...]) -> bytes | None:
        """Give what a body holds inside its codings; None where a known value may stand in any of them."""
        if self._near and self._searcher.known_places.spans(data):
            return None
        limits = Limits()
        for name in codings:
            encoding = encodings().get(name)
            try:
                children = list(encoding.unwrap(data, limits)) if encoding is not None else []
            except Malformed:
                return None
            if len(children) != 1 or children[0].path or not children[0].complete:
                return None
            if children[0].start or children[0].end != len(data):
                return None
            data = children[0].data
            if self._searcher.places(data):
                return None
        return data

    def _json(self, data: bytes) -> bool:
        if self._near and self._searcher.places(data):
            return False
        found = skimmed(self._wanted, encodings()["json"], data, limits=Limits(), spans=())
        if found is None or len(found.children) != 1:
            return False
        first = found.children[0]
        name = first.path.rpartition(".")[2].partition("[")[0].encode("latin-1", "replace")
        if self._wanted.names[name] or not self._inert(first.data):
            return False
        gaps, at = [], 0
        for low, high in sorted([(first.start, first.end), *found.passed]):
            gaps.append(data[at:low])
            at = max(at, high)
        return not self._book.may_stand_in(b"\n".join([*gaps, data[at:]]))
