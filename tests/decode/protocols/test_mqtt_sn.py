"""MQTT-SN datagrams, written byte by byte after version 1.2 of the specification."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.decode.protocols import choose
from vitne.decode.protocols.mqtt_sn import MqttSn, decoder
from vitne.model import Fit, Gap, Message


def message(kind: int, body: bytes) -> bytes:
    if len(body) + 2 < 256:
        return bytes([len(body) + 2, kind]) + body
    return b"\x01" + (len(body) + 4).to_bytes(2, "big") + bytes([kind]) + body


CONNECT = message(0x04, b"\x04\x01\x00\x3cphone-1")
CONNACK = message(0x05, b"\x00")
REGISTER = message(0x0A, b"\x00\x00\x00\x01devices/imei")
REGACK = message(0x0B, b"\x00\x07\x00\x01\x00")
PUBLISH = message(0x0C, b"\x20\x00\x07\x00\x02490154203237518")
ALONE = message(0x0C, b"\x62ab\x00\x00490154203237518")
TALK = [(0, CONNECT), (1, CONNACK), (0, REGISTER), (1, REGACK), (0, PUBLISH)]


def parts(item: Message, data: bytes) -> list[tuple[str, str, bytes]]:
    return [(part.path, part.field, data[part.start : part.end]) for part in item.parts]


def test_a_talk_gives_client_id_topic_and_payload_under_the_name_of_its_topic(drive: Any) -> None:
    items = drive(MqttSn(), TALK)
    assert [item.kind for item in items] == ["connect", "connack", "register", "regack", "publish"]
    assert parts(items[0], CONNECT) == [("client-id", "client id", b"phone-1")]
    assert items[1].status == 0
    assert parts(items[2], REGISTER) == [("topic", "topic", b"devices/imei")]
    assert parts(items[4], PUBLISH) == [("payload", "imei", b"490154203237518")]


def test_a_topic_that_the_gateway_registers_is_known_at_once(drive: Any) -> None:
    told = message(0x0A, b"\x00\x09\x00\x05a/serial")
    published = message(0x0C, b"\x00\x00\x09\x00\x00SYN0001")
    items = drive(MqttSn(), [(1, told), (0, published)])
    assert parts(items[1], published) == [("payload", "serial", b"SYN0001")]


def test_a_topic_of_two_letters_is_its_own_name(drive: Any) -> None:
    (item,) = drive(MqttSn(), [(0, ALONE)])
    assert parts(item, ALONE) == [("topic", "topic", b"ab"), ("payload", "ab", b"490154203237518")]


def test_a_long_message_has_its_length_in_three_bytes(drive: Any) -> None:
    data = message(0x0C, b"\x62ab\x00\x00" + b"x" * 400)
    (item,) = drive(MqttSn(), [(0, data)])
    assert parts(item, data)[1][2] == b"x" * 400


def test_the_node_behind_a_forwarder_is_told(drive: Any) -> None:
    data = b"\x09\xfe\x01" + bytes.fromhex("00005e005301") + CONNECT
    (item,) = drive(MqttSn(), [(0, data)])
    assert parts(item, data)[0] == ("node", "wireless node", bytes.fromhex("00005e005301"))
    assert parts(item, data)[1] == ("client-id", "client id", b"phone-1")


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (message(0x07, b"\x10status/phone"), ("will-topic", "will topic", b"status/phone")),
        (message(0x09, b"gone"), ("will", "will", b"gone")),
        (message(0x12, b"\x00\x00\x01devices/#"), ("filter", "topic filter", b"devices/#")),
        (message(0x16, b"phone-1"), ("client-id", "client id", b"phone-1")),
        (message(0x1C, b"gone"), ("will", "will", b"gone")),
    ],
)
def test_other_texts_are_parts(drive: Any, data: bytes, told: tuple[str, str, bytes]) -> None:
    (item,) = drive(MqttSn(), [(0, data)])
    assert parts(item, data) == [told]


def test_return_codes_are_the_status(drive: Any) -> None:
    items = drive(MqttSn(), [(1, message(0x05, b"\x03")), (1, message(0x13, b"\x20\x00\x07\x00\x01\x02"))])
    assert [item.status for item in items] == [3, 2]


def test_bytes_behind_a_message_are_a_part_and_not_dropped(drive: Any) -> None:
    (item,) = drive(MqttSn(), [(0, CONNECT + b"more")])
    assert parts(item, CONNECT + b"more")[0] == ("payload", "", b"more")


@pytest.mark.parametrize("data", [CONNECT, REGISTER, REGACK, PUBLISH])
def test_every_proper_prefix_is_told(drive: Any, data: bytes) -> None:
    for size in range(len(data)):
        assert isinstance(drive(MqttSn(), [(0, data[:size])])[0], Gap)


def test_forwarders_without_end_and_unknown_types_are_told(drive: Any) -> None:
    for data in (b"\x03\xfe\x01" * 6, message(0x7F, b"x"), b"\x00\x04", b"\x01\x00\x02\x04"):
        assert isinstance(drive(MqttSn(), [(0, data)])[0], Gap)


@pytest.mark.parametrize(
    ("head", "side", "fit"),
    [
        (CONNECT, 0, Fit.LIKELY),
        (REGISTER, 0, Fit.LIKELY),
        (ALONE, 0, Fit.LIKELY),
        (CONNACK, 1, Fit.PERHAPS),
        (PUBLISH, 0, Fit.NO),
        (CONNECT[:-1], 0, Fit.NO),
        (CONNECT + b"x", 0, Fit.NO),
        (message(0x04, b"\x04\x02\x00\x3cphone-1"), 0, Fit.NO),
        (message(0x04, b"\x04\x01\x00\x3c\x00\xff"), 0, Fit.NO),
        (b"", 0, Fit.NO),
    ],
)
def test_the_fit_comes_from_the_bytes(head: bytes, side: int, fit: int) -> None:
    assert MqttSn.fit(head, "udp", side) == fit
    assert MqttSn.fit(head, "tcp", side) == Fit.NO


def test_it_is_chosen_for_its_connect_among_all() -> None:
    assert choose(CONNECT, "udp", 0) is decoder


def test_what_is_kept_is_bounded(drive: Any) -> None:
    talk = MqttSn()
    drive(talk, [(0, message(0x0A, b"\x00\x00" + n.to_bytes(2, "big") + b"a/b")) for n in range(5000)])
    assert len(talk._asked) == 4096


@given(st.lists(st.tuples(st.integers(0, 1), st.binary(max_size=60)), max_size=6))
def test_noise_raises_nothing(talk: list[tuple[int, bytes]]) -> None:
    one = MqttSn()
    for side, data in talk:
        MqttSn.fit(data, "udp", side)
        list(one.feed(side, data))
        list(one.finish(side))
