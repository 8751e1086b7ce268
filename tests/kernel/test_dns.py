"""Flows of questions to a name server, told plain by the kernel as RFC 1035 section 4.1 describes them."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.kernel.dns import Asked, plain_questions

NAME = b"\x03www\x07example\0"
TYPE = struct.pack(">HH", 1, 1)


def query(number: int = 7, name: bytes = NAME, *, flags: int = 0x0100, more: bytes = b"") -> bytes:
    return struct.pack(">6H", number, flags, 1, 0, 0, 1 if more else 0) + name + TYPE + more


def record(owner: int, kind: int, data: bytes) -> bytes:
    return struct.pack(">HHHIH", 0xC000 | owner, kind, 1, 60, len(data)) + data


def reply(*records: bytes, number: int = 7, name: bytes = NAME, flags: int = 0x8180) -> bytes:
    return struct.pack(">6H", number, flags, 1, len(records), 0, 0) + name + TYPE + b"".join(records)


HERE = record(12, 1, bytes([192, 0, 2, 7]))
EXTENSIONS = b"\0\0\x29\x04\xd0\0\0\0\0\0\0"


def asked(questions: list[bytes], answers: list[bytes]) -> Asked:
    runs = [*questions, *answers]
    sizes = np.array([len(run) for run in runs])
    data = np.frombuffer(b"".join(runs), dtype=np.uint8)
    return plain_questions(
        data, np.cumsum(sizes) - sizes, sizes, np.array([[0, len(questions), len(questions), len(runs)]])
    )


def test_a_question_and_its_answer_are_plain_and_the_address_is_told() -> None:
    found = asked([query()], [reply(HERE, record(12, 28, bytes(range(16))))])
    assert found.plain.tolist() == [True]
    assert found.answered.tolist() == [True, False]
    assert [(row["answer"], row["question"], row["family"]) for row in found.told] == [(1, 0, 4), (1, 0, 6)]
    assert [bytes(row["address"]) for row in found.told] == [
        bytes([192, 0, 2, 7]) + bytes(12),
        bytes(range(16)),
    ]


def test_an_alias_leads_to_the_address_of_another_name() -> None:
    alias = record(12, 5, b"\x03cdn\xc0\x10")
    behind = record(len(query()) + 12, 1, bytes([192, 0, 2, 8]))
    found = asked([query()], [reply(alias, behind)])
    assert bytes(found.told["address"][0][:4]) == bytes([192, 0, 2, 8])


def test_of_several_questions_each_is_answered_by_its_number() -> None:
    other = b"\x01a\x07example\0"
    found = asked(
        [query(1), query(2, other), query(3), query(3)],
        [reply(HERE, number=2, name=other), reply(number=3, flags=0x8183)],
    )
    assert found.plain.all()
    assert found.like[:4].tolist() == [0, 1, 0, 0]
    assert found.answered[:4].tolist() == [False, True, False, True]  # the last of those with its number
    assert found.told["question"].tolist() == [1]


@pytest.mark.parametrize(
    ("questions", "answers"),
    [
        ([], []),
        ([], [reply(HERE)]),
        ([query()[:-1]], []),
        ([query() + b"x"], []),
        ([query(flags=0x0120)], []),
        ([query(flags=0x8180)], []),
        ([query(more=EXTENSIONS[:-1] + b"\x04abcd")], []),
        ([query(name=b"\x03ww")], []),
        ([query(), b""], []),
        ([query(name=b"".join([b"\x3f" + b"a" * 63] * 5) + b"\0")], []),
        ([query()], [reply(HERE, number=8)]),
        ([query()], [reply(HERE, name=b"\x03xxx\x07example\0")]),
        ([query()], [reply(HERE)[:-1]]),
        ([query()], [reply(HERE) + b"x"]),
        ([query()], [reply(HERE, flags=0x8380)]),
        ([query()], [reply(HERE, flags=0x0100)]),
        ([query()], [reply(record(14, 1, bytes(4)))]),
        ([query()], [reply(record(12, 1, bytes(5)))]),
        ([query()], [reply(record(12, 16, b"\x04text"))]),
        ([query()], [reply(record(12, 5, b"\xc0\xff"), HERE)]),
        ([query()], [reply(record(12, 5, b"\x03cdn"), HERE)]),
        ([query()], [reply(HERE, record(12, 5, b"\x01a\xc0\x0c"))]),
        ([query()], [b""]),
        ([query()] * 65, []),
    ],
)
def test_what_is_not_plain_is_left_to_the_patient_reader(
    questions: list[bytes], answers: list[bytes]
) -> None:
    found = asked(questions, answers)
    assert not found.plain.any()
    assert not len(found.told)


def test_a_flow_that_is_not_plain_leaves_what_others_were_told() -> None:
    data = query() + reply(HERE) + query() + b"x"
    sizes = np.array([len(query()), len(reply(HERE)), len(query()), 1])
    flows = np.array([[0, 1, 1, 2], [2, 3, 3, 4], [2, 3, 3, 3]])
    found = plain_questions(np.frombuffer(data, np.uint8), np.cumsum(sizes) - sizes, sizes, flows)
    assert found.plain.tolist() == [True, False, True]
    assert found.like[2] == 0
    assert len(found.told) == 1


@pytest.mark.parametrize("flows", [[[0, 3, 3, 3]], [[1, 0, 1, 1]], [[0, 1, 1, 9]], [[0, 1, 2, 1]]])
def test_runs_that_are_not_there_are_refused(flows: list[list[int]]) -> None:
    data = np.frombuffer(query(), np.uint8)
    assert not plain_questions(data, np.array([0]), np.array([len(data)]), np.array(flows)).plain.any()


@pytest.mark.parametrize(("position", "length"), [(-1, 20), (0, 1 << 20), (1 << 40, 20), (10, 25)])
def test_runs_that_reach_out_of_the_data_are_refused(position: int, length: int) -> None:
    data = np.frombuffer(query(), np.uint8)
    flows = np.array([[0, 1, 1, 1]])
    assert not plain_questions(data, np.array([position]), np.array([length]), flows).plain.any()


@given(st.binary(max_size=80), st.binary(max_size=120))
def test_any_bytes_are_read_to_their_end_and_no_further(question: bytes, answer: bytes) -> None:
    found = asked([query()[:12] + question], [reply()[:12] + answer])
    assert found.plain.shape == (1,)
