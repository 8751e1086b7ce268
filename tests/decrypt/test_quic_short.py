"""1-RTT packets of a side, made by the rules of RFC 9001 here, and opened."""

from __future__ import annotations

from typing import Any

import pytest
from tests.decrypt.sealing import SECRET, sealed

from vitne.decrypt import KeyLog
from vitne.decrypt.quic_connection import APPLICATION, Connection
from vitne.decrypt.quic_short import Bulk, Short
from vitne.decrypt.quic_side import OpenedQuic
from vitne.decrypt.suites import SUITES


class Sender:
    """A side of a connection, and its packets so far."""

    def __init__(self, *ids: bytes, secret: bytes = SECRET) -> None:
        log = KeyLog()
        log.add(f"CLIENT_TRAFFIC_SECRET_0 {'11' * 32} {secret.hex()}\n".encode())
        self.connection = Connection(0, 0, log)
        self.connection.random, self.connection.suite = b"\x11" * 32, SUITES[0x1301]
        for each in ids or (b"12345678",):
            self.connection.add_id(0, each)

    def bulk(self, packets: list[bytes]) -> tuple[Bulk, list[Short]]:
        data, shorts = b"".join(packets), []
        at = 0
        for order, packet in enumerate(packets):
            shorts.append(Short(at, at + len(packet), order))
            at += len(packet)
        return Bulk(self.connection, 0, data, OpenedQuic()), shorts

    def opened(self, packets: list[bytes]) -> tuple[bytes, int]:
        bulk, shorts = self.bulk(packets)
        left = bulk.take(shorts)
        self.connection.streams[0].lay_out(bulk.opened.laid, 0)
        bulk.opened.finish()
        return bulk.opened.laid.data, len(left)


def stream(at: int, text: bytes) -> bytes:
    return b"\x0c\x00" + (0x4000 | at).to_bytes(2, "big") + text


def test_packets_are_opened_in_their_order() -> None:
    packets = [sealed(number, stream(4 * number, b"%04d" % number)) for number in range(300)]
    assert Sender().opened(packets) == (b"".join(b"%04d" % number for number in range(300)), 0)


@pytest.mark.parametrize("first", [0, 200, 65_400, 1 << 20])
def test_numbers_written_in_few_bytes_are_completed(first: int) -> None:
    sender = Sender()
    sender.connection.largest[0, APPLICATION] = first - 1
    packets = [sealed(first + at, stream(at, b"%d" % (at % 10)), size=1) for at in range(300)]
    assert sender.opened(packets)[1] == 0


def test_a_hole_longer_than_the_written_number_reaches_is_passed() -> None:
    packets = [sealed(at, stream(at, b"a"), size=1) for at in range(10)]
    packets += [sealed(600 + at, stream(10 + at, b"b"), size=1) for at in range(10)]
    assert Sender().opened(packets) == (b"a" * 10 + b"b" * 10, 0)


def test_key_updates_are_followed_and_packets_of_the_phase_before_still_open() -> None:
    phases = [0, 0, 1, 0, 1, 1, 2, 1, 2, 5, 5]  # the last one hides two updates in a hole
    packets = [sealed(at, stream(at, b"%d" % phase), phase=phase) for at, phase in enumerate(phases)]
    assert Sender().opened(packets) == (b"".join(b"%d" % phase for phase in phases), 0)


def test_ids_of_another_length_are_tried() -> None:
    ids = [b"12345678", b"abcd", b"x" * 20]
    packets = [sealed(at, stream(at, b"."), to=ids[at % 3]) for at in range(9)]
    assert Sender(*ids).opened(packets) == (b"." * 9, 0)


def test_an_id_that_was_never_seen_is_found_by_trying() -> None:
    sender = Sender()
    sender.connection.ids[0].clear()
    packets = [sealed(at, stream(at, b"."), to=b"abcde") for at in range(9)]
    assert sender.opened(packets) == (b"." * 9, 0)


def test_what_does_not_open_is_given_back() -> None:
    good = [sealed(at, stream(at, b".")) for at in range(4)]
    bad = [b"\x40" + bytes(60), b"\x40short", good[3][:-1]]
    bulk, shorts = Sender().bulk([*good, *bad])
    assert sorted(bulk.take(shorts)) == shorts[4:]


def test_wrong_keys_open_nothing_and_do_not_take_long() -> None:
    packets = [sealed(at, stream(at & 0x3FFF, b"x" * 100)) for at in range(3000)]
    sender = Sender(secret=bytes(32))
    bulk, shorts = sender.bulk(packets)
    tries: list[Any] = []
    for cover in sender.connection.covers(APPLICATION, 0, 1):
        inner = cover.open
        cover.open = lambda *given, inner=inner: tries.append(1) or inner(*given)  # type: ignore[method-assign]
    assert len(bulk.take(shorts)) == 3000
    assert len(tries) < 3000 + (1 << 14) + 10
