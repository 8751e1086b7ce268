from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.exports.test_reading import ANYTHING
from vitne.decode.protocols.dns import Dns
from vitne.exports.dns_wire import dns_wire
from vitne.model import Malformed, Message

ASKED = {
    "id": 7, "query": True, "op_code": 0, "recursion_desired": True, "response_code": 0,
    "questions": [{"name": "a.collect.example", "type": 1, "class_": 1}], "answers": [],
}  # fmt: skip


def _read(data: bytes, side: int) -> Message:
    [message] = [one for one in Dns().feed(side, data) if isinstance(one, Message)]
    return message


def test_a_question_is_the_bytes_of_the_specification() -> None:
    # RFC 1035 section 4.1.1 and 4.1.2, by hand
    assert dns_wire(ASKED) == (
        b"\x00\x07\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x01a\x07collect\x07example\x00\x00\x01\x00\x01"
    )


def test_an_answer_is_read_by_the_reader_of_dns() -> None:
    answer = {"name": "a.collect.example", "type": 1, "class_": 1, "ttl": 60, "data": b"\xc6\x33\x64\x14"}
    message = _read(dns_wire({**ASKED, "query": False, "answers": [answer]}), 1)
    assert message.names == (("198.51.100.20", "a.collect.example"),)


def test_rows_may_be_lists_of_their_fields() -> None:
    assert dns_wire({**ASKED, "questions": [["a.collect.example", 1, 1]]}) == dns_wire(ASKED)


@given(st.dictionaries(st.sampled_from(["id", "questions", "answers", "op_code", "query"]), ANYTHING))
def test_any_fields_give_a_message_or_are_malformed_to_its_reader(state: dict[str, Any]) -> None:
    try:
        list(Dns().feed(0, dns_wire(state)))
    except Malformed:
        return
