"""Plain connections of TLS: what the kernel reads is what the patient decoder reads."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.decode.protocols.tls import CUT, SHORT_SERVER_HELLO, Tls
from vitne.decode.protocols.tls_hello import read_client_hello
from vitne.decode.protocols.tls_message import hello_facts
from vitne.kernel.tls import plain_connections
from vitne.lab.tls import CHANGE_CIPHER, client_hello, encrypted, handshake, record, server_hello
from vitne.model import Gap, Message


def read(client: bytes, server: bytes = b"") -> tuple[bool, Any, bytes]:
    data = np.frombuffer(b"\xff" + client + server + b"\x17", dtype=np.uint8)  # bytes of others around them
    first = 1 + len(client)
    plain, found, shapes = plain_connections(data, np.array([[1, first, first, first + len(server)]]))
    return bool(plain[0]), found[0], shapes


def events(client: bytes, server: bytes) -> list[tuple[int, Any]]:
    """Give what the patient decoder tells, each with its side."""
    tls = Tls()
    told = [(0, one) for one in (*tls.feed(0, client), *tls.finish(0))]
    return told + [(1, one) for one in (*tls.feed(1, server), *tls.finish(1)) if server]


def oddities(found: Any, ends: tuple[int, int]) -> list[tuple[str, int]]:
    """Give what is told of a connection beside messages, and where in the buffer."""
    told = [(CUT, ends[side]) for side in (0, 1) if found["cut"][side]]
    return told + ([(SHORT_SERVER_HELLO, int(found["short_hello"]))] if found["short_hello"] else [])


def conversation(seed: int, host: str = "a.example") -> tuple[bytes, bytes]:
    rng = Random(seed)
    hello = client_hello(rng, host)
    client = hello + CHANGE_CIPHER + encrypted(rng, rng.randint(1, 40_000))
    return client, server_hello(rng, hello) + CHANGE_CIPHER + encrypted(rng, rng.randint(1, 40_000))


def agrees(client: bytes, server: bytes) -> bool:
    """Compare with the patient decoder what is plain; say whether it is."""
    plain, found, _ = read(client, server)
    if not plain:
        return False
    shift = (1, 1 + len(client))
    every = events(client, server)
    told = [one for _, one in every if isinstance(one, Message)]
    odd = [
        (side, one)
        for side, one in every
        if not isinstance(one, Message)
        and getattr(one, "name", "") != "tls-certificate"  # left to the caller
    ]
    assert sorted(oddities(found, (1 + len(client), 1 + len(client) + len(server)))) == sorted(
        (one.why if isinstance(one, Gap) else one.note, one.offset + shift[side]) for side, one in odd
    )
    [hello] = [one for one in told if one.kind == "client-hello"]
    assert (hello.start + 1, hello.end + 1) == tuple(found["hello"])
    parts = {one.path: (one.start + 1, one.end + 1) for one in hello.parts}
    for name, path in (("name", "sni"), ("session", "session-id"), ("ticket", "session-ticket"), ("identity", "psk-identity")):  # fmt: skip
        assert tuple(found[name]) == parts.get(path, (0, 0))
    for side in (0, 1):
        closed = [one for one in told if one.side == side and one.kind == "application-data"]
        assert found["closed"][side] == sum(one.opaque_bytes for one in closed)
        assert [tuple(found["where"][side])] * len(closed) == [
            (one.start + shift[side], one.end + shift[side]) for one in closed
        ]
    leaves = [one.parts[0] for one in told if one.kind == "certificate"]
    assert [tuple(found["certificate"])] * len(leaves) == [
        (one.start + shift[1], one.end + shift[1]) for one in leaves
    ]
    assert {one.kind for one in told} <= {"client-hello", "server-hello", "hello-retry-request", "certificate", "application-data"}  # fmt: skip
    return True


@pytest.mark.parametrize("seed", range(8))
def test_a_plain_connection_is_what_the_patient_decoder_reads(seed: int) -> None:
    assert agrees(*conversation(seed))


def test_the_shape_of_a_hello_is_that_of_all_hellos_of_its_client() -> None:
    shapes = [read(client_hello(Random(seed), f"{seed}.example"))[2] for seed in range(40)]
    assert len(set(shapes)) == 1
    other = read(client_hello(Random(1), "a.example", protocols=("h2",)))[2]
    assert other not in set(shapes)


def test_hellos_of_one_shape_have_the_same_facts() -> None:
    known: dict[bytes, Any] = {}
    for seed in range(200):
        rng = Random(seed)
        hello = bytearray(client_hello(rng, "a.example"))
        for _ in range(rng.randint(0, 3)):
            hello[rng.randrange(43, len(hello))] = rng.randrange(256)
        plain, _, shape = read(bytes(hello))
        if plain:
            body = bytes(hello[9:])
            parsed = read_client_hello(body)
            assert parsed.complete
            facts = hello_facts(parsed, body, "t")
            assert known.setdefault(shape, facts) == facts
    assert len(known) > 20


@pytest.mark.parametrize("size", [1, 2, 5, 9, 300])
def test_sides_that_end_in_a_closed_record_are_told_to(size: int) -> None:
    rng = Random(3)
    hello = client_hello(rng, "a.example")
    client, server = hello + encrypted(rng, 290), server_hello(rng, hello) + encrypted(rng, 300)
    assert agrees(client[:-size], server) == (size < 295)
    assert agrees(client, server[:-size])
    assert not read(hello[:-size], server)[0]


def test_a_server_hello_that_says_too_little_is_told_once() -> None:
    rng = Random(4)
    hello = client_hello(rng, "a.example")
    short = record(0x16, handshake(2, b"\x03\x03" + bytes(30)))
    assert agrees(hello, short + encrypted(rng, 50))
    assert agrees(hello, record(0x16, handshake(2, bytes(34) + b"\x05" + bytes(7))))
    assert not agrees(hello, short + short)


def test_what_else_may_be_said_is_left_to_the_patient_decoder() -> None:
    rng = Random(5)
    hello = client_hello(rng, "a.example")
    own = server_hello(rng, hello)
    assert not read(hello + record(0x15, b"\x02\x28"))[0]  # an alert in clear
    assert not read(hello + hello)[0]
    assert not read(hello[:5] + hello[5:9] + bytes(2))[0]
    assert not read(record(0x17, b"abc") + hello)[0]
    assert not read(hello + record(0x17, b""))[0]
    assert not read(hello, own + CHANGE_CIPHER + own)[0]  # a second one in clear
    assert not read(hello, record(0x16, handshake(11, bytes(8))[:-1]))[0]
    assert not read(hello + record(0x16, handshake(11, b"\0\0\x06\0\0\x03abc")))[0]  # a client's certificate
    assert not read(hello, record(0x19, b"abc"))[0]
    assert not read(b"", own)[0]


def test_the_leaf_of_a_certificate_is_found_and_an_empty_list_has_none() -> None:
    rng = Random(6)
    hello = client_hello(rng, "a.example")
    chain = b"\0\0\x0c" + b"\0\0\x03abc" + b"\0\0\x03def"
    assert agrees(
        hello, server_hello(rng, hello) + record(0x16, handshake(11, b"\0\0\0") + handshake(14, b""))
    )
    client, server = hello, server_hello(rng, hello) + record(0x16, handshake(11, chain))
    plain, found, _ = read(client, server)
    data = b"\xff" + client + server
    assert plain
    assert data[found["certificate"][0] : found["certificate"][1]] == b"abc"


@given(
    st.integers(0, 7),
    st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=4),
    st.integers(0, 300),
)
def test_a_changed_connection_is_read_alike_or_left(
    seed: int, changes: list[tuple[int, int]], cut: int
) -> None:
    client, server = (bytearray(side) for side in conversation(seed))
    for at, byte in changes:
        side = client if at % 3 else server
        side[(at // 3) % min(len(side), 400)] = byte
    agrees(bytes(client[: len(client) - cut]), bytes(server))


@given(st.binary(max_size=300), st.binary(max_size=100))
def test_noise_is_read_alike_or_left(client: bytes, server: bytes) -> None:
    agrees(b"\x16\x03\x01" + client, server)


@pytest.mark.parametrize("sides", [[[0, 9, 5, 2]], [[-1, 5, 0, 0]], [[3, 3, 0, 0]], [[0, 1 << 40, 0, 0]], [[0, 5, 0, 1 << 40]]])  # fmt: skip
def test_ranges_that_do_not_lie_in_the_data_are_none(sides: list[list[int]]) -> None:
    data = np.frombuffer(client_hello(Random(1), "a.example"), dtype=np.uint8)
    assert not plain_connections(data, np.array(sides))[0].any()


def test_many_connections_keep_their_own_shapes() -> None:
    pairs = [
        (client_hello(Random(n), "a.example", protocols=("h2", f"x{n % 7}")), b"") for n in range(300)
    ] + [(b"\x16\x03\x01\x00\x02ab", b"")]
    data = np.frombuffer(b"".join(client for client, _ in pairs), dtype=np.uint8)
    sizes = np.array([len(client) for client, _ in pairs])
    ends = np.cumsum(sizes)
    sides = np.stack([ends - sizes, ends, ends, ends], axis=1)
    plain, found, shapes = plain_connections(data, sides)
    assert plain.tolist() == [True] * 300 + [False]
    for number, (start, length) in enumerate(found["shape"][:300].tolist()):
        assert f"x{number % 7}".encode() in shapes[start : start + length]
    assert not len(plain_connections(data, np.zeros((0, 4), dtype=np.int64))[0])
