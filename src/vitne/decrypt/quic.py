"""The QUIC conversations between two endpoints opened with the secrets of a key log.

summary: Initial, 0-RTT, Handshake and 1-RTT packets of both sides opened, their streams put together
specification: RFC 9000 sections 5, 12, 13 and 17; RFC 9001; RFC 9368; RFC 9369

Packets with long headers are few and come first: they are opened one by one, in the order in which they were
seen, and tell ids, versions, ciphers and the client random that leads to the keys.  Those with short headers
are the bulk; their headers are uncovered many at a time, and packets that do not open at first are tried
again when all connection ids are known.
"""

from __future__ import annotations

from bisect import bisect_right
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from vitne.decode.protocols.quic_packets import (
    HANDSHAKE,
    INITIAL,
    NEGOTIATION,
    RETRY,
    UNKNOWN,
    ZERO_RTT,
    long_header,
)
from vitne.decrypt.quic_connection import APPLICATION, Connection, first_connection
from vitne.decrypt.quic_cover import whole_number
from vitne.decrypt.quic_short import Bulk, Short
from vitne.decrypt.quic_side import Datagrams, OpenedQuic
from vitne.decrypt.reasons import DAMAGED, NO_HELLO, NO_KEY, UNSUPPORTED, WRONG_KEY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vitne.decode.protocols.quic_packets import LongHeader
    from vitne.decrypt.keylog import KeyLog
    from vitne.decrypt.quic_cover import Cover

_MOST_CONNECTIONS = 256  # conversations between the same two endpoints
_MOST_COALESCED = 16  # packets of one datagram that are told apart
_SEEN = itemgetter(2, 0)  # order and place of a packet with a short header
_TOKEN = 16  # bytes of a token of a stateless reset
_SPACES = {INITIAL: INITIAL, HANDSHAKE: HANDSHAKE, ZERO_RTT: APPLICATION}
"""Kind of long header -> number space (RFC 9000 section 12.3)."""


class _Long(NamedTuple):
    """A packet with a long header."""

    side: int
    start: int  # half-open range in the data of the side
    end: int
    order: int
    header: LongHeader  # its positions count from the packet's first byte


class OpenedTalk(NamedTuple):
    """All that was said between two endpoints over QUIC."""

    sides: tuple[OpenedQuic, OpenedQuic]
    connections: tuple[Connection, ...]


