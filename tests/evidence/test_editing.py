"""Twin of vitne.evidence.editing: changes that stand on the wire where the value did, layers wrapped again."""

from __future__ import annotations

import base64
import gzip
import json
from types import SimpleNamespace

from vitne.decode.unwrap import Budget, unwrap
from vitne.evidence.editing import Editor
from vitne.evidence.edits import Edit, applied, merged
from vitne.evidence.pairs import Pairs
from vitne.evidence.replacing import Replacer
from vitne.model import Message, Node, Part, Seed

IMEI = "490154203237518"
PAIRS = Pairs([Seed(identifier="imei", name="i", value=IMEI)], Replacer(b"0123456789abcdef"))
OTHER = PAIRS.stand_ins[0].value


def work(data: bytes, part: Part, *more: Part) -> SimpleNamespace:
    parts = (part, *more)
    nodes = [
        node
        for each in parts
        for node in unwrap(
            each, each.data if each.data is not None else data[each.start : each.end], budget=Budget()
        )
        if isinstance(node, Node)
    ]
    message = Message(protocol="http", kind="request", side=0, start=0, end=len(data), parts=parts)
    return SimpleNamespace(nodes=nodes, message=message, raw=lambda a, b: data[a:b])


def changed(data: bytes, part: Part, *more: Part) -> bytes:
    return applied(data, Editor(PAIRS).message(work(data, part, *more), []))


def test_a_plain_value_is_changed_in_place() -> None:
    data = b"xx" + json.dumps({"imei": IMEI}).encode()
    assert changed(data, Part(path="body", start=2, end=len(data), hints=("json",))) == data.replace(
        IMEI.encode(), OTHER.encode()
    )


def test_base64_of_json_is_wrapped_again() -> None:
    data = base64.b64encode(json.dumps({"imei": IMEI, "n": 1}).encode())
    assert json.loads(base64.b64decode(changed(data, Part(path="body", start=0, end=len(data))))) == {
        "imei": OTHER,
        "n": 1,
    }


def test_a_compressed_body_is_wrapped_again_and_its_length_follows() -> None:
    body = gzip.compress(json.dumps({"imei": IMEI, "text": "words " * 40}).encode(), mtime=0)
    head = b"Content-Length: %d\r\n\r\n" % len(body)
    length = Part(
        path="header:Content-Length", start=16, end=16 + len(str(len(body))), field="Content-Length"
    )
    data = head + body
    made = changed(data, Part(path="body", start=len(head), end=len(data), hints=("gzip", "json")), length)
    top, _, rest = made.partition(b"\r\n\r\n")
    assert int(top.rpartition(b" ")[2]) == len(rest)
    assert json.loads(gzip.decompress(rest))["imei"] == OTHER


def test_bytes_in_pieces_are_changed_in_their_pieces() -> None:
    wire = b"AA" + IMEI[:7].encode() + b"--" + IMEI[7:].encode()
    part = Part(
        path="body", start=0, end=len(wire), data=IMEI.encode(), exact=False, pieces=((0, 2), (7, 11))
    )
    assert changed(wire, part) == b"AA" + OTHER[:7].encode() + b"--" + OTHER[7:].encode()


def test_a_value_in_bytes_without_a_place_is_left_to_the_look_at_the_raw_bytes() -> None:
    part = Part(path="body", start=0, end=10, data=IMEI.encode(), exact=False)
    assert changed(b"?" * 10, part) == b"?" * 10


def test_nothing_is_changed_where_no_value_stands() -> None:
    assert changed(b'{"a":1}', Part(path="body", start=0, end=7)) == b'{"a":1}'


def test_overlapping_changes_keep_the_first_and_come_in_order() -> None:
    edits = [Edit(5, 9, b"x"), Edit(0, 2, b"y"), Edit(8, 12, b"z")]
    assert merged(edits) == [Edit(0, 2, b"y"), Edit(5, 9, b"x")]
    assert applied(b"0123456789", merged(edits)) == b"y234x9"
