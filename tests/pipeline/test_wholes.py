"""Flows that lie whole in a batch, and ranges of it: views of the same pieces are the other opinion."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.pipeline.talk import Talk
from vitne.identify.search import Searcher
from vitne.lab.wire import CLIENT, SERVER
from vitne.pipeline.traffic import open_traffic
from vitne.pipeline.views import Pieces
from vitne.pipeline.wholes import behind, rows_of, whole_flows

if TYPE_CHECKING:
    from pathlib import Path

    from vitne.identify.raw_hits import RawHits

    Batches = tuple[Any, list[Any]]


@pytest.fixture
def batches(tmp_path: Path) -> Batches:
    rng, talk = Random(4), Talk()
    for number in range(12):
        sides = [CLIENT] if number % 5 == 0 else [CLIENT, SERVER, CLIENT]
        talk.tcp([(side, rng.randbytes(rng.randint(1, 4000))) for side in sides], cuts=(7, 300))
        talk.udp(b"datagram")
    frames = [frame for frame in talk.frames() if rng.random() > 0.02]
    _, [traffic], _ = open_traffic([talk.write(tmp_path / "c.pcap", frames)], stdin=None, progress=_silent)
    return traffic, [batch for batch in traffic.walked.batches() if hasattr(batch, "data")]


def _silent(stage: str, done: int, total: int) -> None:
    del stage, done, total


def _hits(batch: Any) -> RawHits:
    return Searcher([]).raw(batch.data, batch.start, batch.end)


def test_whole_flows_have_no_holes_and_their_sides_are_those_of_the_views(batches: Batches) -> None:
    traffic, [batch] = batches
    views = {(flow, side): view for flow, side, view in Pieces(batch, range(len(batch.flow))).views()}
    some = whole_flows(batch, traffic.walked.flows, _hits(batch), going=None)
    expected = [
        flow
        for flow, side in views
        if side == 0
        and traffic.walked.flow(flow).transport == "tcp"
        and views[flow, 0].whole
        and ((flow, 1) not in views or views[flow, 1].whole)
        and flow != batch.flow[-1]
    ]
    assert 3 < len(expected) < 12
    assert some.flow.tolist() == expected
    for flow, sides in zip(expected, some.sides(batch).tolist(), strict=True):
        assert batch.data[sides[0] : sides[1]].tobytes() == views[flow, 0].data
        assert batch.data[sides[2] : sides[3]].tobytes() == (
            views[flow, 1].data if (flow, 1) in views else b""
        )
    taken = np.zeros(len(batch.flow), dtype=bool)
    some.mark(taken)
    assert set(batch.flow[taken].tolist()) == set(expected)
    assert taken.sum() == sum((flow, side) in views for flow in expected for side in (0, 1))
    going = whole_flows(batch, traffic.walked.flows, _hits(batch), going=expected[1])
    assert going.flow.tolist() == [flow for flow in expected if flow != expected[1]]


def test_rows_and_offsets_of_ranges_are_those_of_the_views(batches: Batches) -> None:
    traffic, [batch] = batches
    rng = Random(1)
    some = whole_flows(batch, traffic.walked.flows, _hits(batch), going=None)
    views = {(flow, side): view for flow, side, view in Pieces(batch, range(len(batch.flow))).views()}
    for flow, sides in zip(some.flow.tolist(), some.sides(batch).tolist(), strict=True):
        view = views[flow, 0]
        for _ in range(20):
            low = rng.randrange(len(view))
            high = rng.randint(low + 1, len(view))
            places = np.array([[sides[0] + low, sides[0] + high]])
            base = view.runs[1][0]
            first, last = rows_of(batch, places)
            assert (first[0], last[0]) == view.row_span(base + low, base + high)
            assert behind(batch, places) == [base + high]
    assert rows_of(batch, np.zeros((0, 2), dtype=np.int64)) == ([], [])
