"""What a connection learns from the packets of real peers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.decrypt.quic_peers import QuicPeers, datagrams_of

from vitne.decode.protocols.quic_packets import HANDSHAKE, INITIAL, ZERO_RTT, long_header
from vitne.decrypt import KeyLog, open_quic
from vitne.decrypt.quic_connection import APPLICATION, Connection, first_connection

if TYPE_CHECKING:
    from pathlib import Path


def test_ids_versions_protocol_and_random_are_those_that_the_peers_agreed_on(
    certificate: Path, tmp_path: Path
) -> None:
    peers = QuicPeers(certificate, tmp_path / "keys.log", version="2", alpn=["doq", "h3"])
    peers.connect()
    peers.carry()
    peers.close()
    log = KeyLog()
    log.add(peers.keylog.read_bytes())
    (connection,) = open_quic(datagrams_of(peers.talk.order), log).connections
    assert connection.alpn == b"doq"
    assert connection.random.hex() in peers.keylog.read_text()
    assert connection.version == 0x6B3343CF
    assert connection.suite is not None
    assert peers.client.host_cid in connection.ids[1]
    assert peers.server is not None
    assert peers.server.host_cid in connection.ids[0]
    assert connection.id_lengths(0) == [8]
    assert len(connection.tokens) >= 7, "each new id brings a token"


def test_a_connection_whose_client_was_seen_second_is_turned_round(certificate: Path, tmp_path: Path) -> None:
    peers = QuicPeers(certificate, tmp_path / "keys.log", alpn=["doq"])
    peers.connect()
    peers.carry()
    peers.client.send_stream_data(0, b"hello", end_stream=True)
    peers.carry()
    peers.close()
    log = KeyLog()
    log.add(peers.keylog.read_bytes())
    turned = [(1 - side, one) for side, one in peers.talk.order]
    talk = open_quic(datagrams_of(turned), log)
    assert talk.connections[0].role(1) == 0
    assert talk.sides[1].laid.data == b"hello"
    assert [side.unread for side in talk.sides] == [{}, {}]


def test_without_secrets_there_are_no_keys_but_those_of_initial_packets() -> None:
    packet = long_header(bytes.fromhex("c300000001088394c8f03e5157080000449e") + bytes(1182), 0)
    assert packet is not None
    made = first_connection(3, 1, packet, KeyLog())
    assert (made.number, made.role(1), made.role(0)) == (3, 0, 1)
    assert len(made.initial_covers(1, 1)) == 1
    assert made.initial_covers(1, 0xDEAD) == []
    for kind in (ZERO_RTT, HANDSHAKE, APPLICATION):
        assert made.covers(kind, 0, 1) == []


def test_early_data_go_one_way_only() -> None:
    log = KeyLog()
    log.add(f"CLIENT_EARLY_TRAFFIC_SECRET {'11' * 32} {'22' * 32}\n".encode())
    made = Connection(0, 0, log)
    made.random = b"\x11" * 32
    assert len(made.covers(ZERO_RTT, 0, 1)) == 3, "of which cipher it was is not known yet"
    assert made.covers(ZERO_RTT, 1, 1) == []
    assert made.level == INITIAL
