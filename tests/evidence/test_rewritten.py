"""Twin of vitne.evidence.rewritten: the ways stand in the order in which they are tried."""

from __future__ import annotations

from typing import get_args

from vitne.evidence.rewritten import WAYS, Rewritten, Way


def test_the_way_that_keeps_most_is_tried_first() -> None:
    assert get_args(Way) == WAYS
    assert WAYS[0] == "in its place"


def test_flows_share_nothing() -> None:
    one, two = Rewritten(way=WAYS[0]), Rewritten(way=WAYS[0])
    one.ends.add(frozenset({("192.0.2.1", 1)}))
    one.streams[0] = []
    assert (two.ends, two.streams, two.anew, two.known) == (set(), {}, "", None)