class _Opening:
    """Opens the packets of one flow."""

    def __init__(self, sides: Mapping[int, Datagrams], keys: KeyLog) -> None:
        self.sides = sides
        self.keys = keys
        self.opened = (OpenedQuic(), OpenedQuic())
        self.connections: list[Connection] = []
        self.shorts: list[list[Short]] = [[], []]
        self.begun: list[int] = []  # order in which each connection was first seen
        self._of_id: dict[tuple[int, bytes], Connection] = {}  # side and id that its packets go to

    # -- packets with long headers ---------------------------------------------------------------------------

    def run(self) -> OpenedTalk:
        """Open everything."""
        waiting = [packet for packet in self._longs() if not self._long(packet)]
        for packet in waiting:  # what came before the hello that tells its keys
            if not self._long(packet):
                self._lose_long(packet)
        self._shorts()
        for side in (0, 1):
            opened = self.opened[side]
            for connection in self.connections:
                connection.streams[side].lay_out(opened.laid, connection.number)
            opened.finish()
        return OpenedTalk(self.opened, tuple(self.connections))

    def _longs(self) -> list[_Long]:
        """Cut datagrams into packets: those with long headers are given in order, short ones kept."""
        found: list[_Long] = []
        for side, datagrams in self.sides.items():
            if not len(datagrams.starts):
                continue
            data, starts, lengths = datagrams.data, datagrams.starts, datagrams.lengths
            view = np.frombuffer(data, dtype=np.uint8)
            some = lengths > 0
            long = np.zeros(len(starts), dtype=bool)
            long[some] = (view[starts[some]] & 0x80) != 0
            short = some & ~long
            columns = (starts[short], starts[short] + lengths[short], datagrams.orders[short])
            self.shorts[side] += map(Short._make, zip(*(column.tolist() for column in columns), strict=True))
            for index in np.flatnonzero(long).tolist():
                start, order = int(starts[index]), int(datagrams.orders[index])
                found += self._coalesced(side, start, start + int(lengths[index]), order=order)
        return sorted(found, key=lambda packet: (packet.order, packet.start))

    def _coalesced(self, side: int, start: int, end: int, *, order: int) -> list[_Long]:
        """Cut one datagram into its packets (RFC 9000 section 12.2)."""
        data = self.sides[side].data[start:end]
        found: list[_Long] = []
        at, length = 0, end - start
        for _ in range(_MOST_COALESCED):
            header = long_header(data, at) if at < length else None
            if header is None:
                break
            number_at = header.number_at - at if header.number_at else 0
            moved = header._replace(start=0, end=header.end - at, number_at=number_at)
            found.append(_Long(side, start + at, start + header.end, order, moved))
            at = header.end
        if data[at:].strip(b"\x00"):  # a short header, to the end of the datagram; zeros are padding
            self.shorts[side].append(Short(start + at, end, order))
        return found

    def _long(self, packet: _Long) -> bool:
        """Open a packet with a long header; False where nothing opens it for now."""
        header, side = packet.header, packet.side
        if header.kind == NEGOTIATION:
            return True
        if header.kind == RETRY:
            for connection in reversed(self.connections):
                if connection.role(side) == 1:
                    connection.retried(header.source)
                    self._of_id[1 - side, header.source] = connection
                    break
            return True
        if header.kind == UNKNOWN:
            return False
        data = self.sides[side].data[packet.start : packet.end]
        for connection in self._likely(side, header):
            if self._try(connection, packet, data):
                return True
        if header.kind != INITIAL or len(self.connections) >= _MOST_CONNECTIONS:
            return False
        fresh = first_connection(len(self.connections), side, header, self.keys)
        if not self._try(fresh, packet, data):
            return False
        self.connections.append(fresh)
        self.begun.append(packet.order)
        self._of_id[side, header.destination] = fresh
        return True

    def _likely(self, side: int, header: LongHeader) -> list[Connection]:
        """Give the connection that a packet may belong to: by its ids, else the last one; none at first."""
        found = self._of_id.get((side, header.destination)) if header.destination else None
        if found is None and header.source:
            found = self._of_id.get((1 - side, header.source))
        return self.connections[-1:] if found is None else [found]

    def _try(self, connection: Connection, packet: _Long, data: bytes) -> bool:
        header, side = packet.header, packet.side
        if header.kind == INITIAL:
            covers = connection.initial_covers(side, header.version)
        else:
            covers = connection.covers(header.kind, side, header.version)
        space = (side, _SPACES[header.kind])
        for cover in covers:
            found = _opened(cover, data, header, connection.largest.get(space, -1))
            if found is None:
                continue
            number, plain = found
            connection.largest[space] = max(number, connection.largest.get(space, -1))
            told = connection.role(side) == 1 or header.kind == HANDSHAKE
            if told:
                connection.version = header.version  # the server decides (RFC 9368 section 4)
                connection.add_id(side, header.destination)
                self._of_id[side, header.destination] = connection
            connection.add_id(1 - side, header.source)
            self._of_id[1 - side, header.source] = connection
            index = self.opened[side].add(packet.start, packet.end, packet.order)
            connection.take(plain, side=side, packet=index, level=header.kind)
            return True
        return False

    def _lose_long(self, packet: _Long) -> None:
        """Say why a packet with a long header was not opened."""
        header, side = packet.header, packet.side
        owners = self._likely(side, header)
        owner = owners[-1] if owners else None
        if header.kind == UNKNOWN:
            reason = UNSUPPORTED
        elif header.kind == INITIAL:
            reason = DAMAGED if owner is not None and owner.random else NO_HELLO
        else:
            reason = _reason(owner, header.kind, side, header.version)
        self.opened[side].lose(reason, packet.start, packet.end)

    # -- packets with short headers --------------------------------------------------------------------------

    def _shorts(self) -> None:
        """Open packets with short headers; what stays closed is tried again when all ids are known."""
        bulks: dict[tuple[int, int], Bulk] = {}
        left = self.shorts
        for _ in range(2):
            closed: list[list[Short]] = [[], []]
            for side in self.sides:
                for number, shorts in self._owned(side, left[side]).items():
                    if number < 0:
                        closed[side] += shorts
                        continue
                    bulk = bulks.get((side, number)) or Bulk(
                        self.connections[number], side, self.sides[side].data, self.opened[side]
                    )
                    bulks[side, number] = bulk
                    closed[side] += bulk.take(shorts)
            left = closed
            if not any(left):
                return
        for side in self.sides:
            for number, shorts in self._owned(side, left[side]).items():
                self._lose_shorts(side, number, shorts)

    def _owned(self, side: int, shorts: list[Short]) -> dict[int, list[Short]]:
        """Share packets out among connections, -1 for none: by their ids, else the one begun last before.

        What was seen before the first one may have overtaken its beginning.
        """
        shorts = sorted(shorts, key=_SEEN)
        if len(self.connections) < 2:
            return {len(self.connections) - 1: shorts} if shorts else {}
        known = {key: one.number for one in self.connections for key in one.ids[side] if key}
        lengths = sorted(set(map(len, known)), reverse=True)
        data = self.sides[side].data
        found: dict[int, list[Short]] = {}
        for short in shorts:
            owner = max(bisect_right(self.begun, short.order) - 1, 0)
            for length in lengths:
                named = known.get(data[short.start + 1 : short.start + 1 + length])
                if named is not None:
                    owner = named
                    break
            found.setdefault(owner, []).append(short)
        return found

    def _lose_shorts(self, side: int, number: int, shorts: list[Short]) -> None:
        """Say why packets stay closed; stateless resets (RFC 9000 section 10.3) are none that could open."""
        owner = self.connections[number] if number >= 0 else None
        data = self.sides[side].data
        reason = _reason(owner, APPLICATION, side, owner.version if owner is not None else 0)
        for short in shorts:
            early = owner is not None and short.order < self.begun[owner.number]
            if owner is None or data[short.end - _TOKEN : short.end] not in owner.tokens:
                self.opened[side].lose(NO_HELLO if early else reason, short.start, short.end)


def _reason(owner: Connection | None, kind: int, side: int, version: int) -> str:
    """Say why a packet of a connection stays closed."""
    if owner is None or not owner.random:
        return NO_HELLO
    covers = owner.covers(kind, side, version)
    if not covers:
        return NO_KEY
    return DAMAGED if any(cover.opened for cover in covers) else WRONG_KEY


def _opened(cover: Cover, data: bytes, header: LongHeader, largest: int) -> tuple[int, bytes] | None:
    """Open a packet with a long header: its number and payload; None where the keys do not fit."""
    bare = cover.header(data, header.number_at)
    if bare is None:
        return None
    number = whole_number(bare.number, bare.size, largest + 1)
    plain = cover.open(number, bare.text, data[header.number_at + bare.size :])
    return None if plain is None else (number, plain)


def open_quic(sides: Mapping[int, Datagrams], keys: KeyLog) -> OpenedTalk:
    """Open the packets of both sides of a flow, given as its datagrams.

    Nothing is raised: what cannot be opened is counted with its reason in ``unread``.
    """
    return _Opening(sides, keys).run()
