"""The loop under the mail protocols, with a small protocol of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from vitne.decode.protocols.mail_talk import Talk
from vitne.model import Gap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.decode.protocols.mail_lines import Body, Line


class Small(Talk):
    """Lines; a line that is a number asks for so many bytes."""

    name = "small"

    def on_line(self, side: int, line: Line) -> Iterator[Any]:
        yield ("line", side, line.data, line.whole)
        if line.data.isdigit() and line.whole:
            self.count(side, int(line.data))

    def on_counted(self, side: int, body: Body) -> Iterator[Any]:
        yield ("counted", side, body.data(), body.exact)

    def on_end(self, side: int) -> Iterator[Any]:
        if self.counted[side] is not None:
            yield ("cut", side, self.counted[side].data(), False)


def test_lines_and_counted_bytes_take_turns(drive: Any) -> None:
    script = [(0, b"a\r\n3\r\nx\ny"), (1, b"z\n"), (0, b"b\n0\nc\n")]
    assert drive(Small(), script) == [
        ("line", 0, b"a", True),
        ("line", 0, b"3", True),
        ("counted", 0, b"x\ny", True),
        ("line", 1, b"z", True),
        ("line", 0, b"b", True),
        ("line", 0, b"0", True),
        ("counted", 0, b"", True),
        ("line", 0, b"c", True),
    ]


def test_half_a_line_at_the_end_is_told(drive: Any) -> None:
    gap, line = drive(Small(), [(0, b"half")])
    assert isinstance(gap, Gap)
    assert line == ("line", 0, b"half", False)


def test_counted_bytes_that_do_not_come_are_told(drive: Any) -> None:
    assert drive(Small(), [(0, b"9\nabc")])[-1] == ("cut", 0, b"abc", False)


def test_a_hole_inside_counted_bytes_keeps_the_thread(drive: Any) -> None:
    small = Small()
    list(small.feed(0, b"9\nabc"))
    assert list(small.miss(0, 4)) == []
    assert list(small.feed(0, b"hinext\n")) == [("counted", 0, b"abchi", False), ("line", 0, b"next", True)]


def test_a_hole_elsewhere_is_passed_up_to_the_next_line(drive: Any) -> None:
    small = Small()
    list(small.feed(0, b"one\nha"))
    assert list(small.miss(0, 4)) == [("line", 0, b"ha", False)]
    assert list(small.feed(0, b"lf\ntwo\n")) == [("line", 0, b"two", True)]


@pytest.mark.parametrize("cut", [0, 1, 2, 9])
def test_tls_at_the_head_of_a_line_hands_over(drive: Any, cut: int) -> None:
    small = Small()
    tls = b"\x16\x03\x01\x00\x05hello"
    items = [
        *small.feed(0, b"go\n" + tls[:cut]),
        *small.feed(0, tls[cut:]),
        *small.feed(0, b"\nmore\n"),
        *small.miss(0, 2),
    ]
    assert items == [("line", 0, b"go", True)]
    assert (small.upgraded, small.upgraded_at) == ("tls", (3, -1))
    assert list(small.feed(1, b"ok\n\x16\x03")) == [("line", 1, b"ok", True)]
    assert small.upgraded_at == (3, 3)
    assert [*small.finish(0), *small.finish(1)] == []
