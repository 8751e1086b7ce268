"""Twin of vitne.evidence.places: a change is told by its stream, or by the datagram that it stands in."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from vitne.evidence.edits import Edit, Unchangeable
from vitne.evidence.places import between, datagrams_of, placed

RUNS = ([0, 4, 8], [0, 4, 8], [4, 4, 4], [10, 11, 12])


def work(*, at: int = -1, transport: str = "udp", data: bytes = b"aaaabbbbcccc") -> Any:
    walked = SimpleNamespace(
        place=lambda rows: [SimpleNamespace(capture=0, frames=(int(rows[0]) + 100,))],
    )
    view = SimpleNamespace(runs=RUNS, data=data, spans=lambda: [(0, 0, len(data))])
    return SimpleNamespace(
        traffic=SimpleNamespace(walked=walked), view=view, datagram_at=at, rows=(11, 11),
        flow=SimpleNamespace(transport=transport), message=SimpleNamespace(side=0),
    )  # fmt: skip


def test_a_change_in_a_stream_a_datagram_and_one_of_several_datagrams() -> None:
    edit = Edit(5, 7, b"xx")
    assert list(placed(work(transport="tcp"), [edit], plain=False)) == [(0, edit)]
    assert list(placed(work(at=4), [edit], plain=False)) == [((0, 111), edit)]
    assert list(placed(work(at=4), [edit], plain=True)) == [((0, 4), edit)]
    assert list(placed(work(), [edit], plain=False)) == [((0, 111), Edit(1, 3, b"xx"))]
    with pytest.raises(Unchangeable):
        list(placed(work(), [Edit(3, 5, b"xx")], plain=False))


@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_values_between_the_parts_are_found_and_only_those_that_keep_their_length(transport: str) -> None:
    def hits(data: bytes) -> list[Edit]:
        at = data.find(b"bb")
        return [Edit(at, at + 2, b"xx"), Edit(at, at + 2, b"longer")] if at >= 0 else []

    editor: Any = SimpleNamespace(hits=hits)
    wanted = [(0, Edit(4, 6, b"xx"))] if transport == "tcp" else [((0, 111), Edit(0, 2, b"xx"))]
    assert list(between(work(transport=transport), editor, plain=False)) == wanted


def test_datagrams_that_were_read_are_named_once() -> None:
    assert list(datagrams_of([work()])) == [(0, 110), (0, 111), (0, 112)]
