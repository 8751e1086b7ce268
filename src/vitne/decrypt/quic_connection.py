"""One QUIC connection while its packets are opened: its ids, keys, packet numbers, handshake and streams.

summary: what both ends of a QUIC connection have agreed on so far, and the keys that follow from it
specification: RFC 9000 sections 5.1, 7.5 and 12.3; RFC 9001 sections 4 to 6; RFC 9368; RFC 9369
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from vitne.decode.protocols.quic_keys import expand, salt_of
from vitne.decode.protocols.quic_packets import HANDSHAKE, INITIAL, ZERO_RTT, Crypto
from vitne.decode.protocols.tls_hello import read_client_hello, read_server_hello
from vitne.decrypt.quic_cover import Cover, covers
from vitne.decrypt.quic_frames import read_frames
from vitne.decrypt.quic_streams import Streams
from vitne.decrypt.suites import SUITES

if TYPE_CHECKING:
    from vitne.decode.protocols.quic_packets import LongHeader
    from vitne.decrypt.keylog import KeyLog, Secrets
    from vitne.decrypt.suites import Suite

APPLICATION = 16
"""Packets with a short header, beside the kinds of long headers; 0-RTT packets share their numbers."""
_CLIENT_HELLO, _SERVER_HELLO, _ENCRYPTED_EXTENSIONS = 1, 2, 8
_ALPN = 16  # extension type (RFC 7301)
_MOST_IDS = 256  # connection ids of one side that are kept
_MOST_FIRST = 8  # ids that Initial keys are made from: the first, and those of Retry packets
_LABELS = {
    ZERO_RTT: ("CLIENT_EARLY_TRAFFIC_SECRET", ""),
    HANDSHAKE: ("CLIENT_HANDSHAKE_TRAFFIC_SECRET", "SERVER_HANDSHAKE_TRAFFIC_SECRET"),
    APPLICATION: ("CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0"),
}
"""Kind of packet -> labels of the key log for client and server (RFC 9850 section 2.1)."""


class Connection:
    """What is known of one connection.  Roles: 0 the client, 1 the server; sides are those of the flow."""

    def __init__(self, number: int, client: int, keys: KeyLog) -> None:
        self.number = number  # of those that share addresses and ports
        self.client = client  # side of the flow that is the client
        self.random = b""  # client random, b"" until the hello was read
        self.version = 1  # in force
        self.suite: Suite | None = None  # chosen by the server
        self.alpn = b""  # protocol chosen, or offered first until that is known
        self.ids: list[dict[bytes, None]] = [{}, {}]  # per side: ids that packets of that side are sent to
        self.tokens: set[bytes] = set()  # tokens of stateless resets (RFC 9000 section 10.3)
        self.largest: dict[tuple[int, int], int] = {}  # side and number space -> largest packet number
        self.streams = (Streams(), Streams())  # per side
        self.unknown_frames = 0  # packets with a frame that is not known
        self._keys = keys
        self._first: dict[bytes, None] = {}  # ids that Initial keys are made from
        self._initial: dict[tuple[int, bytes], tuple[Cover, Cover]] = {}
        self._made: dict[tuple[int, int, int, Suite | None], list[Cover]] = {}  # kind, role, version -> keys
        self._secrets: Secrets | None = None
        self._hello = [Crypto(), Crypto()]  # per side: handshake bytes of Initial packets
        self._later = [Crypto(), Crypto()]  # per side: of Handshake packets
        self._read = [[0, 0], [0, 0]]  # bytes of these that were read
        self._chosen = False  # the protocol was told by the server
        self.side = 0  # of the packet in hand
        self.packet = 0  # its number among those of its side
        self.level = INITIAL  # its kind

    def role(self, side: int) -> int:
        """Give whether a side is the client (0) or the server (1)."""
        return side ^ self.client

    # -- keys ------------------------------------------------------------------------------------------------

    def add_first(self, connection_id: bytes) -> None:
        """Take an id that Initial keys are made from: the client's first one, or one of a Retry packet."""
        if len(self._first) < _MOST_FIRST:
            self._first[connection_id] = None

    def retried(self, connection_id: bytes) -> None:
        """Take a Retry packet: the client begins again, some with another hello (RFC 9000 section 17.2.5)."""
        self.add_first(connection_id)
        if self.suite is None:  # once the server has said hello, there is nothing to begin again
            self.random, self._secrets = b"", None
            self._hello = [Crypto(), Crypto()]
            self._read = [[0, 0], [0, 0]]

    def initial_covers(self, side: int, version: int) -> list[Cover]:
        """Give the keys that an Initial packet of a side may be closed with, the latest first."""
        found = []
        for first in reversed(self._first):
            pair = self._initial.get((version, first)) or _initial_pair(version, first)
            if pair is not None:
                self._initial[version, first] = pair
                found.append(pair[self.role(side)])
        return found

    def secrets(self) -> Secrets:
        """Give the secrets that the key log has for this connection."""
        if self._secrets is None and self.random:
            self._secrets = self._keys.secrets(self.random)
        return self._secrets or {}

    def covers(self, kind: int, side: int, version: int) -> list[Cover]:
        """Give the keys that a packet of this kind may be closed with; none where there is no secret.

        Once one of them has opened a packet, it is the only one.
        """
        suite = self.suite if kind != ZERO_RTT else None  # early data go on with the suite before
        where = (kind, self.role(side), version, suite)
        made = self._made.get(where)
        if not made:
            label = _LABELS[kind][where[1]]
            secrets = self.secrets().get(label, ()) if label else ()
            made = self._made[where] = covers(secrets[::-1], suite, version)
        for cover in made:
            if cover.opened:
                self._made[where] = [cover]
                return [cover]
        return made

    def add_id(self, side: int, connection_id: bytes) -> None:
        """Take an id that packets of a side are sent to."""
        if len(self.ids[side]) < _MOST_IDS:
            self.ids[side][connection_id] = None

    def id_lengths(self, side: int) -> list[int]:
        """Give the lengths of ids that packets of a side can go to, as told by the handshake first."""
        return list(dict.fromkeys(map(len, self.ids[side])))

    # -- frames ----------------------------------------------------------------------------------------------

    def take(self, plain: bytes, *, side: int, packet: int, level: int) -> None:
        """Take the frames of an opened packet."""
        self.side, self.packet, self.level = side, packet, level
        if read_frames(plain, self) < len(plain):
            self.unknown_frames += 1

    def stream(self, number: int, offset: int, content: memoryview, *, fin: bool) -> None:
        """Take bytes of a stream."""
        self.streams[self.side].add(number, offset, content, packet=self.packet, fin=fin)

    def datagram(self, content: memoryview) -> None:
        """Take an unreliable datagram."""
        self.streams[self.side].datagram(content, packet=self.packet)

    def new_id(self, connection_id: bytes, reset_token: bytes) -> None:
        """Take a further id of the side that sends it."""
        self.add_id(1 - self.side, connection_id)
        if len(self.tokens) < _MOST_IDS:
            self.tokens.add(reset_token)

    def crypto(self, offset: int, content: memoryview) -> None:
        """Take bytes of the handshake; those of 1-RTT packets are tickets, and tell nothing."""
        if self.level not in {INITIAL, HANDSHAKE}:
            return
        later = self.level == HANDSHAKE
        stream = (self._later if later else self._hello)[self.side]
        stream.add(offset, bytes(content))
        read = self._read[later]
        while (at := read[self.side]) + 4 <= len(stream.data):
            end = at + 4 + int.from_bytes(stream.data[at + 1 : at + 4], "big")
            if end > len(stream.data):
                return
            read[self.side] = end
            self._message(stream.data[at], bytes(stream.data[at + 4 : end]))

    def _message(self, kind: int, body: bytes) -> None:
        role = self.role(self.side)
        if kind == _CLIENT_HELLO and role == 0 and self.level == INITIAL:
            hello = read_client_hello(body)
            if len(body) >= 34 and not self.random:
                self.random = body[2:34]
            if hello.alpn and not self._chosen:
                start, end = hello.alpn[0]
                self.alpn = body[start:end]
        elif kind == _SERVER_HELLO and role == 1 and self.level == INITIAL:
            chosen = read_server_hello(body)
            if chosen is not None and not chosen.retry:
                self.suite = SUITES.get(chosen.cipher)
        elif kind == _ENCRYPTED_EXTENSIONS and role == 1 and self.level == HANDSHAKE:
            self._chosen = True
            self.alpn = _alpn(body) or self.alpn


def _initial_pair(version: int, first: bytes) -> tuple[Cover, Cover] | None:
    """Make the Initial keys of client and server from the client's first destination id (RFC 9001 5.2)."""
    salt = salt_of(version)
    if salt is None:
        return None
    secret = hmac.digest(salt, first, "sha256")
    client, server = (expand(secret, label, 32) for label in ("client in", "server in"))
    return Cover.initial(client, version), Cover.initial(server, version)


def _alpn(body: bytes) -> bytes:
    """Find the protocol that EncryptedExtensions agree on (RFC 7301 section 3.1); b"" without."""
    at = 2  # behind the length of all extensions (RFC 8446 section 4.3.1)
    while at + 4 <= len(body):
        end = at + 4 + int.from_bytes(body[at + 2 : at + 4], "big")
        if int.from_bytes(body[at : at + 2], "big") == _ALPN and at + 7 <= end <= len(body):
            return body[at + 7 : at + 7 + body[at + 6]]
        at = end
    return b""


def first_connection(number: int, side: int, packet: LongHeader, keys: KeyLog) -> Connection:
    """Make the connection that an Initial packet of a side may begin."""
    made = Connection(number, side, keys)
    made.version = packet.version
    made.add_first(packet.destination)
    return made
