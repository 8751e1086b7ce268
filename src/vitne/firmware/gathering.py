"""What one unit's texts say: hosts, names of fields, names that known senders use, marks of markets."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from vitne import catalog
from vitne.catalog import firmware as known
from vitne.firmware.endpoints import hosts_in
from vitne.firmware.shape import Endpoint, Evidence, FieldName, KnownSender, Market, Spot
from vitne.model import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.catalog.firmware import ClientRow
    from vitne.firmware.endpoints import Named

_SPOTS = 4
_WORD = re.compile(rb"[A-Za-z_$][A-Za-z0-9_$.\-]{2,39}")
_IN_TEXT = re.compile(rb"(?<![A-Za-z0-9_$.])([A-Za-z_$][A-Za-z0-9_$.]{2,39})\\?[\"']?\s{0,2}[:=]")
_MOST_IN_TEXT = 256
_LONGEST_WORD = 40
_LOWER = bytes(range(256)).lower()
_MOST_HOSTS = 20_000
_TELLING = re.compile(r".*[0-9_$].*|[A-Z]{4,}|[A-Z0-9]+[A-Z][a-z]+[A-Z0-9]+")
_TELLING_LEAST = 4


class Known(NamedTuple):
    """What texts are compared with."""

    fields: dict[str, tuple[str, ...]]  # normal name -> identifiers
    names: dict[str, tuple[str, ...]]  # name of a sender's field -> ids of senders
    texts: frozenset[str]  # texts of clients and markets


@cache
def knowledge() -> Known:
    """Give the texts that matter, from the data files."""
    fields: dict[str, dict[str, float]] = {}
    for identifier in catalog.identifiers():
        if kind_of(identifier.id) != "attribute":
            for rule in identifier.rule:
                for key in rule.keys if not rule.parts else ():
                    if len(key) >= 4 and "*" not in key:
                        ranks = fields.setdefault(key, {})
                        ranks[identifier.id] = max(rule.prior, ranks.get(identifier.id, 0.0))
    names: dict[str, set[str]] = {}
    for sender in catalog.senders():
        for name in _names_of(sender.id):
            names.setdefault(name, set()).add(sender.id)
    texts = {text for row in known.clients() for text in row.texts}
    texts |= {text for row in known.marks() if row.kind == "text" for text in row.values}
    return Known(
        {key: _likeliest(ranks) for key, ranks in fields.items()},
        {key: tuple(sorted(value)) for key, value in names.items()},
        frozenset(texts),
    )


def _likeliest(ranks: dict[str, float]) -> tuple[str, ...]:
    """Give the identifiers that a field of this name may hold, the likeliest first."""
    return tuple(sorted(ranks, key=lambda word: (-ranks[word], word)))


@cache
def _names_of(sender: str) -> frozenset[str]:
    """Give the names of a sender's fields that are long enough to tell."""
    [content] = [each for each in catalog.senders() if each.id == sender]
    found = {each.name for each in content.field} | {*content.match.required, *content.match.some_of}
    return frozenset(name for name in found if len(name) >= 4 and not set(name) & set("[]/"))


class _Seen:
    """Where something stands, and how often."""

    def __init__(self) -> None:
        self.spots: list[Spot] = []
        self.texts: list[str] = []
        self.count = 0
        self.domain = ""
        self.form = ""

    def add(self, spot: Spot, text: str = "") -> None:
        self.count += 1
        if len(self.spots) < _SPOTS and spot not in self.spots:
            self.spots.append(spot)
        if text and len(self.texts) < _SPOTS and text not in self.texts:
            self.texts.append(text[:300])

    def join(self, other: _Seen) -> None:
        self.domain, self.form = self.domain or other.domain, self.form or other.form
        for spot in other.spots:
            self.add(spot)
        for text in other.texts:
            self.add(other.spots[0], text)
        self.count += other.count - len(other.spots) - len(other.texts)


