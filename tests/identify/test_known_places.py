from __future__ import annotations

import pytest

from vitne.identify.known_places import judge_place, told, views
from vitne.model import Node, Part, Seed

HOME = Seed(identifier="location", name="home", value="", latitude=60.39299, longitude=5.32415, radius_m=60.0)


def test_distances_are_those_of_the_sphere():
    view = next(views(0, HOME))
    assert view.metres(61.39299, 5.32415) == pytest.approx(111_195, abs=1)  # one degree of the meridian
    assert view.metres(0, 200) == float("inf")


def test_a_place_has_one_view_on_each_datum():
    assert [view.datum for view in views(0, HOME)] == ["", "GCJ-02", "BD-09"]
    assert [view.local for view in views(0, HOME)] == [True, False, False]


def _judged(share: float | None, *, keyed: bool = False, company: bool = False) -> bool:
    node = Node(b"x" * 100, part=Part(path="body", start=0, end=100))
    pair = told(next(views(0, HOME)), node, (0, 10), (60.39299, 5.32415), slack=0.3, share=share, keyed=keyed)
    return judge_place(pair, HOME, 1 << 20, company=company) is not None


def test_a_rare_code_stands_alone_and_a_likely_one_needs_a_name_or_company():
    assert _judged(None)
    assert _judged(1e-14)
    assert not _judged(1e-9)
    assert _judged(1e-9, keyed=True)
    assert _judged(1e-9, company=True)
    assert not _judged(1e-3, keyed=True)


def test_the_reason_states_distance_radius_and_exactness():
    node = Node(b"x" * 100, part=Part(path="body", start=0, end=100))
    pair = told(next(views(0, HOME)), node, (0, 10), (60.3931, 5.32415), slack=0.3, written="geohash")
    judged = judge_place(pair, HOME, 1 << 20, company=False)
    assert judged is not None
    assert judged[1] == ("12 m from the known place (within 60 m, exact to 0.3 m), written as geohash",)
