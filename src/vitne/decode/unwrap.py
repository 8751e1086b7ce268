"""The graph of unwrapping: every layer of a part that can be reached, breadth first, within a budget."""

from __future__ import annotations

import heapq
import re
from typing import TYPE_CHECKING, Protocol

from vitne.decode.unwrap_budget import Budget
from vitne.decode.unwrap_gates import candidates, family_of, worth_opening
from vitne.decode.unwrap_wanted import idle, skimmed
from vitne.encodings import encodings
from vitne.encodings._looks import media, packed, random, readable, scrambled
from vitne.model import Limits, Malformed, Node, Oddity, Opaque

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from vitne.decode.unwrap_wanted import Wanted
    from vitne.encodings import Gated
    from vitne.model import Child, Gap, Part

    class Opener(Protocol):
        """What opens bytes that no encoding reads: keys that were handed over or that follow from values."""

        empty: set[bytes]  # short texts of which is remembered that nothing is wrapped in them

        def open(self, node: Node, limits: Limits) -> Sequence[tuple[Gated, Child]]:
            """Give what some bytes hold, in each of the ways that make something of them."""
            ...

        def open_record(self, node: Node, limits: Limits) -> Sequence[tuple[Gated, Child]]:
            """Give the same of bytes that were read as a record with texts: no cipher leaves such."""
            ...


_ALIASES = {"br": "brotli", "x-gzip": "gzip", "x-deflate": "deflate", "urlencoded": "form"}
_CODINGS = frozenset({"brotli", "chunked", "deflate", "gzip", "zlib", "zstd"})  # of which a lie is told
_NOTHING = frozenset({"", "identity"})
_MOST_LAYERS = 16  # layers of all kinds one inside the other
_ESCAPES = (
    30  # order below which a text encoding unescapes the whole text: what else it holds shows behind it
)
_SHORT = 512  # bytes of a text of which is remembered that nothing is wrapped in it
_MOST_REMEMBERED = 4096  # such texts: header fields say the same over and over
_known_empty: set[bytes] = set()

_DOCUMENTS = (b"{", b"[", b"<", b'"')  # what begins so, and is read, is no chance reading
_LONG_TEXT = 4096  # bytes of a text that reads as something and might be something else all the same
_UNQUOTED = re.compile(rb"=(?![0-9A-F]{2}|\r?\n)")
_LETTERS = re.compile(
    rb"(?=[^0-9]*[0-9])(?=[^A-Z]*[A-Z])(?=[^a-z]*[a-z])/(?:[0-9A-Za-z+/]{4}){4,}(?:[0-9A-Za-z+/]{2}==|[0-9A-Za-z+/]{3}=?)?"
)
_MOST = Limits()  # of one encoding at one go
_LISTS = frozenset({"form", "json", "multipart", "xml"})
_GUESSED = 97  # order from which an encoding guesses a key
_COVERED = 0.9  # share of the bytes from which a structure is taken to be all there is
_WORD, _WORDS = 6, 12  # bytes of a text, and of all texts, from which a record of bytes is no chance reading
_MARGIN = 64  # bytes of names and marks around the first and the last value
_ENDS = {"json": (b"{}", b"[]"), "xml": (b"<>",)}  # how a text begins and ends that is one structure


def unwrap(  # noqa: PLR0913  (bounds, wishes and keys of one part)
    part: Part,
    data: bytes,
    *,
    budget: Budget,
    deep: bool = True,
    wanted: Wanted | None = None,
    opener: Opener | None = None,
) -> Iterator[Node | Opaque | Gap | Oddity]:
    """Yield the part's own Node, then every node reached from it.

    The encodings that the message announces (``part.hints``) are undone first, in order; what lies behind
    them is opened by looking at the bytes.  With ``deep`` false only the announced ones are undone.  What the
    budget keeps from being looked at is told once per bound as a Gap, bytes without any structure as Opaque.
    With ``wanted`` fields of records that cannot hold what is looked for get no node (see unwrap_wanted).
    ``opener`` is asked about bytes that nothing else reads.
    """
    if deep and not part.hints and nothing_in(data, opener):
        yield Node(data, part=part)
        return
    yield from _Graph(part, budget, deep=deep, wanted=wanted, opener=opener).walk(data)
    yield from budget.gaps()