class Harvest:
    """What the texts of one unit say; texts are handed in one by one."""

    def __init__(self) -> None:
        self._known = knowledge()
        self._exact, self._folded = _as_bytes()
        self._hosts: dict[str, _Seen] = {}
        self._fields: dict[str, _Seen] = {}
        self._names: dict[str, Spot] = {}
        self._texts: dict[str, Spot] = {}

    def __bool__(self) -> bool:
        return bool(self._hosts or self._fields or self._names or self._texts)

    def take_in(self, other: Harvest) -> None:
        """Take in what the texts of a part of the same unit say."""
        for mine, theirs in ((self._hosts, other._hosts), (self._fields, other._fields)):
            for key, seen in theirs.items():
                mine.setdefault(key, _Seen()).join(seen)
        for own, given in ((self._names, other._names), (self._texts, other._texts)):
            for key, spot in given.items():
                own.setdefault(key, spot)

    def take(self, data: bytes, path: str, offset: int | None, entry: str = "") -> None:
        """Look at one text."""
        if b"." in data:
            for named in hosts_in(data):
                self._host(named, Spot(path=path, offset=offset, entry=entry))
        if len(data) <= _LONGEST_WORD:
            if data in self._exact:
                self._marked(data.decode("ascii"), Spot(path=path, offset=offset, entry=entry))
            if _folded(data) in self._folded and _WORD.fullmatch(data):
                word = data.decode("ascii")
                self._fields.setdefault(word, _Seen()).add(Spot(path=path, offset=offset, entry=entry))
        if len(data) > 4 and (b":" in data or b"=" in data):
            for number, match in enumerate(_IN_TEXT.finditer(data[:65536])):
                if number == _MOST_IN_TEXT:
                    break
                found = match.group(1)
                at = None if offset is None else offset + match.start(1)
                if found != data and (found in self._exact or _folded(found) in self._folded):
                    self.take(found, path, at, entry)

    def _marked(self, text: str, spot: Spot) -> None:
        if text in self._known.names:
            self._names.setdefault(text, spot)
        if text in self._known.texts:
            self._texts.setdefault(text, spot)

    def _host(self, named: Named, spot: Spot) -> None:
        seen = self._hosts.get(named.host)
        if seen is None:
            if len(self._hosts) >= _MOST_HOSTS:
                return
            seen = self._hosts[named.host] = _Seen()
            seen.domain = named.domain
        if not seen.form or named.form == "url":
            seen.form = named.form
        seen.add(spot, named.text)

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Give the hosts that may be asked, by name."""
        return tuple(
            Endpoint(
                host=host,
                domain=seen.domain,
                form=seen.form,  # type: ignore[arg-type]  # a closed word, set above
                texts=tuple(seen.texts),
                spots=tuple(seen.spots),
                count=seen.count,
            )
            for host, seen in sorted(self._hosts.items())
            if not known.name_only(host)
        )

    def names_only(self) -> int:
        """Count the hosts that are mere names."""
        return sum(bool(known.name_only(host)) for host in self._hosts)

    def fields(self) -> tuple[FieldName, ...]:
        """Give the names of fields, by name."""
        return tuple(
            FieldName(
                name=name,
                identifiers=self._known.fields[_folded(name.encode()).decode()],
                spots=tuple(seen.spots),
                count=seen.count,
            )
            for name, seen in sorted(self._fields.items())
        )

    def senders(self, package: tuple[str, Spot] | None) -> tuple[KnownSender, ...]:
        """Give the known senders whose marks were found."""
        found = []
        for sender in catalog.senders():
            names = sorted(_names_of(sender.id) & self._names.keys())
            fields = [Evidence(kind="field", text=name, spot=self._names[name]) for name in names]
            hosts = (*sender.match.hosts, *(glob for row in _rows(sender.id) for glob in row.hosts))
            certain = [*self._of_client(sender.id, package), *self._of_hosts(hosts)]
            strong = any(each.kind == "package" for each in certain)
            if not strong and not (certain and len(names) >= 2) and not self._by_names(sender.id, names):
                continue
            found.append(
                KnownSender(
                    id=sender.id,
                    title=sender.title,
                    grade="certain marks" if certain else "field names only",
                    found=len(names),
                    of=len(_names_of(sender.id)),
                    evidence=(*certain, *fields),
                )
            )
        return tuple(found)

    def _by_names(self, sender: str, names: list[str]) -> bool:
        """Say whether names alone speak for a sender: all that it needs, and four that no other text has."""
        [content] = [each for each in catalog.senders() if each.id == sender]
        if content.match.hosts:
            return False
        needed = {name for name in content.match.required if len(name) >= 4}
        some = set(content.match.some_of) & set(names)
        telling = [name for name in names if _TELLING.fullmatch(name)]
        return needed <= set(names) and len(some) >= content.match.least and len(telling) >= _TELLING_LEAST

    def _of_client(self, sender: str, package: tuple[str, Spot] | None) -> Iterator[Evidence]:
        for row in _rows(sender):
            if package and package[0] in row.packages:
                yield Evidence(kind="package", text=package[0], spot=package[1])
            for text in row.texts:
                if text in self._texts:
                    yield Evidence(kind="text", text=text, spot=self._texts[text])

    def _of_hosts(self, globs: tuple[str, ...]) -> Iterator[Evidence]:
        for host, seen in sorted(self._hosts.items()):
            if any(fnmatchcase(host, glob) for glob in globs):
                yield Evidence(kind="host", text=host, spot=seen.spots[0])

    def markets(self, senders: tuple[KnownSender, ...]) -> Iterator[Market]:
        """Give the marks of markets: those of the data file, and known senders that are made for one."""
        for sender in senders:
            markets = {row.market for row in _rows(sender.id) if row.market}
            for market in sorted(markets):
                evidence = sender.evidence[0]
                because = f"it holds the marks of a known sender made for this market: {sender.title}"
                yield Market(market=market, because=because, evidence=evidence)
        for row in known.marks():
            if row.kind == "text":
                for text in row.values:
                    if text in self._texts:
                        evidence = Evidence(kind="text", text=text, spot=self._texts[text])
                        yield Market(market=row.market, because=row.because, evidence=evidence)
            elif row.kind == "host":
                for evidence in self._of_hosts(row.values):
                    yield Market(market=row.market, because=row.because, evidence=evidence)


@cache
def _rows(sender: str) -> tuple[ClientRow, ...]:
    return tuple(row for row in known.clients() if row.sender == sender)


@cache
def _as_bytes() -> tuple[frozenset[bytes], frozenset[bytes]]:
    """Give what is looked up for every text: names and marks as they are, names of fields folded."""
    known_ones = knowledge()
    exact = frozenset(text.encode() for text in (*known_ones.names, *known_ones.texts))
    return exact, frozenset(key.encode() for key in known_ones.fields)


def _folded(word: bytes) -> bytes:
    """Write the last step of a name in lower case without separators."""
    if b"." in word:
        word = word.rpartition(b".")[2]
    return word.translate(_LOWER, b"_-$")
