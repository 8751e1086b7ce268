"""QUIC conversations of real peers opened with their key log, whole, torn, shuffled and with bad keys."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest
from aioquic.tls import CipherSuite
from tests.decrypt.quic_peers import (
    Http3Peers,
    QuicPeers,
    QuicTalk,
    datagrams_of,
    inside_of,
    post,
)

from vitne.decrypt import KeyLog, open_quic

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BODY = b"".join(b"line %d\n" % number for number in range(4000))


def log_of(peers: QuicPeers) -> KeyLog:
    log = KeyLog()
    log.add(peers.keylog.read_bytes())
    return log


def both(talk: Any) -> list[dict[int, bytes]]:
    return [inside_of(side) for side in talk.sides]


def said(talk: QuicTalk) -> list[dict[int, bytes]]:
    return [{number: bytes(text) for number, text in side.items()} for side in talk.streams]


@pytest.fixture
def talked(certificate: Path, tmp_path: Path) -> Callable[..., QuicPeers]:
    """Make a talk of two requests, the first with a long body, with key updates and changes of ids between."""

    def make(*, turns: bool = True, **more: Any) -> QuicPeers:
        peers = Http3Peers(certificate, tmp_path / "keys.log", **more)
        peers.connect()
        peers.carry()
        peers.ask(post(b"/first", (b"x-id", b"one")), BODY, piece=9000)
        peers.carry(25)
        for number in range(3 if turns else 0):
            peers.client.request_key_update()
            peers.ask(post(b"/next", (b"x-id", b"one")))
            peers.carry()
            (peers.ends[number % 2]).change_connection_id()
            peers.ask(post(b"/again", (b"x-id", b"two")))
            peers.carry()
        peers.close()
        return peers

    return make


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize(
    "suite",
    [CipherSuite.AES_128_GCM_SHA256, CipherSuite.AES_256_GCM_SHA384, CipherSuite.CHACHA20_POLY1305_SHA256],
)
def test_all_streams_are_opened_over_key_updates_and_changes_of_ids(
    talked: Callable[..., QuicPeers], version: str, suite: CipherSuite
) -> None:
    peers = talked(version=version, cipher_suites=[suite])
    talk = open_quic(datagrams_of(peers.talk.order), log_of(peers))
    assert both(talk) == said(peers.talk)
    assert [side.unread for side in talk.sides] == [{}, {}]
    assert len(talk.connections[0].ids[0]) > 1, "the client's packets went to several ids"
    assert talk.connections[0].alpn == b"h3"
    assert all(stream.ended for stream in talk.sides[0].laid.streams if stream.number % 4 == 0)


@pytest.mark.parametrize("version", ["1", "2"])
def test_a_client_that_is_asked_to_prove_its_address_is_followed(
    talked: Callable[..., QuicPeers], version: str
) -> None:
    peers = talked(version=version, retry=True)
    assert any(b"token-of-the-server" in one for side, one in peers.talk.order if side == 0)
    talk = open_quic(datagrams_of(peers.talk.order), log_of(peers))
    assert both(talk) == said(peers.talk)
    assert len(talk.connections) == 1
    assert [side.unread for side in talk.sides] == [{}, {}]


def test_without_the_servers_hello_the_cipher_is_found_by_trying(talked: Callable[..., QuicPeers]) -> None:
    peers = talked(cipher_suites=[CipherSuite.CHACHA20_POLY1305_SHA256])
    order = peers.talk.order
    hello = {at for at, (side, one) in enumerate(order) if side == 1 and one[0] & 0xB0 == 0x80}
    talk = open_quic(datagrams_of(order, lambda at: at not in hello), log_of(peers))
    assert inside_of(talk.sides[0]) == said(peers.talk)[0]


def test_the_order_in_which_datagrams_were_captured_hardly_matters(talked: Callable[..., QuicPeers]) -> None:
    peers = talked()
    order = list(peers.talk.order)
    rng = random.Random(3)
    for at in range(0, len(order) - 4, 4):
        some = order[at : at + 4]
        rng.shuffle(some)
        order[at : at + 4] = some
    talk = open_quic(datagrams_of(order), log_of(peers))
    assert both(talk) == said(peers.talk)
    assert [side.unread for side in talk.sides] == [{}, {}]


def test_datagrams_that_come_twice_change_nothing(talked: Callable[..., QuicPeers]) -> None:
    peers = talked()
    twice = [each for each in peers.talk.order for _ in range(2)]
    assert both(open_quic(datagrams_of(twice), log_of(peers))) == said(peers.talk)


def test_a_lost_packet_leaves_a_hole_that_is_counted_and_the_rest_is_read(
    talked: Callable[..., QuicPeers],
) -> None:
    peers = talked(turns=False)
    long = [at for at, (side, one) in enumerate(peers.talk.order) if side == 0 and one[0] < 0x80]
    gone = {long[len(long) // 2], long[len(long) // 2 + 3]}
    talk = open_quic(datagrams_of(peers.talk.order, lambda at: at not in gone), log_of(peers))
    missing = talk.sides[0].unread["missing-segment"]
    assert 1000 < missing < 2600
    assert len(inside_of(talk.sides[0])[0]) == len(peers.talk.streams[0][0]) - missing
    assert not next(one for one in talk.sides[0].laid.streams if one.number == 0).ended


def test_key_updates_behind_a_hole_are_followed(talked: Callable[..., QuicPeers]) -> None:
    peers = talked()
    count = len(peers.talk.order)
    talk = open_quic(
        datagrams_of(peers.talk.order, lambda at: at < count // 3 or at > count - 12), log_of(peers)
    )
    assert set(talk.sides[0].unread) <= {"missing-segment"}
    assert max(talk.connections[0].largest.values()) > 30


@pytest.mark.parametrize("side", [0, 1])
def test_one_direction_alone_is_opened(talked: Callable[..., QuicPeers], side: int) -> None:
    peers = talked()
    order = peers.talk.order
    hellos = {at for at in range(len(order)) if order[at][0] == 0 and order[at][1][0] & 0xB0 == 0x80}
    keep = hellos if side else set()
    talk = open_quic(datagrams_of(order, lambda at: order[at][0] == side or at in keep), log_of(peers))
    assert inside_of(talk.sides[side]) == said(peers.talk)[side]


def test_early_data_are_opened_with_the_session_before(certificate: Path, tmp_path: Path) -> None:
    first = Http3Peers(certificate, tmp_path / "one.log")
    first.connect()
    first.carry()
    first.close()
    second = Http3Peers(
        certificate, tmp_path / "two.log", ticket=first.talk.ticket, tickets=first.tickets_of_server
    )
    second.connect()
    second.ask(post(b"/early", (b"x-id", b"490154203237518")), b"early body")
    second.carry()
    second.close()
    kinds = {one[0] >> 4 & 3 for side, one in second.talk.order if side == 0 and one[0] & 0x80}
    assert "CLIENT_EARLY_TRAFFIC_SECRET" in second.keylog.read_text()
    talk = open_quic(datagrams_of(second.talk.order), log_of(second))
    assert both(talk) == said(second.talk)
    assert [side.unread for side in talk.sides] == [{}, {}]
    assert b"early body" in inside_of(talk.sides[0])[0]
    assert kinds


def test_several_connections_between_the_same_ends_are_told_apart(
    talked: Callable[..., QuicPeers], certificate: Path, tmp_path: Path
) -> None:
    one, two = talked(), talked(version="2")
    order, left = [], [list(one.talk.order), list(two.talk.order)]
    rng = random.Random(1)
    while any(left):  # interleaved, each in its order
        some = rng.choice([each for each in left if each])
        order.append(some.pop(0))
    talk = open_quic(datagrams_of(order), log_of(one))
    assert len(talk.connections) == 2
    assert [side.unread for side in talk.sides] == [{}, {}]
    texts = sorted(text for side in said(one.talk) + said(two.talk) for text in side.values())
    found = []
    for side in talk.sides:
        for number in (0, 1):
            own = [stream for stream in side.laid.streams if stream.connection == number]
            assert own
        found += [bytes(side.laid.data)]
    assert sum(map(len, found)) == sum(map(len, texts))


def bad_keys(log: str) -> dict[str, tuple[str, str]]:
    lines = [line.split() for line in log.splitlines() if line]
    wrong = "".join(f"{label} {who} {'ab' * (len(secret) // 2)}\n" for label, who, secret in lines)
    half = "".join(
        f"{label} {who} {secret}\n" for label, who, secret in lines if label != "SERVER_TRAFFIC_SECRET_0"
    )
    other = "".join(f"{label} {'00' * 32} {secret}\n" for label, who, secret in lines)
    cut = log[: log.index("SERVER_TRAFFIC_SECRET_0") + 150]
    return {
        "wrong": (wrong, "wrong-key"),
        "half": (half, "no-key"),
        "of others": (other, "no-key"),
        "cut": (cut, "no-key"),
    }


@pytest.mark.parametrize("case", ["wrong", "half", "of others", "cut"])
def test_bad_keys_are_told_with_their_reason_and_bytes(talked: Callable[..., QuicPeers], case: str) -> None:
    peers = talked()
    text, reason = bad_keys(peers.keylog.read_text())[case]
    log = KeyLog()
    log.add(text.encode())
    talk = open_quic(datagrams_of(peers.talk.order), log)
    whole = [sum(len(one) for from_, one in peers.talk.order if from_ == side) for side in (0, 1)]
    assert set(talk.sides[1].unread) == {reason}
    for side in (0, 1):
        assert talk.sides[side].read + sum(talk.sides[side].unread.values()) <= whole[side]
        assert talk.sides[side].read + sum(talk.sides[side].unread.values()) > whole[side] * 0.9
    if case == "half":
        assert inside_of(talk.sides[0]) == said(peers.talk)[0]


def test_without_its_beginning_a_conversation_stays_closed_and_says_so(
    talked: Callable[..., QuicPeers],
) -> None:
    peers = talked()
    short = {at for at, (_, one) in enumerate(peers.talk.order) if one[0] < 0x80}
    talk = open_quic(datagrams_of(peers.talk.order, lambda at: at in short), log_of(peers))
    assert [set(side.unread) for side in talk.sides] == [{"no-hello"}, {"no-hello"}]


def test_a_damaged_packet_is_told_and_the_others_are_read(talked: Callable[..., QuicPeers]) -> None:
    peers = talked(turns=False)
    order = list(peers.talk.order)
    at = next(
        index for index, (side, one) in enumerate(order) if side == 0 and one[0] < 0x80 and len(one) > 500
    )
    order[at] = (0, order[at][1][:300] + b"\x00\x01" + order[at][1][302:])
    talk = open_quic(datagrams_of(order), log_of(peers))
    assert talk.sides[0].unread["damaged-record"] == len(order[at][1])
    assert talk.sides[0].unread["missing-segment"] < 1300
    assert inside_of(talk.sides[1]) == said(peers.talk)[1]


def test_versions_that_are_not_known_are_told(talked: Callable[..., QuicPeers]) -> None:
    order = [(0, b"\xc0\x0a\x0a\x0a\x0a\x08" + bytes(8) + b"\x00" + bytes(1200))]
    talk = open_quic(datagrams_of(order), KeyLog())
    assert talk.sides[0].unread == {"unsupported-cipher": len(order[0][1])}


def test_noise_is_counted_to_the_last_byte() -> None:
    rng = random.Random(7)
    order = [(rng.randrange(2), rng.randbytes(rng.randrange(1, 400))) for _ in range(300)]
    talk = open_quic(datagrams_of(order), KeyLog())
    for side in (0, 1):
        whole = sum(len(one) for from_, one in order if from_ == side)
        assert 0 <= whole - sum(talk.sides[side].unread.values()) <= 60, "version negotiation, zeros, retries"
