"""MQTT connections after 3.1.1 and 5.0."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.decode.protocols.mqtt import LARGEST, Mqtt, decoder
from vitne.model import Fit, Gap, Message


def word(text: bytes) -> bytes:
    return len(text).to_bytes(2, "big") + text


def packet(first: int, body: bytes) -> bytes:
    length, size = b"", len(body)
    while True:
        size, low = size >> 7, size & 127
        length += bytes([low | (128 if size else 0)])
        if not size:
            return bytes([first]) + length + body


CONNECT = packet(
    0x10,
    word(b"MQTT")
    + b"\x04\xc6\x00\x3c"
    + word(b"phone-1")
    + word(b"bye/phone")
    + word(b"gone")
    + word(b"kari")
    + word(b"secret"),
)
PUBLISH = packet(0x32, word(b"phones/1/imei") + b"\x00\x07" + b'{"imei":"490154203237518"}' * 8)
CLIENT = CONNECT + PUBLISH + packet(0x82, b"\x00\x08" + word(b"phones/#") + b"\x01") + b"\xc0\x00"
SERVER = b"\x20\x02\x00\x00" + b"\x40\x02\x00\x07" + packet(0x90, b"\x00\x08\x01") + b"\xd0\x00"
SCRIPT = [(0, CLIENT), (1, SERVER)]


def test_all_fields_are_slices_of_the_stream(drive: Any) -> None:
    items = drive(Mqtt(), SCRIPT)
    got = [(p.path, CLIENT[p.start : p.end]) for item in items if item.side == 0 for p in item.parts]
    assert got == [
        ("client-id", b"phone-1"),
        ("will-topic", b"bye/phone"),
        ("will", b"gone"),
        ("username", b"kari"),
        ("password", b"secret"),
        ("topic", b"phones/1/imei"),
        ("payload", b'{"imei":"490154203237518"}' * 8),
        ("filter", b"phones/#"),
    ]
    assert [item.kind for item in items] == [
        *("connect", "publish", "subscribe", "pingreq"),
        *("connack", "puback", "suback", "pingresp"),
    ]
    assert items[4].status == 0
    assert items[1].parts[1].field == "imei"


def test_properties_of_version_5_are_read(drive: Any) -> None:
    properties = (
        b"\x11\x00\x00\x00\x0a" + b"\x26" + word(b"model") + word(b"Phone 5") + b"\x15" + word(b"token")
    )
    body = word(b"MQTT") + b"\x05\x02\x00\x3c" + bytes([len(properties)]) + properties + word(b"c5")
    publish = word(b"t") + b"\x03" + b"\x01\x01" + b"\x0b"[:0] + b"\x23"[:0]
    data = packet(0x10, body) + packet(0x30, word(b"t") + b"\x02\x01\x01" + b"data")
    assert publish
    items = drive(Mqtt(), [(0, data)])
    got = {p.field: data[p.start : p.end] for item in items for p in item.parts}
    assert got == {
        "model": b"Phone 5",
        "authentication method": b"token",
        "client id": b"c5",
        "topic": b"t",
        "t": b"data",
    }
    assert items[0].facts == (("version", "5.0"),)


def test_cuts_do_not_matter(cut_alike: Any) -> None:
    cut_alike(Mqtt, SCRIPT)


def test_every_prefix_is_told(prefixes_told: Any) -> None:
    prefixes_told(Mqtt, 0, CLIENT)
    prefixes_told(Mqtt, 1, SERVER)


def test_a_cut_packet_gives_the_parts_that_are_whole(drive: Any) -> None:
    items = drive(Mqtt(), [(0, CONNECT[:-3])])
    assert [item.complete for item in items if isinstance(item, Message)] == [False]
    assert [p.path for p in items[-1].parts] == ["client-id", "will-topic", "will", "username"]


def test_a_hole_inside_a_packet_keeps_the_thread() -> None:
    mqtt = Mqtt()
    items = [
        *mqtt.feed(0, CONNECT + PUBLISH[:40]),
        *mqtt.miss(0, 30),
        *mqtt.feed(0, PUBLISH[70:] + b"\xc0\x00"),
    ]
    assert [item.kind for item in items] == ["connect", "malformed", "publish", "pingreq"]
    assert items[3].start == len(CONNECT + PUBLISH)


def test_a_hole_elsewhere_loses_the_thread() -> None:
    mqtt = Mqtt()
    items = [
        *mqtt.feed(0, CONNECT),
        *mqtt.miss(0, 3),
        *mqtt.feed(0, PUBLISH),
        *mqtt.miss(0, 2),
        *mqtt.finish(0),
    ]
    assert [item.kind for item in items] == ["connect", "missing-segment"]


def test_an_overlong_packet_is_passed_over(drive: Any) -> None:
    size = LARGEST + 5
    data = packet(0x30, word(b"t") + bytes(size)) + b"\xc0\x00"
    items = drive(Mqtt(), [(0, data[i : i + 65536]) for i in range(0, len(data), 65536)])
    assert [item.kind for item in items] == ["limit", "pingreq"]


def test_lies_about_lengths_are_gaps(drive: Any) -> None:
    assert [item.kind for item in drive(Mqtt(), [(0, packet(0x30, b"\x00\x09ab"))])] == [
        "malformed",
        "publish",
    ]
    assert [item.kind for item in drive(Mqtt(), [(0, b"\x00\x00\x00")])] == ["malformed"]
    assert [item.kind for item in drive(Mqtt(), [(0, b"\x30\xff\xff\xff\xff\xff")])] == ["malformed"]


@pytest.mark.parametrize(
    ("head", "side", "fit"),
    [
        (CONNECT, 0, Fit.CERTAIN),
        (packet(0x10, word(b"MQIsdp") + b"\x03\x02\x00\x3c" + word(b"old")), 0, Fit.CERTAIN),
        (b"\x20\x02\x00\x00", 1, Fit.PERHAPS),
        (PUBLISH, 0, Fit.LIKELY),
        (PUBLISH + b"\xc0\x00", 1, Fit.LIKELY),
        (PUBLISH[:-1], 0, Fit.NO),
        (PUBLISH + b"\x00\x00", 0, Fit.NO),
        (b"0123456789", 0, Fit.NO),
        (b"6\x0a\x00\x03abc12345", 0, Fit.NO),
        (b"\x10\x05hello", 0, Fit.NO),
        (b"", 0, Fit.NO),
    ],
)
def test_the_fit_comes_from_the_bytes(head: bytes, side: int, fit: int) -> None:
    assert Mqtt.fit(head, "tcp", side) == fit
    assert Mqtt.fit(head, "udp", side) == Fit.NO


@given(
    st.lists(
        st.tuples(st.integers(0, 1), st.one_of(st.binary(max_size=60), st.sampled_from([CONNECT, PUBLISH])))
    )
)
def test_noise_raises_nothing(script: list[tuple[int, bytes]]) -> None:
    mqtt = decoder()
    for side, data in script:
        assert all(isinstance(item, Message | Gap) for item in mqtt.feed(side, data))
        list(mqtt.miss(side, 2))
    list(mqtt.finish(0))
    list(mqtt.finish(1))


@pytest.mark.corpus
@pytest.mark.tshark
@pytest.mark.parametrize("name", ["ndpi/mqtt.pcap", "suricata-verify/mqtt5-pub-userpass.pcap"])
def test_client_ids_and_topics_are_those_of_tshark(
    corpus: Any, talks: Any, tshark: Any, drive: Any, name: str
) -> None:
    path = corpus / "pcap" / name
    fields = ["mqtt.clientid", "mqtt.username", "mqtt.passwd", "mqtt.topic"]
    theirs = sorted(
        word for row in tshark(path, fields, "mqtt") for cell in row for word in cell.split(",") if word
    )
    ours = []
    for transport, script in talks(path):
        if transport == "tcp" and Mqtt.fit(script[0][1], "tcp", 0):
            for item in drive(Mqtt(), script):
                kept = [
                    p
                    for p in item.parts
                    if p.path in {"client-id", "username", "password", "topic", "filter"}
                ]
                ours += [script[item.side][1][p.start : p.end].decode() for p in kept]
    assert sorted(ours) == theirs
