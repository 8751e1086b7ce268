"""Known senders, and every example of every sender file."""

from __future__ import annotations

from typing import Any

import pytest

from vitne import catalog
from vitne.identify.declared import answer_of, declared, sender_of
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
    assert sender_of(nodes, message_of(example), example.host) == sender


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


def test_no_answer_is_known_of_an_unknown_sender_or_an_empty_response() -> None:
    assert answer_of("nobody", nodes_of({"resultCode": "0"})) == (None, "")
    assert answer_of("self-registration", []) == (None, "")
