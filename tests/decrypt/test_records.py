from __future__ import annotations

import itertools
import struct
import time

from hypothesis import given
from hypothesis import strategies as st

from vitne.decrypt.records import LOST, records


def record(kind: int, body: bytes) -> bytes:
    return struct.pack(">BHH", kind, 0x0303, len(body)) + body


FIRST, SECOND, THIRD, FOURTH = (
    record(22, b"a" * 30),
    record(23, b"b" * 50),
    record(23, b"c" * 70),
    record(23, b"d"),
)
WHOLE = FIRST + SECOND + THIRD + FOURTH


def shown(stretches: list[tuple[int, bytes]]) -> list[tuple[int, int, int, bytes | None]]:
    return [
        (one.kind, one.start, one.end, None if one.payload is None else bytes(one.payload))
        for one in records(stretches)
    ]


def test_records_come_with_their_ranges() -> None:
    assert shown([(7, WHOLE)])[:2] == [(22, 7, 42, b"a" * 30), (23, 42, 97, b"b" * 50)]


@given(st.lists(st.integers(0, len(WHOLE)), max_size=6))
def test_how_the_bytes_are_cut_does_not_matter(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(WHOLE)]
    pieces = [(start, WHOLE[start:end]) for start, end in itertools.pairwise(edges)]
    assert shown(pieces) == shown([(0, WHOLE)])


def test_every_proper_prefix_ends_in_a_record_that_is_not_whole() -> None:
    borders = {0, 35, 90, 165, len(WHOLE)}
    for cut in range(len(WHOLE)):
        told = shown([(0, WHOLE[:cut])])
        assert (cut in borders) == all(payload is not None for *_, payload in told), cut
        assert not told or told[-1][2] == cut


def test_a_hole_inside_a_record_costs_that_record_alone() -> None:
    told = shown([(0, WHOLE[:50]), (60, WHOLE[60:])])
    assert [(kind, payload is None) for kind, _, _, payload in told] == [
        (22, False),
        (23, True),
        (23, False),
        (23, False),
    ]


def test_a_hole_that_ends_with_the_record_costs_that_record_alone() -> None:
    told = shown([(0, WHOLE[:50]), (90, WHOLE[90:])])
    assert [(kind, payload is None) for kind, _, _, payload in told] == [
        (22, False),
        (23, True),
        (23, False),
        (23, False),
    ]


def test_a_hole_over_several_records_is_one_range_and_the_rest_is_found_again() -> None:
    told = shown([(0, WHOLE[:37]), (100, WHOLE[100:])])
    assert told[0][0] == 22
    assert all(kind == LOST for kind, *_ in told[1:-1])
    assert (told[1][1], told[-2][2]) == (35, 165), "the range reaches from the record before to the next one"
    assert told[-1] == (23, 165, 171, b"d")


def test_rubbish_between_records_is_a_range() -> None:
    told = shown([(0, FIRST + b"rubbish" * 9 + SECOND + THIRD)])
    assert [(kind, start, end) for kind, start, end, _ in told[:2]] == [(22, 0, 35), (LOST, 35, 98)]
    assert [kind for kind, *_ in told[2:]] == [23, 23]


@given(st.lists(st.tuples(st.integers(0, 40), st.binary(max_size=60)), max_size=5))
def test_noise_is_covered_to_the_last_byte_and_raises_nothing(parts: list[tuple[int, bytes]]) -> None:
    stretches, at = [], 0
    for gap, data in parts:
        at += gap
        stretches.append((at, data))
        at += len(data)
    told = shown(stretches)
    for one, other in itertools.pairwise(told):
        assert one[2] == other[1], "ranges follow one another without a break"


def test_damage_costs_no_more_than_its_length() -> None:
    def spent(size: int) -> float:
        data = (b"\x17\x03\x03\x00\x01\x00" * 2 + b"\x16\x03") * size
        begin = time.process_time()
        list(records([(0, data)]))
        return time.process_time() - begin

    spent(1000)
    assert spent(40_000) < 30 * max(spent(4_000), 0.002)


def test_a_record_that_is_cut_behind_a_hole_ends_where_the_bytes_end() -> None:
    told = shown([(0, FIRST + THIRD[:10]), (50, b"c" * 5)])
    assert told[-1] == (23, 35, 55, None)