def go_on(
    node: Node,
    ways: Sequence[tuple[Gated, Child]],
    *,
    budget: Budget,
    wanted: Wanted | None = None,
    opener: Opener | None = None,
) -> Iterator[Node | Opaque | Gap | Oddity]:
    """Yield the nodes behind one that was reached before, opened in some ways that were not known then."""
    graph = _Graph(node.part, budget, deep=True, wanted=wanted, opener=opener)
    yield from graph.behind(node, ways)
    yield from budget.gaps()


def nothing_in(data: bytes, opener: Opener | None) -> bool:
    """Say whether nothing is to be opened in these bytes, and no reason is to be told why not."""
    return data in _empty_texts(opener) or not worth_opening(data)


def _empty_texts(opener: Opener | None) -> set[bytes]:
    """Give the texts of which is remembered that nothing is wrapped in them: keys may make them speak."""
    return _known_empty if opener is None else opener.empty


class _Graph:
    """The nodes of one part that wait to be opened."""

    def __init__(
        self,
        part: Part,
        budget: Budget,
        *,
        deep: bool,
        wanted: Wanted | None = None,
        opener: Opener | None = None,
    ) -> None:
        self.part = part
        self.budget = budget
        self.deep = deep
        self.opener = opener
        self.waiting: list[tuple[int, int, int, int, Node]] = []
        self.count = 0
        self.wanted = wanted if wanted is not None and wanted.skims(part.path) else None

    def walk(self, data: bytes) -> Iterator[Node | Opaque | Gap | Oddity]:
        root = Node(data, part=self.part)
        yield root
        yield from self._announced(root)
        yield from self._all()

    def behind(
        self, node: Node, ways: Sequence[tuple[Gated, Child]]
    ) -> Iterator[Node | Opaque | Gap | Oddity]:
        """Yield what is reached from a node through some ways to open it."""
        decodings, above = 0, node
        while above.parent is not None:
            decodings += above.encoding is not None and family_of(above.encoding) != "structure"
            above = above.parent
        for encoding, child in ways:
            yield from self._children(node, encoding, [child], decodings)
        yield from self._all()

    def _all(self) -> Iterator[Node | Opaque | Gap | Oddity]:
        """Open what waits, the least wrapped first, until nothing does."""
        while self.waiting:
            decodings, _, _, _, node = heapq.heappop(self.waiting)
            if self.budget.nodes <= 0 or self.budget.work <= 0 or self.budget.size <= 0:
                self.budget.reached(self._bound(), len(node.data))
                continue
            yield from self._open(node, decodings)

    def _bound(self) -> str:
        if self.budget.nodes <= 0:
            return "too many nodes"
        return "too much work" if self.budget.work <= 0 else "too many unwrapped bytes"

    def _announced(self, root: Node) -> Iterator[Node | Opaque | Gap | Oddity]:
        """Undo what the message announces; a lie is an Oddity, and the bytes are taken as they are."""
        node, budget = root, self.budget
        for hint in self.part.hints:
            encoding = encodings().get(_ALIASES.get(hint, hint))
            if hint in _NOTHING or encoding is None:
                continue
            budget.work -= len(node.data)
            if not self.deep and self.wanted and idle(self.wanted, encoding, node.data):
                return
            try:
                children = self._skim(encoding, node) or list(encoding.unwrap(node.data, budget.limits()))
            except Malformed as error:
                if encoding.name in _CODINGS:
                    yield _lie(self.part, hint, error)
                continue
            if family_of(encoding) == "structure" or any(child.path for child in children):
                budget.first_time(node.data)
                yield from self._children(node, encoding, children, -1)
                yield from self._doubted(node, encoding, children)
                return
            for child in children[:1]:
                node = self._node(node, encoding, child)
                yield node
        self._wait(node, 0)
        if not self.deep and (
            reason := _unreadable(node.data, decoded=node.parent is not None, text=readable(node.data))
        ):
            yield self._opaque(node, reason)

    def _doubted(self, node: Node, encoding: Gated, children: list[Child]) -> Iterator[Node | Opaque | Gap]:
        """Look once more at what was announced as a binary record: noise reads as one, too."""
        if not self.deep or readable(node.data):
            return
        if any(map(_tells, children)):
            yield from self._unlocked(node, -1, found=True, sure=_certain(encoding, children, node))
        else:
            yield from self._open(node, 0, but=encoding)

    def _node(self, parent: Node, encoding: Gated, child: Child) -> Node:
        self.budget.size -= len(child.data)
        self.budget.leaves -= 1
        if not child.complete and len(child.data) >= 1 << 16:
            self.budget.reached("an encoding reached its bounds or was cut off")
        return Node(child.data, part=self.part, parent=parent, child=child, encoding=encoding)

    def _wait(self, node: Node, decodings: int) -> None:
        if not self.deep or not worth_opening(node.data):
            return
        if decodings >= self.budget.depth or node.depth >= _MOST_LAYERS:
            self.budget.reached("too deep", len(node.data))
            return
        if node.data in _empty_texts(self.opener) or not self.budget.first_time(node.data):
            return
        self.count += 1
        rank = 0 if packed(node.data) else 1
        heapq.heappush(self.waiting, (decodings, rank, len(node.data), self.count, node))

    def _children(
        self, node: Node, encoding: Gated, children: list[Child], decodings: int
    ) -> Iterator[Node | Opaque | Gap]:
        below = decodings if family_of(encoding) == "structure" else decodings + 1
        room = self.budget.size
        for child in children:
            if self.budget.leaves <= 0:
                self.budget.reached("too many fields", len(node.data) - child.start)
                return
            one = self._node(node, encoding, child)
            yield one
            self._wait(one, max(below, 0))
        if room - self.budget.size >= _MOST.size:
            self.budget.reached("an encoding reached its bounds or was cut off")
        if len(children) >= _MOST.children or (children and self.budget.leaves <= 0):
            self.budget.reached("too many fields", len(node.data) - children[-1].end)

    def _open(self, node: Node, decodings: int, but: Gated | None = None) -> Iterator[Node | Opaque | Gap]:
        """Try all that may have made the bytes, ``but`` one that was tried before."""
        text = readable(node.data)
        first, every = candidates(node.data, text=text)
        limits = self.budget.limits()
        opened, sure = 0, False
        for encoding in first:
            children = self._find(encoding, node, limits) if encoding is not but else []
            if children:
                opened += 1
                sure = sure or _certain(encoding, children, node)
                yield from self._children(node, encoding, children, decodings)
                if _covers(encoding, children, node) and not _doubtful(node.data, encoding, children):
                    every = ()
                    break
        for encoding in every:
            children = self._find(encoding, node, limits)
            if children:
                opened += 1
                yield from self._children(node, encoding, children, decodings)
                if _stands_for_all(encoding, children, node.data):
                    break
        opened += yield from self._unlocked(node, decodings, found=opened > 0, sure=sure)
        self.budget.nodes -= opened
        if not opened:
            yield from self._left(node, text=text)

    def _left(self, node: Node, *, text: bool) -> Iterator[Opaque]:
        """Tell or remember what nothing was found in."""
        if reason := _unreadable(node.data, decoded=node.parent is not None, text=text):
            yield self._opaque(node, reason)
        elif text and len(node.data) <= _SHORT:
            empty = _empty_texts(self.opener)
            if len(empty) < _MOST_REMEMBERED:
                empty.add(node.data)

    def _unlocked(
        self, node: Node, decodings: int, *, found: bool, sure: bool
    ) -> Generator[Node | Opaque | Gap, None, int]:
        """Give what the opener makes of bytes, unless what was found in them is no chance reading."""
        if self.opener is None or _explained(node.data, found=found):
            return 0
        self.budget.work -= len(node.data)
        ask = self.opener.open_record if sure else self.opener.open
        ways = ask(node, self.budget.limits())
        for encoding, child in ways:
            yield from self._children(node, encoding, [child], decodings)
        return len(ways)

    def _find(self, encoding: Gated, node: Node, limits: Limits) -> list[Child]:
        if encoding.order >= _GUESSED and getattr(node.encoding, "order", 0) >= _GUESSED:
            return []  # one guessed key on another is a guess at nothing
        self.budget.work -= len(node.data)
        try:
            found = self._skim(encoding, node) if self.wanted is not None else None
            return found or list(encoding.find(node.data, limits))
        except Malformed:
            return []

    def _skim(self, encoding: Gated, node: Node) -> list[Child]:
        """Give the fields that the caller looks for, count the others; none where all are to be given."""
        wanted = self.wanted
        if wanted is None or not hasattr(encoding, "skim"):
            return []
        found = skimmed(wanted, encoding, node.data, limits=self.budget.limits())
        if found is None:
            return []
        node.passed = found.passed
        self.budget.leaves -= found.rest
        self.budget.size -= found.size
        return found.children

    def _opaque(self, node: Node, reason: str) -> Opaque:
        start, end = node.place(0, len(node.data))
        return Opaque(
            reason=reason,
            path=node.field or self.part.path,
            start=start,
            end=end,
            length=len(node.data),
        )


