from __future__ import annotations

import pytest
from bench.leakbench.cargo import CannotCarryError, Cargo
from bench.leakbench.wire import CLIENT

from bench.leakbench.carriers import CARRIERS, RANDOM, Way


@pytest.fixture
def way(chance, words):
    return Way("api.decoy.example", "x1", chance, words)


def _stream(load):
    return b"".join(turn.data for turn in load.turns if turn.side == CLIENT)


@pytest.mark.parametrize(
    "name", sorted(set(CARRIERS) - {"coded", "websocket", "dns", "basic", "chunked", "json-whole"})
)
def test_the_value_stands_at_the_place_that_is_told(name, way):
    load = CARRIERS[name](Cargo(b"104402990000014", 0, 15), way)
    assert _stream(load)[slice(*load.value)] == b"104402990000014"
    assert load.body[0] <= load.value[0] < load.value[1] <= load.body[1]


def test_labels_of_a_name_are_at_most_63_long(way):
    value = b"0123456789abcdef" * 8
    load = CARRIERS["dns"](Cargo(value, 70, 80), way)
    stream = _stream(load)
    labels, at = [], 12
    while stream[at]:
        labels.append(stream[at + 1 : at + 1 + stream[at]])
        at += 1 + stream[at]
    assert max(map(len, labels)) == 63
    assert b"".join(labels[:3]) == value
    assert stream[slice(*load.value)] == value[70:80]


def test_a_masked_frame_opens_to_the_cargo(way):
    load = CARRIERS["websocket"](Cargo(b"hello 42", 6, 8), way)
    stream = _stream(load)
    frame = stream[stream.index(b"\r\n\r\n") + 4 :]
    mask, content = frame[2:6], frame[6:]
    assert bytes(byte ^ mask[at % 4] for at, byte in enumerate(content)) == b"hello 42"
    assert stream[slice(*load.value)] == content[6:8]


def test_chunks_put_together_are_the_cargo(way):
    data = bytes(range(65, 91)) * 50
    load = CARRIERS["chunked"](Cargo(data, 100, 110), way)
    stream = _stream(load)
    rest, whole = stream[stream.index(b"\r\n\r\n") + 4 :], b""
    while not rest.startswith(b"0\r\n"):
        size, _, rest = rest.partition(b"\r\n")
        whole += rest[: int(size, 16)]
        rest = rest[int(size, 16) + 2 :]
    assert whole == data


@pytest.mark.parametrize("name", ["header", "cookie", "json", "dns", "mqtt-topic", "json-number"])
def test_bytes_that_it_cannot_hold_are_refused(name, way):
    with pytest.raises(CannotCarryError):
        CARRIERS[name](Cargo(b"\x00\xff\r\n", 0, 1), way)


@pytest.mark.parametrize("name", ["coap", "udp", "dns", "query", "header"])
def test_what_is_too_long_is_refused(name, way):
    with pytest.raises(CannotCarryError):
        CARRIERS[name](Cargo(b"a" * 9000, 0, 1), way)


def test_carriers_of_the_random_track_are_carriers():
    assert set(RANDOM) <= set(CARRIERS)
