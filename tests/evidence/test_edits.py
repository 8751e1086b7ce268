"""Twin of vitne.evidence.edits: changes are applied in order, and of those that overlap the first counts."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as some

from vitne.evidence.edits import Edit, apart, applied, merged


def test_changes_are_put_in_their_places() -> None:
    assert applied(b"abcdef", [Edit(0, 1, b"XY"), Edit(3, 5, b"")]) == b"XYbcf"


def test_of_changes_that_overlap_the_first_one_counts() -> None:
    one, two, three = Edit(4, 8, b"1"), Edit(7, 9, b"2"), Edit(0, 4, b"3")
    assert merged([one, two, three]) == [three, one]
    assert apart([two, one]) == [two]


@given(some.lists(some.tuples(some.integers(0, 60), some.integers(1, 9)), max_size=40))
def test_none_overlap_and_none_that_fits_is_lost(rows: list[tuple[int, int]]) -> None:
    edits = [Edit(start, start + size, b"") for start, size in rows]
    kept = merged(edits)
    assert all(one.end <= two.start for one, two in pairwise(kept))
    for each in edits:
        assert each in kept or any(k.start < each.end and each.start < k.end for k in kept)