def _stands_for_all(encoding: Gated, children: list[Child], data: bytes) -> bool:
    """Say whether what else the data hold shows behind these: an unescaped text, or one whole token."""
    if ("plus", True) in children[0].params:
        return False
    return encoding.order < _ESCAPES or (
        len(children) == 1 and children[0].end - children[0].start == len(data)
    )


def _tells(child: Child) -> bool:
    """Say whether what came out speaks for itself: text that is more than a number, or a known format."""
    data = child.data
    written = not data.isdigit() or child.end - child.start == len(data)  # and not a number that was read
    return packed(data) or media(data) or (len(data) > 3 and written and readable(data))


def _doubtful(data: bytes, encoding: Gated, children: list[Child]) -> bool:
    """Say whether a structure that takes up all of the data may be read into something else."""
    if readable(data):  # pairs whose values are padding, or all of which begin with two hexadecimal digits
        if encoding.name == "url-path":
            return _LETTERS.fullmatch(data) is not None  # one text of base64 in 64 begins with a slash
        if encoding.name not in {"form", "cookie"}:
            return False
        quoted = data.count(b"=") > 1 and _UNQUOTED.search(data) is None
        return quoted or not any(child.data.strip(b"= ") for child in children)
    return not any(map(_tells, children))


def _explained(data: bytes, *, found: bool) -> bool:
    """Say whether bytes need no opening: what was found in them is no chance reading."""
    if readable(data):
        return found and (data[:1] in _DOCUMENTS or len(data) > _LONG_TEXT)
    return (found and packed(data)) or media(data)


