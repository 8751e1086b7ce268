"""The simulated fleet: as many bad ones as it says, confounders that are no cause, the same each time."""

from __future__ import annotations

from collections import Counter

from vitne.lab.handsets import BAD_BATCH, BAD_BUILD, COLUMNS, capture, fleet


def test_sixty_of_batch_seven_and_one_that_was_flashed_wrongly() -> None:
    handsets = list(fleet())
    assert len(handsets) == 3000
    bad = [each for each in handsets if each.bad]
    rows = [dict(zip(COLUMNS, each.row, strict=True)) for each in bad]
    own = [row for row in rows if (row["batch"], row["build"]) == (BAD_BATCH, BAD_BUILD)]
    assert (len(bad), len(own)) == (61, 60)
    others = [
        each for each in handsets if not each.bad and (each.row[5], each.row[3]) == (BAD_BATCH, BAD_BUILD)
    ]
    assert others == []
    assert Counter(row["place"] for row in own)["line 2"] > 45
    assert sum(each.row[5] == BAD_BATCH for each in handsets) > 100
    assert sum(each.corrupt for each in handsets) == sum(each.dark for each in handsets) == 1


def test_a_capture_is_the_same_each_time_and_a_damaged_one_is_zeros() -> None:
    one, *_ = fleet(30)
    assert capture(one) == capture(one)
    assert not capture(one._replace(corrupt=True)).strip(b"\0")
    assert len(capture(one._replace(dark=True))) > len(capture(one))
