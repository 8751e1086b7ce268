from __future__ import annotations

import itertools
import ssl
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESCCM, AESGCM, ChaCha20Poly1305
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vitne.decrypt import KeyLog, open_tls
from vitne.decrypt.schedule import expand_label
from vitne.decrypt.tls import DAMAGED, MISSING, NO_HELLO, NO_KEY, UNSUPPORTED, WRONG_KEY

if TYPE_CHECKING:
    from tests.decrypt.peers import Peers, Talk

SAID = [
    (0, b"POST /register HTTP/1.1\r\nimei=490154203237518"),
    (1, b"welcome " * 9000),
    (0, b"x" * 70_000),
    (1, b"bye"),
]
CIPHERS = [
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-RSA-CHACHA20-POLY1305",
    "ECDHE-RSA-AES128-SHA",
    "ECDHE-RSA-AES256-SHA384",
    "AES128-SHA256",
    "AES256-CCM8",
    "AES128-CCM",
]
NO_ENCRYPT_THEN_MAC = 1 << 19  # option of OpenSSL that the module has no name for


def opened(talk: Talk, log: KeyLog) -> tuple:
    return open_tls({side: [(0, bytes(talk.wire[side]))] for side in (0, 1)}, log)


def log_of(peers: Peers) -> KeyLog:
    log = KeyLog()
    log.add(peers.keylog.read_bytes())
    return log


def assert_whole(talk: Talk, log: KeyLog) -> None:
    for side, one in enumerate(opened(talk, log)):
        assert one.data == talk.inside[side]
        assert one.unread == {}


@pytest.mark.parametrize("cipher", CIPHERS)
@pytest.mark.parametrize("outside", [True, False])
def test_tls_1_2_is_opened_also_when_resumed(peers: Peers, cipher: str, outside: bool) -> None:
    contexts = peers.contexts("1.2", f"{cipher}@SECLEVEL=0")
    if not outside:
        for context in contexts:
            context.options |= NO_ENCRYPT_THEN_MAC
    first = peers.talk(contexts, SAID)
    again = peers.talk(contexts, SAID, session=first.session)
    assert (first.reused, again.reused) == (False, True)
    for talk in (first, again):
        assert_whole(talk, log_of(peers))


def test_resumption_by_session_id_is_opened(peers: Peers) -> None:
    contexts = peers.contexts("1.2")
    for context in contexts:
        context.options |= ssl.OP_NO_TICKET
    first = peers.talk(contexts, SAID)
    again = peers.talk(contexts, SAID, session=first.session)
    assert again.reused
    assert_whole(again, log_of(peers))


def test_tls_1_3_is_opened_also_when_resumed(peers: Peers) -> None:
    contexts = peers.contexts("1.3")
    first = peers.talk(contexts, SAID)
    again = peers.talk(contexts, SAID, session=first.session)
    assert (first.version, again.reused) == ("TLSv1.3", True)
    for talk in (first, again):
        assert_whole(talk, log_of(peers))


def test_each_byte_inside_is_led_back_to_its_record(peers: Peers) -> None:
    talk = peers.talk(peers.contexts("1.3"), SAID)
    client, _ = opened(talk, log_of(peers))
    start, end = client.wire(0, 40)
    assert talk.wire[0][start] == 23
    assert end - start == 5 + len(SAID[0][1]) + 17, "the one record of the first words"
    assert client.offsets.tolist() == client.positions.tolist(), "nothing is missing"
    assert client.wire(len(client.data) - 1, len(client.data))[1] <= len(talk.wire[0])
    assert client.wire(10, len(SAID[0][1]) + 1) == (start, int(client.ends[1])), "over two records"