def _certain(encoding: Gated, children: list[Child], node: Node) -> bool:
    """Say whether bytes were read from end to end, and came out as text that no noise gives."""
    if readable(node.data) or not _covers(encoding, children, node):
        return False
    texts = sum(len(child.data) for child in children if len(child.data) >= _WORD and _tells(child))
    return texts >= max(_WORDS, len(node.data) // 4)


def _unreadable(data: bytes, *, decoded: bool, text: bool) -> str:
    """Give the reason why nothing can be read in these bytes; "" for texts, pictures and few bytes."""
    if (text and not decoded) or media(data):
        return ""
    if not text and packed(data) and len(data) >= 32:
        return "unknown-format"
    if not text and random(data):
        return "high-entropy"
    return "unknown-format" if decoded and scrambled(data) else ""


def _covers(encoding: Gated, children: list[Child], node: Node) -> bool:
    """Say whether a structure takes up so much of the data that nothing else is to be looked for."""
    if encoding.name in _LISTS and len(children) >= _MOST.children and children[0].start <= _MARGIN:
        return True  # only the bound of children kept the rest from being given
    start, end = children[0].start, max(children[-1].end, *(passed[1] for passed in node.passed[-1:]), 0)
    ends = node.data[:_MARGIN].lstrip()[:1] + node.data[-_MARGIN:].rstrip()[-1:]
    slack = _MARGIN if ends in _ENDS.get(encoding.name, ()) else min(_MARGIN, len(node.data) // 4)
    return end - start >= _COVERED * len(node.data) - slack


def _lie(part: Part, hint: str, error: Malformed) -> Oddity:
    note = f"announced as {hint}, but the bytes are not: {error.why}"
    return Oddity(name="content-encoding-lies", note=note, offset=part.start)


__all__ = ["Budget", "readable", "unwrap"]
