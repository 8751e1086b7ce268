"""Twin of vitne.pipeline.notes: notes by place, and a bounded number of them."""

from __future__ import annotations

from vitne.model import Gap, Oddity
from vitne.pipeline import notes
from vitne.pipeline.notes import Notes


def gap(frame: int, **more: object) -> Gap:
    return Gap(kind="limit", why="one", frame=frame, **more)  # type: ignore[arg-type]


def test_notes_come_back_by_place_whatever_their_order() -> None:
    taken = Notes()
    taken.extend([gap(9), Oddity(name="b", note="", frame=2), gap(1), Oddity(name="a", note="", frame=1)])
    assert [one.frame for one in taken.gaps()] == [1, 9]
    assert [one.name for one in taken.oddities()] == ["a", "b"]


def test_very_many_alike_notes_are_counted_in_the_last_one() -> None:
    taken = Notes()
    taken.extend(gap(frame, length=10) for frame in range(1, 1001))
    taken.extend(Oddity(name="odd", note="", frame=frame) for frame in range(1, 1001))
    assert len(taken.gaps()) == len(taken.oddities()) == notes._MOST_ALIKE
    assert sum(one.count for one in taken.gaps()) == 1000
    assert sum(one.length or 0 for one in taken.gaps()) == 10_000
    assert sum(one.count for one in taken.oddities()) == 1000


def test_notes_of_other_words_are_listed_beside_many_alike() -> None:
    taken = Notes()
    taken.extend(gap(frame) for frame in range(1000))
    taken.add(Gap(kind="limit", why="another", frame=5))
    assert [one.frame for one in taken.gaps() if one.why == "another"] == [5]
