from __future__ import annotations

import pytest

from vitne.identify.place_literals import MOST, PlaceLiterals

HEADS, CODES, MARKED = (b"60.39", b"6039"), (b"u4ez9r", b"U4EZ9R"), {(60, 23), (60, 24)}


def _written(data: bytes, literals: PlaceLiterals):
    places = [
        (at, row)
        for at in range(len(data))
        for row, text in enumerate(literals.every)
        if data.startswith(text, at)
    ]
    return literals.written(data, places)


def test_each_kind_of_literal_is_told_apart():
    told = _written(b"60.392 u4ez9r2 60\xc2\xb023' 60:59", PlaceLiterals(HEADS, CODES, MARKED))
    assert told is not None
    assert told.heads == [(0, b"60.39")]
    assert told.codes == [(7, 13)]
    assert told.minutes == [(15, (60, 23))]


@pytest.mark.parametrize("marked", [MARKED, {*MARKED, (1, 17)}])  # one digit and a mark are no literal
@pytest.mark.parametrize(
    ("data", "minutes"),
    [
        (b"60:23", [(0, (60, 23))]),
        (b"060 deg 23", []),
        (b"0060 24.5", [(0, (60, 24))]),
        (b"160:23", []),
        (b"12360:23", []),  # of a longer number the last four digits are read
        (b"60:60:24", [(3, (60, 24))]),
        (b"60:25 60:231", []),
        (b"60&deg;023", [(0, (60, 23))]),
    ],
)
def test_degrees_and_minutes_are_read_as_numbers(marked, data: bytes, minutes: list) -> None:
    told = _written(data, PlaceLiterals((), (), marked))
    assert (told.minutes if told else []) == minutes


def test_what_is_too_short_to_be_a_literal_is_looked_for_all_the_same():
    literals = PlaceLiterals((b"60", b"60.3"), (), ())
    assert literals.more
    assert literals.every == (b"60.3",)
    told = _written(b"60 60.3", literals)
    assert told is not None
    assert sorted(told.heads) == [(0, b"60"), (3, b"60"), (3, b"60.3")]


def test_of_very_many_places_some_are_left_out_and_that_is_told():
    literals = PlaceLiterals(HEADS, (), ())
    data = b"60.39," * (MOST + 1)
    told = literals.written(data, [(at, 0) for at in range(0, len(data), 6)])
    assert told is not None
    assert len(told.heads) == MOST
    assert not literals.complete
