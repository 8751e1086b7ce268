"""A whole TLS connection opened with the secrets of a key log.

summary: TLS 1.2 and 1.3 records of both sides opened, with key updates, early data, resumption, renegotiation
specification: RFC 8446 sections 2, 4.4, 4.5, 4.6.3 and 7; RFC 5246 sections 7.1 and 7.4; RFC 7366; RFC 7627

Each side is read until it needs to know what the other one said, then the other goes on: the client's closed
records need the cipher that the server chose.  The states of a side, and what leads from one to the next:

    clear    handshake records are read as they are  -> closed (change of cipher, or a first closed record)
    waiting  the other side has to be read first      -> clear
    closed   records are opened, epoch after epoch    -> closed (key update, renegotiation)
    lost     what was sent cannot be opened, counted
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.decode.protocols.tls_handshake import Handshake
from vitne.decode.protocols.tls_hello import read_server_hello
from vitne.decrypt.openers import opener
from vitne.decrypt.reasons import DAMAGED, MISSING, NO_HELLO, NO_KEY, UNSUPPORTED, WRONG_KEY
from vitne.decrypt.records import CHANGE_CIPHER, DATA, HANDSHAKE, LOST, records
from vitne.decrypt.schedule import HASH_LENGTHS, key_block, next_secret, traffic_keys
from vitne.decrypt.sides import Epoch, Ladder, OpenedSide, inside_length
from vitne.decrypt.suites import SUITES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vitne.decode.protocols.tls_hello import ServerHello
    from vitne.decrypt.keylog import KeyLog, Secrets
    from vitne.decrypt.openers import Opened
    from vitne.decrypt.records import Record, Stretch
    from vitne.decrypt.suites import Suite

_CLIENT_HELLO, _SERVER_HELLO, _END_OF_EARLY_DATA, _FINISHED, _KEY_UPDATE = 1, 2, 5, 20, 24
_TLS_1_2, _TLS_1_3 = 0x0303, 0x0304
_ENCRYPT_THEN_MAC = 22  # extension type (RFC 7366 section 2)
_MOST_HELLOS = 64  # handshakes of one connection
_MOST_UPDATES = 1 << 16  # key updates of one side
_NAMES = ("CLIENT", "SERVER")


class _Talk:
    """What both sides have agreed on so far."""

    def __init__(self, keys: KeyLog) -> None:
        self.keys = keys
        self.randoms: list[bytes] = []  # client random of each handshake
        self.hellos: list[
            tuple[ServerHello, bytes, bool]
        ] = []  # server's hello, its random, encrypt-then-MAC
        self.ended = [False, False]  # sides that were read to their end
        self._secrets: dict[bytes, Secrets] = {}

    def secrets(self, number: int) -> Secrets:
        """Give the secrets of a handshake."""
        random = self.randoms[number]
        if random not in self._secrets:
            self._secrets[random] = self.keys.secrets(random)
        return self._secrets[random]

    def agreed(self, number: int) -> bool:
        """Say whether both hellos of a handshake are known."""
        return len(self.randoms) > number and len(self.hellos) > number


class _Side:
    """One side being read."""

    def __init__(self, talk: _Talk, side: int, stretches: Sequence[Stretch]) -> None:
        self.talk = talk
        self.side = side
        self.records = records(stretches)
        self.held: Record | None = None  # read, and waiting for the other side
        self.handshake = Handshake()
        self.ladder: Ladder | None = None  # None while records are clear
        self.reason = ""  # why closed records cannot be opened
        self.generation = 0  # handshakes after which this side changed its cipher
        self.updates = 0
        self.secret = b""  # application traffic secret in force
        self.suite: Suite | None = None  # of TLS 1.3
        self.missed = 0  # bytes of unknown records before the cipher was changed
        self.changing = False  # a change of cipher inside the connection waits for the other side
        self.opened = OpenedSide()

    def run(self) -> bool:
        """Read on until the other side has to be read first; give whether anything was read."""
        moved = False
        while True:
            record = self.held or next(self.records, None)
            self.held = None
            if record is None:
                self.talk.ended[self.side] = True
                return moved
            if not self._take(record):
                self.held = record
                return moved
            moved = True

    def _take(self, record: Record) -> bool:
        """Take one record; False where the other side has to be read first."""
        if self.changing and not self._renegotiated():
            return False
        if record.kind == LOST:
            self._passed(record.end - record.start)
            self._lose(MISSING, record)
            return True
        if self.ladder is not None or self.reason:
            self._closed(record)
            return True
        if record.kind in {CHANGE_CIPHER, DATA}:
            return self._change(record)
        if record.payload is None:
            self._lose(MISSING, record)
        elif record.kind == HANDSHAKE:
            self._handshake(record.payload, record.start)
        return True

    def _passed(self, length: int) -> None:
        """Take note that so many bytes of unknown records were passed over."""
        if self.ladder is not None:
            self.ladder.skipped(length)
        else:
            self.missed += length

    # -- from clear to closed ------------------------------------------------------------------------------

    def _change(self, record: Record) -> bool:
        """Change the cipher: for TLS 1.2 as it is said, for TLS 1.3 at the first closed record."""
        talk = self.talk
        if not talk.agreed(self.generation) and not talk.ended[1 - self.side]:
            # the server's own, before its hello, is for show behind a request to try again (RFC 8446 4.1.4)
            return self.side == 1 and record.kind == CHANGE_CIPHER and len(talk.hellos) <= self.generation
        hello = talk.hellos[self.generation][0] if talk.agreed(self.generation) else None
        if record.kind == CHANGE_CIPHER and (hello is None or hello.version >= _TLS_1_3):
            return True  # TLS 1.3 sends it for show only (RFC 8446 appendix D.4)
        self.reason, epochs = self._epochs()
        if epochs:
            self.ladder = Ladder(epochs)
            if self.missed:
                self.ladder.skipped(self.missed)
        if record.kind == DATA:
            self._closed(record)
        return True

    def _epochs(self) -> tuple[str, list[Epoch]]:
        """Give why nothing can be opened, or the epochs that follow the last handshake."""
        talk, number = self.talk, self.generation
        if len(talk.randoms) <= number:
            return NO_HELLO, []
        secrets = talk.secrets(number)
        if not secrets:
            return NO_KEY, []
        if len(talk.hellos) <= number:
            return self._unchosen(secrets)
        hello, random, outside = talk.hellos[number]
        suite = SUITES.get(hello.cipher)
        if suite is None or hello.version not in {_TLS_1_2, _TLS_1_3}:
            return UNSUPPORTED, []
        if suite.modern != (hello.version == _TLS_1_3):
            return UNSUPPORTED, []
        if suite.modern:
            return self._modern(secrets, suite)
        master = secrets.get("CLIENT_RANDOM", (b"",))[-1]
        if not master:
            return NO_KEY, []
        pair = key_block(master, suite, client_random=talk.randoms[number], server_random=random)
        self.generation += 1
        return "", [Epoch("session", opener(suite, pair[self.side], outside=outside))]

    def _modern(self, secrets: Secrets, suite: Suite) -> tuple[str, list[Epoch]]:
        who = _NAMES[self.side]
        epochs = []
        if self.side == 0:
            for secret in secrets.get("CLIENT_EARLY_TRAFFIC_SECRET", ()):
                epochs += _early(secret, suite)
        for label, name in (
            (f"{who}_HANDSHAKE_TRAFFIC_SECRET", "handshake"),
            (f"{who}_TRAFFIC_SECRET_0", ""),
        ):
            secret = secrets.get(label, (b"",))[-1]
            if len(secret) != HASH_LENGTHS[suite.hash]:
                secret = b""
            made = opener(suite, traffic_keys(secret, suite)) if secret else None
            epochs.append(Epoch(name or "application", made, advances=not name))
        self.secret, self.suite = secret, suite
        return ("", epochs) if any(epoch.opener for epoch in epochs) else (NO_KEY, [])

    def _unchosen(self, secrets: Secrets) -> tuple[str, list[Epoch]]:
        """Without the server's hello: try each suite of TLS 1.3 that the secrets can belong to.

        A record that authenticates tells which it was.  TLS 1.2 needs the server's random, and stays closed.
        """
        who = _NAMES[self.side]
        epochs: list[Epoch] = []
        for secret in secrets.get("CLIENT_EARLY_TRAFFIC_SECRET", ()) if self.side == 0 else ():
            epochs += _early(secret, None)
        for secret in secrets.get(f"{who}_HANDSHAKE_TRAFFIC_SECRET", ())[-1:]:
            epochs += _tried("handshake", secret, None)
        for secret in secrets.get(f"{who}_TRAFFIC_SECRET_0", ())[-1:]:
            epochs += _tried("application", secret, None)
            self.secret = secret
        return ("", epochs) if epochs else (NO_HELLO, [])

    # -- closed records ------------------------------------------------------------------------------------

    def _closed(self, record: Record) -> None:
        ladder = self.ladder
        if ladder is None:
            if record.kind != CHANGE_CIPHER:
                self._lose(self.reason, record)
            return
        if record.kind != DATA and ladder.now.name != "session":  # TLS 1.3 closes under one type only
            if record.kind == HANDSHAKE and record.payload is not None:
                self._handshake(record.payload, record.start)
            return
        if record.payload is None:
            ladder.now.number += 1
            ladder.slack = max(ladder.slack, 1)
            self._lose(MISSING, record)
            return
        content = ladder.open(record) or self._updated_unseen(ladder, record)
        if content is None:
            self._fail(ladder, record)
            return
        self.opened.read += record.end - record.start - len(record.header)
        self.suite = ladder.now.suite or self.suite
        kind, plain, length = content
        if kind == DATA:
            self.opened.add(content, record)
        elif kind == HANDSHAKE:
            self._handshake(plain[:length], record.start)
        elif kind == CHANGE_CIPHER and ladder.now.name == "session":
            self.changing = True

    def _fail(self, ladder: Ladder, record: Record) -> None:
        """Say why a record did not open."""
        epoch = ladder.now
        if epoch.opener is None:
            self._lose(NO_KEY, record)
            return
        known = any(each.opened for each in ladder.epochs)
        ladder.failed(known=known)
        self._lose(DAMAGED if known else WRONG_KEY, record)

    def _lose(self, reason: str, record: Record) -> None:
        epoch = self.ladder.now if self.ladder is not None else None
        self.opened.lose(reason, record, inside=inside_length(record, epoch))

    def _renegotiated(self) -> bool:
        """Change to the keys of a handshake that went on inside the connection (RFC 5246 section 7.4.1.1).

        False where the other side has to be read first.
        """
        if not self.talk.agreed(self.generation) and not self.talk.ended[1 - self.side]:
            return False
        self.changing = False
        self.reason, epochs = self._epochs()
        self.ladder = Ladder(epochs) if epochs else None
        return True

    # -- handshake messages --------------------------------------------------------------------------------

    def _handshake(self, payload: bytes | memoryview, start: int) -> None:
        self.handshake.add(bytes(payload), start)
        for kind, body, _ in self.handshake.messages():
            if kind == _CLIENT_HELLO and self.side == 0:
                self._client_hello(body)
            elif kind == _SERVER_HELLO and self.side == 1:
                self._server_hello(body)
            elif self.ladder is not None and kind in {_FINISHED, _END_OF_EARLY_DATA, _KEY_UPDATE}:
                self._advance(self.ladder, kind)

    def _client_hello(self, body: bytes) -> None:
        random = body[2:34]
        again = self.talk.randoms and self.talk.randoms[-1] == random  # after a retry (RFC 8446 4.1.2)
        if len(random) == 32 and not again and len(self.talk.randoms) < _MOST_HELLOS:
            self.talk.randoms.append(random)

    def _server_hello(self, body: bytes) -> None:
        hello = read_server_hello(body)
        if hello is not None and not hello.retry and len(self.talk.hellos) < _MOST_HELLOS:
            self.talk.hellos.append((hello, body[2:34], _outside(body)))

    def _advance(self, ladder: Ladder, kind: int) -> None:
        """Go on to the next keys where a message says so."""
        now = ladder.now
        leaves = {"early": _END_OF_EARLY_DATA, "handshake": _FINISHED}.get(now.name)
        if kind == leaves:
            while ladder.now.name == now.name and ladder.at + 1 < len(ladder.epochs):
                ladder.step()
        elif kind == _KEY_UPDATE and now.advances and self.updates < _MOST_UPDATES:
            self._update(ladder)

    def _update(self, ladder: Ladder) -> None:
        """Go on to the next application keys (RFC 8446 section 7.2)."""
        if self.suite is not None:
            self.updates += 1
            self.secret = next_secret(self.secret, self.suite)
            made = opener(self.suite, traffic_keys(self.secret, self.suite))
            ladder.epochs[ladder.at] = Epoch("application", made, advances=True)
            ladder.epochs[ladder.at].opened = True

    def _updated_unseen(self, ladder: Ladder, record: Record) -> Opened | None:
        """Open a record with the next keys, where a hole before it may have held the update."""
        now = ladder.now
        known = any(epoch.opened for epoch in ladder.epochs)
        if not (now.advances and known and ladder.slack and ladder.guesses > 0):
            return None
        slack, secret = ladder.slack, self.secret
        self._update(ladder)
        ladder.slack = slack
        content = ladder.open(record)
        if content is None:
            self.secret, ladder.epochs[ladder.at], ladder.slack = secret, now, slack
            self.updates -= 1
        return content


def _early(secret: bytes, agreed: Suite | None) -> list[Epoch]:
    """Give the epochs of early data: the suite of the session before is only known by its hash."""
    return _tried("early", secret, agreed)


def _tried(name: str, secret: bytes, agreed: Suite | None) -> list[Epoch]:
    """Give an epoch for each suite of TLS 1.3 that a secret can belong to by its length."""
    fitting = [suite for suite in SUITES.values() if suite.modern and HASH_LENGTHS[suite.hash] == len(secret)]
    fitting.sort(key=lambda suite: (suite != agreed, suite.tag != 16))
    advances = name == "application"
    return [
        Epoch(name, opener(suite, traffic_keys(secret, suite)), advances=advances, suite=suite)
        for suite in fitting
    ]


def _outside(body: bytes) -> bool:
    """Say whether a ServerHello agrees to encrypt-then-MAC."""
    at = 35 + body[34] + 3  # behind session id, cipher suite and compression method
    at += 2  # length of the extensions
    while at + 4 <= len(body):
        if int.from_bytes(body[at : at + 2], "big") == _ENCRYPT_THEN_MAC:
            return True
        at += 4 + int.from_bytes(body[at + 2 : at + 4], "big")
    return False


def open_tls(stretches: Mapping[int, Sequence[Stretch]], keys: KeyLog) -> tuple[OpenedSide, OpenedSide]:
    """Open the records of both sides (0 the client, 1 the server), given as stretches in stream order.

    Nothing is raised: what cannot be opened is counted with its reason in ``unread``.
    """
    talk = _Talk(keys)
    sides = [_Side(talk, side, stretches.get(side, ())) for side in (0, 1)]
    while True:
        moved = [side.run() for side in sides]
        if not any(moved):
            if all(talk.ended):
                break
            talk.ended = [True, True]  # each waits for the other: what both miss is not there
    for side in sides:
        side.opened.finish()
    return sides[0].opened, sides[1].opened
