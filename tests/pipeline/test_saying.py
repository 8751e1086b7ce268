"""What a flow says."""

from __future__ import annotations

from vitne.pipeline.saying import Saying


def test_hits_in_answers_of_which_no_message_is_made_are_not_heard() -> None:
    saying = Saying(works=[], mute=[(100, 200), (300, 400)])
    hits = {0: [(120, 130)], 1: [(10, 16), (100, 106), (194, 200), (196, 202), (250, 260), (399, 400)]}
    assert saying.heard(hits) == {0: [(120, 130)], 1: [(10, 16), (196, 202), (250, 260)]}


def test_all_is_heard_where_every_answer_is_made() -> None:
    hits = {1: [(10, 16)]}
    assert Saying(works=[]).heard(hits) is hits
