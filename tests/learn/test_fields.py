"""Lessons from values: kinds of messages, identifiers by the scan or the role, fields that move together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from tests.learn.test_roles import BOOTS, value

from vitne.lab import samples
from vitne.learn.fields import known_of, learn
from vitne.learn.shape import SCHEMA

if TYPE_CHECKING:
    from vitne.model.fields import FieldValue


def _field(name: str, histories: dict[str, list[str]], **changes: object) -> list[FieldValue]:
    said = {"path": f"body > json: {name}", "name": name, "layers": ("json",)} | changes
    return [
        msgspec.structs.replace(value(device, minute, content.encode()), **said)
        for device, history in histories.items()
        for minute, content in enumerate(history)
    ]


ICCID = {"a": ["i1"] * 2 + ["i2"] * 6, "b": ["i3"] * 6 + ["i4"] * 2}
SESSION = {
    "a": ["0123456789abcdef"] * 4 + ["f123456789abcde0"] * 4,
    "b": ["abcdef0123456789"] * 4 + ["1b23"] * 4,
}


def test_fields_that_change_at_the_same_messages_are_told_together() -> None:
    values = _field("iccid", ICCID) + _field("imsi", ICCID) + _field("session", SESSION)
    [lesson] = learn(values, host="x.example", boots=BOOTS, known={}).lessons
    by_name = {each.name: each for each in lesson.fields}
    assert by_name["iccid"].moves_with == ("body > json: imsi",)
    assert by_name["session"].moves_with == ()
    assert by_name["session"].role == "per-boot"


def test_the_word_of_the_scan_goes_before_that_of_the_role() -> None:
    own = {device: [f"0000{device}0000{device}0000"] * 8 for device in "abc"}
    plain = learn(_field("d", own), host="x.example", boots=BOOTS, known={}).lessons[0].fields[0]
    assert (plain.identifier, plain.identified_by) == ("device-attribute", "role")
    long = {device: [f"f91c0a7d52e8b364{device}"] * 8 for device in "abc"}
    field = learn(_field("d", long), host="x.example", boots=BOOTS, known={}).lessons[0].fields[0]
    assert (field.role, field.identifier) == ("per-device", "device-id")
    known = {(flow, "d"): "android-id" for flow in range(8)}
    field = learn(_field("d", long), host="x.example", boots=BOOTS, known=known).lessons[0].fields[0]
    assert field.identifier == "android-id"
    assert field.identified_by == "scan: 24 of 24 messages"


def test_the_strongest_word_of_a_scan_is_taken() -> None:
    weak = samples.finding(grade="inferred", identifier="device-id", flow=17)
    strong = samples.finding(grade="observed", identifier="imei", flow=17)
    assert known_of([strong, weak]) == {(17, "IMEI1"): "imei"}
    assert known_of([samples.finding(direction="received")]) == {}


def test_messages_of_other_kinds_are_other_lessons_and_answers_are_left_out() -> None:
    values = _field("a", {"a": ["1"] * 3}) + _field("b", {"a": ["1"] * 5}, message="request GET /x")
    received = [msgspec.structs.replace(each, sent=False) for each in _field("c", {"a": ["1"]})]
    learned = learn(values + received, host="x.example", boots=BOOTS, known={}, unreadable=3)
    assert [(each.message, each.messages) for each in learned.lessons] == [
        ("request GET /x", 5),
        ("request POST /", 3),
    ]
    assert (learned.schema, learned.devices, learned.starts, learned.unreadable) == (SCHEMA, 1, 2, 3)


def test_no_value_is_in_what_was_learned() -> None:
    learned = learn(_field("iccid", ICCID), host="x.example", boots=BOOTS, known={})
    assert not [word for word in (b'"i1"', b'"i2"', b'"i3"') if word in msgspec.json.encode(learned)]