def test_without_a_line_for_the_session_all_is_counted_as_without_key(peers: Peers) -> None:
    talk = peers.talk(peers.contexts("1.3"), SAID)
    log = KeyLog()
    log.add(b"CLIENT_RANDOM " + b"00" * 32 + b" " + b"11" * 48)
    for side, one in enumerate(opened(talk, log)):
        assert one.data == b""
        assert list(one.unread) == [NO_KEY]
        assert one.unread[NO_KEY] > len(talk.inside[side])


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_keys_that_do_not_fit_are_told_as_wrong(peers: Peers, version: str) -> None:
    talk = peers.talk(peers.contexts(version), SAID)
    lines = []
    for line in peers.keylog.read_text().splitlines():
        words = line.split()
        if len(words) == 3:
            lines.append(" ".join([*words[:2], "ab" * (len(words[2]) // 2)]))
    log = KeyLog()
    log.add("\n".join(lines).encode())
    for one in opened(talk, log):
        assert one.data == b""
        assert list(one.unread) == [WRONG_KEY]


def test_a_log_that_begins_late_reads_what_its_secrets_cover(peers: Peers) -> None:
    talk = peers.talk(peers.contexts("1.3"), SAID)
    kept = [line for line in peers.keylog.read_text().splitlines() if "HANDSHAKE" not in line]
    log = KeyLog()
    log.add("\n".join(kept).encode())
    for side, one in enumerate(opened(talk, log)):
        assert one.data == talk.inside[side], "application data need no handshake secret"
        assert list(one.unread) == [NO_KEY], "the handshake stays closed and is counted"


def test_one_side_without_a_secret_is_told_alone(peers: Peers) -> None:
    talk = peers.talk(peers.contexts("1.3"), SAID)
    kept = [line for line in peers.keylog.read_text().splitlines() if "SERVER" not in line]
    log = KeyLog()
    log.add("\n".join(kept).encode())
    client, server = opened(talk, log)
    assert client.data == talk.inside[0]
    assert (server.data, list(server.unread)) == (b"", [NO_KEY])


def test_without_hellos_nothing_is_opened_and_all_is_counted(peers: Peers) -> None:
    talk = peers.talk(peers.contexts("1.3"), SAID)
    at = bytes(talk.wire[0]).index(b"\x17\x03\x03")
    client, server = open_tls({0: [(at, bytes(talk.wire[0][at:]))]}, log_of(peers))
    assert (client.data, list(client.unread), server.unread) == (b"", [NO_HELLO], {})


def test_without_the_server_side_tls_1_3_is_opened_and_tls_1_2_is_not(peers: Peers) -> None:
    talk = peers.talk(peers.contexts("1.3"), SAID)
    client, _ = open_tls({0: [(0, bytes(talk.wire[0]))]}, log_of(peers))
    assert (client.data, client.unread) == (talk.inside[0], {})
    talk = peers.talk(peers.contexts("1.2"), SAID)
    client, _ = open_tls({0: [(0, bytes(talk.wire[0]))]}, log_of(peers))
    assert (client.data, list(client.unread)) == (b"", [NO_HELLO])


def test_behind_a_hole_in_place_of_the_servers_hello_both_sides_are_opened(peers: Peers) -> None:
    talk = peers.talk(peers.contexts("1.3"), SAID)
    end = talk.wire[1].index(b"\x17\x03\x03")  # the first closed record follows the hello
    torn = {0: [(0, bytes(talk.wire[0]))], 1: [(end, bytes(talk.wire[1][end:]))]}
    client, server = open_tls(torn, log_of(peers))
    assert (client.data, client.unread) == (talk.inside[0], {})
    assert (server.data, server.unread) == (talk.inside[1], {})


SEALERS = {
    0x1301: (16, "sha256", AESGCM),
    0x1302: (32, "sha384", AESGCM),
    0x1303: (32, "sha256", ChaCha20Poly1305),
    0x1304: (16, "sha256", AESCCM),
    0x1305: (16, "sha256", lambda key: AESCCM(key, 8)),
}
"""Suites of TLS 1.3 (RFC 8446 appendix B.4): bytes of the key, hash, cipher."""


@pytest.mark.parametrize("number", SEALERS)
def test_each_suite_that_is_possible_is_tried_where_the_servers_hello_is_missing(
    peers: Peers, number: int
) -> None:
    size, name, cipher = SEALERS[number]
    talk = peers.talk(peers.contexts("1.3"), SAID)
    hello = bytes(talk.wire[0][: 5 + int.from_bytes(talk.wire[0][3:5], "big")])
    secrets = [bytes([kind]) * (32 if name == "sha256" else 48) for kind in (1, 2)]

    def record(secret: bytes, order: int, kind: int, text: bytes) -> bytes:
        key, iv = (expand_label(secret, label, n, hash_name=name) for label, n in (("key", size), ("iv", 12)))
        tag = 8 if number == 0x1305 else 16
        head = b"\x17\x03\x03" + (len(text) + 1 + tag).to_bytes(2, "big")
        nonce = (int.from_bytes(iv, "big") ^ order).to_bytes(12, "big")
        return head + cipher(key).encrypt(nonce, text + bytes([kind]), head)

    told = record(secrets[0], 0, 22, b"\x14\x00\x00\x20" + bytes(32))
    told += record(secrets[1], 0, 23, b"one ") + record(secrets[1], 1, 22, b"\x18\x00\x00\x01\x00")
    turned = expand_label(secrets[1], "traffic upd", len(secrets[1]), hash_name=name)
    told += record(turned, 0, 23, b"two")
    log = KeyLog()
    for label, secret in zip(("HANDSHAKE_TRAFFIC_SECRET", "TRAFFIC_SECRET_0"), secrets, strict=True):
        log.add(f"CLIENT_{label} {hello[11:43].hex()} {secret.hex()}\n".encode())
    client, _ = open_tls({0: [(0, hello + told)]}, log)
    assert (client.data, client.unread) == (b"one two", {})


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_a_hole_costs_the_records_that_it_touches(peers: Peers, version: str) -> None:
    talk = peers.talk(peers.contexts(version), SAID)
    wire = bytes(talk.wire[1])
    for low, length in ((len(wire) // 2, 100), (len(wire) // 3, 20_000)):
        stretches = {
            0: [(0, bytes(talk.wire[0]))],
            1: [(0, wire[:low]), (low + length, wire[low + length :])],
        }
        client, server = open_tls(stretches, log_of(peers))
        assert client.data == talk.inside[0]
        assert set(server.unread) == {MISSING}
        assert 100 <= server.unread[MISSING] <= length + 2 * 16_500
        for position, offset, size in zip(server.positions, server.offsets, server.lengths, strict=True):
            inside = server.data[position : position + size]
            assert inside in talk.inside[1]
            if version == "1.3" and length == 100:
                assert talk.inside[1][offset : offset + size] == inside, "offsets go on behind the hole"


def test_a_damaged_record_is_told_and_the_next_ones_are_read(peers: Peers) -> None:
    talk = peers.talk(peers.contexts("1.3"), SAID)
    wire = bytearray(talk.wire[1])
    for at in (len(wire) // 2, len(wire) // 2 + 16_406):
        wire[at] ^= 1
    _, server = open_tls({0: [(0, bytes(talk.wire[0]))], 1: [(0, bytes(wire))]}, log_of(peers))
    assert list(server.unread) == [DAMAGED]
    assert server.data.endswith(b"bye")
    assert len(talk.inside[1]) - len(server.data) == 2 * 16_384


def test_a_suite_that_is_not_read_is_told(peers: Peers) -> None:
    talk = peers.talk(peers.contexts("1.2", "ECDHE-RSA-AES128-SHA@SECLEVEL=0"), SAID)
    wire = bytes(talk.wire[1]).replace(b"\xc0\x13", b"\xc0\x12", 1)  # 3DES
    client, server = open_tls({0: [(0, bytes(talk.wire[0]))], 1: [(0, wire)]}, log_of(peers))
    assert list(client.unread) == list(server.unread) == [UNSUPPORTED]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(cuts=st.lists(st.integers(0, 60_000), max_size=8))
def test_how_the_bytes_are_cut_does_not_matter(peers: Peers, cuts: list[int]) -> None:
    talk = peers.talk(peers.contexts("1.3"), SAID)
    stretches = {}
    for side in (0, 1):
        wire = bytes(talk.wire[side])
        edges = [0, *sorted(min(cut, len(wire)) for cut in cuts), len(wire)]
        stretches[side] = [(low, wire[low:high]) for low, high in itertools.pairwise(edges)]
    for side, one in enumerate(open_tls(stretches, log_of(peers))):
        assert one.data == talk.inside[side]
        assert one.unread == {}


def test_every_proper_prefix_of_the_last_records_is_told(peers: Peers) -> None:
    talk = peers.talk(peers.contexts("1.3"), [(0, b"one"), (0, b"two")])
    whole = opened(talk, log_of(peers))[0]
    last = int(whole.starts[-1])
    for cut in range(last + 1, int(whole.ends[-1])):
        sides = {0: [(0, bytes(talk.wire[0][:cut]))], 1: [(0, bytes(talk.wire[1]))]}
        client, _ = open_tls(sides, log_of(peers))
        assert client.data == b"one"
        assert list(client.unread) == [MISSING]


@given(st.binary(max_size=400), st.binary(max_size=400), st.integers(0, 50))
def test_noise_raises_nothing(one: bytes, other: bytes, hole: int) -> None:
    log = KeyLog()
    for head in (b"", b"\x16\x03\x01", b"\x17\x03\x03\x00\x20"):
        open_tls({0: [(0, head + one), (len(head + one) + hole, other)], 1: [(0, head + other)]}, log)


def test_a_long_stream_with_wrong_keys_costs_a_bounded_number_of_tries(peers: Peers) -> None:
    talk = peers.talk(peers.contexts("1.3"), [(0, b"y" * 3_000_000)])
    wire = bytearray(talk.wire[0])
    for at in range(5000, len(wire), 1000):
        wire[at] ^= 1
    client, _ = open_tls({0: [(0, bytes(wire))], 1: [(0, bytes(talk.wire[1]))]}, log_of(peers))
    assert sum(client.unread.values()) > 2_900_000
