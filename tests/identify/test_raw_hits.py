from __future__ import annotations

import numpy as np

from vitne.identify.needles import Hits
from vitne.identify.raw_hits import RawHits, of_subject, with_beginnings
from vitne.model import Seed


def _column(*numbers: int) -> np.ndarray:
    return np.array(numbers, dtype=np.int64)


NONE = Hits(needle=_column(), start=_column(), end=_column())


def test_beginnings_are_weak_and_stand_in_order():
    hits = RawHits(
        piece=_column(0, 1),
        start=_column(3, 12),
        end=_column(8, 20),
        needle=_column(5, 6),
        seed=_column(0, 0),
        weak=np.array([False, False]),
        complete=True,
        beginnings=NONE,
    )
    begins = Hits(needle=_column(0), start=_column(10), end=_column(15), complete=False)
    both = with_beginnings(hits, begins, _column(0, 9))
    assert both.start.tolist() == [3, 10, 12]
    assert both.piece.tolist() == [0, 1, 1]
    assert both.needle.tolist() == [5, -1, 6]
    assert both.weak.tolist() == [False, True, False]
    assert not both.complete


def test_without_beginnings_nothing_changes():
    none = _column()
    hits = RawHits(
        piece=none,
        start=none,
        end=none,
        needle=none,
        seed=none,
        weak=none.astype(bool),
        complete=True,
        beginnings=NONE,
    )
    assert with_beginnings(hits, Hits(needle=none, start=none, end=none), none) is hits


def test_what_the_capture_tells_is_not_of_the_subject():
    seeds = [
        Seed(identifier="imei", value="004402990000014", name="phone"),
        Seed(identifier="bssid", value="00:00:5e:00:53:fe", name="router", origin="capture"),
    ]
    assert of_subject(seeds, _column(1, 0, -1, 1)).tolist() == [False, True, True, False]
    assert of_subject(seeds, _column()).tolist() == []
