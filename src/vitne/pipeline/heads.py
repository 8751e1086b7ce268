"""Requests in which nothing can be found, told from their parts by quick looks, without making a message."""

from __future__ import annotations

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
from vitne.identify.rulebook import rulebook
from vitne.model import Limits, Part
from vitne.pipeline.framed import bytes_of
from vitne.pipeline.idle import NOTHING, placed
from vitne.pipeline.messagework import CLAIM

if TYPE_CHECKING:
    from collections.abc import Iterator

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

    def look(
        self, view: SideView, row: Row, lines: list[tuple[int, int, int]]
    ) -> list[tuple[int, int, int]] | None:
        """Say in which header lines something is found by its looks, of a request without hits of raw search.

        Nothing else is found in it then.  None where it is to be looked at patiently.
        """
        flat = _flat_types()
        if not self._quick or flat is None or content_type(view, row) in flat:
            return None
        target = bytes_of(view, row.target, row.target_end)
        path, mark, query = target.partition(b"?")
        if not self._path(path) or (mark and query and not self._form("query", query)):
            return None
        marked = []
        for place in lines[row.first_line : row.first_line + row.lines]:
            found = self._line(bytes_of(view, place[0], place[1]), place[2] - place[0])
            if found is None:
                return None
            if found:
                marked.append(place)
        return marked if row.end == row.body or self._body(view, row) else None

    def found_in(self, view: SideView, place: tuple[int, int, int], shift: int) -> Iterator[Sighting]:
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
        return not (self.pairs and self._searcher.places(text))

    def _form(self, path: str, text: bytes) -> bool:
        if self._idle.known("http", path, text) == NOTHING:
            return True
        if len(text) > _LONGEST_FORM or not _plainly_form(text) or self._book.may_stand_in(text):
            return False
        if self.pairs and self._searcher.places(text):
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
        if row.chunked or row.coding or CLAIM.search(kind):
            return False
        data = bytes_of(view, row.body, row.end)
        if self.hidden(view, row):
            return False
        media = media_hint(kind)
        if media == "form":
            return readable(data) and self._form("body", data)
        return media == "json" and b"\\" not in data and self._json(data)

    def _json(self, data: bytes) -> bool:
        found = skimmed(self._wanted, encodings()["json"], data, limits=Limits())
        if found is None or len(found.children) != 1 or (self.pairs and self._wanted.places(data)):
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
