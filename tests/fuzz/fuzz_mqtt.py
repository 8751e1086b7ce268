"""MQTT streams."""

from __future__ import annotations

from vitne.decode.protocols.mqtt import Mqtt

_CONNECT = b"\x10\x1a\x00\x04MQTT\x04\xc2\x00\x3c\x00\x02c1\x00\x04kari\x00\x02pw"
SEEDS: list[bytes] = [
    _CONNECT + b"\x32\x09\x00\x03a/b\x00\x01hi" + b"\x82\x08\x00\x02\x00\x03a/#\x01",
    b"\x10\x17\x00\x04MQTT\x05\x02\x00\x3c\x08\x26\x00\x01k\x00\x02vv\x00\x02c5",
    b"\x20\x02\x00\x00\x40\x02\x00\x07\xd0\x00\xe0\x00",
]


def one(data: bytes) -> None:
    """Read the data in two cuts on one side, and around a hole on the other."""
    Mqtt.fit(data, "tcp", 0)
    mqtt, half = Mqtt(), len(data) // 2
    list(mqtt.feed(0, data[:half]))
    list(mqtt.feed(0, data[half:]))
    list(mqtt.feed(1, data[:half]))
    list(mqtt.miss(1, 3))
    list(mqtt.feed(1, data[half:]))
    for side in (0, 1):
        list(mqtt.finish(side))
