"""What opens closed bytes in a scan: keys of the user, keys that messages yield, keys that values yield."""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

import msgspec

from vitne import catalog
from vitne.ciphers import Keyring, Rebuilt
from vitne.ciphers.recipes import Recipes
from vitne.encodings import encodings
from vitne.encodings._looks import media, packed, readable
from vitne.encodings.add import opened as add_opened
from vitne.encodings.xor import opened as xor_opened
from vitne.encodings.xor import relettered
from vitne.identify.differences import Differences
from vitne.identify.spellings import spell
from vitne.model import Malformed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from vitne.encodings import Gated
    from vitne.identify.search import Searcher
    from vitne.model import Child, Limits, Node, Salt, Secrets

_LONGEST = 256  # bytes of a field that may go into a key
_MOST = 512  # fields of one message that are looked at
_LONGEST_TARGET = 8192  # bytes of a part in which pairs of names and values are looked for
_PAIR = re.compile(rb"(?:^|[?&; ])([A-Za-z][A-Za-z0-9_.-]{0,40})=([^&;=\s]{1,256})")
_CARRIES = frozenset({"body", "payload", "query", "target", "path"})
_SHORTEST, _LONGEST_TOKEN = 16, 160  # letters of a token that may stand for closed bytes
_TOKENS = (
    ("hex", re.compile(rb"(?:[0-9a-f]{2}){8,}|(?:[0-9A-F]{2}){8,}")),
    (
        "base64",
        re.compile(rb"(?=[^0-9]*[0-9])(?=[^A-Z]*[A-Z])(?=[^a-z]*[a-z])[0-9A-Za-z+/_-]{14,46}={0,2}"),
    ),
    (
        "base58",
        re.compile(rb"(?=[^1-9]*[1-9])(?=[^A-Z]*[A-Z])(?=[^a-z]*[a-z])[1-9A-HJ-NP-Za-km-z]{20,100}"),
    ),
)
_LEAST_LETTERS = 32  # of a text that is looked at as letters under a key
_WORDS = re.compile(rb"[0-9A-Za-z_.:/-]+")  # texts that need no explanation
_LEAST_HIDDEN = 24  # bytes of a token that are looked at for known values
_MOST_TOKENS = 8192  # tokens that are remembered
_MOST_HIDDEN = 3  # keys that known values yield of the same bytes
_UNASKED = ("websocket", "xor")  # encodings whose keys stand in the bytes or follow from them
_GUESSED = frozenset({"xor", "add"})
_LEAST = 8  # bytes from which something may be closed


