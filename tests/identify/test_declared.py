"""Known senders, and every example of every sender file."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne import catalog
from vitne.identify.declared import answer_of, declared, holds_flat_record
from vitne.model import Child, Message, Node, Part


class Slice:
    """A stand-in for an encoding whose children are named."""

    name = "json"
    exact = True
    readable = True


def nodes_of(fields: dict[str, str], *, path: str = "/", flat: str = "") -> list[Node]:
    stub: Any = Slice()
    nodes = [Node(path.encode(), part=Part(path="target", start=0, end=1))]
    text = flat.encode() or b"{" + b" " * 64 + b"}"
    body = Node(text, part=Part(path="body", start=1, end=1 + len(text)))
    nodes.append(body)
    for name, value in fields.items():
        found = Child(data=value.encode(), start=0, end=1, path=name)
        nodes.append(Node(found.data, part=body.part, parent=body, child=found, encoding=stub))
    return nodes


def message_of(one: catalog.SenderExample) -> Message:
    return Message(
        protocol=one.protocol,
        kind="request",
        side=0,
        start=0,
        end=1,
        content_type=one.content_type,
        facts=(("method", one.method),),
    )


EXAMPLES = [(s.id, n, e) for s in catalog.senders() for n, e in enumerate(s.example)]
COUNTERS = [(s.id, n, e) for s in catalog.senders() for n, e in enumerate(s.counter_example)]


@pytest.mark.parametrize(("sender", "number", "example"), EXAMPLES, ids=lambda x: str(x)[:24])
def test_every_example_declares_exactly_what_it_says(
    sender: str, number: int, example: catalog.SenderExample
) -> None:
    nodes = nodes_of(example.fields, path=example.path, flat=example.flat)
    found = list(declared(nodes, message_of(example), example.host))
    assert {s.field: s.identifier for s in found} == example.expect
    assert {s.sender for s in found} == {sender}
    for sighting in found:
        assert sighting.grade == "declared"
        assert len(sighting.value) < 4 or not any(sighting.value in reason for reason in sighting.reasons)


@pytest.mark.parametrize(("sender", "number", "example"), COUNTERS, ids=lambda x: str(x)[:24])
def test_no_counter_example_is_taken_for_the_sender(
    sender: str, number: int, example: catalog.SenderExample
) -> None:
    nodes = nodes_of(example.fields, path=example.path, flat=example.flat)
    assert [s for s in declared(nodes, message_of(example), example.host) if s.sender == sender] == []


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0", (True, "resultCode 0")),
        ("1", (False, "resultCode 1")),
        ('"0"', (True, "resultCode 0")),
        ("", (None, "")),
    ],
)
def test_the_answer_of_self_registration_tells_acceptance(
    value: str, expected: tuple[bool | None, str]
) -> None:
    assert answer_of("self-registration", nodes_of({"resultCode": value, "resultDesc": "x"})) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"resultCode":"0","resultDesc":"Success"}', (True, "resultCode 0")),
        (b'{"resultDesc":"x", "resultCode": 7}', (False, "resultCode 7")),
        (b"<html>resultless</html>", (None, "")),
        (b'{"resultCode":"' + b"9" * 200 + b'"}', (None, "")),
    ],
)
def test_an_answer_that_was_not_unwrapped_is_read_all_the_same(
    body: bytes, expected: tuple[bool | None, str]
) -> None:
    assert (
        answer_of("self-registration", [Node(body, part=Part(path="body", start=0, end=len(body)))])
        == expected
    )


def test_every_event_of_a_batch_is_declared() -> None:
    fields = {}
    for number in range(3):
        fields[f"[{number}].distinct_id"] = f"0f485d4daaadeda{number}"
        fields[f"[{number}].type"] = "track"
        fields[f"[{number}].properties.$os"] = "Android"
        fields[f"[{number}].properties.$model"] = "TA-0000"
    message = Message(protocol="http", kind="request", side=0, start=0, end=1)
    found = [one.value for one in declared(nodes_of(fields), message, "") if one.identifier == "device-id"]
    assert found == ["0f485d4daaadeda0", "0f485d4daaadeda1", "0f485d4daaadeda2"]


def test_a_value_that_is_escaped_is_declared_in_its_plain_form() -> None:
    nodes = nodes_of({"REGVER": "8.0", "MODEL": "HMD%2DTA", "SWVER": "1", "IMEI1": "004402990000014"})
    escaped = nodes[3]
    stub: Any = Slice()
    plain = Child(data=b"HMD-TA", start=0, end=len(escaped.data))
    nodes.append(Node(b"HMD-TA", part=escaped.part, parent=escaped, child=plain, encoding=stub))
    message = Message(protocol="http", kind="request", side=0, start=0, end=1)
    assert [one.value for one in declared(nodes, message, "") if one.identifier == "device-model"] == [
        "HMD-TA"
    ]


def test_a_wrong_check_digit_in_a_declared_field_is_told() -> None:
    nodes = nodes_of({"REGVER": "8.0", "MODEL": "HMD-TA", "SWVER": "1", "IMEI1": "004402990000015"})
    message = Message(protocol="http", kind="request", side=0, start=0, end=1)
    (imei,) = [one for one in declared(nodes, message, "") if one.identifier == "imei"]
    assert imei.value == "004402990000015"
    assert "the check digit does not hold" in imei.reasons


def test_no_answer_is_known_of_an_unknown_sender_or_an_empty_response() -> None:
    assert answer_of("nobody", nodes_of({"resultCode": "0"})) == (None, "")
    assert answer_of("self-registration", []) == (None, "")


@given(
    st.dictionaries(
        st.sampled_from(["REGVER", "MODEL", "IMEI1", "SIM1ICCID", "MACID", "SWVER"]), st.binary(max_size=40)
    )
)
def test_noise_in_documented_fields_raises_nothing(fields: dict[str, bytes]) -> None:
    nodes = nodes_of(dict.fromkeys(fields, "x"))
    for node, noise in zip(nodes[2:], fields.values(), strict=True):
        node.data = noise
    message = Message(protocol="http", kind="request", side=0, start=0, end=1)
    for one in declared(nodes, message, ""):
        assert one.value
    answer_of("self-registration", nodes)


@given(st.binary(max_size=300))
def test_noise_in_flat_records_raises_nothing(noise: bytes) -> None:
    body = Node(noise, part=Part(path="body", start=0, end=len(noise)))
    message = Message(protocol="http", kind="request", side=0, start=0, end=1, content_type="text/xml")
    list(declared([body], message, ""))


def test_a_field_may_be_documented_by_its_last_two_steps_wherever_lists_stand() -> None:
    fields = {
        "app.id": "com.example.app",
        "device.id": "6a1c1487-a0af-4223-b142-a0f4621d0311",
        "events[0].session.id": "0b1c1487-a0af-4223-b142-a0f4621d0311",
        "sessions[1].user.id": "person-1",
    }
    one = catalog.SenderExample(fields=fields, expect={})
    found = {s.field: s.identifier for s in declared(nodes_of(fields), message_of(one), "notify.bugsnag.com")}
    assert found == {
        "app.id": "app-id",
        "device.id": "device-id",
        "events[0].session.id": "session-id",
        "sessions[1].user.id": "account-name",
    }


def test_a_flat_record_is_told_from_a_text_with_semicolons() -> None:
    flat = [sender for sender in catalog.senders() if sender.layout == "flat"]
    assert flat
    for sender in flat:
        names = [*sender.match.required, *sender.match.some_of, *(field.name for field in sender.field)]
        record = sender.match.prefix + "".join(f"{name}x1;" for name in dict.fromkeys(names))
        assert holds_flat_record(record.encode())
    assert not holds_flat_record(b"Mozilla/5.0 (Linux; Android 12; XY-1; C)")
