"""Twin of vitne.evidence.wrapping: what is wrapped again is read again, whatever length it has now."""

from __future__ import annotations

import io
import zipfile
from urllib.parse import unquote_to_bytes

import pytest

from vitne.encodings import encodings
from vitne.evidence.edits import Edit, Unchangeable, applied, merged
from vitne.evidence.wrapping import Inner, around, escaped, mqtt_lengths, quoted
from vitne.model import Limits, Message, Node, Part


def again(name: str, outer: bytes, old: bytes, new: bytes) -> list[bytes]:
    """Let a child of some bytes hold other data, and give what is read then."""
    part = Part(path="body", start=0, end=len(outer))
    root, encoding = Node(outer, part=part), encodings()[name]
    child = next(each for each in encoding.find(outer, Limits()) if each.data == old)
    node = Node(child.data, part=part, parent=root, child=child, encoding=encoding)
    made = applied(outer, around(outer, [Inner(node, child.start, child.end, new)]))
    return [each.data for each in encoding.find(made, Limits())]


CASES = {
    "msgpack": (b"\x82\xa1a\xabvalue of it\xa1b\x07", b"value of it"),
    "cbor": (b"\xa2\x61a\x6bvalue of it\x61b\x07", b"value of it"),
    "protobuf": (b"\x08\x07\x12\x0f\x0a\x0bvalue of it\x10\x07", b"value of it"),
    "length-head": (b"\x01\x00\x00\x00\x0bvalue of it", b"value of it"),
}


@pytest.mark.parametrize("new", [b"other words", b"more words than before " * 9, b"less words"])
@pytest.mark.parametrize("name", ["msgpack", "cbor", "protobuf", "length-head"])
def test_lengths_follow_what_became_longer_or_shorter(name: str, new: bytes) -> None:
    outer, old = CASES[name]
    assert new in again(name, outer, old, new)


def test_a_member_of_an_archive_is_changed_and_its_directory_follows() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.json", b"first " * 20)
        archive.writestr("b.json", b"second " * 20)
    outer = made.getvalue()
    part = Part(path="body", start=0, end=len(outer))
    children = list(encodings()["zip"].find(outer, Limits()))
    node = Node(
        children[1].data,
        part=part,
        parent=Node(outer, part=part),
        child=children[1],
        encoding=encodings()["zip"],
    )
    new = applied(outer, around(outer, [Inner(node, children[1].start, children[1].end, b"other")]))
    with zipfile.ZipFile(io.BytesIO(new)) as archive:
        assert archive.testzip() is None
        assert [archive.read(name) for name in archive.namelist()] == [b"first " * 20, b"other"]


def test_a_torn_archive_cannot_be_wrapped_again() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("a", b"first " * 20)
    outer = made.getvalue()[:-30]
    part = Part(path="body", start=0, end=len(outer))
    child = next(iter(encodings()["zip"].find(outer, Limits())))
    node = Node(
        child.data, part=part, parent=Node(outer, part=part), child=child, encoding=encodings()["zip"]
    )
    with pytest.raises(Unchangeable):
        around(outer, [Inner(node, child.start, child.end, b"other")])


@pytest.mark.parametrize("data", [b"a+b/c==", b"x y&z=%", b"\x00\xff", b"plain"])
def test_what_could_be_misread_is_escaped_and_one_escape_stays(data: bytes) -> None:
    made = escaped(b"q%3D%2f1", data)
    assert unquote_to_bytes(made) == data
    assert b"%" in made
    assert not set(made) & set(b"&=+ ")


def test_letters_that_stood_there_as_they_are_stay_so() -> None:
    assert escaped(b"a:b%3Dc", b"d:e=f") == b"d:e%3Df"
    assert quoted(b"a=3Db c", b"d=e f") == b"d=3De f"
    assert quoted(b"a=3Db", b"word") == b"wor=64"


def test_an_mqtt_packet_says_how_long_it_is_now() -> None:
    packet = b"\x30\x0e\x00\x05topicpayload"
    message = Message(
        protocol="mqtt", kind="publish", side=0, start=0, end=len(packet),
        parts=(Part(path="topic", start=4, end=9), Part(path="payload", start=9, end=16)),
    )  # fmt: skip
    edits = [Edit(4, 9, b"subject"), Edit(9, 16, b"p" * 200)]
    lengths = mqtt_lengths(message, lambda start, end: packet[start:end], edits)
    made = applied(packet, merged([*edits, *lengths]))
    assert made[:3] == b"\x30\xd1\x01"
    assert made[3:5] == b"\x00\x07"
    assert mqtt_lengths(message, lambda *_: b"", [Edit(4, 9, b"other")]) == []


def test_nothing_but_what_is_inside_is_touched() -> None:
    assert around(b"bytes", []) == []