class Openings:
    """The opener of one scan: asked about bytes that no encoding reads."""

    def __init__(self, secrets: Secrets, searcher: Searcher) -> None:
        self._keyring = Keyring(secrets.keys, secrets.alphabets)
        self._searcher = searcher
        self._recipes = Recipes(catalog.recipes())
        self._differences = Differences(searcher.seeds, haystack=searcher.haystack)
        self._tokens: dict[bytes, bool] = {}
        self.any = bool(self._keyring) or any(seed.origin == "subject" for seed in searcher.seeds)
        # whether there is a key or a value that may open anything
        self._lettered = bool(secrets.alphabets)
        self._rebuilt = Rebuilt(secrets.plaintexts, _forms(searcher)) if secrets.plaintexts else None
        self.empty: set[bytes] = set()  # short texts in which nothing is wrapped

    def open(self, node: Node, limits: Limits) -> list[tuple[Gated, Child]]:
        """Give what some bytes hold, in each of the ways that make something of them."""
        data = node.data
        if not readable(data):
            found = self._rebuilt.open(data, limits) if self._rebuilt is not None else []
            found = found or (self._keyring.open(data, limits) if self._keyring else [])
            return found or self._hidden(node, limits) or self._masked(node, limits)
        if len(data) < _SHORTEST:
            return []
        found = self._token(data, limits)
        if not found and self._lettered:
            found = self._keyring.open(data, limits)
        if not found and node.part.path in _CARRIES:
            found = self._hidden(node, limits) or self._relettered(node, limits)
        return found

    def refuses(self, noise: Sequence[bytes]) -> list[bool]:
        """Say of bytes that nobody can read whether it is sure that nothing opens them: of many at one go."""
        if self._rebuilt is not None or self._keyring:
            return [False] * len(noise)
        near = self._differences.near(b"".join(noise))
        if near is None:
            return [False] * len(noise)
        ends = list(accumulate(map(len, noise)))
        touched = {bisect_right(ends, place) for place in near}
        return [number not in touched for number in range(len(noise))]

    def open_record(self, node: Node, limits: Limits) -> list[tuple[Gated, Child]]:
        """Give what a record with texts holds under a short key: letters stay letters under some."""
        return self._hidden(node, limits)

    def _token(self, data: bytes, limits: Limits) -> list[tuple[Gated, Child]]:
        """Give what a token stands for that looks like a digest or a number, where that can be opened."""
        if len(data) > _LONGEST_TOKEN or data.isdigit():
            return []
        for name, pattern in _TOKENS:
            if pattern.fullmatch(data):
                encoding = encodings()[name]
                try:
                    child = next(iter(encoding.unwrap(data, limits)), None)
                except Malformed:
                    continue
                if child is not None and self._opens(child.data, limits):
                    return [(encoding, child)]
        return []

    def _opens(self, data: bytes, limits: Limits) -> bool:
        """Say whether some even bytes open, remembered."""
        if readable(data):
            return False
        known = self._tokens.get(data)
        if known is None:
            if len(self._tokens) >= _MOST_TOKENS:
                self._tokens.clear()
            known = bool(self._keyring and (self._keyring.open(data, limits) or self._keyring.masked(data)))
            known = known or (len(data) >= _LEAST_HIDDEN and bool(self._differences.find(data)))
            known = known or (len(data) >= _LEAST_HIDDEN and self._by_itself(data, limits))
            self._tokens[data] = known
        return known

    def _by_itself(self, data: bytes, limits: Limits) -> bool:
        """Say whether a short key that needs no known value makes something of the bytes."""
        return any(next(iter(encodings()[name].find(data, limits)), None) is not None for name in _UNASKED)

    def _masked(self, node: Node, limits: Limits) -> list[tuple[Gated, Child]]:
        """Give what a key of one byte makes of some bytes that a key of the user opens then."""
        if not self._keyring or _guessed(node):
            return []
        return [
            (encodings()["xor"], xor_opened(node.data, bytes([mask]), limits))
            for mask in self._keyring.masked(node.data)
        ]

    def _relettered(self, node: Node, limits: Limits) -> list[tuple[Gated, Child]]:
        """Give what a key of one byte makes of a text whose letters are all of one odd kind."""
        data = node.data
        if len(data) < _LEAST_LETTERS or b" " in data or _WORDS.fullmatch(data) or _guessed(node):
            return []
        return [(encodings()["xor"], xor_opened(data, bytes([key]), limits)) for key in relettered(data)]

    def _hidden(self, node: Node, limits: Limits) -> list[tuple[Gated, Child]]:
        """Give what some bytes hold under the keys that known values yield, unless one stands there open.

        Behind a guessed key another one is not guessed: both together may give what stood there before.
        """
        data = node.data
        if _guessed(node):
            return []
        if self._searcher.places(data):
            return []
        found: list[tuple[Gated, Child]] = []
        hidden, left = self._differences.search(data)
        for why in left:
            limits.tell(why)
        for one in hidden:
            make = add_opened if one.way == "add" else xor_opened
            child = make(data, one.key, limits, span=(one.start, one.end))
            found.append((encodings()[one.way], msgspec.structs.replace(child, chance=one.chance)))
        return found[:_MOST_HIDDEN]

    def derived(self, nodes: Sequence[Node], texts: Iterable[bytes]) -> Keyring | None:
        """Give the keys that a message itself yields; None where it yields none.

        ``texts`` are parts of the message in which pairs of names and values may stand.
        """
        keys = self._recipes.keys(self._fields(nodes, texts))
        return Keyring(keys) if keys else None

    def salts(self, nodes: Sequence[Node]) -> list[Salt]:
        """Give what a message itself tells that a sender may have added before it took a digest."""
        return self._recipes.salts(self._fields(nodes, ()))

    def _fields(self, nodes: Sequence[Node], texts: Iterable[bytes]) -> dict[str, bytes]:
        """Give the fields that recipes ask for, by their names in lower case; the first of a name counts."""
        found: dict[str, bytes] = {}
        names = self._recipes.names
        for node in nodes[:_MOST]:
            name = node.field.rpartition(".")[2].lower() if node.field else ""
            if name in names and len(node.data) <= _LONGEST:
                escaped = node.encoding is not None and node.encoding.name == "percent"
                if escaped or name not in found:
                    found[name] = node.data
        for text in texts:
            for match in _PAIR.finditer(text[:_LONGEST_TARGET]):
                name = match.group(1).decode().lower()
                if name in names:
                    found.setdefault(name, match.group(2))
        return found


def _doubtful(node: Node) -> bool:
    """Say whether a node may have come out by chance: behind a guess, or even bytes behind a cipher."""
    if node.encoding is None or node.encoding.name in _GUESSED:
        return node.encoding is not None
    return getattr(node.encoding, "keyed", False) and not (readable(node.data) or packed(node.data))


def _guessed(node: Node) -> bool:
    """Say whether a node came out from behind a guessed key."""
    above = node
    while above.parent is not None and above.encoding is not None:
        if above.encoding.name in _GUESSED:
            return True
        if getattr(above.encoding, "keyed", False) or getattr(above.encoding, "family", "") == "binary":
            return False  # what was read in between keeps the two apart
        above = above.parent
    return False


def _forms(searcher: Searcher) -> dict[str, list[bytes]]:
    """Give the forms of the known values that records are rebuilt with, by identifier."""
    found: dict[str, list[bytes]] = {}
    for seed in searcher.seeds:
        if seed.origin == "subject":
            texts = [text.encode() for spelling in spell(seed) for _, text in spelling.cases()]
            found.setdefault(seed.identifier, []).extend(texts)
    return found


def closed(nodes: Sequence[Node]) -> list[Node]:
    """Give the nodes that nothing came out of, or a guess alone, and that nobody can read."""
    locked = [
        node
        for node in nodes
        if len(node.data) >= _LEAST and not readable(node.data) and not media(node.data)
    ]
    if not locked:
        return []
    opened = {id(node.parent) for node in nodes if node.parent is not None and not _doubtful(node)}
    return [node for node in locked if id(node) not in opened]
